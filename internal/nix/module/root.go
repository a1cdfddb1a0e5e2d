package module

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
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
	// modules
	within("config"),
	within("options"),
	within("imports"),
	within("[]"), // a list of modules, as imports is
	// options of NixOS, and of well-known modules, that hold a system
	within("specialisation.*.configuration"),
	within("virtualisation.vmVariant"),
	within("virtualisation.vmVariantWithBootLoader"),
	within("virtualisation.vmVariantWithDisko"),
	within("containers.*.config"),
	within("microvm.vms.*.config"),
	within("image.modules.*"),
	// arguments of functions that make a system, or several
	within("modules.[]"),
	within("*.modules.[]"),
	within("extraModules.[]"),
	within("baseModules.[]"),
	within("module"),
	within("configuration"),
	within("machine"),
	within("defaults"),
	within("nodes.*"),
	within("machines.*"),
	within("colmena.*"),
	// flakes
	within("outputs"),
	within("flake"),
	anywhere("nixosConfigurations.*"),
	anywhere("nixosModules.*"),
	anywhere("nixosModule"),
	anywhere("modules.nixos.*"),
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
		case part.opens(), part == beyond:
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
	if slices.ContainsFunc(p[:min(2, len(p))], func(part Part) bool { return part.Own }) {
		return false
	}
	// A variable begins a path, or comes right behind the boundary that a let is.
	isReference := slices.ContainsFunc(p[:min(2, len(p))], func(part Part) bool { return part.Variable })
	// The lowest bit of ends says whether a root begins, or the path ends, at i,
	// the next one says so of i-1.
	for i, ends := len(p), uint(1); ends != 0; i, ends = i-1, ends>>1 {
		if ends&1 == 0 {
			continue
		}
		if i == 0 || p[i-1].opens() {
			return true
		}
		if name := p[:i].Last(); isReference && (name == "config" || name == "options") {
			return true
		}
		for _, r := range roots {
			if !r.ends(p[:i]) {
				continue
			}
			if r.anywhere {
				return true
			}
			ends |= 1 << len(r.names)
		}
	}
	return false
}

// otherSystems are the functions that take modules which are none of NixOS's.
var otherSystems = []string{"submodule", "submoduleWith", "homeManagerConfiguration", "darwinSystem"}

// isConfiguration reports whether a name is what modules of any system call their configuration, or their options.
func isConfiguration(name string) bool { return name == "config" || name == "options" }

// IsSystemModule reports whether a function takes arguments as modules do, and stands where one of a NixOS system may: not
// where one of a submodule or of home-manager does, or anything else under the name of somebody else's.
func IsSystemModule(lambda syntax.Node) bool {
	l, ok := syntax.AsLambda(lambda)
	return ok && !l.Formals().IsZero() && PathOf(lambda).IsRoot()
}

// isOtherModule reports whether a function is a module of a submodule, of home-manager or the like: its config is that of its own
// system. A function without an ellipsis is called by the text, with whatever configuration.
func isOtherModule(lambda syntax.Node) bool {
	l, ok := syntax.AsLambda(lambda)
	if !ok || !l.Formals().HasEllipsis() {
		return false
	}
	p := PathOf(lambda)
	return !p.IsRoot() && !slices.ContainsFunc(p, Part.opens)
}
