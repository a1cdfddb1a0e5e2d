package ide

import (
	"cmp"
	"slices"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// revisionsFinding is a diagnostic, and the indexes of the revisions that have it.
type revisionsFinding struct {
	Diagnostic
	by []int
}

// joinRevisions reports what several revisions refuse in a document that hosts of all of them are made of: of each stretch of
// code, what those refuse whose hosts it is a part of. What only some of these refuse names the hosts, and no fix of it is certain.
func joinRevisions(sn *workspace.Snapshot, doc *workspace.Document, revisions []workspace.Pinned) []Diagnostic {
	var all []revisionsFinding
	for i, pinned := range revisions {
		for _, found := range diagnose(sn, doc, pinned) {
			if !slices.Contains(sn.CatalogsAt(doc, found.Span.Start), pinned) {
				continue
			}
			same := slices.IndexFunc(all, func(other revisionsFinding) bool { return other.Span == found.Span && other.Code == found.Code })
			if same < 0 {
				all = append(all, revisionsFinding{found, []int{i}})
			} else {
				all[same].join(found, i, revisions, doc.Path)
			}
		}
	}
	joined := make([]Diagnostic, len(all))
	for i, found := range all {
		joined[i] = found.Diagnostic
		if len(found.by) >= len(sn.CatalogsAt(doc, found.Span.Start)) {
			continue
		}
		joined[i].Fixes = slices.Clone(found.Fixes)
		for n := range joined[i].Fixes {
			joined[i].Fixes[n].Certain = false // the others may want the code as it is
		}
		var names []string
		for _, h := range sn.Configuration(doc.Dir()).HostsOf(doc.Path, revisions[found.by[0]]) {
			if h.Jetpack != host.No {
				names = append(names, text.Visible(HostName(h), ""))
			}
		}
		if found.Host == "" && len(names) > 0 {
			joined[i].Message += " (" + hostsNamed(names) + ")"
		}
	}
	slices.SortStableFunc(joined, func(a, b Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return joined[:min(len(joined), mostDiagnostics)]
}

// join adds what another revision has to say of the same code: nothing, if it says the same of itself. The fixes that mend both
// remain, if there are any.
func (f *revisionsFinding) join(other Diagnostic, by int, revisions []workspace.Pinned, file string) {
	inAny := func(message string) string {
		for _, p := range revisions {
			if name := p.Catalog.Revision.Short(); name != "" {
				message = strings.ReplaceAll(message, name, "REV")
			}
		}
		return message
	}
	if inAny(f.Message) != inAny(other.Message) {
		f.Related = append(slices.Clone(f.Related), Related{File: file, Span: other.Span, Message: other.Message})
	}
	f.by = append(f.by, by)
	if other.Host != "" && f.Host != "" && f.Host != other.Host {
		f.Host += ", " + other.Host
	}
	f.Severity = min(f.Severity, other.Severity)
	isShared := func(fix Fix) bool {
		return slices.ContainsFunc(other.Fixes, func(of Fix) bool { return of.Title == fix.Title })
	}
	f.Fixes = slices.DeleteFunc(slices.Clone(f.Fixes), func(fix Fix) bool { return !isShared(fix) })
}
