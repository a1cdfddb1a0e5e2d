package edition

import (
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/claims"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

// witnessed is a block without what cites a line that the revision does not have: the sentence, the item or the row. Where nothing
// would be left, or not what the block announces, it is the whole block with these lines. The sentence that opens a section stays.
func (e Edition) witnessed(b pill.Block, opens bool) (source string, lines []claims.Missing) {
	if b.Kind == pill.CodeBlockKind || b.Kind == pill.OtherBlock || len(e.unwitnessed(b.Source)) == 0 {
		return b.Source, nil
	}
	var kept strings.Builder
	if len(b.Parts) > 0 {
		last, stay := 0, 0
		for _, part := range b.Parts {
			kept.WriteString(b.Source[last:part[0]])
			last = part[1]
			item := b.Source[part[0]:part[1]]
			whole := item
			if b.Kind == pill.TableBlock {
				whole = tableOf(item)
			}
			if len(e.unwitnessed(whole)) == 0 {
				kept.WriteString(item)
				stay++
			} else if b.Kind == pill.NumberBlock {
				return b.Source, e.unwitnessed(b.Source) // a step
			}
		}
		if stay == 0 {
			return b.Source, e.unwitnessed(b.Source)
		}
		kept.WriteString(b.Source[last:])
		return kept.String(), nil
	}
	gone, stay := false, 0
	file := "" // that was named last
	for i, sentence := range sentences(b.Source) {
		missing := e.unwitnessed(file + sentence)
		if gone = gone && refersBack.MatchString(sentence) || len(missing) > 0; gone && opens && i == 0 {
			gone, lines = false, missing
		}
		for _, p := range e.places(sentence) {
			if !p.Bare {
				file = "`" + p.Path + "` "
			}
		}
		if !gone {
			kept.WriteString(sentence)
			stay++
		}
	}
	if stay == 0 || gone && b.Announces {
		return b.Source, e.unwitnessed(b.Source)
	}
	return strings.TrimRight(kept.String(), " \n") + "\n\n", lines
}

// sentences cuts a paragraph behind each of its sentences. Laid end to end they are the paragraph, without the space behind it.
func sentences(paragraph string) []string {
	words := strings.TrimRight(strings.ReplaceAll(paragraph, "\n", " "), " ") // bytes stay where they are
	var all []string
	for at := 0; at < len(words); {
		_, rest := text.Sentence(words[at:])
		end := len(words) - len(rest)
		all = append(all, paragraph[at:end])
		at = end
	}
	return all
}

// places are the files and the lines that a text names.
func (e Edition) places(markdown string) []claims.Place {
	return claims.Scan(e.memory, "places of Markdown", markdown, func() []claims.Place {
		var all []claims.Place
		for _, u := range e.units(markdown) {
			all = append(all, claims.Places(Claims(u))...)
		}
		return all
	})
}

// units are [pill.Units], and blocks [pill.Blocks].
func (e Edition) units(markdown string) []pill.Unit {
	return claims.Scan(e.memory, "units", markdown, func() []pill.Unit { return pill.Units(markdown) })
}

func (e Edition) blocks(markdown string) []pill.Block {
	return claims.Scan(e.memory, "blocks", markdown, func() []pill.Block { return pill.Blocks(markdown) })
}

// citesLine is what all texts have that cite lines: it saves parsing the others.
var citesLine = pattern.New("[:`]\\d|ines? \\d")

// unwitnessed are the lines that a text cites, and that the revision does not have.
func (e Edition) unwitnessed(markdown string) []claims.Missing {
	if !citesLine.MatchString(markdown) {
		return nil
	}
	var all []claims.Missing
	for _, p := range e.places(markdown) {
		for _, line := range []int{p.First, p.Last} {
			if m, missing := e.missingLine(p.Path, line); missing && !slices.ContainsFunc(all, func(o claims.Missing) bool { return o.Name == m.Name }) {
				all = append(all, m)
			}
		}
	}
	return all
}

// missingLine reports a line of a file at home that the revision does not have.
func (e Edition) missingLine(path string, line int) (claims.Missing, bool) {
	if line == 0 || path == "" {
		return claims.Missing{}, false
	}
	if _, _, has, known := e.library.LineAt(e.home.Revision, e.world.Revision, path, line); has || !known {
		return claims.Missing{}, false
	}
	if has, _ := e.library.HasFile(e.world.Revision, path); !has {
		past, _ := e.library.FileHistory(path)
		return claims.Missing{Code: "file", Name: path, Past: past}, true
	}
	past, _ := e.library.LineHistory(path, line)
	return claims.Missing{Code: "line", Name: lineName(path, line), Past: past}, true
}

// lacksOf reports whether the revision does not have one of some witnesses.
func (e Edition) lacksOf(all []pill.Witness) bool {
	return slices.ContainsFunc(all, func(w pill.Witness) bool {
		if w.Word == "" {
			_, missing := e.missingLine(w.Path, w.Line)
			return missing
		}
		has, known := e.library.HasWord(e.world.Revision, w.Word, true)
		return known && !has
	})
}

func lineName(path string, line int) string { return path + ":" + strconv.Itoa(line) }
