// Package syntax parses Nix: always to a tree, whatever the text, with the
// errors beside it. Concatenating the tree's tokens gives the text back, byte
// for byte.
package syntax

import (
	"slices"
	"strings"

	"jetpills/internal/text"
)

// Parse parses a Nix expression. It never fails: what is missing stands in the
// tree as a Missing node or an absent token, what fits nowhere as an Error
// node, and both are among the tree's errors. Its time is linear in the text's
// length.
func Parse(src string) *Tree {
	r := read(src, nil)
	if r.cost == 0 {
		return r.tree
	}
	if moved, ok := movedLine(src, r.tokens, r.tree.found[0].Start); ok {
		return moved
	}
	r = withoutRunaways(src, r)
	if !balanced(r.tokens) {
		r.parse(src, fewestRepairs(src, r.tokens))
	}
	return r.tree
}

// A reading is a text read with some of its strings cut short.
type reading struct {
	cuts   []cut
	tokens []token       // as they were cut from the text
	errors []SyntaxError // that were found on the way
	tree   *Tree
	cost   int // how far the text is from being Nix, 0 if it is
}

// read reads src with the given strings cut short.
func read(src string, cuts []cut) reading {
	l := lex(src, cuts)
	r := reading{cuts: cuts, tokens: l.tokens, errors: l.errors}
	r.parse(src, repairBrackets(src, l.tokens))
	return r
}

// parse makes the reading's tree of its tokens with their brackets repaired.
func (r *reading) parse(src string, repaired []token) {
	var found *parser
	r.tree, found = build(src, repaired)
	r.tree.found = allErrors(repaired, r.errors, found.errors)
	r.cost = 0
	if len(r.tree.found) > 0 {
		r.cost = 2*len(r.tree.found) + found.odd + oddities(src, r.tokens)
	}
}

// build is the tree of tokens whose brackets pair, without its errors, and the
// parser that knows them.
func build(src string, tokens []token) (*Tree, *parser) {
	p := &parser{src: src, tokens: tokens}
	places := p.leaveOutSkipped()
	p.nodes = make([]node, 1, len(p.tokens)+len(p.tokens)/4+8)
	p.file()
	p.takeInSkipped(tokens, places)
	return &Tree{src: src, tokens: tokens, nodes: p.nodes}, p
}

// mostDepth is how deep expressions may nest. Nix gives up at a similar depth.
const mostDepth = 5000

type parser struct {
	src    string
	tokens []token
	i      int   // the next token
	end    int32 // the end of the last token that was taken
	nodes  []node
	errors []errorAt
	failed int // the token that the last error was reported at, plus one
	depth  int
	odd    int // things that are Nix but that nobody writes
}

// Tokens.

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

// Nodes.

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

// leaf is a node of the next n tokens.
func (p *parser) leaf(k Kind, n int) int32 {
	id := p.open(k)
	for range n {
		p.bump()
	}
	return p.close(id)
}

// missing is a node for something that is not there.
func (p *parser) missing() int32 {
	p.nodes = append(p.nodes, node{kind: Missing, start: p.end, end: p.end, tok: int32(p.i)})
	return int32(len(p.nodes) - 1)
}

// Errors.

func (p *parser) fail(e SyntaxError) {
	if p.failed == p.i+1 {
		return // one error a token: the rest follows from it
	}
	p.failed = p.i + 1
	p.errors = append(p.errors, errorAt{e, int32(p.i)})
}

// failMissing reports that something should stand after the last token.
func (p *parser) failMissing(wanted, in, insert string) {
	at := text.Span{Start: int(p.end), End: int(p.end)}
	p.fail(SyntaxError{Span: at, Code: CodeMissing, Found: p.found(), Wanted: wanted, In: in, Insert: insert})
}

