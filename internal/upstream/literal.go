package upstream

import (
	"strings"

	"jetpills/internal/syntax"
)

// maxIndirections bounds how often a value is looked up by the name of a variable.
const maxIndirections = 8

// literal is the text that an expression stands for: a string, or a variable that a let or a recursive set around it binds to one.
func literal(n syntax.Node, indirections int) (string, bool) {
	switch n.Kind() {
	case syntax.URI:
		return n.Text(), true
	case syntax.Identifier:
		return variable(n, n.Text(), indirections)
	case syntax.Paren:
		return literal(n.First(), indirections)
	case syntax.String:
		if value, ok := syntax.StringValue(n); ok {
			return value, true
		}
		return interpolated(n, indirections)
	}
	return "", false
}

// interpolated is the value of a string whose interpolations are all variables that can be read.
func interpolated(n syntax.Node, indirections int) (string, bool) {
	content, source := syntax.StringContent(n), n.Tree().Source()
	if strings.Contains(content.Of(source), `\`) {
		return "", false
	}
	var b strings.Builder
	at := content.Start
	for part := range n.Children() {
		if part.Kind() != syntax.Interpolation {
			return "", false
		}
		value, ok := literal(part.First(), indirections)
		if !ok || b.Len()+len(value) > 4096 {
			return "", false
		}
		b.WriteString(source[at:part.Span().Start])
		b.WriteString(value)
		at = part.Span().End
	}
	b.WriteString(source[at:content.End])
	return b.String(), true
}

// variable is the text that a name stands for where n is. A function's argument is not known.
func variable(n syntax.Node, name string, indirections int) (string, bool) {
	if indirections == 0 {
		return "", false
	}
	for above := range syntax.Ancestors(n) {
		switch above.Kind() {
		case syntax.Lambda:
			if bindsParameter(above, name) {
				return "", false
			}
			continue
		case syntax.LetIn:
		case syntax.AttrSet:
			if set, ok := syntax.AsAttrSet(above); !ok || !set.Recursive() {
				continue
			}
		default:
			continue
		}
		value, inherited, ok := bound(above, name)
		switch {
		case !ok:
		case inherited:
			return variable(above.Parent(), name, indirections-1)
		default:
			return literal(value, indirections-1)
		}
	}
	return "", false
}

func bindsParameter(lambda syntax.Node, name string) bool {
	for n := range lambda.Children() {
		switch n.Kind() {
		case syntax.Parameter:
			if n.Text() == name {
				return true
			}
		case syntax.Formals:
			for formal := range n.Children() {
				if formal.First().Text() == name {
					return true
				}
			}
		}
	}
	return false
}

// bound is the value of a name in a set or a let; inherited says that it comes from the scope around.
func bound(scope syntax.Node, name string) (value syntax.Node, inherited, ok bool) {
	for n := range syntax.Bindings(scope) {
		if binding, is := syntax.AsBinding(n); is {
			first := binding.Path().First()
			if own, known := syntax.AttrName(first); known && own == name {
				if !first.Next().IsZero() {
					return syntax.Node{}, false, true // a set, not a text
				}
				return binding.Value(), false, true
			}
			continue
		}
		if inherit, is := syntax.AsInherit(n); is {
			for part := range inherit.Names() {
				if own, known := syntax.AttrName(part); known && own == name {
					return inherit.From(), inherit.From().IsZero(), true
				}
			}
		}
	}
	return syntax.Node{}, false, false
}
