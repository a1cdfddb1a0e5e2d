package module

import (
	"slices"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Take is a place at which a value is used that comes from outside of a text, by its path there: config.services.x.enable. It is a
// name or a selection of which no more is selected, or a name that an inherit takes.
type Take struct {
	Node syntax.Node
	// Path begins with the argument of the function around, or with a name that nothing binds.
	Path []string
	// Open says that more is selected, by a name that is not known.
	Open bool
}

// IsVariable reports whether the value only gets another name, by let.
func (t Take) IsVariable() bool {
	n := t.Node
	for n.Parent().Kind() == syntax.Paren {
		n = n.Parent()
	}
	b, ok := syntax.AsBinding(n.Parent())
	return ok && !t.Open && b.Value() == n && b.Parent().Kind() == syntax.LetIn
}

// Takes calls visit with all places of a text at which a value from outside is used. In the evaluation the arguments of functions
// have to stand for themselves.
func Takes(e *eval.Evaluator, t *syntax.Tree, visit func(Take)) {
	for n := range syntax.Descendants(t.Root()) {
		switch n.Kind() {
		case syntax.Identifier, syntax.Select:
			if up := n.Parent(); (up.Kind() == syntax.Select || up.Kind() == syntax.HasAttr) && up.Child(0) == n || isInheritedFrom(n) {
				continue // more is selected
			}
			if p, open := taken(e, n); len(p) > 0 {
				visit(Take{n, p, open})
			}
		case syntax.Inherit:
			i, _ := syntax.AsInherit(n)
			for name := range i.Names() {
				if p, open := inheritedName(e, i, name); len(p) > 0 {
					visit(Take{name, p, open})
				}
			}
		}
	}
}

// inheritedName is what an inherit takes by a name.
func inheritedName(e *eval.Evaluator, i syntax.InheritNode, n syntax.Node) (p []string, open bool) {
	name, known := syntax.AttrName(n)
	if from := i.From(); !from.IsZero() {
		if p, open = taken(e, from); len(p) == 0 || open || !known {
			return p, true
		}
		return append(p, name), false
	}
	if s, ok := e.Force(e.Lookup(name, e.ScopeAt(i.Node))).(*eval.Symbol); ok && known {
		return s.Path, false
	}
	return nil, false
}

// isInheritedFrom reports whether an expression is that of an inherit (expression) names.
func isInheritedFrom(n syntax.Node) bool {
	for n.Parent().Kind() == syntax.Paren {
		n = n.Parent()
	}
	i, ok := syntax.AsInherit(n.Parent())
	return ok && i.Child(0) == n
}

// taken is what a name or a selection stands for that comes from outside.
func taken(e *eval.Evaluator, n syntax.Node) (p []string, open bool) {
	from := n
	s, isSelect := syntax.AsSelect(n)
	if isSelect {
		from = s.From()
	}
	for from.Kind() == syntax.Paren {
		from = from.Child(0)
	}
	switch from.Kind() {
	case syntax.Identifier:
		outside, ok := e.Force(e.Thunk(from, e.ScopeAt(from))).(*eval.Symbol)
		if !ok {
			return nil, false
		}
		p = slices.Clone(outside.Path)
	case syntax.Select:
		if p, open = taken(e, from); open || len(p) == 0 {
			return p, open
		}
	default:
		return nil, false
	}
	if !isSelect {
		return p, false
	}
	for one := range s.Path().Names() {
		name, known := syntax.AttrName(one)
		if !known {
			return p, true
		}
		p = append(p, name)
	}
	return p, false
}
