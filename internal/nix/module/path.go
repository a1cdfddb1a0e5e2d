// Package module reads Nix as NixOS does: which option a binding defines, what
// a name refers to, what an overlay and a scope are. It works on unfinished
// text. It takes from package eval what a name in an expression stands for. Where
// only evaluation knows a name that is defined, it says so rather than guess.
package module

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Element is the name that stands for any element of a list in a path, as the
// catalogs have it: variants.*.boardid.
const Element = "*"

// Part is one name of a path.
type Part struct {
	Name string
	// Known is false for a name that only evaluation knows, and for a place
	// where the path passes through a call: such a part equals no other.
	Known bool
	// Variable says that the part is no name of a set: it is what a reference
	// starts from, or the name of the let that a definition stands in.
	Variable bool
	// Own says of a variable that no configuration of a NixOS system begins with it: that of a
	// submodule does, or the text itself says what it leads to.
	Own bool
	// Span is where the name stands; empty for an Element and for a part that
	// comes from elsewhere in the text.
	Span text.Span
}

// Path is an attribute path from the outside in.
type Path []Part

// Names are the names of the path's last n parts, or nil if not all of them are
// known.
func (p Path) Names(n int) []string {
	if n > len(p) {
		return nil
	}
	names := make([]string, n)
	for i, part := range p[len(p)-n:] {
		if !part.Known {
			return nil
		}
		names[i] = part.Name
	}
	return names
}

// Known is the longest end of the path whose names are all known.
func (p Path) Known() Path {
	for i := len(p) - 1; i >= 0; i-- {
		if !p[i].Known {
			return p[i+1:]
		}
	}
	return p
}

// String is the path with dots.
func (p Path) String() string {
	names := make([]string, len(p))
	for i, part := range p {
		names[i] = part.Name
		if !part.Known {
			names[i] = "?"
		}
	}
	return strings.Join(names, ".")
}

// Last is the path's last name; empty if there is none or it is not known.
func (p Path) Last() string {
	if len(p) == 0 || !p[len(p)-1].Known {
		return ""
	}
	return p[len(p)-1].Name
}

// boundary is the part that stands for a call or a local name: what is outside
// says nothing about the names inside.
var boundary = Part{}

// partOf is the part that a name of an attribute path makes.
func partOf(n syntax.Node) Part {
	span := nameSpan(n)
	if span.Len() > mostName {
		return Part{Span: span}
	}
	name, known := syntax.AttrName(n)
	return Part{Name: name, Known: known, Span: span}
}

// nameSpan is where the characters of a name stand: without quotes.
func nameSpan(n syntax.Node) text.Span {
	if n.Kind() == syntax.String {
		return syntax.StringContent(n)
	}
	return n.Span()
}

// expression is the part that stands for what a reference starts from where
// that is no name.
var expression = Part{Variable: true}

// Bounds of what is read around one place. What lies beyond them is not known,
// so that a question costs the same in any text. In nixpkgs' lib, nodes nest 257
// deep, and no attribute path has more than 7 names.
const (
	mostLevels    = 1024 // nodes around one another
	mostNames     = 64   // of a path
	mostName      = 1024 // bytes of a name
	mostArguments = 8    // of a call
)

// beyond is the part that stands for what lies beyond the bounds, which may be
// anything, and for data: what is inside of it is no option of NixOS's, for all that is
// known.
var beyond = Part{Name: "…"}

// names are the parts of an attribute path; one unknown part for a path of more
// than mostNames.
func names(p syntax.AttrPathNode) Path {
	var parts Path
	for n := range p.Names() {
		if len(parts) == mostNames {
			return Path{beyond}
		}
		parts = append(parts, partOf(n))
	}
	return parts
}

// namesUpTo are the parts of an attribute path up to one of its names, and no more
// than one beyond mostNames.
func namesUpTo(p syntax.AttrPathNode, last syntax.Node) Path {
	parts := make(Path, 0, 4) // few paths have more names
	for n := range p.Names() {
		if parts = append(parts, partOf(n)); n == last || len(parts) > mostNames {
			break
		}
	}
	return parts
}

// PathOf is the path under which a set, a list or another value stands: the
// names of the bindings around it, through everything that hands a value on.
// A call that is none of NixOS's own wrappers ends it with an unknown part. A
// path that exceeds the bounds is one unknown part.
func PathOf(n syntax.Node) Path { return climber(nil).pathOf(n) }

