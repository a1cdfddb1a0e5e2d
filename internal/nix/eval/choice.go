package eval

// mostOf bounds the values of one choice that a result may hang on.
const mostOf = 16

func (e *Evaluator) choice(condition *Thunk, of ...*Thunk) Value {
	return &Choice{Condition: condition, Of: of}
}

// alternatives are the values of a choice, those of choices within it among them;
// false if they are too many.
func (e *Evaluator) alternatives(c *Choice, into []*Thunk) ([]*Thunk, bool) {
	if u := e.enter(); u != nil {
		return into, false
	}
	defer e.leave()
	for _, t := range c.Of {
		if inner, ok := e.Force(t).(*Choice); ok {
			if into, ok = e.alternatives(inner, into); !ok {
				return into, false
			}
		} else {
			into = append(into, t)
		}
	}
	return into, len(into) <= mostOf
}

// each is what a function gives for a choice: the choice of what it gives for each
// value. A value that it fails for cannot be the one. f may say which thunk has its
// result.
func (e *Evaluator) each(c *Choice, f func(Value) (Value, *Thunk)) Value {
	all, ok := e.alternatives(c, nil)
	if !ok {
		return unknown(Ambiguous, "")
	}
	var failed Value
	var of []*Thunk
	for _, t := range all {
		v, via := f(e.Force(t))
		if fails(v) {
			failed = v
			e.assumed++
			continue
		}
		if via == nil {
			via = &Thunk{node: t.node, value: v}
		}
		of = append(of, via)
	}
	switch {
	case len(of) == 0:
		return failed
	case e.allSame(of):
		return e.Force(of[0])
	}
	return e.choice(nil, of...)
}

// allSame reports whether thunks are known to have one simple value.
func (e *Evaluator) allSame(of []*Thunk) bool {
	first := e.Force(of[0])
	for _, t := range of[1:] {
		switch v := e.Force(t).(type) {
		case Null, Bool, Int, String, Path:
			if v != first {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// Merged is a set of all that the sets of a choice may have, and what a call of a
// symbol gives where Options.Expand knows it; any other value stays what it is.
func (e *Evaluator) Merged(v Value) Value {
	v = e.expanded(v)
	c, ok := v.(*Choice)
	if !ok {
		return v
	}
	of, ok := e.alternatives(c, nil)
	if !ok {
		return unknown(Ambiguous, "")
	}
	var all *Attrs
	for _, t := range of {
		v := e.Merged(e.Force(t))
		s, ok := v.(*Attrs)
		switch {
		case ok:
		case fails(v):
			e.assumed++ // that it is not this one
			continue
		case isOpaque(v):
			s = &Attrs{rest: v}
		default:
			e.assumed++
			continue
		}
		if all == nil {
			all = s
			continue
		}
		if u := e.Charge(len(all.attrs) + len(s.attrs)); u != nil {
			return u
		}
		all = e.eitherSet(all, s)
	}
	if all == nil {
		return refused("not a set")
	}
	return all
}

// eitherSet is a set of all that one of two sets has.
func (e *Evaluator) eitherSet(a, b *Attrs) *Attrs {
	mayLack := func(a *Attr) { a.Maybe = true }
	out := joinSets(a, b, func(one *Attr, other Attr) {
		one.Maybe = one.Maybe || other.Maybe
		if one.Thunk != other.Thunk {
			one.Thunk = Known(e.choice(nil, one.Thunk, other.Thunk))
		}
	}, mayLack, mayLack)
	out.rest = e.oneRest(a.rest, b.rest)
	return out
}
