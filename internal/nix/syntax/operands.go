package syntax

// simple reads an expression that needs no parentheses anywhere.
func (p *parser) simple() int32 {
	if k := leaves[p.kind()]; k != EOF {
		return p.leaf(k) // most are no more than that
	}
	if !p.enter() {
		return p.tooDeep()
	}
	defer p.leave()
	switch p.kind() {
	case KeywordOr:
		p.failUnexpected("an expression", "")
		return p.leaf(Identifier)
	case PathText:
		return p.path()
	case StringOpen:
		return p.str(String, StringClose)
	case IndentOpen:
		return p.str(IndentedString, IndentClose)
	case LParen:
		return p.enclosed(Paren, RParen, "parentheses")
	case LBracket:
		return p.list()
	case LBrace, KeywordRec, KeywordLet:
		return p.attrSet()
	}
	// What cannot be an operand is nothing, if it ends or continues something.
	p.failUnexpected("an expression", "")
	if p.cannotBegin() || operatorOrDot(p.kind()) {
		return p.missing()
	}
	return p.errorToken()
}

// leaves are the kinds of the expressions that are one token.
var leaves = [lastToken]Kind{
	Word: Identifier, Integer: IntegerLiteral, FloatNumber: FloatLiteral, SearchText: SearchPath, URIText: URI,
}

// path reads ./a/${b}/c. Its parts touch.
func (p *parser) path() int32 {
	n := p.open(Path)
	for p.kind() == PathText || p.kind() == InterpOpen && p.tokens[p.i].start == p.end {
		if !p.take(PathText) {
			p.add(n, p.enclosed(Interpolation, InterpClose, "interpolation"))
		}
		if p.tokens[p.i].start != p.end {
			break
		}
	}
	return p.close(n)
}

// str reads a string in either kind of quotes.
func (p *parser) str(k, closer Kind) int32 {
	n := p.open(k)
	p.bump()
	for {
		switch p.kind() {
		case StringText:
			p.bump()
		case InterpOpen:
			p.add(n, p.enclosed(Interpolation, InterpClose, "interpolation"))
		default:
			if p.tokens[p.i].flags&absent != 0 {
				p.nodes[n].flags |= flagNoQuote
			}
			p.take(closer)
			return p.close(n)
		}
	}
}

// enclosed reads an expression in ${…} or parentheses.
func (p *parser) enclosed(k, closer Kind, in string) int32 {
	n := p.open(k)
	p.bump()
	if p.atBinding() {
		p.add(n, p.looseBindings())
	} else {
		p.add(n, p.value(in))
	}
	p.closeRegion(n, closer, in)
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
		case startsOperand(p.kind()), startsKeywordExpression(p.kind()):
			p.add(n, p.element())
		default:
			p.failUnexpected("an element", "list")
			p.add(n, p.errorToken())
		}
	}
	p.take(RBracket)
	return p.close(n)
}
