package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible is a text of others that can do nothing to a terminal, a log or a reader: line breaks, control characters and
// the characters that turn the direction of writing are written out, as \n, \u001b or \u202e, but for those in keep.
// What was written out is valid within a JSON string, too. Bytes that are no UTF-8 become U+FFFD.
func Visible(s, keep string) string {
	if isPrintable(s) || utf8.ValidString(s) && !strings.ContainsFunc(s, isHidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !isHidden(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// isPrintable reports whether a text is of ASCII's printable characters alone, as most are.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isHidden reports whether a character does something instead of being seen: Unicode's control characters, C1 and DEL
// among them, its separators of lines and paragraphs, and the controls of its bidirectional algorithm.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}
