package ide

import (
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
	"jetpills/internal/starter"
	"jetpills/internal/workspace"
)

// flashScripts are what jetpack-nixos has in config.system.build that flashes a host, the best first.
var flashScripts = []string{"flashScript", "initrdFlashScript", "legacyFlashScript"}

// flashOf is the command that builds the flash script of a host in the folder of the entry, and the path of the program that it leaves
// there: a package of the flake, the ready script of upstream, or what the configuration has.
func flashOf(c *workspace.Configuration, h *host.Host) (build, program string) {
	revision := c.PinnedOf(h).Catalog
	at := func(script string) string {
		begin, name := c.Library.FlashProgram(revision, script), programName(c, h)
		if begin == "" || name == "" {
			return ""
		}
		return inResult(begin + name)
	}
	if filepath.Base(c.Entry) == "configuration.nix" {
		return "nix-build '<nixpkgs/nixos>' -I nixos-config=./" + filepath.Base(c.Entry) + " -A config." + revision.FlashScript(), at(flashScripts[0])
	}
	if own, ok := flashPackage(c, h); ok {
		if own.System == flashSystem {
			return starter.Build("", own.Name, ""), at(own.What)
		}
		return starter.Build("packages."+own.System+".", own.Name, ""), at(own.What)
	}
	if ready, ok := readyFlash(c, h); ok {
		if ready.Program != "" {
			program = inResult(ready.Program)
		}
		return ready.Build, program
	}
	if h.Output == "" {
		return "", ""
	}
	return starter.BuildOwn(revision, h.Output, h.Name), at(flashScripts[0])
}

func inResult(program string) string { return "./result/bin/" + program }

// programName is what the names of the programs end in that flash a host and burn its fuses; empty if it is not certain.
func programName(c *workspace.Configuration, h *host.Host) string {
	option := nameOption
	if _, ok := c.PinnedOf(h).Catalog.Option(nameOption); !ok {
		option = hostNameOption
	}
	name := hostString(h, option)
	if !plainName.MatchString(name) {
		return ""
	}
	return name
}

const (
	nameOption     = catalog.Namespace + ".name"
	hostNameOption = "networking.hostName"
)

// plainName is a name that a shell takes as it is.
var plainName = pattern.New(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// flashSystem is the system on which the flash scripts of jetpack-nixos work (flake.nix).
const flashSystem = "x86_64-linux"

// flashPackage is the package of the flake that is the flash script of a host, for the system on which that works if there are
// several; of a package in several ways named the first by name.
func flashPackage(c *workspace.Configuration, h *host.Host) (best host.Build, ok bool) {
	rank := func(b host.Build) int {
		n := 2 * slices.Index(flashScripts, b.What)
		if b.System != flashSystem {
			n++
		}
		return n
	}
	for _, b := range c.Builds {
		isBetter := !ok || rank(b) < rank(best)
		if b.Host == h.Name && slices.Contains(flashScripts, b.What) && syntax.IsName(b.System) && isBetter {
			best, ok = b, true
		}
	}
	return best, ok
}

// readyFlash is the ready script of upstream that writes the same firmware as a host's own: the host has the board of one of upstream's
// configurations, and certainly nothing else that gets into the firmware. A package of the user's goes before it.
func readyFlash(c *workspace.Configuration, h *host.Host) (f starter.Flashing, ok bool) {
	pinned := c.PinnedOf(h)
	if filepath.Base(c.Entry) != "flake.nix" || !pinned.Basis.IsCertain() {
		return f, false
	}
	if _, hasOwn := flashPackage(c, h); hasOwn {
		return f, false
	}
	board := starter.Host{
		Name: h.Name, SoM: hostString(h, catalog.SoMOption), CarrierBoard: hostString(h, catalog.CarrierBoardOption), Major: majorOf(c, h),
	}
	super, isKnown := certain(h, superOption)
	board.Super = super == true
	if _, has := pinned.Catalog.Option(superOption); has && !isKnown || board.Major == "" {
		return f, false
	}
	if f, ok = starter.Ready(pinned.Catalog, board, h.Source.Input); !ok || changesFirmware(pinned.Catalog, h) {
		return starter.Flashing{}, false
	}
	return f, true
}

// changesFirmware reports whether a host may have firmware that its board alone does not tell.
func changesFirmware(c *catalog.Catalog, h *host.Host) bool {
	o := h.Packages.Overlays
	if h.Bound != nil || len(h.Unseen) > 0 || h.Replaced || h.Packages.Given || o.Open || o.Unrelated || len(o.Scopes)+len(o.Members) > 0 {
		return true
	}
	return slices.ContainsFunc(slices.Concat(h.Values, h.Undeclared), func(v host.Value) bool {
		path := strings.Join(v.Path, ".")
		if !isOfFirmware(path) {
			return false
		}
		option, _ := c.Option(path)
		// An option that neither the workspace nor jetpack-nixos defines has its default, unless it is not known what defines it.
		isOpen := v.Certainty < host.Default && slices.Contains(literals, option.Default) && !h.DefinedElsewhere(v.Path...)
		return isOpen || slices.ContainsFunc(v.Definitions, func(d host.Definition) bool { return d.Condition != host.No })
	})
}

// literals are defaults that hang on nothing.
var literals = []string{"null", "false", "[ ]", `""`}

// isOfFirmware reports whether the value of an option may get into the flash script or the firmware in it (device-pkgs/ and
// overlay-with-config.nix). The device trees come from the kernel.
func isOfFirmware(path string) bool {
	switch path {
	case autoUpdateOption, catalog.Namespace + ".bootloader.autoUpdate", catalog.Namespace + ".firmware.maxAllowedDowngrade", "hardware.deviceTree.enable":
		return false // they are for the running system
	case kernelOption, kernelPatchesOption, realtimeOption, nameOption, catalog.Namespace + ".flasherPkgs":
		return true
	}
	return slices.ContainsFunc([]string{
		catalog.Namespace + ".firmware.", catalog.Namespace + ".bootloader.", catalog.Namespace + ".flashScriptOverrides.", "hardware.deviceTree.",
	}, func(set string) bool { return strings.HasPrefix(path, set) })
}

const kernelPatchesOption = "boot.kernelPatches"
