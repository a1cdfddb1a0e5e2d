package edition

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
)

// A Copy is a whole pill as it holds at a revision that is another one than it was written for: Markdown, for the folder FolderAt beside
// the pill. What rests on lines that the revision does not have is left out; under each section stands what it names that the revision
// lacks.
type Copy struct {
	Text []byte
	Size int // of the text, in bytes
	// Lines are the 1-based lines of the headings, in the order of the pill's sections.
	Lines []int
}

// Differs reports whether a section, with the sections inside it, reads otherwise at a catalog's revision than in its pill. It does not where
// the catalog has no revision, or the one that the pill describes.
func (s *Shelf) Differs(section pill.Section, c *catalog.Catalog) bool {
	if !c.Revision.Known() || !differs(section.Pill, c) {
		return false
	}
	key := difference{section.Key(), c}
	s.mu.Lock()
	known, ok := s.differences[key]
	s.mu.Unlock()
	if ok {
		return known
	}
	is := slices.ContainsFunc(section.Subtree(), func(inner pill.Section) bool {
		e, ok := s.edition(inner, c)
		return ok && e.rewords(inner)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.differences == nil || len(s.differences) >= maxDifferences {
		s.differences = map[difference]bool{}
	}
	s.differences[key] = is
	return is
}

// maxDifferences is how many answers of Differs are kept: for a few pins, those of all sections.
const maxDifferences = 2000

type difference struct {
	section any
	catalog *catalog.Catalog
}

// rewords reports whether the text under a heading is another one at the revision, or something is to be said of it.
func (e Edition) rewords(s pill.Section) bool {
	var plain strings.Builder
	for _, b := range e.blocks(s.Markdown()) {
		if b.Kind != pill.CommentBlock {
			plain.WriteString(strings.TrimRight(b.Source, "\n"))
			plain.WriteString("\n\n")
		}
	}
	text, lines := e.markdown(s.Markdown(), false)
	return text != plain.String() || e.Title(s.Title) != s.Title || !e.About(s.Title, text, lines).Empty()
}

// FolderAt names the folder, beside the pills, of the copies for a catalog's revision.
func FolderAt(c *catalog.Catalog) string { return "at-" + c.Revision.Short() }

// toPill finds what leads from one pill to another.
var toPill = pattern.New(`\]\(((?:\d\d-[\w-]+|README|glossary)\.md)`)

// Copy returns the copy of a pill for a catalog's revision.
func (s *Shelf) Copy(p *pill.Pill, c *catalog.Catalog) Copy {
	var out Copy
	var b strings.Builder
	line := 1
	write := func(text string) {
		b.WriteString(text)
		line += strings.Count(text, "\n")
	}
	for i, section := range p.Sections {
		e, ok := s.edition(section, c)
		text := section.Markdown()
		if ok {
			text = e.annotated(section)
			// The heading stays, for what links to it.
			if title := e.Title(section.Title); title != section.Title {
				text = markup.Strong(markup.Literal(title)).Markdown() + "\n\n" + text
			}
		}
		out.Lines = append(out.Lines, line)
		write(strings.Repeat("#", section.Level) + " " + section.Title + "\n\n")
		if i == 0 {
			at := "`" + c.Revision.Short() + "`"
			if !c.Revision.Date.IsZero() {
				at += " (" + c.Revision.Day() + ")"
			}
			write(fmt.Sprintf("> As it holds at %s. [The newest text](../%s) describes `%.7s`.\n\n", at, p.File, p.Revision))
		}
		if text = strings.TrimSpace(toPill.ReplaceAllString(text, "](../$1")); text != "" {
			write(text + "\n\n")
		}
	}
	out.Text = []byte(strings.TrimRight(b.String(), "\n") + "\n")
	out.Size = len(out.Text)
	return out
}

// annotated is the text of a section alone in the wording for the revision, and behind it what it names that the revision lacks.
func (e Edition) annotated(s pill.Section) string {
	text, lines := e.markdown(s.Markdown(), false)
	if note := e.About(s.Title, text, lines).Markdown(); note != "" {
		text += "\n\n**" + note + "**\n"
	}
	return text
}
