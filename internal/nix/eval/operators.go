package eval

import (
	"math"
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

// binary evaluates a + b and its kin.
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
				return Bool(is == Bool(op == syntax.Equal))
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
		shown := func(v Value, n syntax.Node) string {
			switch v := v.(type) {
			case String:
				return string(v)
			case *Unknown:
				if v.Shown != "" {
					return v.Shown
				}
			}
			return "${" + n.Text() + "}"
		}
		return e.two(a, b, func(a, b Value) Value {
			v := e.plus(a, b)
			u, ok := v.(*Unknown)
			if !ok || u.Fails() || !isText(a) && !isText(b) {
				return v
			}
			return u.showing(shown(a, left), shown(b, right))
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

// logical is a && b, a || b or a -> b. Either side alone may tell, if it cannot
// fail.
func (e *Evaluator) logical(op syntax.Kind, a Value, right *Thunk) Value {
	settles, result := Bool(op == syntax.OrOp), Bool(op != syntax.And)
	if is, ok := a.(Bool); ok {
		if is == settles {
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
		return is // whatever the left side is
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

func (e *Evaluator) notLess(a, b Value) Value {
	is := e.less(a, b)
	if is, ok := is.(Bool); ok {
		return !is
	}
	return is
}

// less is a < b.
func (e *Evaluator) less(a, b Value) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	switch a := a.(type) {
	case Int, Float:
		if i, ok := a.(Int); ok {
			if k, ok := b.(Int); ok {
				return Bool(i < k)
			}
		}
		x, _ := number(a)
		y, bad := number(b)
		if bad != nil {
			return bad
		}
		return Bool(x < y)
	case String:
		if b, ok := b.(String); ok {
			return Bool(a < b)
		}
		return opaque(b, "a string")
	case Path:
		if b, ok := b.(Path); ok {
			return Bool(a < b)
		}
		return opaque(b, "a path")
	case *List:
		list, ok := b.(*List)
		if !ok {
			return opaque(b, "a list")
		}
		if a.Open || list.Open {
			return unknown(Outside, "a list")
		}
		for i := range list.Items {
			if i == len(a.Items) {
				return Bool(true)
			}
			x, y := e.Force(a.Items[i]), e.Force(list.Items[i])
			switch same := e.equal(x, y).(type) {
			case Bool:
				if !same {
					return e.less(x, y)
				}
			default:
				return same
			}
		}
		return Bool(false)
	}
	if isOpaque(a) {
		return opaque(a, "a number")
	}
	return refused("values of these types have no order")
}

// equal is a == b. Functions are equal to nothing.
func (e *Evaluator) equal(a, b Value) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	if isOpaque(a) {
		return opaque(a, "a value to compare")
	}
	if isOpaque(b) {
		return opaque(b, "a value to compare")
	}
	switch x := a.(type) {
	case Int:
		if y, ok := b.(Float); ok {
			return Bool(Float(x) == y)
		}
	case Float:
		if y, ok := b.(Int); ok {
			return Bool(x == Float(y))
		}
	case *List:
		if y, ok := b.(*List); ok {
			return e.equalLists(x, y)
		}
		return Bool(false)
	case *Attrs:
		if y, ok := b.(*Attrs); ok {
			return e.equalSets(x, y)
		}
		return Bool(false)
	case *Function:
		return Bool(false)
	}
	switch b.(type) {
	case *List, *Attrs, *Function:
		return Bool(false)
	}
	return Bool(a == b)
}

func (e *Evaluator) equalLists(a, b *List) Value {
	if a.Open || b.Open {
		return unknown(Outside, "a list")
	}
	if len(a.Items) != len(b.Items) {
		return Bool(false)
	}
	return e.allEqual(len(a.Items), func(i int) (*Thunk, *Thunk) { return a.Items[i], b.Items[i] })
}

func (e *Evaluator) equalSets(a, b *Attrs) Value {
	if !a.certain() || !b.certain() {
		return unknown(Outside, "a set")
	}
	if drv, ok := a.Get("type"); ok && e.Force(drv.Thunk) == Value(String("derivation")) {
		return unknown(Unsupported, "a derivation")
	}
	if len(a.attrs) != len(b.attrs) {
		return Bool(false)
	}
	for i := range a.attrs {
		if _, ok := b.Get(a.attrs[i].Name); !ok {
			return Bool(false)
		}
	}
	return e.allEqual(len(a.attrs), func(i int) (*Thunk, *Thunk) {
		other, _ := b.Get(a.attrs[i].Name)
		return a.attrs[i].Thunk, other.Thunk
	})
}

// allEqual reports whether pairs are equal each. Nix stops at the first that is
// not; what is not known before that may fail.
func (e *Evaluator) allEqual(n int, pair func(int) (*Thunk, *Thunk)) Value {
	var open Value
	for i := range n {
		a, b := pair(i)
		if a == b && open == nil {
			if _, ok := e.Force(a).(*Function); !ok && !isOpaque(e.Force(a)) {
				continue // Nix takes what is one value for equal
			}
			return unknown(Unsupported, "a function compared with itself")
		}
		switch same := e.two(e.Force(a), e.Force(b), e.equal).(type) {
		case Bool:
			if !same && open == nil {
				return same
			}
			if !same {
				return open
			}
		default:
			if fails(same) {
				return same
			}
			if open == nil {
				open = same
			}
		}
	}
	if open != nil {
		return open
	}
	return Bool(true)
}

// update is a // b.
func (e *Evaluator) update(a, b Value) Value {
	if s, ok := b.(*Attrs); ok && len(s.attrs) == 0 && s.rest == nil && isOpaque(a) {
		return a
	}
	if s, ok := a.(*Attrs); ok && len(s.attrs) == 0 && s.rest == nil && isOpaque(b) {
		return b
	}
	top, bad := e.set(b)
	if bad != nil {
		return bad
	}
	bottom, bad := e.set(a)
	if bad != nil {
		return bad
	}
	if u := e.Charge(len(bottom.attrs) + len(top.attrs)); u != nil {
		return u
	}
	out := &Attrs{rest: bottom.rest, by: bottom.by, node: bottom.node}
	if out.by == "" {
		out.by = top.by
	}
	out.attrs = make([]Attr, 0, len(bottom.attrs)+len(top.attrs))
	for _, a := range bottom.attrs {
		if over, ok := top.Get(a.Name); ok {
			if over.Maybe {
				a.Thunk = Known(e.choice(nil, over.Thunk, a.Thunk))
			} else {
				a = over
			}
		} else if top.rest != nil {
			a.Thunk = Known(e.choice(nil, a.Thunk, lazy(func(e *Evaluator) Value { return e.Select(top.rest, a.Name) })))
		}
		out.put(a)
	}
	for _, a := range top.attrs {
		if _, ok := bottom.Get(a.Name); !ok {
			if rest := bottom.rest; a.Maybe && rest != nil {
				a.Thunk = Known(e.choice(nil, a.Thunk, lazy(func(e *Evaluator) Value { return e.Select(rest, a.Name) })))
			}
			out.put(a)
		}
	}
	switch {
	case top.rest == nil:
	case out.rest == nil:
		out.rest = top.rest
	default:
		out.rest = e.choice(nil, Known(top.rest), Known(out.rest))
	}
	return out
}

// set is a value as a set: an open one if it is not known.
func (e *Evaluator) set(v Value) (*Attrs, *Unknown) {
	v = e.Merged(v)
	if s, ok := v.(*Attrs); ok {
		return s, nil
	}
	if fails(v) || !isOpaque(v) {
		return nil, opaque(v, "a set")
	}
	return &Attrs{rest: v}, nil
}

// concat is a ++ b.
func (e *Evaluator) concat(a, b Value) Value {
	x, bad := e.listOf(a)
	if bad != nil {
		return bad
	}
	y, bad := e.listOf(b)
	if bad != nil {
		return bad
	}
	return e.concatLists([]*List{x, y})
}

// listOf is a value as a list: an open one if it is not known.
func (e *Evaluator) listOf(v Value) (*List, *Unknown) {
	switch v := v.(type) {
	case *List:
		return v, nil
	case *Choice:
		of, ok := e.alternatives(v, nil)
		if !ok {
			return nil, unknown(Ambiguous, "")
		}
		all := &List{Open: true}
		for _, t := range of {
			l, bad := e.listOf(e.Force(t))
			if bad != nil {
				e.assumed++ // that it is not this one
				continue
			}
			if u := e.Charge(len(l.Items)); u != nil {
				return nil, u
			}
			all.Items = append(all.Items, l.Items...)
		}
		return all, nil
	}
	if fails(v) || !isOpaque(v) {
		return nil, opaque(v, "a list")
	}
	return &List{Open: true}, nil
}

// concatLists is one list of several.
func (e *Evaluator) concatLists(lists []*List) Value {
	n := 0
	for _, l := range lists {
		n += len(l.Items)
	}
	if u := e.chargeItems(n); u != nil {
		return u
	}
	out := &List{Items: make([]*Thunk, 0, n)}
	for _, l := range lists {
		if l.Open && !out.Open {
			out.Open, out.Gap = true, len(out.Items)+l.Gap
		}
		out.Items = append(out.Items, l.Items...)
	}
	return out
}
