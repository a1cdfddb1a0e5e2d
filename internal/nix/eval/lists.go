package eval

import (
	"cmp"
	"slices"
)

func listTable() table {
	return table{
		"foldr":        {arity: 3, run: foldr},
		"foldl":        {arity: 3, run: foldl},
		"findFirst":    {arity: 3, run: findFirst},
		"sublist":      {arity: 3, run: sublist},
		"reverseList":  {arity: 1, run: reverseList},
		"imap0":        {arity: 2, run: func(c *call) Value { return imap(c, 0) }},
		"imap1":        {arity: 2, run: func(c *call) Value { return imap(c, 1) }},
		"zipListsWith": {arity: 3, run: zipListsWith},
		"unique":       {arity: 1, run: unique},
		"compareLists": {arity: 3, run: compareLists},
	}
}

// elemAt is an element of a list.
func (c *call) elemAt(l *List, i int) Value {
	switch {
	case c.bad != nil:
		return c.bad
	case l.Open && (i < 0 || i >= l.Gap):
		return unknown(Outside, "a list")
	case i < 0 || i >= len(l.Items):
		return refused("the list has no such element")
	}
	return c.same(l.Items[i])
}

func tail(c *call) Value {
	l := c.list(0)
	switch {
	case c.bad != nil:
		return c.bad
	case l.Open && l.Gap == 0:
		return &List{Items: l.Items, Open: true}
	case len(l.Items) == 0:
		return refused("tail of an empty list")
	case !c.grow(len(l.Items)):
		return nil
	}
	return &List{Items: l.Items[1:], Open: l.Open, Gap: max(l.Gap-1, 0)}
}

// sublist is a part of a list, as far as the list goes.
func sublist(c *call) Value {
	from, n, items := c.int(0), c.int(1), c.items(2)
	from = min(max(from, 0), len(items))
	return NewList(items[from : from+min(max(n, 0), len(items)-from)]...)
}

func reverseList(c *call) Value {
	items := slices.Clone(c.items(0))
	slices.Reverse(items)
	return NewList(items...)
}

// mapped is what a function gives for each element.
func (c *call) mapped(l *List, f func(i int, t *Thunk) *Thunk) Value {
	if !c.grow(len(l.Items)) {
		return nil
	}
	out := &List{Items: make([]*Thunk, len(l.Items)), Open: l.Open, Gap: l.Gap}
	for i, t := range l.Items {
		out.Items[i] = f(i, t)
	}
	return out
}

func mapList(c *call) Value {
	l := c.list(1)
	v := c.mapped(l, func(_ int, t *Thunk) *Thunk { return c.apply(0, t) })
	if out, ok := v.(*List); ok {
		out.present = l.present
	}
	return v
}

func imap(c *call, from int) Value {
	return c.mapped(c.list(1), func(i int, t *Thunk) *Thunk { return c.apply(0, Known(Int(i+from)), t) })
}

func genList(c *call) Value {
	n := c.int(1)
	if n < 0 {
		return refused("a negative length")
	}
	if !c.grow(n) {
		return nil
	}
	return c.mapped(&List{Items: make([]*Thunk, n)}, func(i int, _ *Thunk) *Thunk { return c.apply(0, Known(Int(i))) })
}

// spread is one list of the lists that a function gives for each element of a list.
func (c *call) spread(l *List, f func(*Thunk) (*List, *Unknown)) Value {
	if !c.grow(len(l.Items)) {
		return nil
	}
	lists := make([]*List, 0, len(l.Items)+1)
	for i, t := range l.Items {
		if l.Open && l.Gap == i {
			lists = append(lists, &List{Open: true})
		}
		one, bad := f(t)
		if bad != nil {
			return c.fail(bad)
		}
		if !l.Has(i) {
			one = &List{Items: one.Items, Open: true}
		}
		lists = append(lists, one)
	}
	if l.Open {
		lists = append(lists, &List{Open: true})
	}
	return c.concatLists(lists)
}

func concatLists(c *call) Value {
	return c.spread(c.list(0), func(t *Thunk) (*List, *Unknown) { return c.listOf(c.Force(t)) })
}

