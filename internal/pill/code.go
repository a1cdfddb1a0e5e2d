package pill

import (
	"bytes"
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// A CodeBlock is a fenced block of a pill.
type CodeBlock struct {
	Language string   // first word after the fence: "nix", "bash", "text"
	Info     []string // the other words: "eval"
	Text     string   // without the fences, lines ending in "\n"
	Line     int      // 1-based line of the opening fence in the file
}

// CodeBlocks returns the pill's fenced blocks in order, those inside lists and folded answers too.
func (p *Pill) CodeBlocks() []CodeBlock { return p.contents().blocks }

func (d *document) codeBlock(n *ast.FencedCodeBlock) (block CodeBlock, closed bool) {
	block.Text = string(n.Lines().Value(d.source))
	if n.Info != nil {
		if words := strings.Fields(string(n.Info.Segment.Value(d.source))); len(words) > 0 {
			block.Language, block.Info = words[0], words[1:]
		}
	}
	pos := n.Pos()
	block.Line = d.line(pos)
	end := pos
	if lines := n.Lines(); lines.Len() > 0 {
		end = lines.At(lines.Len() - 1).Stop
	} else if i := bytes.IndexByte(d.source[pos:], '\n'); i >= 0 {
		end = pos + i + 1
	} else {
		end = len(d.source)
	}
	next, _, _ := bytes.Cut(d.source[end:], []byte("\n"))
	next = bytes.TrimLeft(next, " \t>")
	return block, bytes.HasPrefix(next, []byte("```")) || bytes.HasPrefix(next, []byte("~~~"))
}

// A Text is a piece of prose that is read as one: a paragraph, a heading or a table row.
type Text struct {
	Source string   // Markdown, as it stands in the file
	Line   int      // 1-based line of the file on which Source begins
	Code   [][2]int // where code stands between back-ticks: its ends in Source
}

// Texts returns the pill's prose in order, that inside lists, quotes and folded answers too.
func (p *Pill) Texts() []Text { return p.contents().texts }

func (d *document) text(n ast.Node) Text {
	nowhere := [2]int{len(d.source), 0}
	with := func(ends [2]int, s text.Segment) [2]int { return [2]int{min(ends[0], s.Start), max(ends[1], s.Stop)} }
	whole := nowhere
	var code [][2]int
	inspect(n, func(n ast.Node) bool {
		if n.Kind() == ast.KindCodeSpan {
			ends := nowhere
			for child := range children(n) {
				if t, ok := child.(*ast.Text); ok {
					ends = with(ends, t.Segment)
				}
			}
			code = append(code, ends)
		} else if n.Type() == ast.TypeBlock {
			for _, line := range n.Lines().Sliced(0, n.Lines().Len()) {
				whole = with(whole, line)
			}
		}
		return true
	})
	start, end := whole[0], max(whole[0], whole[1])
	t := Text{Source: string(d.source[start:end]), Line: d.line(start)}
	for _, ends := range code {
		if start <= ends[0] && ends[0] <= ends[1] && ends[1] <= end {
			t.Code = append(t.Code, [2]int{ends[0] - start, ends[1] - start})
		}
	}
	return t
}

// A Link is where a Markdown link of a pill leads, as far as it stays among
// the files around the pill.
type Link struct {
	File   string // relative to the folder of the pills; the pill's own file for "#anchor"; "" for a URL
	Anchor string // without "#"
	URL    string // absolute address, "" for a link to a file
	Line   int    // 1-based line of the link's paragraph in the file
}

// Links returns the pill's links in order.
func (p *Pill) Links() []Link { return p.contents().links }

func (p *Pill) link(n *ast.Link) Link {
	destination := plainText(n.Destination)
	l := Link{Line: p.document().line(blockStart(n))}
	if u, err := url.Parse(destination); err != nil || u.Scheme != "" || u.Host != "" {
		l.URL = destination
		return l
	}
	file, anchor, _ := strings.Cut(destination, "#")
	if unescaped, err := url.PathUnescape(file); err == nil {
		file = unescaped
	}
	if l.File, l.Anchor = p.File, anchor; file != "" {
		l.File = path.Clean(file)
	}
	return l
}

// blockStart is where the block around an inline node begins.
func blockStart(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines() != nil && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return 0
}
