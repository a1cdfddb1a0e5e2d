package upstream

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Where jetpack-nixos has its overlay, and what it lays over that for a configured device.
const (
	overlayFile       = "overlay.nix"
	deviceOverlayFile = "overlay-with-config.nix"
)

// scopeNames are what makeScope itself adds.
var scopeNames = [...]string{"callPackage", "newScope", "overrideScope", "packages"}

// packages reads the overlays: what they set at the top level, and the members of the nvidia-jetpack scopes.
func (x *extractor) packages(e *Extraction, entry string) {
	top, _ := x.overlay(overlayFile)
	found := map[string]*catalog.Package{}
	whole := map[string]bool{}
	for a := range top.All() {
		attribute := catalog.Attribute{Name: a.Name}
		attribute.File, attribute.Line, _ = x.position(a.At)
		e.Overlay = append(e.Overlay, attribute)
		if major, ok := catalog.ScopeMajor(a.Name); ok && major != "" {
			whole[a.Name] = x.scope(e, found, x.Force(a.Thunk), major)
		}
	}
	if a, ok := top.Get(catalog.ScopeName); ok {
		if len(found) == 0 {
			// Before there were several generations the scope had no number.
			whole[a.Name] = x.scope(e, found, x.Force(a.Thunk), "")
		} else {
			whole[a.Name] = x.isOneOf(whole, a)
		}
	}
	x.cudaExtensions(e, top)
	if !x.device(found) {
		delete(whole, catalog.ScopeName)
	}
	x.moduleOverlays(e, entry, whole)
	for name, isWhole := range whole {
		if isWhole {
			e.Whole = append(e.Whole, name)
		}
	}
	if _, ok := top.Get(catalog.ScopeName); ok && top.Rest() == nil {
		e.Whole = append(e.Whole, catalog.WholeOverlay)
	}
	slices.Sort(e.Whole)
	for _, p := range found {
		slices.SortFunc(p.Generations, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
		})
		e.Packages = append(e.Packages, *p)
	}
	slices.SortFunc(e.Packages, func(a, b catalog.Package) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Overlay, func(a, b catalog.Attribute) int { return cmp.Compare(a.Name, b.Name) })
}

// overlay is the set that an overlay in a file gives, and whether it can be read; an empty one if there is none.
func (x *extractor) overlay(name string) (s *eval.Attrs, isRead bool) {
	if entries, _ := x.ReadDir("."); entries[name] == "" {
		return eval.NewAttrs(nil), true
	}
	s, ok := x.Merged(x.Called(x.Force(x.Import(name)), nil)).(*eval.Attrs)
	if !ok {
		x.problem(name, "is not an overlay that can be read without running Nix")
		return eval.NewAttrs(nil), false
	}
	return s, true
}

// scope adds the members of the scope of one generation, and reports whether they are all.
func (x *extractor) scope(e *Extraction, found map[string]*catalog.Package, v eval.Value, major string) (whole bool) {
	s, ok := x.Merged(v).(*eval.Attrs)
	if !ok {
		x.problem(overlayFile, "the members of "+catalog.ScopeName+major+" cannot be read without running Nix")
		return false
	}
	if major == "" {
		for _, name := range []string{"jetpackMajorMinorPatchVersion", "jetpackVersion"} {
			if version := x.text(s, name); version != "" {
				major, _, _ = strings.Cut(version, ".")
				break
			}
		}
	}
	if s.Rest() != nil {
		x.problem(overlayFile, catalog.ScopeName+major+" may have more members than can be read without running Nix")
	}
	if g, ok := x.generation(s, major); ok {
		e.Generations = append(e.Generations, g)
	}
	x.sets(e, s, major)
	for a := range s.All() {
		p, ok := found[a.Name]
		if !ok {
			p = &catalog.Package{Name: a.Name}
			found[a.Name] = p
		}
		// The newest generation says where a member is, where they differ.
		x.describe(p, a)
		if major != "" && !slices.Contains(p.Generations, major) {
			p.Generations = append(p.Generations, major)
		}
	}
	return s.Rest() == nil
}

// isOneOf reports whether an attribute of the overlay is certainly one of its own scopes that were read as a whole.
func (x *extractor) isOneOf(whole map[string]bool, a eval.Attr) bool {
	v := x.Force(a.Thunk)
	if c, ok := v.(*eval.Choice); ok {
		return !slices.ContainsFunc(c.Of, func(t *eval.Thunk) bool { return !x.isOneOf(whole, eval.Attr{Thunk: t}) })
	}
	if s, ok := v.(*eval.Attrs); ok && s.By() == "recurseIntoAttrs" && s.Rest() != nil { // which has one member for all scopes
		if c, ok := s.Rest().(*eval.Choice); ok {
			return x.isOneOf(whole, value(a.Name, c))
		}
		v = s.Rest()
	}
	of, ok := v.(*eval.Symbol)
	return ok && len(of.Path) == 2 && whole[of.Name()]
}