func (p *parser) failUnexpected(wanted, in string) {
	t := p.tokens[p.i]
	if t.kind == Invalid {
		return // the lexer has said so
	}
	if t.kind == EOF || t.flags&absent != 0 {
		p.failMissing(wanted, in, "")
		return
	}
	at := text.Span{Start: int(t.start), End: int(t.end)}
	p.fail(SyntaxError{Span: at, Code: CodeUnexpected, Found: p.found(), Wanted: wanted, In: in})
}

func (p *parser) found() string {
	return p.kind().String()
}

// closesRegion reports whether a token ends the brackets, the string or the
// text that the parser is in.
func closesRegion(k Kind) bool {
	switch k {
	case EOF, RBrace, RBracket, RParen, InterpClose, StringClose, IndentClose, StringText:
		return true
	}
	return false
}

// skipTo takes tokens as errors into n until one that stops, or the region's
// end, whole groups of brackets at a time. Bindings on the way are read as such.
func (p *parser) skipTo(n int32, stops ...Kind) {
	for !closesRegion(p.kind()) && !slices.Contains(stops, p.kind()) {
		if p.atBinding() || p.kind() == KeywordInherit {
			p.add(n, p.looseBindings())
			continue
		}
		p.failUnexpected("", "")
		p.add(n, p.errorToken())
	}
}

// errorToken is an Error node of the next token or, if that opens a group, of
// what is in the group.
func (p *parser) errorToken() int32 {
	n := p.open(Error)
	switch {
	case p.depth >= mostDepth:
		p.skipGroup()
	case startsOperand(p.kind()) && p.kind() != KeywordOr:
		p.add(n, p.operand())
	default:
		if p.kind() == InterpOpen {
			p.bump()
			p.add(n, p.expression())
			p.closeRegion(n, InterpClose, "interpolation")
			break
		}
		p.bump()
	}
	return p.close(n)
}

// skipGroup takes one token, and if it opens a group all up to the group's end.
func (p *parser) skipGroup() {
	depth := 0
	for {
		k := p.kind()
		switch k {
		case LBrace, LBracket, LParen, InterpOpen, StringOpen, IndentOpen:
			depth++
		case RBrace, RBracket, RParen, InterpClose, StringClose, IndentClose:
			if depth == 0 {
				return
			}
			depth--
		case EOF:
			return
		}
		p.bump()
		if depth == 0 {
			return
		}
	}
}

// closeRegion takes the closing bracket of n. All brackets pair, so it is
// there: what stands before it does not belong.
func (p *parser) closeRegion(n int32, closer Kind, in string) {
	if p.kind() != closer {
		if p.kind() != EOF && !closesRegion(p.kind()) {
			p.failUnexpected(closer.String(), in)
		}
		p.skipTo(n, closer)
	}
	p.take(closer)
}

// looseBindings reads bindings that stand where an expression belongs, as a set
// whose braces are not there.
func (p *parser) looseBindings() int32 {
	p.failUnexpected("{", "")
	n := p.open(AttrSet)
	p.nodes[n].flags |= flagNoBraces
	for p.atBinding() || p.kind() == KeywordInherit {
		p.addBinding(n)
	}
	return p.close(n)
}

func (p *parser) addBinding(n int32) {
	if p.kind() == KeywordInherit {
		p.add(n, p.inherit())
	} else {
		p.add(n, p.binding())
	}
}

// The grammar.

func (p *parser) file() {
	n := p.open(File)
	switch {
	case p.kind() == EOF:
		p.failMissing("an expression", "", "")
		p.add(n, p.missing())
	default:
		p.add(n, p.expression())
	}
	for said := false; p.kind() != EOF; said = true {
		if p.atBinding() || p.kind() == KeywordInherit {
			p.add(n, p.looseBindings())
			continue
		}
		if !said {
			p.failUnexpected("the end of the file", "")
		}
		p.failed = p.i + 1
		p.add(n, p.errorToken())
	}
	p.end = int32(len(p.src))
	p.close(n)
	root := &p.nodes[n]
	root.start, root.end, root.parent = 0, int32(len(p.src)), 0
}

