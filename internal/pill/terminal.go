package pill

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"

	"jetpills/internal/pattern"
	"jetpills/internal/text"
)

// Render writes the whole pill for a terminal of so many columns (80 if width is not positive), with ANSI
// colours if color is set. Code is never wrapped.
func (p *Pill) Render(w io.Writer, width int, color bool) error {
	return p.Sections[0].render(w, p.Sections, width, color)
}

// Render writes the section and those inside it as Pill.Render does.
func (s Section) Render(w io.Writer, width int, color bool) error {
	return s.render(w, s.Subtree(), width, color)
}

// RenderMarkdown writes Markdown, such as a hover, as Pill.Render writes a pill.
func RenderMarkdown(w io.Writer, markdown string, width int, color bool) error {
	if width <= 0 {
		width = 80
	}
	p := newPill(clean([]byte(markdown)))
	t := terminal{pill: p, color: color, named: true}
	document := markdownParser().Parse(gmtext.NewReader(p.source()))
	_, err := io.WriteString(w, strings.Join(t.blocks(slices.Collect(children(document)), max(width, 20)), "\n")+"\n")
	return err
}

func (s Section) render(w io.Writer, sections []Section, width int, color bool) error {
	if width <= 0 {
		width = 80
	}
	width = max(width, 20)
	t := terminal{pill: s.Pill, color: color, named: true}
	var lines []string
	for i, section := range sections {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, t.heading(section, width)...)
		if blocks := t.blocks(section.nodes(), width); len(blocks) > 0 {
			lines = append(append(lines, ""), blocks...)
		}
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// A terminal lays out parts of a pill as text. As in markdown, blocks are slices of lines. Width 0 keeps
// the line ends of the source.
type terminal struct {
	pill  *Pill
	color bool
	named bool // links name where they lead
}

var words = pattern.New(`[^ \t\n\v]+`)

func (t *terminal) style(s, attribute string) string {
	if !t.color {
		return s
	}
	return text.Paint(s, attribute)
}

// styleWords styles each word of a text, so that it can be wrapped.
func (t *terminal) styleWords(text, attribute string) string {
	if !t.color || attribute == "" {
		return text
	}
	return words.ReplaceAllStringFunc(text, func(word string) string { return t.style(word, attribute) })
}

func (t *terminal) heading(s Section, width int) []string {
	lines := wrap(t.styleWords(s.Title, text.Bold), width)
	switch s.Level {
	case 1, 2:
		rule := strings.Repeat(string("=-"[s.Level-1]), min(utf8.RuneCountInString(s.Title), width))
		return append(lines, t.style(rule, text.Dim))
	}
	return prefixed(lines, strings.Repeat("#", s.Level)+" ", "    ")
}

// blocks lays out blocks with empty lines between them; none stands between the summary of a folded part
// and its content.
func (t *terminal) blocks(nodes []ast.Node, width int) []string {
	var lines []string
	opened := false
	for _, n := range nodes {
		block := t.block(n, limit{}, width)
		html, isHTML := n.(*ast.HTMLBlock)
		if len(block) > 0 && len(lines) > 0 && (isHTML || !opened) {
			lines = append(lines, "")
		}
		lines = append(lines, block...)
		opened = isHTML && folds(html, t.pill.source()) > 0
	}
	return lines
}

func (t *terminal) block(n ast.Node, end limit, width int) []string {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
		return trimBlank(wrap(t.text(end.text.of(spans(n, t.pill.source())), false), width))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		_, lines := codeLines(n, t.pill.source(), end)
		lines = slices.Clone(lines)
		for i, line := range lines {
			lines[i] = t.style(text.Visible(line, "\t"), text.Cyan)
		}
		return prefixed(lines, "    ", "    ")
	case *ast.List:
		return list(n, end, func(block ast.Node) []string { return t.block(block, limit{}, narrower(width, 4)) })
	case *ast.Blockquote:
		bar := t.style("│", text.Dim) + " "
		return prefixed(t.blocks(slices.Collect(children(n)), narrower(width, 2)), bar, bar)
	case *tables.Table:
		return t.table(n, end, width)
	case *ast.ThematicBreak:
		return []string{t.style(strings.Repeat("─", max(min(width, 40), 3)), text.Dim)}
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

// html shows what an HTML block says: the summary of a folded part as "Answer:", other tags by their text.
func (t *terminal) html(n *ast.HTMLBlock, width int) []string {
	var out strings.Builder
	rest := htmlText(n, t.pill.source())
	for rest != "" {
		text, tag, found := strings.Cut(rest, "<")
		out.WriteString(printable(plainText([]byte(text))))
		name, after, closed := strings.Cut(tag, ">")
		if !found || !closed {
			break
		}
		rest = after
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "/summary":
			if !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, ":") {
				out.WriteString(":")
			}
			out.WriteString("\v")
		case "br", "br/", "br /":
			out.WriteString("\v")
		}
	}
	return trimBlank(wrap(out.String(), width))
}

