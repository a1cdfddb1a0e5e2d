package syntax

import "slices"

// The parser sees only brackets that pair: see repair.go. What is inside of a
// pair is a region, and whatever is wrong in it stays in it.

// closesRegion reports whether a token ends the brackets, the string or the
// text that the parser is in.
func closesRegion(k Kind) bool { return k.in(closers) || k == EOF || k == StringText }

// cannotBegin reports whether the next token ends what the parser is in rather
// than begin an expression.
func (p *parser) cannotBegin() bool { return p.kind().in(noBeginnings) || closesRegion(p.kind()) }

var noBeginnings = setOf(Semicolon, Comma, KeywordThen, KeywordElse, KeywordIn, KeywordInherit, Equals, Colon, At, Question)

// skipTo takes tokens as errors into n until one that stops, or the region's
// end, whole groups of brackets at a time. Bindings on the way are read as such.
func (p *parser) skipTo(n int32, stops ...Kind) {
	for !closesRegion(p.kind()) && !slices.Contains(stops, p.kind()) {
		if p.atAnyBinding() {
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
	switch k := p.kind(); {
	case p.depth >= mostDepth:
		p.skipGroup()
	case k == InterpOpen:
		p.bump()
		p.add(n, p.value("interpolation"))
		p.closeRegion(n, InterpClose, "interpolation")
	case startsOperand(k) && k != KeywordOr:
		p.add(n, p.operand())
	default:
		p.bump()
	}
	return p.close(n)
}

// skipGroup takes one token, and if it opens a group all up to the group's end.
func (p *parser) skipGroup() {
	for depth := 0; p.kind() != EOF; {
		if k := p.kind(); k.in(openers) {
			depth++
		} else if k.in(closers) {
			depth--
		}
		if depth >= 0 {
			p.bump()
		}
		if depth <= 0 {
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
	for p.atAnyBinding() {
		p.add(n, p.binding())
	}
	return p.close(n)
}

// atLooseBinding reports whether a binding comes next where an expression
// should, on a line that is indented more than the one of an earlier place.
func (p *parser) atLooseBinding(since int32) bool {
	return p.atAnyBinding() && p.onNewLine() && p.column(p.tokens[p.i].start) > p.indent(since)
}

// atAnyBinding reports whether a binding or an inherit comes next.
func (p *parser) atAnyBinding() bool { return p.kind() == KeywordInherit || p.atBinding() }

// atBinding reports whether an attribute path and an equals sign come next.
func (p *parser) atBinding() bool {
	switch p.kind() {
	case Word, KeywordOr:
		switch p.tokens[p.i+1].kind {
		case Equals:
			return bindsAt(p.tokens, p.i+1)
		case Dot:
			return bindingAt(p.tokens, p.i)
		}
	case StringOpen, InterpOpen:
		return bindingAt(p.tokens, p.i)
	}
	return false
}

// tooDeep takes what nests deeper than the parser follows as an error.
func (p *parser) tooDeep() int32 {
	n := p.open(Error)
	p.failed = 0
	p.fail(SyntaxError{Span: p.tokens[p.i].span(), Code: CodeTooDeep})
	for !closesRegion(p.kind()) && p.kind() != Semicolon {
		p.skipGroup()
	}
	p.failed = p.i + 1 // what is missing from here on follows
	return p.close(n)
}

// element reads an operand, an argument or an element, with an error if Nix
// wants parentheses around it there.
func (p *parser) element() int32 {
	k := p.loosest()
	if k == EOF {
		return p.operand()
	}
	found := p.kind().String()
	if k == Lambda {
		found = "function"
	}
	p.fail(SyntaxError{Span: p.tokens[p.i].span(), Code: CodeNeedsParentheses, Found: found})
	return p.expression()
}
