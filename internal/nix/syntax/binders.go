package syntax

import "math"

// wideSet is how many children of a set are looked at one by one; of more, an
// index is made at the first question.
const wideSet = 32

// Binder is what brings a name into scope in a let, a set or formals, the first
// of several: a Binding whose path begins with the name, a name of an Inherit,
// or a Formal. It is the zero Node if nothing does. A binding that is still being
// typed, without its equals sign, brings nothing.
func Binder(set Node, name string) Node {
	if set.IsZero() {
		return Node{}
	}
	var found Node
	whole := eachBinder(set, wideSet, func(n Node, bound string) bool {
		if bound == name {
			found = n
		}
		return found.IsZero()
	})
	if whole || !found.IsZero() {
		return found
	}
	made, ok := set.tree.binders.Load(set.index)
	if !ok {
		index := map[string]int32{}
		eachBinder(set, math.MaxInt, func(n Node, bound string) bool {
			if _, ok := index[bound]; !ok {
				index[bound] = n.index
			}
			return true
		})
		made, _ = set.tree.binders.LoadOrStore(set.index, index)
	}
	return set.at(made.(map[string]int32)[name])
}

// eachBinder visits what brings names into scope, in order, until visit reports
// false. It looks at a number of children and inherited names at most, and
// reports whether those were all.
func eachBinder(set Node, most int, visit func(n Node, name string) bool) bool {
	looked := 0
	for c := range set.Children() {
		if looked++; looked > most {
			return false
		}
		switch c.Kind() {
		case Binding:
			if b := (BindingNode{c}); b.HasEquals() {
				if name, known := AttrName(b.Path().Child(0)); known && !visit(c, name) {
					return false
				}
			}
		case Inherit:
			for n := range (InheritNode{c}).Names() {
				if looked++; looked > most {
					return false
				}
				if name, known := AttrName(n); known && !visit(n, name) {
					return false
				}
			}
		case Formal:
			if !visit(c, c.Child(0).Text()) {
				return false
			}
		}
	}
	return true
}
