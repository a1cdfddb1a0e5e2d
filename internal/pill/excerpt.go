package pill

import (
	"bytes"
	"strings"
	"sync/atomic"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// DefaultLines is how many lines an excerpt has by default: fences and blank lines are not counted, a
// paragraph counts as if shown 80 columns wide.
const DefaultLines = 12

const excerptWidth = 80

// slack is how many lines code may have beyond the limit before it is cut; what a first paragraph announces
// may have twice as many.
const slack = 2

// An Excerpt is the beginning of a section, cut where a reader would cut it.
type Excerpt struct {
	// Section is where the text stands: the section asked for, or its first subsection that says something.
	Section Section

	items    []item
	rendered *atomic.Pointer[rendering] // what Markdown gave last
}

// A rendering is an excerpt in Markdown, with the addresses that its links had.
type rendering struct {
	links     []Link
	addresses []string
	text      string
}

// An item is a block of an excerpt and how much of it is shown.
type item struct {
	node ast.Node
	end  limit
}

// A limit cuts a block short; its zero value shows all of it.
type limit struct {
	text  cut // of a paragraph
	lines int // of code; items of a list; rows of a table
	at    int // one of these that must be shown, from 1; 0 for the beginning
}

// window is which of so many lines, items or rows are shown: from from up to end, the one at among them.
func (l limit) window(total int) (from, end int) {
	if l.lines <= 0 || l.lines >= total {
		return 0, total
	}
	if l.at > l.lines {
		from = min(l.at-1-l.lines/3, total-l.lines)
	}
	return from, from + l.lines
}

// Excerpt returns the section's first paragraph and as much of what follows as fits into maxLines lines
// (DefaultLines if it is not positive). Code that is too long is cut inside its fence, a list between
// items, a table not at all. Comments, folded parts and the file's footer are left out; a section with no
// text of its own gives that of its first subsection. A section that For found by a name shows where that
// name stands, if the section has it.
func (s Section) Excerpt(maxLines int) Excerpt {
	if maxLines <= 0 {
		maxLines = DefaultLines
	}
	source := s.Pill.source()
	for i, inner := range s.Subtree() {
		if i > 0 && inner.body.role == framing {
			continue
		}
		if items := choose(inner.nodes(), source, maxLines); len(items) > 0 {
			e := Excerpt{inner, items, new(atomic.Pointer[rendering])}
			if s.focus != "" && !hasName(e.Markdown(nil), s.focus) {
				if items := chooseAround(s.focus, inner.nodes(), source, maxLines); items != nil {
					e.items = items
				}
			}
			if last := items[len(items)-1]; len(items) == 1 && announces(last.node, source) && isLast(inner.nodes(), last.node) {
				e.items = append(e.items, s.announced(inner, maxLines-height(last.node, source))...)
			}
			return e
		}
	}
	return Excerpt{Section: s}
}

// announced is the beginning of what stands in the first section inside, where all that a section says
// itself ends in a colon.
func (s Section) announced(outer Section, room int) []item {
	for _, inner := range outer.Subtree()[1:] {
		if items := choose(inner.nodes(), s.Pill.source(), room); inner.body.role != framing && len(items) > 0 {
			return items
		}
	}
	return nil
}

// Empty reports whether the section says nothing.
func (e Excerpt) Empty() bool { return len(e.items) == 0 }

// Markdown returns the excerpt, with "\n" between lines and none at the end. Links to files and anchors go
// through target, which returns an address, or "" to keep the link's text alone; with a nil target they
// stay as written.
func (e Excerpt) Markdown(target func(Link) string) string {
	if target == nil || e.rendered == nil {
		m := markdown{e.Section.Pill, target}
		return e.render(m.block)
	}
	isSame := func(r *rendering) bool {
		for i, link := range r.links {
			if target(link) != r.addresses[i] {
				return false
			}
		}
		return true
	}
	if r := e.rendered.Load(); r != nil && isSame(r) {
		return r.text
	}
	r := &rendering{}
	m := markdown{e.Section.Pill, func(link Link) string {
		address := target(link)
		r.links, r.addresses = append(r.links, link), append(r.addresses, address)
		return address
	}}
	r.text = e.render(m.block)
	e.rendered.Store(r)
	return r.text
}

// Plain returns the excerpt for clients that show text as it is: code is indented, links are their text,
// lines end where the author ended them.
func (e Excerpt) Plain() string {
	t := terminal{pill: e.Section.Pill}
	return e.render(func(n ast.Node, end limit) []string { return t.block(n, end, 0) })
}

func (e Excerpt) render(block func(ast.Node, limit) []string) string {
	blocks := make([]string, len(e.items))
	for i, item := range e.items {
		blocks[i] = strings.Join(block(item.node, item.end), "\n")
	}
	return strings.Join(blocks, "\n\n")
}

// choose picks the blocks of an excerpt; none when the section has no text of its own.
func choose(nodes []ast.Node, source []byte, room int) []item {
	var items []item
	var spare ast.Node // a table to fall back on
	full := room
	for n := range unfolded(nodes, source) {
		if isNavigation(n, source) || isBlank(n, source) {
			continue
		}
		size := height(n, source)
		more := 0
		announced := len(items) == 1 && announces(items[0].node, source)
		switch {
		case announced:
			more = 2 * slack
		case isCode(n):
			more = slack
		}
		if size <= room+more {
			items = append(items, item{node: n})
			room = max(room-size, 0)
			continue
		}
		if announced {
			// The first paragraph alone would be a promise.
			if end, ok := shorten(n, source, room, true); ok {
				return append(items, item{n, end})
			}
		}
		// A table is shown whole or not at all; what stands under it may refer to it and goes too, unless
		// nothing was shown yet.
		if n.Kind() == tables.KindTable && len(items) == 0 {
			if spare == nil {
				spare = n
			}
			continue
		}
		if end, ok := shorten(n, source, room, len(items) == 0); ok {
			return append(items, item{n, end})
		}
		if len(items) > 0 {
			break
		}
	}
	// Words that announce a block that did not fit announce nothing.
	if last := len(items) - 1; last > 0 && room < full && announces(items[last].node, source) && !isLast(nodes, items[last].node) {
		items = items[:last]
	}
	if len(items) == 0 && spare != nil {
		items = append(items, item{spare, limit{lines: max(full-3, 1)}})
	}
	return items
}

func isCode(n ast.Node) bool {
	return n.Kind() == ast.KindFencedCodeBlock || n.Kind() == ast.KindCodeBlock
}

func isLast(nodes []ast.Node, n ast.Node) bool { return nodes[len(nodes)-1] == n }

// shorten cuts a block that does not fit into room lines, where that leaves something worth reading.
func shorten(n ast.Node, source []byte, room int, first bool) (limit, bool) {
	switch n := n.(type) {
	case *ast.Paragraph:
		if !first {
			return limit{}, false
		}
		end := sentenceEnd(spans(n, source), room*excerptWidth)
		return limit{text: end}, end != cut{}
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		language, _ := codeLines(n, source, limit{})
		if !first && (isDrawing(language) || room < 4) {
			return limit{}, false
		}
		return limit{lines: max(room, 2)}, true
	case *ast.List:
		fit := 0
		for item := range children(n) {
			if room -= height(item, source); room < 0 {
				break
			}
			fit++
		}
		if fit == 0 && first {
			fit = 1
		}
		return limit{lines: fit}, fit > 0
	case *tables.Table:
		return limit{lines: max(room-3, 1)}, first
	}
	return limit{}, false
}

// height estimates the lines that a block takes on a screen.
func height(n ast.Node, source []byte) int {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		characters, breaks := length(spans(n, source))
		return max(n.Lines().Len(), breaks+(characters+excerptWidth-1)/excerptWidth)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return n.Lines().Len()
	case *tables.Table:
		return n.ChildCount() + 1
	case *ast.HTMLBlock, *ast.ThematicBreak:
		return 0
	}
	size := 0
	for child := range children(n) {
		if child.Type() == ast.TypeBlock {
			size += height(child, source)
		}
	}
	return size
}

// announces reports whether a paragraph ends in a colon.
func announces(n ast.Node, source []byte) bool {
	return n.Kind() == ast.KindParagraph && strings.HasSuffix(plainInline(n, source), ":")
}

// isBlank reports whether nothing of a block is left without its images, comments and tags.
func isBlank(n ast.Node, source []byte) bool {
	switch n.Kind() {
	case ast.KindThematicBreak, ast.KindHeading, ast.KindHTMLBlock, ast.KindLinkReferenceDefinition:
		return true
	case ast.KindParagraph, ast.KindTextBlock:
		return plainInline(n, source) == ""
	case ast.KindFencedCodeBlock, ast.KindCodeBlock:
		return len(bytes.TrimSpace(n.Lines().Value(source))) == 0
	}
	return n.FirstChild() == nil
}
