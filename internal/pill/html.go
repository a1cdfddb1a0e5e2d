package pill

import (
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"

	"jetpills/internal/text"
)

// HTML lays out parts of pills as HTML. Anyone may have written them: of their own tags, only <br> and the <details> with a
// summary are kept, and links lead to other pages or to the web, by https or http.
type HTML struct {
	// Link is where a link leads, relative or on the web; "" leaves the link's text alone.
	Link func(Link) string
	// Code is the HTML of a code block.
	Code func(CodeBlock) string
}

// Title is the heading of a section, without a tag around it.
func (h HTML) Title(s Section) string {
	return h.inlines(s.Pill, literal(s.Title, s.headingCode))
}

// Section is what stands between the heading of a section and the next one.
func (h HTML) Section(s Section) string { return h.blocks(s.Pill, s.nodes()) }

// Markdown is a piece of Markdown, such as a hover.
func (h HTML) Markdown(markdown string) string {
	p := newPill(clean([]byte(markdown)))
	return h.blocks(p, slices.Collect(children(p.document().parse(0, len(p.source())))))
}

// literal is a title as spans, in which the pieces of code stand, one a line.
func literal(title, code string) []span {
	var all []span
	for piece := range strings.Lines(code) {
		piece = oneLine(piece)
		before, after, found := strings.Cut(title, piece)
		if !found || piece == "" {
			continue
		}
		all = append(all, span{node: ast.NewString(nil), text: before}, span{node: ast.NewCodeSpan(), text: piece, code: true})
		title = after
	}
	return append(all, span{node: ast.NewString(nil), text: title})
}

func (h HTML) blocks(p *Pill, nodes []ast.Node) string {
	var b strings.Builder
	var folds openFolds
	for _, n := range nodes {
		if tags, ok := n.(*ast.HTMLBlock); ok {
			b.WriteString(folds.html(htmlText(tags, p.source())))
			continue
		}
		b.WriteString(h.block(p, n))
	}
	return b.String() + folds.end()
}

func (h HTML) block(p *Pill, n ast.Node) string {
	source := p.source()
	switch n := n.(type) {
	case *ast.Paragraph:
		return tagged("p", h.inlines(p, spans(n, source)))
	case *ast.TextBlock:
		return h.inlines(p, spans(n, source)) + "\n"
	case *ast.Heading:
		return tagged("p", "<strong>"+h.inlines(p, spans(n, source))+"</strong>")
	case *ast.FencedCodeBlock:
		block, _ := p.document().codeBlock(n)
		return h.Code(block)
	case *ast.CodeBlock:
		return h.Code(CodeBlock{Text: string(n.Lines().Value(source)), Line: p.document().line(n.Pos())})
	case *ast.List:
		return h.list(p, n)
	case *ast.Blockquote:
		return tagged("blockquote", h.inside(p, n))
	case *tables.Table:
		return h.table(p, n)
	case *ast.ThematicBreak:
		return "<hr>\n"
	}
	return ""
}

// inside are the blocks inside a block.
func (h HTML) inside(p *Pill, n ast.Node) string {
	return h.blocks(p, slices.Collect(children(n)))
}

func (h HTML) list(p *Pill, n *ast.List) string {
	var items strings.Builder
	for item := range children(n) {
		items.WriteString(tagged("li", strings.TrimSuffix(h.inside(p, item), "\n")))
	}
	if !n.IsOrdered() {
		return tagged("ul", items.String())
	}
	if n.Start > 1 {
		return fmt.Sprintf("<ol start=\"%d\">%s</ol>\n", n.Start, items.String())
	}
	return tagged("ol", items.String())
}

func (h HTML) table(p *Pill, n *tables.Table) string {
	var rows strings.Builder
	for i, row := range tableRows(n, limit{}) {
		cell, close := "td", "</tr>\n"
		if i == 0 {
			rows.WriteString("<thead>")
			cell, close = "th", "</tr></thead>\n<tbody>\n"
		}
		rows.WriteString("<tr>")
		for _, c := range row {
			rows.WriteString("<" + cell + ">" + h.inlines(p, spans(c, p.source())) + "</" + cell + ">")
		}
		rows.WriteString(close)
	}
	return "<div class=\"table\"><table>" + rows.String() + "</tbody></table></div>\n"
}

func (h HTML) inlines(p *Pill, all []span) string {
	var b strings.Builder
	open := map[ast.Node]bool{} // links that have an address
	for _, s := range all {
		switch n := s.node.(type) {
		case nil:
			b.WriteString(strings.ReplaceAll(s.text, "\v", "<br>\n"))
		case *ast.CodeSpan:
			b.WriteString("<code>" + escaped(s.text) + "</code>")
		case *ast.Emphasis:
			tag := "em>"
			if n.Level > 1 {
				tag = "strong>"
			}
			if s.ends {
				tag = "/" + tag
			}
			b.WriteString("<" + tag)
		case *ast.Link:
			switch {
			case !s.ends:
				if to := h.address(p.link(n)); to != "" {
					open[n] = true
					b.WriteString("<a href=\"" + html.EscapeString(to) + "\">")
				}
			case open[n]:
				b.WriteString("</a>")
			}
		case *ast.AutoLink:
			if to := h.address(Link{URL: s.text}); to != "" {
				b.WriteString("<a href=\"" + html.EscapeString(to) + "\">" + escaped(s.text) + "</a>")
				break
			}
			b.WriteString(escaped(s.text))
		default:
			b.WriteString(escaped(s.text))
		}
	}
	return strings.Trim(b.String(), " \n")
}

func (h HTML) address(l Link) string { return harmless(h.Link(l)) }

// harmless is an address that opens a page; "" for any other, such as a script.
func harmless(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "", "http", "https":
		return address
	}
	return ""
}

// openFolds are the folded parts of a section that are open.
type openFolds struct {
	number  int
	summary bool // the summary of the last one is not closed
}

// html is an HTML block with the tags that fold a part of a pill, and of all others what stands between them.
func (o *openFolds) html(block string) string {
	var b strings.Builder
	for rest := block; rest != ""; {
		words, tag, found := strings.Cut(rest, "<")
		b.WriteString(escaped(plainText([]byte(words))))
		inside, after, closed := strings.Cut(tag, ">")
		if !found || !closed {
			break
		}
		rest = after
		name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(inside)), " ")
		switch {
		case name == "details":
			b.WriteString(o.endSummary() + "<details>")
			o.number++
		case name == "summary" && o.number > 0 && !o.summary:
			b.WriteString("<summary>")
			o.summary = true
		case name == "/summary":
			b.WriteString(o.endSummary())
		case name == "/details" && o.number > 0:
			b.WriteString(o.endSummary() + "</details>")
			o.number--
		case name == "br" || name == "br/":
			b.WriteString("<br>")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n"
}

func (o *openFolds) endSummary() string {
	if !o.summary {
		return ""
	}
	o.summary = false
	return "</summary>"
}

// end closes what is open.
func (o *openFolds) end() string { return o.endSummary() + strings.Repeat("</details>\n", o.number) }

func tagged(tag, inside string) string { return "<" + tag + ">" + inside + "</" + tag + ">\n" }

// escaped is a text in which nothing is a tag, and no character is invisible or turns others around.
func escaped(s string) string { return html.EscapeString(text.Visible(s, "\t\n")) }
