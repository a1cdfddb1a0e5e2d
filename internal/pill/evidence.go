package pill

import (
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// evidence is what a section's text shows of the things it deals with.
type evidence struct {
	heading headline
	names   map[string]uses    // by name, and by each run of a dotted name
	paths   map[string]defined // attribute paths that Nix examples define
	hollow  bool               // the text is that of the first section inside
	size    int                // bytes of text
	words   []textWord
	at      map[string][]int32 // places in words by stem

	// The text as Search looks through it: code within sentences and code
	// blocks as written, the rest in lower case, one space between words.
	inline, blocks, prose string
}

// uses counts where a name stands, by how much that says of the section.
type uses struct {
	lead    float64 // in the first paragraph, as code
	inline  float64 // in another sentence, as code
	comment float64 // in a comment of an example
	noted   float64 // in a line of an example that has a comment, or stands below one
	code    float64 // in another
	first   float64 // in the first line of an example, beside its comments
	other   float64 // in a drawing, in output
	glossed bool    // as the first of a line, row or list item that goes on to explain it
}

// defined says how examples define a path.
type defined struct {
	times    float64
	declared bool // with mkOption or the like: the example shows its type
	glossed  bool // a comment stands behind it
	opens    bool // the first definition of an example
}

// A textWord is a word of a section, comments of examples among them.
type textWord struct {
	stem string
	in   wordPlace
}

type wordPlace int8

const (
	inText wordPlace = iota
	inLead           // the first paragraph
	inStrong
	inComment
	inDrawing
	between // no word: a phrase does not go across
)

// evidence reads the section when it is first asked for. A section that only
// holds others shows what the first of them does, as its excerpt is theirs.
func (s Section) evidence() *evidence {
	s.body.once.Do(func() {
		e := &evidence{names: map[string]uses{}, paths: map[string]defined{}, at: map[string][]int32{}}
		s.body.shown = e
		text := s
		if _, ok := s.firstText(); !ok {
			if first := s.Excerpt(0).Section; first.body != s.body {
				text, e.hollow = first, true
			}
		}
		text.readInto(e)
		if e.hollow {
			e.inline, e.blocks, e.prose = "", "", ""
		}
		e.heading = readHeadline(s.Title, s.headingCode)
		for i, w := range e.words {
			if w.stem != "" {
				e.at[w.stem] = append(e.at[w.stem], int32(i))
			}
		}
	})
	return s.body.shown
}

// firstText is the section's first block that is not blank.
func (s Section) firstText() (ast.Node, bool) {
	for _, n := range s.body.nodes {
		if !isBlank(n, s.Pill.source) {
			return n, true
		}
	}
	return nil, false
}

type evidenceReader struct {
	*evidence
	source                []byte
	lead                  ast.Node
	inline, blocks, prose strings.Builder
}

func (s Section) readInto(e *evidence) {
	r := evidenceReader{evidence: e, source: s.Pill.source}
	for _, n := range s.body.nodes {
		if n.Kind() == ast.KindParagraph {
			r.lead = n
			break
		}
	}
	for _, n := range s.body.nodes {
		r.block(n)
	}
	e.inline, e.blocks, e.prose = r.inline.String(), r.blocks.String(), asProse(r.prose.String())
	e.size = len(e.inline) + len(e.blocks) + len(e.prose)
}

func (r *evidenceReader) block(n ast.Node) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Type() == ast.TypeBlock {
			r.prose.WriteByte(' ')
			r.add("", between)
		}
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			language, _ := codeLines(n, r.source, limit{})
			r.example(language, string(n.Lines().Value(r.source)))
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			r.codeSpan(n)
			return ast.WalkSkipChildren, nil
		case *ast.ListItem, *tables.TableRow:
			r.gloss(n)
		case *ast.Text:
			value := string(n.Value(r.source))
			r.prose.WriteString(value)
			if n.SoftLineBreak() || n.HardLineBreak() {
				r.prose.WriteByte(' ')
			}
			r.text(value, r.placeOf(n))
		case *ast.HTMLBlock:
			text := htmlText(n, r.source)
			r.prose.WriteString(text)
			r.text(text, inText)
		}
		return ast.WalkContinue, nil
	})
}

func (r *evidenceReader) placeOf(n ast.Node) wordPlace {
	place := inText
	for ; n != nil; n = n.Parent() {
		if e, ok := n.(*ast.Emphasis); ok && e.Level >= 2 {
			return inStrong
		}
		if n == r.lead {
			place = inLead
		}
	}
	return place
}

func (r *evidenceReader) add(stem string, place wordPlace) {
	if place != between || len(r.words) > 0 && r.words[len(r.words)-1].in != between {
		r.words = append(r.words, textWord{stem, place})
	}
}

func (r *evidenceReader) text(text string, place wordPlace) {
	const ends = ".:;!?()"
	for text != "" {
		end := strings.IndexAny(text, ends)
		if end < 0 {
			end = len(text)
		}
		for _, word := range stems(text[:end]) {
			r.add(word, place)
		}
		if end == len(text) {
			return
		}
		r.add("", between)
		text = text[end+1:]
	}
}

func (r *evidenceReader) codeSpan(n *ast.CodeSpan) {
	code := codeSpanText(n, r.source)
	r.inline.WriteString(code + "\n")
	r.prose.WriteByte(' ')
	lead := r.placeOf(n) == inLead
	names(code, func(name string, _ int, _ bool) {
		u := r.names[name]
		if lead {
			u.lead++
		} else {
			u.inline++
		}
		r.names[name] = u
	})
	nixPaths(code, func(p nixPath) {
		if strings.Contains(p.path, "=") {
			r.define(p)
		}
	})
	// A phrase may run through code: "the `som` option".
	if words := stems(code); len(words) == 1 {
		r.add(words[0], inText)
	} else {
		r.add("", between)
	}
}

