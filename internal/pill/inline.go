package pill

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"jetpills/internal/text"
)

// A span is a stretch of text in one style; "\n" stands for a line break of
// the source, "\v" for one that the author demanded.
type span struct {
	text         string
	code, strong bool
	emphasis     bool
	link         string // where the span, the last of a link, leads
}

// cut says where the inline children of a paragraph end early.
type cut struct {
	child  ast.Node // the last child shown; nil: nothing is cut
	offset int      // bytes of the child's text that are shown
}

// spans flattens the inline children of n.
func spans(n ast.Node, source []byte, end cut) []span {
	f := flattener{source: source, end: end}
	f.children(n, span{})
	return f.out
}

type flattener struct {
	source []byte
	end    cut
	out    []span
}

func (f *flattener) children(n ast.Node, style span) {
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		f.inline(child, style)
		if f.end.child == child {
			style.text = " …"
			f.out = append(f.out, style)
			return
		}
	}
}

func (f *flattener) inline(n ast.Node, style span) {
	switch n := n.(type) {
	case *ast.Text:
		value := n.Value(f.source)
		if f.end.child == n {
			value = value[:f.end.offset]
		}
		style.text = plainText(value)
		if f.end.child != n {
			switch {
			case n.HardLineBreak():
				style.text += "\v"
			case n.SoftLineBreak():
				style.text += "\n"
			}
		}
		f.out = append(f.out, style)
	case *ast.String:
		style.text = string(n.Value)
		f.out = append(f.out, style)
	case *ast.CodeSpan:
		style.code = true
		style.text = codeSpanText(n, f.source)
		f.out = append(f.out, style)
	case *ast.Emphasis:
		if n.Level >= 2 {
			style.strong = true
		} else {
			style.emphasis = true
		}
		f.children(n, style)
	case *ast.Link:
		before := len(f.out)
		f.children(n, style)
		if len(f.out) > before {
			f.out[len(f.out)-1].link = destination(n)
		}
	case *ast.AutoLink:
		style.text = string(n.Label(f.source))
		f.out = append(f.out, style)
	case *ast.Image:
	case *ast.RawHTML:
		if isBreak(n, f.source) {
			style.text = "\v"
			f.out = append(f.out, style)
		}
	default:
		f.children(n, style)
	}
}

func isBreak(n *ast.RawHTML, source []byte) bool {
	return strings.HasPrefix(strings.ToLower(string(n.Segments.Value(source))), "<br")
}

// destination is where a link leads.
func destination(n *ast.Link) string { return plainText(n.Destination) }

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
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			b.Write(child.Segment.Value(source))
		case *ast.String:
			b.Write(child.Value)
		}
	}
	return strings.ReplaceAll(b.String(), "\n", " ")
}

// plainInline is the text of a heading, paragraph or cell on one line, code
// without its back-ticks.
func plainInline(n ast.Node, source []byte) string {
	var b strings.Builder
	for _, s := range spans(n, source, cut{}) {
		b.WriteString(s.text)
	}
	return oneLine(b.String())
}

// oneLine is a text on one line, whatever breaks it in the source.
func oneLine(s string) string { return text.Visible(strings.Join(strings.Fields(s), " "), "") }

// codeIn is the code within a heading, one piece a line.
func codeIn(n ast.Node, source []byte) string {
	var b strings.Builder
	for _, s := range spans(n, source, cut{}) {
		if s.code {
			b.WriteString(s.text + "\n")
		}
	}
	return b.String()
}
