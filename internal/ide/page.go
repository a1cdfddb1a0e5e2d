package ide

import (
	"slices"
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
)

// Page is what is shown of one thing: what the catalog says, then the excerpt of
// the pill's section that explains it.
type Page struct {
	sheet   sheet
	section pill.Section // without a Pill if none explains it
	excerpt pill.Excerpt
}

// page is what is shown of the subject.
func (s subject) page(sn *workspace.Snapshot, doc *workspace.Document) Page {
	p := Page{sheet: s.sheet(sn, doc)}
	if section, ok := s.explanation(sn); ok {
		p.section, p.excerpt = section, section.Excerpt(sn.Settings().ExcerptLines)
	}
	return p
}

// Markdown is the page for clients that draw Markdown.
func (p Page) Markdown(link Linker) string {
	parts := []string{p.sheet.markdown()}
	if p.section.Pill != nil {
		parts = append(parts, "---", markup.Strong(markup.Literal(p.section.Label())).Markdown())
		if body := p.excerpt.Markdown(excerptLinks(p.section, link)); body != "" {
			parts = append(parts, body)
		}
		if to := link(p.section.Pill.File, p.section.Anchor); to != "" {
			parts = append(parts, markup.Link(markup.Format("Read on in pill %s", p.section.Pill.ID), to).Markdown())
		}
	}
	return strings.Join(parts, "\n\n")
}

// Plain is the page for clients that show text as it is.
func (p Page) Plain() string {
	parts := []string{p.sheet.plain()}
	if p.section.Pill != nil {
		parts = append(parts, strings.Repeat("-", 40), p.section.Label())
		if body := p.excerpt.Plain(); body != "" {
			parts = append(parts, body)
		}
		parts = append(parts, "More: "+p.section.Ref())
	}
	return strings.Join(parts, "\n\n")
}

// excerptLinks gives the links inside an excerpt their addresses.
func excerptLinks(section pill.Section, link Linker) func(pill.Link) string {
	return func(l pill.Link) string {
		if l.URL != "" {
			return l.URL
		}
		file := l.File
		if file == "" {
			file = section.Pill.File
		}
		return link(file, l.Anchor)
	}
}

// sheet is what the catalog says, in the order in which it is shown.
type sheet struct {
	title   string      // an option path, a value, a name: shown as code
	what    markup.Text // "option", "value of …"
	rows    []row
	remarks []markup.Text // what the user must know about this very place
	summary markup.Text
	quote   string // what upstream says itself
}

// row is one fact.
type row struct {
	name  string
	value markup.Text
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
