package module

import (
	"iter"

	"jetpills/internal/nix/syntax"
)

// Values are the literals of a text that an option could be given or compared
// with, in order: strings without interpolations, numbers, true, false and null,
// lists, sets and functions, each as a ValuePlace. What is still being typed is left out.
func Values(t *syntax.Tree) iter.Seq[Place] {
	return func(yield func(Place) bool) {
		r := reader{climber: climber{}, certain: true}
		for n := range syntax.Descendants(t.Root()) {
			if isLiteral(n) {
				place := r.valuePlace(n)
				place.reader = &r
				if place.Kind == ValuePlace && !yield(place) {
					return
				}
			}
		}
	}
}

func isLiteral(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.String, syntax.IndentedString:
		return syntax.IsClosed(n) && !isAttrName(n)
	case syntax.IntegerLiteral, syntax.FloatLiteral:
		return true
	case syntax.Identifier:
		_, _, ok := Literal(n)
		return ok && isValue(n)
	case syntax.List, syntax.AttrSet, syntax.Lambda:
		return isGiven(n)
	}
	return false
}

// isGiven reports whether a list, a set or a function is all that an option is given: it is not what a function gives, nor
// a list of definitions, and no set that stands for another value, as those of mkForce do.
func isGiven(n syntax.Node) bool {
	if f, index := callOf(n); wrappers[f].merges && wrappers[f].argument == index {
		return false
	}
	for c := range syntax.Bindings(n) {
		b, ok := syntax.AsBinding(c)
		if !ok {
			return false
		}
		for name := range b.Path().Names() {
			switch s, known := syntax.AttrName(name); {
			case !known, s == "_type", s == "outPath", s == "__toString", s == "__functor":
				return false
			}
			break
		}
	}
	const far = 64 // levels up to the binding
	up := n.Parent()
	for range far {
		switch up.Kind() {
		case syntax.Lambda:
			return false
		case syntax.Paren, syntax.Apply, syntax.LetIn, syntax.With, syntax.If, syntax.Assert:
			up = up.Parent()
			continue
		}
		return true
	}
	return false
}

// OutermostSet is the set around a set in which the two merge: those that are
// written directly inside each other. What is defined in it holds together, with
// no condition in between. Sets that nest deeper than mostLevels are not
// followed to the end.
func OutermostSet(set syntax.Node) syntax.Node {
	for range mostLevels {
		binding := set.Parent()
		outer := binding.Parent()
		if binding.Kind() != syntax.Binding || outer.Kind() != syntax.AttrSet {
			return set
		}
		set = outer
	}
	return set
}
