package starter

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
)

// Flashing is how a host is flashed.
type Flashing struct {
	// Build is the command that builds the flash script in the folder of the flake. It is empty for a name that no command line of Nix
	// can have.
	Build string
	// Program is the name of the program in the result; empty where it is not certain.
	Program string
	// Package is the ready script of upstream, a package of its flake; empty for the script of the host's own configuration.
	Package string
}

// Flash says how to flash a host that has no settings besides its board: by the ready script of upstream for that board, which a PC
// builds alone, or else by the host's own, whose kernel and firmware are built on aarch64. Input is the flake's name for jetpack-nixos.
func Flash(c *catalog.Catalog, h Host, input string) Flashing {
	if f, ok := Ready(c, h, input); ok {
		return f
	}
	return Flashing{Build: BuildOwn(c, configurations, h.Name), Program: program(c, h)}
}

// Ready is the ready script of upstream for the board of a host, if there is one. Upstream's flake.nix names it after the board since
// a15d04a, with the JetPack behind if that is not the SoM's default.
func Ready(c *catalog.Catalog, h Host, input string) (f Flashing, ok bool) {
	som, _ := c.SoM(h.SoM)
	name := "flash-" + h.SoM
	if h.Super {
		name += "-super"
	}
	name += "-" + h.CarrierBoard
	if major := h.major(c); major != som.DefaultMajor {
		name += "-jp" + major
	}
	outputs, _ := c.Output("packages.x86_64-linux")
	if !slices.Contains(outputs.Names, name) || !syntax.IsName(input) {
		return f, false
	}
	return Flashing{"nix build --inputs-from . " + input + "#" + name, program(c, h), name}, true
}

// program is the name of the flash script of a board, by the default of the option name; empty in revisions that have no such option.
func program(c *catalog.Catalog, h Host) string {
	if _, ok := c.Option(catalog.Namespace + ".name"); !ok {
		return ""
	}
	return "initrd-flash-" + h.SoM + "-" + cmp.Or(h.CarrierBoard, "generic")
}

// BuildOwn builds the flash script of a host's own configuration, which an output of the flake has.
func BuildOwn(c *catalog.Catalog, output, name string) string {
	return Build(output+".", name, ".config."+c.FlashScript())
}

// configurations is the output of a flake that has the hosts.
const configurations = "nixosConfigurations"

// Build is the command that builds an attribute of the flake in the folder. It is empty for a name that no command line of Nix can have.
func Build(before, name, behind string) string {
	of := Installable(before, name, behind)
	if of == "" {
		return ""
	}
	return "nix build " + of
}

// Installable is an attribute of the flake in the folder, by a name and what stands around it, as a word of a command line. It is
// empty for a name that no command line of Nix can have.
func Installable(before, name, behind string) string {
	// Nix decodes the part after # like that of a URL. It then takes what stands in quotes as it is, without escapes.
	switch written := url.PathEscape(name); {
	case name == "" || strings.Contains(name, `"`):
		return ""
	case written == name && syntax.IsName(name):
		return ".#" + before + name + behind
	default:
		return "'.#" + before + `"` + written + `"` + behind + "'"
	}
}
