package ide

import (
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// conceptOfName are the names whose concept has a section where the function itself may have none.
var conceptOfName = map[string]string{
	"mkForce": "priorities", "mkDefault": "priorities", "mkOverride": "priorities", "mkOptionDefault": "priorities",
	"newScope": "scopes", "overrideScope": "scopes", "makeScope": "scopes",
	"submodule": "submodules", "mkRenamedOptionModule": "renamed-options", "mkRemovedOptionModule": "renamed-options",
}

// distinctFunctions are functions by whose name alone it is clear what they are, called or not.
var distinctFunctions = map[string]bool{
	"makeScope": true, "newScope": true, "overrideScope": true, "callPackage": true, "callPackages": true,
	"callPackageWith": true, "callPackagesWith": true, "packagesFromDirectoryRecursive": true,
	"override": true, "overrideAttrs": true, "composeManyExtensions": true, "composeExtensions": true,
	"mkDerivation": true, "runCommand": true, "fetchurl": true, "fetchgit": true, "fetchFromGitHub": true,
	"applyPatches": true, "recurseIntoAttrs": true, "buildFromDebs": true, "nixosSystem": true, "evalModules": true,
}

// functionSets are the sets that functions and package sets are handed on from by name.
var functionSets = map[string]bool{
	"lib": true, "builtins": true, "nixpkgs": true, "pkgs": true, "stdenv": true, "inputs": true, "self": true,
	"final": true, "prev": true, "super": true, "buildPackages": true, "pkgsBuildBuild": true,
}

// optionType finds the subject of an option type: lib.types.str, or types.str.
func (q *query) optionType(place *module.Place) (subject, bool) {
	p := place.Path
	at := len(p) - 2 // of "types"
	if at > 0 && (p[at].Name == "ints" || p[at].Name == "numbers") {
		at--
	}
	if at < 0 || p[at].Name != "types" || !p[len(p)-1].Known || at > 0 && p[at-1].Name != "lib" {
		return nil, false
	}
	name := p[at:].String()
	t := term{title: name, what: markup.Prose("option type"), topics: topics{function(name), function("types")}}
	q.describe(&t, place)
	return q.explained(t)
}

// function finds the subject of a function, or of another name that is handed in.
func (q *query) function(place *module.Place) (subject, bool) {
	p := place.Path
	name := p.Last()
	isCall := isCalled(place.Node)
	if name == "" || len(p) == 1 && place.Origin == module.Local || !q.mayBeFunction(place, isCall) {
		return nil, false
	}
	t := term{title: name, topics: topics{function(name)}}
	if isCall {
		t.what = markup.Prose("function")
	}
	isTheirs := q.describe(&t, place)
	if c, ok := conceptOfName[name]; ok {
		t.topics = append(t.topics, concept(c))
	}
	if isCall || isTheirs || isTakenFromLib(place) || distinctFunctions[name] {
		return q.explained(t)
	}
	// A name that is only handed on is what a pill says it explains, but not what some pill happens to mention.
	_, ok := q.sn.Pills().Declares(function(name))
	return t, ok
}

// isTakenFromLib reports whether a name is inherited out of nixpkgs' lib, as functions are, or is its types.
func isTakenFromLib(place *module.Place) bool {
	p := place.Path
	n := len(p)
	if n < 2 || p[n-2].Name != "lib" && p[n-2].Name != "builtins" {
		return false
	}
	return p[n-1].Name == "types" || place.Node.Parent().Kind() == syntax.Inherit
}

// mayBeFunction reports whether a name may be a function or a set of nixpkgs' own. What an option holds is neither, and nor
// is an attribute of just any set, however it is called, unless it is called as one.
func (q *query) mayBeFunction(place *module.Place, isCall bool) bool {
	p := place.Path
	n := len(p)
	if n == 1 {
		return place.Origin != module.Argument || q.isHandedIn(place.Binder, p[0].Name)
	}
	if isCall {
		return true
	}
	for _, part := range p[:n-1] {
		if part.Name == "config" || part.Name == "options" {
			return false
		}
	}
	if place.Origin == module.Argument && n == 2 {
		if _, ok := module.AsOverlay(place.Binder); ok {
			return true
		}
	}
	return functionSets[p[n-2].Name] || distinctFunctions[p[n-1].Name]
}

// isCalled reports whether a name, or the selection that it ends, stands where a function does.
func isCalled(n syntax.Node) bool {
	if up := n.Parent(); up.Kind() == syntax.AttrPath {
		if path, _ := syntax.AsAttrPath(up); path.Last() != n {
			return false
		}
		n = up.Parent()
	}
	a, ok := syntax.AsApply(n.Parent())
	return ok && a.Function() == n
}
