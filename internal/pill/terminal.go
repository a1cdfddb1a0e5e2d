package pill

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"

	"jetpills/internal/text"
)

// Render writes the whole pill for a terminal of so many columns (80 if width
// is not positive), with ANSI colours if color is set. Code is never wrapped.
func (p *Pill) Render(w io.Writer, width int, color bool) error {
	return p.Sections[0].render(w, p.Sections, width, color)
}

// Render writes the section and those inside it as Pill.Render does.
func (s Section) Render(w io.Writer, width int, color bool) error {
	return s.render(w, s.subtree(), width, color)
}

func (s Section) render(w io.Writer, sections []Section, width int, color bool) error {
	if width <= 0 {
		width = 80
	}
	t := terminal{pill: s.Pill, color: color, named: true}
	width = max(width, 20)
	var out strings.Builder
	for i, section := range sections {
		if i > 0 {
			out.WriteByte('\n')
		}
		for _, line := range t.heading(section, width) {
			out.WriteString(line + "\n")
		}
		for _, line := range t.blocks(section.body.nodes, width) {
			if out.Len() > 0 && line.first {
				out.WriteByte('\n')
			}
			out.WriteString(line.text + "\n")
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// A terminal lays out parts of a pill as text. As in markdown, blocks are
// slices of lines. Width 0 keeps the line ends of the source.
type terminal struct {
	pill  *Pill
	color bool
	named bool // links name where they lead
}

// ANSI attributes.
const (
	bold      = "1"
	italic    = "3"
	underline = "4"
	dim       = "2"
	cyan      = "36"
)

func (t *terminal) style(text, attribute string) string {
	if !t.color || text == "" {
		return text
	}
	return "\x1b[" + attribute + "m" + text + "\x1b[0m"
}

func (t *terminal) heading(s Section, width int) []string {
	lines := wrap([]span{{text: s.Title}}, width, func(p span) string { return t.style(p.text, bold) })
	rule := ""
	switch s.Level {
	case 1:
		rule = "="
	case 2:
		rule = "-"
	default:
		lines = prefixed(lines, strings.Repeat("#", s.Level)+" ", "    ")
	}
	if rule != "" {
		lines = append(lines, t.style(strings.Repeat(rule, min(utf8.RuneCountInString(s.Title), width)), dim))
	}
	return lines
}

// A row is a line of a sequence of blocks.
type row struct {
	text  string
	first bool // of its block: an empty line goes before it
}

func (t *terminal) blocks(nodes []ast.Node, width int) []row {
	var rows []row
	answer := false // the next block opens what a summary announced
	for _, n := range nodes {
		var lines []string
		if html, ok := n.(*ast.HTMLBlock); ok {
			lines = t.html(html, width)
			answer = folds(html, t.pill.source) > 0
		} else {
			lines = t.block(n, limit{}, width)
			if answer {
				for _, line := range lines {
					rows = append(rows, row{line, false})
				}
				answer = false
				continue
			}
		}
		for i, line := range lines {
			rows = append(rows, row{line, i == 0})
		}
	}
	return rows
}

func (t *terminal) nested(parent ast.Node, width int) []string {
	var nodes []ast.Node
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		nodes = append(nodes, n)
	}
	var lines []string
	for _, r := range t.blocks(nodes, width) {
		if r.first && len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, r.text)
	}
	return lines
}

func (t *terminal) block(n ast.Node, end limit, width int) []string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return t.wrap(t.spans(n, end.text), width)
	case *ast.Heading:
		return t.wrap(t.spans(n, cut{}), width)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		_, lines := codeLines(n, t.pill.source, end)
		lines = slices.Clone(lines)
		for i := range lines {
			lines[i] = t.style(text.Visible(lines[i], "\t"), cyan)
		}
		return prefixed(lines, "    ", "    ")
	case *ast.List:
		return list(n, end, func(block ast.Node) []string {
			if block.Kind() == ast.KindHTMLBlock {
				return t.html(block.(*ast.HTMLBlock), narrower(width, 4))
			}
			return t.block(block, limit{}, narrower(width, 4))
		})
	case *ast.Blockquote:
		bar := t.style("│", dim) + " "
		return prefixed(t.nested(n, narrower(width, 2)), bar, bar)
	case *tables.Table:
		return t.table(n, end, width)
	case *ast.ThematicBreak:
		return []string{t.style(strings.Repeat("─", max(min(width, 40), 3)), dim)}
	case *ast.HTMLBlock:
		return t.html(n, width)
	}
	return nil
}

func narrower(width, by int) int {
	if width == 0 {
		return 0
	}
	return max(width-by, 10)
}

// html shows what an HTML block says: the summary of a folded part as
// "Answer:", other tags by their text.
func (t *terminal) html(n *ast.HTMLBlock, width int) []string {
	var out []span
	rest := htmlText(n, t.pill.source)
	for rest != "" {
		text, tag, found := strings.Cut(rest, "<")
		out = append(out, span{text: printable(plainText([]byte(text)))})
		if !found {
			break
		}
		name, after, closed := strings.Cut(tag, ">")
		if !closed {
			break
		}
		rest = after
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "/summary":
			if !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, ":") {
				out = append(out, span{text: ":"})
			}
			out = append(out, span{text: "\v"})
		case "br", "br/", "br /":
			out = append(out, span{text: "\v"})
		}
	}
	return trimBlank(t.wrap(out, width))
}

func (t *terminal) wrap(spans []span, width int) []string {
	return trimBlank(wrap(spans, width, t.span))
}

func (t *terminal) span(s span) string {
	switch {
	case s.code:
		return t.style(s.text, cyan)
	case s.strong:
		return t.style(s.text, bold)
	case s.emphasis:
		return t.style(s.text, italic)
	}
	return s.text
}

