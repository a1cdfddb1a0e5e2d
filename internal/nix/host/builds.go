package host

import (
	"cmp"
	"slices"

	"jetpills/internal/nix/eval"
)

// Build is a package of the flake that is something which a host builds.
type Build struct {
	// Host is the host's name.
	Host string
	// System and Name say which package it is: packages.SYSTEM.NAME.
	System, Name string
	// What is the name in config.system.build, or in pkgs.nvidia-jetpack, whose value the package is: flashScript.
	What string
}

// buildsAt are where a system has what it builds. The modules of jetpack-nixos take the scripts from its packages.
var buildsAt = [][]string{{"config", "system", "build"}, {"pkgs", "nvidia-jetpack"}}

// builds are the packages of the flake that are certainly what some of the hosts build, by host.
func (r *run) builds(hosts []found) (all []Build) {
	names := map[string][]string{} // by that of the system
	for _, f := range hosts {
		if s := r.asSystem(r.Select(r.configurations(f.output), f.name)); s != nil {
			names[s.name()] = append(names[s.name()], f.name)
		}
	}
	packages := []eval.Value{r.Select(r.Merged(r.outputs()), "packages")}
	for _, flake := range r.parts {
		packages = append(packages, r.packagesPerSystem(flake))
	}
	for _, of := range packages {
		for _, system := range r.certain(of) {
			for _, p := range r.certain(r.Force(system.Thunk)) {
				s, ok := r.Force(p.Thunk).(*eval.Symbol)
				if !ok || len(s.Path) < 3 {
					continue
				}
				at, what := s.Path[1:len(s.Path)-1], s.Path[len(s.Path)-1]
				if !slices.ContainsFunc(buildsAt, func(path []string) bool { return slices.Equal(path, at) }) {
					continue
				}
				for _, host := range names[s.Path[0]] {
					all = append(all, Build{host, system.Name, p.Name, what})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b Build) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.What, b.What), cmp.Compare(a.System, b.System), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(all)
}

// certain are the attributes that a set certainly has.
func (r *run) certain(v eval.Value) (all []eval.Attr) {
	set, ok := r.Merged(v).(*eval.Attrs)
	if !ok {
		return nil
	}
	for a := range set.All() {
		if !a.Maybe {
			all = append(all, a)
		}
	}
	return all
}

// name is what the config and the packages of a system begin with where nobody looks into it.
func (s *system) name() string { return "system " + s.id }
