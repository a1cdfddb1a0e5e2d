package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
)

// cudaRange is the CUDA releases that run on a JetPack: from a release up to, and without, another.
type cudaRange struct {
	from, until [2]int
	words       string
}

// cudaRanges are, by JetPack major, the releases that the assertions of jetpack-nixos allow (modules/cuda.nix; since 0d80d8b in
// modules/default.nix): the first natively, later ones with cuda_compat. They hold for all revisions but the first with JetPack 7, which
// ran it with CUDA 12.6 and refused CUDA 13.
var cudaRanges = map[string]cudaRange{
	"5": {[2]int{11, 4}, [2]int{12, 3}, "11.4 to 12.2"},
	"6": {[2]int{12, 4}, [2]int{13, 0}, "12.4 to 12.9"},
	"7": {[2]int{13, 0}, [2]int{99, 0}, "13.0 and later"},
}

// lacks reports whether no release of a package set is in the range. Without a minor, the set has one of its major.
func (r cudaRange) lacks(major, minor int, hasMinor bool) bool {
	if !hasMinor {
		last := r.until[0]
		if r.until[1] == 0 {
			last--
		}
		return major < r.from[0] || major > last
	}
	release := [2]int{major, minor}
	return slices.Compare(release[:], r.from[:]) < 0 || slices.Compare(release[:], r.until[:]) >= 0
}

// lacksVersion reports whether a version such as 12.6.10 is not certainly in the range.
func (r cudaRange) lacksVersion(version string) bool {
	var major, minor int
	n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return n < 2 || r.lacks(major, minor, true)
}

var cudaSetName = pattern.New(`^cudaPackages_(\d{1,2})(?:_(\d{1,2}))?$`)

// cudaUse is a place in a document that certainly takes a package set of one CUDA release, if the module around it is one of a host.
type cudaUse struct {
	module.Place
	name         string
	major, minor int
	hasMinor     bool
}

// cudaSetOfHost reports package sets of CUDA releases that do not run on the host's JetPack.
func (d *diagnoser) cudaSetOfHost(h *host.Host) {
	b, major := boardOf(h), d.majorOf(h)
	runs, ok := cudaRanges[major]
	if g, _ := d.pinned.Catalog.Generation(major); !b.enabled || !ok || runs.lacksVersion(g.CUDA) {
		return
	}
	for _, use := range d.cudaUses() {
		if !runs.lacks(use.major, use.minor, use.hasMinor) || !isModuleOf(h, d.doc, use.Binder) {
			continue
		}
		found := Diagnostic{
			Span: use.Span, Code: CodeCUDASet, Host: HostName(h),
			Message: fmt.Sprintf("%s does not run on JetPack %s, which runs CUDA %s", use.name, major, runs.words),
		}
		if d.doc.Text[use.Span.Start:use.Span.End] == use.name && use.Node.Parent().Kind() != syntax.Inherit {
			if set := d.cudaPackages(); set != "" {
				found.Fixes = []Fix{changeTo(use.Span, set)}
			}
		}
		d.reportForHost(found)
	}
}

// majorOf is the JetPack that a host certainly has; empty where that is not known.
func (d *diagnoser) majorOf(h *host.Host) string {
	if all := d.pinned.Catalog.Generations(); len(all) == 1 {
		return all[0].Major
	}
	major := hostString(h, catalog.MajorVersionOption)
	if _, ok := d.pinned.Catalog.Generation(major); !ok {
		return "" // NixOS refuses the value
	}
	if som, ok := d.pinned.Catalog.SoM(hostString(h, catalog.SoMOption)); ok && som.Majors != nil && !slices.Contains(som.Majors, major) {
		return "" // an assertion refuses it; the other of the two may be what is wrong
	}
	return major
}

// cudaPackages is the package set that goes with the host's JetPack, as a name below pkgs; empty where there is none. Where the overlay
// sets cudaPackages, the module makes it that of the JetPack.
func (d *diagnoser) cudaPackages() string {
	const name = "cudaPackages"
	if slices.ContainsFunc(d.pinned.Catalog.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == name }) {
		return name
	}
	if _, ok := d.pinned.Catalog.Package(name); ok {
		return catalog.ScopeName + "." + name
	}
	return ""
}

// cudaUses are the places at which the document takes a package set of one CUDA release from a module's pkgs, and certainly so.
func (d *diagnoser) cudaUses() []cudaUse {
	if d.usesOfCUDA != nil || !strings.Contains(d.doc.Text, "cudaPackages_") {
		return d.usesOfCUDA
	}
	d.usesOfCUDA = []cudaUse{}
	module.CertainPlaces(d.doc.Tree(), func(p module.Place) bool {
		if p.Kind != module.ReferredName || p.Origin != module.Argument || len(p.Path) != 2 || p.Path[0].Name != "pkgs" {
			return !d.sn.Done()
		}
		name := p.Path.Last()
		if m := cudaSetName.FindStringSubmatch(name); m != nil && d.isAlwaysUsed(p.Node, p.Binder) {
			use := cudaUse{Place: p, name: name, hasMinor: m[2] != ""}
			use.major, _ = strconv.Atoi(m[1])
			use.minor, _ = strconv.Atoi(cmp.Or(m[2], "0"))
			d.usesOfCUDA = append(d.usesOfCUDA, use)
		}
		return !d.sn.Done()
	})
	return d.usesOfCUDA
}
