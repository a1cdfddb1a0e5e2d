package host

import (
	"slices"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Failed is an assertion of jetpack-nixos that certainly fails on a host, or a warning that certainly comes.
type Failed struct {
	// At is the attribute that has the condition of an assertion, or that defines warnings.
	At        Location
	IsWarning bool
	// Message is what Nix shows, with the source of what is not known of it as ${…}; empty if nothing is known.
	Message string
	// HangsOn are the options that the condition was seen to read, in the order of the text, and then those of the conditions
	// around it, from the inside out. Their definitions are those of the workspace.
	HangsOn []Value
}

// mostFailed bounds the assertions that are reported of a host, and stepsOfTrace the work to find what one hangs on.
const (
	mostFailed   = 100
	stepsOfTrace = 100_000
)

// failed are the assertions of jetpack-nixos that certainly fail, and the warnings that certainly come.
func (s *system) failed() (all []Failed) {
	for _, name := range []string{"assertions", "warnings"} {
		at := s.root.at([]string{name})
		f := at.filter(at.candidates(nil))
		isStronger := func(c *candidate) bool { return c.priority != f.best }
		if f.unseen(false) != nil || slices.ContainsFunc(f.perhaps, isStronger) {
			continue
		}
		for _, c := range f.winners {
			items, _ := s.items(eval.Known(c.value))
			for _, one := range items {
				if one.perhaps != nil {
					continue
				}
				s.discharge(def{Thunk: one.Thunk, conditions: c.conditions}, false, func(d def) {
					if s.holds(d) == Yes && len(all) < mostFailed {
						all = s.fails(all, d, c)
					}
				})
			}
		}
	}
	return all
}

// fails adds an element of a definition of assertions or of warnings, if that is jetpack-nixos's and certain.
func (s *system) fails(all []Failed, d def, of *candidate) []Failed {
	at := of.at
	var message, test *eval.Thunk
	set, isAssertion := s.Merged(s.Force(d.Thunk)).(*eval.Attrs)
	if isAssertion {
		condition, ok := set.Get("assertion")
		if !ok || condition.Maybe {
			return all
		}
		if !condition.At.IsZero() {
			at = condition.At
		}
		message, test = attr(set, "message"), condition.Thunk
	} else {
		message = d.Thunk
	}
	found := Failed{At: location(s.Evaluator, at), IsWarning: !isAssertion}
	if !s.isUpstream(found.At.File) || isAssertion && s.Force(test) != eval.Value(eval.Bool(false)) {
		return all
	}
	switch v := s.Force(message).(type) {
	case eval.String:
		found.Message = string(v)
	case *eval.Unknown:
		if v.Fails() {
			return all // Nix stops before it says anything
		}
		found.Message = v.Shown
	}
	if inStore(found.Message) {
		found.Message = ""
	}
	found.HangsOn = s.hangsOn(test, d, of.Node())
	return append(all, found)
}

// hangsOn are the options that the condition of an element reads, and those around the element in the text of its definition
// and around that.
func (s *system) hangsOn(test *eval.Thunk, element def, definition syntax.Node) []Value {
	t := trace{
		system: s, seen: map[syntax.Node]bool{}, static: eval.New(eval.Options{Steps: stepsOfTrace}), looked: map[string]*eval.Looked{},
	}
	for file, looked := range s.Looked() {
		t.looked[file] = looked
	}
	t.through(test)
	t.around(element.Thunk, definition)
	for _, condition := range slices.Backward(element.conditions) {
		t.through(condition)
	}
	return t.found
}

// around looks at what decides whether an element is there: the arguments of functions and the conditions around it in
// the text of a definition, or all of that text where the element stands elsewhere.
func (t *trace) around(element *eval.Thunk, definition syntax.Node) {
	isInside := func(n syntax.Node) bool { return n.Tree() == definition.Tree() && definition.Span().Covers(n.Span()) }
	at := element.Node()
	if !isInside(at) {
		at = element.Origin()
	}
	if !isInside(at) {
		t.text(definition)
		return
	}
	for n := at; n != definition && !n.Parent().IsZero(); n = n.Parent() {
		switch up := n.Parent(); up.Kind() {
		case syntax.Apply:
			for child := range up.Children() {
				if child != n {
					t.text(child)
				}
			}
		case syntax.If:
			if condition := up.Child(0); condition != n {
				t.text(condition)
			}
		}
	}
}

// trace finds what conditions read: the names in their texts, as far as the evaluation looked at them, and in the texts
// of what those names are bound to.
type trace struct {
	*system
	static *eval.Evaluator // for which config is a symbol
	looked map[string]*eval.Looked
	seen   map[syntax.Node]bool
	found  []Value
}

// through looks at all texts that a value came through.
func (t *trace) through(value *eval.Thunk) {
	for value := range value.Through() {
		t.text(value.Node())
	}
	if value != nil {
		t.text(value.Origin())
	}
}

func (t *trace) text(n syntax.Node) {
	file, ok := t.PathOf(n)
	if n.IsZero() || !ok {
		return
	}
	looked := t.looked[file]
	syntax.Walk(n, func(n syntax.Node) bool {
		if t.seen[n] || t.static.Spent() != nil {
			return false
		}
		t.seen[n] = true
		if n.Kind().IsExpression() && looked != nil && !looked.Nodes.Has(n) {
			return false
		}
		if n.Kind() != syntax.Identifier && n.Kind() != syntax.Select {
			return true
		}
		scope := t.static.ScopeAt(n)
		if symbol, ok := t.static.Force(t.static.Thunk(n, scope)).(*eval.Symbol); ok && len(symbol.Path) > 1 {
			t.reads(symbol.Path)
			return false
		}
		if n.Kind() == syntax.Identifier {
			t.text(t.static.Lookup(n.Text(), scope).Node())
		}
		return true
	}, nil)
}

// reads notes what a symbol stands for.
func (t *trace) reads(path []string) {
	switch path[0] {
	case "config":
		t.option(path[1:]...)
		return
	case "pkgs":
	default:
		return
	}
	switch path[1] {
	case "stdenv", "hostPlatform", "system":
		t.option("nixpkgs", "hostPlatform")
	case "config":
		t.option("nixpkgs", "config")
	case catalog.ScopeName:
		before := len(t.found)
		if scope, ok := t.scope().(*eval.Attrs); ok && len(path) > 2 {
			if member, ok := scope.Get(path[2]); ok {
				t.through(member.Thunk)
			}
		}
		if len(t.found) == before {
			t.option("hardware", "nvidia-jetpack", "majorVersion")
			t.option("hardware", "nvidia-jetpack", "som")
		}
	}
}

func (t *trace) option(path ...string) {
	at := t.root.at(path)
	if at.declared() == nil && at.isSet() {
		return
	}
	isKnown := func(v Value) bool { return slices.Equal(v.Path, at.path) }
	if at.declared() == nil && len(at.raw) == 0 || slices.ContainsFunc(t.found, isKnown) {
		return
	}
	v := t.valueOf(&Option{Path: at.path})
	v.Definitions = slices.DeleteFunc(v.Definitions, func(d Definition) bool { return t.isUpstream(d.Path.File) })
	t.found = append(t.found, v)
}
