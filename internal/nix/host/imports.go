package host

import (
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// ofJetpack is what a module imports that is a file of jetpack-nixos in the store; nil for any other.
func (s *system) ofJetpack(m item, name string) *loaded {
	kind, ok := s.inputs.of(name)
	if !ok || kind != Jetpack {
		return nil
	}
	input, file, _ := strings.Cut(name[len(inputs):], "/")
	of := &Import{At: location(s.Evaluator, m.Origin()), File: file}
	if fetched, ok := s.inputs.fetched[input]; ok {
		of.Fetched = fetched
	} else {
		of.Input, of.IsSource = s.inputs.source(input).Input, s.inputs.sources[input]
	}
	if !of.IsSource {
		of.Flake = s.flakeNamed(m.Thunk, input)
	}
	return &loaded{key: name, of: of}
}

// flakeNamed is the part of an expression that names a file of a flake which is the flake itself.
func (s *system) flakeNamed(t *eval.Thunk, input string) Location {
	for of := range t.Through() {
		if !of.Node().IsZero() {
			t = of // the last that is written
		}
	}
	n := inner(t.Node())
	if a, ok := syntax.AsApply(n); ok {
		n = inner(a.Argument())
	}
	part := n
	switch n.Kind() {
	case syntax.Binary:
		part = n.Child(0)
	case syntax.String:
		part = n.First().First()
	}
	set, ok := s.Merged(s.Force(s.Thunk(part, t.Scope()))).(*eval.Attrs)
	if !ok {
		return Location{}
	}
	if whole, ok := set.Rest().(*eval.Symbol); !ok || !slices.Equal(whole.Path, []string{"inputs", input}) {
		return Location{}
	}
	return location(s.Evaluator, part)
}

// inner is an expression without the parentheses around it.
func inner(n syntax.Node) syntax.Node {
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	return n
}

// unread is what a module imports that is the value of a file of jetpack-nixos, or its flake; nil for any other.
func (s *system) unread(m item, v eval.Value) *loaded {
	switch v := v.(type) {
	case *eval.Symbol:
		return s.ofSearchPath(m, v, false)
	case *eval.Call:
		if v.Function.Name() == "import" && len(v.Args) == 1 {
			path, _ := s.Force(v.Args[0]).(*eval.Symbol)
			return s.ofSearchPath(m, path, true)
		}
	case *eval.Unknown:
		if v.Reason != eval.Unreadable || !isImport(m.Origin()) {
			return nil
		}
		if of := s.ofJetpack(m, v.What); of != nil {
			of.key, of.of.IsValue = "import "+of.key, true
			return of
		}
	case *eval.Attrs:
		if whole, ok := v.Rest().(*eval.Symbol); ok && v.Len() == 1 && len(whole.Path) == 2 && whole.Path[0] == "inputs" {
			return s.ofJetpack(m, inputs+whole.Path[1])
		}
	}
	return nil
}

// ofSearchPath is what a module imports that is <jetpack-nixos/FILE>, or the value of it; nil for any other.
func (s *system) ofSearchPath(m item, v *eval.Symbol, isValue bool) *loaded {
	if v == nil || len(v.Path) != 1 {
		return nil
	}
	name, file, _ := strings.Cut(strings.TrimSuffix(v.Path[0], ">"), "/")
	if name != "<jetpack-nixos" {
		return nil
	}
	of := &Import{At: location(s.Evaluator, m.Origin()), Fetched: Fetched{Address: name + ">"}, File: file, IsValue: isValue}
	return &loaded{key: v.Path[0], of: of}
}

// isImport reports whether an expression is a call of import, of whose value nothing more is asked.
func isImport(n syntax.Node) bool {
	n = inner(n)
	a, ok := syntax.AsApply(n)
	if !ok {
		return false
	}
	switch function := a.Function(); function.Kind() {
	case syntax.Identifier, syntax.Select:
		return strings.TrimPrefix(function.Text(), "builtins.") == "import"
	}
	return false
}

// another is a module of the workspace, or of a source at hand, that is a function which gives one more function.
func (s *system) another(m item, key string, f *eval.Function) *loaded {
	file, _ := s.PathOf(f.Lambda())
	if name, ok := s.reader.inStore(file); ok {
		of := s.ofJetpack(m, name)
		if of != nil {
			of.key, of.of.IsValue = "import "+of.key, true
		}
		return of
	}
	of := &Import{File: file, IsValue: true}
	for t := range m.Through() {
		if n := t.Node(); !n.IsZero() && n.Kind() != syntax.Lambda {
			of.At = location(s.Evaluator, inner(n)) // the last that is written, before the function itself
		}
	}
	return &loaded{key: key, of: of}
}
