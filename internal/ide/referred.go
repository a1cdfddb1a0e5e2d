package ide

import (
	"slices"
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
)

// referredConcept is the subject of a function or another name in an expression
// that a pill explains.
func (f finder) referredConcept(place module.Place) (subject, bool) {
	names := place.Path.Known()
	last := names.Last()
	if last == "" || place.Origin == module.Local && len(place.Path) == 1 {
		return subject{}, false
	}
	if f.isJetpackFlake(place) {
		return f.jetpackFlake(place), true
	}
	s := subject{kind: aboutConcept, span: place.Span, name: last}
	if i := f.outputIndex(place); i >= 0 {
		return f.output(s, names, i)
	}
	if isOptionType(place.Path) {
		s.name, s.note = "types."+last, markup.Prose("option type")
		s.topics = []pill.Topic{function("types." + last), function("types")}
		return s, f.explained(s)
	}
	isCall := isCalled(place.Node)
	if isCall {
		s.note = markup.Prose("function")
	}
	topic := function(last)
	s.topics = []pill.Topic{topic}
	if c, ok := conceptOfName[last]; ok {
		s.topics = append(s.topics, concept(c))
	}
	switch {
	case !f.mayBeFunction(place, isCall):
		return subject{}, false
	case isCall || isTakenFromLib(place) || conceptFunctions[last]:
		return s, f.explained(s)
	}
	// A name that is only handed on is what a pill says it explains, but not what some pill happens to mention.
	_, declared := f.sn.Pills().Topics()[topic]
	return s, declared
}

// isOptionType reports whether a path is that of an option type: lib.types.str, or types.str.
func isOptionType(p module.Path) bool {
	n := len(p)
	return n > 1 && p[n-2].Name == "types" && p[n-1].Known && (n == 2 || p[n-3].Name == "lib")
}

// isTakenFromLib reports whether a name is inherited out of nixpkgs' lib, as functions are, or is its types.
func isTakenFromLib(place module.Place) bool {
	p := place.Path
	n := len(p)
	if n < 2 || p[n-2].Name != "lib" && p[n-2].Name != "builtins" {
		return false
	}
	return p[n-1].Name == "types" || place.Node.Parent().Kind() == syntax.Inherit
}

// functionSets are the sets that functions and package sets are handed on from by name.
var functionSets = map[string]bool{
	"lib": true, "builtins": true, "nixpkgs": true, "pkgs": true, "stdenv": true, "inputs": true, "self": true,
	"final": true, "prev": true, "super": true, "buildPackages": true, "pkgsBuildBuild": true,
}

