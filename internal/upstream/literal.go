package upstream

import (
	"strings"

	"jetpills/internal/nix/syntax"
)

// Bounds of the search for values. A file that means harm can make variables out of variables without end.
const (
	maxLookups   = 200_000 // bindings and scopes looked at in one file
	maxLiteral   = 4096    // bytes of a text that is put together
	maxVariables = 64      // variables that stand for variables
)

// reader reads texts out of expressions without evaluating them. It gives up for good after maxLookups.
type reader struct{ steps int }

func (r *reader) step() bool {
	r.steps++
	return r.steps <= maxLookups
}

// literal is the text that an expression stands for: a string, or a variable that a let or a recursive set around it binds to one.
func (r *reader) literal(n syntax.Node, depth int) (string, bool) {
	if depth > maxVariables || !r.step() {
		return "", false
	}
	switch n.Kind() {
	case syntax.URI:
		return n.Text(), true
	case syntax.Identifier:
		return r.variable(n, n.Text(), depth+1)
	case syntax.Paren:
		return r.literal(n.First(), depth+1)
	case syntax.String:
		if value, ok := syntax.StringValue(n); ok {
			return value, true
		}
		return r.interpolated(n, depth+1)
	}
	return "", false
}

// interpolated is the value of a string whose interpolations are all variables that can be read.
func (r *reader) interpolated(n syntax.Node, depth int) (string, bool) {
	content, source := syntax.StringContent(n), n.Tree().Source()
	if content.Len() > maxLiteral || strings.Contains(content.Of(source), `\`) {
		return "", false
	}
	var b strings.Builder
	at := content.Start
	for part := range n.Children() {
		if part.Kind() != syntax.Interpolation {
			return "", false
		}
		value, ok := r.literal(part.First(), depth)
		if !ok || b.Len()+len(value) > maxLiteral {
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
func (r *reader) variable(n syntax.Node, name string, depth int) (string, bool) {
	for above := range syntax.Ancestors(n) {
		if !r.step() {
			return "", false
		}
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
		value, inherited, ok := r.bound(above, name)
		switch {
		case !ok:
		case inherited:
			return r.variable(above.Parent(), name, depth)
		default:
			return r.literal(value, depth)
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

// bound is the value of a name in a set or a let: the zero Node if it is a set or comes from one. Inherited says that it
// comes from the scope around.
func (r *reader) bound(scope syntax.Node, name string) (value syntax.Node, inherited, ok bool) {
	for n := range syntax.Bindings(scope) {
		if !r.step() {
			return syntax.Node{}, false, false
		}
		if binding, is := syntax.AsBinding(n); is {
			first := binding.Path().First()
			if own, known := syntax.AttrName(first); known && own == name {
				if !first.Next().IsZero() {
					return syntax.Node{}, false, true
				}
				return binding.Value(), false, true
			}
			continue
		}
		if inherit, is := syntax.AsInherit(n); is {
			for part := range inherit.Names() {
				if own, known := syntax.AttrName(part); known && own == name {
					return syntax.Node{}, inherit.From().IsZero(), true
				}
			}
		}
	}
	return syntax.Node{}, false, false
}
