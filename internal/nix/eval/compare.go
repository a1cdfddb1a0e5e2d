package eval

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
