package syntax

import (
	"cmp"
	"slices"
	"strings"

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
	return all
}

// withoutConsequences looks for a comment or a string of several lines that
// takes the rest of the text. Its error is put where it begins, and what is
// only missing because of it is left out.
func (t *Tree) withoutConsequences(errors []SyntaxError) []SyntaxError {
	i := slices.IndexFunc(errors, func(e SyntaxError) bool {
		isComment := e.Code == CodeUnclosedComment
		return isComment || e.Code == CodeUnclosedString && e.Start == len(t.src) && strings.Contains(t.src[e.Opener.Start:], "\n")
	})
	if i < 0 {
		return errors
	}
	endless := errors[i]
	end := min(endless.Opener.Start, int(t.token(max(t.index(endless.Opener.Start)-1, 0)).end))
	errors = slices.DeleteFunc(errors, func(e SyntaxError) bool { return e.Start >= end })
	endless.Span, endless.Opener, endless.Insert = endless.Opener, text.Span{}, ""
	return append(errors, endless)
}

// repairErrors are the errors that the repair of brackets and the ends of
// broken strings stand for: absent tokens and skipped ones.
func repairErrors(tokens []token) []errorAt {
	if !slices.ContainsFunc(tokens, func(t token) bool { return t.flags != 0 }) {
		return nil
	}
	var errors []errorAt
	var open []int32
	for i, t := range tokens {
		switch {
		case t.flags&skipped != 0 && t.kind == Semicolon: // with the bracket before it
		case t.flags&skipped != 0:
			errors = append(errors, errorAt{SyntaxError{
				Span: t.span(), Code: CodeUnopened, Found: t.kind.String(),
			}, int32(i)})
		case opens(tokens, i):
			open = append(open, int32(i))
		case t.kind == KeywordIn || isCloser(t.kind) || t.kind == StringClose:
			if len(open) == 0 || partner[tokens[open[len(open)-1]].kind] != t.kind {
				continue // a let without in, which the parser reports
			}
			at := open[len(open)-1]
			open = open[:len(open)-1]
			if e, ok := pairError(tokens, at, t); ok {
				errors = append(errors, errorAt{e, int32(i)})
			}
		}
	}
	return errors
}

// opens reports whether a token opens something that has to be closed.
func opens(tokens []token, i int) bool {
	k := tokens[i].kind
	return k.in(openers) || k == KeywordLet && tokens[i+1].kind != LBrace
}

// pairError is the error of a pair of brackets one of which is absent: the one
// that opens at an index, and the one that closes it.
func pairError(tokens []token, at int32, closer token) (SyntaxError, bool) {
	opener := tokens[at]
	switch {
	case opener.kind == StringOpen && closer.flags&absent != 0 && closer.start == opener.end && touchesWord(tokens, at):
		// The quote closes a string that lost its opening one.
		for at--; touchesWord(tokens, at); at-- {
			continue
		}
		start := int(tokens[at].start)
		return SyntaxError{
			Span: text.Span{Start: start, End: start}, Code: CodeMissing, Wanted: opener.kind.String(),
			Opener: opener.span(), Insert: opener.kind.String(),
		}, true
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

// touchesWord reports whether a word, or what else may be part of an unquoted
// text, stands before the token at an index without a space.
func touchesWord(tokens []token, i int32) bool {
	if i == 0 || tokens[i-1].end != tokens[i].start {
		return false
	}
	switch tokens[i-1].kind {
	case Word, Integer, FloatNumber, PathText, Dot, Minus:
		return true
	}
	return false
}
