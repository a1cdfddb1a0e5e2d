package pill

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// A markdown writes parts of a pill as Markdown again, links led elsewhere.
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
		var b strings.Builder
		m.children(&b, n, end.text, false)
		return trimBlank(strings.Split(b.String(), "\n"))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		language, code := codeLines(n, source, end)
		fence := strings.Repeat("`", max(3, longestRun(code, '`')+1))
		return append(append([]string{fence + language}, code...), fence)
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
			b.WriteByte(' ')
			m.children(&b, cell, cut{}, true)
			b.WriteString(" |")
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

func (m *markdown) children(b *strings.Builder, n ast.Node, end cut, cell bool) {
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		m.inline(b, child, end, cell)
		if end.child == child {
			b.WriteString(" …")
			return
		}
	}
}

func (m *markdown) inline(b *strings.Builder, n ast.Node, end cut, cell bool) {
	source := m.pill.source
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(source)
		if end.child == n {
			b.Write(value[:end.offset])
			return
		}
		b.Write(value)
		switch {
		case n.HardLineBreak():
			b.WriteString("\\\n")
		case n.SoftLineBreak():
			b.WriteByte('\n')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.CodeSpan:
		code := codeSpanText(n, source)
		if cell {
			code = strings.ReplaceAll(code, "|", `\|`)
		}
		fence := strings.Repeat("`", longestRun([]string{code}, '`')+1)
		pad := ""
		if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") {
			pad = " "
		}
		b.WriteString(fence + pad + code + pad + fence)
	case *ast.Emphasis:
		mark := strings.Repeat("*", n.Level)
		b.WriteString(mark)
		m.children(b, n, cut{}, cell)
		b.WriteString(mark)
	case *ast.Link:
		target := m.destination(n)
		if target == "" {
			m.children(b, n, cut{}, cell)
			return
		}
		b.WriteByte('[')
		m.children(b, n, cut{}, cell)
		b.WriteString("](" + target + ")")
	case *ast.AutoLink:
		b.WriteString("<" + string(n.Label(source)) + ">")
	case *ast.Image:
	case *ast.RawHTML:
		if isBreak(n, source) {
			if cell {
				b.WriteString("<br>")
			} else {
				b.WriteString("\\\n")
			}
		}
	default:
		m.children(b, n, cut{}, cell)
	}
}

// destination is where a link leads in its new place; "" takes the link away
// and leaves its text.
func (m *markdown) destination(n *ast.Link) string {
	l := m.pill.link(string(n.Destination), n)
	target := ""
	switch {
	case l.URL != "":
		if hasWebScheme(l.URL) {
			target = l.URL
		}
	case m.target != nil:
		target = m.target(l)
	default:
		target = string(n.Destination)
	}
	if strings.ContainsAny(target, " ()<>") {
		target = "<" + strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", "\n", "").Replace(target) + ">"
	}
	return target
}

func hasWebScheme(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto":
		return true
	}
	return false
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

func longestRun(lines []string, c byte) int {
	longest := 0
	for _, line := range lines {
		run := 0
		for i := range len(line) {
			if line[i] != c {
				run = 0
				continue
			}
			run++
			longest = max(longest, run)
		}
	}
	return longest
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
