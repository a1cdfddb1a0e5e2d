package syntax

import (
	"strings"

	"jetpills/internal/text"
)

// A class is a set of byte properties that the lexical rules of Nix speak of.
type class uint8

const (
	classSpace class = 1 << iota
	classDigit
	classLetter // may begin a word
	classWord   // may continue a word
	classPath   // may stand between the slashes of a path
	classURI    // may stand after the colon of a URI
	classScheme // may stand before it
)

var classes = func() (t [256]class) {
	set := func(chars string, c class) {
		for i := 0; i < len(chars); i++ {
			t[chars[i]] |= c
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const digits = "0123456789"
	set(" \t\r\n", classSpace)
	set(digits, classDigit|classWord|classPath|classURI|classScheme)
	set(letters, classLetter|classWord|classPath|classURI|classScheme)
	set("_", classLetter|classWord|classPath|classURI)
	set("'", classWord|classURI)
	set("-", classWord|classPath|classURI|classScheme)
	set(".+", classPath|classURI|classScheme)
	set("%/?:@&=$,!~*", classURI)
	return t
}()

func is(c byte, want class) bool { return classes[c]&want != 0 }

// A mode says what a closing brace goes back to.
type mode uint8

const (
	modeBrace  mode = iota // { … }
	modeCode               // ${ … } as an attribute name
	modeString             // ${ … } in "…"
	modeIndent             // ${ … } in ''…''
	modePath               // ${ … } in a path
	modeQuote              // inside "…" itself
	modeIndentQuote
)

// frame is one level of the lexer's nesting.
type frame struct {
	mode  mode
	limit int32 // where what was cut short ends at the latest; 0: nowhere
}

type lexer struct {
	src    string
	at     int
	tokens []token
	errors []SyntaxError
	stack  []frame
	limit  int32 // the innermost limit in force; 0: none

	// Where a run of path characters that was looked at ends, and where its
	// last underscore is: the run is one look, however many words it has.
	runEnd        int
	runUnderscore int

	cuts []cut // strings that are to end early, ascending
}

// lex cuts src into tokens. It never fails: what begins no token is Invalid.
// The last token is EOF.
func lex(src string, cuts []cut) *lexer {
	l := &lexer{
		src: src, cuts: cuts, runEnd: -1,
		tokens: make([]token, 0, len(src)/4+16),
		stack:  make([]frame, 0, 32),
	}
	if strings.HasPrefix(src, byteOrderMark) {
		l.at = len(byteOrderMark)
		l.fail(text.Span{Start: 0, End: l.at}, CodeInvalidCharacter, "byte order mark", "")
	}
	for l.at < len(src) {
		l.next()
	}
	l.closeStrings()
	l.tokens = append(l.tokens, token{EOF, 0, int32(len(src)), int32(len(src))})
	return l
}

const byteOrderMark = "\uFEFF"

func (l *lexer) top() frame { return l.stack[len(l.stack)-1] }

func (l *lexer) push(m mode, limit int32) {
	if limit == 0 {
		limit = l.limit
	}
	l.stack = append(l.stack, frame{m, limit})
	l.limit = limit
}

func (l *lexer) pop() {
	l.stack = l.stack[:len(l.stack)-1]
	l.limit = 0
	if len(l.stack) > 0 {
		l.limit = l.top().limit
	}
}

func (l *lexer) emit(k Kind, end int) {
	l.tokens = append(l.tokens, token{k, 0, int32(l.at), int32(end)})
	l.at = end
}

func (l *lexer) fail(at text.Span, code Code, found, wanted string) {
	l.errors = append(l.errors, SyntaxError{Span: at, Code: code, Found: found, Wanted: wanted})
}

// peek is the byte at an offset, 0 past the end. A NUL in the text begins no
// token either.
func (l *lexer) peek(at int) byte {
	if at < len(l.src) {
		return l.src[at]
	}
	return 0
}

// next lexes one token, or skips one stretch of trivia.
func (l *lexer) next() {
	if l.limit != 0 && l.at >= int(l.limit) {
		// A string that was cut short: everything that is open inside it ends.
		l.closeAbsent(l.at)
		return
	}
	if n := len(l.stack); n > 0 {
		switch l.stack[n-1].mode {
		case modeQuote:
			l.quoted()
			return
		case modeIndentQuote:
			l.indented()
			return
		}
	}
	l.code()
}

// closeAbsent closes the innermost open construct at a place where the text
// does not.
func (l *lexer) closeAbsent(at int) {
	var kind Kind
	switch l.top().mode {
	case modeQuote:
		kind = StringClose
	case modeIndentQuote:
		kind = IndentClose
	case modeBrace:
		kind = RBrace
	default:
		kind = InterpClose
	}
	l.tokens = append(l.tokens, token{kind, absent, int32(at), int32(at)})
	l.pop()
}

// closeStrings ends, at the end of the text, the strings and interpolations
// that are still open. Braces outside of them are left to the repair of
// brackets.
func (l *lexer) closeStrings() {
	for i, f := range l.stack {
		if f.mode == modeBrace {
			continue
		}
		for len(l.stack) > i {
			l.closeAbsent(int(l.tokens[len(l.tokens)-1].end))
		}
		return
	}
}

func (l *lexer) code() {
	src, at := l.src, l.at
	c := src[at]
	cl := classes[c]
	switch {
	case cl&classSpace != 0:
		at++
		for at < len(src) && is(src[at], classSpace) {
			at++
			if l.limit != 0 && at >= int(l.limit) {
				break
			}
		}
		l.at = at
		return
	case cl&classLetter != 0:
		end := at + 1
		for end < len(src) && is(src[end], classWord) {
			end++
		}
		switch l.peek(end) {
		case '/', '.', '+', ':': // most words are followed by something else
			if end, kind := l.run(at); kind != EOF {
				l.pathOrURI(end, kind)
				return
			}
		}
		l.emit(keyword(src[at:end]), end)
		return
	case cl&classDigit != 0:
		if end, kind := l.run(at); kind == PathText {
			l.pathOrURI(end, kind)
			return
		}
		l.number()
		return
	}
	next := l.peek(at + 1)
	switch c {
	case '#':
		end := strings.IndexByte(src[at:], '\n')
		if end < 0 {
			end = len(src) - at
		}
		if cr := strings.IndexByte(src[at:at+end], '\r'); cr >= 0 {
			end = cr
		}
		l.at = at + end
	case '/':
		switch {
		case next == '*':
			end := strings.Index(src[at+2:], "*/")
			if end < 0 {
				l.errors = append(l.errors, SyntaxError{
					Span: text.Span{Start: len(src), End: len(src)}, Code: CodeUnclosedComment,
					Found: "/*", Wanted: "*/", Opener: text.Span{Start: at, End: at + 2}, Insert: "*/",
				})
				l.at = len(src)
				return
			}
			l.at = at + 2 + end + 2
		case next == '/':
			l.emit(Update, at+2)
		case is(next, classPath) || next == '$' && l.peek(at+2) == '{':
			l.path(at)
		default:
			l.emit(Slash, at+1)
		}
	case '.':
		if end, kind := l.run(at); kind == PathText {
			l.pathOrURI(end, kind)
			return
		}
		switch {
		case is(next, classDigit):
			l.number()
		case next == '.' && l.peek(at+2) == '.':
			l.emit(Ellipsis, at+3)
		default:
			l.emit(Dot, at+1)
		}
	case '-', '+':
		if end, kind := l.run(at); kind == PathText {
			l.pathOrURI(end, kind)
			return
		}
		switch {
		case c == '-' && next == '>':
			l.emit(Implies, at+2)
		case c == '+' && next == '+':
			l.emit(Concat, at+2)
		case c == '-':
			l.emit(Minus, at+1)
		default:
			l.emit(Plus, at+1)
		}
	case '~':
		if next == '/' && (is(l.peek(at+2), classPath) || l.peek(at+2) == '$' && l.peek(at+3) == '{') {
			l.path(at + 1)
			return
		}
		l.invalid()
	case '<':
		switch {
		case next == '=':
			l.emit(LessEq, at+2)
		case next == '|':
			l.emit(PipeFrom, at+2)
		default:
			if end := l.searchPath(); end > 0 {
				l.emit(SearchText, end)
			} else {
				l.emit(Less, at+1)
			}
		}
	case '>':
		l.oneOrTwo(next == '=', GreaterEq, Greater)
	case '=':
		l.oneOrTwo(next == '=', Equal, Equals)
	case '!':
		l.oneOrTwo(next == '=', NotEqual, Not)
	case '|':
		switch next {
		case '|':
			l.emit(OrOp, at+2)
		case '>':
			l.emit(PipeTo, at+2)
		default:
			l.invalid()
		}
	case '&':
		if next == '&' {
			l.emit(And, at+2)
		} else {
			l.invalid()
		}
	case '"':
		limit := l.cutAt(at)
		l.emit(StringOpen, at+1)
		l.push(modeQuote, limit)
	case '\'':
		if next != '\'' {
			l.invalid()
			return
		}
		limit := l.cutAt(at)
		l.emit(IndentOpen, at+2)
		l.push(modeIndentQuote, limit)
	case '$':
		if next == '{' {
			l.emit(InterpOpen, at+2)
			l.push(modeCode, 0)
		} else {
			l.invalid()
		}
	case '{':
		l.emit(LBrace, at+1)
		l.push(modeBrace, 0)
	case '}':
		if len(l.stack) == 0 {
			l.emit(RBrace, at+1)
			return
		}
		m := l.top().mode
		if m == modeBrace {
			l.emit(RBrace, at+1)
			l.pop()
			return
		}
		l.emit(InterpClose, at+1)
		l.pop()
		if m == modePath {
			l.restOfPath()
		}
	case '*':
		l.emit(Star, at+1)
	case '[':
		l.emit(LBracket, at+1)
	case ']':
		l.emit(RBracket, at+1)
	case '(':
		l.emit(LParen, at+1)
	case ')':
		l.emit(RParen, at+1)
	case ';':
		l.emit(Semicolon, at+1)
	case ':':
		l.emit(Colon, at+1)
	case ',':
		l.emit(Comma, at+1)
	case '@':
		l.emit(At, at+1)
	case '?':
		l.emit(Question, at+1)
	default:
		l.invalid()
	}
}

func (l *lexer) oneOrTwo(two bool, twoKind, oneKind Kind) {
	if two {
		l.emit(twoKind, l.at+2)
	} else {
		l.emit(oneKind, l.at+1)
	}
}

// invalid takes a stretch of bytes that begin no token as one.
func (l *lexer) invalid() {
	end := l.at + 1
	for end < len(l.src) && (l.src[end] >= 0x80 || l.src[end] < ' ' && !is(l.src[end], classSpace)) {
		end++
	}
	l.errors = append(l.errors, invalidCharacter(l.src, text.Span{Start: l.at, End: end}))
	l.emit(Invalid, end)
}

func (l *lexer) number() {
	src, start := l.src, l.at
	end := start
	for end < len(src) && is(src[end], classDigit) {
		end++
	}
	whole := src[start:end]
	isFloat := false
	if end < len(src) && src[end] == '.' {
		fraction := end + 1
		for fraction < len(src) && is(src[fraction], classDigit) {
			fraction++
		}
		// 1. is a float, 0. and 01.5 are not.
		leads := whole != "" && whole[0] != '0'
		if leads || (whole == "" || whole == "0") && fraction > end+1 {
			isFloat, end = true, fraction
		}
	}
	if !isFloat {
		if tooLarge(whole) {
			l.fail(text.Span{Start: start, End: end}, CodeNumberTooLarge, Integer.String(), "")
		}
		l.emit(Integer, end)
		return
	}
	if e := l.peek(end); e == 'e' || e == 'E' {
		exponent := end + 1
		if s := l.peek(exponent); s == '+' || s == '-' {
			exponent++
		}
		digits := exponent
		for exponent < len(src) && is(src[exponent], classDigit) {
			exponent++
		}
		if exponent > digits {
			end = exponent
		}
	}
	l.emit(FloatNumber, end)
}

// tooLarge reports whether a row of digits is more than a signed 64-bit number.
func tooLarge(digits string) bool {
	digits = strings.TrimLeft(digits, "0")
	const most = "9223372036854775807"
	return len(digits) > len(most) || len(digits) == len(most) && digits > most
}

// run looks at the path characters from at on: if they belong to a path or a
// URI, it says where the first slash or colon is and which of the two it is;
// otherwise the kind is EOF.
func (l *lexer) run(at int) (end int, kind Kind) {
	src := l.src
	if l.runEnd <= at {
		end, underscore := at, -1
		for end < len(src) && is(src[end], classPath) {
			if src[end] == '_' {
				underscore = end
			}
			end++
		}
		l.runEnd, l.runUnderscore = end, underscore
	}
	end = l.runEnd
	switch l.peek(end) {
	case '/':
		after := l.peek(end + 1)
		if is(after, classPath) || after == '$' && l.peek(end+2) == '{' {
			return end, PathText
		}
	case ':':
		if is(src[at], classLetter) && src[at] != '_' && l.runUnderscore < at && is(l.peek(end+1), classURI) {
			return end, URIText
		}
	}
	return end, EOF
}

func (l *lexer) pathOrURI(end int, kind Kind) {
	if kind == PathText {
		l.path(end)
		return
	}
	end++
	for end < len(l.src) && is(l.src[end], classURI) {
		end++
	}
	l.emit(URIText, end)
}

// path lexes a path whose first slash is at slash.
func (l *lexer) path(slash int) {
	end := slash
	for l.peek(end) == '/' && is(l.peek(end+1), classPath) {
		end += 2
		for end < len(l.src) && is(l.src[end], classPath) {
			end++
		}
	}
	l.pathPart(end)
}

// restOfPath lexes what follows an interpolation in a path.
func (l *lexer) restOfPath() {
	if l.peek(l.at) == '$' && l.peek(l.at+1) == '{' {
		l.emit(InterpOpen, l.at+2)
		l.push(modePath, 0)
		return
	}
	end := l.at
	for end < len(l.src) && is(l.src[end], classPath) {
		end++
	}
	for l.peek(end) == '/' && is(l.peek(end+1), classPath) {
		end += 2
		for end < len(l.src) && is(l.src[end], classPath) {
			end++
		}
	}
	if end == l.at && (l.peek(end) != '/' || l.peek(end+1) == '*') {
		return
	}
	l.pathPart(end)
}

// pathPart ends a stretch of a path at end, or after a slash there, and goes
// on with an interpolation.
func (l *lexer) pathPart(end int) {
	slash := l.peek(end) == '/'
	if slash && l.peek(end+1) != '*' {
		end++
	}
	interpolated := l.peek(end) == '$' && l.peek(end+1) == '{'
	if l.src[end-1] == '/' && !interpolated {
		l.fail(text.Span{Start: l.at, End: end}, CodeTrailingSlash, PathText.String(), "")
	}
	l.emit(PathText, end)
	if interpolated {
		l.emit(InterpOpen, l.at+2)
		l.push(modePath, 0)
	}
}

// searchPath is the end of the <…> that begins here, or 0.
func (l *lexer) searchPath() int {
	at := l.at + 1
	for {
		begin := at
		for at < len(l.src) && is(l.src[at], classPath) {
			at++
		}
		if at == begin {
			return 0
		}
		switch l.peek(at) {
		case '>':
			return at + 1
		case '/':
			at++
		default:
			return 0
		}
	}
}

// quoted lexes one part of a "…" string.
func (l *lexer) quoted() {
	src, at := l.src, l.at
	end := len(src)
	if l.limit != 0 {
		end = int(l.limit)
	}
	for at < end {
		switch src[at] {
		case '"':
			if at > l.at {
				l.emit(StringText, at)
			}
			l.emit(StringClose, at+1)
			l.pop()
			return
		case '\\':
			at = min(at+2, end)
		case '$':
			switch next := l.peek(at + 1); {
			case next == '{' && at+1 < end:
				if at > l.at {
					l.emit(StringText, at)
				}
				limit := l.cutAt(at)
				l.emit(InterpOpen, at+2)
				l.push(modeString, limit)
				return
			case next == '"':
				at++
			case next == '\\':
				at = min(at+3, end)
			default:
				at = min(at+2, end)
			}
		default:
			at++
		}
	}
	if at > l.at {
		l.emit(StringText, at)
	}
	if at >= len(src) {
		l.closeAbsent(len(src))
	}
}

// indented lexes one part of a ”…” string.
func (l *lexer) indented() {
	src, at := l.src, l.at
	end := len(src)
	if l.limit != 0 {
		end = int(l.limit)
	}
	for at < end {
		switch src[at] {
		case '\'':
			if l.peek(at+1) != '\'' {
				at++
				// ' with the character after it is text, but for one that could
				// begin something.
				if next := l.peek(at); at < end && next != '$' {
					at++
				}
				continue
			}
			switch l.peek(at + 2) {
			case '$', '\'':
				at = min(at+3, end)
			case '\\':
				at = min(at+4, end)
			default:
				if at > l.at {
					l.emit(StringText, at)
				}
				l.emit(IndentClose, at+2)
				l.pop()
				return
			}
		case '$':
			switch next := l.peek(at + 1); {
			case next == '{' && at+1 < end:
				if at > l.at {
					l.emit(StringText, at)
				}
				limit := l.cutAt(at)
				l.emit(InterpOpen, at+2)
				l.push(modeIndent, limit)
				return
			case next == '\'':
				at++
			default:
				at = min(at+2, end)
			}
		default:
			at++
		}
	}
	if at > l.at {
		l.emit(StringText, at)
	}
	if at >= len(src) {
		l.closeAbsent(len(src))
	}
}

// keyword is the kind of a word.
func keyword(word string) Kind {
	switch word {
	case "if":
		return KeywordIf
	case "then":
		return KeywordThen
	case "else":
		return KeywordElse
	case "assert":
		return KeywordAssert
	case "with":
		return KeywordWith
	case "let":
		return KeywordLet
	case "in":
		return KeywordIn
	case "rec":
		return KeywordRec
	case "inherit":
		return KeywordInherit
	case "or":
		return KeywordOr
	}
	return Word
}
