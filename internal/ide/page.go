package ide

import (
	"cmp"
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/starter"
	"jetpills/internal/workspace"
)

// Page is what is shown of a subject: the first part of its sheet, the excerpt of the pill's section that explains it, and the
// rest of the sheet.
type Page struct {
	detail  workspace.Detail
	sheet   sheet
	section pill.Section // without a Pill if none explains it
	excerpt pill.Excerpt
	note    markup.Text // what the excerpt names and the revision lacks
	// example puts the host that the page is about in the place of the one that the pills have for an example; it may be nil.
	example *strings.Replacer
}

// forHost is a subject that belongs to a host.
type forHost interface {
	example(*query) exampleHost
}

// An exampleHost is what an excerpt has of a host in the place of its own example. What is not known is empty.
type exampleHost struct {
	name    string
	program string           // what the names of its flash programs end in
	flash   starter.Flashing // by the ready script of upstream
}

// replacer replaces the example of the pills: nixosConfigurations.orin, with an AGX Orin developer kit.
func (h exampleHost) replacer() *strings.Replacer {
	if !syntax.IsName(h.name) {
		return nil
	}
	program := cmp.Or(h.program, "*")
	names := []string{"nixosConfigurations.orin.", "nixosConfigurations." + h.name + "."}
	for _, end := range []string{"orin-agx-devkit", "HOSTNAME", "*"} {
		flash, initrdFlash := "flash-"+program, "initrd-flash-"+program
		switch {
		case h.flash.Program != "":
			flash, initrdFlash = h.flash.Program, h.flash.Program
		case h.flash.Package != "":
			flash, initrdFlash = "flash-*", "initrd-flash-*"
		}
		names = append(names, inResult("flash-"+end), inResult(flash), inResult("initrd-flash-"+end), inResult(initrdFlash),
			inResult("fuse-"+end), inResult("fuse-"+program))
	}
	if h.flash.Package != "" {
		names = append(names, "nix build --inputs-from . jetpack-nixos#flash-orin-agx-devkit", h.flash.Build)
	}
	return strings.NewReplacer(names...)
}

// excerptFor is the text of an excerpt with the page's host in it.
func (p Page) excerptFor(text string) string {
	if p.example == nil {
		return text
	}
	return p.example.Replace(text)
}

func (q *query) page(s subject) Page {
	p := Page{detail: q.sn.Settings().HoverDetail, sheet: s.sheet(q)}
	if p.sheet.isShort {
		p.detail = workspace.DetailShort
	}
	if section, ok := s.section(q); ok {
		p.section = section
		if of, isForHost := s.(forHost); isForHost {
			p.example = of.example(q).replacer()
		}
		p.section.Title, p.excerpt, p.note = q.sn.Shelf().Excerpt(section, q.pinned.Catalog, q.sn.Settings().ExcerptLines)
	}
	return p
}

// Section is what the page has an excerpt of; without a Pill if no section explains the subject.
func (p Page) Section() pill.Section { return p.section }

// Markdown is the page for clients that draw Markdown.
func (p Page) Markdown(link Linker) string {
	parts := []string{p.sheet.above(p.detail).Markdown()}
	if p.section.Pill != nil {
		label, readOn := markup.Literal(p.section.Label()), markup.Format("Read on in %s", p.section.Pill.Name())
		to := link.to(p.section.Pill.File, p.section.Anchor)
		if p.detail == workspace.DetailShort {
			return strings.Join(append(parts, markup.Link(label, to).Markdown()), "\n\n")
		}
		// No empty lines: a window of ten lines is to show the first ones of the pill.
		excerpt := "---\n" + markup.Strong(label).Markdown()
		if body := p.excerptFor(p.excerpt.Markdown(excerptLinks(p.section, link))); isParagraph(body) {
			excerpt += "  \n" + body
		} else if body != "" {
			excerpt += "\n\n" + body
		}
		parts = append(parts, excerpt)
		if !p.note.Empty() {
			parts = append(parts, p.note.Markdown())
		}
		if to != "" {
			parts = append(parts, markup.Link(readOn, to).Markdown())
		}
	}
	if below := p.sheet.below(p.detail); !below.Empty() {
		rest := below.Markdown()
		if p.section.Pill != nil {
			rest = "---\n" + rest
		}
		parts = append(parts, rest)
	}
	return strings.Join(parts, "\n\n")
}

// isParagraph reports whether Markdown begins with a paragraph, to which a line before it may belong.
func isParagraph(body string) bool {
	return body != "" && !strings.ContainsAny(body[:1], "|>#-+*~0123456789 ") && !strings.HasPrefix(body, "```")
}

// Wrapped is a page as Markdown with its lines broken between words, for clients that count the marks when they break them.
func Wrapped(markdown string) string {
	const width = 78 // of a terminal of 80 columns, the rest is a border
	return markup.Wrap(markdown, width)
}

// Plain is the page for clients that show text as it is.
func (p Page) Plain() string {
	parts := []string{p.sheet.above(p.detail).Plain()}
	rule := strings.Repeat("-", 40)
	if p.section.Pill != nil {
		parts = append(parts, rule, p.section.Label())
		if body := p.excerptFor(p.excerpt.Plain()); body != "" && p.detail != workspace.DetailShort {
			parts = append(parts, body)
			if !p.note.Empty() {
				parts = append(parts, p.note.Plain())
			}
		}
		parts = append(parts, "More: "+p.section.Ref())
	}
	if below := p.sheet.below(p.detail); !below.Empty() {
		if p.section.Pill != nil {
			parts = append(parts, rule)
		}
		parts = append(parts, below.Plain())
	}
	return strings.Join(parts, "\n\n")
}

// excerptLinks gives the links inside an excerpt their addresses.
func excerptLinks(section pill.Section, link Linker) func(pill.Link) string {
	return func(l pill.Link) string {
		if l.URL != "" && link != nil {
			return l.URL
		}
		file := l.File
		if file == "" {
			file = section.Pill.File
		}
		return link.to(file, l.Anchor)
	}
}
