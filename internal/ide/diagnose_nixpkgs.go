package ide

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
)

// nixpkgsNeed is something of nixpkgs that jetpack-nixos cannot do without.
type nixpkgsNeed struct {
	// since is the day from which revisions of jetpack-nixos need it.
	since time.Time
	// release is the first release of NixOS that has it. It came into nixpkgs after the day before.
	release string
	before  time.Time
	words   string
	// cuda says that only a system with CUDA needs it.
	cuda bool
}

// nixpkgsNeeds are the needs that upstream's history tells, the newest first.
var nixpkgsNeeds = []nixpkgsNeed{
	// 4aec418, on the mainline since 2770157: the package sets of CUDA are those of nixpkgs, changed by overrides of their manifests and by
	// _cuda.extensions. Until then a comment in overlay.nix called 25.05 the oldest release that is supported; CI runs 25.11. The extensions
	// came with NixOS/nixpkgs#406568, which was still in review on 2025-06-17.
	{day(2026, 1, 28), "25.11", day(2025, 6, 1), "needs the CUDA packages of NixOS 25.11", true},
	// 225291a, on the mainline since 49d51b7: the modules set hardware.nvidia-container-toolkit.csv-files, under a condition, which does not help.
	// NixOS/nixpkgs#401840 of 2025-04-25 asked for it. The nixpkgs of 225291a was nixos-25.05.
	{day(2025, 8, 18), "25.05", day(2025, 4, 25), "sets hardware.nvidia-container-toolkit.csv-files, which came with NixOS 25.05", false},
	// f3c691d, on the mainline since 561059d: the modules set hardware.graphics, which NixOS 24.05, released on 2024-05-31, calls
	// hardware.opengl.
	{day(2025, 1, 4), "24.11", day(2024, 5, 15), "sets hardware.graphics, which came with NixOS 24.11", false},
}

// newestNeeded is the first release of NixOS that has all that a revision of a day may need.
func newestNeeded(at time.Time) string {
	i := slices.IndexFunc(nixpkgsNeeds, func(n nixpkgsNeed) bool { return !at.Before(n.since) })
	return nixpkgsNeeds[i].release
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// nixpkgsOf is the nixpkgs whose nixosSystem makes a host: as flake.lock has it, or else as the flake asks for it.
func (d *diagnoser) nixpkgsOf(h *host.Host) (pins.Nixpkgs, bool) {
	c := d.sn.Configuration(d.doc.Dir())
	if c == nil || h.Packages.Input == "" {
		return pins.Nixpkgs{}, false
	}
	n, ok := c.Nixpkgs[h.Packages.Input]
	return n, ok
}

// nixpkgsOfHost reports a nixpkgs that lacks what the pinned jetpack-nixos needs, at its address in the flake.
func (d *diagnoser) nixpkgsOfHost(h *host.Host) {
	r := d.pinned.Catalog.Revision
	if h.Jetpack != host.Yes || !r.Known() || !d.isCertain() || h.Packages.Input == "" {
		return
	}
	if enabled, _ := certain(h, catalog.EnableOption); enabled != true {
		return
	}
	address, at := d.addressOf(h.Packages.Input)
	if address == "" {
		return
	}
	nixpkgs, ok := d.nixpkgsOf(h)
	if !ok {
		nixpkgs, ok = pins.NixpkgsAt(address)
	}
	if !ok {
		return
	}
	for _, need := range nixpkgsNeeds {
		if r.Date.Before(need.since) || need.cuda && !configuresCuda(h) || !nixpkgs.IsBefore(need.release, need.before) {
			continue
		}
		is := "NixOS " + nixpkgs.Release
		if nixpkgs.Release == "" {
			is = "of " + nixpkgs.LastModified.Format(time.DateOnly)
		}
		found := Diagnostic{
			Span: at, Code: CodeNixpkgsTooOld, Host: HostName(h),
			Message: fmt.Sprintf("%s is too old (%s): %s (%s) %s", h.Packages.Input, is, d.revision(), r.Day(), need.words),
		}
		if old := nixpkgs.Release; old != "" && strings.Count(address, old) == 1 {
			found.Fixes = []Fix{changeTo(at, syntax.Quoted(strings.Replace(address, old, newestNeeded(r.Date), 1)))}
		}
		d.reportForHost(found)
		return
	}
}

// configuresCuda reports whether a host certainly has CUDA: its user says so, or turns on the graphics that CUDA follows.
func configuresCuda(h *host.Host) bool {
	v, _ := h.Option(configureCudaOption)
	for _, d := range v.Definitions {
		if d.Condition != host.Yes || d.Plain != true {
			return false
		}
	}
	graphics, _ := certain(h, "hardware.graphics.enable")
	return len(v.Definitions) > 0 || graphics == true
}

// addressOf is the address of a flake input, and where it is written in the document; empty where none is.
func (d *diagnoser) addressOf(input string) (address string, at text.Span) {
	for definition := range module.Definitions(d.doc.Tree(), "url") {
		p := definition.Path.Known()
		if len(p) != 3 || len(definition.Path) != 3 || p[0].Name != "inputs" || p[1].Name != input {
			continue
		}
		value := definition.Binding.Value()
		if address, ok := syntax.StringValue(value); ok && syntax.IsClosed(value) {
			return address, value.Span()
		}
	}
	return "", text.Span{}
}
