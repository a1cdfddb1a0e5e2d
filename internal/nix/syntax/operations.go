package syntax

// side is the side from which operators that bind as tightly are grouped.
type side uint8

const (
	sideLeft side = iota
	sideRight
	sideNone
)

// How tightly operators bind that stand before their operand or are not
// followed by one.
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
	if !p.enter() {
		return p.tooDeep()
	}
	defer p.leave()
	left := p.prefixed()
	for chained := Kind(EOF); ; {
		k := p.kind()
		compares := k == Equals && comparesAt(p.tokens, p.i)
		if compares {
			k = Equal
		}
		binds, s := operator(k)
		if binds == 0 || binds < least {
			return left
		}
		if s == sideNone && chained != EOF && samePrecedence(chained, binds) {
			p.fail(SyntaxError{Span: p.tokens[p.i].span(), Code: CodeNotAssociative, Found: k.String()})
		}
		chained = k
		if k == Question {
			n := p.wrap(HasAttr, left)
			p.bump()
			p.add(n, p.attrPath())
			left = p.close(n)
			continue
		}
		if s != sideRight {
			binds++
		}
		n := p.wrap(Binary, left)
		if compares {
			p.takeInstead(1, Equal.String(), "condition")
		} else {
			p.bump()
		}
		p.add(n, p.rightOperand(binds))
		left = p.close(n)
	}
}

func samePrecedence(k Kind, binds int) bool {
	other, _ := operator(k)
	return other == binds
}

// operatorOrDot reports whether a token continues an expression: if it comes
// where one should begin, what it continues is missing.
func operatorOrDot(k Kind) bool {
	binds, _ := operator(k)
	return binds > 0 || k == Dot
}

// rightOperand reads what stands behind an operator.
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

// application reads a function and its arguments.
func (p *parser) application() int32 {
	if p.loosest() != EOF {
		return p.element()
	}
	f := p.operand()
	for p.atArgument(f) {
		if isLiteral(p.nodes[f].kind) {
			p.odd++
		}
		n := p.wrap(Apply, f)
		p.add(n, p.element())
		f = p.close(n)
	}
	return f
}

// atArgument reports whether an argument of f comes next.
func (p *parser) atArgument(f int32) bool {
	switch k := p.kind(); {
	case startsKeywordExpression(k):
		return !p.onNewLine()
	case !startsOperand(k) || k == KeywordOr:
		return false
	case p.atBinding():
		return false // the semicolon before it is missing
	case k == Word && p.ahead(1) == Colon && p.onNewLine() && isLiteral(p.nodes[f].kind):
		return false // so it is before a binding with a colon
	}
	// A string that ends with its line, for want of a quote, calls nothing.
	return p.i == 0 || p.tokens[p.i-1].flags&absent == 0 || !isLiteral(p.nodes[f].kind)
}

// isLiteral reports whether nodes of a kind are nothing that can be called.
func isLiteral(k Kind) bool {
	switch k {
	case String, IndentedString, IntegerLiteral, FloatLiteral, Path, URI, SearchPath, List:
		return true
	}
	return false
}

// startsOperand reports whether a token can begin an operand.
func startsOperand(k Kind) bool { return k.in(operandStarts) }

var operandStarts = setOf(Word, Integer, FloatNumber, SearchText, URIText, PathText, StringOpen, IndentOpen,
	LBrace, LBracket, LParen, KeywordRec, KeywordLet, KeywordOr)

// startsKeywordExpression reports whether a token begins what is no operand
// without parentheses, and no function. A let may be either.
func startsKeywordExpression(k Kind) bool {
	return k == KeywordIf || k == KeywordWith || k == KeywordAssert
}

// operand reads a simple expression and what is selected from it.
func (p *parser) operand() int32 {
	left := p.simple()
	if p.kind() == KeywordOr {
		// A name where a keyword was not meant: f or. Old Nix code has it.
		n := p.wrap(Apply, left)
		p.add(n, p.leaf(Identifier))
		return p.close(n)
	}
	if p.kind() != Dot {
		return left
	}
	n := p.wrap(Select, left)
	p.bump()
	p.add(n, p.attrPath())
	if p.takeOr() {
		if startsOperand(p.kind()) && !p.atBinding() {
			p.add(n, p.operand())
		} else {
			p.failMissing("a default", "selection", "")
			p.add(n, p.missing())
		}
	}
	return p.close(n)
}
