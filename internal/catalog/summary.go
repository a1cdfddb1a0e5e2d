package catalog

import "strings"

// Name is what is said of a name that is not declared by jetpack-nixos, or of one of its files or outputs.
type Name struct {
	Kind    string // "function of nixpkgs' lib", "option type"
	Summary string
}

// Name finds a name by its path: lib.mkIf, lib.types.str, builtins.map, pkgs.fetchurl, stdenv.hostPlatform, *.override for one that
// means the same in any set, outputs.overlays.default for a flake output of jetpack-nixos, ./overlay.nix for a file of it.
func (l *Library) Name(path string) (Name, bool) {
	kind, summary, ok := strings.Cut(l.names()[path], ": ")
	return Name{kind, summary}, ok
}

// SetSummary is the project's own description of a set of options, or nothing.
func (l *Library) SetSummary(path string) string { return l.summaries()[path] }

// PackageSummary is the project's own description of a package or a scope, or nothing.
func (l *Library) PackageSummary(name string) string { return l.otherSummaries()[name] }
