package module

import (
	"slices"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Origin says how a name came into scope.
type Origin uint8

// The ways in which a name comes into scope.
const (
	Free     Origin = iota // by nothing in this text, or by nothing that can be told
	Argument               // a lambda's argument, or a formal
	Local                  // a let, a rec set
	WithSet                // perhaps a with
)

// mostAliases bounds how many names in a row are followed.
const mostAliases = 8

// Reference is what a name in an expression refers to.
type Reference struct {
	// Path begins with a name that nothing in the text defines: config, pkgs,
	// a function's argument. cfg.som under cfg = config.hardware.nvidia-jetpack
	// is config.hardware.nvidia-jetpack.som.
	Path Path
	// Origin says how the path's first name came into scope.
	Origin Origin
	// Binder is what brought the path's first name into scope: a Lambda for an
	// Argument, a Binding for a Local whose value is no path; else the zero Node.
	Binder syntax.Node
}

// Resolve finds what an expression refers to: a name, or a selection from one.
// It reports false for every other expression.
func Resolve(n syntax.Node) (Reference, bool) { return resolve(n, mostAliases) }

func resolve(n syntax.Node, left int) (Reference, bool) {
	if left == 0 {
		return Reference{}, false
	}
	switch n.Kind() {
	case syntax.Identifier:
		return lookup(n, n.Text(), left)
	case syntax.Paren:
		return resolve(n.Child(0), left)
	case syntax.Select:
		s, _ := syntax.AsSelect(n)
		from, ok := resolve(s.From(), left)
		if !ok {
			from.Path = Path{expression}
		}
		from.Path = append(slices.Clip(from.Path), names(s.Path())...)
		return from, true
	}
	return Reference{}, false
}

// lookup finds what a name means at a node.
func lookup(at syntax.Node, name string, left int) (Reference, bool) {
	self := Part{Name: name, Known: true, Span: at.Span()}
	bound := self
	bound.Variable = true
	var with syntax.Node // the innermost with around
	levels := 0
	for n, up := at, at.Parent(); !up.IsZero(); n, up = up, up.Parent() {
		if levels++; levels > mostLevels {
			return Reference{}, false
		}
		switch up.Kind() {
		case syntax.Lambda:
			l, _ := syntax.AsLambda(up)
			if binds(l, name) {
				return Reference{Path: Path{bound}, Origin: Argument, Binder: up}, true
			}
		case syntax.LetIn, syntax.LetBody:
			if r, ok := local(up, n, name, bound, left); ok {
				return r, true
			}
		case syntax.AttrSet:
			if s, _ := syntax.AsAttrSet(up); s.Recursive() {
				if r, ok := local(up, n, name, bound, left); ok {
					return r, true
				}
			}
		case syntax.With:
			if with.IsZero() && up.Child(1) == n {
				with = up
			}
		}
	}
	if !with.IsZero() && !eval.IsGlobal(name) {
		if r, ok := resolve(with.Child(0), left-1); ok {
			r.Path = append(slices.Clip(r.Path), self)
			r.Origin = WithSet
			return r, true
		}
	}
	return Reference{Path: Path{self}, Origin: Free}, true
}

// binds reports whether a lambda's argument brings a name into scope.
func binds(l syntax.LambdaNode, name string) bool {
	if p := l.Parameter(); !p.IsZero() && p.Text() == name {
		return true
	}
	return !syntax.Binder(l.Formals().Node, name).IsZero()
}

// local finds a name among the bindings of a let or a rec set. from is the
// child of the set that the name is used in.
func local(set, from syntax.Node, name string, self Part, left int) (Reference, bool) {
	binder := syntax.Binder(set, name)
	if binder.IsZero() {
		return Reference{}, false
	}
	b, ok := syntax.AsBinding(binder)
	if !ok {
		inherit, _ := syntax.AsInherit(binder.Parent())
		return inherited(inherit, binder, self, left)
	}
	if isAlone := b.Path().Child(1).IsZero(); isAlone && binder != from {
		if r, ok := resolve(b.Value(), left-1); ok {
			return r, true
		}
	}
	return Reference{Path: Path{self}, Origin: Local, Binder: binder}, true
}

// inherited is what a name of an inherit refers to.
func inherited(i syntax.InheritNode, name syntax.Node, self Part, left int) (Reference, bool) {
	part := partOf(name)
	if from := i.From(); !from.IsZero() {
		if r, ok := resolve(from, left-1); ok {
			r.Path = append(slices.Clip(r.Path), part)
			return r, true
		}
		return Reference{Path: Path{self}, Origin: Local, Binder: i.Node}, true
	}
	// Without a source the name comes from around the set.
	return lookup(i.Parent(), part.Name, left-1)
}
