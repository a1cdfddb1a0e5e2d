package upstream

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
)

// Where jetpack-nixos has its overlay, and what it lays over that for a configured device.
const (
	overlayFile       = "overlay.nix"
	deviceOverlayFile = "overlay-with-config.nix"
	scopeName         = "nvidia-jetpack"
)

// scopeNames are what makeScope itself adds.
var scopeNames = [...]string{"callPackage", "newScope", "overrideScope", "packages"}

// packages reads the overlays: what they set at the top level, and the members of the nvidia-jetpack scopes.
func (x *interpreter) packages(e *Extraction) {
	top := x.overlay(overlayFile)
	found := map[string]*catalog.Package{}
	for _, name := range top.names {
		a := top.byName[name]
		attribute := catalog.Attribute{Name: name}
		if a.file != nil {
			attribute.File = a.file.path
			attribute.Line, _ = a.file.place(a.offset)
		}
		e.Overlay = append(e.Overlay, attribute)
		if suffix, ok := strings.CutPrefix(name, scopeName); ok && isNumber(suffix) {
			x.scope(e, found, x.force(a.thunk), suffix)
		}
	}
	if len(found) == 0 {
		// Before there were several generations the scope had no number.
		if a, ok := top.byName[scopeName]; ok {
			x.scope(e, found, x.force(a.thunk), "")
		}
	}
	x.device(found)
	for _, p := range found {
		slices.SortFunc(p.Generations, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
		e.Packages = append(e.Packages, *p)
	}
	slices.SortFunc(e.Packages, func(a, b catalog.Package) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(e.Overlay, func(a, b catalog.Attribute) int { return cmp.Compare(a.Name, b.Name) })
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 8)
	return err == nil
}

// overlay is the set that an overlay in a file gives; an empty one if there is none.
func (x *interpreter) overlay(name string) *attrs {
	if !slices.ContainsFunc(x.list("."), func(e fs.DirEntry) bool { return e.Name() == name }) {
		return newAttrs()
	}
	v := x.merged(x.called(x.imported(&value{kind: pathValue, text: name})))
	if v.kind != setValue {
		x.problem(name, "is no overlay that can be read without running Nix")
		return newAttrs()
	}
	return v.set
}

// scope adds the members of the scope of one generation.
func (x *interpreter) scope(e *Extraction, found map[string]*catalog.Package, v *value, major string) {
	v = x.merged(x.packageSet(v))
	if v.kind != setValue {
		x.problem(overlayFile, fmt.Sprintf("the members of %s%s cannot be read without running Nix", scopeName, major))
		return
	}
	if major == "" {
		for _, name := range []string{"jetpackMajorMinorPatchVersion", "jetpackVersion"} {
			if version := x.selected(v, name); version.isString() {
				major = versionPart("versions.major", version).text
				break
			}
		}
	}
	if v.set.open {
		x.problem(overlayFile, fmt.Sprintf("%s%s may have more members than can be read without running Nix", scopeName, major))
	}
	if g, ok := x.generation(v, major); ok {
		e.Generations = append(e.Generations, g)
	}
	names := v.set.names
	if v.set.maker == "makeScope" {
		names = append(slices.Clip(names), scopeNames[:]...)
	}
	for _, name := range names {
		p, ok := found[name]
		if !ok {
			p = &catalog.Package{Name: name}
			found[name] = p
		}
		// The newest generation says where a member is, where they differ.
		if a, ok := v.set.byName[name]; ok {
			x.describe(p, a)
		} else {
			p.Kind = "function"
		}
		if major != "" && !slices.Contains(p.Generations, major) {
			p.Generations = append(p.Generations, major)
		}
	}
}

// describe says where a member of a scope comes from, and what it is.
func (x *interpreter) describe(p *catalog.Package, a *attr) {
	v := x.force(a.thunk)
	*p = catalog.Package{Name: p.Name, Generations: p.Generations, Kind: memberKind(v)}
	if v.kind == pathValue {
		p.File = v.text // a name that a folder gives
		return
	}
	if a.file == nil {
		return
	}
	p.File = a.file.path
	if a.offset >= 0 {
		p.Line, p.Column = a.file.place(a.offset)
	}
	if a.written() && a.name == "" {
		p.Source = firstPath(a.node, a.file.path)
	}
}

// memberKind is what a value is, in the words of the catalog; empty where that would take the package's own file.
func memberKind(v *value) string {
	switch v.kind {
	case stringValue:
		return "string"
	case boolValue:
		return "bool"
	case functionValue:
		return "function"
	case setValue:
		if v.set.maker != "" {
			return "packageSet"
		}
		return "attrset"
	case callValue:
		switch functionName(v.head.path) {
		case "runCommand", "applyPatches", "mkDerivation", "symlinkJoin", "writeShellApplication", "writeShellScriptBin":
			return "derivation"
		case "linuxPackagesFor", "recurseIntoAttrs":
			return "packageSet"
		case "versionAtLeast", "versionOlder", "callPackagesWith", "callPackageWith":
			if len(v.list) == 1 {
				return "function"
			}
		}
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

// device adds what the overlay for a configured device brings to the scope, or overrides in it.
func (x *interpreter) device(found map[string]*catalog.Package) {
	a, ok := x.overlay(deviceOverlayFile).byName[scopeName]
	if !ok {
		return
	}
	v := x.force(a.thunk)
	if v.kind != callValue || !strings.HasPrefix(functionName(v.head.path), "overrideScope") || len(v.list) != 1 {
		return
	}
	v = x.merged(x.called(x.force(v.list[0])))
	if v.kind != setValue {
		return
	}
	for _, name := range v.set.names {
		a := v.set.byName[name]
		var at catalog.Package
		x.describe(&at, a)
		if at.File == "" {
			continue
		}
		p, ok := found[name]
		if !ok {
			p = &catalog.Package{Name: name, Kind: at.Kind, File: at.File, Line: at.Line, Column: at.Column, Source: at.Source, DeviceOnly: true}
			found[name] = p
		}
		p.DeviceFile, p.DeviceLine = at.File, at.Line
	}
}

// generation reads the versions of a generation off its scope.
func (x *interpreter) generation(scope *value, major string) (catalog.Generation, bool) {
	version := func(names ...string) string {
		for _, name := range names {
			if v := x.selected(scope, name); v.isString() {
				return v.text
			}
			// Not all that the scope is made with becomes a member of it.
			if scope.set.inner == nil {
				continue
			}
			if v := x.lookup(name, scope.set.inner); v.isString() {
				return v.text
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
