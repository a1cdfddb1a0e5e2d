package syntax

import (
	"cmp"
	"slices"
	"strings"

	"jetpills/internal/text"
)

// How far from the first error a line that was moved is looked for, in lines,
// and how many pairs of lines are tried.
const (
	movedWithin   = 4
	mostMoveTries = 6
)

// movedLine reads a text that is not Nix because a line was moved past its
// neighbour, as an editor's key for that does: with the two exchanged again the
// text has no error. One of them is left out, and what it opens and closes is
// read on the other's far side, where it belongs. It reports false if no such
// line is seen near the place of the first error.
func movedLine(src string, tokens []token, place int) (*Tree, bool) {
	if !couldBeWhole(tokens) {
		return nil, false
	}
	pairs := exchangeable(src, tokens, place)
	for _, p := range pairs[:min(len(pairs), mostMoveTries)] {
		if read(p.exchanged(src), nil).cost == 0 {
			return p.read(src, tokens), true
		}
	}
	return nil, false
}

// couldBeWhole reports whether a text has as many closing brackets, semicolons,
// in, then and else as it needs, be it in the wrong order.
func couldBeWhole(tokens []token) bool {
	var count [lastToken]int
	for i, t := range tokens {
		if t.flags&absent != 0 {
			return false // a string without end
		}
		if t.kind == KeywordLet && tokens[i+1].kind == LBrace {
			continue // let { … } has no in
		}
		count[t.kind]++
	}
	return count[LBrace] == count[RBrace] && count[LBracket] == count[RBracket] && count[LParen] == count[RParen] &&
		count[KeywordLet] == count[KeywordIn] &&
		count[KeywordIf] == count[KeywordThen] && count[KeywordIf] == count[KeywordElse] &&
		count[Semicolon] == count[Equals]+count[KeywordInherit]+count[KeywordWith]+count[KeywordAssert]
}

// A tokenLine is a line and the indexes of its tokens, from:after.
type tokenLine struct {
	text.Span // without the line break
	from      int
	after     int
	indent    int
}

// A linePair is a line and the next.
type linePair struct{ upper, lower tokenLine }

// exchanged is the text with the two lines in the other order.
func (p linePair) exchanged(src string) string {
	return src[:p.upper.Start] + p.lower.Of(src) + src[p.upper.End:p.lower.Start] + p.upper.Of(src) + src[p.lower.End:]
}

