package syntax

// attrSet reads { … }, rec { … } or let { …; body = …; }.
func (p *parser) attrSet() int32 {
	n, in := p.open(AttrSet), "attribute set"
	switch p.kind() {
	case KeywordRec:
		p.nodes[n].flags |= flagRec
		in = "rec"
		p.bump()
	case KeywordLet:
		p.nodes[n].kind = LetBody
		in = "let"
		p.bump()
	}
	if p.take(LBrace) {
		p.bindings(n, RBrace)
		p.take(RBrace)
	} else {
		p.failMissing("{", in, "")
	}
	return p.close(n)
}

// bindings reads bindings into n until the closer or the region's end.
func (p *parser) bindings(n int32, closer Kind) {
	saidIf := false // an error; what belongs to that if is none of its own
	for p.kind() != closer && !closesRegion(p.kind()) {
		switch k := p.kind(); {
		case k == KeywordInherit || startsName(k) || k == Equals || k == Dot:
			if closer == KeywordIn && p.looksLikeBody(n) {
				return
			}
			p.add(n, p.binding())
		case closer == KeywordIn && (startsOperand(k) || startsKeywordExpression(k)):
			return // the in before the body is missing
		default:
			if followsIf := saidIf && (k == KeywordThen || k == KeywordElse); !followsIf {
				p.failUnexpected("a name", "attribute set")
			}
			saidIf = saidIf || k == KeywordIf
			p.add(n, p.noBinding())
			if p.kind() == Equals {
				p.failed = p.i + 1 // what stands before it was to be the name
			}
		}
	}
}

// noBinding takes as errors what stands where a binding should.
func (p *parser) noBinding() int32 {
	bad := p.open(Error)
	switch k := p.kind(); {
	case k == Update:
		for p.bump(); !closesRegion(p.kind()) && !p.onNewLine(); {
			p.add(bad, p.errorToken()) // a comment of another language
		}
	case startsKeywordExpression(k): // a statement of another language
		p.bump()
		p.add(bad, p.value("attribute set"))
		if !p.take(KeywordThen) {
			p.take(Semicolon)
		}
	case startsOperand(k):
		p.add(bad, p.expression())
		p.take(Semicolon)
	default:
		p.bump()
	}
	return p.close(bad)
}

// looksLikeBody reports whether, after the bindings of a let without in, its
// body comes next: a lambda, or an expression with which all ends that the let
// stands in. A path alone may be a binding that is being typed: it is the body
// if it stands no deeper than the let, or if the let binds its name already.
func (p *parser) looksLikeBody(let int32) bool {
	if p.kind() == Word && p.ahead(1) == Colon {
		return true
	}
	isPath := true
	for i, k := range outside(p.tokens, p.i, mostAhead) {
		if i > p.i && closesRegion(k) {
			return !isPath || p.onNewLine() && p.column(p.tokens[p.i].start) <= p.indent(p.nodes[let].start) ||
				i == p.i+1 && p.bindsAlready(let, p.tokens[p.i].of(p.src))
		}
		if k == Equals || k == Semicolon || k == KeywordIn || k == KeywordInherit {
			return false
		}
		isPath = isPath && (k == Word || k == Dot)
	}
	return false
}

// bindsAlready reports whether a binding of n has a name for its path.
func (p *parser) bindsAlready(n int32, name string) bool {
	for c := p.nodes[n].first; c != 0; c = p.nodes[c].next {
		if path := p.nodes[p.nodes[c].first]; p.nodes[c].kind == Binding && p.src[path.start:path.end] == name {
			return true
		}
	}
	return false
}

// binding reads an inherit, or a path, an equals sign, a value and a semicolon,
// whichever of them are there.
func (p *parser) binding() int32 {
	if p.kind() == KeywordInherit {
		return p.inherit()
	}
	n := p.open(Binding)
	start := p.tokens[p.i].start
	p.add(n, p.boundPath())
	switch {
	case p.takeEquals():
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
	if !p.takeSemicolon() {
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
	if p.endsBinding() || p.onNewLine() || p.kind() == Comma {
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
		p.add(n, p.enclosed(Paren, RParen, "parentheses"))
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
		// A path does not go on in the next line with what is itself a binding's
		// path.
		if startsName(p.kind()) && (names == 0 || !p.onNewLine() || !p.atBinding()) {
			p.add(n, p.attrName())
		} else {
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
		return p.enclosed(Dynamic, InterpClose, "interpolation")
	}
	return p.leaf(Name)
}
