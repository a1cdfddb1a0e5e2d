package eval

import "cmp"

// update is a // b.
func (e *Evaluator) update(a, b Value) Value {
	if s, ok := b.(*Attrs); ok && len(s.attrs) == 0 && s.rest == nil && isOpaque(a) {
		return a
	}
	if s, ok := a.(*Attrs); ok && len(s.attrs) == 0 && s.rest == nil && isOpaque(b) {
		return b
	}
	top, bad := e.set(b)
	if bad != nil {
		return bad
	}
	bottom, bad := e.set(a)
	if bad != nil {
		return bad
	}
	if u := e.Charge(len(bottom.attrs) + len(top.attrs)); u != nil {
		return u
	}
	// Nobody's library takes the place of a function of nixpkgs' lib.
	_, isLib := top.rest.(*Symbol)
	isLib = isLib && bottom.by == libraryName
	out := joinSets(bottom, top, func(a *Attr, over Attr) {
		if over.Maybe {
			a.Thunk = Known(e.choice(nil, over.Thunk, a.Thunk))
		} else {
			*a = over
		}
	}, func(a *Attr) {
		if name := a.Name; top.rest != nil && !isLib {
			a.Thunk = Known(e.choice(nil, a.Thunk, e.Lazy(func(e *Evaluator) Value { return e.Select(top.rest, name) })))
		}
	}, func(a *Attr) {
		if name := a.Name; a.Maybe && bottom.rest != nil {
			a.Thunk = Known(e.choice(nil, a.Thunk, e.Lazy(func(e *Evaluator) Value { return e.Select(bottom.rest, name) })))
		}
	})
	out.node, out.rest = bottom.node, e.oneRest(top.rest, bottom.rest)
	for _, name := range []string{"nixosSystem", "evalModules"} {
		if _, has := out.Get(name); isLib && !has {
			out.put(Attr{Name: name, Thunk: Known(e.Select(bottom.rest, name))})
		}
	}
	return out
}

// joinSets has the attributes of two sets. Of a name that both have it has the first
// one's, which both may change; inA and inB may change those that one set has.
func joinSets(a, b *Attrs, both func(*Attr, Attr), inA, inB func(*Attr)) *Attrs {
	out := &Attrs{attrs: make([]Attr, 0, len(a.attrs)+len(b.attrs)), by: cmp.Or(a.by, b.by)}
	for _, one := range a.attrs {
		if other, ok := b.Get(one.Name); ok {
			both(&one, other)
		} else {
			inA(&one)
		}
		out.add(one)
	}
	for _, one := range b.attrs {
		if _, ok := a.find(one.Name); !ok {
			inB(&one)
			out.add(one)
		}
	}
	return out
}

// oneRest is what a set may have besides that may have more for two reasons.
func (e *Evaluator) oneRest(a, b Value) Value {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return e.choice(nil, Known(a), Known(b))
}

// set is a value as a set: an open one if it is not known.
func (e *Evaluator) set(v Value) (*Attrs, *Unknown) {
	v = e.Merged(v)
	if s, ok := v.(*Attrs); ok {
		return s, nil
	}
	if lib := e.asLib(v); lib != nil {
		return lib, nil
	}
	if fails(v) || !isOpaque(v) {
		return nil, opaque(v, "a set")
	}
	return &Attrs{rest: v}, nil
}

// concat is a ++ b.
func (e *Evaluator) concat(a, b Value) Value {
	x, bad := e.listOf(a)
	if bad != nil {
		return bad
	}
	y, bad := e.listOf(b)
	if bad != nil {
		return bad
	}
	return e.concatLists([]*List{x, y})
}

// listOf is a value as a list: an open one if it is not known.
func (e *Evaluator) listOf(v Value) (*List, *Unknown) {
	switch v := v.(type) {
	case *List:
		return v, nil
	case *Choice:
		of, ok := e.alternatives(v, nil)
		if !ok {
			return nil, unknown(Ambiguous, "")
		}
		all := &List{Open: true}
		for _, t := range of {
			l, bad := e.listOf(e.Force(t))
			if bad != nil {
				e.assumed++ // that it is not this one
				continue
			}
			if u := e.Charge(len(l.Items)); u != nil {
				return nil, u
			}
			all.Items = append(all.Items, l.Items...)
		}
		return all, nil
	}
	if fails(v) || !isOpaque(v) {
		return nil, opaque(v, "a list")
	}
	return &List{Open: true}, nil
}

// concatLists is one list of several.
func (e *Evaluator) concatLists(lists []*List) Value {
	n := 0
	for _, l := range lists {
		n += len(l.Items)
	}
	if u := e.chargeItems(n); u != nil {
		return u
	}
	out := &List{Items: make([]*Thunk, 0, n)}
	for _, l := range lists {
		if l.Open && !out.Open {
			out.Open, out.Gap = true, len(out.Items)+l.Gap
		}
		for i := range l.Items {
			if out.Open && len(out.Items)+i >= out.Gap {
				out.present = append(out.present, l.Has(i))
			}
		}
		out.Items = append(out.Items, l.Items...)
	}
	return out
}
