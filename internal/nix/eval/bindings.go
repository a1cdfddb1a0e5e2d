package eval

import (
	"cmp"

	"jetpills/internal/nix/syntax"
)

// plainSet is the set of { … }.
func (e *Evaluator) plainSet(n syntax.Node, around *Scope) Value {
	s := &Attrs{node: written(n)}
	if bad := e.bindAll(s, n, around, around, names{}); bad != nil {
		return bad
	}
	return s
}

// recursiveSet is the set of rec { … } or let { … }, and the scope of its values.
func (e *Evaluator) recursiveSet(n syntax.Node, around *Scope) (Value, *Scope) {
	set := &Attrs{node: written(n)}
	inner := &Scope{up: around, names: set}
	if hasDynamic(n) {
		// Names that are known by evaluation alone are not in view.
		inner.names = &Attrs{}
		e.bindAll(inner.names, n, inner, around, names{static: true})
	}
	if bad := e.bindAll(set, n, inner, around, names{}); bad != nil {
		return bad, inner
	}
	return set, inner
}

// letScope is what the body and the values of let … in see.
func (e *Evaluator) letScope(n syntax.Node, around *Scope) *Scope {
	s := &Scope{up: around, names: &Attrs{}, let: n, isCommon: e.options.Common == nil}
	if countOf(n) <= manyAttrs {
		e.bindLet(s)
	}
	return s
}

// fewLooks is the number of names that are looked for in a long let one by one: most
// questions about a file need few of its names, and binding all takes long.
const fewLooks = 4

// find is the thunk of a name that a scope binds; nil if it does not.
func (e *Evaluator) find(s *Scope, name string) *Thunk {
	a, ok := s.names.Get(name)
	if !ok && !s.let.IsZero() {
		if s.isCommon {
			e = cmp.Or(e.options.Common, e)
		}
		if s.looks++; s.looks > fewLooks {
			e.bindLet(s)
		} else {
			e.bindAll(s.names, s.let, s, s.up, names{static: true, only: name})
		}
		a, _ = s.names.Get(name)
	}
	return a.Thunk
}

// bindLet binds all names of a let that are not bound yet.
func (e *Evaluator) bindLet(s *Scope) {
	few, let := s.names, s.let
	s.names, s.let = &Attrs{}, syntax.Node{}
	e.bindAll(s.names, let, s, s.up, names{static: true})
	for _, a := range few.attrs {
		s.names.put(a)
	}
}

// binds reports whether a let binds a name.
func binds(let syntax.Node, name string) bool {
	for c := range syntax.Bindings(let) {
		if b, ok := syntax.AsBinding(c); ok {
			if first, _ := syntax.AttrName(b.Path().Child(0)); first == name {
				return true
			}
		} else if inherit, ok := syntax.AsInherit(c); ok {
			for at := range inherit.Names() {
				if inherited, _ := syntax.AttrName(at); inherited == name {
					return true
				}
			}
		}
	}
	return false
}

// names says which names of a set or a let are bound: all, those that are known
// without evaluation, or one of these.
type names struct {
	static bool
	only   string
	of     *place // what the set is an attribute of; nil for none
}

// hasDynamic reports whether a set has a name that is known by evaluation alone.
func hasDynamic(n syntax.Node) bool {
	for c := range syntax.Bindings(n) {
		if b, ok := syntax.AsBinding(c); ok {
			if _, known := syntax.AttrName(b.Path().Child(0)); !known {
				return true
			}
		}
	}
	return false
}

// bindAll puts what a set or a let binds into a set, and gives why Nix refuses it.
// Values see inner; names of an inherit without a source see outer.
func (e *Evaluator) bindAll(into *Attrs, n syntax.Node, inner, outer *Scope, which names) *Unknown {
	e.look(n)
	var dynamic []syntax.BindingNode // which Nix adds last
	steps := countOf(n)
	if which.only != "" {
		steps /= levelsOfStep
	} else if into.attrs == nil {
		into.attrs = make([]Attr, 0, steps)
	}
	if u := e.Charge(steps); u != nil {
		into.rest = u
		return nil
	}
	for c := range syntax.Bindings(n) {
		if b, ok := syntax.AsBinding(c); ok {
			if first, known := syntax.AttrName(b.Path().Child(0)); !known {
				dynamic = append(dynamic, b)
			} else if which.only != "" && first != which.only {
				continue
			} else if bad := e.bindOne(into, b, inner, 0); bad != nil {
				return bad
			}
			continue
		}
		inherit, _ := syntax.AsInherit(c)
		var from *Thunk
		if !inherit.From().IsZero() {
			from = e.Thunk(inherit.From(), inner)
		}
		for at := range inherit.Names() {
			name, ok := syntax.AttrName(at)
			if !ok || at.Kind() == syntax.Missing || which.only != "" && name != which.only {
				continue
			}
			into.put(Attr{Name: name, Thunk: e.inherited(at, name, from, outer), At: written(at)})
		}
	}
	if which.static {
		return nil
	}
	for _, b := range dynamic {
		if which.of != nil {
			e.later(*which.of, func(e *Evaluator) *Unknown { return e.bindOne(into, b, inner, 0) })
		} else if bad := e.bindOne(into, b, inner, 0); bad != nil {
			return bad
		}
	}
	return nil
}

// place is an attribute of a set that is being made.
type place struct {
	in   *Attrs
	name string
}

// unfinished is a set within a set of which some names are known by evaluation alone. Nix looks at these, and so refuses one
// that is there already, once the set within is evaluated.
type unfinished struct {
	set  *Attrs
	more []func(*Evaluator) *Unknown
}

