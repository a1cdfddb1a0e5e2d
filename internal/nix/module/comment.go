package module

import "jetpills/internal/text"

// mostOfLine is how many bytes of a comment's line are looked at, left and right of the cursor. No person writes longer ones.
const mostOfLine = 500

// commentPlace is what stands under a cursor in a comment between white space; nothing on white space, and in a line that is too long.
func commentPlace(source string, comment text.Span, offset int) Place {
	line, fits := around(source, comment, offset, func(b byte) bool { return b == '\n' || b == '\r' })
	if !fits {
		return Place{}
	}
	word, _ := around(source, line, offset, isBlank)
	if word.Len() == 0 {
		return Place{}
	}
	return Place{Kind: CommentPlace, Span: word, Line: line, Offset: offset}
}

// around is what surrounds an offset, within bounds, up to the bytes that end it. It reports false where none does in the first
// mostOfLine bytes.
func around(source string, within text.Span, offset int, ends func(byte) bool) (found text.Span, fits bool) {
	found = text.Span{Start: offset, End: offset}
	for found.Start > within.Start && !ends(source[found.Start-1]) {
		found.Start--
		if offset-found.Start > mostOfLine {
			return found, false
		}
	}
	for found.End < within.End && !ends(source[found.End]) {
		found.End++
		if found.End-offset > mostOfLine {
			return found, false
		}
	}
	return found, true
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }
