package ide

import (
	"fmt"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/pins"
)

// sheet is what is known of a subject, in the order in which it is shown.
type sheet struct {
	title   string      // an option path, a value, a name: shown as code
	what    markup.Text // "option", "value of …"
	rows    []row
	remarks []markup.Text // what the user must know about what stands under the cursor
	summary markup.Text
	quote   string // what upstream says itself
}

// row is one fact.
type row struct {
	name  string
	value markup.Text
}

// add adds a fact, if there is one.
func (s *sheet) add(name string, value markup.Text) {
	if !value.Empty() {
		s.rows = append(s.rows, row{name, value})
	}
}

func (s *sheet) remark(format string, parts ...any) {
	s.remarks = append(s.remarks, markup.Format(format, parts...))
}

// text is the sheet as paragraphs.
func (s sheet) text() markup.Text {
	head := markup.Strong(markup.Code(s.title))
	if !s.what.Empty() {
		head = markup.Format("%s %s", head, s.what)
	}
	facts := make([]markup.Text, len(s.rows))
	for i, r := range s.rows {
		facts[i] = markup.Format("%s: %s", r.name, r.value)
	}
	parts := append([]markup.Text{markup.List(head, facts)}, s.remarks...)
	if !s.summary.Empty() {
		parts = append(parts, s.summary)
	}
	if s.quote != "" {
		parts = append(parts, markup.Quotation(markup.Format("jetpack-nixos itself: “%s”", markup.Prose(s.quote))))
	}
	return markup.Paragraphs(parts)
}

// declaredRow says where something is declared, and in which revision.
func (q *query) declaredRow(file string, line int) row {
	if file == "" {
		return q.revisionRow()
	}
	at := file
	if line > 0 {
		at = fmt.Sprintf("%s:%d", file, line)
	}
	return row{"Declared", markup.Format("%s in %s", markup.Code(at), q.revision())}
}

func (q *query) revisionRow() row { return row{"Revision", q.revision()} }

// revision says which jetpack-nixos all this holds for, and how that is known.
func (q *query) revision() markup.Text {
	r := q.pinned.Catalog.Revision
	if !r.Known() {
		return markup.Format("jetpack-nixos, %s", pinNote(q.pinned))
	}
	return markup.Format("jetpack-nixos %s, %s", markup.Code(r.Short()), pinNote(q.pinned))
}

// dated says of a description that it was written for another revision than the pinned one.
func (q *query) dated(summary string) markup.Text {
	newest := q.sn.Library().Newest().Revision
	p := q.pinned
	if summary == "" || p.Catalog.Revision == newest || p.Pin.Format == pins.Checkout && p.Pin.Revision == newest.Hash {
		return markup.Prose(summary)
	}
	return markup.Format("%s (Described as of %s.)", markup.Prose(summary), markup.Code(newest.Short()))
}

// dayOf is a commit, and its day.
func dayOf(r catalog.Revision) markup.Text {
	return markup.Format("%s (%s)", markup.Code(r.Short()), r.Day())
}
