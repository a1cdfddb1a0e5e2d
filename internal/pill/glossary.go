package pill

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Word is what an entry of the glossary explains. Entries are the sections of glossary.md, and their headings name the words:
// "Capsule", "Device tree, DTB" or "ESP: EFI system partition".
type Word struct {
	// Text is the word as the heading writes it.
	Text string
	// Meaning is what an abbreviation stands for: "EFI system partition"; or "".
	Meaning string
	// Section is the entry.
	Section Section
}

// Word finds the entry of the glossary for a word or a few words with single spaces between, in the singular or with an s behind.
// A dash counts as a space. Words that have a capital letter inside are found only as they are written: ESP, SoM. All others may
// begin with a capital letter.
func (c *Collection) Word(text string) (Word, bool) {
	words := c.words()
	spaced := strings.ReplaceAll(text, "-", " ")
	for _, form := range [2]string{spaced, strings.TrimSuffix(spaced, "s")} {
		if word, ok := words[form]; ok {
			return word, true
		}
		if lower := lowerFirst(form); lower != form {
			if word, ok := words[lower]; ok && !hasCapital(lower) {
				return word, true
			}
		}
	}
	return Word{}, false
}

// readGlossary gives the words of the glossary by how they are looked for: dashes as spaces, and in lower case where they have no
// capital letter inside.
func (c *Collection) readGlossary() map[string]Word {
	words := map[string]Word{}
	if c.glossary == nil {
		return words
	}
	for _, s := range c.glossary.Sections[1:] {
		texts, meaning := s.entryWords()
		for _, text := range texts {
			key := strings.ReplaceAll(text, "-", " ")
			if lower := lowerFirst(key); !hasCapital(lower) {
				key = lower
			}
			if _, taken := words[key]; key != "" && !taken {
				words[key] = Word{text, meaning, s}
			}
		}
	}
	return words
}

// entryWords are the words that the heading of an entry names, and what an abbreviation among them stands for, which is one of them.
func (s Section) entryWords() (texts []string, meaning string) {
	names, meaning, _ := strings.Cut(s.Title, ": ")
	texts = strings.Split(names, ", ")
	if meaning != "" {
		texts = append(texts, meaning)
	}
	return texts, meaning
}

// isEntryFor reports whether an entry is the one for a word, in any case.
func (s Section) isEntryFor(word string) bool {
	texts, _ := s.entryWords()
	return slices.ContainsFunc(texts, func(text string) bool { return strings.EqualFold(text, word) })
}

func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if !unicode.IsUpper(first) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

func hasCapital(s string) bool { return strings.ContainsFunc(s, unicode.IsUpper) }
