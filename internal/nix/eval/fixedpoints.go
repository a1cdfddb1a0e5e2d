package eval

import "jetpills/internal/nix/syntax"

func fixedPointTable() table {
	return table{
		"fix": {arity: 1, run: func(c *call) Value { return c.fix(c.args[0]) }},
		"fix'": {arity: 1, run: func(c *call) Value {
			return c.update(c.fix(c.args[0]), NewAttrs(nil, Attr{Name: "__unfix__", Thunk: c.args[0]}))
		}},
		"converge":                     {arity: 2, run: converge},
		"extends":                      {arity: 3, run: func(c *call) Value { return c.extended(c.args[0], c.args[1], c.args[2]) }},
		"composeExtensions":            {arity: 4, run: func(c *call) Value { return c.composed([]*Thunk{c.args[0], c.args[1]}, c.args[2], c.args[3]) }},
		"composeManyExtensions":        {arity: 3, run: func(c *call) Value { return c.composed(c.items(0), c.args[1], c.args[2]) }},
		"makeExtensible":               {arity: 1, run: func(c *call) Value { return c.extensible("extend", c.args[0]) }},
		"makeExtensibleWithCustomName": {arity: 2, run: func(c *call) Value { return c.extensible(c.str(0), c.args[1]) }},
		"toExtension":                  {arity: 3, run: func(c *call) Value { return c.extension(c.args[0], c.args[1], c.args[2]) }},
	}
}

func customisationTable() table {
	return table{
		"makeScope": {arity: 2, run: func(c *call) Value { return c.scope(c.args[0], c.args[1]) }},
		"callPackageWith": {arity: 3, run: func(c *call) Value {
			f, arguments := c.autoCalled(c.args[0], c.args[1], c.args[2])
			return c.overridable(Known(f), arguments)
		}},
		"callPackagesWith": {arity: 3, run: func(c *call) Value {
			f, arguments := c.autoCalled(c.args[0], c.args[1], c.args[2])
			return c.Apply(f, arguments)
		}},
		"makeOverridable": {arity: 2, run: func(c *call) Value { return c.overridable(c.args[0], c.args[1]) }},
		"hydraJob":        {arity: 1, run: first},
	}
}

// ofLibrary is a function that a function of the library gives.
func ofLibrary(name string, arity int, run func(c *call) Value) *Thunk {
	return Known(&Function{library: &function{name, arity, run}})
}

// fix is the value that a function gives for itself.
func (e *Evaluator) fix(f *Thunk) Value {
	self := lazy(nil)
	self.run = func(e *Evaluator) Value { return e.Apply(e.Force(f), self) }
	return e.Force(self)
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

// extended is f final, with what an overlay makes of it laid over.
func (e *Evaluator) extended(overlay, f, final *Thunk) Value {
	prev := lazy(func(e *Evaluator) Value { return e.Apply(e.Force(f), final) })
	return e.update(e.Force(prev), e.ApplyAll(e.Force(overlay), final, prev))
}

// composed is what several overlays, the one after the other, give.
func (e *Evaluator) composed(overlays []*Thunk, final, prev *Thunk) Value {
	var all Value = &Attrs{}
	for _, overlay := range overlays {
		own := e.ApplyAll(e.Force(overlay), final, prev)
		below, sum := prev, all
		prev = lazy(func(e *Evaluator) Value { return e.update(e.Force(below), own) })
		if all = e.update(sum, own); fails(all) {
			break
		}
	}
	return all
}

// extensible is the fixed point of a function, and a function of that name that
// extends it.
func (e *Evaluator) extensible(name string, f *Thunk) Value {
	extend := ofLibrary(name, 1, func(c *call) Value {
		overlay := c.args[0]
		return c.extensible(name, ofLibrary("extends", 1, func(c *call) Value {
			return c.extended(overlay, f, c.args[0])
		}))
	})
	unfix := Attr{Name: "__unfix__", Thunk: f}
	return e.update(e.fix(f), NewAttrs(nil, unfix, Attr{Name: name, Thunk: extend}))
}

// extension is what an overlay gives that may be a set, or a function of what it
// is laid over alone.
func (e *Evaluator) extension(f, final, prev *Thunk) Value {
	v := e.Force(f)
	if !isCallable(v) {
		return v
	}
	if once := e.Apply(v, prev); !isCallable(once) {
		return once
	}
	return e.ApplyAll(v, final, prev)
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

// scope is a package set whose functions find each other.
func (e *Evaluator) scope(newScope, f *Thunk) Value {
	self := lazy(nil)
	self.run = func(e *Evaluator) Value {
		below := NewAttrs(nil, Attr{Name: "callPackage", Thunk: lazy(func(e *Evaluator) Value {
			return e.Apply(e.Select(e.Force(self), "newScope"), Known(&Attrs{}))
		})})
		above := NewAttrs(nil,
			Attr{Name: "newScope", Thunk: ofLibrary("newScope", 1, func(c *call) Value {
				own := c.args[0]
				return c.Apply(c.Force(newScope), lazy(func(e *Evaluator) Value { return e.update(e.Force(self), e.Force(own)) }))
			})},
			Attr{Name: "overrideScope", Thunk: ofLibrary("overrideScope", 1, func(c *call) Value {
				overlay := c.args[0]
				return c.scope(newScope, ofLibrary("extends", 1, func(c *call) Value { return c.extended(overlay, f, c.args[0]) }))
			})},
			Attr{Name: "packages", Thunk: f},
		)
		return made(e.update(e.update(below, e.Apply(e.Force(f), self)), above), "makeScope")
	}
	return e.Force(self)
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
