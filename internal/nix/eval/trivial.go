package eval

import (
	"slices"

	"jetpills/internal/nix/syntax"
)

func trivialTable() table {
	return table{
		"id":         {arity: 1, run: first},
		"const":      {arity: 2, run: first},
		"flip":       {arity: 3, run: func(c *call) Value { return c.ApplyAll(c.force(0), c.args[2], c.args[1]) }},
		"pipe":       {arity: 2, run: pipe},
		"or":         {arity: 2, run: func(c *call) Value { return c.logical(syntax.OrOp, c.force(0), c.args[1]) }},
		"and":        {arity: 2, run: func(c *call) Value { return c.logical(syntax.And, c.force(0), c.args[1]) }},
		"xor":        {arity: 2, run: func(c *call) Value { return Bool(c.bool(0) != c.bool(1)) }},
		"mergeAttrs": {arity: 2, run: func(c *call) Value { return c.update(c.force(0), c.force(1)) }},
		"mapNullable": {arity: 2, run: func(c *call) Value {
			v := c.force(1)
			if _, ok := v.(Null); ok {
				return v
			}
			if isOpaque(v) {
				return c.reject(1, v, "a value")
			}
			return c.Apply(c.force(0), c.args[1])
		}},
		"defaultTo": {arity: 2, run: func(c *call) Value {
			v := c.force(1)
			if _, ok := v.(Null); ok {
				return c.force(0)
			}
			if isOpaque(v) {
				return c.reject(1, v, "a value")
			}
			return v
		}},
		"min": {arity: 2, run: func(c *call) Value { return c.firstIf(func(a, b Value) Value { return c.less(a, b) }) }},
		"max": {arity: 2, run: func(c *call) Value { return c.firstIf(func(a, b Value) Value { return c.less(b, a) }) }},
		"mod": {arity: 2, run: func(c *call) Value {
			a, b := c.int(0), c.int(1)
			if b == 0 {
				return refused("division by zero")
			}
			return Int(a % b)
		}},
		"compare":           {arity: 2, run: compare},
		"warn":              {arity: 2, run: second},
		"warnOnInstantiate": {arity: 2, run: second},
		"info":              {arity: 2, run: second},
		"warnIf":            {arity: 3, run: func(c *call) Value { return c.force(2) }},
		"warnIfNot":         {arity: 3, run: func(c *call) Value { return c.force(2) }},
		"throwIf":           {arity: 3, run: func(c *call) Value { return c.throwOn(true) }},
		"throwIfNot":        {arity: 3, run: func(c *call) Value { return c.throwOn(false) }},
		"isFunction":        {arity: 1, run: isFunction},
		"toFunction": {arity: 1, run: func(c *call) Value {
			v := c.force(0)
			if isOpaque(v) {
				return c.reject(0, v, "a value")
			}
			if isCallable(v) {
				return v
			}
			return c.Force(ofLibrary("const", 1, func(*call) Value { return v }))
		}},
		"setFunctionArgs": {arity: 2, run: func(c *call) Value { return functor(c.args[0], c.args[1]) }},
		"mirrorFunctionArgs": {arity: 2, run: func(c *call) Value {
			own := call{Evaluator: c.Evaluator, args: c.args[:1], split: -1}
			args := functionArgs(&own)
			c.fail(own.bad)
			return functor(c.args[1], Known(args))
		}},
		"functionArgs": {arity: 1, run: functionArgs},
		"setType":      {arity: 2, run: func(c *call) Value { return c.update(c.force(1), NewAttrs(nil, Attr{Name: "_type", Thunk: c.args[0]})) }},
		"isType":       {arity: 2, run: func(c *call) Value { return hasType(c, 1, "_type", c.str(0)) }},
		"toBaseDigits": {arity: 2, run: toBaseDigits},
	}
}

func debugTable() table {
	return table{
		"traceVal":   {arity: 1, run: first},
		"traceIf":    {arity: 3, run: func(c *call) Value { return c.force(2) }},
		"traceValFn": {arity: 2, run: second},
		"traceSeq":   {arity: 2, run: second},
	}
}

