package syntax

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"jetpills/internal/text"
)

// What people write who come from other languages, and what to say to them.

// invalidCharacter is the error of bytes that begin no token.
func invalidCharacter(src string, at text.Span) SyntaxError {
	e := SyntaxError{Span: at, Code: CodeInvalidCharacter, Found: Invalid.String()}
	c, width := utf8.DecodeRuneInString(at.Of(src))
	if c == utf8.RuneError {
		return e
	}
	e.Found = fmt.Sprintf("%s %c", Invalid, c)
	if !unicode.IsPrint(c) {
		e.Found = fmt.Sprintf("%s %U", Invalid, c)
	}
	switch c {
	case '&', '|':
		e.Wanted = string([]rune{c, c})
		e.Insert = e.Wanted
	case '“', '”', '„':
		e.Wanted = StringOpen.String()
		if width == at.Len() {
			e.Insert = e.Wanted
		}
	case '\'', '‘', '’', '`':
		e.Wanted = StringOpen.String()
	case '\u00a0', '\u202f', '\u2009':
		e.Hint = "it looks like a space and is none"
	case '$':
		e.Hint = "a variable is written without it"
	case '\\':
		e.Hint = "a path has /"
	case '%':
		e.Hint = "there is no such operator: lib.mod"
	}
	return e
}

// hint is what to say of the next token to those who know it from elsewhere.
func (p *parser) hint(in string) string {
	switch k := p.kind(); {
	case (k == Comma || k == Semicolon) && (in == "list" || in == "inherit"):
		return "remove it: only spaces stand between"
	case k == Update && in == "attribute set":
		return "a comment begins with #"
	case k == InterpOpen:
		return "outside of strings a variable is written without ${ }"
	case (k == Integer || k == FloatNumber) && in == "attribute set":
		return "a name that begins with a digit stands in quotes"
	case k == KeywordIf && in == "attribute set":
		return "an if gives a value: a = if b then c else d;"
	}
	return ""
}

// takeOr takes the or behind a selection, or the ?? of another language.
func (p *parser) takeOr() bool {
	if p.kind() == KeywordOr && !p.atBinding() {
		p.bump()
		return true
	}
	if p.kind() != Question || p.ahead(1) != Question || p.tokens[p.i].end != p.tokens[p.i+1].start {
		return false
	}
	p.takeInstead(2, KeywordOr.String(), "selection")
	return true
}

// takeEquals takes the equals sign of a binding, or what other languages have
// in its place.
func (p *parser) takeEquals() bool {
	if p.take(Equals) {
		return true
	}
	if p.onNewLine() {
		return false
	}
	assigns := p.ahead(1) == Equals && p.tokens[p.i].end == p.tokens[p.i+1].start
	switch p.kind() {
	case Colon, Plus, Concat, Update:
		if assigns {
			p.takeInstead(2, "=", "binding")
			return true
		}
	}
	if p.kind() != Colon && p.kind() != Equal {
		return false
	}
	p.takeInstead(1, "=", "binding")
	return true
}

// takeSemicolon takes the semicolon of a binding, or a comma at the end of a
// line.
func (p *parser) takeSemicolon() bool {
	if p.take(Semicolon) {
		return true
	}
	if p.kind() != Comma {
		return false
	}
	p.takeInstead(1, ";", "binding")
	return true
}

// takeColon takes the colon behind the parameter of a function, or what stands
// in its place: a semicolon that ends no binding, or =>.
func (p *parser) takeColon() bool {
	if p.take(Colon) {
		return true
	}
	if isArrow(p.tokens, p.i) {
		p.takeInstead(2, ":", "function")
		return true
	}
	if p.kind() != Semicolon {
		return false
	}
	switch p.ahead(1) {
	case LBrace, KeywordLet, KeywordWith, KeywordRec:
		p.takeInstead(1, ":", "function")
		return true
	}
	return false
}

// isArrow reports whether => stands at index i.
func isArrow(tokens []token, i int) bool {
	return tokens[i].kind == Equals && tokens[i+1].kind == Greater && tokens[i].end == tokens[i+1].start
}

// bindsAt reports whether the equals sign at index i is one that binds.
func bindsAt(tokens []token, i int) bool { return !isArrow(tokens, i) && !comparesAt(tokens, i) }

// comparesAt reports whether the equals sign at index i stands in a condition
// and compares: then or the end of parentheses comes behind it, and no
// semicolon before.
func comparesAt(tokens []token, i int) bool {
	ifs := 0
	for _, k := range outside(tokens, i+1, mostAhead) {
		switch k {
		case RParen:
			return true
		case KeywordIf:
			ifs++
		case KeywordThen:
			if ifs--; ifs < 0 {
				return true
			}
		case Semicolon, Equals, KeywordIn, KeywordInherit:
			return false
		}
	}
	return false
}
