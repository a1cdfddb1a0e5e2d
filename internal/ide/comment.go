package ide

import (
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

// glossaryWord is the subject of a word in a comment that has an entry in the glossary: capsule, ESP, carrier board.
type glossaryWord struct {
	undeclared
	pill.Word
}

func (w glossaryWord) sheet(*query) sheet {
	s := sheet{title: w.Text}
	if w.Meaning != w.Text {
		s.what = markup.Prose(w.Meaning)
	}
	return s
}

func (w glossaryWord) section(*query) (pill.Section, bool) { return w.Section, true }

// mostWords is of how many words the longest is that a comment is asked about.
const mostWords = 4

// glossaryWord finds the subject of a word in a comment: of the words around it that have an entry, the most.
func (q *query) glossaryWord(place *module.Place) (subject, bool) {
	source := q.doc.Text
	if isCode(place.Line.Of(source)) {
		return nil, false
	}
	words, at := proseAround(source, place.Line, place.Span)
	for number := min(mostWords, len(words)); number > 0; number-- {
		for first := max(0, at-number+1); first <= at && first+number <= len(words); first++ {
			span := text.Span{Start: words[first].Start, End: words[first+number-1].End}
			if word, ok := q.sn.Pills().Word(spaced(source, words[first:first+number])); ok {
				place.Span = span
				return glossaryWord{Word: word}, true
			}
		}
	}
	return nil, false
}

// proseAround are a word and those around it on its line that belong to the same phrase, as far as they count, and the word's index
// among them; no words where the cursor is on none. What stands between white space is one word, so that neither a path nor an option
// is any.
func proseAround(source string, line, cursor text.Span) (words []text.Span, at int) {
	word, opens, closes := trimmed(source, cursor)
	if word.Len() == 0 {
		return nil, 0
	}
	words = []text.Span{word}
	for left, next := opens, cursor.Start; !left && len(words) < mostWords; {
		end := len(strings.TrimRight(source[line.Start:next], " \t")) + line.Start
		next = strings.LastIndexAny(source[line.Start:end], " \t") + 1 + line.Start
		before, opens, closes := trimmed(source, text.Span{Start: next, End: end})
		if before.Len() == 0 || closes {
			break
		}
		words, at, left = append([]text.Span{before}, words...), at+1, opens
	}
	for right, next := closes, cursor.End; !right && len(words)-at < mostWords; {
		start := line.End - len(strings.TrimLeft(source[next:line.End], " \t"))
		if next = strings.IndexAny(source[start:line.End], " \t") + start; next < start {
			next = line.End
		}
		after, opens, closes := trimmed(source, text.Span{Start: start, End: next})
		if after.Len() == 0 || opens {
			break
		}
		words, right = append(words, after), closes
	}
	return words, at
}

// trimmed is a word without the punctuation around it, and whether there is some at its beginning and end.
func trimmed(source string, span text.Span) (word text.Span, opens, closes bool) {
	whole := span.Of(source)
	left := strings.TrimLeft(whole, "#/*([\"'“‘-–—")
	bare := strings.TrimRight(left, ")]\"'”’,;:.!?*/-–—")
	for _, possessive := range []string{"'s", "’s"} {
		if cut, ok := strings.CutSuffix(bare, possessive); ok {
			bare = cut
		}
	}
	start := span.Start + len(whole) - len(left)
	return text.Span{Start: start, End: start + len(bare)}, len(left) < len(whole), len(bare) < len(left)
}

// spaced are words of a text with single spaces between.
func spaced(source string, words []text.Span) string {
	if len(words) == 1 {
		return words[0].Of(source)
	}
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w.Of(source)
	}
	return strings.Join(all, " ")
}

// isCode reports whether a line of a comment looks like code that is commented out: it defines something, or ends as code does.
func isCode(line string) bool {
	line = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(line, " \t"), "*/"), " \t")
	return strings.Contains(line, " = ") || line != "" && strings.IndexByte(";{}[=", line[len(line)-1]) >= 0
}
