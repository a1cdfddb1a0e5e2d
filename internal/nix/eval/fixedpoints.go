package eval

import "jetpills/internal/nix/syntax"

func fixedPointTable() table {
	return table{
		"converge": {arity: 2, run: converge},
	}
}

func customisationTable() table {
	return table{
		"callPackageWith": {arity: 3, run: func(c *call) Value {
			f, arguments := c.autoCalled(c.args[0], c.args[1], c.args[2])
			return c.overridable(Known(f), arguments)
		}},
		"callPackagesWith": {arity: 3, run: func(c *call) Value {
			f, arguments := c.autoCalled(c.args[0], c.args[1], c.args[2])
			return c.Apply(f, arguments)
		}},
		"makeOverridable": {arity: 2, run: func(c *call) Value { return c.overridable(c.args[0], c.args[1]) }},
	}
}

// ofLibrary is a function that a function of the library gives.
func ofLibrary(name string, arity int, run func(c *call) Value) *Thunk {
	return Known(&Function{library: &function{name, arity, run}})
}

func converge(c *call) Value {
	v := c.force(1)
	for c.grow(1) {
		next := c.Apply(c.force(0), Known(v))
		same, ok := c.equal(next, v).(Bool)
		if !ok {
			return c.fail(opaque(next, "a value"))
		}
		if same {
			return v
		}
		v = next
	}
	return nil
}

func isCallable(v Value) bool {
	switch v := v.(type) {
	case *Function, *Symbol:
		return true
	case *Attrs:
		_, ok := v.Get("__functor")
		return ok
	}
	return false
}

// autoCalled is a function, in a file or not, and the set to call it with: what it
// wants of a set, and some arguments.
func (e *Evaluator) autoCalled(auto, f, arguments *Thunk) (Value, *Thunk) {
	v := e.Force(f)
	if p, ok := v.(Path); ok {
		v = e.Force(e.Import(string(p)))
	}
	fn, ok := v.(*Function)
	if !ok {
		return opaque(v, "a function"), arguments
	}
	l, _ := syntax.AsLambda(fn.lambda)
	available, bad := e.set(e.Force(auto))
	if bad != nil {
		return bad, arguments
	}
	own := &Attrs{}
	for formal := range l.Formals().All() {
		name := formal.Child(0).Text()
		switch has, t := e.has(available, name); has {
		case yes:
			own.put(Attr{Name: name, Thunk: t})
		case perhaps:
			if formal.Child(1).IsZero() { // it has to be there
				own.put(Attr{Name: name, Thunk: lazy(func(e *Evaluator) Value { return e.Select(available, name) })})
				continue
			}
			own.rest = available.rest
		}
	}
	return fn, lazy(func(e *Evaluator) Value { return e.update(own, e.Force(arguments)) })
}

// overridable is what a function gives, and if that is a set, a function in it
// that calls it anew.
func (e *Evaluator) overridable(f, arguments *Thunk) Value {
	result := e.Apply(e.Force(f), arguments)
	if _, ok := result.(*Attrs); !ok {
		return result
	}
	override := ofLibrary("override", 1, func(c *call) Value {
		more := c.force(0)
		if isCallable(more) {
			more = c.Apply(more, arguments)
		}
		return c.overridable(f, Known(c.update(c.Force(arguments), more)))
	})
	return e.update(result, NewAttrs(nil, Attr{Name: "override", Thunk: override}))
}
