package text

import (
	"strings"
	"unicode/utf8"

	"jetpills/internal/pattern"
)

// Attributes of text on a terminal, as ANSI numbers them.
const (
	Bold   = "1"
	Dim    = "2"
	Italic = "3"
	Red    = "31"
	Yellow = "33"
	Cyan   = "36"
)

// Paint gives a text an attribute.
func Paint(s, attribute string) string {
	if s == "" {
		return s
	}
	return "\x1b[" + attribute + "m" + s + "\x1b[0m"
}

var painted = pattern.New("\x1b\\[[0-9]+m")

// Columns is how many columns a text takes on a screen, where each character takes one.
func Columns(s string) int {
	if strings.Contains(s, "\x1b") {
		s = painted.ReplaceAllString(s, "")
	}
	return utf8.RuneCountInString(s)
}

// Wrap breaks a text into lines of at most width columns where words allow that; width 0 breaks none. The first line begins with one
// text, all others with another.
func Wrap(s, first, indent string, width int) []string {
	var lines, words []string
	before, taken := first, Columns(first) // with a space behind each word
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }) {
		size := Columns(word)
		if len(words) > 0 && width > 0 && taken+size > width {
			lines = append(lines, before+strings.Join(words, " "))
			words, before, taken = words[:0], indent, Columns(indent)
		}
		words, taken = append(words, word), taken+size+1
	}
	return append(lines, before+strings.Join(words, " "))
}
