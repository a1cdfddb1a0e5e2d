package ide

import (
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/pill"
)

// Page is what is shown of a subject: its sheet, then the excerpt of the pill's section that explains it.
type Page struct {
	sheet   sheet
	section pill.Section // without a Pill if none explains it
	excerpt pill.Excerpt
}

func (q *query) page(s subject) Page {
	p := Page{sheet: s.sheet(q)}
	if section, ok := s.section(q); ok {
		p.section, p.excerpt = section, section.Excerpt(q.sn.Settings().ExcerptLines)
	}
	return p
}

// Markdown is the page for clients that draw Markdown.
func (p Page) Markdown(link Linker) string {
	parts := []string{p.sheet.text().Markdown()}
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
	parts := []string{p.sheet.text().Plain()}
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
