package pillcheck

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
)

// Bounds of a pill.
const (
	minSize     = 10 << 10 // bytes of a full pill
	maxSize     = 20 << 10
	maxShort    = 6  // lines of the short version
	maxMinutes  = 30 // of reading
	maxColumns  = 78 // of a text diagram
	questions   = 3
	shortTitle  = "tl;dr"
	askingTitle = "Questions"
)

// form checks what every pill has in common, whatever it is about.
func (l *linter) form(p *pill.Pill) {
	l.links(p)
	l.blocks(p)
	if !slices.Contains(l.pills.Pills(), p) {
		return // the index, or the glossary
	}
	l.frontMatter(p)
	l.short(p)
	if len(p.Sections) <= 2 {
		return // announced, not yet written
	}
	if size := l.storySize(p); size < minSize || size > maxSize {
		l.found(p.File, 0, "size", "%d bytes without the reference and the diagrams, want %d to %d", size, minSize, maxSize)
	}
	l.lesson(p)
	l.questions(p)
	l.footer(p)
}

func (l *linter) frontMatter(p *pill.Pill) {
	check := func(ok bool, key, want string) {
		if !ok {
			l.found(p.File, 1, "front-matter", "%s is missing or wrong: want %s", key, want)
		}
	}
	check(strings.HasPrefix(p.File, p.ID+"-"), "id", "the digits of the file's name")
	if !bytes.HasPrefix(l.source(p), []byte("---\n")) {
		l.found(p.File, 1, "front-matter", "there is none")
		return
	}
	_, match := l.library.At(p.Revision)
	check(p.Subtitle != "", "subtitle", "a few words")
	check(p.Summary != "", "summary", "one or two sentences")
	check(slices.Contains([]string{"foundation", "jetpack-nixos", "system"}, p.Group), "group", "foundation, jetpack-nixos or system")
	check(match == catalog.Exact && len(p.Revision) == 40, "revision", "a full hash of a commit with known options")
	check(p.Minutes > 0 && p.Minutes <= maxMinutes, "minutes", fmt.Sprintf("1 to %d", maxMinutes))
	for _, id := range p.BuildsOn {
		_, ok := l.pills.Find(id)
		check(ok && id < p.ID, "builds-on", fmt.Sprintf("earlier pills, not %q", id))
	}
	first := p.Sections[0]
	if want := fmt.Sprintf("Pill %s: %s — %s", p.ID, p.Title, p.Subtitle); first.Title != want {
		l.found(p.File, first.Line, "front-matter", "the title is %q, the front matter says %q", first.Title, want)
	}
}

// short counts the lines of the short version as they stand in the file, without what comments hide.
func (l *linter) short(p *pill.Pill) {
	at := slices.IndexFunc(p.Sections, func(s pill.Section) bool { return strings.EqualFold(s.Title, shortTitle) })
	if at < 0 {
		l.found(p.File, 0, "tldr", "no section %s", shortTitle)
		return
	}
	lines, hidden := 0, false
	for _, line := range l.lines(p.Sections[at])[1:] {
		if line == "---" {
			break
		}
		hidden = hidden || strings.HasPrefix(line, "<!--")
		if strings.TrimSpace(line) != "" && !hidden {
			lines++
		}
		hidden = hidden && !strings.HasSuffix(line, "-->")
	}
	if lines < 1 || lines > maxShort {
		l.found(p.File, p.Sections[at].Line, "tldr", "%d lines, want 1 to %d", lines, maxShort)
	}
}

// lines are those of a section in the file, its heading first, without the sections inside it.
func (l *linter) lines(s pill.Section) []string {
	lines := strings.Split(string(l.source(s.Pill)), "\n")
	end := len(lines)
	for _, other := range s.Pill.Sections {
		if other.Line > s.Line {
			end = other.Line - 1
			break
		}
	}
	return lines[s.Line-1 : end]
}

