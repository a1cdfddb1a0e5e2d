package module

import (
	"iter"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Recursion is what an overlay defines by itself: Nix needs the value for the value,
// without end.
type Recursion struct {
	Overlay
	// Path is what is defined by itself. It is empty where that is the names which the
	// overlay defines.
	Path Path
	// Span is the expression that needs the value.
	Span text.Span
	// Name is where that names the overlay's first argument; the zero Node where it
	// comes by another name.
	Name syntax.Node
	// SeesPrev says that the overlay's second argument goes by its name there.
	SeesPrev bool
	// Certain says that the function certainly is an overlay. Otherwise the names of its
	// arguments say so, and something may call it with other sets.
	Certain bool
}

// Recursions are what the overlays of a text define by themselves, in order.
func Recursions(t *syntax.Tree) iter.Seq[Recursion] {
	return func(yield func(Recursion) bool) {
		r := reader{climber: climber{}, certain: true}
		for o, isCertain := range Overlays(t) {
			s := recursions{reader: &r, overlay: o, isCertain: isCertain, yield: yield}
			inner, _ := syntax.AsLambda(o.Prev.Parent())
			if isCertain {
				s.check(inner.Body(), nil)
			}
			if s.defined(inner.Body(), nil); s.stopped {
				return
			}
		}
	}
}

// Overlays are the overlays of a text, in order, each with whether it certainly is one. A function that the text calls by its name is
// left out: it gets what the call says.
func Overlays(t *syntax.Tree) iter.Seq2[Overlay, bool] {
	return func(yield func(Overlay, bool) bool) {
		var called map[string]bool
		for n := range t.OfKind(syntax.Lambda) {
			o, ok := AsOverlay(n)
			if !ok || o.Final.Parent() != n {
				continue
			}
			may, isCertain := o.position()
			if !may {
				continue
			}
			if called == nil {
				called = calledNames(t)
			}
			if !called[PathOf(n).Last()] && !yield(o, isCertain) {
				return
			}
		}
	}
}

// position reports whether an overlay stands where one may be, and where one certainly
// is. The names of its arguments alone make no overlay of what another function takes.
func (o Overlay) position() (may, certain bool) {
	if o.For != "" {
		return true, true
	}
	outer := outOfParens(o.Final.Parent())
	if call, ok := syntax.AsApply(outer.Parent()); ok && call.Argument() == outer {
		return false, false
	}
	if outer.Parent().Kind() == syntax.List {
		if function, _ := callOf(outer.Parent()); function != "" && !handsOn(function) {
			return false, false
		}
	}
	return true, isOverlayPath(PathOf(outer))
}

// calledNames are the last names of all functions that a text calls.
func calledNames(t *syntax.Tree) map[string]bool {
	called := map[string]bool{}
	for n := range t.OfKind(syntax.Apply) {
		called[CalleeName(syntax.ApplyNode{Node: n}.Function())] = true
	}
	delete(called, "")
	return called
}

// recursions looks for what one overlay defines by itself.
type recursions struct {
	*reader
	overlay   Overlay
	isCertain bool
	yield     func(Recursion) bool
	stopped   bool
}

// mostForced bounds how far is looked for what an expression needs.
const mostForced = 64

// defined looks at what an expression certainly defines that is the value of a path, or
// all that the overlay gives.
func (s *recursions) defined(n syntax.Node, path Path) {
	switch n = valueOf(n); n.Kind() {
	case syntax.Binary:
		// What the left operand has, the right one may have too.
		if _, op := syntax.Operator(n); op == syntax.Update {
			s.defined(n.Child(1), path)
		}
	case syntax.AttrSet:
		for b := range syntax.Bindings(n) {
			if s.stopped || s.isSpent() || len(path) > mostNames {
				return
			}
			s.binding(b, path)
		}
	}
}

// binding looks at a binding, or an inherit, of the set that a path leads to.
func (s *recursions) binding(n syntax.Node, path Path) {
	if b, ok := syntax.AsBinding(n); ok {
		below := append(path[:len(path):len(path)], names(b.Path())...)
		if len(below.Known()) == len(below) && !s.check(b.Value(), below) {
			s.defined(b.Value(), below)
		}
		return
	}
	inherit, ok := syntax.AsInherit(n)
	if !ok {
		return
	}
	for name := range inherit.Names() {
		part := partOf(name)
		if !part.Known {
			continue
		}
		below, isFound := append(path[:len(path):len(path)], part), false
		if from := inherit.From(); !from.IsZero() {
			isFound = s.leadsBack(s.selection(s.at(from), Path{part}, mostAliases), below, mostForced)
		} else if of := s.values().Lookup(part.Name, s.values().ScopeAt(name)); !of.Node().IsZero() {
			_, isFound = s.forced(of.Node(), below, mostForced)
		} else if ref, ok := s.refer(of, "", mostAliases); ok { // a name of a with
			isFound = s.leadsBack(ref, below, mostForced)
		}
		if isFound && !s.isSpent() {
			s.report(name.Span(), syntax.WithoutParens(inherit.From()), name, below)
		}
	}
}

// check reports what is defined by itself if an expression, the value of a path, needs
// that value.
func (s *recursions) check(n syntax.Node, path Path) bool {
	by, found := s.forced(n, path, mostForced)
	if !found || s.isSpent() {
		return false
	}
	head, span := by, by.Span()
	if selected, ok := syntax.AsSelect(by); ok {
		head = selected.From()
		left := len(path)
		for name := range selected.Path().Names() {
			if left--; left == 0 {
				span.End = name.Span().End
			}
		}
	}
	s.report(span, head, by, path)
	return true
}

func (s *recursions) report(span text.Span, head, at syntax.Node, path Path) {
	for head.Kind() == syntax.Select {
		head = head.Child(0)
	}
	found := Recursion{Overlay: s.overlay, Path: path, Span: span, Certain: s.isCertain}
	if ref, ok := s.resolve(head); ok && head.Kind() == syntax.Identifier && len(ref.path) == 1 && head.Text() == s.overlay.Final.Text() {
		found.Name = head
		prev, _ := s.refer(s.values().Lookup(s.overlay.Prev.Text(), s.values().ScopeAt(at)), "", mostAliases)
		found.SeesPrev = prev.lambda == s.overlay.Prev.Parent() && len(prev.path) == 1
	}
	s.stopped = s.stopped || !s.yield(found)
}

// forced is the reference to the value of a path that Nix needs for an expression, however
// little of that is wanted.
func (s *recursions) forced(n syntax.Node, path Path, left int) (by syntax.Node, found bool) {
	if left == 0 || s.isSpent() {
		return syntax.Node{}, false
	}
	either := func(nodes ...syntax.Node) (syntax.Node, bool) {
		for _, n := range nodes {
			if by, found := s.forced(n, path, left-1); found {
				return by, true
			}
		}
		return syntax.Node{}, false
	}
	switch n = syntax.WithoutParens(n); n.Kind() {
	case syntax.Identifier, syntax.Select:
		if ref, ok := s.resolve(n); ok && s.leadsBack(ref, path, left) {
			return n, true
		}
		if selected, ok := syntax.AsSelect(n); ok {
			return either(selected.From())
		}
	case syntax.Apply, syntax.HasAttr, syntax.Unary:
		return either(n.Child(0))
	case syntax.LetIn:
		return either(valueOf(n))
	case syntax.With:
		return either(n.Child(1))
	case syntax.Assert:
		return either(n.Child(0), n.Child(1))
	case syntax.If:
		if by, found := either(n.Child(0)); found {
			return by, true
		}
		if _, found := either(n.Child(2)); found {
			return either(n.Child(1))
		}
	case syntax.String, syntax.IndentedString, syntax.Path:
		for part := range n.Children() {
			if by, found := either(part.Child(0)); found {
				return by, true
			}
		}
	case syntax.Binary:
		switch _, op := syntax.Operator(n); op {
		case syntax.And, syntax.OrOp, syntax.Implies, syntax.PipeFrom:
			return either(n.Child(0))
		case syntax.PipeTo:
			return either(n.Child(1))
		default:
			return either(n.Child(0), n.Child(1))
		}
	}
	return syntax.Node{}, false
}

// leadsBack reports whether a reference is to the value of a path, or to a part of it, in
// what the overlay's first argument stands for.
func (s *recursions) leadsBack(ref reference, path Path, left int) bool {
	if ref.origin == Local && !ref.value.IsZero() && left > 1 {
		_, found := s.forced(ref.value, path, left-1)
		return found
	}
	if ref.origin != Argument || ref.lambda != s.overlay.Final.Parent() || ref.inPart || len(ref.path) <= len(path) {
		return false
	}
	for i, part := range path {
		if other := ref.path[i+1]; !other.Known || other.Name != part.Name {
			return false
		}
	}
	return true
}

// valueOf is the expression that gives the value of another one: what stands behind a
// let, a with or an assert, and in parentheses.
func valueOf(n syntax.Node) syntax.Node {
	for {
		switch n.Kind() {
		case syntax.Paren:
			n = n.Child(0)
		case syntax.With, syntax.Assert:
			n = n.Child(1)
		case syntax.LetIn:
			var last syntax.Node
			for c := range n.Children() {
				if c.Kind().IsExpression() {
					last = c
				}
			}
			n = last
		default:
			return n
		}
	}
}
