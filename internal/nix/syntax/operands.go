package syntax

// simple reads an expression that needs no parentheses anywhere.
func (p *parser) simple() int32 {
	if p.kind() == Word {
		return p.leaf(Identifier) // most are no more than that
	}
	if !p.enter() {
		return p.tooDeep()
	}
	n := p.simpleInside()
	p.leave()
	return n
}

func (p *parser) simpleInside() int32 {
	switch p.kind() {
	case KeywordOr:
		p.failUnexpected("an expression", "")
		return p.leaf(Identifier)
	case Integer:
		return p.leaf(IntegerLiteral)
	case FloatNumber:
		return p.leaf(FloatLiteral)
	case SearchText:
		return p.leaf(SearchPath)
	case URIText:
		return p.leaf(URI)
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
	return p.notAnOperand()
}

// notAnOperand reads what cannot be an operand where one should be: nothing, if
// it ends or continues something.
func (p *parser) notAnOperand() int32 {
	p.failUnexpected("an expression", "")
	if p.cannotBegin() || operatorOrDot(p.kind()) {
		return p.missing()
	}
	return p.errorToken()
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

func (p *parser) element() int32 {
	switch e, ok := p.needsParentheses(); {
	case ok:
		return e
	case startsOperand(p.kind()):
		return p.operand()
	}
	p.failUnexpected("an element", "list")
	return p.errorToken()
}

func (p *parser) list() int32 {
	n := p.open(List)
	p.bump()
	for !closesRegion(p.kind()) {
		switch {
		case p.atBinding():
			p.failUnexpected("an element", "list")
			p.add(n, p.looseBindings())
		default:
			p.add(n, p.element())
		}
	}
	p.take(RBracket)
	return p.close(n)
}
