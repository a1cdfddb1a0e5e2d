package ide

import (
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Target is a place that a jump leads to.
type Target struct {
	// Origin is what the cursor was on.
	Origin text.Span
	// Section is the section of a pill.
	Section pill.Section
}

// DefinitionAt is the section of a pill that explains what is under the cursor.
func DefinitionAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Target, bool) {
	s, ok := subjectAt(sn, doc, offset)
	if !ok {
		return Target{}, false
	}
	section, ok := s.explanation(sn)
	if !ok {
		return Target{}, false
	}
	return Target{Origin: s.span, Section: section}, true
}
