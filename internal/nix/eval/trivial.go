package eval

import "slices"

func trivialTable() table {
	return table{
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
func constants() table {
	return table{
		"licenses": {run: func(*call) Value { return &Attrs{rest: NewSymbol("lib", "licenses"), by: libraryName} }},
	}
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