// atBinding reports whether an attribute path and an equals sign come next.
func (p *parser) atBinding() bool {
	switch p.kind() {
	case Word, KeywordOr:
		switch p.tokens[p.i+1].kind {
		case Equals:
			return true
		case Dot:
			return bindingAt(p.tokens, p.i)
		}
	case StringOpen, InterpOpen:
		return bindingAt(p.tokens, p.i)
	}
	return false
}

// expression reads a whole expression.
func (p *parser) expression() int32 {
	if p.depth >= mostDepth {
		return p.tooDeep()
	}
	p.depth++
	defer p.leave()
	switch p.kind() {
	case Word:
		switch p.ahead(1) {
		case Colon:
			return p.lambda()
		case At:
			if p.ahead(2) == LBrace || p.ahead(2) == Colon {
				return p.lambda()
			}
		}
	case LBrace:
		if p.atFormals() {
			return p.lambda()
		}
	case KeywordLet:
		if p.ahead(1) != LBrace {
			return p.letIn()
		}
	case KeywordWith:
		return p.with()
	case KeywordAssert:
		return p.assert()
	case KeywordIf:
		return p.ifThenElse()
	}
	return p.operation(1)
}

func (p *parser) leave() { p.depth-- }

func (p *parser) tooDeep() int32 {
	n := p.open(Error)
	p.failed = 0
	p.fail(SyntaxError{
		Span: text.Span{Start: int(p.tokens[p.i].start), End: int(p.tokens[p.i].end)}, Code: CodeTooDeep,
	})
	for !closesRegion(p.kind()) && p.kind() != Semicolon {
		p.skipGroup()
	}
	p.failed = p.i + 1 // what is missing from here on follows
	return p.close(n)
}

// atFormals reports whether the brace that comes next opens the formals of a
// lambda and not a set. Half-typed formals count.
func (p *parser) atFormals() bool {
	switch p.ahead(1) {
	case Ellipsis, Comma:
		return true
	case RBrace:
		return p.ahead(2) == Colon || p.ahead(2) == At
	case Word, KeywordOr:
		switch p.ahead(2) {
		case Comma, Question:
			return true
		case RBrace:
			return p.ahead(3) == Colon || p.ahead(3) == At
		case Equals, Dot, Semicolon:
			return false
		}
		// Two names in a row: a comma or an equals sign is missing.
		for n, depth := 1, 0; n < 256; n++ {
			switch p.ahead(n) {
			case LBrace, LBracket, LParen, InterpOpen, StringOpen, IndentOpen:
				depth++
			case RBracket, RParen, InterpClose, StringClose, IndentClose:
				depth--
			case RBrace:
				if depth == 0 {
					return p.ahead(n+1) == Colon || p.ahead(n+1) == At
				}
				depth--
			case Equals, Semicolon:
				if depth == 0 {
					return false
				}
			case EOF:
				return false
			}
		}
	}
	return false
}

func (p *parser) lambda() int32 {
	n := p.open(Lambda)
	if p.kind() == Word {
		p.add(n, p.leaf(Parameter, 1))
		if p.take(At) {
			if p.kind() == LBrace {
				p.add(n, p.formals())
			} else {
				p.failMissing("{", "function", "")
			}
		}
	} else {
		p.add(n, p.formals())
		if p.take(At) {
			if p.kind() == Word {
				p.add(n, p.leaf(Parameter, 1))
			} else {
				p.failMissing("a name", "function", "")
			}
		}
	}
	if !p.take(Colon) {
		p.failMissing(":", "function", ":")
		if closesRegion(p.kind()) {
			p.add(n, p.missing())
			return p.close(n)
		}
	}
	if p.atLooseBinding(p.nodes[n].start) {
		p.add(n, p.looseBindings())
		if p.cannotBegin() {
			return p.close(n)
		}
	}
	p.add(n, p.value("function body"))
	return p.close(n)
}