// filter keeps the elements that pass a test. Where that is not known the element
// may be missing.
func filter(c *call) Value {
	l, f := c.list(1), c.force(0)
	return c.spread(l, func(t *Thunk) (*List, *Unknown) {
		passes, bad := isTrue(c.Apply(f, t))
		if bad != nil || passes == no {
			return &List{}, bad
		}
		return &List{Items: []*Thunk{t}, Open: passes == perhaps}, nil
	})
}

// contains reports whether a list is known to have an element.
func (c *call) contains(items []*Thunk, item *Thunk) bool {
	var open *Unknown
	for _, t := range items {
		if u := c.Charge(1); u != nil {
			c.fail(u)
			return false
		}
		switch same := c.equal(c.Force(t), c.Force(item)).(type) {
		case Bool:
			if same {
				if open != nil {
					break
				}
				return true
			}
		case *Unknown:
			open = same
		}
	}
	c.fail(open)
	return false
}

func elem(c *call) Value {
	l := c.list(1)
	if _, ok := c.force(0).(*Choice); ok {
		return c.reject(0, c.force(0), "a value")
	}
	known := make([]*Thunk, 0, len(l.Items))
	for i, t := range l.Items {
		if l.Has(i) {
			known = append(known, t)
		}
	}
	if c.contains(known, c.args[0]) {
		return Bool(true)
	}
	if l.Open {
		return unknown(Outside, "a list")
	}
	return Bool(false)
}

// quantified is any, or all where any is no: the first element that decides does.
func quantified(c *call, any three) Value {
	l, f := c.list(1), c.force(0)
	var open Value
	if l.Open {
		open = unknown(Outside, "a list")
	}
	for i, t := range l.Items {
		v := c.Apply(f, t)
		switch is, bad := isTrue(v); {
		case bad != nil:
			return bad
		case is == perhaps:
			open = opaque(v, "a boolean")
		case is == any && l.Has(i):
			return v
		}
	}
	return cmp.Or(open, Value(Bool(any == no)))
}

func findFirst(c *call) Value {
	for _, t := range c.items(2) {
		if found := c.test(0, t); c.bad != nil {
			return nil
		} else if found {
			return c.same(t)
		}
	}
	return c.same(c.args[1])
}

func foldl(c *call) Value {
	v := c.args[1]
	items := c.items(2)
	if c.bad != nil {
		return nil
	}
	f := c.force(0)
	for _, t := range items {
		next := c.ApplyAll(f, v, t)
		if fails(next) || c.spent != nil {
			return next
		}
		v = Known(next)
	}
	return c.Force(v)
}

func foldr(c *call) Value {
	items := c.items(2)
	v := c.args[1]
	for i := len(items) - 1; i >= 0 && c.grow(1); i-- {
		v = c.apply(0, items[i], v)
	}
	return c.same(v)
}

func unique(c *call) Value {
	out := &List{}
	for _, t := range c.items(0) {
		if !c.contains(out.Items, t) {
			out.Items = append(out.Items, t)
		}
		if c.bad != nil {
			return nil
		}
	}
	return out
}

// texts is a list of strings.
func texts(all []string) *List {
	out := &List{Items: make([]*Thunk, len(all))}
	for i, s := range all {
		out.Items[i] = Known(String(s))
	}
	return out
}

func sortList(c *call) Value {
	f, out := c.force(0), slices.Clone(c.items(1))
	if !c.grow(len(out)) {
		return nil
	}
	slices.SortStableFunc(out, func(a, b *Thunk) int {
		switch {
		case c.bad != nil:
			return 0
		case c.boolOf(c.ApplyAll(f, a, b)):
			return -1
		case c.boolOf(c.ApplyAll(f, b, a)):
			return 1
		}
		return 0
	})
	return NewList(out...)
}

func compareLists(c *call) Value {
	a, b := c.items(1), c.items(2)
	for i := range min(len(a), len(b)) {
		n := element[Int](c, Known(c.ApplyAll(c.force(0), a[i], b[i])), "an integer")
		if n != 0 || c.bad != nil {
			return n
		}
	}
	return Int(cmp.Compare(len(a), len(b)))
}

func zipListsWith(c *call) Value {
	a, b := c.items(1), c.items(2)
	n := min(len(a), len(b))
	return c.mapped(&List{Items: a[:n]}, func(i int, t *Thunk) *Thunk { return c.apply(0, t, b[i]) })
}
