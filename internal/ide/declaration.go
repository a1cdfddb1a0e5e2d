package ide

import (
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Location is where something is declared.
type Location struct {
	// Origin is what the cursor was on.
	Origin text.Span
	// File is an absolute path, or the name of an open document that is no file.
	File string
	// Line and Column are 1-based, the column in bytes.
	Line, Column int
}

// DeclarationAt is where what is under the cursor is declared: in the source of jetpack-nixos, if that is on disk, or in
// a module of the user's.
func DeclarationAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Location, bool) {
	q := newQueryAt(sn, doc, offset)
	s, span, ok := q.subjectAt(offset)
	if !ok {
		return Location{}, false
	}
	at, ok := s.declaration(q)
	at.Origin = span
	return at, ok
}