// value reads an expression, or nothing if what comes next cannot begin one.
func (p *parser) value(in string) int32 {
	if p.cannotBegin() || p.atBinding() {
		p.failMissing("an expression", in, "")
		return p.missing()
	}
	return p.expression()
}

// cannotBegin reports whether the next token ends what the parser is in rather
// than begin an expression.
func (p *parser) cannotBegin() bool {
	switch k := p.kind(); k {
	case Semicolon, Comma, KeywordThen, KeywordElse, KeywordIn, KeywordInherit, Equals, Colon, At, Question:
		return true
	default:
		return closesRegion(k)
	}
}

func (p *parser) formals() int32 {
	n := p.open(Formals)
	p.bump()
	for !closesRegion(p.kind()) {
		switch p.kind() {
		case Word:
			formal := p.open(Formal)
			p.add(formal, p.leaf(Parameter, 1))
			if p.take(Question) {
				p.add(formal, p.value("formal"))
			}
			p.add(n, p.close(formal))
		case Ellipsis:
			p.nodes[n].flags |= flagEllipsis
			p.bump()
			if p.kind() == Comma {
				p.failUnexpected("}", "formals")
			}
		case Comma:
			p.failUnexpected("a name", "formals")
		default:
			p.failUnexpected("a name", "formals")
			p.add(n, p.errorToken())
			continue
		}
		if p.take(Comma) {
			continue
		}
		if p.kind() != RBrace {
			if p.kind() == Word || p.kind() == Ellipsis {
				p.failMissing(",", "formals", ",")
			}
		}
	}
	p.take(RBrace)
	return p.close(n)
}

func (p *parser) letIn() int32 {
	n := p.open(LetIn)
	p.bump()
	p.bindings(n, KeywordIn)
	in := p.tokens[p.i].start
	if !p.take(KeywordIn) {
		p.failMissing("in", "let", "")
	}
	// Bindings behind the in that are indented more are still the let's.
	for p.atLooseBinding(in) {
		p.failUnexpected("an expression", "let")
		p.addBinding(n)
	}
	p.add(n, p.value("let"))
	return p.close(n)
}

// atLooseBinding reports whether a binding comes next where an expression
// should, on a line that is indented more than the one of an earlier place.
func (p *parser) atLooseBinding(since int32) bool {
	return (p.kind() == KeywordInherit || p.atBinding()) && p.onNewLine() &&
		p.column(p.tokens[p.i].start) > p.indent(since)
}

// indent is the indentation of the line that a place is on.
func (p *parser) indent(at int32) int {
	return indentation(p.src[strings.LastIndexByte(p.src[:at], '\n')+1:])
}

func (p *parser) with() int32 {
	n := p.open(With)
	p.bump()
	p.add(n, p.value("with"))
	p.semicolonThenValue(n, "with")
	return p.close(n)
}

func (p *parser) assert() int32 {
	n := p.open(Assert)
	p.bump()
	p.add(n, p.value("assert"))
	p.semicolonThenValue(n, "assert")
	return p.close(n)
}

func (p *parser) semicolonThenValue(n int32, in string) {
	if !p.take(Semicolon) {
		p.failMissing(";", in, ";")
	}
	p.add(n, p.value(in))
}

func (p *parser) ifThenElse() int32 {
	n := p.open(If)
	p.bump()
	p.add(n, p.value("if"))
	for _, k := range [...]Kind{KeywordThen, KeywordElse} {
		if !p.take(k) {
			p.failMissing(k.String(), "if", "")
			if p.cannotBegin() && p.kind() != KeywordElse || p.atBinding() {
				p.add(n, p.missing())
				continue
			}
		}
		p.add(n, p.value("if"))
	}
	return p.close(n)
}

// How tightly operators bind, and to which side.
type side uint8

const (
	sideLeft side = iota
	sideRight
	sideNone
)

