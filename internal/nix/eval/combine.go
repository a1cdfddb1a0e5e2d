package eval

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
	out := &Attrs{rest: bottom.rest, by: bottom.by, node: bottom.node}
	if out.by == "" {
		out.by = top.by
	}
	out.attrs = make([]Attr, 0, len(bottom.attrs)+len(top.attrs))
	for _, a := range bottom.attrs {
		if over, ok := top.Get(a.Name); ok {
			if over.Maybe {
				a.Thunk = Known(e.choice(nil, over.Thunk, a.Thunk))
			} else {
				a = over
			}
		} else if top.rest != nil {
			a.Thunk = Known(e.choice(nil, a.Thunk, lazy(func(e *Evaluator) Value { return e.Select(top.rest, a.Name) })))
		}
		out.put(a)
	}
	for _, a := range top.attrs {
		if _, ok := bottom.Get(a.Name); !ok {
			if rest := bottom.rest; a.Maybe && rest != nil {
				a.Thunk = Known(e.choice(nil, a.Thunk, lazy(func(e *Evaluator) Value { return e.Select(rest, a.Name) })))
			}
			out.put(a)
		}
	}
	switch {
	case top.rest == nil:
	case out.rest == nil:
		out.rest = top.rest
	default:
		out.rest = e.choice(nil, Known(top.rest), Known(out.rest))
	}
	return out
}

// set is a value as a set: an open one if it is not known.
func (e *Evaluator) set(v Value) (*Attrs, *Unknown) {
	v = e.Merged(v)
	if s, ok := v.(*Attrs); ok {
		return s, nil
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
		out.Items = append(out.Items, l.Items...)
	}
	return out
}
