package module

import (
	"iter"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Read is what an expression takes from a set that comes from outside, such as config:
// all of a selection, a name of an inherit, or a name that a with brings into scope.
type Read struct {
	// Path is what is read. Its last parts, which stand here, have a span.
	Path Path
	// Origin and Binder are as those of a Place.
	Origin Origin
	Binder syntax.Node
	// Node is the selection, the string that is the last name, the name of the inherit,
	// or the name that a with brings into scope.
	Node syntax.Node
	// Names are the names that stand here, those of the path's last parts: as many as
	// have a span.
	Names []syntax.Node
	// Guarded says that the text has another value for where there is no such attribute.
	Guarded bool
}

// Reads calls visit with the reads of a text, in order, as far as they hold however
// functions are called and whatever tests give, until visit returns false. Names that
// several withs may bring into scope, and what is taken from pkgs and lib, are left out.
// It reports whether it went through the whole text, as Places does.
func Reads(t *syntax.Tree, visit func(Read) bool) (whole bool) {
	r := &reader{climber: climber{}, certain: true}
	return r.each(t, func(n syntax.Node) func() bool {
		found := r.reads(n)
		return func() bool { return !slices.ContainsFunc(found, func(read Read) bool { return !visit(read) }) }
	})
}

// reads are those of which a node is the Node, or the inherit.
func (r *reader) reads(n syntax.Node) []Read {
	switch n.Kind() {
	case syntax.Select:
		s, _ := syntax.AsSelect(n)
		if isOfPackages(s.From()) {
			return nil
		}
		var written []syntax.Node
		for name := range s.Path().Names() {
			if name.Kind() == syntax.Missing || len(written) > mostNames {
				return nil // still being typed
			}
			written = append(written, name)
		}
		read := Read{Node: n, Names: written, Guarded: !s.Default().IsZero()}
		return r.readOf(s.From(), r.evaluated(s.Path(), names(s.Path())), read)
	case syntax.Inherit:
		i, _ := syntax.AsInherit(n)
		if i.From().IsZero() || isOfPackages(i.From()) {
			return nil
		}
		var all []Read
		for name := range i.Names() {
			all = append(all, r.readOf(i.From(), Path{partOf(name)}, Read{Node: name, Names: []syntax.Node{name}})...)
		}
		return all
	case syntax.String:
		return r.readBy(n)
	case syntax.Identifier:
		return r.readInWith(n)
	}
	return nil
}

// isOfPackages reports whether an expression is a name that package sets and lib go by.
func isOfPackages(n syntax.Node) bool {
	switch n.Text() {
	case "lib", "pkgs", "builtins":
		return true
	}
	return false
}

// readOf is a read of names that are selected from an expression; none if they lead out
// of what comes from outside.
func (r *reader) readOf(from syntax.Node, written Path, read Read) []Read {
	e := r.values()
	set := r.at(from)
	v := e.Force(set)
	for len(written) > 0 && written[0].Known {
		own, ok := v.(*eval.Attrs)
		if !ok {
			break
		}
		a, ok := own.Get(written[0].Name)
		if !ok {
			break
		}
		set, v = a.Thunk, e.Force(a.Thunk)
		written, read.Names = written[1:], read.Names[1:]
	}
	if len(written) == 0 || len(written) != len(read.Names) || !isFromOutside(v) {
		return nil
	}
	ref, ok := r.refer(set, written[0].Name, mostAliases)
	if !ok || len(ref.path)+len(written) > mostNames {
		return nil
	}
	read.Origin, read.Binder = ref.origin, ref.lambda
	read.Path = append(ref.path[:len(ref.path):len(ref.path)], written...)
	return []Read{read}
}

// isFromOutside reports whether a value, or what it may have besides its own attributes,
// comes from outside of the text.
func isFromOutside(v eval.Value) bool {
	switch v := v.(type) {
	case *eval.Symbol, *eval.Call:
		return true
	case *eval.Attrs:
		return v.Rest() != nil && isFromOutside(v.Rest())
	case *eval.Unknown:
		return v.Reason == eval.Outside
	}
	return false
}

// readBy is the read of a function that takes names as strings: getAttr "som" config.
func (r *reader) readBy(n syntax.Node) []Read {
	list := n.Parent()
	if list.Kind() == syntax.List && !isLast(n) {
		return nil
	}
	set, written := asked(n)
	if set.IsZero() || isOfPackages(set) {
		return nil
	}
	read := Read{Node: n, Names: []syntax.Node{n}}
	argument := n
	if list.Kind() == syntax.List {
		argument, read.Names = list, nil
		for name := range list.Children() {
			read.Names = append(read.Names, name)
		}
	}
	function, _ := callOf(argument)
	read.Guarded = function != "getAttr" && function != "getAttrFromPath"
	return r.readOf(set, written, read)
}

// readInWith is the read of a name that one with brings into scope, and nothing else can.
func (r *reader) readInWith(n syntax.Node) []Read {
	e, name := r.values(), n.Text()
	sets, ok := e.Withs(name, e.ScopeAt(n))
	if !ok {
		return nil
	}
	var found []Read
	for _, set := range sets {
		switch v := e.Force(set).(type) {
		case *eval.Attrs:
			if _, ok := v.Get(name); ok || v.Rest() != nil {
				return nil
			}
			continue
		case *eval.Symbol:
			if found != nil || eval.IsLib(v.Path) {
				return nil
			}
		default:
			return nil
		}
		ref, ok := r.refer(set, name, mostAliases)
		if !ok {
			return nil
		}
		found = []Read{{
			Path: append(ref.path[:len(ref.path):len(ref.path)], partOf(n)), Origin: ref.origin, Binder: ref.lambda,
			Node: n, Names: []syntax.Node{n},
		}}
	}
	return found
}

// Undefined is an expression that stands where an option's value could, and that begins
// with a name which nothing defines: Nix refuses it.
type Undefined struct {
	// Place is a ValuePlace; its Value is the expression's text.
	Place
	// InWith says that a with stands around it: Nix refuses it only where its value is
	// needed. InLib says that one is over nixpkgs' lib: Nix refuses it unless lib has the name.
	InWith, InLib bool
}

// UndefinedNames are those of a text, in order. What a with over an unknown set may
// define is left out. A text that is no Nix yet has none.
func UndefinedNames(t *syntax.Tree) iter.Seq[Undefined] {
	return func(yield func(Undefined) bool) {
		if len(t.Errors()) > 0 {
			return
		}
		r := &reader{climber: climber{}, certain: true}
		r.each(t, func(n syntax.Node) func() bool {
			if !isValue(n) {
				return nil
			}
			found, ok := r.undefined(headOf(n))
			if !ok {
				return nil
			}
			found.Place = Place{Kind: ValuePlace, Span: n.Span(), Node: n, Value: n.Text()}
			found.Path, found.Compared = r.valuePath(n)
			return func() bool { return yield(found) }
		})
	}
}

// headOf is the first name of an expression, which Nix looks up: of a selection, and of
// a word with a minus sign between spaces. The zero Node stands for any other.
func headOf(n syntax.Node) syntax.Node {
	switch n.Kind() {
	case syntax.Identifier:
		return n
	case syntax.Select:
		s, _ := syntax.AsSelect(n)
		return headOf(s.From())
	case syntax.Binary:
		if _, op := syntax.Operator(n); op == syntax.Minus {
			return headOf(n.Child(0))
		}
	}
	return syntax.Node{}
}

// undefined says of a name that no let, no function and no with defines it, without the
// place; ok is false where one does, or may. Nix has builtins by names with two underscores.
func (r *reader) undefined(n syntax.Node) (found Undefined, ok bool) {
	if n.IsZero() || strings.HasPrefix(n.Text(), "__") {
		return found, false
	}
	e, name := r.values(), n.Text()
	sets, ok := e.Withs(name, e.ScopeAt(n))
	for _, set := range sets {
		found.InWith = true
		switch v := e.Force(set).(type) {
		case *eval.Attrs:
			_, has := v.Get(name)
			ok = ok && !has && v.Rest() == nil
		case *eval.Symbol:
			isLib := eval.IsLib(v.Path)
			found.InLib, ok = found.InLib || isLib, ok && isLib
		default:
			ok = false
		}
	}
	return found, ok
}