const (
	bindNot      = 8
	bindHasAttr  = 12
	bindNegation = 13
)

// operator is how tightly a binary operator binds; 0 if the token is none.
func operator(k Kind) (binds int, s side) {
	switch k {
	case PipeTo:
		return 1, sideLeft
	case PipeFrom:
		return 1, sideRight
	case Implies:
		return 2, sideRight
	case OrOp:
		return 3, sideLeft
	case And:
		return 4, sideLeft
	case Equal, NotEqual:
		return 5, sideNone
	case Less, Greater, LessEq, GreaterEq:
		return 6, sideNone
	case Update:
		return 7, sideRight
	case Plus, Minus:
		return 9, sideLeft
	case Star, Slash:
		return 10, sideLeft
	case Concat:
		return 11, sideRight
	case Question:
		return bindHasAttr, sideNone
	}
	return 0, sideLeft
}

// operation reads operands and the operators between them that bind at least
// as tightly as least.
func (p *parser) operation(least int) int32 {
	if p.depth >= mostDepth {
		return p.tooDeep()
	}
	p.depth++
	defer p.leave()
	left := p.prefixed()
	for chained := Kind(EOF); ; {
		k := p.kind()
		binds, s := operator(k)
		if binds == 0 || binds < least {
			return left
		}
		if s == sideNone && chained != EOF && samePrecedence(chained, binds) {
			p.fail(SyntaxError{
				Span: text.Span{Start: int(p.tokens[p.i].start), End: int(p.tokens[p.i].end)},
				Code: CodeNotAssociative, Found: k.String(),
			})
		}
		chained = k
		if k == Question {
			n := p.wrap(HasAttr, left)
			p.bump()
			p.add(n, p.attrPath())
			left = p.close(n)
			continue
		}
		n := p.wrap(Binary, left)
		p.bump()
		if s == sideRight {
			p.add(n, p.rightOperand(binds))
		} else {
			p.add(n, p.rightOperand(binds+1))
		}
		left = p.close(n)
	}
}

func samePrecedence(k Kind, binds int) bool {
	other, _ := operator(k)
	return other == binds
}

func (p *parser) rightOperand(least int) int32 {
	if p.cannotBegin() || p.atBinding() {
		p.failMissing("an operand", "operation", "")
		return p.missing()
	}
	return p.operation(least)
}

// prefixed reads an operand with the ! and - before it.
func (p *parser) prefixed() int32 {
	least := bindNegation
	switch p.kind() {
	case Not:
		least = bindNot + 1
	case Minus:
	default:
		return p.application()
	}
	n := p.open(Unary)
	p.bump()
	p.add(n, p.rightOperand(least))
	return p.close(n)
}

// needsParentheses reads an expression that Nix wants in parentheses as an
// operand or an argument.
func (p *parser) needsParentheses() (int32, bool) {
	found := p.kind().String()
	switch p.kind() {
	case KeywordIf, KeywordWith, KeywordAssert:
	case KeywordLet:
		if p.ahead(1) == LBrace {
			return 0, false
		}
	case Word:
		if p.ahead(1) != Colon && (p.ahead(1) != At || p.ahead(2) != LBrace) {
			return 0, false
		}
		found = "function"
	case LBrace:
		if !p.atFormals() {
			return 0, false
		}
		found = "function"
	default:
		return 0, false
	}
	t := p.tokens[p.i]
	p.fail(SyntaxError{
		Span: text.Span{Start: int(t.start), End: int(t.end)}, Code: CodeNeedsParentheses, Found: found,
	})
	return p.expression(), true
}

