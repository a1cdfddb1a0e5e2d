package ide

import (
	"slices"
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Hover is what is known about what is under the cursor.
type Hover struct {
	// Span is the token or path that the hover is about.
	Span text.Span
	Page
	// others are what other revisions have, where the code is a part of hosts of several.
	others []otherPage
}

// otherPage is what another revision has of a subject, without the pill.
type otherPage struct {
	on    markup.Text // for which hosts it holds
	sheet sheet
}

// HoverAt says what is under the cursor; nothing where that is none of ours.
func HoverAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Hover, bool) {
	var h Hover
	isFound := false
	for _, pinned := range sn.CatalogsAt(doc, offset) {
		q := &query{sn: sn, doc: doc, pinned: pinned}
		s, span, ok := q.subjectAt(offset)
		if !ok {
			continue
		}
		if _, isInput := s.(ofInput); isInput {
			return Hover{Span: span, Page: q.page(s)}, true
		}
		if !isFound {
			h, isFound = Hover{Span: span, Page: q.page(s)}, true
		} else if other := s.sheet(q); !other.saysThatOf(h.sheet) {
			h.others = append(h.others, otherPage{q.onItsHosts(), other})
		}
	}
	return h, isFound
}

// onItsHosts names the hosts that are made of the document and of the revision.
func (q *query) onItsHosts() markup.Text {
	c := q.knownConfiguration()
	hosts := c.HostsOf(q.doc.Path, q.pinned)
	if len(hosts) == 0 {
		return markup.Format("At %s", markup.Code(q.pinned.Catalog.Revision.Short()))
	}
	return markup.Format("%s, at %s", markup.Literal(onHosts(c, hosts)), markup.Code(q.pinned.Catalog.Revision.Short()))
}

// saysThatOf reports whether a sheet says what another one does, but for the revision and where it has the subject declared.
func (s sheet) saysThatOf(other sheet) bool {
	plain := func(s sheet) string {
		s.rows = slices.DeleteFunc(slices.Clone(s.rows), func(r row) bool { return r.name == "Revision" || r.name == "Declared" })
		return s.full().Plain()
	}
	return plain(s) == plain(other)
}

// Markdown is the hover for clients that draw Markdown.
func (h Hover) Markdown(link Linker) string {
	parts := []string{h.Page.Markdown(link)}
	for _, other := range h.others {
		parts = append(parts, "---\n"+markup.Format("%s:", other.on).Markdown(), other.sheet.above(h.detail).Markdown())
	}
	return strings.Join(parts, "\n\n")
}

// Plain is the hover for clients that show text as it is.
func (h Hover) Plain() string {
	parts := []string{h.Page.Plain()}
	for _, other := range h.others {
		parts = append(parts, strings.Repeat("-", 40), markup.Format("%s:", other.on).Plain(), other.sheet.above(h.detail).Plain())
	}
	return strings.Join(parts, "\n\n")
}
