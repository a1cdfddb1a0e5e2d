package module

import (
	"iter"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

// Definition is a binding with the path it defines.
type Definition struct {
	Path    Path
	Binding syntax.BindingNode
}

// Definitions are the bindings of a text whose values are no plain sets, in
// order, each with its whole path: all of them, or those whose last name is
// among the given ones.
func Definitions(t *syntax.Tree, names ...string) iter.Seq[Definition] {
	bindings := t.OfKind(syntax.Binding)
	if len(names) > 0 {
		bindings = t.BindingsOf(names...)
	}
	return definitions(bindings, func(b syntax.BindingNode) bool { return b.Value().Kind() != syntax.AttrSet })
}

// AllDefinitions are the Definitions, and the bindings of plain sets that define nothing
// else: a = { };
func AllDefinitions(t *syntax.Tree) iter.Seq[Definition] {
	return definitions(t.OfKind(syntax.Binding), func(b syntax.BindingNode) bool {
		return b.Value().Kind() != syntax.AttrSet || isEmpty(b.Value())
	})
}

func isEmpty(set syntax.Node) bool {
	for range syntax.Bindings(set) {
		return false
	}
	return true
}

func definitions(bindings iter.Seq[syntax.Node], wanted func(syntax.BindingNode) bool) iter.Seq[Definition] {
	return func(yield func(Definition) bool) {
		c := climber{}
		for n := range bindings {
			if b := (syntax.BindingNode{Node: n}); wanted(b) && !yield(Definition{c.pathOfBinding(b), b}) {
				return
			}
		}
	}
}

// Inherited is a name of an inherit in a set, with the path that it defines.
type Inherited struct {
	Path    Path
	Inherit syntax.InheritNode
	Name    syntax.Node
}

// InheritedNames are the names of the inherits of a text, in order.
func InheritedNames(t *syntax.Tree) iter.Seq[Inherited] {
	return func(yield func(Inherited) bool) {
		c := climber{}
		for n := range t.OfKind(syntax.Inherit) {
			i := syntax.InheritNode{Node: n}
			for name := range i.Names() {
				if !yield(Inherited{c.pathInside(n.Parent(), Path{partOf(name)}), i, name}) {
					return
				}
			}
		}
	}
}

// lastNameOf is the last name of an attribute path; empty if it is not known.
func lastNameOf(p syntax.AttrPathNode) string {
	name, _ := syntax.AttrName(p.Last())
	return name
}

// pathOfBinding is the whole path that a binding defines.
func (c climber) pathOfBinding(b syntax.BindingNode) Path {
	return c.pathInside(b.Parent(), names(b.Path()))
}

// pathInside is the path of a set, or a let, with names that are written in it.
func (c climber) pathInside(set syntax.Node, written Path) Path {
	if isLet(set) {
		return append(Path{boundary}, namesIn(set, written)...)
	}
	return append(c.pathOf(set), written...)
}

// namesIn are names that are written in a set, or in a let: there the first one
// is that of a variable.
func namesIn(set syntax.Node, written Path) Path {
	if isLet(set) && len(written) > 0 {
		written = slices.Clone(written)
		written[0].Variable = true
		written[0].Own = isConfiguration(written[0].Name) && !isUsedWhole(set, written[0].Name)
	}
	return written
}

// isUsedWhole reports whether a variable of a let, or what inherits it, is used otherwise than by selecting from it: a set
// that is used whole may be a module.
func isUsedWhole(let syntax.Node, name string) bool {
	for n := range syntax.Descendants(let) {
		switch up := n.Parent(); {
		case n.Text() != name:
		case n.Kind() == syntax.Identifier:
			if s, ok := syntax.AsSelect(up); !ok || s.From() != n {
				return true
			}
		case n.Kind() == syntax.Name && up.Kind() == syntax.Inherit && up.Parent() != let:
			return true
		}
	}
	return false
}

func isLet(n syntax.Node) bool { return n.Kind() == syntax.LetIn || n.Kind() == syntax.LetBody }

// Literal is the text that an expression certainly has as its value: a string
// without interpolations, a number, true, false or null, also within mkForce
// and its kin. Quoted says that it is a string.
func Literal(n syntax.Node) (value string, quoted, ok bool) {
	switch n = innermost(n, false); n.Kind() {
	case syntax.String, syntax.IndentedString:
		value, ok = syntax.StringValue(n)
		return value, true, ok
	case syntax.IntegerLiteral, syntax.FloatLiteral:
		return n.Text(), false, true
	case syntax.Identifier:
		switch name := n.Text(); name {
		case "true", "false", "null":
			return name, false, true
		}
	}
	return "", false, false
}

// Innermost is the value that an expression hands on, if a test lets it: what
// stands in mkIf, in mkForce and its kin, and in parentheses.
func Innermost(n syntax.Node) syntax.Node { return innermost(n, true) }

func innermost(n syntax.Node, tested bool) syntax.Node {
	for {
		switch n.Kind() {
		case syntax.Paren:
			n = n.Child(0)
			continue
		case syntax.Apply:
			a, _ := syntax.AsApply(n)
			f, index := callOf(a.Argument())
			w, ok := wrappers[f]
			if ok && strings.HasPrefix(f, "mk") && !w.merges && w.argument == index && (tested || !w.tested) {
				n = a.Argument()
				continue
			}
		}
		return n
	}
}
