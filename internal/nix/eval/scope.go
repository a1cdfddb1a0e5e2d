package eval

import "jetpills/internal/nix/syntax"

// Scope is what brings names into view for an expression: a let, a recursive set,
// a function's argument or a with, and the scope around it. nil is the outermost:
// Nix's own names.
type Scope struct {
	up *Scope
	// Of the following, one is set.
	names *Attrs  // of a let or a recursive set
	bound []bound // by a lambda
	with  *Thunk
}

// bound is a name that a lambda gives a value.
type bound struct {
	name  string
	value *Thunk
}

// NewScope is a scope with the known attributes of a set as its names.
func NewScope(names *Attrs, up *Scope) *Scope { return &Scope{up: up, names: names} }

// own is the thunk of a name that the scope itself brings into view, with sets
// aside.
func (s *Scope) own(name string) (*Thunk, bool) {
	if s.names != nil {
		i, ok := s.names.find(name)
		if !ok {
			return nil, false
		}
		return s.names.attrs[i].Thunk, true
	}
	for i := range s.bound {
		if s.bound[i].name == name {
			return s.bound[i].value, true
		}
	}
	return nil, false
}

// IsGlobal reports whether Nix itself brings a name into view, before every with.
func IsGlobal(name string) bool {
	_, ok := globals[name]
	return ok
}

// globals are the names that Nix brings into view everywhere. true says that the
// name is not one of builtins of the same name.
var globals = map[string]bool{
	"true": true, "false": true, "null": true, "builtins": true,
	"abort": false, "baseNameOf": false, "break": false, "derivation": false, "derivationStrict": false, "dirOf": false,
	"fetchGit": false, "fetchMercurial": false, "fetchTarball": false, "fetchTree": false, "fromTOML": false, "import": false,
	"isNull": false, "map": false, "placeholder": false, "removeAttrs": false, "scopedImport": false, "throw": false,
	"toString": false,
}

// Lookup finds what a name means in a scope: what binds it lexically, then Nix's
// own names, then the innermost with whose set has it. A name that nothing binds
// is what Options.Free says of it, and else unknown.
func (e *Evaluator) Lookup(name string, s *Scope) *Thunk {
	hasWith := false
	for f := s; f != nil; f = f.up {
		if t, ok := f.own(name); ok {
			return t
		}
		hasWith = hasWith || f.with != nil
	}
	if a, ok := e.globals.Get(name); ok {
		return a.Thunk
	}
	if hasWith {
		if t := e.lookupWith(name, s); t != nil {
			return t
		}
	}
	if v, ok := e.options.Free(name); ok {
		return Known(v)
	}
	return Known(unknown(Free, name))
}

// lookupWith finds a name among the sets of the withs around, the innermost
// first. A set that is not known as a whole hides those around it. lib's sets do
// so only if none of those has the name.
func (e *Evaluator) lookupWith(name string, s *Scope) *Thunk {
	var perhaps *Thunk
	for ; s != nil; s = s.up {
		if s.with == nil {
			continue
		}
		v := e.Force(s.with)
		set, ok := v.(*Attrs)
		if !ok {
			if lib := e.asLib(v); lib != nil {
				set = lib
			} else if perhaps == nil {
				return Known(e.inWith(v, name))
			} else {
				return perhaps
			}
		}
		switch a, ok := set.Get(name); {
		case ok:
			return a.Thunk
		case set.rest == nil:
		case perhaps == nil:
			if perhaps = Known(e.inWith(set.rest, name)); set.by != libraryName {
				return perhaps
			}
		}
	}
	return perhaps
}

// inWith is what a name is in a with over a value that is not known as a whole.
func (e *Evaluator) inWith(v Value, name string) Value {
	if _, ok := v.(*Unknown); ok {
		return unknown(Free, name)
	}
	return e.Select(v, name)
}

// ScopeAt is the scope that an expression stands in. What a function is called
// with is known where it is called on the spot; for any other function, each of
// its names stands for itself: see Options.Argument.
func (e *Evaluator) ScopeAt(n syntax.Node) *Scope {
	up := n.Parent()
	if up.IsZero() {
		return nil
	}
	// A binding's value sees what the set around it sees; a name that an inherit
	// takes from the scope does not.
	inner := n.Kind() != syntax.Inherit || !(syntax.InheritNode{Node: n}).From().IsZero()
	switch up.Kind() {
	case syntax.LetIn, syntax.LetBody, syntax.AttrSet, syntax.Lambda, syntax.With:
	default:
		return e.ScopeAt(up)
	}
	if up.Kind() == syntax.With && up.Child(1) != n || !inner {
		return e.ScopeAt(up)
	}
	if s, ok := e.scopes[up]; ok {
		return s
	}
	around := e.ScopeAt(up)
	s := around
	switch up.Kind() {
	case syntax.LetIn:
		s = e.letScope(up, around)
	case syntax.LetBody, syntax.AttrSet:
		if set, _ := syntax.AsAttrSet(up); set.Recursive() {
			_, s = e.recursiveSet(up, around)
		}
	case syntax.Lambda:
		s, _ = e.bindLambda(up, around, e.argumentOf(up))
	case syntax.With:
		s = &Scope{up: around, with: e.Thunk(up.Child(0), around)}
	}
	e.scopes[up] = s
	return s
}

// argumentOf is what a lambda is called with where it stands.
func (e *Evaluator) argumentOf(lambda syntax.Node) *Thunk {
	n := lambda
	for n.Parent().Kind() == syntax.Paren {
		n = n.Parent()
	}
	if call, ok := syntax.AsApply(n.Parent()); ok && call.Function() == n {
		return e.Thunk(call.Argument(), e.ScopeAt(call.Node))
	}
	l, _ := syntax.AsLambda(lambda)
	return e.standIn(l)
}

// standIn is what a function is called with if nobody says: its formals are those
// of a module, its parameter is a symbol of its own name.
func (e *Evaluator) standIn(l syntax.LambdaNode) *Thunk {
	if p := l.Parameter(); !p.IsZero() && l.Formals().IsZero() {
		return Known(e.named(p.Text()))
	}
	return Known(&Symbol{})
}

// named is what a name that a function takes stands for if nobody says.
func (e *Evaluator) named(name string) Value {
	if v, ok := e.options.Argument(name); ok {
		return v
	}
	return NewSymbol(name)
}

// Argument gives the arguments that every module, package and overlay gets by
// these names: each is a symbol.
func Argument(name string) (Value, bool) {
	switch name {
	case "config", "options", "lib", "pkgs", "modulesPath", "specialArgs", "inputs", "self", "final", "prev", "super":
		return NewSymbol(name), true
	}
	return nil, false
}
