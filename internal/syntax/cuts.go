package syntax

import (
	"slices"
	"strings"
)

// cutAt is where the string that opens at an offset has to end if it is one of
// those to be cut short, and 0 if it is not.
func (l *lexer) cutAt(at int, isIndented bool) int32 {
	if len(l.cuts) == 0 {
		return 0
	}
	if _, found := slices.BinarySearch(l.cuts, int32(at)); !found {
		return 0
	}
	if isIndented {
		return int32(dedentAfter(l.src, at))
	}
	return int32(lineCut(l.src, at))
}

// lineCut is where a "…" string that begins at an offset and has lost its
// closing quote most likely ended: at the end of its line, but before the
// closing brackets and the semicolon there.
func lineCut(src string, at int) int {
	line := src[at+1:]
	if i := strings.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	if semicolon := strings.LastIndexByte(line, ';'); semicolon >= 0 {
		if strings.HasPrefix(strings.TrimLeft(line[semicolon+1:], " \t"), "#") {
			line = line[:semicolon+1]
		}
	}
	for line != "" {
		last := line[len(line)-1]
		rest := line[:len(line)-1]
		switch last {
		case ' ', '\t', ';':
		case ')':
			if strings.Count(rest, "(") > strings.Count(rest, ")") {
				return at + 1 + len(line)
			}
		case ']':
			if strings.Count(rest, "[") > strings.Count(rest, "]") {
				return at + 1 + len(line)
			}
		case '}':
			if strings.Count(rest, "{") > strings.Count(rest, "}") {
				return at + 1 + len(line)
			}
		default:
			return at + 1 + len(line)
		}
		line = rest
	}
	return at + 1
}

// dedentAfter is the end of the last line that a ”…” string opened at an
// offset plausibly has: the text before the first line that is not blank and
// not indented more than the line of the opening quotes.
func dedentAfter(src string, at int) int {
	lineStart := strings.LastIndexByte(src[:at], '\n') + 1
	indent := indentation(src[lineStart:])
	end := strings.IndexByte(src[at:], '\n')
	if end < 0 {
		return len(src)
	}
	end += at
	for lineStart = end + 1; lineStart < len(src); {
		line := src[lineStart:]
		next := strings.IndexByte(line, '\n')
		if next >= 0 {
			line = line[:next]
		}
		if strings.TrimSpace(line) != "" && indentation(line) <= indent {
			return end
		}
		if next < 0 {
			return len(src)
		}
		end = lineStart + next
		lineStart = end + 1
	}
	return end
}

// indentation is the width of the white space that a line begins with.
func indentation(line string) int {
	for i := 0; i < len(line); i++ {
		if line[i] != ' ' && line[i] != '\t' {
			return i
		}
	}
	return len(line)
}

// How many strings are tried as the one that lost its closing quote, and how
// often: the work of a broken quote stays a small multiple of a parse.
const (
	mostCutTries  = 6
	mostCutRounds = 3
)

// suspects are the opening quotes of strings that may have run on into code:
// they span a line break and hold something that looks like a binding, or have
// no end. Strings already cut are none.
func suspects(src string, tokens []token, cuts []int32) []int32 {
	var found []int32
	var open []int // indexes of opening quotes
	for i, t := range tokens {
		switch t.kind {
		case StringOpen, IndentOpen:
			open = append(open, i)
		case StringClose, IndentClose:
			if len(open) == 0 {
				continue
			}
			opener := tokens[open[len(open)-1]]
			open = open[:len(open)-1]
			if _, cut := slices.BinarySearch(cuts, opener.start); cut {
				continue
			}
			body := src[opener.end:t.start]
			newline := strings.IndexByte(body, '\n')
			if newline < 0 && t.flags&absent == 0 {
				continue
			}
			switch {
			case t.flags&absent != 0,
				t.kind == StringClose && strings.Contains(body, "="),
				t.kind == IndentClose && dedentAfter(src, int(opener.start)) < int(t.start)-indentationBefore(src, int(t.start))-1:
				found = append(found, opener.start)
			}
		}
	}
	slices.Sort(found)
	if len(found) > mostCutTries {
		found = found[:mostCutTries]
	}
	return found
}

// indentationBefore is how much white space stands directly before an offset,
// on its line.
func indentationBefore(src string, at int) int {
	start := at
	for start > 0 && (src[start-1] == ' ' || src[start-1] == '\t') {
		start--
	}
	return at - start
}
