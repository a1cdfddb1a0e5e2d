package module

import (
	"iter"
	"slices"

	"jetpills/internal/nix/syntax"
)

// Condition is a test that something stands under.
type Condition struct {
	Test syntax.Node
	// Wanted is what the test has to give for what stands under it to count.
	Wanted bool
	// Drops says that otherwise there is nothing at all, as with optionalAttrs
	// and if. What mkIf keeps out NixOS still knows to be defined: its names are
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

// Test reads what tests give, as far as their text tells. It is not safe for
// concurrent use.
type Test struct {
	// Has says whether there is an option, by its path as the text has it:
	// options.hardware.nvidia-jetpack.som.
	Has func(Path) (present, known bool)

	left int // how many expressions may still be looked at
}

// maxTest bounds how many expressions of one test are looked at.
const maxTest = 1000

// Truth is what an expression surely gives; it is not known for most.
func (t Test) Truth(n syntax.Node) (value, known bool) {
	t.left = maxTest
	return t.truth(n)
}

func (t *Test) truth(n syntax.Node) (value, known bool) {
	if t.left--; t.left < 0 || n.IsZero() {
		return false, false
	}
	switch n.Kind() {
	case syntax.Paren:
		return t.truth(n.Child(0))
	case syntax.Identifier:
		r, ok := Resolve(n)
		if !ok || len(r.Path) != 1 {
			return false, false
		}
		switch r.Origin {
		case Free:
			name := r.Path[0].Name
			return name == "true", name == "true" || name == "false"
		case Local:
			return t.truth(boundValue(r))
		}
	case syntax.Unary:
		if _, op := syntax.Operator(n); op == syntax.Not {
			value, known = t.truth(n.Child(0))
			return known && !value, known
		}
	case syntax.Binary:
		_, op := syntax.Operator(n)
		if op != syntax.And && op != syntax.OrOp {
			return false, false
		}
		a, aKnown := t.truth(n.Child(0))
		b, bKnown := t.truth(n.Child(1))
		decides := op == syntax.OrOp // what one side gives decides for both
		if aKnown && a == decides || bKnown && b == decides {
			return decides, true
		}
		return !decides && aKnown && bKnown, aKnown && bKnown
	default:
		if path, ok := askedOption(n); ok {
			return t.Has(path)
		}
	}
	return false, false
}

// RefersToOptions reports whether an expression, or a variable in it, speaks of
// the options that there are.
func (t Test) RefersToOptions(n syntax.Node) bool {
	t.left = maxTest
	return t.refersToOptions(n)
}

func (t *Test) refersToOptions(n syntax.Node) bool {
	for inside := range syntax.Descendants(n) {
		if t.left--; t.left < 0 {
			return false
		}
		if inside.Kind() != syntax.Identifier {
			continue
		}
		r, _ := Resolve(inside)
		if slices.ContainsFunc(r.Path, func(p Part) bool { return p.Known && p.Name == "options" }) {
			return true
		}
		if value := boundValue(r); !value.IsZero() && t.refersToOptions(value) {
			return true
		}
	}
	return false
}

// boundValue is the value of the variable that a reference begins with; the zero
// Node if that has none in the text.
func boundValue(r Reference) syntax.Node {
	b, ok := syntax.AsBinding(r.Binder)
	if !ok || len(names(b.Path())) != 1 {
		return syntax.Node{}
	}
	return b.Value()
}

// askedOption is the path that a test looks for: of set ? a.b, hasAttr "a" set
// and hasAttrByPath [ "a" "b" ] set.
func askedOption(n syntax.Node) (Path, bool) {
	var (
		set   syntax.Node
		asked Path
	)
	switch n.Kind() {
	case syntax.HasAttr:
		set = n.Child(0)
		path, _ := syntax.AsAttrPath(n.Child(1))
		asked = names(path)
	case syntax.Apply:
		call, _ := syntax.AsApply(n)
		inner, ok := syntax.AsApply(call.Function())
		if !ok {
			return nil, false
		}
		set = call.Argument()
		switch CalleeName(inner.Function()) {
		case "hasAttr":
			asked = Path{textPart(inner.Argument())}
		case "hasAttrByPath":
			if inner.Argument().Kind() != syntax.List {
				return nil, false
			}
			for element := range inner.Argument().Children() {
				asked = append(asked, textPart(element))
			}
		default:
			return nil, false
		}
	default:
		return nil, false
	}
	r, ok := Resolve(set)
	return append(slices.Clip(r.Path), asked...), ok
}

// textPart is the part that a string names.
func textPart(n syntax.Node) Part {
	name, known := syntax.StringValue(n)
	return Part{Name: name, Known: known, Span: nameSpan(n)}
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

// Priorities are the names of the functions around a node that change how much
// a definition counts, from the inside out: mkDefault, mkForce and their kin.
func Priorities(n syntax.Node) []string {
	var found []string
	for at := range syntax.Ancestors(n) {
		if f, index := callOf(at); wrappers[f].priority && wrappers[f].argument == index && at.Parent().Kind() == syntax.Apply {
			found = append(found, f)
		}
	}
	return found
}
