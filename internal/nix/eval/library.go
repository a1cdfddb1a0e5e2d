package eval

import (
	"maps"
	"slices"
	"sync"

	"jetpills/internal/nix/syntax"
)

// function is a function of Nix itself or of nixpkgs' lib, or a value of lib's, which
// takes no arguments.
type function struct {
	name  string
	arity int
	run   func(*call) Value
}

// A table has the functions of a part of the library by name.
type table map[string]function

// libraryName marks the sets of the library, as the function that made them.
const libraryName = "lib"

// library is what every evaluation shares. Nothing in it changes.
type library struct {
	globals, lib *Attrs
	definitions  *Scope // of the prelude
}

// libraries makes the sets of the library.
var libraries = sync.OnceValue(func() library {
	tables := libTables()
	addPrelude(tables)
	builtins := setOf(NewSymbol("builtins"), tables["builtins"])
	builtins.put(Attr{Name: "true", Thunk: Known(Bool(true))})
	builtins.put(Attr{Name: "false", Thunk: Known(Bool(false))})
	builtins.put(Attr{Name: "null", Thunk: Known(Null{})})
	builtins.put(Attr{Name: "builtins", Thunk: Known(builtins)})
	globalSet := &Attrs{}
	for name, own := range globals {
		switch a, ok := builtins.Get(name); {
		case ok:
			globalSet.put(a)
		case !own:
			globalSet.put(Attr{Name: name, Thunk: Known(NewSymbol("builtins", name))})
		}
	}

	lib := setOf(NewSymbol("lib"), tables["lib"])
	types := setOf(NewSymbol("lib", "types"), tables["types"])
	for name, part := range tables {
		set, within, isOwn := setOf(NewSymbol("lib", name), part), lib, false
		switch name {
		case "builtins", "internal", "lib":
			continue
		case "types":
			set, isOwn = types, true
		case "ints", "numbers":
			within, isOwn = types, true
		case "versions":
			isOwn = true
		}
		within.put(Attr{Name: name, Thunk: Known(set)})
		if !isOwn {
			for a := range set.All() {
				lib.put(a)
			}
		}
	}
	internal := setOf(nil, tables["internal"])
	internal.put(Attr{Name: "lib", Thunk: Known(lib)})
	return library{globalSet, lib, &Scope{names: internal, up: &Scope{names: lib}}}
})

// Lib is the value of a name of nixpkgs' lib: false for one that is not evaluated.
func Lib(name string) (Value, bool) {
	a, _ := libraries().lib.Get(name)
	v := a.Thunk.Value()
	return v, v != nil
}

// libTables are the parts of the library, as far as they are written in Go.
func libTables() map[string]table {
	return map[string]table{
		"builtins": builtinTable(), "attrsets": attrsetTable(), "lists": listTable(), "strings": stringTable(),
		"internal":    internalTable(),
		"trivial":     {"functionArgs": {arity: 1, run: functionArgs}, "toBaseDigits": {arity: 2, run: toBaseDigits}},
		"fixedPoints": {"converge": {arity: 2, run: converge}},
		"filesystem":  {"packagesFromDirectoryRecursive": {arity: 1, run: packagesFromDirectory}},
		"customisation": {
			"callPackageWith": {arity: 3, run: func(c *call) Value { return c.overridable(c.autoCalled()) }},
			"callPackagesWith": {arity: 3, run: func(c *call) Value {
				f, arguments := c.autoCalled()
				return c.Apply(c.Force(f), arguments)
			}},
			"makeOverridable": {arity: 2, run: func(c *call) Value { return c.overridable(c.args[0], c.args[1]) }},
		},
		"lib": {"licenses": {run: func(*call) Value {
			return &Attrs{rest: NewSymbol("lib", "licenses"), by: libraryName}
		}}},
	}
}

