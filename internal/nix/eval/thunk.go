package eval

import (
	"cmp"
	"iter"

	"jetpills/internal/nix/syntax"
)

// Thunk is an expression that is evaluated when its value is needed, once. It
// keeps what its value came from.
type Thunk struct {
	node  syntax.Node
	scope *Scope
	run   func(*Evaluator) Value // for what is not written
	value Value
	busy  bool
	// shared says that evaluators share the thunk, which stays as it is: each has a
	// thunk of its own for it.
	shared bool
	// assumes says that the value is known only if the evaluation succeeds: it depends
	// on an assertion that is not known to hold, for one.
	assumes bool
	// isCommon says that an evaluator made the thunk that has no Options.Common.
	isCommon bool
	// asks says that Evaluator.questions has what the thunk asked a Reader for.
	asks bool
	// origin is the expression that gave the value, behind let … in, parentheses,
	// calls and the like.
	origin syntax.Node
	// via is the thunk of the name that the expression is.
	via *Thunk
}

// Known is a thunk of a value.
func Known(v Value) *Thunk { return &Thunk{value: v} }

// Lazy is a thunk of what a function gives once its value is needed.
func (e *Evaluator) Lazy(run func(*Evaluator) Value) *Thunk { return e.own(Thunk{run: run}) }

// own is a thunk that this evaluator makes.
func (e *Evaluator) own(t Thunk) *Thunk {
	t.isCommon = e.options.Common == nil
	return &t
}

// Node is the expression as it is written where its value is used; the zero Node
// if it is not written.
func (t *Thunk) Node() syntax.Node { return written(t.node) }

// Value is what the thunk came to; nil before it was forced.
func (t *Thunk) Value() Value {
	if t == nil {
		return nil
	}
	return t.value
}

// Scope is what the expression sees.
func (t *Thunk) Scope() *Scope { return t.scope }

// Through are the thunks that the value came through: the thunk itself; if its
// expression comes to a name or a selection, the thunk that this means; and so on
// to the one that made the value. It is complete after the thunk was forced.
func (t *Thunk) Through() iter.Seq[*Thunk] {
	return func(yield func(*Thunk) bool) {
		for ; t != nil && yield(t); t = t.via {
			continue
		}
	}
}

// Origin is the expression that made the value, behind all names: a literal, a
// set, an operation. It is complete after the thunk was forced.
func (t *Thunk) Origin() syntax.Node {
	var found syntax.Node
	for t := range t.Through() {
		if !t.origin.IsZero() {
			found = t.origin
		} else if n := t.Node(); !n.IsZero() {
			found = n
		}
	}
	return found
}

// came notes which thunk the value came through; nil for none, as t may be. One
// that is being evaluated is left out: it depends on t.
func (t *Thunk) came(of *Thunk) {
	if t != nil && of != nil && !of.busy {
		t.via = of
	}
}

// Force evaluates a thunk, or gives what it came to before.
func (e *Evaluator) Force(t *Thunk) Value {
	common := e.options.Common
	switch {
	case t == nil:
		return unknown(Damaged, "")
	case t.value != nil:
		if t.assumes {
			e.assumed++
		}
		if t.asks {
			e.Needs(cmp.Or(common, e).questions[t])
		}
		return t.value
	case common != nil && (t.isCommon || t.shared):
		v := common.Force(t)
		if t.assumes {
			e.assumed++
		}
		if t.asks {
			e.Needs(common.questions[t])
		}
		return v
	case t.shared:
		own, ok := e.shared[t]
		if !ok {
			own = e.own(Thunk{run: t.run})
			e.shared[t] = own
		}
		return e.Force(own)
	case t.busy && e.options.Loops:
		return unknown(Outside, "a value that depends on itself")
	case t.busy:
		return unknown(Cyclic, "")
	}
	t.busy = true
	assumed := e.assumed
	around := e.asking
	e.asking = nil
	var v Value
	if t.run != nil {
		v = e.deeper(t)
	} else {
		v = e.eval(t.node, t.scope, t)
	}
	t.busy, t.assumes = false, e.assumed != assumed
	t.value, t.run = v, nil
	if q := e.asked(around); q != nil && t.isCommon {
		t.asks, e.questions[t] = true, q
	}
	return v
}

// deeper runs the function of a thunk within the budget.
func (e *Evaluator) deeper(t *Thunk) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	return t.run(e)
}