// application reads a function and its arguments.
func (p *parser) application() int32 {
	if n, ok := p.needsParentheses(); ok {
		return n
	}
	f := p.operand()
	for startsOperand(p.kind()) {
		if p.atBinding() {
			return f // the semicolon before it is missing
		}
		if p.i > 0 && p.tokens[p.i-1].flags&absent != 0 && isLiteral(p.nodes[f].kind) {
			return f // a string that ends with its line
		}
		switch p.kind() {
		case KeywordOr:
			return f
		case KeywordLet:
			if p.ahead(1) != LBrace {
				if n, ok := p.needsParentheses(); ok {
					a := p.wrap(Apply, f)
					p.add(a, n)
					return p.close(a)
				}
			}
		}
		if isLiteral(p.nodes[f].kind) {
			p.odd++
		}
		n := p.wrap(Apply, f)
		if arg, ok := p.needsParentheses(); ok {
			p.add(n, arg)
		} else {
			p.add(n, p.operand())
		}
		f = p.close(n)
	}
	if k := p.kind(); k == KeywordIf || k == KeywordWith || k == KeywordAssert {
		if p.onNewLine() {
			return f
		}
		if arg, ok := p.needsParentheses(); ok {
			n := p.wrap(Apply, f)
			p.add(n, arg)
			f = p.close(n)
		}
	}
	return f
}

func isLiteral(k Kind) bool {
	switch k {
	case String, IndentedString, IntegerLiteral, FloatLiteral, Path, URI, SearchPath, List:
		return true
	}
	return false
}

// startsOperand reports whether a token can begin an operand.
func startsOperand(k Kind) bool {
	switch k {
	case Word, Integer, FloatNumber, SearchText, URIText, PathText, StringOpen, IndentOpen,
		LBrace, LBracket, LParen, KeywordRec, KeywordLet, KeywordOr:
		return true
	}
	return false
}

// operand reads a simple expression and what is selected from it.
func (p *parser) operand() int32 {
	left := p.simple()
	if p.kind() == KeywordOr {
		// A name where a keyword was not meant: f or. Old Nix code has it.
		n := p.wrap(Apply, left)
		p.add(n, p.leaf(Identifier, 1))
		return p.close(n)
	}
	if p.kind() != Dot {
		return left
	}
	n := p.wrap(Select, left)
	p.bump()
	p.add(n, p.attrPath())
	if p.kind() == KeywordOr && !p.atBinding() {
		p.bump()
		if startsOperand(p.kind()) && !p.atBinding() {
			p.add(n, p.operand())
		} else {
			p.failMissing("a default", "selection", "")
			p.add(n, p.missing())
		}
	}
	return p.close(n)
}

func (p *parser) simple() int32 {
	if p.depth >= mostDepth {
		return p.tooDeep()
	}
	p.depth++
	defer p.leave()
	switch p.kind() {
	case Word:
		return p.leaf(Identifier, 1)
	case KeywordOr:
		p.failUnexpected("an expression", "")
		return p.leaf(Identifier, 1)
	case Integer:
		return p.leaf(IntegerLiteral, 1)
	case FloatNumber:
		return p.leaf(FloatLiteral, 1)
	case SearchText:
		return p.leaf(SearchPath, 1)
	case URIText:
		return p.leaf(URI, 1)
	case PathText:
		n := p.open(Path)
		for p.kind() == PathText || p.kind() == InterpOpen && p.tokens[p.i].start == p.end {
			if !p.take(PathText) {
				p.add(n, p.interpolation(Interpolation))
			}
			if p.tokens[p.i].start != p.end {
				break
			}
		}
		return p.close(n)
	case StringOpen:
		return p.str(String, StringClose)
	case IndentOpen:
		return p.str(IndentedString, IndentClose)
	case LParen:
		n := p.open(Paren)
		p.bump()
		if p.atBinding() {
			p.add(n, p.looseBindings())
		} else {
			p.add(n, p.value("parentheses"))
		}
		p.closeRegion(n, RParen, "parentheses")
		return p.close(n)
	case LBracket:
		return p.list()
	case LBrace:
		return p.attrSet(AttrSet)
	case KeywordRec:
		n := p.open(AttrSet)
		p.nodes[n].flags |= flagRec
		p.bump()
		if p.kind() != LBrace {
			p.failMissing("{", "rec", "")
			return p.close(n)
		}
		p.bump()
		p.bindings(n, RBrace)
		p.take(RBrace)
		return p.close(n)
	case KeywordLet:
		n := p.open(LetBody)
		p.bump()
		if p.kind() == LBrace {
			p.bump()
			p.bindings(n, RBrace)
			p.take(RBrace)
		} else {
			p.failMissing("{", "let", "")
		}
		return p.close(n)
	}
	p.failUnexpected("an expression", "")
	if p.cannotBegin() || operatorOrDot(p.kind()) {
		return p.missing()
	}
	n := p.open(Error)
	if p.kind() == InterpOpen {
		p.bump()
		p.add(n, p.value("interpolation"))
		p.closeRegion(n, InterpClose, "interpolation")
	} else {
		p.bump()
	}
	return p.close(n)
}

