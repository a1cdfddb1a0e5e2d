package module

import (
	"slices"
	"strings"
)

// A root is a place in a path below which the options of a NixOS system begin.
type root struct {
	// names are the names of the place, the last one last. "*" is any name or
	// element of a list, "[]" an element alone.
	names []string
	// anywhere says that the names tell so by themselves. Other roots are roots
	// only where nothing, or another root, stands before them.
	anywhere bool
}

// roots are all of them. What is under any other name is not NixOS's:
// services.x.settings and my are sets of somebody else's.
var roots = []root{
	// outputs of flakes, and lists of modules
	anywhere("nixosConfigurations.*"),
	anywhere("nixosModules.*"),
	anywhere("nixosModule"),
	anywhere("modules.nixos.*"),
	anywhere("modules.[]"),
	anywhere("extraModules.[]"),
	anywhere("baseModules.[]"),
	// modules
	within("config"),
	within("options"),
	within("imports"), // its elements
	within("[]"),
	// options of NixOS, and of well-known modules, that hold a system
	within("specialisation.*.configuration"),
	within("virtualisation.vmVariant"),
	within("virtualisation.vmVariantWithBootLoader"),
	within("virtualisation.vmVariantWithDisko"),
	within("containers.*.config"),
	within("microvm.vms.*.config"),
	within("image.modules.*"),
	// flakes, and the arguments of functions that make a system
	within("outputs"),
	within("flake"),
	within("module"),
	within("configuration"),
	within("machine"),
	within("defaults"),
	within("nodes.*"),
	within("machines.*"),
	within("colmena.*"),
}

func within(names string) root { return root{names: strings.Split(names, ".")} }

func anywhere(names string) root { return root{strings.Split(names, "."), true} }

// ends reports whether a path ends with the root's names.
func (r root) ends(p Path) bool {
	if len(p) < len(r.names) {
		return false
	}
	for i, part := range p[len(p)-len(r.names):] {
		isElement := part.Known && part.Name == Element
		switch name := r.names[i]; {
		case part.opens():
			return false
		case name == "*":
		case name == "[]":
			if !isElement {
				return false
			}
		case !part.Known || part.Name != name:
			return false
		}
	}
	return true
}

// opens reports whether what stands outside of the part says nothing about
// what stands inside: a call, a variable.
func (p Part) opens() bool { return p.Variable || p == boundary }

// IsRoot reports whether NixOS's options begin below the path: whether it leads
// to a system's configuration, and not to a set of somebody else's. A call and
// a variable may give any configuration, and so does what a reference calls
// config or options: evaluated.config.
func (p Path) IsRoot() bool {
	isReference := slices.ContainsFunc(p, func(part Part) bool { return part.Variable })
	for len(p) > 0 && !p[len(p)-1].opens() {
		if name := p.Last(); isReference && (name == "config" || name == "options") {
			return true
		}
		var longest root
		for _, r := range roots {
			if r.ends(p) && len(r.names) > len(longest.names) {
				longest = r
			}
		}
		if longest.names == nil || longest.anywhere {
			return longest.anywhere
		}
		p = p[:len(p)-len(longest.names)]
	}
	return true
}
