package eval

import (
	"slices"

	"jetpills/internal/nix/syntax"
)

// Scope is what brings names into view for an expression: a let, a recursive set,
// a function's argument or a with, and the scope around it. nil is the outermost:
// Nix's own names.
type Scope struct {
	up *Scope
	// Of the following, one is set.
	names *Attrs // what a let, a recursive set or a lambda binds
	with  *Thunk
	// let binds more names than are in names; the zero Node if it does not. looks is
	// how often one was looked for.
	let   syntax.Node
	looks int32
	// isCommon says that an evaluator made the scope that has no Options.Common.
	isCommon bool
}

// levelsOfStep is how many scopes a name is looked for in for a step.
const levelsOfStep = 8

// NewScope is a scope with the known attributes of a set as its names.
func NewScope(names *Attrs, up *Scope) *Scope { return &Scope{up: up, names: names} }

// Binds reports whether a let, a recursive set or a lambda brings a name into
// view.
func (s *Scope) Binds(name string) bool {
	for ; s != nil; s = s.up {
		if s.names != nil {
			if _, ok := s.names.find(name); ok || !s.let.IsZero() && binds(s.let, name) {
				return true
			}
		}
	}
	return false
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
	hasWith, levels := false, 0
	for f := s; f != nil; f = f.up {
		if f.names != nil {
			if t := e.find(f, name); t != nil {
				return t
			}
		}
		hasWith = hasWith || f.with != nil
		levels++
	}
	if u := e.Charge(levels / levelsOfStep); u != nil {
		return Known(u)
	}
	if a, ok := e.globals.Get(name); ok {
		return a.Thunk
	}
	if hasWith {
		if t, _ := e.lookupWith(name, s); t != nil {
			return t
		}
	}
	if v, ok := e.options.Free(name); ok {
		return Known(v)
	}
	return Known(unknown(Free, name))
}

// With is the set that the with is over which gives a name its meaning in a
// scope; nil if none does.
func (e *Evaluator) With(name string, s *Scope) *Thunk {
	if IsGlobal(name) || s.Binds(name) {
		return nil
	}
	_, with := e.lookupWith(name, s)
	return with
}

// mostWiths bounds the withs around an expression that a name may come from.
const mostWiths = 16

// Withs are the sets of the withs that a name may come from in a scope, the innermost
// first: none where nothing can define the name. It reports false where something else
// binds the name, and where that is too much to say.
func (e *Evaluator) Withs(name string, s *Scope) (sets []*Thunk, ok bool) {
	levels := 0
	for f := s; f != nil; f = f.up {
		if levels++; f.with != nil {
			sets = append(sets, f.with)
		}
		if len(sets) > mostWiths || f.names != nil && e.find(f, name) != nil {
			return nil, false
		}
	}
	return sets, e.Charge(levels/levelsOfStep) == nil && !IsGlobal(name)
}

// lookupWith finds a name among the sets of the withs around, the innermost
// first, and gives the set too. A set that is not known as a whole hides those
// around it. lib's sets do so only if none of those has the name.
func (e *Evaluator) lookupWith(name string, s *Scope) (t, with *Thunk) {
	for ; s != nil; s = s.up {
		if s.with == nil {
			continue
		}
		v := e.Force(s.with)
		rest := v
		set, ok := v.(*Attrs)
		if ok {
			rest = set.rest
		} else if set = e.asLib(v); set == nil {
			if t == nil {
				return Known(e.inWith(v, name)), s.with
			}
			return t, with
		}
		switch a, ok := set.Get(name); {
		case ok:
			return a.Thunk, s.with
		case rest == nil:
		case t == nil:
			if t, with = Known(e.inWith(rest, name)), s.with; set.by != libraryName {
				return t, with
			}
		}
	}
	return t, with
}

// inWith is what a name is in a with over a value that is not known as a whole.
func (e *Evaluator) inWith(v Value, name string) Value {
	if _, ok := v.(*Unknown); ok {
		return unknown(Free, name)
	}
	return e.Select(v, name)
}

// ScopeAt is the scope that an expression stands in. What a function is called
// with is known where it is written as the function of a call; for any other, each of
// its names stands for itself: see Options.Argument.
func (e *Evaluator) ScopeAt(n syntax.Node) *Scope {
	const far = 64 // levels after which a scope is remembered too, though the node opens none
	var s *Scope
	var inside []syntax.Node // without a scope yet
	for levels, up := 1, n.Parent(); !up.IsZero(); levels, n, up = levels+1, up, up.Parent() {
		if !seesInside(up, n) {
			continue
		}
		if known, ok := e.scopes[up]; ok {
			s = known
			break
		}
		if opensScope(up) || levels%far == 0 {
			inside = append(inside, up)
		}
	}
	for _, up := range slices.Backward(inside) {
		s = e.scopeInside(up, s)
		e.scopes[up] = s
	}
	return s
}

// opensScope reports whether a node brings names into view.
func opensScope(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.LetIn, syntax.Lambda, syntax.With:
		return true
	case syntax.LetBody, syntax.AttrSet:
		set, _ := syntax.AsAttrSet(n)
		return set.Recursive()
	}
	return false
}

// seesInside reports whether a child sees the names that its parent brings into
// view: the set of a with does not, nor do names that an inherit takes from the
// scope.
func seesInside(up, n syntax.Node) bool {
	if up.Kind() == syntax.With {
		return up.Child(1) == n
	}
	inherit, ok := syntax.AsInherit(n)
	return !ok || !inherit.From().IsZero()
}

// scopeInside is what the children of a node see that stands in a scope.
func (e *Evaluator) scopeInside(n syntax.Node, around *Scope) *Scope {
	switch n.Kind() {
	case syntax.LetIn:
		return e.letScope(n, around)
	case syntax.LetBody, syntax.AttrSet:
		if opensScope(n) {
			_, inner := e.recursiveSet(n, around)
			return inner
		}
	case syntax.Lambda:
		inner, _ := e.bindLambda(n, around, e.argumentOf(n))
		return inner
	case syntax.With:
		return &Scope{up: around, with: e.Thunk(n.Child(0), around)}
	}
	return around
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

// standIn is what a function is called with where that is not known: its formals are
// those of a module, its parameter is a symbol of that name.
func (e *Evaluator) standIn(l syntax.LambdaNode) *Thunk {
	if p := l.Parameter(); !p.IsZero() && l.Formals().IsZero() {
		return Known(e.named(p.Text(), l.Node))
	}
	return Known(&Symbol{Lambda: l.Node})
}

// named is what a name that a function takes stands for where that is not known.
func (e *Evaluator) named(name string, lambda syntax.Node) Value {
	v, ok := e.options.Argument(name)
	if !ok {
		v = NewSymbol(name)
	}
	if s, ok := v.(*Symbol); ok {
		return &Symbol{s.Path, lambda}
	}
	return v
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
