package ide

import (
	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
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

// DefinitionAt is the section of a pill to which a jump leads: the one that ExplanationAt has, but for what leads to code. That is a
// name that the user's own files define, which DeclarationAt has, and what LeadsToCode reports.
func DefinitionAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Target, bool) {
	if LeadsToCode(doc, offset) {
		return Target{}, false
	}
	return explanationAt(sn, doc, offset, func(s subject) bool {
		own, ok := s.(layerName)
		return !ok || !own.isOwn()
	})
}

// ExplanationAt is the section of a pill that explains what is under the cursor.
func ExplanationAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Target, bool) {
	return explanationAt(sn, doc, offset, func(subject) bool { return true })
}

func explanationAt(sn *workspace.Snapshot, doc *workspace.Document, offset int, isWanted func(subject) bool) (Target, bool) {
	q := newQueryAt(sn, doc, offset)
	s, span, ok := q.subjectAt(offset)
	if !ok || !isWanted(s) {
		return Target{}, false
	}
	section, ok := s.section(q)
	return Target{Origin: span, Section: section, at: q.pinned.Catalog}, ok
}

// LeadsToCode reports whether the cursor is on the use of a name that the text brings into view, or on the path of a file. Every
// Nix server jumps from there to the binding and to the file, and a second answer makes a list of each jump.
func LeadsToCode(doc *workspace.Document, offset int) bool {
	place := module.At(doc.Tree(), offset)
	return place.Node.Kind() == syntax.Path || place.Kind != module.Nothing && place.IsBound()
}
