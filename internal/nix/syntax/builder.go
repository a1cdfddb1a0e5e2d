package syntax

import (
	"strings"

	"jetpills/internal/text"
)

// enter goes one level deeper. It reports false if that is deeper than
// expressions may nest; leave goes back up.
func (p *parser) enter() bool {
	if p.depth >= mostDepth {
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

func (p *parser) kind() Kind { return p.tokens[p.i].kind }

// ahead is the kind of the n-th token after the next one.
func (p *parser) ahead(n int) Kind {
	if p.i+n < len(p.tokens) {
		return p.tokens[p.i+n].kind
	}
	return EOF
}

// bump takes the next token.
func (p *parser) bump() {
	t := p.tokens[p.i]
	if t.kind == EOF {
		return
	}
	p.end = t.end
	p.i++
}

// take takes the next token if it is of the given kind.
func (p *parser) take(k Kind) bool {
	if p.kind() != k {
		return false
	}
	p.bump()
	return true
}

// onNewLine reports whether a line break stands before the next token.
func (p *parser) onNewLine() bool {
	return strings.IndexByte(p.src[p.end:max(p.tokens[p.i].start, p.end)], '\n') >= 0
}

// column is the number of bytes before a place on its line.
func (p *parser) column(at int32) int {
	return int(at) - strings.LastIndexByte(p.src[:at], '\n') - 1
}

// indent is the indentation of the line that a place is on.
func (p *parser) indent(at int32) int {
	return indentation(p.src[strings.LastIndexByte(p.src[:at], '\n')+1:])
}

// open begins a node at the next token, and close ends it behind the last.
func (p *parser) open(k Kind) int32 {
	p.nodes = append(p.nodes, node{kind: k, start: p.tokens[p.i].start, tok: int32(p.i)})
	return int32(len(p.nodes) - 1)
}

// wrap opens a node whose first child is there already.
func (p *parser) wrap(k Kind, child int32) int32 {
	c := &p.nodes[child]
	p.nodes = append(p.nodes, node{kind: k, start: c.start, tok: c.tok})
	n := int32(len(p.nodes) - 1)
	p.add(n, child)
	return n
}

// add makes a node the last child of an open one.
func (p *parser) add(parent, child int32) {
	if up, c := &p.nodes[parent], &p.nodes[child]; c.start < up.start {
		// Something is missing at the very beginning.
		if c.start == c.end {
			p.place(child, up.start)
		} else {
			up.start = c.start
		}
	}
	up := &p.nodes[parent]
	if last := up.parent; last == 0 {
		up.first = child
	} else {
		p.nodes[last].next = child
	}
	up.parent = child
	p.nodes[child].parent = parent
}

func (p *parser) close(n int32) int32 {
	at := &p.nodes[n]
	at.end = p.end
	if p.end < at.start {
		p.place(n, p.end) // nothing was taken: the place after the last token
	}
	at.parent = 0
	return n
}

// place puts a node without tokens, and all in it, at a place.
func (p *parser) place(n, at int32) {
	p.nodes[n].start, p.nodes[n].end = at, at
	for c := p.nodes[n].first; c != 0; c = p.nodes[c].next {
		p.place(c, at)
	}
}

// leaf is a node of the next token, which is not the end.
func (p *parser) leaf(k Kind) int32 {
	t := p.tokens[p.i]
	p.nodes = append(p.nodes, node{kind: k, start: t.start, end: t.end, tok: int32(p.i)})
	p.end = t.end
	p.i++
	return int32(len(p.nodes) - 1)
}

// missing is a node for something that is not there.
func (p *parser) missing() int32 {
	p.nodes = append(p.nodes, node{kind: Missing, start: p.end, end: p.end, tok: int32(p.i)})
	return int32(len(p.nodes) - 1)
}

// fail reports an error at the next token.
func (p *parser) fail(e SyntaxError) {
	if p.failed == p.i+1 {
		return // one error a token: the rest follows from it
	}
	p.failed = p.i + 1
	p.errors = append(p.errors, errorAt{e, int32(p.i)})
}

// failMissing reports that something should stand after the last token.
func (p *parser) failMissing(wanted, in, insert string) {
	if p.kind() == Invalid && !p.onNewLine() {
		p.failed = p.i + 1 // what is missing is what the lexer could not read
		return
	}
	at := text.Span{Start: int(p.end), End: int(p.end)}
	p.fail(SyntaxError{Span: at, Code: CodeMissing, Found: p.kind().String(), Wanted: wanted, In: in, Insert: insert})
}

// failNoIn reports that a let has no in.
func (p *parser) failNoIn(let int32) {
	p.fail(SyntaxError{
		Span: text.Span{Start: int(p.end), End: int(p.end)}, Code: CodeUnclosed,
		Found: KeywordLet.String(), Wanted: KeywordIn.String(),
		Opener: p.tokens[p.nodes[let].tok].span(), Insert: " in",
	})
}

// failUnexpected reports that the next token does not belong there.
func (p *parser) failUnexpected(wanted, in string) {
	t := p.tokens[p.i]
	if t.kind == Invalid {
		return // the lexer has said so
	}
	if t.kind == EOF || t.flags&absent != 0 {
		p.failMissing(wanted, in, "")
		return
	}
	p.fail(SyntaxError{
		Span: t.span(), Code: CodeUnexpected, Found: p.kind().String(), Wanted: wanted, In: in, Hint: p.hint(in),
	})
}

// takeInstead takes tokens, one or more, that stand where another should.
func (p *parser) takeInstead(tokens int, wanted, in string) {
	span := text.Span{Start: int(p.tokens[p.i].start), End: int(p.tokens[p.i+tokens-1].end)}
	insert := wanted
	if wanted == Equals.String() && span.Start == int(p.end) {
		insert = " " + wanted
	}
	p.fail(SyntaxError{
		Span: span, Code: CodeUnexpected, Found: span.Of(p.src), Wanted: wanted, In: in, Insert: insert,
	})
	for range tokens {
		p.bump()
	}
}
