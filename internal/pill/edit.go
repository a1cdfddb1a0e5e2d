package pill

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"jetpills/internal/pattern"
)

// markdownParser is what all pills are parsed with. It may be used by several goroutines.
var markdownParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(), util.Prioritized(tableReader{}, 200))...),
	)
})

// A Unit is a piece of a pill that is read as one: a piece of prose, or a code block.
type Unit struct {
	Text
	// Language is that of a code block; empty for prose.
	Language string
	// IsCode distinguishes a code block without a language from prose.
	IsCode bool
}

// Units returns the pill's prose, and behind it its code blocks.
func (p *Pill) Units() []Unit {
	var all []Unit
	for _, t := range p.contents().texts {
		all = append(all, Unit{Text: t})
	}
	for _, b := range p.contents().blocks {
		all = append(all, Unit{Text{Source: b.Text, Line: b.Line + 1, Code: [][2]int{{0, len(b.Text)}}}, b.Language, true})
	}
	return all
}

// Units returns the prose and the code blocks of a piece of Markdown. Their lines count from 1.
func Units(markdown string) []Unit {
	p := newPill([]byte(markdown))
	all := p.collect(p.document().parse(0, len(markdown)), func(int, string, ...any) {})
	p.contents = func() contents { return all }
	return p.Units()
}

// A BlockKind is what kind of block it is.
type BlockKind uint8

// The kinds of blocks.
const (
	OtherBlock BlockKind = iota // a quote, a rule, HTML
	ParagraphBlock
	CodeBlockKind
	TableBlock
	BulletBlock  // a list without numbers
	NumberBlock  // a list with numbers
	CommentBlock // an HTML comment, which readers do not see
)

// A Block is a part of a section, from the line on which it begins to that of the next one.
type Block struct {
	Kind   BlockKind
	Source string // Markdown, with the empty lines behind the block
	// Parts are the rows of a table, without its head, or the items of a list: their ends in Source, whole lines.
	Parts [][2]int
	// Comment is what a CommentBlock says, without spaces around it.
	Comment string
	// Announces is set for a paragraph that ends in a colon.
	Announces bool
}

// Markdown is the section as it stands in the file, without its heading and the sections inside it.
func (s Section) Markdown() string {
	at := s.part()
	return string(s.Pill.source()[at.from:at.to])
}

// LineAt is the 1-based line of the file of an offset in the section's Markdown.
func (s Section) LineAt(offset int) int {
	return s.Pill.document().line(s.part().from + offset)
}

// Blocks cuts a piece of Markdown into its blocks. Laid end to end, their sources are the text, but for empty lines before the first.
func Blocks(markdown string) []Block {
	d := newPill([]byte(markdown)).document()
	var all []Block
	var starts []int
	for n := range children(d.parse(0, len(d.source))) {
		b := Block{Kind: kindOf(n), Announces: announces(n, d.source)}
		start := d.lineStart(n.Pos())
		if html, ok := n.(*ast.HTMLBlock); ok {
			if comment, isComment := strings.CutPrefix(strings.TrimSpace(string(htmlSource(html, d.source))), "<!--"); isComment {
				b.Kind, b.Comment = CommentBlock, strings.TrimSpace(strings.TrimSuffix(comment, "-->"))
			}
		}
		if b.Kind == TableBlock || b.Kind == BulletBlock || b.Kind == NumberBlock {
			for part := range children(n) {
				if _, isHead := part.(*tables.TableHeader); !isHead {
					at := d.lineStart(part.Pos()) - start
					b.Parts = append(b.Parts, [2]int{at, at})
				}
			}
		}
		all, starts = append(all, b), append(starts, start)
	}
	for i := range all {
		end := len(markdown)
		if i+1 < len(all) {
			end = starts[i+1]
		}
		b := &all[i]
		b.Source = markdown[starts[i]:max(end, starts[i])]
		for at := range b.Parts {
			b.Parts[at][1] = len(strings.TrimRight(b.Source, "\n")) + 1
			if at+1 < len(b.Parts) {
				b.Parts[at][1] = b.Parts[at+1][0]
			}
			b.Parts[at][1] = min(b.Parts[at][1], len(b.Source))
		}
	}
	return all
}

func kindOf(n ast.Node) BlockKind {
	switch n := n.(type) {
	case *ast.Paragraph:
		return ParagraphBlock
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return CodeBlockKind
	case *tables.Table:
		return TableBlock
	case *ast.List:
		if n.IsOrdered() {
			return NumberBlock
		}
		return BulletBlock
	}
	return OtherBlock
}

// lineStart is where the line of an offset begins.
func (d *document) lineStart(offset int) int {
	return bytes.LastIndexByte(d.source[:max(offset, 0)], '\n') + 1
}

