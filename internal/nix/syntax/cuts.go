package syntax

import (
	"slices"
	"strings"
)

// A cut is the end that is given to a string, or to an interpolation in one,
// because reading on made no sense.
type cut struct {
	start int32 // of the opening quote, or of the ${
	end   int32
}

func (c cut) compare(start int32) int { return int(c.start - start) }

// cutEnds are the places where a string that begins at an offset and has lost
// its closing quote may have ended, the likeliest first. An interpolation that
// has lost its brace ended before the string's closing quote.
func cutEnds(src string, at int32) []int32 {
	var ends []int32
	if src[at] == '\'' {
		if line := lineFrom(src, int(at)+1); strings.TrimSpace(line) != "" && strings.HasSuffix(line, ";") {
			ends = append(ends, at+2+int32(beforeClosers(line)))
		}
		indent := indentation(src[strings.LastIndexByte(src[:at], '\n')+1:])
		if end := int32(dedentAfter(src, int(at), indent+1)); !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
		return ends
	}
	line := lineFrom(src, int(at))
	if src[at] == '$' {
		return append(ends, at+1+int32(max(strings.IndexByte(line, '"'), 0)))
	}
	likeliest := beforeClosers(line)
	switch { // with bindings on the line behind it
	case bindingsIn(line, '{') > 0:
		likeliest = beforeOpener(line)
	case bindingsIn(line, ';') > 0:
		likeliest = strings.IndexByte(line, ';')
	}
	for _, end := range [...]int{likeliest, nameEnd(src, line)} {
		if end := at + 1 + int32(end); end > at && !slices.Contains(ends, end) {
			ends = append(ends, end)
		}
	}
	return ends
}

// lineFrom is the rest of a line behind the quote at an offset, without a
// comment behind a semicolon.
func lineFrom(src string, at int) string {
	line := src[at+1:]
	if i := strings.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	if semicolon := strings.LastIndexByte(line, ';'); semicolon >= 0 {
		if strings.HasPrefix(strings.TrimLeft(line[semicolon+1:], " \t"), "#") {
			line = line[:semicolon+1]
		}
	}
	return line
}

// beforeClosers is the length of a line without the semicolons and the closing
// brackets at its end that nothing on the line opens.
func beforeClosers(line string) int {
	opened := map[byte]int{
		')': strings.Count(line, "(") - strings.Count(line, ")"),
		']': strings.Count(line, "[") - strings.Count(line, "]"),
		'}': strings.Count(line, "{") - strings.Count(line, "}"),
	}
	for end := len(line); end > 0; end-- {
		switch last := line[end-1]; last {
		case ' ', '\t', ';':
		case ')', ']', '}':
			if opened[last]++; opened[last] > 0 {
				return end
			}
		default:
			return end
		}
	}
	return 0
}

// beforeOpener is the length of a line up to the first opening bracket with a
// space before it; -1 if there is none.
func beforeOpener(line string) int {
	for i := 0; i+1 < len(line); i++ {
		if line[i] == ' ' && strings.IndexByte("{[(", line[i+1]) >= 0 {
			return i
		}
	}
	return -1
}

// nameEnd is the length of the attribute name that a line with a binding begins
// with; -1 if there is none. A last word behind a dot is part of a file's name
// or a name of its own: the latter if the text binds it elsewhere, too, or if it
// is what configurations have behind file names.
func nameEnd(src, line string) int {
	end := strings.Index(line, " = ")
	if end < 0 && strings.HasSuffix(line, " =") {
		end = len(line) - 2
	}
	if end < 0 {
		return -1
	}
	dot := strings.LastIndexByte(line[:end], '.')
	if dot < 1 || !IsName(line[dot+1:end]) {
		return end
	}
	switch word := line[dot+1 : end]; {
	case word == "text", word == "source", strings.Contains(src, `".`+word+" = "), strings.Contains(src, " "+word+" = "):
		return dot
	}
	return end
}

// dedentAfter is the end of the last line that a ”…” string opened at an
// offset plausibly has: the text before the first line that is not blank and
// indented less than least.
func dedentAfter(src string, at, least int) int {
	end := strings.IndexByte(src[at:], '\n')
	if end < 0 {
		return len(src)
	}
	end += at
	for lineStart := end + 1; lineStart < len(src); {
		line := src[lineStart:]
		next := strings.IndexByte(line, '\n')
		if next >= 0 {
			line = line[:next]
		}
		if strings.TrimSpace(line) != "" && indentation(line) < least {
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
	mostOfBody    = 4096 // bytes of a string that are looked at for code
)

// withoutRunaways finds the strings of a text with errors that have lost their
// closing quote, so that from there on code is read as text and text as code,
// and cuts them short. The reading that costs least wins.
func withoutRunaways(src string, r reading) reading {
	for range mostCutRounds {
		better := r.withOneCutMore(src)
		if better.cost == r.cost {
			break
		}
		settled := better.settles(src, r)
		if r = better; settled {
			break
		}
	}
	return r
}

// withOneCutMore is the best reading in which one string more is cut short, or
// r if none is better.
func (r reading) withOneCutMore(src string) reading {
	best := r
	for _, at := range suspects(src, r.tree.tokens, r.cuts) {
		place, _ := slices.BinarySearchFunc(r.cuts, at, cut.compare)
		for _, end := range cutEnds(src, at) {
			tried := read(src, slices.Insert(slices.Clone(r.cuts), place, cut{at, end}))
			if tried.cost >= best.cost {
				continue
			}
			if best = tried; best.settles(src, r) {
				return best
			}
		}
	}
	return best
}

// settles reports whether one more cut leaves only one place that is wrong, and
// there what a string cut short lacks: a quote, or a quote and the semicolon
// behind it, as in a binding that is being typed. What is odd about the text
// besides must be next to nothing beside what was wrong before.
func (r reading) settles(src string, before reading) bool {
	errors := r.tree.found
	if odd := r.cost - 2*len(errors); odd > before.cost/16 {
		return false
	}
	switch len(errors) {
	case 1:
		return true
	case 2:
		quote, semicolon := errors[0], errors[1]
		return quote.Code == CodeUnclosedString && src[quote.Opener.Start] == '"' &&
			semicolon.Insert == ";" && semicolon.Start == quote.Start
	}
	return false
}
