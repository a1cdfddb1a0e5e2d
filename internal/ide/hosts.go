package ide

import (
	"jetpills/internal/catalog"
	"path/filepath"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

// HostFacts are what the options of a host come to. What is not certain is empty.
type HostFacts struct {
	SoM, CarrierBoard string
	// Major is the JetPack generation.
	Major string
	// JetPack, L4T, Kernel and CUDA are versions.
	JetPack, L4T, Kernel, CUDA string
	// Capability is the CUDA compute capability of the SoM, as in 8.7.
	Capability string
	// Flash is the command that builds the script which flashes the host.
	Flash string
}

// FactsOf are the facts of one host of a configuration.
func FactsOf(c *workspace.Configuration, h *host.Host) HostFacts {
	f := HostFacts{SoM: hostString(h, catalog.SoMOption), CarrierBoard: hostString(h, catalog.CarrierBoardOption), Major: hostString(h, catalog.MajorVersionOption)}
	if h.Jetpack != host.Yes {
		return f
	}
	som, _ := c.Pinned.Catalog.SoM(f.SoM)
	if _, ok := c.Pinned.Catalog.Option(catalog.MajorVersionOption); !ok {
		f.Major = som.DefaultMajor
	}
	f.Capability = strings.Join(som.CUDACapabilities, ", ")
	if g, ok := c.Pinned.Catalog.Generation(f.Major); ok {
		f.JetPack, f.L4T, f.Kernel, f.CUDA = g.JetPack, g.L4T, g.Kernel, g.CUDA
		if g.RealtimeSuffix != "" {
			switch realtime, _ := certain(h, realtimeOption); realtime {
			case true:
				f.Kernel += g.RealtimeSuffix
			case nil:
				f.Kernel = ""
			}
		}
	}
	if h.Variant == "" {
		f.Flash = flashCommand(c.Entry, h.Name)
	}
	return f
}

const realtimeOption = "hardware.nvidia-jetpack.kernel.realtime"

// flashCommand builds the flash script in the folder of the entry. config.system.build.flashScript is in every revision since
// 2022-11.
func flashCommand(entry, name string) string {
	const script = "config.system.build.flashScript"
	if filepath.Base(entry) != "flake.nix" {
		return "nix-build '<nixpkgs/nixos>' -I nixos-config=./" + filepath.Base(entry) + " -A " + script
	}
	attribute := ".#nixosConfigurations." + syntax.WrittenName(name) + "." + script
	if syntax.IsName(name) {
		return "nix build " + attribute
	}
	return "nix build '" + attribute + "'"
}

// certain is the value that an option of a host certainly has.
func certain(h *host.Host, path string) (any, bool) {
	v, ok := h.Get(strings.Split(path, ".")...)
	if !ok || v.Certainty < host.Default || len(v.Values) != 1 {
		return nil, false
	}
	return v.Values[0], true
}

func hostString(h *host.Host, path string) string {
	v, _ := certain(h, path)
	s, _ := v.(string)
	return s
}

// HostName is what a host is called: the attribute in nixosConfigurations, and the variant of it.
func HostName(h *host.Host) string {
	if h.Variant == "" {
		return h.Name
	}
	return h.Name + "." + h.Variant
}
