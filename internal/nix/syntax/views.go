package syntax

import (
	"iter"
	"strings"

	"jetpills/internal/text"
)

// AsBinding is the binding that a node is.
func AsBinding(n Node) (BindingNode, bool) { return BindingNode{n}, n.Kind() == Binding }

// BindingNode is a = b; in a set or a let.
type BindingNode struct{ Node }

// Path is what stands left of the equals sign.
func (b BindingNode) Path() AttrPathNode { return AttrPathNode{b.Child(0)} }

// Value is what stands right of it: a Missing node if nothing does, the zero
// Node if the binding has no equals sign either.
func (b BindingNode) Value() Node { return b.Child(1) }

// HasEquals reports whether the equals sign is there.
func (b BindingNode) HasEquals() bool { return !b.is(flagNoEquals) }

// HasSemicolon reports whether the semicolon at the end is there.
func (b BindingNode) HasSemicolon() bool { return !b.is(flagNoSemicolon) }

// AsAttrPath is the attribute path that a node is.
func AsAttrPath(n Node) (AttrPathNode, bool) { return AttrPathNode{n}, n.Kind() == AttrPath }

// AttrPathNode is a."b".${c}.
type AttrPathNode struct{ Node }

// Names are the path's names: Name, String, Dynamic or Missing nodes.
func (p AttrPathNode) Names() iter.Seq[Node] {
	return p.childrenThat(func(k Kind) bool { return k != Error })
}

// Last is the last of the names.
func (p AttrPathNode) Last() Node {
	var last Node
	for n := range p.Names() {
		last = n
	}
	return last
}

// AttrName is the name that a Name, String or Dynamic node stands for. It
// reports false if the name is only known after evaluation, and for a Missing
// node an empty name and true.
func AttrName(n Node) (string, bool) {
	switch n.Kind() {
	case Name, Parameter, Identifier:
		return n.Text(), true
	case Missing:
		return "", true
	case String:
		return StringValue(n)
	case Dynamic:
		if inner := n.Child(0); inner.Kind() == String {
			return StringValue(inner)
		}
	}
	return "", false
}

// AsInherit is the inherit that a node is.
func AsInherit(n Node) (InheritNode, bool) { return InheritNode{n}, n.Kind() == Inherit }

// InheritNode is inherit a b; or inherit (e) a b;.
type InheritNode struct{ Node }

// From is the expression that the names are taken from; the zero Node if they
// are taken from the scope.
func (i InheritNode) From() Node {
	if c := i.Child(0); c.Kind() == Paren {
		return c.Child(0)
	}
	return Node{}
}

// Names are the inherited names.
func (i InheritNode) Names() iter.Seq[Node] {
	return i.childrenThat(func(k Kind) bool { return k == Name || k == String || k == Dynamic })
}

// AsAttrSet is the set that a node is: { … }, rec { … } or let { … }.
func AsAttrSet(n Node) (AttrSetNode, bool) {
	return AttrSetNode{n}, n.Kind() == AttrSet || n.Kind() == LetBody
}

// AttrSetNode is a set of bindings.
type AttrSetNode struct{ Node }

// Recursive reports whether the set's names are visible in its values.
func (s AttrSetNode) Recursive() bool { return s.is(flagRec) || s.Kind() == LetBody }

// Bindings are the children of a set or of let … in that bind names.
func Bindings(n Node) iter.Seq[Node] {
	return n.childrenThat(func(k Kind) bool { return k == Binding || k == Inherit })
}

// AsLambda is the function that a node is.
func AsLambda(n Node) (LambdaNode, bool) { return LambdaNode{n}, n.Kind() == Lambda }

// LambdaNode is x: e, { a, b ? c, ... }: e or both with an @.
type LambdaNode struct{ Node }

// Parameter is the name before the colon or beside the @; the zero Node if
// there is none.
func (l LambdaNode) Parameter() Node { return l.childOf(Parameter) }

// Formals are the names in braces; the zero Node if there are none.
func (l LambdaNode) Formals() FormalsNode { return FormalsNode{l.childOf(Formals)} }

// Body is what the function gives.
func (l LambdaNode) Body() Node { return lastExpression(l.Node) }

// lastExpression is the last child that is an expression.
func lastExpression(n Node) Node {
	var last Node
	for c := range n.Children() {
		if c.Kind().IsExpression() && c.Kind() != Error {
			last = c
		}
	}
	return last
}

// FormalsNode is { a, b ? c, ... }.
type FormalsNode struct{ Node }

// HasEllipsis reports whether other arguments are allowed.
func (f FormalsNode) HasEllipsis() bool { return f.is(flagEllipsis) }

// All are the formals: each a Parameter and, if it has one, a default.
func (f FormalsNode) All() iter.Seq[Node] {
	return f.childrenThat(func(k Kind) bool { return k == Formal })
}

// AsSelect is the selection that a node is.
func AsSelect(n Node) (SelectNode, bool) { return SelectNode{n}, n.Kind() == Select }

// SelectNode is a.b.c, or a.b.c or d.
type SelectNode struct{ Node }

// From is what is selected from.
func (s SelectNode) From() Node { return s.Child(0) }

// Path is what is selected.
func (s SelectNode) Path() AttrPathNode { return AttrPathNode{s.Child(1)} }

// Default is what the selection gives if there is no such attribute; the zero
// Node if the selection says nothing about that.
func (s SelectNode) Default() Node { return s.Child(2) }

// AsApply is the function call that a node is.
func AsApply(n Node) (ApplyNode, bool) { return ApplyNode{n}, n.Kind() == Apply }

// ApplyNode is f x. A call with several arguments is a call of a call.
type ApplyNode struct{ Node }

// Function is what is called.
func (a ApplyNode) Function() Node { return a.Child(0) }

// Argument is what it is called with.
func (a ApplyNode) Argument() Node { return a.Child(1) }

// Operator is where the operator of a Unary, Binary or HasAttr node stands, and
// what it is.
func Operator(n Node) (text.Span, Kind) {
	i := int(n.raw().tok)
	switch n.Kind() {
	case Unary:
	case Binary, HasAttr:
		i = min(n.tree.index(n.Child(0).Span().End), n.tree.tokenCount()-1)
		for n.tree.token(i).flags != 0 {
			i++
		}
	default:
		return text.Span{}, EOF
	}
	return n.tree.token(i).span(), n.tree.token(i).kind
}

// StringValue is the text that a string, in either kind of quotes, stands for.
// It reports false if the string has interpolations: their values are not known
// here.
func StringValue(n Node) (string, bool) {
	switch isPlain := n.First().IsZero(); {
	case isPlain && n.Kind() == String:
		return Unescape(StringContent(n).Of(n.tree.src)), true
	case isPlain && n.Kind() == IndentedString:
		return unindent(StringContent(n).Of(n.tree.src)), true
	}
	return "", false
}

// StringContent is the span between a string's quotes, or up to where a string
// without a closing quote ends.
func StringContent(n Node) text.Span {
	span := n.Span()
	width := 1
	if n.Kind() == IndentedString {
		width = 2
	}
	content := text.Span{Start: span.Start + width, End: span.End}
	if IsClosed(n) {
		content.End -= width
	}
	return content
}

// IsClosed reports whether a string's closing quote is there.
func IsClosed(n Node) bool { return !n.is(flagNoQuote) }

// Unescape gives the characters that the inside of a "…" string stands for.
func Unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			out.WriteByte(escaped(s[i]))
		case s[i] == '\r':
			// Nix reads every line break as \n.
			out.WriteByte('\n')
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}
