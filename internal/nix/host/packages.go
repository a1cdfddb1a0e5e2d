package host

import (
	"slices"

	"jetpills/internal/nix/eval"
)

// Packages says where the packages of a host come from, and how nixpkgs was imported for them.
type Packages struct {
	// Input is the flake input whose nixpkgs makes the system; empty where that is not known.
	Input string
	// Given says that the host is given its packages, by nixpkgs.pkgs or as an argument of its
	// modules. NixOS then does not look at nixpkgs.config.
	Given bool
	// Config has what the config of nixpkgs gets by each of the names in settings: the
	// definitions in nixpkgs.config in the order in which NixOS merges them, or what given
	// packages were imported with.
	Config map[string][]Definition
	// Open says that the config may have more than that.
	Open bool
	// Overlays says what is laid over the packages.
	Overlays Overlays
}

// settings are the names in the config of nixpkgs that a host tells of.
var settings = []string{"cudaSupport", "cudaCapabilities"}

// packageSource is where the packages of a system come from.
func (s *system) packageSource() Packages {
	p := Packages{Input: s.nixpkgs, Config: map[string][]Definition{}}
	add := func(name string, c candidate) {
		if !s.isSource(&c) {
			p.Config[name] = append(p.Config[name], s.definition(&c))
		}
	}
	given := s.givenPackages()
	p.Overlays = s.overlays(given)
	if given != nil {
		p.Given = true
		set, ok := s.Merged(s.Select(s.Force(given), "config")).(*eval.Attrs)
		p.Open = !ok || set.Rest() != nil
		for _, name := range settings {
			if !ok {
				break
			}
			if a, has := set.Get(name); has {
				d := def{Thunk: a.Thunk, at: a.At, priority: plain}
				if a.Maybe {
					d.perhaps = ambiguous(name)
				}
				add(name, candidate{def: d, value: s.Force(a.Thunk), holds: s.holds(d)})
			}
		}
		return p
	}
	config, isKnown := s.nixpkgsConfig()
	p.Open = !isKnown
	for _, name := range settings {
		for _, c := range config.child(name).candidates(nil) {
			add(name, c)
		}
	}
	return p
}

// nixpkgsConfig are the definitions in nixpkgs.config, in the order in which NixOS merges them, and whether
// these are all.
func (s *system) nixpkgsConfig() (below *level, isKnown bool) {
	at := s.root.at([]string{"nixpkgs", "config"})
	all := at.candidates(nil)
	pointers := make([]*candidate, len(all))
	for i := range all {
		pointers[i] = &all[i]
	}
	ordered, isKnown := inOrder(pointers)
	below = &level{system: s, up: at, path: at.path}
	for _, c := range ordered {
		isKnown = isKnown && c.priority == plain
		below.raw = append(below.raw, c.def)
	}
	below.split()
	return below, isKnown && len(below.holes) == 0
}

// givenPackages are the packages that a system is given; nil where it makes its own.
func (s *system) givenPackages() *eval.Thunk {
	if at := s.root.at([]string{"nixpkgs", "pkgs"}); len(at.raw) > 0 {
		return at.raws()
	}
	if i := slices.IndexFunc(s.given, func(a eval.Attr) bool { return a.Name == "pkgs" }); i >= 0 {
		return s.given[i].Thunk
	}
	if _, isArgument := s.args["pkgs"]; isArgument || s.rest != nil || len(s.root.at([]string{"_module", "args", "pkgs"}).raw) > 0 {
		return s.argument("pkgs")
	}
	return nil
}