func assertsTable() table {
	return table{
		"assertMsg": {arity: 2, run: assertMsg},
		"assertOneOf": {arity: 3, run: func(c *call) Value {
			if is := c.contains(c.items(2), c.args[1]); c.bad != nil || is {
				return Bool(true)
			}
			return unknown(Thrown, c.str(0))
		}},
	}
}

func metaTable() table {
	return table{
		"dontDistribute": {arity: 1, run: func(c *call) Value { return c.update(c.force(0), &Attrs{rest: unknown(Unsupported, "meta")}) }},
		"lowPrio":        {arity: 1, run: first},
		"hiPrio":         {arity: 1, run: first},
		"setPrio":        {arity: 2, run: second},
		"addMetaAttrs": {arity: 2, run: func(c *call) Value {
			meta := c.orElse(c.attrs(1), "meta", &Attrs{})
			return c.with(1, "meta", Known(c.update(meta, c.force(0))))
		}},
		"getExe'": {arity: 2, run: func(c *call) Value { return c.text(c.coerce(0) + "/bin/" + c.str(1)) }},
	}
}

func filesystemTable() table {
	return table{
		"packagesFromDirectoryRecursive": {arity: 1, run: packagesFromDirectory},
		"pathIsDirectory": {arity: 1, run: func(c *call) Value {
			return c.one(readFileType(c), func(v Value) Value {
				if isOpaque(v) {
					return v
				}
				return Bool(v == Value(String("directory")))
			})
		}},
	}
}

// constants are the values of lib that are no functions.
func constants() map[string]Value {
	licenses := &Attrs{rest: NewSymbol("lib", "licenses"), by: libraryName}
	return map[string]Value{"licenses": licenses, "maintainers": NewSymbol("lib", "maintainers"), "platforms": NewSymbol("lib", "platforms")}
}

// firstIf is the first argument if a test of both holds, and else the second.
func (c *call) firstIf(test func(a, b Value) Value) Value {
	return c.two(c.force(0), c.force(1), func(a, b Value) Value {
		switch is := test(a, b).(type) {
		case Bool:
			if is {
				return a
			}
			return b
		default:
			return is
		}
	})
}

func assertMsg(c *call) Value {
	if holds := c.bool(0); c.bad == nil && !holds {
		return unknown(Thrown, c.str(1))
	}
	return Bool(true)
}

// throwOn is the last argument; an evaluation that succeeds has it.
func (c *call) throwOn(bad bool) Value {
	switch v := c.force(0).(type) {
	case Bool:
		if bool(v) == bad {
			return unknown(Thrown, c.coerce(1))
		}
	default:
		if fails(v) || !isOpaque(v) {
			return opaque(v, "a boolean")
		}
		c.assumed++
	}
	return c.force(2)
}

func pipe(c *call) Value {
	t := c.args[0]
	for _, f := range c.items(1) {
		t = Known(c.Apply(c.Force(f), t))
	}
	return c.Force(t)
}

func compare(c *call) Value {
	return c.two(c.force(0), c.force(1), func(a, b Value) Value {
		is, ok := c.less(a, b).(Bool)
		if !ok {
			return c.less(a, b)
		}
		if is {
			return Int(-1)
		}
		if is, _ = c.less(b, a).(Bool); is {
			return Int(1)
		}
		return Int(0)
	})
}

func isFunction(c *call) Value {
	v := c.force(0)
	if isOpaque(v) {
		return c.reject(0, v, "a value")
	}
	if s, ok := v.(*Attrs); ok {
		has, t := c.has(s, "__functor")
		switch has {
		case no:
			return Bool(false)
		case perhaps:
			return unknownPart(s, "__functor")
		}
		v = c.Apply(c.Force(t), Known(s))
		if isOpaque(v) {
			return opaque(v, "a function")
		}
	}
	_, ok := v.(*Function)
	return Bool(ok)
}

// functor is a function that says what it takes.
func functor(f, args *Thunk) *Attrs {
	return NewAttrs(nil,
		Attr{Name: "__functor", Thunk: ofLibrary("__functor", 1, func(c *call) Value { return c.Force(f) })},
		Attr{Name: "__functionArgs", Thunk: args})
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
