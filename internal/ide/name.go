package ide

import (
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
)

// libParts are the parts of nixpkgs' lib whose functions lib has under their names too: lib.strings.hasPrefix is lib.hasPrefix.
var libParts = map[string]bool{
	"strings": true, "attrsets": true, "lists": true, "trivial": true, "modules": true, "options": true,
	"fixedPoints": true, "customisation": true, "meta": true, "filesystem": true,
}

// globals are the functions of Nix that need no builtins before them.
var globals = map[string]bool{
	"import": true, "map": true, "toString": true, "throw": true, "abort": true, "removeAttrs": true, "derivation": true,
}

// packageSetNames are the names of sets that have nixpkgs' functions, and its lib.
var packageSetNames = map[string]bool{
	"pkgs": true, "final": true, "prev": true, "super": true,
	"buildPackages": true, "pkgsBuildBuild": true, "pkgsStatic": true,
}

// nameAt is what the catalog says of a name of Nix or nixpkgs, by the way that leads to it.
func (q *query) nameAt(place *module.Place) (catalog.Name, bool) {
	for _, path := range q.namePaths(place) {
		if name, ok := q.sn.Library().Name(path); ok {
			return name, true
		}
	}
	return catalog.Name{}, false
}

// namePaths are the paths, as catalog.Library.Name has them, that a name may have, the best first.
func (q *query) namePaths(place *module.Place) []string {
	p := place.Path
	n := len(p)
	last := p.Last()
	anywhere := "*." + last
	switch {
	case n == 1 && place.Origin == module.Free:
		if !globals[last] {
			return []string{last}
		}
		return []string{"builtins." + last}
	case n == 1:
		return []string{last, "pkgs." + last, anywhere}
	case place.Origin == module.Local && (p[0].Name == "lib" || p[0].Name == "types"):
		return nil // what these are is not known
	case p[0].Name == "types":
		return []string{"lib." + strings.Join(names(p), ".")}
	}
	for i := n - 1; i >= 0; i-- {
		if !q.isLib(place, i) {
			continue
		}
		below := p[i+1:]
		if len(below) == 2 && libParts[below[0].Name] {
			below = below[1:]
		}
		return []string{strings.Join(append([]string{"lib"}, names(below)...), ".")}
	}
	switch from := p[n-2].Name; {
	case from == "builtins" || from == "stdenv":
		return []string{from + "." + last, anywhere}
	case q.isPackageSet(place, n-2):
		return []string{"pkgs." + last, anywhere}
	}
	return []string{anywhere}
}

func names(p module.Path) []string {
	all := make([]string, len(p))
	for i, part := range p {
		all[i] = part.Name
	}
	return all
}

// isLib reports whether a name in a path is nixpkgs' lib.
func (q *query) isLib(place *module.Place, i int) bool {
	p := place.Path
	return p[i].Name == "lib" && (i == 0 || strings.HasPrefix(p[i-1].Name, "nixpkgs") || q.isPackageSet(place, i-1))
}

// isPackageSet reports whether a name in a path is a set of packages that has nixpkgs' functions: pkgs, an argument of an overlay, or
// what a flake nixpkgs has for a system.
func (q *query) isPackageSet(place *module.Place, i int) bool {
	p := place.Path
	if i == 0 && place.Origin == module.Argument {
		if o, ok := module.AsOverlay(place.Binder); ok {
			return o.For == "" || o.IsOfPackages
		}
	}
	return packageSetNames[p[i].Name] || i > 0 && p[i-1].Name == "legacyPackages"
}

// conventions are names that everybody gives a flake and its inputs, each with the set that has it too. In a flake, they are arguments of
// its outputs. The catalog describes them for both places.
var conventions = map[string]string{"inputs": "self", "self": "inputs"}

// describe says of a name what it is. It reports whether that is a name which Nix or nixpkgs has.
func (q *query) describe(t *term, place *module.Place) (isTheirs bool) {
	p := place.Path
	if within, ok := conventions[t.title]; ok && (len(p) == 1 || p[len(p)-2].Name == within) {
		place := "module."
		if flakes(q, nil) {
			place = "flake."
		}
		name, _ := q.sn.Library().Name(place + t.title)
		t.summary = described(name.Summary)
		switch {
		case len(p) > 1:
			t.what = markup.Format("attribute of %s", markup.Code(within))
		case flakes(q, nil):
			t.what = markup.Prose("argument of `outputs`")
		default:
			t.what = markup.Prose("argument")
			t.topics = append(topics{function("specialArgs")}, t.topics...)
		}
		return false
	}
	name, ok := q.nameAt(place)
	if ok {
		t.what, t.summary = markup.Prose(name.Kind), described(name.Summary)
	}
	return ok
}