// describe says where a member of a scope comes from, and what it is.
func (x *extractor) describe(p *catalog.Package, a eval.Attr) {
	v := x.Force(a.Thunk)
	*p = catalog.Package{Name: p.Name, Generations: p.Generations, Kind: x.memberKind(v)}
	if p.File = x.folderFile(v, a); p.File != "" {
		return
	}
	p.File, p.Line, p.Column = x.position(a.At)
	switch {
	case a.At.IsZero() && slices.Contains(scopeNames[:], a.Name):
		p.Kind = "function" // what makeScope adds
	case a.At.Kind() == syntax.AttrPath:
		p.Source = firstPath(a.Node(), p.File)
	}
}

// folderFile is the file, or the folder, that gives a member of packagesFromDirectoryRecursive; empty for any other
// member.
func (x *extractor) folderFile(v eval.Value, a eval.Attr) string {
	switch v := v.(type) {
	case *eval.Call:
		if file, _, ok := packageCall(v); ok && v.Node.IsZero() { // lib's own call
			if p, ok := x.Force(file).(eval.Path); ok {
				return string(p)
			}
		}
	case *eval.Attrs:
		if v.By() != "packagesFromDirectoryRecursive" || !a.At.IsZero() {
			break
		}
		for a := range v.All() {
			if file := x.folderFile(x.Force(a.Thunk), a); file != "" {
				return path.Dir(file)
			}
		}
	}
	return ""
}

// memberKind is what a value is, in the words of the catalog; empty where that would take the package's own file.
func (x *extractor) memberKind(v eval.Value) string {
	switch v := v.(type) {
	case eval.String:
		return "string"
	case eval.Bool:
		return "bool"
	case *eval.Function:
		return "function"
	case *eval.Attrs:
		switch v.By() {
		case "makeScope", "recurseIntoAttrs":
			return "packageSet"
		}
		return "attrset"
	case *eval.Call:
		switch v.Function.Name() {
		case "runCommand", "applyPatches", "mkDerivation", "symlinkJoin", "writeShellApplication", "writeShellScriptBin":
			return "derivation"
		case "linuxPackagesFor":
			return "packageSet"
		case "callPackages":
			if s, ok := x.Merged(v).(*eval.Attrs); ok {
				return x.memberKind(s)
			}
		}
	case *eval.Choice:
		kind := x.memberKind(x.Force(v.Of[0]))
		for _, t := range v.Of[1:] {
			if x.memberKind(x.Force(t)) != kind {
				return ""
			}
		}
		return kind
	}
	return ""
}

// firstPath is the first path that an expression in a file names, within the source tree and as it is written.
func firstPath(n syntax.Node, file string) string {
	for d := range syntax.Descendants(n) {
		if d.Kind() != syntax.Path {
			continue
		}
		if text := d.Text(); strings.HasPrefix(text, ".") {
			return path.Join(path.Dir(file), text)
		}
	}
	return ""
}

// device adds what the overlay for a configured device brings to the scope, or overrides in it, and reports whether that is all.
func (x *extractor) device(found map[string]*catalog.Package) (whole bool) {
	top, isRead := x.overlay(deviceOverlayFile)
	scope, ok := top.Get(catalog.ScopeName)
	if !ok {
		return isRead && top.Rest() == nil
	}
	call, ok := x.Force(scope.Thunk).(*eval.Call)
	if !ok || !strings.HasPrefix(call.Function.Name(), "overrideScope") || len(call.Args) != 1 {
		return false
	}
	s, ok := x.Merged(x.Called(x.Force(call.Args[0]), nil)).(*eval.Attrs)
	if !ok {
		return false
	}
	for a := range s.All() {
		at := catalog.Package{Name: a.Name}
		x.describe(&at, a)
		if at.File == "" {
			continue
		}
		p, ok := found[a.Name]
		if !ok {
			p = &at
			p.DeviceOnly, found[a.Name] = true, p
		}
		p.DeviceFile, p.DeviceLine = at.File, at.Line
	}
	return s.Rest() == nil && top.Rest() == nil
}

// generation reads the versions of a generation off its scope.
func (x *extractor) generation(scope *eval.Attrs, major string) (catalog.Generation, bool) {
	// Not all that the scope is made with becomes a member of it.
	maker, _ := x.Select(scope, "packages").(*eval.Function)
	version := func(names ...string) string {
		for _, name := range names {
			if v := x.text(scope, name); v != "" {
				return v
			}
			if maker == nil || scope.By() != "makeScope" {
				continue
			}
			if v, ok := x.Force(x.Lookup(name, maker.Scope())).(eval.String); ok {
				return string(v)
			}
		}
		return ""
	}
	g := catalog.Generation{
		Major:   major,
		JetPack: version("jetpackMajorMinorPatchVersion", "jetpackVersion"),
		L4T:     version("l4tMajorMinorPatchVersion", "l4tVersion"),
		CUDA:    version("cudaMajorMinorPatchVersion", "cudaVersion", "cudaMajorMinorVersion"),
		Driver:  version("cudaDriverMajorMinorVersion"),
	}
	return g, major != "" && g.JetPack != ""
}
