package eval

import (
	"slices"

	"jetpills/internal/nix/syntax"
)

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
// takes of a set, and some arguments.
func (c *call) autoCalled() (f, arguments *Thunk) {
	v := c.force(1)
	if p, ok := v.(Path); ok {
		v = c.Force(c.Import(string(p)))
	}
	available, bad := c.set(c.force(0))
	fn, ok := v.(*Function)
	switch {
	case !ok:
		return Known(opaque(v, "a function")), c.args[2]
	case bad != nil:
		return Known(bad), c.args[2]
	}
	l, _ := syntax.AsLambda(fn.lambda)
	own := &Attrs{}
	for formal := range l.Formals().All() {
		name := formal.Child(0).Text()
		switch has, t := c.has(available, name); {
		case has == yes:
			own.put(Attr{Name: name, Thunk: t})
		case has == perhaps && formal.Child(1).IsZero(): // it has to be there
			own.put(Attr{Name: name, Thunk: c.Lazy(func(e *Evaluator) Value { return e.Select(available, name) })})
		case has == perhaps:
			own.rest = available.rest
		}
	}
	given := c.args[2]
	return Known(fn), c.Lazy(func(e *Evaluator) Value { return e.update(own, e.Force(given)) })
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

// functionArgs are the formals of a function: true for one with a default.
func functionArgs(c *call) Value {
	v := c.force(0)
	if s, ok := v.(*Attrs); ok {
		// lib.functionArgs accepts a set that says what it takes.
		has, t := c.has(s, "__functionArgs")
		switch has {
		case yes:
			return c.Force(t)
		case perhaps:
			return unknownPart(s, "__functionArgs")
		}
		functor := c.orElse(s, "__functor", refused("not a function"))
		v = c.Apply(functor, Known(s))
	}
	f, ok := v.(*Function)
	if !ok {
		return c.reject(0, v, "a function")
	}
	out := &Attrs{}
	if f.library != nil {
		return out
	}
	l, _ := syntax.AsLambda(f.lambda)
	for formal := range l.Formals().All() {
		at := formal.Child(0)
		out.put(Attr{Name: at.Text(), Thunk: Known(Bool(!formal.Child(1).IsZero())), At: at})
	}
	return out
}

func toBaseDigits(c *call) Value {
	base, n := c.int(0), c.int(1)
	if base < 2 || n < 0 {
		return unknown(Thrown, "")
	}
	digits := []*Thunk{Known(Int(n % base))}
	for n /= base; n > 0; n /= base {
		digits = append(digits, Known(Int(n%base)))
	}
	slices.Reverse(digits)
	return NewList(digits...)
}

// freeformType is the freeformType of the first of some modules that has one, and
// otherwise null.
func freeformType(c *call) Value {
	for _, t := range c.list(0).Items {
		v := c.Force(t)
		if p, ok := v.(Path); ok {
			v = c.Force(c.Import(string(p)))
		}
		if s, ok := c.Called(v, nil).(*Attrs); ok {
			if has, free := c.has(s, "freeformType"); has == yes {
				return c.Force(free)
			}
		}
	}
	return Null{}
}
