package syntax

var afterFormals = setOf(Colon, At)

// atFormals reports whether the brace that comes next opens the formals of a
// lambda and not a set. Half-typed formals count.
func (p *parser) atFormals() bool {
	switch p.ahead(1) {
	case Ellipsis, Comma:
		return true
	case RBrace:
		return p.ahead(2).in(afterFormals)
	case Word, KeywordOr:
		switch p.ahead(2) {
		case Comma, Question:
			return true
		case RBrace:
			return p.ahead(3).in(afterFormals)
		case Equals, Dot, Semicolon:
			return false
		}
		return p.closesLikeFormals()
	}
	return false
}

// closesLikeFormals reports, for a brace with two names in a row behind it, so
// that a comma or an equals sign is missing, whether a colon or an @ follows
// the closing brace.
func (p *parser) closesLikeFormals() bool {
	for i, k := range outside(p.tokens, p.i+1, 256) {
		switch k {
		case RBrace:
			return p.tokens[i+1].kind.in(afterFormals)
		case Equals, Semicolon:
			return false
		}
	}
	return false
}

// lambda reads x: e, { a, b ? c, ... }: e or both with an @ between them.
func (p *parser) lambda() int32 {
	n := p.open(Lambda)
	first, wanted := LBrace, "a name"
	if p.kind() == Word {
		first, wanted = Word, LBrace.String()
	}
	p.add(n, p.parameter())
	if p.take(At) {
		switch k := p.kind(); {
		case (k == Word || k == LBrace) && k != first:
			p.add(n, p.parameter())
		case k == Word && p.ahead(1) == Colon:
			p.failUnexpected(wanted, "function")
			p.add(n, p.errorToken())
		default:
			p.failMissing(wanted, "function", "")
		}
	}
	if !p.takeColon() {
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

// parameter reads a name or formals.
func (p *parser) parameter() int32 {
	if p.kind() == Word {
		return p.leaf(Parameter)
	}
	return p.formals()
}

func (p *parser) formals() int32 {
	n := p.open(Formals)
	p.bump()
	for !closesRegion(p.kind()) {
		switch p.kind() {
		case Word:
			p.add(n, p.formal())
		case Ellipsis:
			p.nodes[n].flags |= flagEllipsis
			p.bump()
			if p.kind() == Comma {
				p.failUnexpected("}", "formals")
			}
		case Comma:
			p.failUnexpected("a name", "formals")
		case Semicolon:
			p.takeInstead(1, ",", "formals")
			continue
		default:
			p.failUnexpected("a name", "formals")
			p.add(n, p.errorToken())
			continue
		}
		if p.take(Comma) {
			continue
		}
		if p.kind() == Word || p.kind() == Ellipsis {
			p.failMissing(",", "formals", ",")
		}
	}
	p.take(RBrace)
	return p.close(n)
}

// formal reads a or a ? b.
func (p *parser) formal() int32 {
	n := p.open(Formal)
	p.add(n, p.leaf(Parameter))
	if p.kind() == Equals {
		p.takeInstead(1, "?", "formal")
		p.add(n, p.value("formal"))
	} else if p.take(Question) {
		p.add(n, p.value("formal"))
	}
	return p.close(n)
}