// operatorOrDot reports whether a token continues an expression: if it comes
// where one should begin, what it continues is missing.
func operatorOrDot(k Kind) bool {
	binds, _ := operator(k)
	return binds > 0 || k == Dot
}

func (p *parser) str(k, closer Kind) int32 {
	n := p.open(k)
	p.bump()
	for {
		switch p.kind() {
		case StringText:
			p.bump()
		case InterpOpen:
			p.add(n, p.interpolation(Interpolation))
		default:
			p.take(closer)
			return p.close(n)
		}
	}
}

func (p *parser) interpolation(k Kind) int32 {
	n := p.open(k)
	p.bump()
	if p.atBinding() {
		p.add(n, p.looseBindings())
	} else {
		p.add(n, p.value("interpolation"))
	}
	p.closeRegion(n, InterpClose, "interpolation")
	return p.close(n)
}

func (p *parser) list() int32 {
	n := p.open(List)
	p.bump()
	for !closesRegion(p.kind()) {
		switch {
		case p.atBinding():
			p.failUnexpected("an element", "list")
			p.add(n, p.looseBindings())
		case startsOperand(p.kind()):
			if e, ok := p.needsParentheses(); ok {
				p.add(n, e)
			} else {
				p.add(n, p.operand())
			}
		case p.kind() == KeywordIf || p.kind() == KeywordWith || p.kind() == KeywordAssert:
			e, _ := p.needsParentheses()
			p.add(n, e)
		default:
			p.failUnexpected("an element", "list")
			p.add(n, p.errorToken())
		}
	}
	p.take(RBracket)
	return p.close(n)
}

func (p *parser) attrSet(k Kind) int32 {
	n := p.open(k)
	p.bump()
	p.bindings(n, RBrace)
	p.take(RBrace)
	return p.close(n)
}

// bindings reads bindings into n until the closer or the region's end.
func (p *parser) bindings(n int32, closer Kind) {
	for p.kind() != closer && !closesRegion(p.kind()) {
		switch k := p.kind(); {
		case k == KeywordInherit:
			p.add(n, p.inherit())
		case k == Word || k == KeywordOr || k == StringOpen || k == InterpOpen || k == Equals || k == Dot:
			if closer == KeywordIn && p.looksLikeBody() {
				return
			}
			p.add(n, p.binding())
		case closer == KeywordIn && startsOperand(k):
			return // the in before the body is missing
		default:
			p.failUnexpected("a name", "attribute set")
			bad := p.open(Error)
			switch {
			case k != KeywordIn && startsOperand(k):
				p.add(bad, p.expression())
				p.take(Semicolon)
			default:
				p.bump()
			}
			p.add(n, p.close(bad))
		}
	}
}

// looksLikeBody reports whether, after the bindings of a let without in, its
// body comes next: a lambda.
func (p *parser) looksLikeBody() bool {
	return p.kind() == Word && p.ahead(1) == Colon
}

