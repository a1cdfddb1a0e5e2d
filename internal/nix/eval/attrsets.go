package eval

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

func attrsetTable() table {
	return table{
		"getAttrFromPath": {arity: 2, run: func(c *call) Value { return c.attr(c.force(1), c.strs(0)...) }},
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

// inOrder are the attributes in the order of their names, which is Nix's.
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

// made notes which function made a set.
func made(v Value, by string) Value {
	if s, ok := v.(*Attrs); ok {
		of := *s
		of.by = by
		return &of
	}
	return v
}

// originOf is where a name that a function makes an attribute of is written.
func originOf(e *Evaluator, name *Thunk) syntax.Node {
	e.Force(name)
	return name.Origin()
}

// kept are the attributes of a set that a function keeps; it may change them.
func (c *call) kept(s *Attrs, keep func(*Attr) bool) Value {
	if !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(s), attrs: make([]Attr, 0, len(s.attrs))}
	for _, a := range s.attrs {
		if keep(&a) {
			out.add(a)
		}
	}
	return out
}

func mapAttrs(c *call) Value {
	return c.kept(c.attrs(1), func(a *Attr) bool {
		a.Thunk = c.apply(0, nameOf(*a), a.Thunk)
		return true
	})
}

func filterAttrs(c *call) Value {
	return c.kept(c.attrs(1), func(a *Attr) bool {
		is, bad := isTrue(c.ApplyAll(c.force(0), nameOf(*a), a.Thunk))
		c.fail(bad)
		a.Maybe = a.Maybe || is == perhaps
		return is != no
	})
}

func removeAttrs(c *call) Value {
	s, l := c.attrs(0), c.list(1)
	removed := map[string]bool{}
	for _, t := range l.Items {
		removed[c.strOf(t)] = true
	}
	return made(c.kept(s, func(a *Attr) bool {
		a.Maybe = a.Maybe || l.Open
		return l.Open || !removed[a.Name]
	}), s.by)
}

// mappedRest is what a set may have besides where a function made its values: that is
// not known.
func mappedRest(s *Attrs) Value {
	if s.rest == nil {
		return nil
	}
	return opaque(s.rest, "a set")
}

// listToAttrs is the set of a list of { name, value }; the first of two with one name
// counts.
func listToAttrs(c *call) Value {
	l := c.list(0)
	if !c.grow(len(l.Items)) {
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
		a.Thunk = c.Lazy(func(e *Evaluator) Value { return e.Select(pair, "value") })
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

func zipAttrsWith(c *call) Value {
	values := map[string][]*Thunk{}
	for _, t := range c.items(1) {
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
	out := &Attrs{}
	for _, name := range sortedKeys(values) {
		out.put(Attr{Name: name, Thunk: c.apply(0, Known(String(name)), Known(NewList(values[name]...)))})
	}
	return out
}

// updateRecursively lays a set over another and the sets in it over those there;
// until, if there is one, decides where not to go on.
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
		t := c.Lazy(func(e *Evaluator) Value {
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