// climber finds the paths of nodes. One that is made remembers them, for whoever
// goes through a whole text: nodes share what is around them.
type climber map[syntax.Node]surroundings

// surroundings are the path of a node, and how many nodes outward it was found.
type surroundings struct {
	path   Path
	levels int
}

// inward are the surroundings one level deeper, behind more names.
func (s surroundings) inward(parts Path) surroundings {
	s.levels++
	switch {
	case s.levels > mostLevels, len(s.path)+len(parts) > mostNames:
		return surroundings{Path{beyond}, mostLevels}
	case len(parts) > 0:
		s.path = append(slices.Clip(s.path), parts...)
	}
	return s
}

func (c climber) pathOf(n syntax.Node) Path {
	type step struct {
		at    syntax.Node
		parts Path
	}
	var climbed []step
	var around surroundings
	for at, up := n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		known, ok := c[at]
		if ok {
			around = known
			break
		}
		parts, goOn := outward(at, up)
		climbed = append(climbed, step{at, parts})
		if !goOn {
			break
		}
	}
	for _, s := range slices.Backward(climbed) {
		around = around.inward(s.parts)
		if c != nil {
			c[s.at] = around
		}
	}
	return slices.Clip(around.path)
}

// outward is what a step from a node to its parent adds to the node's path, and
// whether the path goes on beyond the parent.
func outward(at, up syntax.Node) (Path, bool) {
	switch up.Kind() {
	case syntax.Binding:
		b, _ := syntax.AsBinding(up)
		if b.Value() != at {
			return Path{boundary}, false
		}
		return namesIn(up.Parent(), names(b.Path())), true
	case syntax.AttrSet, syntax.Paren, syntax.Error:
		return nil, true
	case syntax.LetBody:
		return Path{boundary}, false
	case syntax.LetIn, syntax.With, syntax.Assert:
		if !isLast(at) {
			return Path{boundary}, false
		}
		return nil, true
	case syntax.Lambda:
		return nil, at.Kind().IsExpression()
	case syntax.If:
		return nil, up.Child(0) != at
	case syntax.Binary:
		switch _, op := syntax.Operator(up); op {
		case syntax.Update, syntax.Concat:
			return nil, true
		}
		return Path{boundary}, false
	case syntax.List:
		if call, index := callOf(up); wrappers[call].merges && index == wrappers[call].argument {
			return nil, true
		}
		return Path{{Name: Element, Known: true}}, true
	case syntax.Apply:
		call, index := callOf(at)
		if w, ok := wrappers[call]; ok && (index == w.argument || w.argument == anyArgument) {
			switch {
			case w.element:
				return Path{{Name: Element, Known: true}}, true
			case w.named:
				call, _ := syntax.AsApply(up.Child(0))
				return listed(call.Argument())
			}
			return nil, true
		}
		if call == "makeHive" && index == 0 {
			return Path{boundary, {Name: "colmena", Known: true}}, false
		}
		if slices.Contains(formatters, call) || slices.Contains(otherSystems, call) {
			return Path{beyond}, false
		}
		if a, _ := syntax.AsApply(up); a.Function() == at {
			return nil, true // the path of the whole call: which is asked next
		}
		return Path{boundary}, false
	case syntax.File:
		if isHive(at) {
			return Path{{Name: "colmena", Known: true}}, false
		}
		return nil, false
	}
	return Path{boundary}, false
}

// mostBeforeMeta is how many bindings of a file are looked at for the meta of a hive, which people write first: each path asks.
const mostBeforeMeta = 8

// isHive reports whether what a file has for its value is a hive, as colmena reads one: hosts by name beside meta, which says what
// nixpkgs they have.
func isHive(n syntax.Node) bool {
	left := mostBeforeMeta
	for b := range syntax.Bindings(n) {
		if left--; left < 0 {
			break
		}
		path, ok := syntax.AsAttrPath(b.Child(0))
		if !ok || path.Child(0).Text() != "meta" {
			continue
		}
		if written := names(path); len(written) > 1 {
			return written[1].Name == "nixpkgs"
		}
		for inner := range syntax.Bindings(b.Child(1)) {
			if path, ok := syntax.AsAttrPath(inner.Child(0)); ok && path.Child(0).Text() == "nixpkgs" {
				return true
			}
		}
	}
	return false
}

