package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
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
)

// Declarations are the options that the modules of a file declare, those of inline modules of a flake among them. Values
// that only an evaluation could tell are left out.
func Declarations(tree *syntax.Tree) []Declaration {
	if !strings.Contains(tree.Source(), "options") {
		return nil
	}
	var all []Declaration
	e := eval.New(eval.Options{Steps: maxLookups, Free: free})
	count := 0
	for d := range module.Definitions(tree) {
		path, ok := declaredPath(d.Path)
		if !ok {
			continue
		}
		declared := Declaration{Path: path}
		value := d.Binding.Value()
		option := e.Force(e.Thunk(value, e.ScopeAt(value)))
		values, _ := heldValues(e, e.Select(option, "type"))
		if list, ok := values.(*eval.List); ok {
			for _, t := range list.Items {
				text, ok := e.Force(t).(eval.String)
				if !ok || t.Node().IsZero() {
					continue
				}
				if count++; count <= maxDeclaredValues && len(text) <= maxDeclaredValue {
					declared.Values = append(declared.Values, DeclaredValue{Text: string(text), Span: t.Node().Span()})
				}
			}
		}
		all = append(all, declared)
	}
	return all
}

// free is what a name stands for that nothing binds: in a part of a file it may be one of lib's.
func free(name string) (eval.Value, bool) {
	if v, ok := eval.Argument(name); ok {
		return v, ok
	}
	return eval.Lib(name)
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