// exchangeable are the pairs of lines near a place that may be in the wrong
// order: those first whose indentation says so, then the nearest.
func exchangeable(src string, tokens []token, place int) []linePair {
	var pairs []linePair
	var last tokenLine
	for line := range linesAround(src, tokens, place) {
		p := linePair{last, line}
		if last.after > last.from && line.after > line.from && p.mayBeExchanged(tokens) {
			pairs = append(pairs, p)
		}
		last = line
	}
	slices.SortStableFunc(pairs, func(a, b linePair) int {
		if inside := a.isInsideOut(tokens); inside != b.isInsideOut(tokens) {
			if inside {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.distance(place), b.distance(place))
	})
	return pairs
}

// distance is how many bytes lie between a place and the lines.
func (p linePair) distance(place int) int {
	return max(place-p.lower.End, p.upper.Start-place, 0)
}

// linesAround yields the lines near a place. One that a string goes beyond has
// no tokens.
func linesAround(src string, tokens []token, place int) func(func(tokenLine) bool) {
	return func(yield func(tokenLine) bool) {
		start := place
		for range movedWithin + 1 {
			start = strings.LastIndexByte(src[:max(start-1, 0)], '\n') + 1
		}
		at, _ := slices.BinarySearchFunc(tokens, start, func(t token, at int) int { return int(t.start) - at })
		for n := 0; n <= 2*movedWithin && start < len(src); n++ {
			line := tokenLine{Span: text.Span{Start: start, End: len(src)}, from: at, indent: indentation(src[start:])}
			if i := strings.IndexByte(src[start:], '\n'); i >= 0 {
				line.End = start + i
			}
			for int(tokens[at].start) < line.End {
				at++
			}
			if line.after = at; cutsString(tokens[line.from:at]) {
				line.after = line.from
			}
			if !yield(line) {
				return
			}
			start = line.End + 1
		}
	}
}

// cutsString reports whether a string begins or ends outside of a line's
// tokens.
func cutsString(tokens []token) bool {
	depth := 0
	for _, t := range tokens {
		switch t.kind {
		case StringOpen, IndentOpen, InterpOpen:
			depth++
		case StringClose, IndentClose, InterpClose:
			depth--
		case StringText:
			if depth == 0 {
				return true
			}
		}
		if depth < 0 {
			return true
		}
	}
	return depth != 0
}

// mayBeExchanged reports whether the order of two lines could be why a text is
// not Nix: they open, close or end something, and the indentation does not show
// that the order is right.
func (p linePair) mayBeExchanged(tokens []token) bool {
	switch {
	case p.lower.indent > p.upper.indent && p.upper.goesOn(tokens) && !p.upper.lacksOperand(tokens):
		return false
	case p.lower.indent < p.upper.indent && p.lower.ends(tokens):
		return false
	case p.lower.indent < p.upper.indent && p.upper.goesOn(tokens):
		return true // what is inside of an opener that begins a line is not left of it
	case p.upper.isHalfTyped(tokens), p.lower.isHalfTyped(tokens):
		return false
	}
	return !p.upper.standsAlone(tokens) || !p.lower.standsAlone(tokens)
}

// isInsideOut reports whether one of two lines is indented as if it were inside
// of what the other opens below it or closes above it.
func (p linePair) isInsideOut(tokens []token) bool {
	return p.upper.indent > p.lower.indent && p.lower.goesOn(tokens) ||
		p.lower.indent > p.upper.indent && p.upper.ends(tokens)
}

// goesOn reports whether a line ends with something that what follows is inside
// of.
func (l tokenLine) goesOn(tokens []token) bool {
	switch tokens[l.after-1].kind {
	case LBrace, LBracket, LParen, KeywordLet, Equals, Colon:
		return true
	}
	return false
}

// lacksOperand reports whether a line begins with an operator that has nothing
// on its left.
func (l tokenLine) lacksOperand(tokens []token) bool {
	if binds, _ := operator(tokens[l.from].kind); binds == 0 || l.from == 0 {
		return false
	}
	switch tokens[l.from-1].kind {
	case Equals, Colon, LParen, KeywordIn, KeywordThen, KeywordElse:
		return true
	}
	return false
}

// ends reports whether a line begins with the end of something.
func (l tokenLine) ends(tokens []token) bool {
	return isCloser(tokens[l.from].kind) || tokens[l.from].kind == KeywordIn
}

// isHalfTyped reports whether a line is the beginning of a binding: it stands
// where one can, and has no equals sign yet.
func (l tokenLine) isHalfTyped(tokens []token) bool {
	if l.from > 0 {
		switch tokens[l.from-1].kind {
		case Semicolon, LBrace, KeywordLet:
		default:
			return false
		}
	}
	return tokens[l.from].kind == Word && l.standsAlone(tokens) &&
		!slices.ContainsFunc(tokens[l.from:l.after], func(t token) bool {
			return t.kind == Equals || t.kind == Comma || t.kind == Question
		})
}

// standsAlone reports whether a line neither opens nor closes anything, nor has
// only a part of a binding or of something else with a keyword.
func (l tokenLine) standsAlone(tokens []token) bool {
	waiting := 0 // for their semicolon
	for _, t := range tokens[l.from:l.after] {
		switch t.kind {
		case KeywordLet, KeywordIn, KeywordIf, KeywordThen, KeywordElse:
			return false
		case Equals, KeywordInherit, KeywordWith, KeywordAssert:
			waiting++
		case Semicolon:
			waiting--
		}
	}
	return waiting == 0 && tokens[l.after-1].kind != Colon && len(l.structure(tokens)) == 0
}

// structure is what a line opens and closes beyond itself: its brackets that
// have no partner on it, and what ends a binding or the head of a function.
func (l tokenLine) structure(tokens []token) []Kind {
	var kinds []Kind
	var open []int // indexes into kinds
	waiting := 0   // for their semicolon
	for i := l.from; i < l.after; i++ {
		last := len(open) - 1
		switch k := tokens[i].kind; k {
		case LBrace, LBracket, LParen, KeywordLet:
			open = append(open, len(kinds))
			kinds = append(kinds, k)
		case RBrace, RBracket, RParen, KeywordIn:
			if last >= 0 && closerOf(kinds[open[last]]) == k {
				kinds, open = kinds[:open[last]], open[:last]
				continue
			}
			kinds = append(kinds, k)
		case Equals, KeywordInherit, KeywordWith, KeywordAssert:
			waiting++
		case Semicolon:
			if waiting--; waiting < 0 {
				kinds, waiting = append(kinds, k), 0
			}
		case Colon:
			if i > l.from && tokens[i-1].kind == RBrace && len(kinds) > 0 && kinds[len(kinds)-1] == RBrace {
				kinds = append(kinds, k) // of formals that began above
			}
		}
	}
	return kinds
}

// binds reports whether a line begins with a binding.
func (l tokenLine) binds(tokens []token) bool {
	return tokens[l.from].kind == KeywordInherit || bindingAt(tokens, l.from)
}

// read is the tree of the text with one of the lines left out, rather one that
// binds nothing, and what it opens and closes put to where it belongs.
func (p linePair) read(src string, tokens []token) *Tree {
	moved, to := p.lower, p.upper.from
	if p.lower.binds(tokens) && !p.upper.binds(tokens) {
		moved, to = p.upper, p.lower.after
	}
	place := int32(0)
	if to > 0 {
		place = tokens[to-1].end
	}
	var put []token
	for _, k := range moved.structure(tokens) {
		put = append(put, token{k, absent, place, place})
	}
	all := slices.Insert(slices.Clone(tokens), to, put...)
	from := moved.from
	if to <= from {
		from += len(put)
	}
	for i := range moved.after - moved.from {
		all[from+i].flags |= skipped
	}
	tree, _ := build(src, all)
	both := text.Span{Start: int(tokens[p.upper.from].start), End: int(tokens[p.lower.after-1].end)}
	tree.found = []errorAt{{SyntaxError{Span: both, Code: CodeWrongOrder}, 0}} // all else follows from it
	return tree
}