// setOf is the set of a table. rest gives what is not in it.
func setOf(rest Value, t table) *Attrs {
	s := &Attrs{rest: rest, by: libraryName}
	for _, key := range sortedKeys(t) {
		f := t[key]
		f.name = key
		t := Known(&Function{library: &f})
		if f.arity == 0 {
			t = &Thunk{shared: true, run: func(e *Evaluator) Value { return e.value(&f, nil) }}
		}
		s.put(Attr{Name: key, Thunk: t})
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// stepLibrary applies a function of the library as soon as it has all arguments,
// and gives the thunk that the result is the value of, nil for none, and the arguments
// that are left.
func (e *Evaluator) stepLibrary(f *Function, arguments []*Thunk, n syntax.Node) (Value, *Thunk, []*Thunk) {
	args := append(f.args[:len(f.args):len(f.args)], arguments...)
	if len(args) < f.library.arity {
		return &Function{library: f.library, args: args}, nil, nil
	}
	own, left := args[:f.library.arity], args[f.library.arity:]
	v, via := e.run(f.library, own)
	if call, ok := v.(*Call); ok && call.Node.IsZero() {
		of := *call
		of.Node = n
		return &of, nil, left
	}
	return e.unknownAt(v, n), via, left
}

// value is what a function of the library gives.
func (e *Evaluator) value(f *function, args []*Thunk) Value {
	v, _ := e.run(f, args)
	return v
}

// run is what a function of the library gives, and the thunk that it is the value of,
// if there is one.
func (e *Evaluator) run(f *function, args []*Thunk) (Value, *Thunk) {
	if u := e.enter(); u != nil {
		return u, nil
	}
	defer e.leave()
	c := call{Evaluator: e, args: args, split: -1}
	v := f.run(&c)
	if c.bad == nil {
		return v, c.via
	}
	if c.split < 0 {
		return c.bad, nil
	}
	// An argument is one of several values: so is the result.
	return e.each(e.Force(args[c.split]).(*Choice), func(v Value) (Value, *Thunk) {
		one := slices.Clone(args)
		one[c.split] = Known(v)
		return e.run(f, one)
	}), nil
}

// call is a call of a function of the library that has all its arguments. The
// methods that read an argument give the zero value of their type where it is not
// known or of another type; the result is then unknown, whatever the function
// gives.
type call struct {
	*Evaluator
	args  []*Thunk
	bad   *Unknown
	split int // the argument that is a choice, -1 for none
	// via is the thunk that the result is the value of; nil for none.
	via *Thunk
}

func (c *call) force(i int) Value { return c.Force(c.args[i]) }

// same is the value of a thunk as the result.
func (c *call) same(t *Thunk) Value {
	c.via = t
	return c.Force(t)
}

// attr is the value at a path of attributes as the result.
func (c *call) attr(v Value, path ...string) Value {
	for _, name := range path {
		v, c.via = c.selectFrom(v, name)
	}
	return v
}

// reject notes that an argument is not what a function takes.
func (c *call) reject(i int, v Value, wanted string) Value {
	if c.bad == nil {
		c.bad = opaque(v, wanted)
		if _, ok := v.(*Choice); ok {
			c.split = i
		}
	}
	return c.bad
}

// fail notes that the result is not known.
func (c *call) fail(u *Unknown) Value {
	if c.bad == nil && u != nil {
		c.bad = u
	}
	return c.bad
}

// grow takes steps for elements that will be made; it reports false if they may
// not.
func (c *call) grow(n int) bool {
	c.fail(c.chargeItems(n))
	return c.bad == nil
}

// argument is an argument that is known to be of a type.
func argument[T Value](c *call, i int, wanted string) T {
	v, ok := c.force(i).(T)
	if !ok {
		c.reject(i, c.force(i), wanted)
	}
	return v
}

// element is a value, of a list or a set, that is known to be of a type.
func element[T Value](c *call, t *Thunk, wanted string) T {
	v, ok := c.Force(t).(T)
	if !ok {
		c.fail(opaque(c.Force(t), wanted))
	}
	return v
}

func (c *call) str(i int) string { return string(argument[String](c, i, "a string")) }
func (c *call) int(i int) int    { return int(argument[Int](c, i, "an integer")) }

func (c *call) strOf(t *Thunk) string { return string(element[String](c, t, "a string")) }
func (c *call) boolOf(v Value) bool   { return bool(element[Bool](c, Known(v), "a boolean")) }

// list is an argument as a list, perhaps an open one.
func (c *call) list(i int) *List {
	l, ok := c.force(i).(*List)
	if ok {
		return l
	}
	if v := c.force(i); !isOpaque(v) || fails(v) {
		c.reject(i, v, "a list")
	}
	l, bad := c.listOf(c.force(i))
	if bad != nil {
		c.fail(bad)
		return &List{}
	}
	return l
}

// items are the elements of an argument that is a list known as a whole.
func (c *call) items(i int) []*Thunk {
	v := c.force(i)
	l, ok := v.(*List)
	switch {
	case !ok:
		c.reject(i, v, "a list")
		return nil
	case l.Open:
		c.fail(unknown(Outside, "a list"))
	}
	return l.Items
}

func (c *call) itemsOf(v Value) []*Thunk {
	l, ok := v.(*List)
	switch {
	case !ok:
		c.fail(opaque(v, "a list"))
		return nil
	case l.Open:
		c.fail(unknown(Outside, "a list"))
	}
	return l.Items
}

// strs are the strings of an argument that is a list of them.
func (c *call) strs(i int) []string { return c.strsOf(c.items(i)) }

func (c *call) strsOf(items []*Thunk) []string {
	if !c.grow(len(items)) {
		return nil
	}
	out := make([]string, len(items))
	for i, t := range items {
		out[i] = c.strOf(t)
	}
	return out
}

// attrs is an argument as a set, perhaps an open one.
func (c *call) attrs(i int) *Attrs { return c.attrsOf(c.force(i)) }

func (c *call) attrsOf(v Value) *Attrs {
	s, bad := c.set(v)
	if bad != nil {
		c.fail(bad)
		return &Attrs{}
	}
	return s
}

// whole is an argument as a set that is known as a whole.
func (c *call) whole(i int) *Attrs {
	v := c.force(i)
	if _, ok := v.(*Choice); ok {
		c.reject(i, v, "a set")
		return &Attrs{}
	}
	s := c.attrsOf(v)
	if !s.certain() {
		c.fail(openSet(s))
	}
	return s
}

// openSet is why a set is not known as a whole.
func openSet(s *Attrs) *Unknown {
	if s.rest != nil {
		return opaque(s.rest, "a set")
	}
	return unknown(Ambiguous, "a set")
}

// apply is f x y for an argument f, evaluated when it is needed.
func (c *call) apply(i int, arguments ...*Thunk) *Thunk {
	f, t := c.args[i], c.own(Thunk{})
	t.run = func(e *Evaluator) Value { return e.applied(e.Force(f), arguments, t) }
	return t
}

// test is whether a predicate holds; false is not known.
func (c *call) test(i int, arguments ...*Thunk) bool {
	return c.boolOf(c.ApplyAll(c.force(i), arguments...))
}

// orElse is what an attribute of a set is, and otherwise another value.
func (c *call) orElse(s *Attrs, name string, otherwise Value) Value {
	has, t := c.has(s, name)
	switch has {
	case yes:
		return c.Force(t)
	case no:
		return otherwise
	}
	return unknownPart(s, name)
}
