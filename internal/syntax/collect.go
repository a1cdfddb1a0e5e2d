package syntax

import (
	"cmp"
	"slices"

	"jetpills/internal/text"
)

// errorAt is an error and the token that the parser was at.
type errorAt struct {
	SyntaxError
	token int32
}

// allErrors puts the errors of the lexer, of the repair of brackets and of the
// parser in order: by place, and where several things are missing at one place
// in the order in which they belong there.
func allErrors(tokens []token, lexer []SyntaxError, parser []errorAt) []errorAt {
	all := append(parser, repairErrors(tokens)...)
	for _, e := range lexer {
		all = append(all, errorAt{e, 0})
	}
	inOrder := func(a, b errorAt) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.token, b.token), cmp.Compare(a.End, b.End))
	}
	if !slices.IsSortedFunc(all, inOrder) {
		slices.SortStableFunc(all, inOrder)
	}
	for i, e := range all {
		if e.Code == CodeUnclosedComment {
			return withoutConsequences(all[:i], e, tokens)
		}
	}
	return all
}

// withoutConsequences leaves out what is only missing because a comment takes
// the rest of the text.
func withoutConsequences(errors []errorAt, comment errorAt, tokens []token) []errorAt {
	last := 0
	if len(tokens) > 1 {
		last = int(tokens[len(tokens)-2].end)
	}
	errors = slices.DeleteFunc(errors, func(e errorAt) bool { return e.Start >= last })
	return append(errors, comment)
}

// repairErrors are the errors that the repair of brackets and the ends of
// broken strings stand for: absent tokens and skipped ones.
func repairErrors(tokens []token) []errorAt {
	damaged := 0
	for _, t := range tokens {
		if t.flags != 0 {
			damaged++
		}
	}
	if damaged == 0 {
		return nil
	}
	errors := make([]errorAt, 0, damaged)
	var open []int32
	for i, t := range tokens {
		switch {
		case t.flags&skipped != 0:
			errors = append(errors, errorAt{SyntaxError{
				Span: t.span(), Code: CodeUnopened, Found: t.kind.String(),
			}, int32(i)})
		case opens(tokens, i):
			open = append(open, int32(i))
		case t.kind == KeywordIn || isCloser(t.kind) || t.kind == StringClose:
			if len(open) == 0 || closerOf(tokens[open[len(open)-1]].kind) != t.kind {
				continue // a let without in, which the parser reports
			}
			at := open[len(open)-1]
			open = open[:len(open)-1]
			if e, ok := pairError(tokens[at], t); ok {
				errors = append(errors, errorAt{e, int32(i)})
			}
		}
	}
	return errors
}

// opens reports whether a token opens something that has to be closed.
func opens(tokens []token, i int) bool {
	switch tokens[i].kind {
	case LBrace, LBracket, LParen, InterpOpen, StringOpen, IndentOpen:
		return true
	case KeywordLet:
		return tokens[i+1].kind != LBrace
	}
	return false
}

// pairError is the error of a pair of brackets one of which is absent.
func pairError(opener, closer token) (SyntaxError, bool) {
	switch {
	case opener.flags&absent != 0 && closer.flags&absent == 0:
		return SyntaxError{
			Span: opener.span(), Code: CodeMissing, Wanted: opener.kind.String(), Opener: closer.span(),
		}, true
	case opener.flags&absent == 0 && closer.flags&absent != 0:
		code := CodeUnclosed
		if closer.kind == StringClose || closer.kind == IndentClose {
			code = CodeUnclosedString
		}
		return SyntaxError{
			Span: closer.span(), Code: code, Found: opener.kind.String(), Wanted: closer.kind.String(),
			Opener: opener.span(), Insert: closer.kind.String(),
		}, true
	}
	return SyntaxError{}, false
}

func (t token) span() text.Span { return text.Span{Start: int(t.start), End: int(t.end)} }
