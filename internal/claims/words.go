package claims

import (
	"iter"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
)

var (
	// wordPattern finds words of source, and parameters with their value: initrd-flash, JP_FUSE_PRESIGN, swiotlb=2048.
	wordPattern = pattern.New(`[A-Za-z_][A-Za-z0-9_-]*`)
	parameter   = pattern.New(`\b[a-z][a-z0-9_]*=[a-z0-9]+\b`)
	// specificWord are words that can hardly be any but names; plainWord are those that may be.
	specificWord = pattern.New(`^(?:[a-z][a-z0-9]*(?:[A-Z]|[_=-][A-Za-z0-9])[A-Za-z0-9_=-]*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$`)
	plainWord    = pattern.New(`^[a-z]{4,}$`)
	// message is what a program prints, or the call of one: three words or more, or two that begin like a sentence.
	message = pattern.New(`^(?:[^\s"={};?]+(?: [^\s"={};?]+){2,}|[A-Z][^\s"={};?]+ [^\s"={};?]+)$`)
)

// SourceWords visits all words of a source text, some more than once.
func SourceWords(source string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, pattern := range []*pattern.Pattern{wordPattern, parameter} {
			for _, w := range pattern.FindAllString(source, -1) {
				if !yield(strings.TrimRight(w, "-_")) {
					return
				}
			}
		}
	}
}

// DefinedWords are the names that a Nix text binds or takes as arguments, and the strings in it that are a word.
func DefinedWords(nix string) map[string]bool {
	words := map[string]bool{}
	Learn(nix, words)
	for _, pattern := range []*pattern.Pattern{formal, quoted} {
		for _, m := range pattern.FindAllStringSubmatch(nix, -1) {
			words[m[1]] = true
		}
	}
	return words
}

var formal = pattern.New(`(?m)(?:^|[{,])\s*([A-Za-z_][A-Za-z0-9_'-]*)\s*(?:,|\}|\?|$)`)

// A Word is a word in code that may be a name of upstream's source, or all of a piece of code in prose.
type Word struct {
	Start, End int // where it stands in the text
	Name       string
	// Plain is set for a word that may be one of English or of Nix. Such a word is a name only where it stands alone, or where Nix
	// binds it or has it as a string, and where upstream defines it.
	Plain bool
}

// Words are the words in the code of a text that may be names of upstream's source.
func Words(t Text) []Word {
	var all, phrases []Word
	for _, c := range t.Code {
		code := t.Source[c[0]:c[1]]
		if !t.IsCode && message.MatchString(code) {
			phrases = append(phrases, Word{Start: c[0], End: c[1], Name: code})
		}
		for _, pattern := range []*pattern.Pattern{parameter, wordPattern} {
			for _, m := range pattern.FindAllStringIndex(code, -1) {
				name := strings.TrimRight(code[m[0]:m[1]], "-_")
				w := Word{Start: c[0] + m[0], End: c[0] + m[0] + len(name), Name: name}
				switch {
				case specificWord.MatchString(name) && len(name) > 4 && !isHash(name):
				case plainWord.MatchString(name) && (!t.IsCode && strings.Trim(code, `"`) == name || t.Language == "nix" && isString(code, m)):
					w.Plain = true
				default:
					continue
				}
				if !slices.ContainsFunc(all, func(o Word) bool { return o.Start <= w.Start && w.End <= o.End }) {
					all = append(all, w)
				}
			}
		}
	}
	if t.Language == "nix" {
		for b := range syntax.Parse(t.Source).BindingPaths() {
			name := b.Path[strings.LastIndexByte(b.Path, '.')+1:]
			if at := strings.Index(t.Source[b.Offset:], name); at >= 0 && plainWord.MatchString(name) {
				all = append(all, Word{b.Offset + at, b.Offset + at + len(name), name, true})
			}
		}
	}
	return append(phrases, all...)
}

// proseWords are the words of prose that can hardly be any but names. Those that some code has too may be names of upstream's.
func proseWords(t Text) []Word {
	var all []Word
	for _, m := range wordPattern.FindAllStringIndex(t.Source, -1) {
		name := strings.TrimRight(t.Source[m[0]:m[1]], "-_")
		inCode := slices.ContainsFunc(t.Code, func(c [2]int) bool { return c[0] < m[1] && m[0] < c[1] })
		inPath := m[0] > 0 && strings.IndexByte("/#.", t.Source[m[0]-1]) >= 0
		if !inCode && !inPath && specificWord.MatchString(name) {
			all = append(all, Word{Start: m[0], End: m[0] + len(name), Name: name})
		}
	}
	return all
}

// isString reports whether a word is all of a string.
func isString(code string, m []int) bool {
	return m[0] > 0 && m[1] < len(code) && code[m[0]-1] == '"' && code[m[1]] == '"'
}

// isHash reports whether a word is made by a machine: of a hash or a UUID.
func isHash(word string) bool {
	return strings.HasPrefix(word, "sha256-") || len(word) > 20 && strings.Trim(word, "0123456789abcdef-") == ""
}

// readSourceWords checks words of code that upstream's source has at some revisions and not at others.
func (r *reader) readSourceWords() {
	for _, w := range scan(r, "source words", func() []Word { return append(Words(r.text), proseWords(r.text)...) }) {
		has, known := r.library.HasWord(r.Revision, w.Name, w.Plain)
		if has || !known || r.exists(w.Name) || r.bound(w.Name) {
			continue
		}
		// What is said of a longer name holds for this one.
		if slices.ContainsFunc(r.missing, func(m Missing) bool { return m.Start < w.End && w.Start < m.End }) {
			continue
		}
		past, _ := r.library.WordHistory(w.Name)
		r.say(w.Start, w.End, "word", past, "the source has no word %s", w.Name)
	}
}
