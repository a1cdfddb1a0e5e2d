package eval

import (
	"math"

	"jetpills/internal/nix/syntax"
)

// arithmetic is a + b, a - b, a * b or a / b for numbers.
func arithmetic(op syntax.Kind, a, b Value) Value {
	if i, ok := a.(Int); ok {
		if k, ok := b.(Int); ok {
			return wholeArithmetic(op, int64(i), int64(k))
		}
	}
	x, bad := number(a)
	if bad != nil {
		return bad
	}
	y, bad := number(b)
	if bad != nil {
		return bad
	}
	switch op {
	case syntax.Plus:
		return Float(x + y)
	case syntax.Minus:
		return Float(x - y)
	case syntax.Star:
		return Float(x * y)
	}
	if y == 0 {
		return refused("division by zero")
	}
	return Float(x / y)
}

func number(v Value) (float64, *Unknown) {
	switch v := v.(type) {
	case Int:
		return float64(v), nil
	case Float:
		return float64(v), nil
	}
	return 0, opaque(v, "a number")
}

// wholeArithmetic is arithmetic on integers. What exceeds 64 bits wraps in old
// versions of Nix and is refused in new ones.
func wholeArithmetic(op syntax.Kind, a, b int64) Value {
	overflow := unknown(Unsupported, "integer overflow")
	switch op {
	case syntax.Plus:
		if c := a + b; (c > a) == (b > 0) {
			return Int(c)
		}
	case syntax.Minus:
		if c := a - b; (c < a) == (b > 0) {
			return Int(c)
		}
	case syntax.Star:
		if a == 0 || b == 0 {
			return Int(0)
		}
		if c := a * b; c/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64) {
			return Int(c)
		}
	default:
		if b == 0 {
			return refused("division by zero")
		}
		if a != math.MinInt64 || b != -1 {
			return Int(a / b)
		}
	}
	return overflow
}

// isWhole reports whether a number is an integer of 64 bits.
func isWhole(f float64) bool {
	return f == math.Trunc(f) && math.Abs(f) < math.MaxInt64
}
