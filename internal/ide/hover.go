package ide

import (
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Hover is what is known about what is under the cursor.
type Hover struct {
	// Span is the token or path that the hover is about.
	Span text.Span
	Page
}

// HoverAt says what is under the cursor; nothing where that is none of ours.
func HoverAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Hover, bool) {
	q := newQuery(sn, doc)
	s, span, ok := q.subjectAt(offset)
	if !ok {
		return Hover{}, false
	}
	return Hover{span, q.page(s)}, true
}