func (p *parser) binding() int32 {
	n := p.open(Binding)
	start := p.tokens[p.i].start
	if p.kind() == Equals {
		path := p.open(AttrPath)
		p.failUnexpected("a name", "binding")
		p.add(path, p.missing())
		p.add(n, p.close(path))
	} else {
		p.add(n, p.attrPath())
	}
	if !p.take(Equals) {
		p.nodes[n].flags |= flagNoEquals
		if !p.valueFollows(start) {
			// Still being typed: the next binding starts at once.
			p.failMissing("=", "binding", "")
			if !p.take(Semicolon) {
				p.nodes[n].flags |= flagNoSemicolon
			}
			return p.close(n)
		}
		p.failMissing("=", "binding", " =")
		p.failed = 0
	}
	p.add(n, p.value("binding"))
	if p.take(Semicolon) {
		return p.close(n)
	}
	if !closesRegion(p.kind()) && p.kind() != KeywordIn && !p.atBinding() && p.kind() != KeywordInherit && !p.onNewLine() {
		p.failUnexpected(";", "binding")
		for !closesRegion(p.kind()) && p.kind() != Semicolon && p.kind() != KeywordIn && p.kind() != KeywordInherit && !p.atBinding() {
			p.add(n, p.errorToken())
			if p.onNewLine() && p.kind() != Semicolon {
				break
			}
		}
		if p.take(Semicolon) {
			return p.close(n)
		}
	}
	p.nodes[n].flags |= flagNoSemicolon
	p.failMissing(";", "binding", ";")
	return p.close(n)
}

// valueFollows reports whether what comes after an attribute path without an
// equals sign is the binding's value rather than the next binding.
func (p *parser) valueFollows(start int32) bool {
	k := p.kind()
	if p.atBinding() || !startsOperand(k) && k != KeywordIf && k != KeywordWith && k != KeywordAssert && k != Minus && k != Not {
		return false
	}
	return !p.onNewLine() || p.column(p.tokens[p.i].start) > p.column(start)
}

func (p *parser) inherit() int32 {
	n := p.open(Inherit)
	p.bump()
	if p.kind() == LParen {
		from := p.open(Paren)
		p.bump()
		p.add(from, p.value("inherit"))
		p.closeRegion(from, RParen, "parentheses")
		p.add(n, p.close(from))
	}
	for {
		switch k := p.kind(); {
		case k == Semicolon:
			p.bump()
			return p.close(n)
		case closesRegion(k), k == KeywordIn, k == KeywordInherit, p.atBinding():
			p.nodes[n].flags |= flagNoSemicolon
			p.failMissing(";", "inherit", ";")
			return p.close(n)
		case k == Word || k == KeywordOr || k == StringOpen || k == InterpOpen:
			p.add(n, p.attrName())
		default:
			p.failUnexpected("a name", "inherit")
			p.add(n, p.errorToken())
		}
	}
}

// attrPath reads names with dots between them. A path that ends in a dot has a
// Missing last name.
func (p *parser) attrPath() int32 {
	n := p.open(AttrPath)
	for names := 0; ; names++ {
		switch k := p.kind(); {
		case k == Word || k == KeywordOr || k == StringOpen || k == InterpOpen:
			if names > 0 && p.onNewLine() && p.atBinding() {
				// A path does not go on in the next line with what is itself a
				// binding's path.
				p.failMissing("a name", "attribute path", "")
				p.add(n, p.missing())
				return p.close(n)
			}
			p.add(n, p.attrName())
		default:
			p.failMissing("a name", "attribute path", "")
			p.add(n, p.missing())
		}
		if !p.take(Dot) {
			return p.close(n)
		}
	}
}

func (p *parser) attrName() int32 {
	switch p.kind() {
	case StringOpen:
		return p.str(String, StringClose)
	case InterpOpen:
		return p.interpolation(Dynamic)
	}
	return p.leaf(Name, 1)
}
