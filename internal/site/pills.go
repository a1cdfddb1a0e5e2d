package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
)

// addPills makes the pages of the pills, of the index and of the glossary, and what their hovers say.
func (s *site) addPills() error {
	for _, p := range s.all() {
		h := s.newHovers(p)
		content := s.pillPage(p, h)
		pg := page{
			file: p.Page(), title: p.Title, description: cmp.Or(p.Summary, firstWords(p)), content: content, sections: p.Sections[1:], next: true,
		}
		if glossary, ok := s.pills.Glossary(); ok && p == glossary {
			pg.class = "words"
		}
		if len(h.texts) > 0 {
			pg.hovers = "hovers/" + strings.TrimSuffix(p.Page(), ".html") + ".js"
			s.add(pg.hovers, h.file())
		}
		s.addPage(pg)
	}
	if _, ok := s.pills.Index(); !ok {
		s.addPage(s.startPage())
	}
	return nil
}

// firstWords is the first paragraph of a pill without a summary, as plain text.
func firstWords(p *pill.Pill) string {
	for _, t := range p.Texts() {
		if words := strings.Join(strings.Fields(t.Source), " "); words != "" && !strings.Contains(words, p.Title) {
			return words
		}
	}
	return p.Title
}

// startPage lists the pills of a folder that has no index.
func (s *site) startPage() page {
	var l lines
	l.add(`<header class="title"><h1>Pills</h1></header>`)
	l.add("<ul>")
	for _, p := range s.pills.Pills() {
		l.add(`<li><a href="%s">%s: %s</a> %s</li>`, address(p.Page()), p.ID, p.Title, p.Summary)
	}
	l.add("</ul>")
	return page{file: "index.html", title: "Pills", description: "All pills of this site.", content: l.markup()}
}

func (s *site) pillPage(p *pill.Pill, h *hovers) markup {
	html := pill.HTML{
		Link: func(l pill.Link) string {
			if l.URL != "" {
				return l.URL
			}
			return s.link(l.File, l.Anchor)
		},
		Code: func(b pill.CodeBlock) string { return string(h.code(b)) },
	}
	var l lines
	s.addTitle(&l, p)
	l.add("%s", markup(html.Section(p.Sections[0])))
	part := -1 // of which a section is open
	for i, section := range p.Sections[1:] {
		if section.Level <= 2 {
			if part >= 0 {
				l.add("</section>")
			}
			part = i
			class := ""
			if section.IsShort() {
				class = ` class="short"`
			}
			l.add("<section%s>", markup(class))
		}
		level := min(max(section.Level, 2), 6)
		addFormer(&l, section)
		l.add(`<h%s id="%s">%s <a class="anchor" href="#%s" aria-label="Link to this section">#</a></h%s>`,
			level, section.Anchor, markup(html.Title(section)), fragment(section.Anchor), level)
		l.add("%s", markup(html.Section(section)))
	}
	if part >= 0 {
		l.add("</section>")
	}
	return l.markup()
}

// addFormer adds the anchors that a section had once, for old links.
func addFormer(l *lines, section pill.Section) {
	for _, former := range section.Formerly {
		if leads, ok := section.Pill.Find(former); ok && leads.Number() == section.Number() {
			l.add(`<span id="%s"></span>`, former)
		}
	}
}

// addTitle adds what stands above the first section.
func (s *site) addTitle(l *lines, p *pill.Pill) {
	var facts []markup
	if s.isNumbered(p) {
		facts = append(facts, format("Pill %s", p.ID))
	}
	if p.Minutes > 0 {
		facts = append(facts, format("%s minutes", p.Minutes))
	}
	if r, ok := s.library.Revision(p.Revision); ok {
		facts = append(facts, format(`<span>jetpack-nixos <code>%s</code>, %s</span>`, r.Short(), r.Day()))
	}
	l.add(`<header class="title">`)
	addFormer(l, p.Sections[0])
	if len(facts) > 0 {
		l.add(`<p class="facts">%s</p>`, joined(facts, " · "))
	}
	l.add(`<h1 id="%s">%s</h1>`, p.Sections[0].Anchor, p.Title)
	if p.Subtitle != "" {
		l.add(`<p class="subtitle">%s</p>`, capitalized(p.Subtitle))
	}
	l.add("</header>")
}

// isNumbered reports whether a page is a pill's, and not the index or the glossary.
func (s *site) isNumbered(p *pill.Pill) bool { return slices.Contains(s.pills.Pills(), p) }

// code is a code block of a page.
func (h *hovers) code(b pill.CodeBlock) markup {
	if picture, ok := b.Picture(); ok {
		return format("<figure tabindex=\"0\" role=\"group\" aria-label=\"%s\">%s<figcaption>%s</figcaption></figure>\n", picture.Title(), markup(picture.SVG()), picture.Title())
	}
	if b.Language != "nix" {
		return plainCode(b)
	}
	tree, within := parseExample(b.Text)
	return block(b, painted(tree, within, h.marks(tree, within)))
}

// plainCode is a code block without hovers.
func plainCode(b pill.CodeBlock) markup {
	switch b.Language {
	case "nix":
		tree, within := parseExample(b.Text)
		return block(b, painted(tree, within, nil))
	case "console":
		return block(b, shell(b.Text, true))
	case "bash", "sh", "shell":
		return block(b, shell(b.Text, false))
	}
	return block(b, format("%s", b.Text))
}

// block is a code block with the name of its file, if it has one.
func block(b pill.CodeBlock, code markup) markup {
	name := ""
	for _, word := range b.Info {
		if file, ok := strings.CutPrefix(word, "file="); ok {
			name = path.Clean(file)
		}
	}
	head, class := markup(""), b.Language
	if name != "" {
		head = format(`<div class="file">%s</div>`, name)
	}
	if class == "" {
		class = "text"
	}
	return format("<div class=\"code %s\">%s<pre><code>%s</code></pre></div>\n", class, head, markup(strings.TrimSuffix(string(code), "\n")))
}

// nixCode is a piece of Nix on a line.
func nixCode(code string) markup {
	tree := syntax.Parse(code)
	return painted(tree, tree.Root().Span(), nil)
}
