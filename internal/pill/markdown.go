package pill

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"

	"jetpills/internal/markup"
)

// A markdown writes parts of a pill as Markdown again, links led elsewhere. A pill may be a stranger's: its text is
// escaped anew, because what stood between two texts may be left out.
// Blocks are slices of lines without "\n", so that the block around them can
// put its marks before each.
type markdown struct {
	pill   *Pill
	target func(Link) string
}

func (m *markdown) block(n ast.Node, end limit) []string {
	source := m.pill.source
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return trimBlank(strings.Split(m.inlines(n, end.text, false), "\n"))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return markup.Fence(codeLines(n, source, end))
	case *ast.List:
		return list(n, end, func(block ast.Node) []string { return m.block(block, limit{}) })
	case *ast.Blockquote:
		return prefixed(m.blocks(n), "> ", "> ")
	case *tables.Table:
		return m.table(n, end)
	}
	return nil
}

func (m *markdown) blocks(parent ast.Node) []string {
	var lines []string
	folded := 0
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if html, ok := n.(*ast.HTMLBlock); ok {
			folded += folds(html, m.pill.source)
			continue
		}
		if folded > 0 {
			continue
		}
		if block := m.block(n, limit{}); len(block) > 0 {
			if len(lines) > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, block...)
		}
	}
	return lines
}

func (m *markdown) table(n *tables.Table, end limit) []string {
	var lines []string
	from, to := end.window(n.ChildCount() - 1)
	number := -1
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		if number++; number > 0 && (number <= from || number > to) {
			if number == from || number == to+1 {
				lines = append(lines, "| … |"+strings.Repeat(" |", len(n.Alignments)-1))
			}
			continue
		}
		var b strings.Builder
		b.WriteByte('|')
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			b.WriteString(" " + m.inlines(cell, cut{}, true) + " |")
		}
		lines = append(lines, strings.ReplaceAll(b.String(), "\n", " "))
		if len(lines) == 1 {
			rule := "|"
			for _, align := range n.Alignments {
				switch align {
				case tables.AlignLeft:
					rule += ":---|"
				case tables.AlignRight:
					rule += "---:|"
				case tables.AlignCenter:
					rule += ":---:|"
				default:
					rule += "---|"
				}
			}
			lines = append(lines, rule)
		}
	}
	return lines
}

// An inlineWriter writes what stands in a paragraph or in a cell of a table. Texts that follow each other are escaped as one.
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

// inlines are the inline children of a node.
func (m *markdown) inlines(n ast.Node, end cut, cell bool) string {
	w := inlineWriter{cell: cell}
	m.children(&w, n, end)
	w.mark("")
	return w.out.String()
}

func (m *markdown) children(w *inlineWriter, n ast.Node, end cut) {
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		m.inline(w, child, end)
		if end.child == child {
			w.mark(" …")
			return
		}
	}
}

func (m *markdown) inline(w *inlineWriter, n ast.Node, end cut) {
	source := m.pill.source
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(source)
		if end.child == n {
			value = value[:end.offset]
		}
		w.text.WriteString(plainText(value))
		switch {
		case end.child == n:
		case n.HardLineBreak():
			w.mark("\\\n")
		case n.SoftLineBreak():
			w.mark("\n")
		}
	case *ast.String:
		w.text.Write(n.Value)
	case *ast.CodeSpan:
		w.mark(markup.CodeSpan(codeSpanText(n, source)))
	case *ast.Emphasis:
		mark := strings.Repeat("*", n.Level)
		w.mark(mark)
		m.children(w, n, cut{})
		w.mark(mark)
	case *ast.Link:
		target := m.destination(n)
		if target == "" {
			m.children(w, n, cut{})
			return
		}
		w.mark("[")
		m.children(w, n, cut{})
		w.mark("](" + target + ")")
	case *ast.AutoLink:
		label := string(n.Label(source))
		if target := markup.Address(label); target != "" {
			w.mark("<" + target + ">")
		} else {
			w.text.WriteString(label)
		}
	case *ast.Image:
	case *ast.RawHTML:
		switch {
		case !isBreak(n, source):
		case w.cell:
			w.mark(" ")
		default:
			w.mark("\\\n")
		}
	default:
		m.children(w, n, cut{})
	}
}

// destination is where a link leads in its new place; "" takes the link away
// and leaves its text.
func (m *markdown) destination(n *ast.Link) string {
	l := m.pill.link(destination(n), n)
	switch {
	case l.URL != "":
		return markup.Address(l.URL)
	case m.target != nil:
		return markup.Address(m.target(l))
	}
	return markup.Destination(destination(n))
}

// list lays out the items of a list that are shown.
func list(n *ast.List, end limit, block func(ast.Node) []string) []string {
	var lines []string
	from, to := end.window(n.ChildCount())
	number := n.Start + from
	count := 0
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		if count++; count <= from || count > to {
			continue
		}
		mark := "- "
		if n.IsOrdered() {
			mark = strconv.Itoa(number) + string(rune(n.Marker)) + " "
			number++
		}
		var inner []string
		for child := item.FirstChild(); child != nil; child = child.NextSibling() {
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

// prefixed puts first before the first line and rest before the others, with
// no spaces left at the end of empty ones.
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

// codeLines returns a code block's lines, as many as end allows; a cut is
// marked in the way of the block's language.
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
