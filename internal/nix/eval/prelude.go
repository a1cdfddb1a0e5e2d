package eval

import (
	_ "embed"
	"sync"

	"jetpills/internal/nix/syntax"
)

//go:embed lib.nix
var preludeText string

// prelude is the tree of lib.nix: the functions of the library that are written in Nix.
// No value leads to a node of it: what lib's functions make is written nowhere, or
// where their arguments are.
var prelude = sync.OnceValue(func() *syntax.Tree { return syntax.Parse(preludeText) })

func inPrelude(n syntax.Node) bool { return n.Tree() == prelude() }

// written is a node of a text that is evaluated; the zero Node for one of the prelude.
func written(n syntax.Node) syntax.Node {
	if inPrelude(n) {
		return syntax.Node{}
	}
	return n
}

// addPrelude adds the functions of the prelude to the tables of the library's
// parts.
func addPrelude(tables map[string]table) {
	for part := range syntax.Bindings(prelude().Root().Child(0)) {
		b, _ := syntax.AsBinding(part)
		of := tables[b.Path().Text()]
		if of == nil {
			of = table{}
			tables[b.Path().Text()] = of
		}
		for definition := range syntax.Bindings(b.Value()) {
			if inherit, ok := syntax.AsInherit(definition); ok {
				for n := range inherit.Names() {
					of[n.Text()] = tables[inherit.From().Text()][n.Text()]
				}
				continue
			}
			d, _ := syntax.AsBinding(definition)
			f, isAlias := of[d.Value().Text()]
			if !isAlias {
				f = defined(d.Value())
			}
			of[d.Path().Text()] = f
		}
	}
}

// defined is the function of a definition in the prelude.
func defined(lambda syntax.Node) function {
	arity := 0
	for n := lambda; n.Kind() == syntax.Lambda; n = body(n) {
		arity++
	}
	return function{arity: arity, run: func(c *call) Value {
		n, s := lambda, &Scope{up: c.definitions, names: &Attrs{attrs: make([]Attr, 0, arity)}}
		for _, t := range c.args {
			l, _ := syntax.AsLambda(n)
			if p := l.Parameter(); !p.IsZero() {
				s.names.put(Attr{Name: p.Text(), Thunk: t})
			} else {
				var bad *Unknown
				if s, bad = c.bindLambda(n, s, t); bad != nil {
					return bad
				}
			}
			n = l.Body()
		}
		t, assumed := c.own(Thunk{}), c.assumed
		t.value = c.eval(n, s, t)
		t.assumes = c.assumed != assumed
		if t.via != nil || !t.origin.IsZero() {
			c.via = t
		}
		c.splitScalar(t.value)
		return t.value
	}}
}

// splitScalar makes a call be evaluated for each value of an argument if that is one of
// several texts, numbers and the like, and the result is not known for that reason: a
// definition that uses the argument twice would mix the values.
func (c *call) splitScalar(v Value) {
	result, ok := v.(*Choice)
	if u, isUnknown := v.(*Unknown); !ok && (!isUnknown || u.Reason != Ambiguous) {
		return
	}
	for i, t := range c.args {
		choice, ok := t.value.(*Choice)
		if !ok || result != nil && result.Condition == t {
			continue
		}
		of, ok := c.alternatives(choice, nil)
		for _, t := range of {
			switch c.Force(t).(type) {
			case Null, Bool, Int, Float, String, Path:
			default:
				ok = ok && fails(t.value)
			}
		}
		if ok {
			c.reject(i, choice, "one value")
			return
		}
	}
}

// bound is the thunk that a name in the prelude stands for, so that arguments are
// handed on as they are; nil for any other expression.
func (e *Evaluator) bound(n syntax.Node, s *Scope) *Thunk {
	if n.Kind() != syntax.Identifier || !inPrelude(n) {
		return nil
	}
	for ; s != nil; s = s.up {
		if s.names == nil {
			continue
		}
		if t := e.find(s, n.Text()); t != nil {
			return t
		}
	}
	return nil
}

// shownAs is an expression as a text that is known in part shows it: for a name in the
// prelude, the argument as it is written.
func (e *Evaluator) shownAs(n syntax.Node, s *Scope) string {
	if t := e.bound(n, s); t != nil {
		n = t.node
	}
	if text := e.TextOf(written(n)); text != "" {
		return text
	}
	return "…"
}

// internalTable are the functions that only the prelude has.
func internalTable() table {
	return table{
		"freeformType": {arity: 1, run: freeformType},
		"madeBy":       {arity: 2, run: func(c *call) Value { return made(c.force(1), c.str(0)) }},
		"unsupported":  {arity: 1, run: func(c *call) Value { return unknown(Unsupported, c.str(0)) }},
	}
}