// spans flattens a block: with the names of its links, with back-ticks around
// code that no colour sets off.
func (t *terminal) spans(n ast.Node, end cut) []span {
	var out []span
	for _, s := range spans(n, t.pill.source, end) {
		name := t.name(s)
		s.text = printable(s.text)
		if s.code && !t.color {
			s.text = "`" + s.text + "`"
		}
		out = append(out, s)
		if name != "" {
			out = append(out, span{text: name})
		}
	}
	return out
}

// name is what a link's text is followed by, so that a reader of a terminal
// can go there: the address, or what "pills show" takes.
func (t *terminal) name(s span) string {
	if !t.named || s.link == "" {
		return ""
	}
	l := t.pill.link(s.link, nil)
	switch {
	case l.URL != "":
		return " (" + printable(l.URL) + ")"
	case l.File == t.pill.File:
		return ""
	}
	name := l.File
	if id, ok := idOf(l.File); ok {
		name = id
	}
	if l.Anchor != "" {
		name += "#" + l.Anchor
	} else if strings.Contains(s.text, name) {
		return ""
	}
	return " (" + text.Visible(name, "") + ")"
}

// printable writes out what would command a terminal instead of showing, but for what a span's text breaks lines with.
func printable(s string) string { return text.Visible(s, "\t\n\v") }

// shortCode is how long code may be, in characters, to stay on one line.
const shortCode = 24

// wrap breaks text into lines of at most width characters where words allow;
// with width 0 the lines are the source's. styled turns a piece of a word into
// what is written.
func wrap(spans []span, width int, styled func(span) string) []string {
	var lines []string
	var line, word strings.Builder
	lineLen, wordLen := 0, 0
	endWord := func() {
		if wordLen == 0 {
			return
		}
		if lineLen > 0 {
			if width > 0 && lineLen+1+wordLen > width {
				lines = append(lines, line.String())
				line.Reset()
				lineLen = 0
			} else {
				line.WriteByte(' ')
				lineLen++
			}
		}
		line.WriteString(word.String())
		lineLen += wordLen
		word.Reset()
		wordLen = 0
	}
	endLine := func() {
		endWord()
		lines = append(lines, line.String())
		line.Reset()
		lineLen = 0
	}
	for _, s := range spans {
		text := s.text
		if s.code && utf8.RuneCountInString(text) < shortCode {
			word.WriteString(styled(s))
			wordLen += utf8.RuneCountInString(text)
			continue
		}
		for text != "" {
			at := strings.IndexAny(text, " \t\n\v")
			piece := s
			if piece.text = text; at >= 0 {
				piece.text = text[:at]
			}
			if piece.text != "" {
				word.WriteString(styled(piece))
				wordLen += utf8.RuneCountInString(piece.text)
			}
			if at < 0 {
				break
			}
			switch {
			case text[at] == '\v', text[at] == '\n' && width == 0:
				endLine()
			default:
				endWord()
			}
			text = text[at+1:]
		}
	}
	endWord()
	if lineLen > 0 {
		lines = append(lines, line.String())
	}
	return lines
}

// table aligns the columns; where the table is too wide the widest columns
// give way and their cells wrap.
func (t *terminal) table(n *tables.Table, end limit, width int) []string {
	var rows [][][]span
	columns := 0
	from, to := end.window(n.ChildCount() - 1)
	number := -1
	for r := n.FirstChild(); r != nil; r = r.NextSibling() {
		if number++; number > 0 && (number <= from || number > to) {
			if number == from || number == to+1 {
				rows = append(rows, [][]span{{{text: "…"}}})
			}
			continue
		}
		var cells [][]span
		for cell := r.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, t.spans(cell, cut{}))
		}
		rows = append(rows, cells)
		columns = max(columns, len(cells))
	}
	widths := make([]int, columns)
	for _, cells := range rows {
		for i, cell := range cells {
			for _, line := range wrap(cell, 1<<20, unstyled) {
				widths[i] = max(widths[i], utf8.RuneCountInString(line))
			}
		}
	}
	if width > 0 {
		narrow(widths, width-2*(columns-1))
	}
	var lines []string
	for i, cells := range rows {
		lines = append(lines, t.tableRow(cells, widths, i == 0)...)
		if i == 0 {
			rule := make([]string, columns)
			for c := range rule {
				rule[c] = strings.Repeat("─", widths[c])
			}
			lines = append(lines, t.style(strings.Join(rule, "  "), dim))
		}
	}
	return lines
}

// unstyled is a span's text: what takes room.
func unstyled(s span) string { return s.text }

func (t *terminal) tableRow(cells [][]span, widths []int, head bool) []string {
	shown := make([][]string, len(widths))
	lengths := make([][]string, len(widths))
	height := 0
	for i, cell := range cells {
		if head {
			cell = slices.Clone(cell)
			for j := range cell {
				cell[j].strong = !cell[j].code
			}
		}
		shown[i] = wrap(cell, widths[i], t.span)
		lengths[i] = wrap(cell, widths[i], unstyled)
		height = max(height, len(shown[i]))
	}
	lines := make([]string, height)
	for l := range lines {
		var b strings.Builder
		for i := range widths {
			length := 0
			if l < len(shown[i]) {
				b.WriteString(shown[i][l])
				length = utf8.RuneCountInString(lengths[i][l])
			}
			if i < len(widths)-1 {
				b.WriteString(strings.Repeat(" ", max(widths[i]-length, 0)+2))
			}
		}
		lines[l] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// narrow takes columns back until they fit into room characters, the widest
// first, none below 8.
func narrow(widths []int, room int) {
	total := 0
	for _, w := range widths {
		total += w
	}
	for total > room {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 8 {
			return
		}
		widths[widest]--
		total--
	}
}
