package site

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"jetpills/internal/pill"
)

// policy is what a page may load: files of the site. No script or style stands in a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

// A page is what differs between pages.
type page struct {
	file, title, description string
	content                  markup
	sections                 []pill.Section // for the list beside the text
	parts                    []link         // likewise, on pages that are not of pills
	class                    string         // of the text; or ""
	next                     bool           // pages before and after it are named below
	hovers                   string         // the script with the page's hovers; or ""
	scripts                  []string       // beside that of all pages
	root                     string         // what stands before the address of a file of the site; "" for a page in its folder
}

// link is a link on a page.
type link struct{ to, label string }

// longestDescription is how many characters of a description search engines show.
const longestDescription = 160

// addPage adds the file of a page.
func (s *site) addPage(p page) {
	var l lines
	l.add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
	l.add(`<meta http-equiv="Content-Security-Policy" content="%s">`, markup(policy)) // which has no quotes but ', and is read by people
	l.add(`<meta name="viewport" content="width=device-width, initial-scale=1">`)
	title := p.title + " · Jetpills"
	if p.file == "index.html" {
		title = p.title
	}
	l.add("<title>%s</title>", title)
	l.add(`<meta name="description" content="%s">`, shortened(p.description, longestDescription))
	l.add(`<meta name="color-scheme" content="light dark">`)
	if s.base != "" && p.file != notFoundFile {
		to := s.base + strings.TrimSuffix(address(p.file), "index.html")
		l.add(`<link rel="canonical" href="%s">`, to)
		l.add(`<meta property="og:title" content="%s"><meta property="og:type" content="article"><meta property="og:url" content="%s">`, p.title, to)
	}
	l.add(`<link rel="icon" href="%sassets/icon.svg" type="image/svg+xml">`, p.root)
	l.add(`<link rel="stylesheet" href="%sassets/site.css">`, p.root)
	l.add(`<script src="%sassets/site.js"></script>`, p.root)
	for _, script := range p.scripts {
		l.add(`<script src="%s%s" defer></script>`, p.root, script)
	}
	l.add("</head>\n<body data-root=\"%s\" data-hovers=\"%s\">", p.root, address(p.hovers))
	l.add(`<a class="skip" href="#jetpills-text">Skip to the text</a>`)
	s.addHead(&l, p)
	l.add(`<div class="columns">`)
	s.addOrder(&l, p)
	addSections(&l, p)
	l.add(`<main id="jetpills-text" tabindex="-1"><article class="%s">`, p.class)
	l.add("%s</article>", p.content)
	if p.next {
		s.addNeighbours(&l, p)
	}
	l.add("</main>")
	l.add("</div>\n</body>\n</html>")
	s.add(p.file, []byte(l.String()))
}

func (s *site) addHead(l *lines, p page) {
	l.add(`<header class="bar">`)
	l.add(`<a class="brand" href="%sindex.html">Jetpills</a>`, p.root)
	l.add(`<button class="find" type="button" hidden aria-keyshortcuts="/" data-do="search"><span>Search</span> <kbd aria-hidden="true">/</kbd></button>`)
	l.add(`<nav class="pages" aria-label="Reference">`)
	for _, e := range s.pages {
		if e.group == referenceGroup {
			l.add(`<a href="%s%s"%s>%s</a>`, p.root, address(e.file), current(e.file == p.file), e.label)
		}
	}
	l.add("</nav>")
	l.add(`<button class="theme" type="button" hidden data-do="theme" aria-label="Switch between light and dark"></button>`)
	l.add("</header>")
}

// addOrder adds the reading order, which folds on a narrow screen.
func (s *site) addOrder(l *lines, p page) {
	l.add(`<nav class="order" aria-label="Reading order">`)
	addFold(l, "Pills")
	group, open := "", false
	for _, e := range s.pages {
		if e.group != group || !open {
			if open {
				l.add("</ul>")
			}
			if group, open = e.group, true; group != "" {
				l.add(`<p>%s</p>`, headed(group))
			}
			l.add("<ul>")
		}
		number := markup("")
		if e.number != "" {
			number = format(`<span class="number">%s</span> `, e.number)
		}
		l.add(`<li><a href="%s%s"%s>%s%s</a></li>`, p.root, address(e.file), current(e.file == p.file), number, e.label)
	}
	l.add("</ul></div></nav>")
}

func current(is bool) markup {
	if is {
		return ` aria-current="page"`
	}
	return ""
}

// addSections adds the list of what stands on a page.
func addSections(l *lines, p page) {
	parts := slices.Clone(p.parts)
	for _, section := range p.sections {
		if section.Level == 2 {
			parts = append(parts, link{"#" + fragment(section.Anchor), section.Title})
		}
	}
	if len(parts) < 2 {
		return
	}
	l.add(`<nav class="sections" aria-label="On this page">`)
	addFold(l, "On this page")
	l.add("<p>On this page</p>\n<ul>")
	for _, part := range parts {
		l.add(`<li><a href="%s">%s</a>%s</li>`, part.to, part.label, inner(p.sections, part.to))
	}
	l.add("</ul></div></nav>")
}

// addFold adds the button that folds a list on a narrow screen, and opens what it folds.
func addFold(l *lines, label string) {
	l.add(`<button type="button" hidden aria-expanded="false" data-do="fold">%s</button><div>`, label)
}

// inner lists the sections right inside one.
func inner(sections []pill.Section, to string) markup {
	var l lines
	in := false
	for _, section := range sections {
		switch {
		case section.Level <= 2:
			in = "#"+fragment(section.Anchor) == to
		case in && section.Level == 3:
			l.add(`<li><a href="#%s">%s</a></li>`, fragment(section.Anchor), section.Title)
		}
	}
	if l.Len() == 0 {
		return ""
	}
	return format("<ul>%s</ul>", l.markup())
}

// addNeighbours adds links to the pages before and after one in reading order.
func (s *site) addNeighbours(l *lines, p page) {
	i := slices.IndexFunc(s.pages, func(e entry) bool { return e.file == p.file })
	isPill := func(i int) bool { return 0 <= i && i < len(s.pages) && (s.pages[i].number != "" || i == 0) }
	if !isPill(i) {
		return
	}
	l.add(`<nav class="neighbours" aria-label="Previous and next">`)
	for _, way := range []struct {
		to   int
		rel  string
		word string
	}{{i - 1, "prev", "Previous"}, {i + 1, "next", "Next"}} {
		if !isPill(way.to) {
			continue
		}
		e := s.pages[way.to]
		label := e.label
		if e.number != "" {
			label = fmt.Sprintf("Pill %s: %s", e.number, e.label)
		}
		l.add(`<a rel="%s" href="%s"><span>%s</span> %s</a>`, way.rel, address(e.file), way.word, label)
	}
	l.add("</nav>")
}

// fragment is an anchor as it stands in an address.
func fragment(anchor string) string { return url.PathEscape(anchor) }

// shortened is a text in at most so many characters, cut between words.
func shortened(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	runes := []rune(text)[:most-1]
	if at := strings.LastIndexByte(string(runes), ' '); at > 0 {
		return string(runes)[:at] + " …"
	}
	return string(runes) + "…"
}

// headed is a group of pills as a heading; a name stays as it is.
func headed(group string) string {
	if strings.Contains(group, "-") {
		return group
	}
	return capitalized(group)
}

func capitalized(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func joined(all []markup, between string) markup {
	parts := make([]string, len(all))
	for i, m := range all {
		parts[i] = string(m)
	}
	return markup(strings.Join(parts, between))
}
