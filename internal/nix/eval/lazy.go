package eval

// Through is a thunk of what a function gives once its value is needed, which says as
// well of which thunk that is the value; nil for none.
func (e *Evaluator) Through(run func(*Evaluator) (Value, *Thunk)) *Thunk {
	t := e.own(Thunk{})
	t.run = func(e *Evaluator) Value {
		v, of := run(e)
		t.came(of)
		return v
	}
	return t
}

// Alternatives are the values that a value may be: those of a choice, those of
// choices within it among them, but for what Nix refuses; the value itself if it is
// no choice. It reports false if they are too many.
func (e *Evaluator) Alternatives(t *Thunk) ([]*Thunk, bool) {
	c, ok := e.Force(t).(*Choice)
	if !ok {
		return []*Thunk{t}, true
	}
	all, ok := e.alternatives(c, nil)
	var of []*Thunk
	for _, t := range all {
		if !fails(e.Force(t)) {
			of = append(of, t)
		}
	}
	return of, ok
}
