package module

import (
	"iter"

	"jetpills/internal/nix/syntax"
)

// Values are the literals of a text that an option could be given or compared
// with, in order: strings without interpolations, numbers, true, false and null,
// each as a ValuePlace. What is still being typed is left out.
func Values(t *syntax.Tree) iter.Seq[Place] {
	return func(yield func(Place) bool) {
		r := reader{climber: climber{}, certain: true}
		for n := range syntax.Descendants(t.Root()) {
			if isLiteral(n) {
				if place := r.valuePlace(n); place.Kind == ValuePlace && !yield(place) {
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
