package pill

import (
	"strings"

	"jetpills/internal/nix/syntax"
)

// example notes what a Nix example shows: the attribute paths and values it sets, the packages that an
// overlay defines, the function that it is a call of, and the options that it reads. Bindings may stand
// without a set around them.
func (i inferred) example(code string) {
	tree := syntax.Parse(code)
	if errors := len(tree.Errors()); errors > 0 {
		if inSet := syntax.Parse("{\n" + code + "\n}"); len(inSet.Errors()) < errors {
			tree = inSet
		}
	}
	e := example{inferred{}, inferred{}, map[string]bool{}, map[string]int{}}
	root := tree.Root().First()
	e.called(root, false)
	if set, ok := syntax.AsAttrSet(root); ok {
		if b, ok := syntax.AsBinding(set.First()); ok && set.First().Next().IsZero() {
			e.called(b.Value(), true)
		}
	}
	e.expression(tree.Root(), "", false)
	share := float32(1)
	if len(e.paths) > handful {
		share = half
	}
	for t, points := range e.set {
		i.note(t, points*share)
	}
	for t, points := range e.read {
		i.note(t, points)
	}
	for name, times := range e.calls {
		if times >= handful {
			i.note(named(name), isUsed)
		}
	}
}

type example struct {
	set, read inferred
	paths     map[string]bool // that are set
	calls     map[string]int  // by the last name of the function
}

// called notes the function that an expression calls, and the names that it hands over. In a value a plain
// word may be any attribute.
func (e example) called(n syntax.Node, inValue bool) {
	share := float32(1)
	if inValue {
		share = half
	}
	name := func(n syntax.Node, share float32) {
		if name := last(n.Text()); len(nameWords(name)) == 1 && (!inValue || !isPlain(name)) {
			e.set.note(named(name), isSet*share)
		}
	}
	for call, ok := syntax.AsApply(n); ok; call, ok = syntax.AsApply(n) {
		if argument := call.Argument(); argument.Kind() == syntax.Identifier || argument.Kind() == syntax.Select {
			name(argument, half)
		}
		if n = call.Function(); n.Kind() != syntax.Apply {
			name(n, share)
		}
	}
}

// expression notes what stands in an expression that is, or stands in, the value of path; inOverlay says
// that names bound here are packages.
func (e example) expression(n syntax.Node, path string, inOverlay bool) {
	switch n.Kind() {
	case syntax.Binding:
		b := syntax.BindingNode{Node: n}
		for name := range b.Path().Names() {
			path = strings.TrimPrefix(path+"."+strings.Trim(syntax.NameText(name), `"`), ".")
		}
		if path = inModule(path); b.HasEquals() && path != "" {
			e.define(path, inOverlay)
		}
		e.expression(b.Value(), path, false)
		return
	case syntax.String:
		if value, ok := syntax.StringValue(n); ok && path != "" {
			e.set.note(Topic{ValueTopic, path + "=" + value}, isSet*likely)
			e.set.note(Topic{ValueTopic, last(path) + "=" + value}, isSet*likely)
		}
	case syntax.Lambda:
		l := syntax.LambdaNode{Node: n}
		body := l.Body()
		switch inner, ok := syntax.AsLambda(body); {
		case ok && !l.Parameter().IsZero() && isOverlay(l.Parameter().Text()):
			e.set.note(idea("overlay", "function"), isSet)
			e.expression(inner.Body(), path, true)
			return
		case takesConfig(l):
			e.set.note(idea("module", "argument"), isSet)
		}
	case syntax.Apply:
		if called := n.First(); called.Kind() == syntax.Identifier || called.Kind() == syntax.Select {
			e.calls[last(called.Text())]++
		}
	case syntax.Select:
		if set, name, ok := strings.Cut(n.Text(), "."); ok && (set == "cfg" || set == "config") && !strings.ContainsAny(name, " \n") {
			e.read.note(Topic{OptionTopic, name}, isRead)
		}
	}
	for child := range n.Children() {
		e.expression(child, path, inOverlay && n.Kind() != syntax.Apply)
	}
}

// define notes a binding. What an overlay binds is a package, and so may be what an example begins with.
func (e example) define(path string, inOverlay bool) {
	e.paths[path] = true
	e.set.note(Topic{OptionTopic, path}, isSet)
	switch {
	case inOverlay, len(e.paths) == 1 && last(path) == path && !isPlain(path):
		e.set.note(named(path), isSet*half)
	case last(path) != path && !isWhole(path):
		e.set.lastNames(path, isSet*half)
	}
}

// isWhole reports whether a path begins where options do: then it is the path of one option, and its last
// name stands for no other.
func isWhole(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return isGeneric(root)
}

// isOverlay reports whether a parameter has a name that the first argument of an overlay has.
func isOverlay(parameter string) bool { return parameter == "final" || parameter == "self" }

func takesConfig(l syntax.LambdaNode) bool {
	for formal := range l.Formals().All() {
		if formal.First().Text() == "config" {
			return true
		}
	}
	return false
}

// inModule is a path without what stands around options: the halves of a module and the name that a module
// gives its options: cfg.
func inModule(path string) string {
	if path == "config" || path == "options" {
		return ""
	}
	for _, prefix := range []string{"config.", "options.", "cfg."} {
		path = strings.TrimPrefix(path, prefix)
	}
	return path
}
