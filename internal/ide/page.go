package ide

import (
	"fmt"
	"strings"

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
		parts = append(parts, "---", "**"+p.section.Label()+"**")
		if body := p.excerpt.Markdown(excerptLinks(p.section, link)); body != "" {
			parts = append(parts, body)
		}
		if to := link(p.section.Pill.File, p.section.Anchor); to != "" {
			parts = append(parts, fmt.Sprintf("[Read on in pill %s](%s)", p.section.Pill.ID, to))
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
	title   string // an option path, a value, a name: shown as code
	what    string // "option", "value of …"
	rows    []row
	remarks []string // what the user must know about this very place
	summary string
	quote   string // what upstream says itself
}

// row is one fact. Its value is Markdown; code is in back-ticks.
type row struct{ name, value string }

func (s sheet) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", code(s.title))
	if s.what != "" {
		b.WriteString(" " + s.what)
	}
	if len(s.rows) > 0 {
		b.WriteString("\n")
		for _, r := range s.rows {
			fmt.Fprintf(&b, "\n- %s: %s", r.name, r.value)
		}
	}
	for _, r := range s.remarks {
		b.WriteString("\n\n" + r)
	}
	if s.summary != "" {
		b.WriteString("\n\n" + s.summary)
	}
	if s.quote != "" {
		b.WriteString("\n\n> jetpack-nixos itself: “" + literalMarkdown(s.quote) + "”")
	}
	return b.String()
}

func (s sheet) plain() string {
	var b strings.Builder
	b.WriteString(s.title)
	if s.what != "" {
		b.WriteString(" " + s.what)
	}
	for _, r := range s.rows {
		fmt.Fprintf(&b, "\n%s: %s", r.name, r.value)
	}
	for _, r := range s.remarks {
		b.WriteString("\n\n" + r)
	}
	if s.summary != "" {
		b.WriteString("\n\n" + s.summary)
	}
	if s.quote != "" {
		b.WriteString("\n\njetpack-nixos itself: “" + s.quote + "”")
	}
	return plainText(b.String())
}

// plainText is a text without the back-ticks of its code.
func plainText(s string) string { return strings.ReplaceAll(s, "`", "") }

// code is a text between back-ticks, of which it may have some itself.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if fence != "`" {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

func codes(all []string) string {
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = code(s)
	}
	return strings.Join(quoted, ", ")
}
