package eval

import "slices"

func trivialTable() table {
	return table{
		"isFunction":   {arity: 1, run: isFunction},
		"functionArgs": {arity: 1, run: functionArgs},
		"toBaseDigits": {arity: 2, run: toBaseDigits},
	}
}

func filesystemTable() table {
	return table{
		"packagesFromDirectoryRecursive": {arity: 1, run: packagesFromDirectory},
	}
}

// constants are the values of lib that are no functions.
func constants() map[string]Value {
	licenses := &Attrs{rest: NewSymbol("lib", "licenses"), by: libraryName}
	return map[string]Value{"licenses": licenses, "maintainers": NewSymbol("lib", "maintainers"), "platforms": NewSymbol("lib", "platforms")}
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
