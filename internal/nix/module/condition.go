package module

import (
	"iter"
	"slices"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Condition is a test that something stands under.
type Condition struct {
	Test syntax.Node
	// Wanted is what the test has to give for what stands under it to count.
	Wanted bool
	// Drops says that otherwise there is nothing at all, as with optionalAttrs,
	// if, and what stands behind &&. What mkIf keeps out NixOS still knows to be defined: its names are
	// checked, its values never looked at.
	Drops bool
}

// Conditions are the tests that a node stands under, from the inside out. Those
// beyond mostLevels are left out, where no path is known either.
func Conditions(n syntax.Node) iter.Seq[Condition] {
	return func(yield func(Condition) bool) {
		levels := 0
		for at, up := n, n.Parent(); !up.IsZero() && levels < mostLevels; at, up = up, up.Parent() {
			levels++
			var c Condition
			switch up.Kind() {
			case syntax.If:
				if up.Child(0) == at {
					continue
				}
				c = Condition{Test: up.Child(0), Wanted: up.Child(1) == at, Drops: true}
			case syntax.Binary:
				_, op := syntax.Operator(up)
				if isLogic := op == syntax.And || op == syntax.OrOp || op == syntax.Implies; !isLogic || up.Child(0) == at {
					continue
				}
				c = Condition{Test: up.Child(0), Wanted: op != syntax.OrOp, Drops: true}
			case syntax.Apply:
				function, index := callOf(at)
				w := wrappers[function]
				if !w.tested || index != w.argument {
					continue
				}
				call, _ := syntax.AsApply(up)
				inner, _ := syntax.AsApply(call.Function())
				c = Condition{Test: inner.Argument(), Wanted: true, Drops: w.drops}
			default:
				continue
			}
			if !yield(c) {
				return
			}
		}
	}
}

// Test reads what tests give, as far as their text tells, however the functions
// around are called. It is not safe for concurrent use.
type Test struct{ reader }

// NewTest is a Test that asks has whether there is an option, by its path as the
// text has it: options.hardware.nvidia-jetpack.som.
func NewTest(has func(Path) (has, known bool)) *Test {
	return &Test{reader{climber: climber{}, certain: true, has: has}}
}

// Truth is what an expression certainly gives; it is not known for most.
func (t *Test) Truth(n syntax.Node) (value, known bool) {
	is, known := t.values().Force(t.at(n)).(eval.Bool)
	return bool(is), known
}

// mostNamed bounds how many expressions of one test are looked at for names.
const mostNamed = 1000

// RefersToOptions reports whether an expression, or a variable in it, speaks of
// the options that there are.
func (t *Test) RefersToOptions(n syntax.Node) bool {
	left := mostNamed
	return t.refersToOptions(n, &left)
}

func (t *Test) refersToOptions(n syntax.Node, left *int) bool {
	for inside := range syntax.Descendants(n) {
		if *left--; *left < 0 {
			return false
		}
		if inside.Kind() != syntax.Identifier {
			continue
		}
		ref, _ := t.resolve(inside)
		if slices.ContainsFunc(ref.path, func(p Part) bool { return p.Known && p.Name == "options" }) {
			return true
		}
		if !ref.value.IsZero() && t.refersToOptions(ref.value, left) {
			return true
		}
	}
	return false
}

// ModuleAround is the node that holds, of the module that a node stands in, all
// that is written in one piece: up to a function, a list of modules or the
// file. Names are how many of the last parts of the node's path are inside.
func ModuleAround(n syntax.Node, names int) syntax.Node {
	at := n
	for up := at.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		parts, goOn := outward(at, up)
		if names <= 0 && (!goOn || up.Kind() == syntax.Lambda || slices.Contains(parts, Part{Name: Element, Known: true})) {
			break
		}
		names -= len(parts)
	}
	return at
}

// IsHanded reports whether a node, whose path ends with an option's of so many names, stands in a set that holds the whole option and
// that a call hands to a function which is none of NixOS's own wrappers.
func IsHanded(n syntax.Node, names int) bool {
	for at, up := n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		parts, goOn := outward(at, up)
		if !goOn {
			return up.Kind() == syntax.Apply && names <= 0
		}
		if names -= len(parts); names < 0 && len(parts) > 0 && parts[0].Name != "config" {
			return false
		}
	}
	return false
}

// Priorities are the names of the functions around a node that change how much
// a definition counts, from the inside out: mkDefault, mkForce and their kin.
func Priorities(n syntax.Node) []string {
	return slices.DeleteFunc(wrappersAround(n), func(f string) bool { return !wrappers[f].priority })
}

// Wrappers are the names of the functions that the definition which a place is about stands in, from the inside out: mkIf, mkAfter, mkForce
// and their kin. There are none for what is read.
func (p Place) Wrappers() []string {
	n := p.Node
	switch {
	case n.IsZero() || p.Compared || p.Kind == ReferredName:
		return nil
	case p.Kind == DefinedName:
		for up := range syntax.Ancestors(n) {
			if b, ok := syntax.AsBinding(up); ok {
				n = innermost(b.Value(), true)
				break
			}
		}
	}
	return wrappersAround(n)
}

func wrappersAround(n syntax.Node) []string {
	var found []string
	for at := range syntax.Ancestors(n) {
		f, index := callOf(at)
		if w, ok := wrappers[f]; ok && w.argument == index && at.Parent().Kind() == syntax.Apply {
			found = append(found, f)
		}
	}
	return found
}
