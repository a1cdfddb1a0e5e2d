package pill

import (
	"cmp"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"jetpills/internal/text"
)

// A span is a piece of inline text in one style, or one end of a link or an emphasis: its text is "" then.
// Line breaks are spans without a node: "\n" is one of the source, "\v" one that the author demanded.
type span struct {
	node         ast.Node
	text         string
	code, strong bool
	emphasis     bool
	ends         bool // the node ends here
	outer        bool // the text stands right in its block, where a cut breaks nothing
}

// spans flattens the inline nodes inside a block. Images are left out.
func spans(block ast.Node, source []byte) []span {
	var all []span
	var walk func(parent ast.Node, style span)
	walk = func(parent ast.Node, style span) {
		for n := range children(parent) {
			s := style
			s.node = n
			add := func(text string) {
				s.text = text
				all = append(all, s)
			}
			lineBreak := ""
			switch n := n.(type) {
			case *ast.Text:
				s.outer = parent == block
				add(plainText(n.Value(source)))
				if n.HardLineBreak() {
					lineBreak = "\v"
				} else if n.SoftLineBreak() {
					lineBreak = "\n"
				}
			case *ast.String:
				add(string(n.Value))
			case *ast.CodeSpan:
				s.code = true
				add(codeSpanText(n, source))
			case *ast.AutoLink:
				add(string(n.Label(source)))
			case *ast.RawHTML:
				if strings.HasPrefix(strings.ToLower(string(n.Segments.Value(source))), "<br") {
					lineBreak = "\v"
				}
			case *ast.Emphasis, *ast.Link:
				inside := style
				if emphasis, ok := n.(*ast.Emphasis); ok {
					inside.strong = style.strong || emphasis.Level > 1
					inside.emphasis = style.emphasis || emphasis.Level == 1
				}
				add("")
				walk(n, inside)
				s.ends = true
				add("")
			case *ast.Image:
			default:
				walk(n, style)
			}
			if lineBreak != "" {
				s.node = nil
				add(lineBreak)
			}
		}
	}
	walk(block, span{})
	return all
}

// A cut is where a paragraph ends early: within one of its spans, which count from 1. The zero cut is
// nowhere.
type cut struct{ span, offset int }

func (c cut) of(all []span) []span {
	if c == (cut{}) {
		return all
	}
	shown := append([]span(nil), all[:c.span]...)
	shown[c.span-1].text = shown[c.span-1].text[:c.offset]
	return append(shown, span{text: " …"})
}

// sentenceEnd is where a paragraph can stop within so many characters: at the last end of a sentence, or
// else between words, or else anywhere in its text.
func sentenceEnd(all []span, room int) cut {
	var sentence, word, anywhere cut
	used := 0
	var before rune
	for i, s := range all {
		for offset, r := range s.text {
			here, isBreak := cut{i + 1, offset}, s.node == nil
			space := s.outer && (isBreak || r == ' ')
			if space && strings.ContainsRune(".!?", before) {
				sentence = here
			}
			if !isBreak {
				used++
			}
			if used > room {
				return cmp.Or(sentence, word, anywhere)
			}
			if space {
				word = here
			}
			if s.outer {
				anywhere = here
			}
			before = r
		}
		if !s.outer {
			before = 0
		}
	}
	return cmp.Or(sentence, word, anywhere)
}

// length counts the characters of spans and the breaks that their author demanded.
func length(all []span) (characters, breaks int) {
	for _, s := range all {
		characters += utf8.RuneCountInString(s.text)
		breaks += strings.Count(s.text, "\v")
	}
	return characters, breaks
}

// plainText resolves what Markdown escapes: one thing once.
func plainText(raw []byte) string {
	var b strings.Builder
	resolve := func(part []byte) { b.Write(util.ResolveEntityNames(util.ResolveNumericReferences(part))) }
	from := 0
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] == '\\' && util.IsPunct(raw[i+1]) {
			resolve(raw[from:i])
			i++
			b.WriteByte(raw[i])
			from = i + 1
		}
	}
	resolve(raw[from:])
	return b.String()
}

func codeSpanText(n *ast.CodeSpan, source []byte) string {
	var b strings.Builder
	for child := range children(n) {
		switch child := child.(type) {
		case *ast.Text:
			b.Write(child.Segment.Value(source))
		case *ast.String:
			b.Write(child.Value)
		}
	}
	code := strings.ReplaceAll(b.String(), "\n", " ")
	if strings.Contains(code, `\|`) && isInTable(n) {
		code = strings.ReplaceAll(code, `\|`, "|") // a bare bar would have ended the cell
	}
	return code
}

func isInTable(n ast.Node) bool {
	for ; n != nil; n = n.Parent() {
		if n.Kind() == tables.KindTableCell {
			return true
		}
	}
	return false
}

// plainInline is the text of a heading, paragraph or cell on one line, code without its back-ticks.
func plainInline(n ast.Node, source []byte) string {
	var b strings.Builder
	for _, s := range spans(n, source) {
		b.WriteString(s.text)
	}
	return oneLine(b.String())
}

// oneLine is a text on one line, whatever breaks it in the source.
func oneLine(s string) string { return text.Visible(strings.Join(strings.Fields(s), " "), "") }

// codeIn is the code within a heading, one piece a line.
func codeIn(n ast.Node, source []byte) string {
	var b strings.Builder
	for _, s := range spans(n, source) {
		if s.code {
			b.WriteString(s.text + "\n")
		}
	}
	return b.String()
}

// children are the nodes right inside a node.
func children(n ast.Node) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		for child := n.FirstChild(); child != nil && yield(child); child = child.NextSibling() {
		}
	}
}

// inspect calls visit with a node and, where visit says so, with the nodes inside it.
func inspect(n ast.Node, visit func(ast.Node) (inside bool)) {
	if visit(n) {
		for child := range children(n) {
			inspect(child, visit)
		}
	}
}

// blockText is what a block says, code included.
func blockText(n ast.Node, source []byte) string {
	var b strings.Builder
	switch n := n.(type) {
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		b.Write(n.Lines().Value(source))
	case *ast.HTMLBlock:
		b.WriteString(htmlText(n, source))
	default:
		if first := n.FirstChild(); first != nil && first.Type() == ast.TypeInline {
			for _, s := range spans(n, source) {
				b.WriteString(s.text)
			}
			break
		}
		for child := range children(n) {
			b.WriteString(blockText(child, source))
		}
	}
	return b.String() + "\n"
}
