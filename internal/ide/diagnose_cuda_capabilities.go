package ide

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

const configureCudaOption = catalog.Namespace + ".configureCuda"

// replacesCapabilities is when jetpack-nixos began to set nixpkgs.config with mkBefore (ef04b05): of
// lists of one name, NixOS then takes the user's.
var replacesCapabilities = time.Date(2025, 9, 24, 0, 0, 0, 0, time.UTC)

// NixOS merges nixpkgs.config with lib.recursiveUpdate: of two lists, the last counts (mergeConfig in
// nixos/modules/misc/nixpkgs.nix). On 2026-02-12 the changes that would join lists were still open
// (NixOS/nixpkgs#489889, #368051), and NixOS 25.11 had been released: what came later is not known.
const lastReplacing = "25.11"

var joinsListsAfter = time.Date(2026, 2, 12, 0, 0, 0, 0, time.UTC)

// capabilitiesOfHost reports lists of CUDA capabilities that lack the one of the host's SoM, and a nixpkgs with CUDA that
// names none: a Jetson's are not among nixpkgs' defaults.
func (d *diagnoser) capabilitiesOfHost(h *host.Host) {
	b := boardOf(h)
	wanted := d.capability(b.som)
	if !b.enabled || b.unknown[catalog.SoMOption] || wanted == "" || h.Packages.Open {
		return
	}
	isUpstreams := !h.Packages.Given && d.mayConfigureCuda(h)
	support := h.Packages.Config["cudaSupport"]
	isOn := len(support) > 0 || isUpstreams
	for _, s := range support {
		isOn = isOn && s.Condition == host.Yes && s.Plain == true
	}
	lists := h.Packages.Config["cudaCapabilities"]
	if !isOn || isUpstreams && (len(lists) == 0 || !d.replacesUpstream(h)) {
		return
	}
	if len(lists) == 0 {
		d.reportCapability(h, support[len(support)-1], fmt.Sprintf(
			"Add cudaCapabilities = [ %q ], the capability of %s: cudaSupport alone builds nothing for a Jetson", wanted, b.som), nil)
		return
	}
	for _, l := range lists {
		items, ok := l.Plain.([]any)
		isWanted := func(item any) bool {
			s, isString := item.(string)
			return !isString || strings.TrimRight(s, "af") == wanted // 11.0f is a variant of 11.0
		}
		if !ok || l.Condition != host.Yes || slices.ContainsFunc(items, isWanted) {
			return
		}
	}
	d.reportCapability(h, lists[len(lists)-1], fmt.Sprintf("cudaCapabilities lacks %q, the capability of %s: nothing is built for its GPU",
		wanted, b.som), &wanted)
}

// capability is the CUDA capability of a SoM's GPU; empty where it has not one alone. It is the same in all revisions.
func (d *diagnoser) capability(som string) string {
	known, _ := d.sn.Library().Newest().SoM(som)
	if len(known.CUDACapabilities) != 1 {
		return ""
	}
	return known.CUDACapabilities[0]
}

// mayConfigureCuda reports whether jetpack-nixos may set the capabilities of a host itself. Where the user turns that off, the
// one definition of upstream's that may be stronger turns it off as well.
func (d *diagnoser) mayConfigureCuda(h *host.Host) bool {
	v, ok := h.Option(configureCudaOption)
	isOff := func(d host.Definition) bool { return d.Condition == host.Yes && d.Plain == false && d.Priority <= 100 }
	return ok && (len(v.Definitions) == 0 ||
		slices.ContainsFunc(v.Definitions, func(d host.Definition) bool { return !isOff(d) }))
}

// replacesUpstream reports whether a list of the user's certainly takes the place of the one of jetpack-nixos.
func (d *diagnoser) replacesUpstream(h *host.Host) bool {
	nixpkgs, ok := d.nixpkgsOf(h)
	isOld := ok && (nixpkgs.Release != "" && nixpkgs.Release <= lastReplacing || nixpkgs.IsBefore("", joinsListsAfter))
	r := d.pinned.Catalog.Revision
	return isOld && r.Known() && r.Date.After(replacesCapabilities)
}

// reportCapability reports what is wrong with a definition of a host, if it is of this document. The fixes write what is
// lacking into its list.
func (d *diagnoser) reportCapability(h *host.Host, of host.Definition, message string, lacking *string) {
	at := of.Origin
	if !isIn(at, d.doc) {
		at = of.Value
	}
	if !isIn(at, d.doc) {
		return // it is a finding of the other document
	}
	found := Diagnostic{Span: at.Span, Code: CodeCUDACapabilities, Message: message, Host: HostName(h)}
	if at != of.Value {
		found.Related = append(found.Related, related(of.Path, "the value is used here"))
	}
	if lacking != nil {
		found.Fixes = d.addingTo(at.Span, strconv.Quote(*lacking))
		switch isFor := func(other *host.Host) bool { return d.capability(boardOf(other).som) == *lacking }; {
		case len(found.Fixes) < 2:
		case slices.ContainsFunc(d.builtWith(at), func(other *host.Host) bool { return !isFor(other) }):
			found.Fixes = found.Fixes[:1] // another machine may need what stands there
		case !h.Packages.Given: // packages that a flake gives a host may serve its shells, too
			slices.Reverse(found.Fixes)
		}
	}
	d.reportForHost(found)
}

// builtWith are the hosts of the document's configuration whose list of capabilities is the one that is written at a place.
func (d *diagnoser) builtWith(at host.Location) (all []*host.Host) {
	c := d.sn.Configuration(d.doc.Dir())
	if c == nil {
		return nil
	}
	for _, h := range c.Hosts {
		if slices.ContainsFunc(h.Packages.Config["cudaCapabilities"], func(l host.Definition) bool { return l.Origin == at || l.Value == at }) {
			all = append(all, h)
		}
	}
	return all
}

// addingTo are the fixes that put an element into the list that is written at a span: behind the last one, and in place of the
// only one; none if no list is written there.
func (d *diagnoser) addingTo(at text.Span, element string) []Fix {
	for n := range syntax.Ancestors(d.doc.Tree().NodeAt(at.Start)) {
		if n.Kind() != syntax.List || n.Span() != at {
			continue
		}
		items := slices.Collect(n.Children())
		behind := text.Span{Start: at.Start + 1, End: at.Start + 1}
		if len(items) > 0 {
			last := items[len(items)-1].Span()
			behind = text.Span{Start: last.End, End: last.End}
		}
		fixes := []Fix{{Title: "Add " + element, Edits: here(text.Edit{Span: behind, NewText: " " + element})}}
		if len(items) == 1 {
			fixes = append(fixes, changeTo(items[0].Span(), element))
		}
		return fixes
	}
	return nil
}
