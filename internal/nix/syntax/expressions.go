package syntax

import "jetpills/internal/text"

// The grammar, from the outside in. A function reads what it is named after
// and gives its node. It begins where it is sure of what comes, so a keyword or
// an opening bracket is there; everything behind that may be missing.

// file reads the one expression of a text, and takes what follows as errors.
func (p *parser) file() {
	n := p.open(File)
	if p.kind() == EOF {
		p.failMissing("an expression", "", "")
		p.add(n, p.missing())
	} else {
		p.add(n, p.expression())
	}
	for said := false; p.kind() != EOF; said = true {
		if p.atAnyBinding() {
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

// expression reads anything from a function down to an operand.
func (p *parser) expression() int32 {
	if !p.enter() {
		return p.tooDeep()
	}
	defer p.leave()
	k := p.loosest()
	if k == EOF && p.kind() == Word && isArrow(p.tokens, p.i+1) {
		k = Lambda
	}
	switch k {
	case Lambda:
		return p.lambda()
	case LetIn:
		return p.letIn()
	case With:
		return p.with()
	case Assert:
		return p.assert()
	case If:
		return p.ifThenElse()
	}
	return p.operation(1)
}

// loosest is the kind of the expression that comes next if that is one that Nix
// wants in parentheses as an operand, an argument or an element; EOF if it is
// none.
func (p *parser) loosest() Kind {
	switch k, next := p.kind(), p.ahead(1); {
	case k == KeywordLet && next != LBrace:
		return LetIn
	case k == KeywordWith:
		return With
	case k == KeywordAssert:
		return Assert
	case k == KeywordIf:
		return If
	case k == LBrace && p.atFormals(), k == Word && next == Colon:
		return Lambda
	case k == Word && next == At:
		if after := p.ahead(2); after == LBrace || after == Colon || after == Word && p.ahead(3) == Colon {
			return Lambda
		}
	}
	return EOF
}

// value reads an expression, or nothing if what comes next cannot begin one.
func (p *parser) value(in string) int32 {
	if p.cannotBegin() || p.atBinding() {
		p.failMissing("an expression", in, "")
		return p.missing()
	}
	return p.expression()
}

func (p *parser) letIn() int32 {
	n := p.open(LetIn)
	p.bump()
	p.bindings(n, KeywordIn)
	in := p.tokens[p.i].start
	if !p.take(KeywordIn) {
		p.failNoIn(n)
	}
	// Bindings behind the in that are indented more are still the let's.
	for p.atLooseBinding(in) {
		p.failUnexpected("an expression", "let")
		p.add(n, p.binding())
	}
	p.add(n, p.value("let"))
	return p.close(n)
}

func (p *parser) with() int32 {
	n := p.open(With)
	p.bump()
	scope := p.value("with")
	if p.hasBody(scope) {
		return p.withoutSemicolon(n, scope)
	}
	p.add(n, scope)
	p.semicolonThenValue(n, "with")
	return p.close(n)
}

// hasBody reports whether what was read as the scope of a with is scope and body
// without the semicolon between them, with a [ b ]: a call, and nothing comes
// behind it.
func (p *parser) hasBody(scope int32) bool {
	if p.nodes[scope].kind != Apply {
		return false
	}
	function := &p.nodes[p.nodes[scope].first]
	isImport := p.src[function.start:function.end] == "import"
	if p.nodes[function.next].kind != List && (function.kind == Apply || function.kind == Paren || isImport) {
		return false
	}
	if p.kind() != Semicolon {
		return closesRegion(p.kind())
	}
	k := p.ahead(1)
	return closesRegion(k) || k == KeywordInherit || k == KeywordIn || bindingAt(p.tokens, p.i+1)
}

// withoutSemicolon makes a scope and a body of a call that was read as the scope
// of a with.
func (p *parser) withoutSemicolon(n, call int32) int32 {
	scope := p.nodes[call].first
	body := p.nodes[scope].next
	behind := p.tokens[p.nodes[body].tok]
	at := text.Span{Start: int(p.nodes[scope].end), End: int(p.nodes[scope].end)}
	p.fail(SyntaxError{Span: at, Code: CodeMissing, Found: behind.kind.String(), Wanted: ";", In: "with", Insert: ";"})
	p.failed = 0 // what is wrong with the next token does not follow from that
	p.nodes[scope].next = 0
	p.add(n, scope)
	p.add(n, body)
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