// questions checks that the last section asks, and that each answer is folded in a form that code hosts
// show: empty lines around what is inside.
func (l *linter) questions(p *pill.Pill) {
	sections := storySections(p)
	last := sections[len(sections)-1]
	if last.Title != askingTitle {
		l.found(p.File, last.Line, "questions", "the last section before the reference is %q, want %q", last.Title, askingTitle)
		return
	}
	lines := strings.Split(string(l.source(p)), "\n")
	opened, closed := 0, 0
	for i := last.Line; i < last.Line+len(l.lines(last))-1; i++ {
		line := lines[i]
		if strings.Contains(line, "<details>") {
			opened++
			if line != "<details><summary>Answer</summary>" {
				l.found(p.File, i+1, "questions", "want <details><summary>Answer</summary> on a line of its own")
			}
			if i+1 < len(lines) && lines[i+1] != "" || lines[i-1] != "" {
				l.found(p.File, i+1, "questions", "want empty lines around the opening tag")
			}
		}
		if strings.Contains(line, "</details>") {
			closed++
			if line != "</details>" || lines[i-1] != "" {
				l.found(p.File, i+1, "questions", "want </details> on a line of its own below an empty one")
			}
		}
	}
	if opened != questions || closed != questions {
		l.found(p.File, last.Line, "questions", "%d folded answers, want %d", opened, questions)
	}
}

// footer checks the last line, which the sections leave out.
func (l *linter) footer(p *pill.Pill) {
	lines := strings.Split(strings.TrimRight(string(l.source(p)), "\n"), "\n")
	last := lines[len(lines)-1]
	number := len(lines)
	if len(lines) < 4 || lines[len(lines)-2] != "" || lines[len(lines)-3] != "---" {
		l.found(p.File, number, "footer", "want a line --- and an empty line above the last line")
	}
	all := l.pills.Pills()
	i := slices.Index(all, p)
	want := []string{"[Index](README.md)"}
	if i > 0 {
		want = slices.Insert(want, 0, fmt.Sprintf("[← Pill %s: %s](%s)", all[i-1].ID, all[i-1].Title, all[i-1].File))
	}
	if i+1 < len(all) {
		want = append(want, fmt.Sprintf("[Pill %s: %s →](%s)", all[i+1].ID, all[i+1].Title, all[i+1].File))
	}
	if joined := strings.Join(want, " · "); last != joined {
		l.found(p.File, number, "footer", "the last line is %q, want %q", last, joined)
	}
}

func (l *linter) links(p *pill.Pill) {
	for _, link := range p.Links() {
		if link.URL != "" {
			if !strings.HasPrefix(link.URL, "https://") {
				l.found(p.File, link.Line, "link", "%s is not https", link.URL)
			}
			continue
		}
		ref := link.File
		if link.Anchor != "" {
			ref += "#" + link.Anchor
		}
		s, ok := l.pills.Find(ref)
		if !ok || s.Pill.File != link.File || link.Anchor != "" && s.Anchor != link.Anchor {
			l.found(p.File, link.Line, "link", "%s leads nowhere", ref)
		}
	}
}

// isKnownInfo reports whether the words behind a block's language mean something: eval, or file=NAME, for a file of the steps
// that a reader tries.
func isKnownInfo(block pill.CodeBlock) bool {
	name, isFile := strings.CutPrefix(block.Info[0], "file=")
	return len(block.Info) == 1 && (block.Language == "nix" && block.Info[0] == "eval" || isFile && filepath.IsLocal(name))
}

func (l *linter) blocks(p *pill.Pill) {
	for _, block := range p.CodeBlocks() {
		switch {
		case block.Language == "":
			l.found(p.File, block.Line, "fence", "the code block has no language")
		case block.Language == "diagram":
			if len(block.Info) == 0 {
				l.found(p.File, block.Line, "diagram", "the diagram has no title behind the word diagram")
			}
		case len(block.Info) > 0 && !isKnownInfo(block):
			l.found(p.File, block.Line, "fence", "unknown words behind the language: %s", strings.Join(block.Info, " "))
		}
		if block.Language != "text" && block.Language != "diagram" {
			continue
		}
		for i, line := range strings.Split(block.Text, "\n") {
			if n := utf8.RuneCountInString(line); n > maxColumns {
				l.found(p.File, block.Line+1+i, "diagram", "%d columns, want at most %d", n, maxColumns)
			}
		}
	}
}
