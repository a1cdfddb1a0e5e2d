package ide

import (
	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Target is the section of a pill that a jump leads to.
type Target struct {
	// Origin is what the cursor was on.
	Origin  text.Span
	Section pill.Section
	at      *catalog.Catalog // for which the section is to be read
}

// File is where the section stands as it holds at the revision of the code: see [workspace.Snapshot.PillTargetAt].
func (t Target) File(sn *workspace.Snapshot) (path string, line int, err error) {
	return sn.PillTargetAt(t.Section, t.at)
}

// DefinitionAt is the section of a pill that explains what is under the cursor; none for a name that the user's own files define, which
// DeclarationAt has.
func DefinitionAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Target, bool) {
	q := newQueryAt(sn, doc, offset)
	s, span, ok := q.subjectAt(offset)
	if !ok {
		return Target{}, false
	}
	if own, ok := s.(layerName); ok && own.isOwn() {
		return Target{}, false // a jump leads to where it is defined
	}
	section, ok := s.section(q)
	return Target{Origin: span, Section: section, at: q.pinned.Catalog}, ok
}