// listed are the names of a list of strings; a boundary, and false, for anything
// else.
func listed(list syntax.Node) (Path, bool) {
	var parts Path
	for n := range syntax.WithoutParens(list).Children() {
		if len(parts) == mostNames {
			return Path{beyond}, false
		}
		parts = append(parts, textPart(n))
	}
	if syntax.WithoutParens(list).Kind() != syntax.List {
		return Path{boundary}, false
	}
	return parts, true
}

// textPart is the part that a string names.
func textPart(n syntax.Node) Part {
	span := nameSpan(n)
	name, known := syntax.StringValue(n)
	if !known || span.Len() > mostName {
		return Part{Span: span}
	}
	return Part{Name: name, Known: true, Span: span}
}

// isLast reports whether a node is its parent's last child, errors not counted.
func isLast(n syntax.Node) bool {
	for n = n.Next(); n.Kind() == syntax.Error; {
		n = n.Next()
	}
	return n.IsZero()
}

// A wrapper is a function of nixpkgs' lib that hands one of its arguments on as
// a value of the option that the call is the value of.
type wrapper struct {
	argument int  // which argument is handed on, from 0
	tested   bool // the argument before is a test that it has to pass
	drops    bool // without passing it, there is nothing, not even a name
	priority bool // how much the value counts is another than without it
	merges   bool // the argument is a list of such values
	element  bool // the argument becomes an element of a list
	named    bool // the argument before is a list of names that it stands under
}

const anyArgument = -1

// formatters are the functions of Nix and nixpkgs that write a value as text.
var formatters = strings.Fields(`toJSON toXML toString toPretty toINI toINIWithGlobalSection toGitINI toKeyValue toPlist
	toDhall toLua toYAML toTOML generate`)

var wrappers = map[string]wrapper{
	"mkIf":                 {argument: 1, tested: true},
	"mkMerge":              {argument: 0, merges: true},
	"mkForce":              {argument: 0, priority: true},
	"mkDefault":            {argument: 0, priority: true},
	"mkOptionDefault":      {argument: 0, priority: true},
	"mkImageMediaOverride": {argument: 0, priority: true},
	"mkVMOverride":         {argument: 0, priority: true},
	"mkFixStrictness":      {argument: 0},
	"mkBefore":             {argument: 0},
	"mkAfter":              {argument: 0},
	"mkOverride":           {argument: 1, priority: true},
	"mkOrder":              {argument: 1},
	"optionalAttrs":        {argument: 1, tested: true, drops: true},
	"optionals":            {argument: 1, tested: true, drops: true},
	"optional":             {argument: 1, tested: true, drops: true, element: true},
	"recursiveUpdate":      {argument: anyArgument},
	"setAttrByPath":        {argument: 1, named: true},
	"id":                   {argument: 0},
}

// callOf is the name of the function that a node is an argument of, and which
// one, from 0. Parentheses around the node don't count. The name is empty beyond
// mostArguments.
func callOf(n syntax.Node) (function string, index int) {
	n = outOfParens(n)
	a, ok := syntax.AsApply(n.Parent())
	if !ok || a.Function() == n {
		return "", 0
	}
	head, depth := calleeOf(a.Function())
	return CalleeName(head), depth
}

// outOfParens is the outermost of the parentheses around a node, or the node
// itself.
func outOfParens(n syntax.Node) syntax.Node {
	for levels := 0; n.Parent().Kind() == syntax.Paren && levels < mostLevels; levels++ {
		n = n.Parent()
	}
	return n
}

// calleeOf is what a call calls, and with how many arguments; the zero Node if
// there are more than mostArguments.
func calleeOf(n syntax.Node) (callee syntax.Node, arguments int) {
	for n.Kind() == syntax.Apply {
		if arguments++; arguments > mostArguments {
			return syntax.Node{}, arguments
		}
		n = n.Child(0)
	}
	return n, arguments
}

// CalleeName is the last name of a function as it is written: mkIf of
// lib.mkIf. It is empty for a function without a name.
func CalleeName(n syntax.Node) string {
	switch n.Kind() {
	case syntax.Identifier:
		return n.Text()
	case syntax.Select:
		s, _ := syntax.AsSelect(n)
		return lastNameOf(s.Path())
	case syntax.Paren:
		return CalleeName(n.Child(0))
	}
	return ""
}
