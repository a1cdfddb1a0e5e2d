package ide

import (
	"fmt"
	"slices"
	"strings"

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

func (s sheet) markdown() string {
	var b strings.Builder
	b.WriteString(s.heading(markup.Strong(markup.Code(s.title))).Markdown())
	if len(s.rows) > 0 {
		b.WriteString("\n")
		for _, r := range s.rows {
			b.WriteString("\n- " + r.text().Markdown())
		}
	}
	for _, t := range s.texts() {
		b.WriteString("\n\n" + t.Markdown())
	}
	if s.quote != "" {
		b.WriteString("\n\n> " + s.quotation().Markdown())
	}
	return b.String()
}

func (s sheet) plain() string {
	var b strings.Builder
	b.WriteString(s.heading(markup.Code(s.title)).Plain())
	for _, r := range s.rows {
		b.WriteString("\n" + r.text().Plain())
	}
	for _, t := range s.texts() {
		b.WriteString("\n\n" + t.Plain())
	}
	if s.quote != "" {
		b.WriteString("\n\n" + s.quotation().Plain())
	}
	return b.String()
}

// heading is the title, and what that is.
func (s sheet) heading(title markup.Text) markup.Text {
	if s.what.Empty() {
		return title
	}
	return markup.Format("%s %s", title, s.what)
}

func (r row) text() markup.Text { return markup.Format("%s: %s", r.name, r.value) }

// texts are the paragraphs under the facts.
func (s sheet) texts() []markup.Text {
	if s.summary.Empty() {
		return s.remarks
	}
	return append(slices.Clip(s.remarks), s.summary)
}

func (s sheet) quotation() markup.Text {
	return markup.Format("jetpack-nixos itself: “%s”", markup.Prose(s.quote))
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
