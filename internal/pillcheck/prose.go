package pillcheck

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"jetpills/internal/pill"
)

// A unit is a piece of text that is read as one: a paragraph, a heading, a list
// item's text, a table row, or a code block.
type unit struct {
	text string
	// code are the parts of text that are code, in order.
	code  []piece
	marks []mark
	// language is that of a code block, "" in prose.
	language string
}

type piece struct{ start, end int }

// A mark says that from an offset on, text stands on a line of the file.
type mark struct{ offset, line int }

func (u *unit) line(offset int) int {
	line := 0
	for _, m := range u.marks {
		if m.offset > offset {
			break
		}
		line = m.line
	}
	return line + strings.Count(u.text[u.from(offset):offset], "\n")
}

// from is the offset of the last mark up to an offset.
func (u *unit) from(offset int) int {
	from := 0
	for _, m := range u.marks {
		if m.offset <= offset {
			from = m.offset
		}
	}
	return from
}

var frontMatter = regexp.MustCompile(`(?s)\A---\n.*?\n---\n`)

// units cuts a pill into the texts that make claims.
func units(p *pill.Pill, source []byte) []unit {
	// The front matter leaves its line ends behind, so that lines count on.
	if matter := frontMatter.Find(source); matter != nil {
		source = append(bytes.Repeat([]byte("\n"), bytes.Count(matter, []byte("\n"))), source[len(matter):]...)
	}
	doc := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(source))
	var all []unit
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.(type) {
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *tables.TableRow, *tables.TableHeader:
			f := flattener{source: source}
			f.add(n)
			all = append(all, f.unit)
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	for _, block := range p.CodeBlocks() {
		all = append(all, unit{
			text: block.Text, language: block.Language,
			code:  []piece{{0, len(block.Text)}},
			marks: []mark{{0, block.Line + 1}},
		})
	}
	return all
}

type flattener struct {
	unit
	source []byte
}

func (f *flattener) add(n ast.Node) {
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			f.write(child.Segment)
			if child.SoftLineBreak() || child.HardLineBreak() {
				f.text += " "
			}
		case *ast.CodeSpan:
			start := len(f.text)
			f.add(child)
			f.code = append(f.code, piece{start, len(f.text)})
		case *ast.RawHTML:
		case *tables.TableCell:
			f.text += "\t"
			f.add(child)
		default:
			f.add(child)
		}
	}
}

func (f *flattener) write(s text.Segment) {
	f.marks = append(f.marks, mark{len(f.text), 1 + bytes.Count(f.source[:s.Start], []byte("\n"))})
	f.text += string(s.Value(f.source))
}
