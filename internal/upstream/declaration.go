package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Declaration is an option that a module declares. NixOS merges the declarations of one option, so that an enum takes the
// values of all of them: this is how a person adds a board of their own to those of jetpack-nixos.
type Declaration struct {
	// Path is the option's, without "options" before it.
	Path string
	// Values are those of an enum; none for an option of another type, or one whose type only an evaluation could tell.
	Values []DeclaredValue
}

// DeclaredValue is a value of an enum, and where it is written.
type DeclaredValue struct {
	Text string
	Span text.Span
}

// Bounds of what is read of one file.
const (
	maxDeclaredValues = 512
	maxDeclaredValue  = 256 // bytes
	maxTypeDepth      = 16  // types within types, and variables that stand for types
)

// Declarations are the options that the modules of a file declare, those of inline modules of a flake among them. Values
// that only an evaluation could tell are left out.
func Declarations(tree *syntax.Tree) []Declaration {
	if !strings.Contains(tree.Source(), "options") {
		return nil
	}
	var (
		all   []Declaration
		r     reader
		count int
	)
	for _, d := range module.Definitions(tree) {
		path, ok := declaredPath(d.Path)
		if !ok {
			continue
		}
		declared := Declaration{Path: path}
		r.enum(r.declaredType(d.Binding.Value(), 0), 0, func(v DeclaredValue) {
			if count++; count <= maxDeclaredValues && len(v.Text) <= maxDeclaredValue {
				declared.Values = append(declared.Values, v)
			}
		})
		all = append(all, declared)
	}
	return all
}

// declaredPath is the option that a path declares: what follows "options". Where a name in it is only known after evaluation,
// it is the set that the option is in.
func declaredPath(path module.Path) (string, bool) {
	declared := path[slices.IndexFunc(path, func(p module.Part) bool { return p.Known && p.Name == "options" })+1:]
	if len(declared) == len(path) {
		return "", false
	}
	if unknown := slices.IndexFunc(declared, func(p module.Part) bool { return !p.Known }); unknown >= 0 {
		declared = declared[:unknown]
	}
	return declared.String(), len(declared) > 1
}

// declaredType is the type that mkOption is given; the zero Node for anything else.
func (r *reader) declaredType(n syntax.Node, depth int) syntax.Node {
	if depth > maxTypeDepth || !r.step() {
		return syntax.Node{}
	}
	switch n.Kind() {
	case syntax.Paren, syntax.Binary: // mkOption { … } // { … }
		return r.declaredType(n.First(), depth+1)
	case syntax.With, syntax.LetIn, syntax.Assert:
		return r.declaredType(lastChild(n), depth+1)
	case syntax.Apply:
		a, _ := syntax.AsApply(n)
		if module.CalleeName(a.Function()) != "mkOption" || a.Argument().Kind() != syntax.AttrSet {
			break
		}
		if value, inherited, ok := r.bound(a.Argument(), "type"); ok && !inherited {
			return value
		}
	}
	return syntax.Node{}
}

// enum gives the values of a type that is an enum, or holds one.
func (r *reader) enum(n syntax.Node, depth int, yield func(DeclaredValue)) {
	if n.IsZero() || depth > maxTypeDepth || !r.step() {
		return
	}
	switch n.Kind() {
	case syntax.Paren:
		r.enum(n.First(), depth+1, yield)
	case syntax.With, syntax.LetIn, syntax.Assert:
		r.enum(lastChild(n), depth+1, yield)
	case syntax.Identifier:
		r.enum(r.standsFor(n, n.Text()), depth+1, yield)
	case syntax.Apply:
		a, _ := syntax.AsApply(n)
		switch module.CalleeName(a.Function()) {
		case "enum":
			r.elements(a.Argument(), depth+1, yield)
		case "nullOr", "listOf", "nonEmptyListOf", "uniq", "unique":
			r.enum(a.Argument(), depth+1, yield)
		}
	}
}

// elements gives the texts in a list.
func (r *reader) elements(n syntax.Node, depth int, yield func(DeclaredValue)) {
	if n.IsZero() || depth > maxTypeDepth || !r.step() {
		return
	}
	switch n.Kind() {
	case syntax.Paren:
		r.elements(n.First(), depth+1, yield)
	case syntax.With, syntax.LetIn, syntax.Assert:
		r.elements(lastChild(n), depth+1, yield)
	case syntax.Identifier:
		r.elements(r.standsFor(n, n.Text()), depth+1, yield)
	case syntax.Binary:
		if _, op := syntax.Operator(n); op == syntax.Concat {
			for operand := range n.Children() {
				r.elements(operand, depth+1, yield)
			}
		}
	case syntax.List:
		for element := range n.Children() {
			if value, ok := r.literal(element, 0); ok {
				yield(DeclaredValue{Text: value, Span: element.Span()})
			}
		}
	}
}

// standsFor is the expression that a let or a recursive set around a node binds to a name; the zero Node if none does.
func (r *reader) standsFor(at syntax.Node, name string) syntax.Node {
	for above := range syntax.Ancestors(at) {
		if !r.step() {
			break
		}
		switch above.Kind() {
		case syntax.Lambda:
			if bindsParameter(above, name) {
				return syntax.Node{}
			}
			continue
		case syntax.LetIn:
		case syntax.AttrSet:
			if set, ok := syntax.AsAttrSet(above); !ok || !set.Recursive() {
				continue
			}
		default:
			continue
		}
		if value, inherited, ok := r.bound(above, name); ok && !inherited {
			return value
		}
	}
	return syntax.Node{}
}

// lastChild is the expression behind let … in, with …; and assert …;.
func lastChild(n syntax.Node) syntax.Node {
	var last syntax.Node
	for c := range n.Children() {
		if c.Kind() != syntax.Error {
			last = c
		}
	}
	return last
}
