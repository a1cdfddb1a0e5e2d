package module

import (
	"slices"

	"jetpills/internal/nix/syntax"
)

// syntaxNodes are the tokens that a SyntaxPlace may be on, with the nodes that they belong to: an or elsewhere is a name.
var syntaxNodes = map[syntax.Kind][]syntax.Kind{
	syntax.KeywordIf:      {syntax.If},
	syntax.KeywordThen:    {syntax.If},
	syntax.KeywordElse:    {syntax.If},
	syntax.KeywordAssert:  {syntax.Assert},
	syntax.KeywordWith:    {syntax.With},
	syntax.KeywordLet:     {syntax.LetIn, syntax.LetBody},
	syntax.KeywordIn:      {syntax.LetIn},
	syntax.KeywordRec:     {syntax.AttrSet},
	syntax.KeywordInherit: {syntax.Inherit},
	syntax.KeywordOr:      {syntax.Select},
	syntax.Update:         {syntax.Binary},
	syntax.Concat:         {syntax.Binary},
	syntax.Implies:        {syntax.Binary},
	syntax.And:            {syntax.Binary},
	syntax.OrOp:           {syntax.Binary},
	syntax.Equal:          {syntax.Binary},
	syntax.NotEqual:       {syntax.Binary},
	syntax.Plus:           {syntax.Binary},
	syntax.Not:            {syntax.Unary},
	syntax.Question:       {syntax.HasAttr, syntax.Formal},
	syntax.Ellipsis:       {syntax.Formals},
	syntax.At:             {syntax.Lambda},
	syntax.Colon:          {syntax.Lambda},
	syntax.IndentOpen:     {syntax.IndentedString},
	syntax.IndentClose:    {syntax.IndentedString},
	syntax.InterpOpen:     {syntax.Interpolation, syntax.Dynamic},
}

// SyntaxAt is the keyword or the operator on which a cursor at a byte offset stands, as a SyntaxPlace; Nothing for any other cursor. One
// behind a keyword stands on the white space there. The place's Node is the construct that has the keyword, its Path what a with and an
// inherit take names from.
func SyntaxAt(t *syntax.Tree, offset int) Place {
	token := t.TokenAt(offset, func(syntax.Kind) int { return 0 })
	n := t.NodeOf(token)
	if token.Skipped || !slices.Contains(syntaxNodes[token.Kind], n.Kind()) {
		return Place{}
	}
	place := Place{Kind: SyntaxPlace, Span: token.Span, Token: token.Kind, Node: n}
	switch n.Kind() {
	case syntax.With:
		place.Path = new(reader).selected(n.Child(0), nil).path
	case syntax.Inherit:
		if i, _ := syntax.AsInherit(n); !i.From().IsZero() {
			place.Path = new(reader).selected(i.From(), nil).path
		}
	}
	return place
}
