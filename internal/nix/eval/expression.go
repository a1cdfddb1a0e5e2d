package eval

import (
	"strconv"

	"jetpills/internal/nix/syntax"
)

// eval evaluates an expression. Where its value is that of another one, as let
// and calls do on their bodies, it goes on with that in a loop, so that calls at
// the end of functions need no depth. t is the thunk of the expression, which
// notes where the value came from; nil for an operand.
func (e *Evaluator) eval(n syntax.Node, s *Scope, t *Thunk) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	for calls := 0; ; {
		if u := e.Charge(1); u != nil {
			return u
		}
		e.look(n)
		switch n.Kind() {
		case syntax.Paren:
			n = n.Child(0)
		case syntax.LetIn:
			n, s = body(n), e.letScope(n, s)
		case syntax.With:
			n, s = body(n), &Scope{up: s, with: e.Thunk(n.Child(0), s)}
		case syntax.Assert:
			switch holds := e.one(e.eval(n.Child(0), s, nil), func(v Value) Value { return v }).(type) {
			case Bool:
				if !holds {
					return &Unknown{Reason: Thrown, What: "assertion " + e.TextOf(written(n.Child(0))) + " failed", Node: written(n)}
				}
			default:
				if fails(holds) {
					return holds
				}
				if !isOpaque(holds) {
					return refused("an assertion that is no boolean")
				}
				e.assumed++
			}
			n = body(n)
		case syntax.If:
			yes, no := n.Child(1), n.Child(2)
			condition := e.Thunk(n.Child(0), s)
			c := e.one(e.Force(condition), func(v Value) Value { return v })
			holds, ok := c.(Bool)
			switch {
			case !ok && (fails(c) || !isOpaque(c)):
				return opaque(c, "a boolean")
			case !ok:
				e.note(t, n)
				return e.choice(condition, e.Thunk(yes, s), e.Thunk(no, s))
			case bool(holds):
				n = yes
			default:
				n = no
			}
		case syntax.Apply:
			r := e.call(n, s)
			if r.value != nil {
				e.note(t, n)
				t.came(r.via)
				return r.value
			}
			n, s = r.body, r.scope
			if calls++; calls > callsInPlace*e.options.Depth {
				e.spent = unknown(Depth, "")
				return e.spent
			}
		case syntax.Identifier:
			e.note(t, n)
			of := e.Lookup(n.Text(), s)
			t.came(of)
			return e.Force(of)
		case syntax.Select:
			e.note(t, n)
			v, via := e.selection(n, s)
			t.came(via)
			return v
		default:
			e.note(t, n)
			return e.unknownAt(e.construct(n, s), written(n))
		}
	}
}

// unknownAt is the value of an expression: one that is not known says where, unless it
// does already.
func (e *Evaluator) unknownAt(v Value, n syntax.Node) Value {
	if u, ok := v.(*Unknown); ok && u.Node.IsZero() && e.spent == nil {
		of := *u
		of.Node = n
		return &of
	}
	return v
}

// note remembers the expression that gives a thunk its value.
func (e *Evaluator) note(t *Thunk, n syntax.Node) {
	if t != nil && !inPrelude(n) {
		t.origin = n
	}
}

// body is the expression behind let … in, with …; and assert …;.
func body(n syntax.Node) syntax.Node {
	var last syntax.Node
	for c := range n.Children() {
		if c.Kind().IsExpression() && c.Kind() != syntax.Error {
			last = c
		}
	}
	return last
}

// construct evaluates an expression whose value is not that of another one.
func (e *Evaluator) construct(n syntax.Node, s *Scope) Value {
	switch n.Kind() {
	case syntax.IntegerLiteral:
		if i, err := strconv.ParseInt(n.Text(), 10, 64); err == nil {
			return Int(i)
		}
	case syntax.FloatLiteral:
		if f, err := strconv.ParseFloat(n.Text(), 64); err == nil {
			return Float(f)
		}
	case syntax.String, syntax.IndentedString:
		return e.stringOf(n, s)
	case syntax.URI:
		return String(n.Text())
	case syntax.Path:
		return e.pathOf(n, s)
	case syntax.SearchPath:
		return NewSymbol(n.Text())
	case syntax.List:
		l := &List{}
		for c := range n.Children() {
			if c.Kind() == syntax.Error {
				continue
			}
			if u := e.Charge(1); u != nil {
				return u
			}
			l.Items = append(l.Items, e.Thunk(c, s))
		}
		return l
	case syntax.AttrSet:
		if set, _ := syntax.AsAttrSet(n); !set.Recursive() {
			return e.plainSet(n, s)
		}
		set, _ := e.recursiveSet(n, s)
		return set
	case syntax.LetBody:
		set, _ := e.recursiveSet(n, s)
		return e.Select(set, "body")
	case syntax.Lambda:
		return &Function{lambda: n, scope: s}
	case syntax.HasAttr:
		return e.hasAttr(n, s)
	case syntax.Unary:
		return e.unary(n, s)
	case syntax.Binary:
		return e.binary(n, s)
	}
	return &Unknown{Reason: Damaged, Node: n}
}
