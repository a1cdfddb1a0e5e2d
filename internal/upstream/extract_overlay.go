package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// moduleOverlays reads what the modules put into nixpkgs.overlays beside the overlay files: on a host, another JetPack's scope may be
// another one, or none. It takes from whole the scopes of which that cannot be read.
func (x *extractor) moduleOverlays(e *Extraction, entry string, whole map[string]bool) {
	if x.overlaysElsewhere(entry) {
		clear(whole)
		return
	}
	isNumbered := func(a catalog.Attribute) bool {
		major, isScope := catalog.ScopeMajor(a.Name)
		return isScope && major != ""
	}
	isInPart := slices.ContainsFunc(e.Overlay, func(a catalog.Attribute) bool { return isNumbered(a) && !whole[a.Name] })
	hosts := map[string][]catalog.OnOthers{} // what a scope is on hosts of another JetPack, by its name
	for _, g := range e.Generations {
		for _, a := range x.scopesOnHost(entry, g.Major) {
			major, _ := catalog.ScopeMajor(a.Name)
			switch is, ok := x.onHost(a, g.Major); {
			case !ok, major == "" && isInPart: // the host chooses one
				delete(whole, a.Name)
			case major != "" && major != g.Major:
				hosts[a.Name] = append(hosts[a.Name], is)
			}
		}
	}
	for i := range e.Overlay {
		a := &e.Overlay[i]
		if all := slices.Compact(hosts[a.Name]); len(all) == 1 {
			a.OnOthers = all[0]
		}
	}
}

// overlaysElsewhere reports whether a module besides the root one has an overlay that speaks of a scope.
func (x *extractor) overlaysElsewhere(entry string) bool {
	for name, f := range x.parsed {
		if f == nil || f.path != name || name == entry || !strings.HasPrefix(name, "modules/") {
			continue
		}
		for n := range syntax.Descendants(f.tree.Root()) {
			if b, ok := syntax.AsBinding(n); ok && lastName(b) == "overlays" && strings.Contains(b.Value().Text(), catalog.ScopeName) {
				return true
			}
		}
	}
	return false
}

// scopesOnHost are the scopes that the overlays of the root module set on a host of a JetPack, but for those of the overlay files.
// What warns is a call of warning.
func (x *extractor) scopesOnHost(entry, major string) (scopes []eval.Attr) {
	root := x.configuredWith(entry, []eval.Attr{
		value("lib", eval.NewAttrs(eval.NewSymbol("lib"), value("warn", eval.NewSymbol(warning)))),
	}, value("enable", eval.Bool(true)), value("majorVersion", eval.String(major)))
	for _, part := range x.certain(x.Select(root, "config"), 0) {
		list := x.At(part, "nixpkgs", "overlays")
		if s, ok := list.(*eval.Attrs); ok { // mkBefore
			list = x.Select(s, "content")
		}
		overlays, ok := list.(*eval.List)
		if !ok {
			continue
		}
		for _, t := range overlays.Items {
			f, ok := x.Force(t).(*eval.Function)
			if !ok || x.trees[f.Lambda().Tree()] != x.parsed[entry] {
				continue
			}
			s, ok := x.Merged(x.Called(f, nil)).(*eval.Attrs)
			if !ok {
				continue
			}
			for a := range s.All() {
				if _, ok := catalog.ScopeMajor(a.Name); ok {
					scopes = append(scopes, a)
				}
			}
		}
	}
	return scopes
}

// warning stands for lib.warn.
const warning = "warning"

// onHost is what an overlay of the root module makes of a scope on a host of a JetPack. It is ok for the scopes that are as the
// overlay files have them, or empty.
func (x *extractor) onHost(a eval.Attr, major string) (is catalog.OnOthers, ok bool) {
	v := x.Force(a.Thunk)
	if call, isCall := v.(*eval.Call); isCall && call.Function.String() == warning && len(call.Args) == 2 {
		is, v = catalog.OthersWarn, x.Force(call.Args[1])
	}
	switch v := v.(type) {
	case *eval.Symbol:
		of, isScope := catalog.ScopeMajor(v.Name())
		isOwn := v.Name() == a.Name || a.Name == catalog.ScopeName && of == major
		return is, isScope && len(v.Path) == 2 && isOwn
	case *eval.Attrs:
		isEmpty := v.Len() == 0 && v.Rest() == nil
		if isEmpty && is == catalog.OthersWarn {
			return catalog.OthersEmpty, true
		}
	}
	return "", false
}
