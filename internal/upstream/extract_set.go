package upstream

import (
	"cmp"
	"slices"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// setsIn are the members of a scope that are, or give, package sets, and what the sets are called there.
var setsIn = map[string]string{
	catalog.CUDASet: catalog.CUDASet, "samples": "samples", "tests": "tests", "kernelPackagesOverlay": catalog.KernelSet,
}

// noMembers are what makeScope and its kin add to a set besides its packages.
var noMembers = [...]string{"callPackage", "callPackages", "newScope", "overrideScope", "packages", "recurseForDerivations", "override", "overrideDerivation"}

// sets reads the members of the package sets in the scope of one generation.
func (x *extractor) sets(e *Extraction, scope *eval.Attrs, major string) {
	for a := range scope.All() {
		v := x.Force(a.Thunk)
		if set := setsIn[a.Name]; set != "" {
			x.set(e, set, x.Merged(x.Called(v, nil)), major)
		}
		if a.Name == catalog.KernelSet {
			x.kernelSet(e, a.Thunk, major)
		}
	}
}

// kernelSet reads what the kernel packages of the scope have besides nixpkgs' own: they had what the modules add to those of a host now.
func (x *extractor) kernelSet(e *Extraction, packages *eval.Thunk, major string) {
	for step := range packages.Through() {
		call, ok := syntax.AsApply(syntax.WithoutParens(step.Node()))
		if !ok {
			continue
		}
		if f, ok := syntax.AsSelect(call.Function()); ok && f.Path().Text() == "extend" {
			added := x.Merged(x.Called(x.Force(x.Thunk(call.Argument(), step.Scope())), nil))
			x.set(e, catalog.KernelSet, added, major)
			x.set(e, catalog.ScopeKernelSet, added, major)
		}
		return
	}
}

// cudaExtensions reads what the overlay adds to every CUDA package set, and overrides in it.
func (x *extractor) cudaExtensions(e *Extraction, top *eval.Attrs) {
	a, ok := top.Get("_cuda")
	if !ok {
		return
	}
	call, ok := x.Force(a.Thunk).(*eval.Call)
	if !ok || call.Function.Name() != "extend" || len(call.Args) != 1 {
		return
	}
	extensions, ok := x.Select(x.Called(x.Force(call.Args[0]), nil), "extensions").(*eval.List)
	if !ok {
		return
	}
	for _, t := range extensions.Items {
		x.set(e, catalog.CUDASet, x.Merged(x.Called(x.Force(t), nil)), "")
	}
}

// set adds the members of a package set that the source itself makes.
func (x *extractor) set(e *Extraction, name string, v eval.Value, major string) {
	s, ok := v.(*eval.Attrs)
	if !ok {
		return
	}
	for a := range s.All() {
		if slices.Contains(noMembers[:], a.Name) {
			continue
		}
		m := catalog.SetMember{Set: name, Name: a.Name}
		if m.File = x.madeIn(a); m.File == "" {
			m.File, m.Line, _ = x.position(a.At)
		}
		if m.File == "" {
			continue // lib's own
		}
		at, isKnown := slices.BinarySearchFunc(e.Members, m, compareMembers)
		if !isKnown {
			e.Members = slices.Insert(e.Members, at, m)
		}
		if known := &e.Members[at]; major != "" && !slices.Contains(known.Generations, major) {
			// The newest generation says where a member is, where they differ; of the extensions, the first.
			known.File, known.Line = m.File, m.Line
			known.Generations = append(known.Generations, major)
		}
	}
}

// madeIn is the file of a member of a folder of packages; empty for any other member.
func (x *extractor) madeIn(a eval.Attr) string {
	v := x.Force(a.Thunk)
	if c, ok := v.(*eval.Choice); ok && a.At.IsZero() { // another overlay may change it
		v = x.Force(c.Of[0])
	}
	return x.folderFile(v, a)
}

func compareMembers(a, b catalog.SetMember) int {
	return cmp.Or(cmp.Compare(a.Set, b.Set), cmp.Compare(a.Name, b.Name))
}

// builds reads what the modules put into system.build.
func (x *extractor) builds(e *Extraction, files []string) {
	for _, name := range files {
		v := x.Called(x.Force(x.Import(name)), nil)
		if config := x.Select(v, "config"); isSet(config) {
			v = config
		}
		for _, part := range x.possible(v, 0) {
			build, ok := x.At(part, "system", "build").(*eval.Attrs)
			if !ok {
				continue
			}
			for a := range build.All() {
				of := catalog.Attribute{Name: a.Name}
				of.File, of.Line, _ = x.position(a.At)
				if s, ok := x.Force(a.Thunk).(*eval.Symbol); ok && len(s.Path) > 1 && s.Path[0] == "pkgs" {
					of.Equals = dotted(s.Path)
				}
				at, isKnown := slices.BinarySearchFunc(e.Build, of, compareAttributes)
				if !isKnown && of.File != "" {
					e.Build = slices.Insert(e.Build, at, of)
				}
			}
		}
	}
}

func compareAttributes(a, b catalog.Attribute) int { return cmp.Compare(a.Name, b.Name) }

func isSet(v eval.Value) bool {
	switch v.(type) {
	case *eval.Attrs, *eval.Choice, *eval.List:
		return true
	}
	return false
}

// possible are the sets that mkIf and mkMerge may contribute, whatever their conditions come to.
func (x *extractor) possible(v eval.Value, depth int) (all []*eval.Attrs) {
	if depth > maxImports || x.Charge(1) != nil {
		return nil
	}
	switch v := v.(type) {
	case *eval.List:
		for _, t := range v.Items {
			all = append(all, x.possible(x.Force(t), depth+1)...)
		}
	case *eval.Choice:
		for _, t := range v.Of {
			all = append(all, x.possible(x.Force(t), depth+1)...)
		}
	case *eval.Attrs:
		switch x.text(v, "_type") {
		case "if":
			all = x.possible(x.Select(v, "content"), depth+1)
		case "merge":
			all = x.possible(x.Select(v, "contents"), depth+1)
		default:
			all = append(all, v)
		}
	}
	return all
}
