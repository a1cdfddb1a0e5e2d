package eval

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

func attrsetTable() table {
	return table{
		"getAttrFromPath": {arity: 2, run: func(c *call) Value { return c.At(c.force(1), c.strs(0)...) }},
		"hasAttrByPath":   {arity: 2, run: func(c *call) Value { return c.hasPath(c.force(1), c.strs(0)) }},
		"mapAttrsToList": {arity: 2, run: func(c *call) Value {
			return c.inOrder(c.attrs(1), func(a Attr) *Thunk { return c.apply(0, nameOf(a), a.Thunk) })
		}},
		"concatMapAttrs":       {arity: 2, run: concatMapAttrs},
		"filterAttrs":          {arity: 2, run: filterAttrs},
		"recursiveUpdate":      {arity: 2, run: func(c *call) Value { return c.updateRecursively(nil, nil, c.force(0), c.force(1)) }},
		"recursiveUpdateUntil": {arity: 3, run: func(c *call) Value { return c.updateRecursively(c.args[0], nil, c.force(1), c.force(2)) }},
	}
}

// nameOf is an attribute's name as a value, which came from where the name stands.
func nameOf(a Attr) *Thunk { return &Thunk{value: String(a.Name), node: a.At} }

// named are the attributes in the order of their names, which is Nix's.
func (s *Attrs) inOrder() []Attr {
	all := slices.Clone(s.attrs)
	slices.SortFunc(all, func(a, b Attr) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// inOrder is a list of what a function gives for each attribute. It is open where
// an attribute may be missing.
func (c *call) inOrder(s *Attrs, f func(Attr) *Thunk) Value {
	if c.bad != nil || !c.grow(len(s.attrs)) {
		return nil
	}
	out := &List{Open: !s.certain()}
	for _, a := range s.inOrder() {
		out.Items = append(out.Items, f(a))
	}
	return out
}

func attrNames(c *call) Value  { return c.inOrder(c.attrs(0), nameOf) }
func attrValues(c *call) Value { return c.inOrder(c.attrs(0), func(a Attr) *Thunk { return a.Thunk }) }

func pair(name, value *Thunk) *Attrs {
	return &Attrs{attrs: []Attr{{Name: "name", Thunk: name}, {Name: "value", Thunk: value}}}
}

// made notes which function made a set.
func made(v Value, by string) Value {
	if s, ok := v.(*Attrs); ok {
		of := *s
		of.by = by
		return &of
	}
	return v
}

// with is an argument that is a set with one more attribute.
func (c *call) with(i int, name string, t *Thunk) Value {
	return c.update(c.force(i), NewAttrs(nil, Attr{Name: name, Thunk: t}))
}

// originOf is where a name that a function makes an attribute of is written.
func originOf(e *Evaluator, name *Thunk) syntax.Node {
	e.Force(name)
	return name.Origin()
}

func mapAttrs(c *call) Value {
	s := c.attrs(1)
	if !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(s), by: ""}
	for _, a := range s.attrs {
		a.Thunk = c.apply(0, nameOf(a), a.Thunk)
		out.put(a)
	}
	return out
}

// mappedRest is what a set may have besides where a function made its values: it
// cannot be told.
func mappedRest(s *Attrs) Value {
	if s.rest == nil {
		return nil
	}
	return opaque(s.rest, "a set")
}

func listToAttrs(c *call) Value { return c.fromPairs(c.list(0)) }

// fromPairs is the set of a list of { name, value }; the first of two with one
// name counts.
func (c *call) fromPairs(v Value) Value {
	l, ok := v.(*List)
	if !ok || !c.grow(len(l.Items)) {
		return nil
	}
	out := &Attrs{}
	if l.Open {
		out.rest = unknown(Outside, "a list")
	}
	for i, t := range l.Items {
		pair := c.Force(t)
		if fails(pair) {
			return pair
		}
		name := c.Select(pair, "name")
		text, ok := name.(String)
		if !ok {
			if fails(name) || !isOpaque(name) {
				return opaque(name, "a string")
			}
			out.rest = opaque(name, "a string")
			continue
		}
		if _, ok := out.Get(string(text)); ok {
			continue
		}
		a := Attr{Name: string(text), Maybe: l.Open && i >= l.Gap}
		a.Thunk = lazy(func(e *Evaluator) Value { return e.Select(pair, "value") })
		if s, ok := pair.(*Attrs); ok {
			if name, ok := s.Get("name"); ok {
				a.At = originOf(c.Evaluator, name.Thunk)
			}
			if value, ok := s.Get("value"); ok && !value.Maybe {
				a.Thunk = value.Thunk
			}
		}
		out.put(a)
	}
	return out
}

func concatMapAttrs(c *call) Value {
	var v Value = &Attrs{}
	s := c.attrs(1)
	for _, a := range s.inOrder() {
		one := c.ApplyAll(c.force(0), nameOf(a), a.Thunk)
		if a.Maybe {
			one = c.choice(nil, Known(one), Known(&Attrs{}))
		}
		if v = c.update(v, one); fails(v) {
			return v
		}
	}
	if s.rest != nil {
		v = c.update(v, mappedRest(s))
	}
	return v
}

func filterAttrs(c *call) Value {
	s := c.attrs(1)
	if !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(s)}
	for _, a := range s.attrs {
		switch v := c.ApplyAll(c.force(0), nameOf(a), a.Thunk).(type) {
		case Bool:
			if v {
				out.put(a)
			}
		default:
			if fails(v) || !isOpaque(v) {
				return opaque(v, "a boolean")
			}
			a.Maybe = true
			out.put(a)
		}
	}
	return out
}