// text is the text of spans for wrap: with the names of its links, with back-ticks around code that no
// colour sets off.
func (t *terminal) text(all []span, strong bool) string {
	var b strings.Builder
	last := "" // text
	for i, s := range all {
		if link, ok := s.node.(*ast.Link); ok && s.ends && all[i-1].node != link {
			b.WriteString(t.name(link, last))
		}
		if s.text != "" {
			last = s.text
		}
		shown, attribute := printable(s.text), ""
		switch {
		case s.code && !t.color:
			shown = "`" + shown + "`"
		case s.code:
			attribute = text.Cyan
		case s.strong || strong:
			attribute = text.Bold
		case s.emphasis:
			attribute = text.Italic
		}
		if s.code && utf8.RuneCountInString(shown) < shortCode {
			shown = strings.NewReplacer(" ", unbroken, "\t", unbroken).Replace(shown)
		}
		b.WriteString(t.styleWords(shown, attribute))
	}
	return b.String()
}

// name is what a link's text is followed by, so that a person at a terminal can go there: the address, or
// what "pills show" takes.
func (t *terminal) name(n *ast.Link, label string) string {
	if !t.named {
		return ""
	}
	l := t.pill.link(n)
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
	} else if strings.Contains(label, name) {
		return ""
	}
	return " (" + text.Visible(name, "") + ")"
}

// printable writes out what would command a terminal instead of showing, but for what a span's text breaks
// lines with.
func printable(s string) string { return text.Visible(s, "\t\n\v") }

const (
	shortCode = 24     // how long code may be, in characters, to stay on one line
	unbroken  = "\x00" // in place of a space in it; no printable text has one
)

// wrap breaks a text into lines of at most width characters where words allow, and always at "\v"; with
// width 0 the lines are the source's.
func wrap(s string, width int) []string {
	if width == 0 {
		s = strings.ReplaceAll(s, "\n", "\v")
	}
	var lines []string
	for part := range strings.SplitSeq(s, "\v") {
		for _, line := range text.Wrap(part, "", "", width) {
			lines = append(lines, strings.ReplaceAll(line, unbroken, " "))
		}
	}
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

// table aligns the columns; where the table is too wide the widest columns give way and their cells wrap.
func (t *terminal) table(n *tables.Table, end limit, width int) []string {
	var rows [][]string
	widths := make([]int, len(n.Alignments))
	for i, cells := range tableRows(n, end) {
		row := make([]string, len(cells))
		for c, cell := range cells {
			row[c] = t.text(spans(cell, t.pill.source()), i == 0)
		}
		if cells == nil {
			row = []string{"…"}
		}
		for c, cell := range row {
			for _, line := range wrap(cell, 1<<20) {
				widths[c] = max(widths[c], text.Columns(line))
			}
		}
		rows = append(rows, row)
	}
	if width > 0 {
		narrow(widths, width-2*(len(widths)-1))
	}
	var lines []string
	for i, row := range rows {
		lines = append(lines, tableRow(row, widths)...)
		if i == 0 {
			rule := make([]string, len(widths))
			for c := range rule {
				rule[c] = strings.Repeat("─", widths[c])
			}
			lines = append(lines, t.style(strings.Join(rule, "  "), text.Dim))
		}
	}
	return lines
}

func tableRow(row []string, widths []int) []string {
	cells := make([][]string, len(widths))
	height := 0
	for c, cell := range row {
		cells[c] = wrap(cell, widths[c])
		height = max(height, len(cells[c]))
	}
	lines := make([]string, height)
	for i := range lines {
		for c, width := range widths {
			line := ""
			if i < len(cells[c]) {
				line = cells[c][i]
			}
			lines[i] += line + strings.Repeat(" ", max(width-text.Columns(line), 0)+2)
		}
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// narrow takes columns back until they fit into room characters, the widest first, none below 8.
func narrow(widths []int, room int) {
	total := 0
	for _, w := range widths {
		total += w
	}
	for ; total > room; total-- {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= 8 {
			return
		}
		widths[widest]--
	}
}
