package eval

import (
	"path"

	"jetpills/internal/nix/syntax"
)

// unary evaluates !a and -a.
func (e *Evaluator) unary(n syntax.Node, s *Scope) Value {
	_, op := syntax.Operator(n)
	return e.one(e.eval(n.Child(0), s, nil), func(v Value) Value {
		switch v := v.(type) {
		case Bool:
			if op == syntax.Not {
				return !v
			}
		case Int:
			if op == syntax.Minus {
				return arithmetic(syntax.Minus, Int(0), v)
			}
		case Float:
			if op == syntax.Minus {
				return 0 - v
			}
		}
		if op == syntax.Not {
			return opaque(v, "a boolean")
		}
		return opaque(v, "a number")
	})
}

// one is what a function gives for a value, or for each of a choice.
func (e *Evaluator) one(v Value, f func(Value) Value) Value {
	if c, ok := v.(*Choice); ok {
		return e.each(c, func(v Value) (Value, *Thunk) { return f(v), nil })
	}
	return f(v)
}

// two is what a function gives for two values, or for each pair of choices.
func (e *Evaluator) two(a, b Value, f func(a, b Value) Value) Value {
	return e.one(a, func(a Value) Value {
		return e.one(b, func(b Value) Value { return f(a, b) })
	})
}

// binary evaluates a + b and the like.
func (e *Evaluator) binary(n syntax.Node, s *Scope) Value {
	_, op := syntax.Operator(n)
	left, right := n.Child(0), n.Child(1)
	switch op {
	case syntax.PipeTo:
		return e.Apply(e.eval(right, s, nil), e.Thunk(left, s))
	case syntax.PipeFrom:
		return e.Apply(e.eval(left, s, nil), e.Thunk(right, s))
	}
	a := e.eval(left, s, nil)
	switch op {
	case syntax.And, syntax.OrOp, syntax.Implies:
		return e.logical(op, a, e.Thunk(right, s))
	}
	if fails(a) {
		return a
	}
	b := e.eval(right, s, nil)
	if fails(b) {
		return b
	}
	switch op {
	case syntax.Update:
		return e.update(a, b)
	case syntax.Concat:
		return e.concat(a, b)
	case syntax.Equal, syntax.NotEqual:
		return e.two(a, b, func(a, b Value) Value {
			same := e.equal(a, b)
			if is, ok := same.(Bool); ok {
				return Bool(bool(is) == (op == syntax.Equal))
			}
			return same
		})
	case syntax.Less:
		return e.two(a, b, e.less)
	case syntax.Greater:
		return e.two(b, a, e.less)
	case syntax.LessEq:
		return e.two(b, a, e.notLess)
	case syntax.GreaterEq:
		return e.two(a, b, e.notLess)
	case syntax.Plus:
		return e.two(a, b, func(a, b Value) Value {
			v := e.plus(a, b)
			if u, ok := v.(*Unknown); ok && !u.Fails() && (isText(a) || isText(b)) {
				return u.showing(shownText(a, e.shownAs(left, s)), shownText(b, e.shownAs(right, s)))
			}
			return v
		})
	case syntax.Minus, syntax.Star, syntax.Slash:
		return e.two(a, b, func(a, b Value) Value { return arithmetic(op, a, b) })
	}
	return &Unknown{Reason: Damaged, Node: n}
}

// isText reports whether a value is a string, perhaps known in part.
func isText(v Value) bool {
	switch v := v.(type) {
	case String:
		return true
	case *Unknown:
		return v.Shown != ""
	}
	return false
}

// shownText is a string, as far as it is known, for an unknown one that holds it.
func shownText(v Value, otherwise string) string {
	switch v := v.(type) {
	case String:
		return string(v)
	case *Unknown:
		if v.Shown != "" {
			return v.Shown
		}
	}
	return "${" + otherwise + "}"
}

// logical is a && b, a || b or a -> b. Either side alone may decide.
func (e *Evaluator) logical(op syntax.Kind, a Value, right *Thunk) Value {
	decides, result := Bool(op == syntax.OrOp), Bool(op != syntax.And)
	if is, ok := a.(Bool); ok {
		if is == decides {
			return result
		}
	} else if fails(a) || !isOpaque(a) {
		return opaque(a, "a boolean")
	}
	b := e.Force(right)
	is, ok := b.(Bool)
	switch {
	case !ok && !isOpaque(b):
		return refused("not a boolean")
	case !isOpaque(a):
		return e.one(b, func(b Value) Value {
			if _, ok := b.(Bool); !ok {
				return opaque(b, "a boolean")
			}
			return b
		})
	case ok && is == result:
		e.assumed++ // that the left side does not fail
		return is
	}
	return opaque(a, "a boolean")
}

// plus is a + b.
func (e *Evaluator) plus(a, b Value) Value {
	switch a := a.(type) {
	case Path:
		switch b := b.(type) {
		case Path:
			return Path(path.Clean(string(a) + "/" + string(b)))
		case String:
			return joined(string(a) + string(b))
		}
		return opaque(b, "a string")
	case Int, Float:
		return arithmetic(syntax.Plus, a, b)
	}
	a = e.expanded(a)
	if isOpaque(a) {
		return opaque(a, "a number or a string")
	}
	x, bad := e.coerced(a, interpolated)
	if bad != nil {
		return bad
	}
	y, bad := e.coerced(b, interpolated)
	if bad != nil {
		return bad
	}
	return e.text(x + y)
}
