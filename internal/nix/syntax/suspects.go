package syntax

import (
	"slices"
	"strings"
)

// suspects are the opening quotes of strings that may have run on into code,
// the likelier ones first: those that have no end or span a line break. An
// interpolation in which a string opens right behind a word is one, too: that
// quote was to close the string around it. What is cut already is none.
func suspects(src string, tokens []token, cuts []cut) []int32 {
	var likely, possible, unclosed []int32
	var open []int // indexes of opening quotes and interpolations
	for i, t := range tokens {
		switch t.kind {
		case InterpOpen:
			open = append(open, i)
		case StringOpen, IndentOpen:
			if last := len(open) - 1; t.kind == StringOpen && last > 0 && tokens[open[last]].kind == InterpOpen &&
				tokens[open[last-1]].kind == StringOpen && touchesWord(tokens, int32(i)) {
				unclosed = append(unclosed, tokens[open[last]].start)
			}
			open = append(open, i)
		case InterpClose:
			open = open[:max(len(open)-1, 0)]
		case StringClose, IndentClose:
			if len(open) == 0 {
				continue
			}
			opener := tokens[open[len(open)-1]]
			open = open[:len(open)-1]
			if _, isCut := slices.BinarySearchFunc(cuts, opener.start, cut.compare); isCut {
				continue
			}
			body := src[opener.end:min(t.start, opener.end+mostOfBody)]
			switch {
			case t.flags&absent != 0, tokens[i+1].start == t.end && (touchesOddly(tokens[i+1].kind) || tokens[i+1].kind == InterpOpen):
				likely = append(likely, opener.start)
			case strings.IndexByte(body, '\n') < 0:
			case t.kind == IndentClose:
				least := indentation(src[strings.LastIndexByte(src[:opener.start], '\n')+1:]) + 1
				if dedentAfter(src[:t.start], int(opener.start), least) < int(t.start)-indentationBefore(src, int(t.start))-1 {
					likely = append(likely, opener.start)
				}
			case bindingsIn(body, '\n') > 0, endsLikeCode(body):
				likely = append(likely, opener.start)
			default:
				possible = append(possible, opener.start)
			}
		}
	}
	slices.Sort(likely)
	slices.Sort(possible)
	found := append(likely, possible...)
	return append(found[:min(len(found), mostCutTries)], unclosed[:min(len(unclosed), 1)]...)
}

// endsLikeCode reports whether the first line of a string of several lines ends
// like a line of code.
func endsLikeCode(body string) bool {
	line := strings.TrimRight(body[:strings.IndexByte(body, '\n')], " \t\r")
	if line == "" || strings.HasSuffix(line, "${") {
		return false
	}
	return strings.IndexByte(";([{", line[len(line)-1]) >= 0 || strings.HasSuffix(line, "''")
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

// oddities counts what Nix allows in strings and people do not write: quotes
// that touch a word, and lines in a string that read like bindings. A text with
// much of it is read inside out.
func oddities(src string, tokens []token) int {
	odd := 0
	for i, t := range tokens {
		switch t.kind {
		case StringOpen, IndentOpen:
			if i > 0 && tokens[i-1].end == t.start && touchesOddly(tokens[i-1].kind) {
				odd += 3
			}
		case StringClose, IndentClose:
			if next := tokens[i+1]; t.flags&absent == 0 && next.start == t.end && touchesOddly(next.kind) {
				odd += 3
			}
		case StringText:
			if i > 0 && tokens[i-1].kind != IndentOpen {
				body := t.of(src)
				odd += 2*bindingsIn(body, '\n') + min(bindingsIn(body, ';')+bindingsIn(body, '{'), 1)
			}
		}
	}
	return odd
}

// touchesOddly reports whether nobody writes a token of this kind without a
// space between it and a string.
func touchesOddly(k Kind) bool {
	switch k {
	case Word, Integer, FloatNumber, PathText, URIText, StringOpen, StringClose, IndentOpen, IndentClose:
		return true
	}
	return k >= KeywordIf && k <= KeywordOr
}

// bindingsIn counts what in the text of a string begins like a binding, behind a
// line break, a semicolon or a brace.
func bindingsIn(s string, behind byte) int {
	count := 0
	for {
		i := strings.IndexByte(s, behind)
		if i < 0 {
			return count
		}
		s = strings.TrimLeft(s[i+1:], " \t")
		name := 0
		for name < len(s) && (is(s[name], classWord) || s[name] == '.') {
			name++
		}
		if name > 0 && strings.HasPrefix(s[name:], " = ") {
			count++
		}
	}
}
