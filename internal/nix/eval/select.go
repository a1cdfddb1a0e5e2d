package eval

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

// Select is v.name.
func (e *Evaluator) Select(v Value, name string) Value {
	v, _ = e.selectFrom(v, name)
	return v
}

// At is the value at a path of attributes.
func (e *Evaluator) At(v Value, path ...string) Value {
	for _, name := range path {
		v = e.Select(v, name)
	}
	return v
}

// selectFrom is v.name, and the thunk that it is the value of, if there is one.
func (e *Evaluator) selectFrom(v Value, name string) (Value, *Thunk) {
	switch v := v.(type) {
	case *Attrs:
		if a, ok := v.Get(name); ok {
			return e.Force(a.Thunk), a.Thunk
		}
		if v.rest == nil {
			return refused("attribute " + name + " missing"), nil
		}
		return e.selectFrom(v.rest, name)
	case *Symbol:
		if lib := e.asLib(v); lib != nil {
			if a, ok := lib.Get(name); ok {
				return e.Force(a.Thunk), a.Thunk
			}
		}
		if len(v.Path) == 0 {
			return e.named(name, v.Lambda), nil
		}
		if u := e.Charge(len(v.Path) / namesOfStep); u != nil {
			return u, nil
		}
		return v.below(name), nil
	case *Call:
		if u := e.enter(); u != nil {
			return u, nil
		}
		defer e.leave()
		if expanded := e.expand(v); expanded != nil {
			return e.selectFrom(expanded, name)
		}
	case *Choice:
		return e.each(v, func(v Value) (Value, *Thunk) { return e.selectFrom(v, name) }), nil
	}
	return opaque(v, "a set"), nil
}

// asLib is nixpkgs' lib if that is what a symbol stands for.
func (e *Evaluator) asLib(v Value) *Attrs {
	if s, ok := v.(*Symbol); ok && e.options.IsLib(s.Path) {
		return e.lib
	}
	return nil
}

// IsLib reports whether a path is that of nixpkgs' lib: lib, pkgs.lib, final.lib,
// inputs.nixpkgs.lib.
func IsLib(path []string) bool {
	n := len(path)
	if n == 0 || path[n-1] != "lib" {
		return false
	}
	if n == 1 {
		return true
	}
	switch from := path[n-2]; from {
	case "pkgs", "final", "prev", "super", "self":
		return n == 2
	default:
		return isNixpkgs(from)
	}
}

// isNixpkgs reports whether a name is one that nixpkgs goes by: nixpkgs,
// nixpkgs-unstable, <nixpkgs>.
func isNixpkgs(name string) bool { return strings.HasPrefix(name, "nixpkgs") || name == "<nixpkgs>" }

// expand is the value of a call of a symbol where that is known; nil otherwise. What
// nixpkgs gives for a configuration is pkgs, for names that are taken from it.
func (e *Evaluator) expand(c *Call) Value {
	if e.options.Expand != nil {
		if u := e.enter(); u != nil {
			return u
		}
		defer e.leave()
		if v := e.options.Expand(e, c); v != nil {
			return v
		}
	}
	if overlays(c.Function.Path) && len(c.Args) == 1 {
		return NewSymbol("pkgs")
	}
	if c.Function.Name() == "import" && len(c.Function.Path) == 1 && len(c.Args) > 0 {
		switch s, _ := e.Force(c.Args[0]).(*Symbol); {
		case s == nil:
		case len(c.Args) == 2 && (isNixpkgs(s.Name()) || s.String() == "pkgs.path"):
			return NewSymbol("pkgs")
		case len(c.Args) == 1 && s.Name() == "<nixpkgs/lib>":
			return NewSymbol("lib")
		}
	}
	return nil
}

// overlays reports whether a path is that of a function which lays overlays over nixpkgs: pkgs.extend,
// inputs.nixpkgs.legacyPackages.SYSTEM.appendOverlays.
func overlays(path []string) bool {
	n := len(path)
	if n < 2 || path[n-1] != "extend" && path[n-1] != "appendOverlays" {
		return false
	}
	return n == 2 && path[0] == "pkgs" || n > 3 && path[n-3] == "legacyPackages" && isNixpkgs(path[n-4])
}

// expanded is the value of a call where that is known, and any other value itself.
func (e *Evaluator) expanded(v Value) Value {
	if call, ok := v.(*Call); ok {
		if known := e.expand(call); known != nil {
			return known
		}
	}
	return v
}

