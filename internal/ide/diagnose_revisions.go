package ide

import (
	"cmp"
	"slices"

	"jetpills/internal/nix/host"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// joinRevisions reports what several revisions refuse in a document that hosts of all of them are made of: of each stretch of
// code, what those refuse whose hosts it is a part of. What not all of these refuse names the hosts, and no fix of it is certain.
func joinRevisions(sn *workspace.Snapshot, doc *workspace.Document, revisions []workspace.Pinned) []Diagnostic {
	type seen struct {
		Diagnostic
		by []int // of revisions
	}
	var all []seen
	for i, pinned := range revisions {
		for _, found := range diagnose(sn, doc, pinned) {
			if at := sn.CatalogsAt(doc, found.Span.Start); !slices.Contains(at, pinned) && slices.ContainsFunc(at, func(p workspace.Pinned) bool { return slices.Contains(revisions, p) }) {
				continue
			}
			same := slices.IndexFunc(all, func(other seen) bool {
				return other.Span == found.Span && other.Code == found.Code && other.Message == found.Message
			})
			if same < 0 {
				all = append(all, seen{found, []int{i}})
				continue
			}
			if all[same].by = append(all[same].by, i); found.Host != "" && all[same].Host != found.Host {
				all[same].Host += ", " + found.Host
			}
		}
	}
	c := sn.Configuration(doc.Dir())
	joined := make([]Diagnostic, len(all))
	for i, found := range all {
		joined[i] = found.Diagnostic
		if at := sn.CatalogsAt(doc, found.Span.Start); len(found.by) >= len(at) {
			continue
		}
		joined[i].Fixes = slices.Clone(found.Fixes)
		for n := range joined[i].Fixes {
			joined[i].Fixes[n].Certain = false // the others may want the code as it is
		}
		var names []string
		for _, by := range found.by {
			for _, h := range c.HostsOf(doc.Path, revisions[by]) {
				if h.Jetpack != host.No {
					names = append(names, text.Visible(HostName(h), ""))
				}
			}
		}
		if found.Host == "" && len(names) > 0 {
			joined[i].Message += " (" + hostsNamed(names) + ")"
		}
	}
	slices.SortStableFunc(joined, func(a, b Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return joined[:min(len(joined), mostDiagnostics)]
}
