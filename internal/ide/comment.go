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

func (w glossaryWord) sheet(q *query) sheet {
	s := sheet{title: w.Text, what: markup.Prose("term of the glossary")}
	if w.Meaning != "" && w.Meaning != w.Text {
		s.what = markup.Prose(w.Meaning)
	}
	if more, ok := w.atLength(q); ok {
		section, _ := more.section(q)
		s.remark("%s explains it at length.", markup.Strong(markup.Literal(section.Label())))
	}
	return s
}

// atLength is what the pills explain beside the entry of a word of the glossary.
func (w glossaryWord) atLength(q *query) (idea, bool) {
	for _, words := range []string{w.Text, w.Meaning} {
		if i, ok := q.ideaNamed(words); ok {
			if section, _ := i.section(q); section.Pill != w.Section.Pill {
				return i, true
			}
		}
	}
	return idea{}, false
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
	words, at := phraseAt(source, place.Line, place.Span)
	for number := min(mostWords, len(words)); number > 0; number-- {
		for first := max(0, at-number+1); first <= at && first+number <= len(words); first++ {
			all := words[first : first+number]
			if word, ok := q.sn.Pills().Word(spaced(source, all)); ok {
				place.Span = text.Span{Start: all[0].Start, End: all[number-1].End}
				return glossaryWord{Word: word}, true
			}
			words := spaced(source, all)
			isOrdinary := number == 1 || ordinary[strings.ToLower(words)]
			if idea, ok := q.ideaNamed(words); ok && (!isOrdinary || isHeading(place.Line.Of(source), words)) {
				place.Span = text.Span{Start: all[0].Start, End: all[number-1].End}
				return idea, true
			}
		}
	}
	return nil, false
}

// idea is the subject of words in a comment that name what a section of a pill explains: cross compilation, the flash script.
type idea struct {
	undeclared
	topics
	words string
}

// ordinary are ideas whose words mean other things too, in the comments of any configuration.
var ordinary = map[string]bool{
	"black screen": true, "boot chain": true, "build errors": true, "build inputs": true, "default arguments": true, "enable gpu": true,
	"everyday options": true, "first boot": true, "fixed outputs": true, "getting started": true, "growing a configuration": true,
	"hardware configuration": true, "input without flake": true, "installer image": true, "lock file": true, "minimal configuration": true,
	"module arguments": true, "option path": true, "option types": true, "out of tree": true, "own service": true, "recovery mode": true,
	"remote deployment": true, "serial console": true, "several hosts": true, "string context": true, "where to build": true,
	"without flakes": true, "your flake": true,
}

// isHeading reports whether a line of a comment is words alone, as people write above what they configure: # Kernel. Among others, ordinary
// words may mean anything.
func isHeading(line, word string) bool { return strings.Trim(line, "#/*-=: \t\r") == word }

// ideaNamed is the idea that words name, in the singular or with an s behind.
func (q *query) ideaNamed(words string) (idea, bool) {
	name := strings.ToLower(strings.ReplaceAll(words, " ", "-"))
	for _, form := range []string{name, strings.TrimSuffix(name, "s"), name + "s"} {
		if _, ok := q.sn.Pills().Declares(concept(form)); ok {
			return idea{topics: topics{concept(form)}, words: words}, true
		}
	}
	return idea{}, false
}

func (i idea) sheet(*query) sheet {
	return sheet{title: i.words, what: markup.Prose("what a pill explains")}
}

// phraseAt are a word and those on its line with nothing but white space between, and its index among them. What stands between white
// space is one word, without the punctuation around it: neither a path nor an option is any.
func phraseAt(source string, line, cursor text.Span) (phrase []text.Span, at int) {
	for start := line.Start; start < line.End; {
		end := start + 1
		for end < line.End && isBlank(source[start]) == isBlank(source[end]) {
			end++
		}
		if field := (text.Span{Start: start, End: end}); !isBlank(source[start]) {
			word, opens, closes := trimmed(source, field)
			alone := word.Len() == 0
			if opens || alone {
				if start > cursor.Start {
					return phrase, at
				}
				phrase = nil
			}
			if start == cursor.Start {
				at = len(phrase)
			}
			if !alone {
				phrase = append(phrase, word)
			}
			if closes || alone {
				if start >= cursor.Start {
					return phrase, at
				}
				phrase = nil
			}
		}
		start = end
	}
	return phrase, at
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// trimmed is a word without the punctuation around it, and whether there is some at its beginning and end.
func trimmed(source string, field text.Span) (word text.Span, opens, closes bool) {
	whole := field.Of(source)
	left := strings.TrimLeft(whole, "#/*([\"'“‘-–—")
	bare := strings.TrimRight(left, ")]\"'”’,;:.!?*/-–—")
	bare = strings.TrimSuffix(strings.TrimSuffix(bare, "'s"), "’s")
	start := field.Start + len(whole) - len(left)
	return text.Span{Start: start, End: start + len(bare)}, len(left) < len(whole), len(bare) < len(left)
}

// spaced are words of a text with single spaces between.
func spaced(source string, words []text.Span) string {
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
