package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Effect is what the modules of a revision do in one place with an option of NixOS, which is none of theirs.
type Effect struct {
	// Option is the option's path, as NixOSPath writes it.
	Option string `json:"-"`
	Does   string `json:"does"`
	// Priority is that of what is set: 100 for a plain definition; 0 for one that is not known.
	Priority int `json:"priority,omitempty"`
	// Value is what is set, as Nix source in one line; empty where that is long.
	Value string `json:"value,omitempty"`
	// When are the conditions under which it is set, the outermost first, as Nix source in one line; "…" for a long one. That
	// jetpack-nixos is enabled is not among them.
	When []string `json:"when,omitempty"`
	// Into is the option that what is read becomes a part of; empty where that is not told.
	Into string `json:"into,omitempty"`
	// File and Line are where; the line is 1-based.
	File string `json:"file"`
	Line int    `json:"-"`
}

// What an Effect does.
const (
	EffectSets     = "sets"
	EffectReads    = "reads"
	EffectDefaults = "defaults" // an option of jetpack-nixos has its value as its default, or in it
	EffectAsserts  = "asserts"
	EffectWarns    = "warns"
)

// nixosEntries are the options of NixOS that hold entries with names, each of which is a thing by itself.
var nixosEntries = map[string]bool{
	"systemd.services": true, "systemd.user.services": true, "systemd.timers": true, "systemd.sockets": true, "systemd.paths": true,
	"systemd.targets": true, "systemd.mounts": true, "systemd.slices": true, "boot.initrd.systemd.services": true,
	"environment.etc": true, "environment.variables": true, "environment.sessionVariables": true, "fileSystems": true,
	"users.users": true, "users.groups": true, "system.preSwitchChecks": true, "system.build": true, "system.activationScripts": true,
	"nixpkgs.config": true, "boot.kernel.sysctl": true, "security.wrappers": true, "virtualisation.oci-containers.containers": true,
}

// nixosWhole are the last names of options whose values have attributes that are no options: packages, and what tells a platform.
var nixosWhole = map[string]bool{
	"kernelPackages": true, "kernelPackage": true, "dtbSource": true, "package": true, "pkgs": true, "hostPlatform": true, "buildPlatform": true,
}

// NixOSOption is the option of NixOS that the beginning of a path is: all of it, for all that is known, but for what stands below an
// entry of a set, such as a service, and below a package. isEntry tells such an entry.
func NixOSOption(path []string) (option []string, isEntry bool) {
	for i := range path {
		at := strings.Join(path[:i+1], ".")
		if nixosEntries[at] && i+1 < len(path) {
			return path[:i+2], true
		}
		if nixosWhole[path[i]] && i > 0 {
			return path[:i+1], false
		}
	}
	return path, false
}

// NixOSPath is the path of an option of NixOS with dots; a name that needs quotes stands in them.
func NixOSPath(path []string) string {
	isOdd := func(name string) bool { return strings.ContainsAny(name, "./ @:") || name == "" }
	if slices.ContainsFunc(path, isOdd) {
		path = slices.Clone(path)
		for i, name := range path {
			if isOdd(name) {
				path[i] = `"` + name + `"`
			}
		}
	}
	return strings.Join(path, ".")
}

// Effects are what the revision does with an option of NixOS, by its path, in the order of files and lines.
func (c *Catalog) Effects(option string) []Effect {
	all := c.effects()
	from, _ := slices.BinarySearchFunc(all, option, func(e Effect, o string) int { return strings.Compare(e.Option, o) })
	to := from
	for to < len(all) && all[to].Option == option {
		to++
	}
	return all[from:to]
}

// CompareEffects is the order of effects: by option, file and line first.
func CompareEffects(a, b Effect) int {
	return cmp.Or(
		cmp.Compare(a.Option, b.Option), cmp.Compare(a.File, b.File), a.Line-b.Line, cmp.Compare(a.Does, b.Does), cmp.Compare(a.Into, b.Into),
		cmp.Compare(a.Value, b.Value), slices.Compare(a.When, b.When), a.Priority-b.Priority,
	)
}

// EffectsBelow are what the revision does with the options of NixOS below a path.
func (c *Catalog) EffectsBelow(set string) []Effect {
	all, below := c.effects(), set+"."
	from, _ := slices.BinarySearchFunc(all, below, func(e Effect, o string) int { return strings.Compare(e.Option, o) })
	to := from
	for to < len(all) && strings.HasPrefix(all[to].Option, below) {
		to++
	}
	return all[from:to]
}

// EffectHistory says since when, and until when, the modules do anything with an option of NixOS.
func (l *Library) EffectHistory(option string) (History, bool) {
	return l.historyOf(option, l.effects().of(effectEntry+option+" 0"), nil)
}

// NixOSSummary is the project's own description of what an option of NixOS means on a Jetson, or nothing. One whose path has * holds for
// every entry of a set: users.users.*.extraGroups.
func (l *Library) NixOSSummary(path []string) string {
	if name, ok := l.Name("config." + NixOSPath(path)); ok {
		return name.Summary
	}
	for i := range path {
		if set := strings.Join(path[:i+1], "."); nixosEntries[set] && i+1 < len(path) {
			name, _ := l.Name("config." + strings.Join(append([]string{set, "*"}, path[i+2:]...), "."))
			return name.Summary
		}
	}
	return ""
}
