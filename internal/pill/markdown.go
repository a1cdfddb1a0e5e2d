package pill

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"

	"jetpills/internal/markup"
)

// A markdown writes parts of a pill as Markdown again, links led elsewhere. Anyone may have written the
// pill: its text is escaped again, because what stood between two texts may be left out. Blocks are slices
// of lines without "\n", so that the block around them can put its marks before each.
type markdown struct {
	pill   *Pill
	target func(Link) string
}

func (m *markdown) block(n ast.Node, end limit) []string {
	source := m.pill.source()
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return trimBlank(strings.Split(m.inlines(end.text.of(spans(n, source)), false), "\n"))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		language, lines := codeLines(n, source, end)
		if language == diagram {
			language = "text" // which editors know
		}
		return markup.Fence(language, lines)
	case *ast.List:
		return list(n, end, func(block ast.Node) []string { return m.block(block, limit{}) })
	case *ast.Blockquote:
		var lines []string
		for inner := range unfolded(slices.Collect(children(n)), source) {
			block := m.block(inner, limit{})
			if len(block) > 0 && len(lines) > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, block...)
		}
		return prefixed(lines, "> ", "> ")
	case *tables.Table:
		return m.table(n, end)
	}
	return nil
}

// tableRules are the rules under the head of a table's column.
var tableRules = map[tables.Alignment]string{
	tables.AlignLeft: ":---|", tables.AlignRight: "---:|", tables.AlignCenter: ":---:|", tables.AlignNone: "---|",
}

func (m *markdown) table(n *tables.Table, end limit) []string {
	var lines []string
	for i, row := range tableRows(n, end) {
		line := "|"
		for _, cell := range row {
			line += " " + m.inlines(spans(cell, m.pill.source()), true) + " |"
		}
		if row == nil {
			line = "| … |" + strings.Repeat(" |", len(n.Alignments)-1)
		}
		lines = append(lines, strings.ReplaceAll(line, "\n", " "))
		if i == 0 {
			rule := "|"
			for _, align := range n.Alignments {
				rule += tableRules[align]
			}
			lines = append(lines, rule)
		}
	}
	return lines
}

// tableRows are the cells of the rows of a table that are shown, the head first; nil stands for rows left
// out.
func tableRows(n *tables.Table, end limit) [][]ast.Node {
	rows := slices.Collect(children(n))
	from, to := end.window(len(rows) - 1)
	var shown [][]ast.Node
	for i, row := range rows {
		switch {
		case i == 0 || from < i && i <= to:
			shown = append(shown, slices.Collect(children(row)))
		case i == from || i == to+1:
			shown = append(shown, nil)
		}
	}
	return shown
}

// An inlineWriter writes what stands in a paragraph or in a cell of a table. Texts that follow each other
// are escaped as one.
type inlineWriter struct {
	out  strings.Builder
	text strings.Builder // to be escaped
	cell bool
}

// mark writes Markdown.
func (w *inlineWriter) mark(markdown string) {
	if w.text.Len() > 0 {
		starts := !w.cell && (w.out.Len() == 0 || strings.HasSuffix(w.out.String(), "\n"))
		text := markup.Escape(w.text.String(), starts)
		w.text.Reset()
		w.mark(text)
	}
	if w.cell {
		markdown = strings.ReplaceAll(markdown, "|", `\|`) // a bar would end the cell
	}
	w.out.WriteString(markdown)
}

func (m *markdown) inlines(all []span, cell bool) string {
	w := inlineWriter{cell: cell}
	for _, s := range all {
		switch n := s.node.(type) {
		case nil:
			hard := "\\\n"
			if cell {
				hard = " "
			}
			w.mark(strings.ReplaceAll(s.text, "\v", hard))
		case *ast.CodeSpan:
			w.mark(markup.CodeSpan(s.text))
		case *ast.Emphasis:
			w.mark(strings.Repeat("*", n.Level))
		case *ast.Link:
			switch target := m.destination(n); {
			case target == "":
			case s.ends:
				w.mark("](" + target + ")")
			default:
				w.mark("[")
			}
		case *ast.AutoLink:
			if target := markup.Address(s.text); target != "" {
				w.mark("<" + target + ">")
				break
			}
			w.text.WriteString(s.text)
		default:
			w.text.WriteString(s.text)
		}
	}
	w.mark("")
	return w.out.String()
}

