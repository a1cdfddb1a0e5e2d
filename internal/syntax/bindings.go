package syntax

func (p *parser) attrSet() int32 {
	n := p.open(AttrSet)
	p.bindingsInBraces(n, "attribute set")
	return p.close(n)
}

func (p *parser) recursiveSet() int32 {
	n := p.open(AttrSet)
	p.nodes[n].flags |= flagRec
	p.bump()
	p.bindingsInBraces(n, "rec")
	return p.close(n)
}

// letBody reads let { …; body = …; }.
func (p *parser) letBody() int32 {
	n := p.open(LetBody)
	p.bump()
	p.bindingsInBraces(n, "let")
	return p.close(n)
}

func (p *parser) bindingsInBraces(n int32, in string) {
	if !p.take(LBrace) {
		p.failMissing("{", in, "")
		return
	}
	p.bindings(n, RBrace)
	p.take(RBrace)
}

// bindings reads bindings into n until the closer or the region's end.
func (p *parser) bindings(n int32, closer Kind) {
	for p.kind() != closer && !closesRegion(p.kind()) {
		switch k := p.kind(); {
		case k == KeywordInherit:
			p.add(n, p.inherit())
		case startsName(k) || k == Equals || k == Dot:
			if closer == KeywordIn && p.looksLikeBody() {
				return
			}
			p.add(n, p.binding())
		case closer == KeywordIn && startsOperand(k):
			return // the in before the body is missing
		default:
			p.failUnexpected("a name", "attribute set")
			bad := p.open(Error)
			if startsOperand(k) {
				p.add(bad, p.expression())
				p.take(Semicolon)
			} else {
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

func (p *parser) addBinding(n int32) {
	if p.kind() == KeywordInherit {
		p.add(n, p.inherit())
	} else {
		p.add(n, p.binding())
	}
}

// binding reads a path, an equals sign, a value and a semicolon, whichever of
// them are there.
func (p *parser) binding() int32 {
	n := p.open(Binding)
	start := p.tokens[p.i].start
	p.add(n, p.boundPath())
	switch {
	case p.take(Equals):
		p.boundValue(n)
	case p.valueFollows(start):
		p.nodes[n].flags |= flagNoEquals
		p.failMissing("=", "binding", " =")
		p.failed = 0 // what is wrong with the value does not follow from that
		p.boundValue(n)
	default:
		// Still being typed: the next binding starts at once.
		p.nodes[n].flags |= flagNoEquals
		p.failMissing("=", "binding", "")
	}
	if !p.take(Semicolon) {
		p.nodes[n].flags |= flagNoSemicolon
		p.failMissing(";", "binding", ";")
	}
	return p.close(n)
}

// boundPath reads a binding's path, which may be missing altogether.
func (p *parser) boundPath() int32 {
	if p.kind() != Equals {
		return p.attrPath()
	}
	n := p.open(AttrPath)
	p.failUnexpected("a name", "binding")
	p.add(n, p.missing())
	return p.close(n)
}

// boundValue reads the value of a binding, and as errors what else is on its
// line.
func (p *parser) boundValue(n int32) {
	p.add(n, p.value("binding"))
	if p.endsBinding() || p.onNewLine() {
		return
	}
	p.failUnexpected(";", "binding")
	for !p.endsBinding() && !p.onNewLine() {
		p.add(n, p.errorToken())
	}
}

// endsBinding reports whether a binding ends here, be it for another one.
func (p *parser) endsBinding() bool {
	k := p.kind()
	return k == Semicolon || k == KeywordIn || k == KeywordInherit || closesRegion(k) || p.atBinding()
}

// valueFollows reports whether what comes after an attribute path without an
// equals sign is the binding's value rather than the next binding.
func (p *parser) valueFollows(start int32) bool {
	k := p.kind()
	if p.atBinding() || !startsOperand(k) && !startsKeywordExpression(k) && k != Minus && k != Not {
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
		case startsName(k):
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
		case startsName(k):
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

// startsName reports whether a token can begin an attribute name.
func startsName(k Kind) bool {
	return k == Word || k == KeywordOr || k == StringOpen || k == InterpOpen
}

func (p *parser) attrName() int32 {
	switch p.kind() {
	case StringOpen:
		return p.str(String, StringClose)
	case InterpOpen:
		return p.interpolation(Dynamic)
	}
	return p.leaf(Name)
}