// mayBeFunction reports whether a name may be a function or a set of nixpkgs' own. What an option holds is neither, and nor
// is an attribute of just any set, however it is called, unless it is called as one.
func (f finder) mayBeFunction(place module.Place, isCall bool) bool {
	p := place.Path
	n := len(p)
	if n == 1 {
		return place.Origin != module.Argument || f.isHandedIn(place.Binder, place.Path[0].Name)
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
	return functionSets[p[n-2].Name] || conceptFunctions[p[n-1].Name]
}

// isHandedIn reports whether a function's argument is what its name says: { lib, stdenv, ... } gets those from outside,
// while the x of x: … is the function's own. A self is a flake in a flake's outputs and in a module, which
// leaves the rest of its arguments open.
func (f finder) isHandedIn(binder syntax.Node, name string) bool {
	l, ok := syntax.AsLambda(binder)
	if !ok {
		return false
	}
	if l.Formals().IsZero() {
		return name == "inputs" && isFlake(f.doc.Path)
	}
	switch name {
	case "outputs":
		return false
	case "self":
		return isFlake(f.doc.Path) || l.Formals().HasEllipsis()
	}
	return true
}

// isCalled reports whether a name, or the selection that it ends, stands where a
// function does.
func isCalled(n syntax.Node) bool {
	if up := n.Parent(); up.Kind() == syntax.AttrPath {
		path, _ := syntax.AsAttrPath(up)
		var last syntax.Node
		for name := range path.Names() {
			last = name
		}
		if last != n {
			return false
		}
		n = up.Parent()
	}
	a, ok := syntax.AsApply(n.Parent())
	return ok && a.Function() == n
}

// isJetpackFlake reports whether a name is the flake jetpack-nixos as a whole: an argument of a flake's outputs or of a
// module, or one of the inputs.
func (f finder) isJetpackFlake(place module.Place) bool {
	p := place.Path
	name := p.Last()
	if name != "jetpack-nixos" && !f.isPinnedInput(name) {
		return false
	}
	if len(p) == 1 {
		return place.Origin == module.Argument && f.isHandedIn(place.Binder, place.Path[0].Name)
	}
	return p[len(p)-2].Name == "inputs"
}

func (f finder) jetpackFlake(place module.Place) subject {
	return subject{
		kind: aboutOutput, span: place.Span, name: place.Path.Last(), note: markup.Prose("the flake jetpack-nixos"),
		topics: []pill.Topic{concept("jetpack-nixos"), concept("flake-inputs")},
	}
}

// outputNames are the flake outputs that have names below them.
var outputNames = map[string]bool{
	"overlays": true, "nixosModules": true, "nixosConfigurations": true, "legacyPackages": true,
}

// outputIndex is where in a path a flake output begins, if the path's last name is the output's or right below it; -1 if
// nowhere. Of the packages of jetpack-nixos those below the system count too.
func (f finder) outputIndex(place module.Place) int {
	names := place.Path.Known()
	for i := max(len(names)-3, 1); i < len(names); i++ {
		if !outputNames[names[i].Name] || !f.isFlakeName(place, names[:i]) {
			continue
		}
		if below := len(names) - 1 - i; below < 2 || names[i].Name == "legacyPackages" && f.isJetpackInput(names[i-1].Name) {
			return i
		}
	}
	return -1
}

// isFlakeName reports whether a path leads to a flake: an input, or an argument that was handed in.
func (f finder) isFlakeName(place module.Place, names module.Path) bool {
	last := names.Last()
	if f.isJetpackInput(last) {
		return !isScope(last) && !slices.ContainsFunc(names, func(p module.Part) bool { return p.Name == "config" })
	}
	if n := len(names); n > 1 {
		return names[n-2].Name == "inputs"
	}
	switch last {
	case "config", "options", "lib", "pkgs":
		return false
	}
	return f.isHandedIn(place.Binder, last)
}

// output is the subject of a flake output, which begins at index i of a path.
func (f finder) output(s subject, names module.Path, i int) (subject, bool) {
	s.name = names[i:].String()
	if !f.isJetpackInput(names[i-1].Name) {
		s.note = markup.Format("output of the flake %s", markup.Code(names[i-1].Name))
		s.topics = []pill.Topic{concept("flake-outputs")}
		if names[i].Name == "overlays" {
			s.topics = []pill.Topic{concept("overlays")}
		}
		return s, f.explained(s)
	}
	s.kind, s.note = aboutOutput, markup.Prose("flake output of jetpack-nixos")
	s.topics = []pill.Topic{{Kind: pill.OutputTopic, Name: s.name}, {Kind: pill.OutputTopic, Name: names[i].Name}}
	return s, f.explained(s)
}

// isJetpackInput reports whether a flake input is jetpack-nixos: the lock file
// says so, or its name does.
func (f finder) isJetpackInput(name string) bool {
	return f.isPinnedInput(name) || strings.Contains(name, "jetpack") || name == "self" && f.inCheckout()
}

// isPinnedInput reports whether the lock file has jetpack-nixos under that name.
func (f finder) isPinnedInput(name string) bool {
	input := f.pinned.Pin.Input
	return input != "" && name == input[strings.LastIndexByte(input, '/')+1:]
}

// conceptOfName are the names whose idea has a section where the function
// itself may have none.
var conceptOfName = map[string]string{
	"mkForce": "priorities", "mkDefault": "priorities", "mkOverride": "priorities", "mkOptionDefault": "priorities",
	"newScope": "scopes", "overrideScope": "scopes", "makeScope": "scopes",
	"submodule": "submodules", "mkRenamedOptionModule": "renamed-options", "mkRemovedOptionModule": "renamed-options",
}

// conceptFunctions are functions by whose name alone it is clear what they are, called or not.
var conceptFunctions = map[string]bool{
	"makeScope": true, "newScope": true, "overrideScope": true, "callPackage": true, "callPackages": true,
	"callPackageWith": true, "callPackagesWith": true, "packagesFromDirectoryRecursive": true,
	"override": true, "overrideAttrs": true, "composeManyExtensions": true, "composeExtensions": true,
	"mkDerivation": true, "runCommand": true, "fetchurl": true, "fetchgit": true, "fetchFromGitHub": true,
	"applyPatches": true, "recurseIntoAttrs": true, "buildFromDebs": true, "nixosSystem": true, "evalModules": true,
}

// explained reports whether a pill has a section for one of the subject's
// topics: without, there is nothing to say.
func (f finder) explained(s subject) bool {
	_, ok := f.sn.Pills().For(s.topics...)
	return ok
}