// selection evaluates a.b.c or d, and gives the thunk that it is the value of, if
// there is one.
func (e *Evaluator) selection(n syntax.Node, s *Scope) (Value, *Thunk) {
	sel, _ := syntax.AsSelect(n)
	v := e.eval(sel.From(), s, nil)
	var via, otherwise *Thunk
	if !sel.Default().IsZero() {
		otherwise = e.Thunk(sel.Default(), s)
	}
	path, why := e.attrPath(sel.Path(), s)
	if why != nil {
		return why, nil
	}
	for i, name := range path {
		if otherwise == nil {
			v, via = e.selectFrom(v, name)
			continue
		}
		if fails(v) {
			return v, nil
		}
		has, t := e.has(v, name)
		switch has {
		case no:
			return e.Force(otherwise), otherwise
		case yes:
			v, via = e.Force(t), t
		default:
			from := v
			there := e.Lazy(func(e *Evaluator) Value { return e.At(from, path[i:]...) })
			return e.choice(nil, there, otherwise), nil
		}
	}
	return v, via
}

// attrPath are the names of an attribute path, or why they are not known.
func (e *Evaluator) attrPath(p syntax.AttrPathNode, s *Scope) ([]string, *Unknown) {
	var path []string
	for part := range p.Names() {
		name, named, why := e.attrName(part, s)
		switch {
		case why != nil:
			return nil, why
		case !named:
			return nil, refused("null as a name")
		}
		path = append(path, name)
	}
	return path, nil
}

// three is what is known of something that holds or does not.
type three uint8

const (
	perhaps three = iota
	yes
	no
)

// isTrue reports whether a value is true, and why it is none that a test can have.
func isTrue(v Value) (three, *Unknown) {
	switch is, ok := v.(Bool); {
	case ok && bool(is):
		return yes, nil
	case ok:
		return no, nil
	case fails(v) || !isOpaque(v):
		return perhaps, opaque(v, "a boolean")
	}
	return perhaps, nil
}

// has reports whether a value has an attribute, and its thunk if it is known.
func (e *Evaluator) has(v Value, name string) (three, *Thunk) {
	switch v := v.(type) {
	case *Attrs:
		a, ok := v.Get(name)
		switch {
		case ok && a.Maybe:
			return perhaps, a.Thunk
		case ok:
			return yes, a.Thunk
		case v.rest == nil:
			return no, nil
		}
		return e.has(v.rest, name)
	case *Symbol:
		if lib := e.asLib(v); lib != nil {
			if a, ok := lib.Get(name); ok {
				return yes, a.Thunk
			}
		}
		if e.options.Has != nil && len(v.Path) > 0 {
			if has, known := e.options.Has(v.below(name)); known && !has {
				return no, nil
			}
		}
	case *Call:
		if e.enter() != nil {
			return perhaps, nil
		}
		defer e.leave()
		if expanded := e.expand(v); expanded != nil {
			return e.has(expanded, name)
		}
	case *Choice:
		of, ok := e.alternatives(v, nil)
		if !ok {
			return perhaps, nil
		}
		all := perhaps
		for i, t := range of {
			one, _ := e.has(e.Force(t), name)
			if i > 0 && one != all {
				return perhaps, nil
			}
			all = one
		}
		if all == yes {
			return yes, e.Lazy(func(e *Evaluator) Value { return e.Select(v, name) })
		}
		return all, nil
	case *Unknown:
	default:
		return no, nil
	}
	return perhaps, nil
}

// hasAttr evaluates a ? b.c.
func (e *Evaluator) hasAttr(n syntax.Node, s *Scope) Value {
	p, _ := syntax.AsAttrPath(n.Child(1))
	v := e.eval(n.Child(0), s, nil)
	path, why := e.attrPath(p, s)
	if why != nil {
		return why
	}
	return e.hasPath(v, path)
}

func (e *Evaluator) hasPath(v Value, path []string) Value {
	for i, name := range path {
		if s, ok := v.(*Symbol); ok && e.options.Has != nil {
			if has, known := e.options.Has(&Symbol{slices.Concat(s.Path, path[i:]), s.Lambda}); known {
				return Bool(has)
			}
		}
		if fails(v) {
			return v
		}
		has, t := e.has(v, name)
		switch has {
		case no:
			return Bool(false)
		case perhaps:
			return unknownPart(v, name)
		}
		v = e.Force(t)
	}
	return Bool(true)
}

// unknownPart is why it is not known whether a value has an attribute.
func unknownPart(v Value, name string) *Unknown {
	if s, ok := v.(*Attrs); ok {
		if s.rest == nil {
			return unknown(Ambiguous, name)
		}
		v = s.rest
	}
	return opaque(v, "a set with "+name)
}
