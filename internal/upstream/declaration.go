package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Declaration is an option that a module declares. NixOS merges the declarations of one option, so that an enum takes
// the values of all of them: this is how a person adds a board of their own to those of jetpack-nixos.
type Declaration struct {
	// Path is the option's, without "options" before it.
	Path string
	// Values are those of an enum; none for an option of another type, or one whose type only an evaluation gives.
	Values []DeclaredValue
	// Open says that the option may take more than Values: only an evaluation gives all of them.
	Open bool
	// IsEnd says that Path is but the end of the option's: the file is imported as a part of the options of another
	// one.
	IsEnd bool
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
	// maxDeclarationSteps bounds the work, in the evaluator's steps: what is there may be made to take all time.
	maxDeclarationSteps = 200_000
)

// Declarations are the options that the modules of a file declare, those of inline modules of a flake and the old names
// that mkRenamedOptionModule and its kin give to options among them. Values that only an evaluation gives are left out.
func Declarations(tree *syntax.Tree) []Declaration {
	var all []Declaration
	e := eval.New(eval.Options{Steps: maxDeclarationSteps, Free: free})
	count := 0
	for d := range module.Definitions(tree) {
		declared, value := Declaration{}, d.Binding.Value()
		path, ok := declaredPath(d.Path)
		if !ok {
			known := d.Path.Known()
			if len(known) < 2 || !makesOption(value) {
				continue
			}
			path, declared.IsEnd = known.String(), true
		}
		declared.Path = path
		var values []DeclaredValue
		values, declared.Open = declaredValues(e, e.Force(e.Thunk(value, e.ScopeAt(value))))
		for _, v := range values {
			if count++; count <= maxDeclaredValues && len(v.Text) <= maxDeclaredValue {
				declared.Values = append(declared.Values, v)
			} else {
				declared.Open = true
			}
		}
		declared.Open = declared.Open || declared.IsEnd
		all = append(all, declared)
	}
	if strings.Contains(tree.Source(), "OptionModule") {
		all = append(all, otherNames(e, tree)...)
	}
	return all
}

// declaredValues are the values that are written in the enum which is an option's type, and whether the option may
// take more.
func declaredValues(e *eval.Evaluator, option eval.Value) (values []DeclaredValue, open bool) {
	made, ok := option.(*eval.Attrs)
	if !ok {
		return nil, true
	}
	if _, typed := made.Get("type"); !typed && made.Rest() == nil {
		_, isOption := made.Get("_type")
		return nil, !isOption
	}
	held, _ := heldValues(e, e.Select(option, "type"))
	list, ok := held.(*eval.List)
	if !ok {
		return nil, true
	}
	open = list.Open
	for _, t := range list.Items {
		if text, ok := e.Force(t).(eval.String); ok && !t.Node().IsZero() {
			values = append(values, DeclaredValue{Text: string(text), Span: t.Node().Span()})
		} else {
			open = true
		}
	}
	return values, open
}

// makesOption reports whether an expression is a call that makes an option.
func makesOption(n syntax.Node) bool {
	for n.Kind() == syntax.Apply {
		n = n.First()
	}
	switch module.CalleeName(n) {
	case "mkOption", "mkEnableOption", "mkPackageOption":
		return true
	}
	return false
}

// otherNames are the options that mkRenamedOptionModule and its kin declare.
func otherNames(e *eval.Evaluator, tree *syntax.Tree) []Declaration {
	var all []Declaration
	for n := range syntax.Descendants(tree.Root()) {
		a, ok := syntax.AsApply(n)
		if !ok {
			continue
		}
		name := module.CalleeName(a.Function())
		paths, _, ok := redirected(e, name, []*eval.Thunk{e.Thunk(a.Argument(), e.ScopeAt(n))})
		if !ok || name == "mkRemovedOptionModule" {
			continue
		}
		for _, path := range paths {
			// What follows the names that are known may be any names in that set.
			if known, _ := names(e, path); len(known) > 1 {
				all = append(all, Declaration{Path: dotted(known), Open: true})
			}
		}
	}
	return all
}

// redirected are the paths of the options that a function of lib takes the place of, and that of the option to which it
// sends. It is not ok for functions that do no such thing. What is not among the arguments is null.
func redirected(e *eval.Evaluator, function string, arguments []*eval.Thunk) (from []eval.Value, to eval.Value, ok bool) {
	argument := func(i int) eval.Value {
		if i < len(arguments) {
			return e.Force(arguments[i])
		}
		return eval.Null{}
	}
	switch function {
	case "mkRenamedOptionModule", "mkAliasOptionModule", "mkAliasOptionModuleMD", "mkChangedOptionModule",
		"mkRemovedOptionModule":
		return []eval.Value{argument(0)}, argument(1), true
	case "mkRenamedOptionModuleWith", "doRename":
		return []eval.Value{e.Select(argument(0), "from")}, e.Select(argument(0), "to"), true
	case "mkMergedOptionModule":
		if list, ok := argument(0).(*eval.List); ok {
			for _, t := range list.Items {
				from = append(from, e.Force(t))
			}
		}
		return from, argument(1), true
	}
	return nil, nil, false
}

// free is what a name stands for that nothing binds: in a part of a file it may be one of lib's.
func free(name string) (eval.Value, bool) {
	if v, ok := eval.Argument(name); ok {
		return v, ok
	}
	return eval.Lib(name)
}

// declaredPath is the option that a path declares: what follows "options". Where a name in it is only known after
// evaluation, it is the set that the option is in.
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