// later puts off a part of the set that an attribute is until that is evaluated.
func (e *Evaluator) later(of place, bind func(*Evaluator) *Unknown) {
	a, _ := of.in.Get(of.name)
	u, ok := e.unfinished[a.Thunk]
	if !ok {
		set, _ := a.Thunk.value.(*Attrs)
		u = &unfinished{set: set}
		t := e.own(Thunk{node: a.Thunk.node, scope: a.Thunk.scope})
		t.run = func(e *Evaluator) Value {
			delete(e.unfinished, t)
			for _, bind := range u.more {
				if bad := bind(e); bad != nil {
					return bad
				}
			}
			return u.set
		}
		e.unfinished[t] = u
		a.Thunk = t
		of.in.put(a)
	}
	u.more = append(u.more, bind)
}

// countOf is the number of a set's bindings.
func countOf(n syntax.Node) int {
	count := 0
	for range syntax.Bindings(n) {
		count++
	}
	return count
}

// inherited is the thunk of a name in an inherit.
func (e *Evaluator) inherited(at syntax.Node, name string, from *Thunk, outer *Scope) *Thunk {
	if from == nil && inPrelude(at) {
		return e.Lookup(name, outer)
	}
	t := e.own(Thunk{node: at, scope: outer})
	if from != nil {
		t.scope = from.scope
	}
	t.run = func(e *Evaluator) Value {
		if from == nil {
			of := e.Lookup(name, outer)
			t.came(of)
			return e.Force(of)
		}
		v, of := e.selectFrom(e.Force(from), name)
		t.came(of)
		return v
	}
	return t
}

// bindOne puts a.b.c = e; into a set, without some of the first names, and gives why Nix refuses it.
func (e *Evaluator) bindOne(into *Attrs, b syntax.BindingNode, scope *Scope, without int) *Unknown {
	value := b.Value()
	if value.IsZero() {
		return nil // a name that is being typed
	}
	path := b.Path()
	var name string
	var last syntax.Node
	count := 0
	for part := range path.Names() {
		if count++; count <= without {
			continue
		}
		_, isStatic := syntax.AttrName(part)
		if !last.IsZero() {
			of := place{into, name}
			below, bad := e.inside(of, path.Node)
			if below == nil {
				return bad
			}
			if into = below; !isStatic {
				done := count - 1
				e.later(of, func(e *Evaluator) *Unknown { return e.bindOne(below, b, scope, done) })
				return nil
			}
		}
		key, named, why := e.attrName(part, scope)
		switch {
		case why != nil && why.Fails() && !e.options.Tolerant:
			return why
		case why != nil:
			into.rest = why
			return nil
		case !named:
			return nil
		}
		if !isStatic && !e.options.Tolerant {
			if _, ok := into.Get(key); ok {
				return refused("attribute " + key + " is there already")
			}
		}
		name, last = key, part
	}
	if last.IsZero() {
		return nil
	}
	if present, ok := into.Get(name); ok && e.isSet(value) {
		// a.b = …; a = { … }; define one set.
		of := place{into, name}
		below, bad := e.inside(of, present.At)
		if below == nil {
			return bad
		}
		return e.bindAll(below, e.withoutParens(value), scope, scope, names{of: &of})
	}
	at := written(path.Node)
	if t := e.bound(last.Child(0), scope); t != nil {
		at = t.Origin()
	}
	into.put(Attr{Name: name, Thunk: e.Thunk(value, scope), At: at})
	return nil
}

// inside is the set that an attribute is, made if there is none yet; nil if it is something else, with why Nix refuses it.
func (e *Evaluator) inside(of place, at syntax.Node) (*Attrs, *Unknown) {
	a, ok := of.in.Get(of.name)
	if !ok {
		below := &Attrs{node: written(at.Parent())}
		of.in.put(Attr{Name: of.name, Thunk: Known(below), At: written(at)})
		return below, nil
	}
	if u, ok := e.unfinished[a.Thunk]; ok {
		return u.set, nil
	}
	if below, ok := a.Thunk.value.(*Attrs); ok {
		return below, nil
	}
	if !e.isSet(a.Thunk.node) {
		return nil, nil
	}
	n := e.withoutParens(a.Thunk.node)
	if !hasDynamic(n) {
		below, _ := e.Force(a.Thunk).(*Attrs)
		return below, nil
	}
	scope := a.Thunk.scope
	below := &Attrs{node: written(n)}
	t := e.own(Thunk{node: a.Thunk.node, scope: scope})
	t.value = below
	a.Thunk = t
	of.in.put(a)
	return below, e.bindAll(below, n, scope, scope, names{of: &of})
}

// isSet reports whether an expression is a set of its own, so that other bindings
// may add to it.
func (e *Evaluator) isSet(n syntax.Node) bool {
	return e.withoutParens(n).Kind() == syntax.AttrSet
}

func (e *Evaluator) withoutParens(n syntax.Node) syntax.Node {
	e.look(n)
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
		e.look(n)
	}
	return n
}

// attrName is the name that a part of an attribute path stands for. named is false for
// ${null}, which stands for none, and where it is not known, for the reason why.
func (e *Evaluator) attrName(n syntax.Node, s *Scope) (name string, named bool, why *Unknown) {
	if name, ok := syntax.AttrName(n); ok {
		if n.Kind() == syntax.Missing {
			return "", false, &Unknown{Reason: Damaged, Node: n}
		}
		return name, true, nil
	}
	expression := n
	if n.Kind() == syntax.Dynamic {
		expression = n.Child(0)
	}
	switch v := e.eval(expression, s, nil).(type) {
	case String:
		return string(v), true, nil
	case Null:
		if n.Kind() == syntax.Dynamic {
			return "", false, nil
		}
		return "", false, refused("null as a name")
	default:
		return "", false, opaque(v, "a string")
	}
}
