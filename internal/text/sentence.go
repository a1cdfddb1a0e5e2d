package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence cuts a paragraph of Markdown behind its first sentence: at a full stop before a space and what begins a sentence, outside
// of code.
func Sentence(words string) (first, rest string) {
	inCode := false
	for i := 0; i+2 < len(words); i++ {
		switch {
		case words[i] == '`':
			inCode = !inCode
		case words[i] == '.' && words[i+1] == ' ' && !inCode:
			next, _ := utf8.DecodeRuneInString(words[i+2:])
			if next == '`' || !unicode.IsLower(next) || strings.HasPrefix(words[i+2:], "jetpack-nixos ") {
				return words[:i+1], strings.TrimSpace(words[i+2:])
			}
		}
	}
	return words, ""
}
