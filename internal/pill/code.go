package pill

import (
	"bytes"
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A CodeBlock is a fenced block of a pill.
type CodeBlock struct {
	Language string   // first word after the fence: "nix", "bash", "text"
	Info     []string // the other words: "eval"
	Text     string   // without the fences, lines ending in "\n"
	Line     int      // 1-based line of the opening fence in the file
}

// CodeBlocks returns the pill's fenced blocks in order, those inside lists and
// folded answers too.
func (p *Pill) CodeBlocks() []CodeBlock { return p.blocks }

func (p *Pill) codeBlock(n *ast.FencedCodeBlock) (block CodeBlock, closed bool) {
	block.Text = string(n.Lines().Value(p.source))
	if n.Info != nil {
		if words := strings.Fields(string(n.Info.Segment.Value(p.source))); len(words) > 0 {
			block.Language, block.Info = words[0], words[1:]
		}
	}
	pos := n.Pos()
	block.Line = p.line(pos)
	end := pos
	if lines := n.Lines(); lines.Len() > 0 {
		end = lines.At(lines.Len() - 1).Stop
	} else if i := bytes.IndexByte(p.source[pos:], '\n'); i >= 0 {
		end = pos + i + 1
	} else {
		end = len(p.source)
	}
	next, _, _ := bytes.Cut(p.source[end:], []byte("\n"))
	next = bytes.TrimLeft(next, " \t>")
	return block, bytes.HasPrefix(next, []byte("```")) || bytes.HasPrefix(next, []byte("~~~"))
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
func (p *Pill) Links() []Link { return p.links }

func (p *Pill) link(n *ast.Link) Link {
	destination := plainText(n.Destination)
	l := Link{Line: p.line(blockStart(n))}
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