func removeAttrs(c *call) Value {
	s := c.attrs(0)
	l := c.list(1)
	gone := map[string]bool{}
	for _, t := range l.Items {
		gone[c.strOf(t)] = true
	}
	if c.bad != nil || !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{by: s.by, rest: mappedRest(s)}
	for _, a := range s.attrs {
		if gone[a.Name] && !l.Open {
			continue
		}
		a.Maybe = a.Maybe || l.Open
		out.put(a)
	}
	return out
}

func intersectAttrs(c *call) Value {
	names, values := c.attrs(0), c.attrs(1)
	if !c.grow(len(names.attrs) + len(values.attrs)) {
		return nil
	}
	out := &Attrs{}
	if values.rest != nil && (names.rest != nil || len(names.attrs) > 0) {
		out.rest = opaque(values.rest, "a set")
	}
	for _, a := range values.attrs {
		of, ok := names.Get(a.Name)
		switch {
		case ok:
			a.Maybe = a.Maybe || of.Maybe
		case names.rest != nil:
			a.Maybe = true
		default:
			continue
		}
		out.put(a)
	}
	return out
}

func zipAttrsWith(c *call) Value {
	return c.zip(nil, c.items(1), func(name *Thunk, values *List) *Thunk { return c.apply(0, name, Known(values)) })
}

// zip collects the values of each name of several sets; of some names only, if
// there are any.
func (c *call) zip(names []string, sets []*Thunk, f func(name *Thunk, values *List) *Thunk) Value {
	values := map[string][]*Thunk{}
	for _, t := range sets {
		s := c.attrsOf(c.Force(t))
		if !s.certain() {
			return c.fail(openSet(s))
		}
		if !c.grow(len(s.attrs)) {
			return nil
		}
		for _, a := range s.attrs {
			values[a.Name] = append(values[a.Name], a.Thunk)
		}
	}
	if names == nil {
		names = sortedKeys(values)
	}
	out := &Attrs{}
	for _, name := range names {
		out.put(Attr{Name: name, Thunk: f(Known(String(name)), NewList(values[name]...))})
	}
	return out
}

// updateRecursively lays a set over another and the sets in it over those there;
// until, if there is one, tells where not to go on.
func (c *call) updateRecursively(until *Thunk, path []*Thunk, a, b Value) Value {
	if u := c.enter(); u != nil {
		return u
	}
	defer c.leave()
	bottom, ok := c.Merged(a).(*Attrs)
	if !ok {
		return c.update(a, b)
	}
	top, ok := c.Merged(b).(*Attrs)
	if !ok {
		return c.update(a, b)
	}
	out, ok := c.update(bottom, top).(*Attrs)
	if !ok {
		return c.update(bottom, top)
	}
	out = &Attrs{attrs: slices.Clone(out.attrs), index: out.index, rest: out.rest, by: out.by, node: out.node}
	for i := range out.attrs {
		over := &out.attrs[i]
		was, ok := bottom.Get(over.Name)
		is, has := top.Get(over.Name)
		if !ok || !has {
			continue
		}
		at := append(slices.Clip(path), nameOf(is))
		t := lazy(func(e *Evaluator) Value {
			x, y := e.Force(was.Thunk), e.Force(is.Thunk)
			own := call{Evaluator: e, split: -1}
			stop := false
			if until != nil {
				stop = own.boolOf(e.ApplyAll(e.Force(until), Known(NewList(at...)), was.Thunk, is.Thunk))
			} else {
				stop = own.isLeaf(x) || own.isLeaf(y)
			}
			if own.bad != nil {
				return e.choice(nil, is.Thunk, was.Thunk)
			}
			if stop {
				return y
			}
			return own.updateRecursively(until, at, x, y)
		})
		t.node = is.Thunk.node
		over.Thunk = t
		if is.Maybe {
			over.Thunk = Known(c.choice(nil, t, was.Thunk))
		} else if was.Maybe {
			over.Thunk = Known(c.choice(nil, t, is.Thunk))
		}
	}
	return out
}

// isLeaf reports whether a value is no set; it is not known of one that may be
// either.
func (c *call) isLeaf(v Value) bool {
	of := []*Thunk{Known(v)}
	if choice, ok := v.(*Choice); ok {
		if of, ok = c.alternatives(choice, nil); !ok {
			c.fail(unknown(Ambiguous, ""))
		}
	}
	sets := 0
	for _, t := range of {
		v := c.Force(t)
		if call, ok := v.(*Call); ok {
			v = c.Merged(call)
		}
		if _, ok := v.(*Attrs); ok {
			sets++
		} else if isOpaque(v) {
			c.fail(opaque(v, "a value"))
		}
	}
	if sets > 0 && sets < len(of) {
		c.fail(unknown(Ambiguous, ""))
	}
	return sets == 0
}

// hasType reports whether an argument is a set whose attribute is a text.
func hasType(c *call, i int, attribute, text string) Value {
	v := c.force(i)
	if isOpaque(v) {
		return c.reject(i, v, "a value")
	}
	has, t := c.has(v, attribute)
	switch has {
	case no:
		return Bool(false)
	case perhaps:
		return unknownPart(v, attribute)
	}
	return c.equal(c.Force(t), String(text))
}