// gloss notes the name that a list item or row begins with, if it goes on to
// say something of it.
func (r *evidenceReader) gloss(n ast.Node) {
	first := n.FirstChild()
	if first == nil {
		return
	}
	named := first.FirstChild()
	if e, ok := named.(*ast.Emphasis); ok && e.NextSibling() != nil || ok && first.NextSibling() != nil {
		named = e.FirstChild()
	}
	code, ok := named.(*ast.CodeSpan)
	if !ok || code.NextSibling() == nil && first.NextSibling() == nil && code.Parent() == first {
		return
	}
	r.glossed(strings.Trim(codeSpanText(code, r.source), `"`))
}

func (r *evidenceReader) glossed(code string) {
	if len(strings.Fields(code)) != 1 {
		return
	}
	if base, _, ok := strings.Cut(code, ".<"); ok {
		code = base
	}
	names(code, func(name string, _ int, tail bool) {
		u := r.names[name]
		u.glossed = u.glossed || tail
		r.names[name] = u
	})
}

func (r *evidenceReader) define(p nixPath) {
	d := r.paths[p.path]
	d.times++
	d.declared = d.declared || p.declared
	d.glossed = d.glossed || p.glossed
	d.opens = d.opens || p.first
	r.paths[p.path] = d
}

// example reads a code block: code by its names, comments by their words. A
// block in no language may be a drawing, a file listing or output.
func (r *evidenceReader) example(language, code string) {
	r.blocks.WriteString(code)
	isNix := language == "nix"
	drawing := language == "" || language == "text" || language == "console"
	if isNix {
		nixPaths(code, r.define)
	}
	first, noted := true, false
	for line := range strings.Lines(code) {
		line = strings.TrimRight(line, "\n")
		body, remark := splitRemark(line, drawing)
		if remark != "" {
			for _, word := range stems(remark) {
				r.add(word, inComment)
			}
			r.add("", between)
			names(remark, func(name string, _ int, _ bool) {
				u := r.names[name]
				u.comment++
				r.names[name] = u
			})
		}
		if drawing {
			for _, word := range stems(body) {
				r.add(word, inDrawing)
			}
			r.add("", between)
		}
		names(withoutStrings(body, isNix), func(name string, word int, tail bool) {
			u := r.names[name]
			switch {
			case !isNix:
				u.other++
			case first:
				u.first++
			case noted || remark != "":
				u.noted++
			default:
				u.code++
			}
			u.glossed = u.glossed || remark != "" && word == 0 && tail && (isNix || drawing)
			r.names[name] = u
		})
		if len(strings.Trim(body, " \t{}()[]:,.")) > len("let") {
			first = false
		}
		noted = remark != "" && strings.TrimSpace(body) == "" && !strings.HasPrefix(remark, "From ")
	}
}

// splitRemark cuts a line before its comment, in a drawing also before an
// arrow to the left.
func splitRemark(line string, drawing bool) (body, remark string) {
	at := len(line)
	for _, mark := range []string{"# ", "// ", "← ", "<- "} {
		if strings.HasPrefix(mark, "#") || drawing {
			if i := strings.Index(line, mark); i >= 0 && i < at && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
				at = i
			}
		}
	}
	return line[:at], strings.TrimLeft(line[at:], "#/←<- ")
}

// withoutStrings leaves the text of string literals out of a line of Nix.
func withoutStrings(line string, isNix bool) string {
	if !isNix || !strings.Contains(line, `"`) {
		return line
	}
	parts := strings.Split(line, `"`)
	for i := 1; i < len(parts); i += 2 {
		parts[i] = ""
	}
	return strings.Join(parts, `"`)
}

const maxRun = 8 // names of a dotted one that are looked at

// names calls emit for each name in code: as written, for a.b.c also "a.b",
// "b.c", "a", "b" and "c"; for a path each end of it that is more than the name
// of a file, as that may be any file's. With a name go the number of the word
// it is in and whether it is an end of that word.
func names(code string, emit func(name string, word int, tail bool)) {
	number := 0
	for i := 0; i < len(code); {
		c := code[i]
		if !isNameByte(c) && c != '.' && c != '/' {
			i++
			continue
		}
		end := i
		for end < len(code) && (isNameByte(code[end]) || code[end] == '.' || code[end] == '/') {
			end++
		}
		word := strings.Trim(code[i:end], "./'-")
		i = end
		switch {
		case word == "" || !strings.ContainsFunc(word, unicode.IsLetter):
			continue
		case strings.Contains(word, "/"):
			pathNames(word, number, emit)
		default:
			dottedNames(word, number, emit)
		}
		number++
	}
}

func dottedNames(word string, number int, emit func(string, int, bool)) {
	starts := []int{0}
	for i := range len(word) {
		if word[i] == '.' && len(starts) < maxRun {
			starts = append(starts, i+1)
		}
	}
	for from := range starts {
		for to := from; to < len(starts); to++ {
			end := len(word)
			if to+1 < len(starts) {
				end = starts[to+1] - 1
			}
			if starts[from] < end && (to > from || isNameStart(word[starts[from]])) {
				// A file is named for what it holds.
				emit(word[starts[from]:end], number, end == len(word) || word[end:] == ".nix")
			}
		}
	}
}

func pathNames(word string, number int, emit func(string, int, bool)) {
	for range maxRun {
		emit(word, number, true)
		_, after, more := strings.Cut(word, "/")
		if word = strings.TrimLeft(after, "./"); !more || !strings.Contains(word, "/") {
			return
		}
	}
}

func asProse(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "-", " ")), " ")
}
