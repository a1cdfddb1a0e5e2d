package eval

import (
	"slices"

	"jetpills/internal/nix/syntax"
)

// Apply is f x.
func (e *Evaluator) Apply(f Value, argument *Thunk) Value { return e.ApplyAll(f, argument) }

// ApplyAll is f x y z.
func (e *Evaluator) ApplyAll(f Value, arguments ...*Thunk) Value { return e.applied(f, arguments, nil) }

// applied is f x y z, as the value of a thunk, nil for none.
func (e *Evaluator) applied(f Value, arguments []*Thunk, t *Thunk) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	r := e.step(f, arguments, syntax.Node{})
	if r.value == nil {
		return e.eval(r.body, r.scope, t)
	}
	t.came(r.via)
	return r.value
}

// Called is what a function gives, and what that gives if it is a function again:
// each argument is what its name stands for by default, but for what given knows of
// the sets that functions take names from. given may be nil.
func (e *Evaluator) Called(v Value, given *Attrs) Value {
	const mostArguments = 6
	for range mostArguments {
		f, ok := v.(*Function)
		if !ok || f.Lambda().IsZero() {
			return v
		}
		l, _ := syntax.AsLambda(f.lambda)
		argument := e.standIn(l)
		if given != nil && !l.Formals().IsZero() {
			argument = Known(given)
		}
		v = e.Apply(v, argument)
	}
	return v
}

// result is what a call gives: either the value, with the thunk that it is the value
// of, if there is one, or the body of the last function and the scope to evaluate it
// in.
type result struct {
	value Value
	via   *Thunk
	body  syntax.Node
	scope *Scope
}

// call evaluates f x y z.
func (e *Evaluator) call(n syntax.Node, s *Scope) result {
	var space [4]*Thunk
	arguments := space[:0]
	head := n
	for head.Kind() == syntax.Apply {
		e.look(head)
		a, _ := syntax.AsApply(head)
		arguments = append(arguments, e.Thunk(a.Argument(), s))
		head = a.Function()
	}
	slices.Reverse(arguments)
	if u := e.Charge(len(arguments)); u != nil {
		return result{value: u}
	}
	return e.step(e.eval(head, s, nil), arguments, written(n))
}

// step applies a function to arguments, up to the body of the last function. n is
// the call as it is written.
func (e *Evaluator) step(f Value, arguments []*Thunk, n syntax.Node) result {
	var via *Thunk
	for len(arguments) > 0 {
		switch fn := f.(type) {
		case *Function:
			if fn.library != nil {
				f, via, arguments = e.stepLibrary(fn, arguments, n)
				continue
			}
			l, _ := syntax.AsLambda(fn.lambda)
			inner, bad := e.bindLambda(fn.lambda, fn.scope, arguments[0])
			if bad != nil {
				return result{value: bad}
			}
			if arguments = arguments[1:]; len(arguments) == 0 {
				return result{body: l.Body(), scope: inner}
			}
			f = e.eval(l.Body(), inner, nil)
		case *Symbol:
			f, via, arguments = &Call{Function: fn, Args: slices.Clone(arguments), Node: n}, nil, nil
		case *Call:
			all := append(fn.Args[:len(fn.Args):len(fn.Args)], arguments...)
			f, via, arguments = &Call{Function: fn.Function, Args: all, Node: n}, nil, nil
		case *Choice:
			all := slices.Clone(arguments)
			return result{value: e.each(fn, func(f Value) (Value, *Thunk) { return e.ApplyAll(f, all...), nil })}
		case *Attrs:
			functor, ok := fn.Get("__functor")
			if !ok {
				if s, ok := fn.rest.(*Symbol); ok {
					f = s // only a functor is called
					continue
				}
				if fn.rest != nil {
					return result{value: unknownPart(fn, "__functor")}
				}
				return result{value: refused("a set is no function")}
			}
			f = e.Apply(e.Force(functor.Thunk), Known(fn))
		default:
			return result{value: opaque(f, "a function")}
		}
	}
	return result{value: f, via: via}
}

// bindLambda is the scope of a lambda's body, and why Nix refuses the argument.
func (e *Evaluator) bindLambda(lambda syntax.Node, around *Scope, argument *Thunk) (*Scope, *Unknown) {
	e.look(lambda)
	l, _ := syntax.AsLambda(lambda)
	s := &Scope{up: around, names: &Attrs{}}
	if p := l.Parameter(); !p.IsZero() {
		s.names.put(Attr{Name: p.Text(), Thunk: argument})
	}
	formals := l.Formals()
	if formals.IsZero() {
		return s, nil
	}
	var given *Attrs
	v := e.Force(argument)
	if set, ok := e.Merged(v).(*Attrs); ok {
		given = set
	} else if !isOpaque(v) {
		return s, refused("a function that takes a set is called with something else")
	} else if fails(v) {
		return s, v.(*Unknown)
	}
	var missing *Unknown
	taken := 0
	for formal := range formals.All() {
		at := formal.Child(0)
		name := at.Text()
		var otherwise *Thunk
		if d := formal.Child(1); !d.IsZero() {
			otherwise = e.Thunk(d, s)
		}
		if u := e.Charge(1); u != nil {
			return s, u
		}
		t, has := e.formal(v, given, name, otherwise)
		if has {
			taken++
		}
		if t == nil {
			missing = refused("argument " + name + " missing")
			t = Known(missing)
		}
		s.names.put(Attr{Name: name, Thunk: t})
	}
	if e.options.Tolerant {
		return s, nil
	}
	if missing == nil && given != nil && given.rest == nil && !formals.HasEllipsis() && taken < len(given.attrs) && given.certain() {
		missing = refused("an argument that the function does not take")
	}
	return s, missing
}

// formal is what a formal stands for where a function is called with a value,
// which as a set is given, nil if that is not known; nil if it has none. has says
// that the set has it.
func (e *Evaluator) formal(v Value, given *Attrs, name string, otherwise *Thunk) (t *Thunk, has bool) {
	rest := v
	if given != nil {
		if a, ok := given.Get(name); ok {
			if a.Maybe && otherwise != nil {
				return Known(e.choice(nil, a.Thunk, otherwise)), true
			}
			return a.Thunk, true
		}
		if rest = given.rest; rest == nil {
			return otherwise, false
		}
	}
	there := e.Through(func(e *Evaluator) (Value, *Thunk) { return e.selectFrom(rest, name) })
	if otherwise == nil {
		return there, false
	}
	// The arguments of a module are known by name; others have their default.
	if s, ok := rest.(*Symbol); ok && len(s.Path) == 0 {
		if _, ok := e.options.Argument(name); ok {
			return Known(e.named(name, s.Lambda)), false
		}
		return otherwise, false
	}
	return Known(e.choice(nil, there, otherwise)), false
}