// destination is where a link leads from the new document; "" removes the link and leaves its text.
func (m *markdown) destination(n *ast.Link) string {
	l := m.pill.link(n)
	switch {
	case l.URL != "":
		return markup.Address(l.URL)
	case m.target != nil:
		return markup.Address(m.target(l))
	}
	return markup.Destination(plainText(n.Destination))
}

// list lays out the items of a list that are shown.
func list(n *ast.List, end limit, block func(ast.Node) []string) []string {
	var lines []string
	items := slices.Collect(children(n))
	from, to := end.window(len(items))
	for i, item := range items[from:to] {
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(n.Start+from+i) + string(rune(n.Marker)) + " "
		}
		var inner []string
		for child := range children(item) {
			part := block(child)
			if len(part) > 0 && len(inner) > 0 && !n.IsTight {
				inner = append(inner, "")
			}
			inner = append(inner, part...)
		}
		if len(lines) > 0 && !n.IsTight {
			lines = append(lines, "")
		}
		if len(inner) == 0 {
			inner = []string{""}
		}
		lines = append(lines, prefixed(inner, mark, strings.Repeat(" ", len(mark)))...)
	}
	return lines
}

// prefixed puts first before the first line and rest before the others, with no spaces left at the end of
// empty ones.
func prefixed(lines []string, first, rest string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if line == "" {
			prefix = strings.TrimRight(prefix, " ")
		}
		out[i] = prefix + line
	}
	return out
}

// codeLines returns a code block's lines, as many as end allows; a cut is marked in the way of the block's
// language.
func codeLines(n ast.Node, source []byte, end limit) (language string, lines []string) {
	if fenced, ok := n.(*ast.FencedCodeBlock); ok && fenced.Info != nil {
		language, _, _ = strings.Cut(strings.TrimSpace(string(fenced.Info.Segment.Value(source))), " ")
	}
	text := strings.TrimRight(string(n.Lines().Value(source)), "\n")
	lines = strings.Split(text, "\n")
	if end.lines <= 0 || len(lines) <= end.lines {
		return language, lines
	}
	mark := "…"
	switch language {
	case "nix", "bash", "sh", "shell", "console", "yaml", "toml", "python":
		mark = "# …"
	}
	indented := func(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] + mark }
	if order := shownLines(lines, end.lines, end.at); order != nil {
		var cut []string
		for i, at := range order {
			switch {
			case at >= 0:
				cut = append(cut, lines[at])
			case i+1 < len(order):
				cut = append(cut, indented(lines[order[i+1]]))
			default:
				cut = append(cut, indented(cut[len(cut)-1]))
			}
		}
		return language, cut
	}
	lines = lines[:max(end.lines-1, 1)]
	for len(lines) > 1 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return language, append(lines[:len(lines):len(lines)], indented(lines[len(lines)-1]))
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// folds counts the <details> that an HTML block opens, less those it closes.
func folds(n *ast.HTMLBlock, source []byte) int {
	tags := strings.ToLower(htmlText(n, source))
	return strings.Count(tags, "<details") - strings.Count(tags, "</details")
}

// unfolded are the blocks that an excerpt may show: no HTML, and nothing that a <details> hides.
func unfolded(nodes []ast.Node, source []byte) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		folded := 0
		for _, n := range nodes {
			if html, ok := n.(*ast.HTMLBlock); ok {
				folded = max(folded+folds(html, source), 0)
			} else if folded == 0 && !yield(n) {
				return
			}
		}
	}
}