// parse reads a part of the pill's source as Markdown.
func (d *document) parse(from, to int) ast.Node {
	r := text.NewReader(d.source[:to])
	r.Advance(from)
	return markdownParser().Parse(r)
}

// Rewritten returns the section and the sections inside it with another text, which rewrite makes of what each has under its heading.
// They belong to a pill of their own, which has these sections alone; the titles and the topics stay. enough ends the
// work early: it is told how many sections with a text there are, and the sections behind these have none.
func (s Section) Rewritten(rewrite func(inner Section) string, enough int) (rewritten Section) {
	defer func() {
		// A fault of the Markdown library must not end an answer.
		if recover() != nil {
			rewritten = s
		}
	}()
	p, d := *s.Pill, &document{firstLine: 1}
	p.Sections, p.document, p.contents = nil, func() *document { return d }, func() contents { return contents{} }
	said := 0
	for _, inner := range s.Subtree() {
		from := len(d.source)
		if said < enough || enough <= 0 {
			body := strings.TrimSpace(rewrite(inner))
			if body != "" {
				said++
			}
			d.source = append(append(d.source, body...), "\n\n"...)
		}
		d.parts = append(d.parts, part{from: from, to: len(d.source)})
		inner.body = &body{number: len(p.Sections), role: inner.body.role}
		inner.Pill = &p
		p.Sections = append(p.Sections, inner)
	}
	d.lineEnds = lineEnds(d.source)
	for i := range d.parts {
		at := &d.parts[i]
		for n := range children(d.parse(at.from, at.to)) {
			at.add(n, d.source)
		}
	}
	rewritten = p.Sections[0]
	rewritten.focus = s.focus
	return rewritten
}

// TableName is the name of the generated table that a comment begins: "generated: soms".
func TableName(comment string) (name string, ok bool) {
	name, ok = strings.CutPrefix(comment, "generated: ")
	return strings.TrimSpace(name), ok
}

// TableEnd is the comment behind a generated table.
const TableEnd = "end generated"

// A Mark is a comment with a text for other revisions: it holds in place of the block before the mark.
type Mark struct {
	// Before is set for a text that holds before the revision, otherwise it holds since then.
	Before   bool
	Revision string // as it is written
	Text     string // Markdown; empty where the block is left out
}

var markPattern = pattern.New(`(?s)^(before|since) ([^\s:]+):(?:\s(.*))?$`)

// ReadMark reads a comment as a mark.
func ReadMark(comment string) (Mark, bool) {
	m := markPattern.FindStringSubmatch(comment)
	if m == nil {
		return Mark{}, false
	}
	return Mark{m[1] == "before", m[2], strings.TrimSpace(m[3])}, true
}

// A Witness is what a text rests on in the source that it describes: a line of a file, or a word of any file. The text is shown only
// at revisions that have it.
type Witness struct {
	Path string // of the file; empty for a word
	Line int    // from 1
	Word string
}

var (
	witnessPattern = pattern.New(`^while (\S+(?:, \S+)*)$`)
	witnessLine    = pattern.New(`^([^:]+):([1-9]\d*)$`)
	witnessWord    = pattern.New(`^[A-Za-z_][A-Za-z0-9_=-]*$`)
)

// ReadWitnesses reads a comment that names witnesses: "while modules/default.nix:233, JP_FUSE_PRESIGN".
func ReadWitnesses(comment string) (all []Witness, ok bool) {
	m := witnessPattern.FindStringSubmatch(comment)
	if m == nil {
		return nil, false
	}
	for one := range strings.SplitSeq(m[1], ", ") {
		if line := witnessLine.FindStringSubmatch(one); line != nil {
			number, _ := strconv.Atoi(line[2])
			all = append(all, Witness{Path: line[1], Line: number})
		} else if witnessWord.MatchString(one) {
			all = append(all, Witness{Word: one})
		} else {
			return nil, false
		}
	}
	return all, true
}

// Witnesses are those that a pill's comments name.
func (p *Pill) Witnesses() []Witness {
	var all []Witness
	for _, s := range p.Sections {
		if !strings.Contains(s.Markdown(), "<!-- while ") {
			continue
		}
		for _, b := range Blocks(s.Markdown()) {
			if named, ok := ReadWitnesses(b.Comment); ok {
				all = append(all, named...)
			}
		}
	}
	return all
}

// LooksLikeMark reports whether a comment is meant to be a mark.
func LooksLikeMark(comment string) bool {
	word, _, _ := strings.Cut(comment, " ")
	return slices.Contains([]string{"before", "since", "until", "after", "while"}, strings.TrimSuffix(strings.ToLower(word), ":"))
}
