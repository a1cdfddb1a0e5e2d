package syntax

import (
	"slices"
	"strconv"
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
	classAlone  // always begins a token of punctuation
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
	set("[]();:,@?*=!>|&", classAlone)
	return t
}()

func is(c byte, want class) bool { return classes[c]&want != 0 }

// frame is one level of the lexer's nesting.
type frame struct {
	closer Kind
	inPath bool  // it is an interpolation in a path
	limit  int32 // where what is cut short ends at the latest, or the text
}

type lexer struct {
	src    string
	at     int
	tokens []token
	errors []SyntaxError
	stack  []frame // the first one is the text
	cuts   []cut   // strings that are to end early, ascending

	// Where a run of path characters that was looked at ends, and where its
	// last underscore is: the run is one look, however many words it has.
	runEnd        int
	runUnderscore int
}

func newLexer(src string, at int) *lexer {
	l := &lexer{
		src: src, at: at, runEnd: -1,
		tokens: make([]token, 0, (len(src)-at)/4+16),
		stack:  make([]frame, 1, 32),
	}
	l.stack[0] = frame{closer: EOF, limit: int32(len(src))}
	return l
}

// lex cuts src into tokens. It never fails: what begins no token is Invalid.
// The last token is EOF.
func lex(src string, cuts []cut) *lexer {
	l := newLexer(src, 0)
	l.cuts = cuts
	if strings.HasPrefix(src, byteOrderMark) {
		l.at = len(byteOrderMark)
		l.fail(text.Span{Start: 0, End: l.at}, CodeInvalidCharacter, "byte order mark")
	}
	l.run()
	return l
}

// run cuts the rest of the text into tokens.
func (l *lexer) run() {
	for l.at < len(l.src) {
		switch f := l.top(); {
		case l.at >= int(f.limit):
			// A string that was cut short: everything that is open inside it ends.
			l.closeAbsent(l.at)
		case f.closer == StringClose || f.closer == IndentClose:
			l.stringPart(*f)
		default:
			l.code()
		}
	}
	// Strings and interpolations that are still open end with the text. Braces
	// outside of them are left to the repair of brackets.
	if i := slices.IndexFunc(l.stack, func(f frame) bool { return f.closer != RBrace && f.closer != EOF }); i >= 0 {
		for len(l.stack) > i {
			l.closeAbsent(int(l.tokens[len(l.tokens)-1].end))
		}
	}
	l.tokens = append(l.tokens, token{EOF, 0, int32(len(l.src)), int32(len(l.src))})
}

const byteOrderMark = "\uFEFF"

func (l *lexer) top() *frame { return &l.stack[len(l.stack)-1] }

func (l *lexer) pop() { l.stack = l.stack[:len(l.stack)-1] }

// open emits a token that opens something, and goes into that.
func (l *lexer) open(k Kind, end int) {
	limit := l.top().limit
	if i, isCut := slices.BinarySearchFunc(l.cuts, int32(l.at), cut.compare); isCut {
		limit = l.cuts[i].end
	}
	l.emit(k, end)
	l.stack = append(l.stack, frame{closer: partner[k], limit: limit})
}

// closeAbsent closes the innermost open construct at a place where the text
// does not.
func (l *lexer) closeAbsent(at int) {
	l.tokens = append(l.tokens, token{l.top().closer, absent, int32(at), int32(at)})
	l.pop()
}

func (l *lexer) emit(k Kind, end int) {
	l.tokens = append(l.tokens, token{k, 0, int32(l.at), int32(end)})
	l.at = end
}

func (l *lexer) fail(at text.Span, code Code, found string) {
	l.errors = append(l.errors, SyntaxError{Span: at, Code: code, Found: found})
}

// peek is the byte at an offset, 0 past the end. A NUL in the text begins no
// token either.
func (l *lexer) peek(at int) byte {
	if at < len(l.src) {
		return l.src[at]
	}
	return 0
}

// interpolates reports whether ${ stands at an offset.
func (l *lexer) interpolates(at int) bool { return l.peek(at) == '$' && l.peek(at+1) == '{' }

// while is the end of the bytes of a class from an offset on.
func while(src string, at int, c class) int {
	for at < len(src) && is(src[at], c) {
		at++
	}
	return at
}

// code lexes one token outside of strings, or skips one stretch of trivia.
func (l *lexer) code() {
	src, at := l.src, l.at
	c := src[at]
	cl := classes[c]
	if cl&classSpace != 0 {
		l.at = min(while(src, at+1, classSpace), int(l.top().limit))
		return
	}
	next := l.peek(at + 1)
	switch {
	case cl&classLetter != 0:
		end := while(src, at+1, classWord)
		switch l.peek(end) {
		case '/', '.', '+', ':': // most words are followed by something else
			if l.pathOrURI() {
				return
			}
		}
		l.emit(keyword(src[at:end]), end)
	case cl&classAlone != 0:
		l.punctuation()
	case c == '#', c == '/' && next == '*':
		l.comment()
	case c == '/' && (is(next, classPath) || l.interpolates(at+1)):
		l.path(at)
	case c == '~' && next == '/' && (is(l.peek(at+2), classPath) || l.interpolates(at+2)):
		l.path(at + 1)
	case cl&classDigit != 0, c == '.', c == '-', c == '+':
		switch {
		case l.pathOrURI():
		case cl&classDigit != 0, c == '.' && is(next, classDigit):
			l.number()
		default:
			l.punctuation()
		}
	case c == '<':
		if end := l.searchPath(); end > 0 {
			l.emit(SearchText, end)
		} else {
			l.punctuation()
		}
	case c == '"':
		l.open(StringOpen, at+1)
	case c == '\'' && next == '\'':
		l.open(IndentOpen, at+2)
	case c == '$' && next == '{':
		l.open(InterpOpen, at+2)
	case c == '{':
		l.open(LBrace, at+1)
	case c == '}' && l.top().closer != EOF:
		f := *l.top()
		l.emit(f.closer, at+1)
		l.pop()
		if f.inPath {
			l.restOfPath()
		}
	default:
		l.punctuation()
	}
}

// comment skips a comment.
func (l *lexer) comment() {
	begin := l.at
	l.at, _ = triviumEnd(l.src, begin)
	if l.src[begin] == '/' && !strings.HasSuffix(l.src[begin+2:l.at], "*/") {
		l.errors = append(l.errors, SyntaxError{
			Span: text.Span{Start: l.at, End: l.at}, Code: CodeUnclosedComment,
			Found: "/*", Wanted: "*/", Opener: text.Span{Start: begin, End: begin + 2}, Insert: "*/",
		})
	}
}

// punctuation lexes a token that is always spelled alike, or takes a stretch of
// bytes that begin no token as one.
func (l *lexer) punctuation() {
	for _, k := range spelled[l.src[l.at]] {
		if name := kindNames[k]; len(name) == 1 || strings.HasPrefix(l.src[l.at:], name) {
			l.emit(k, l.at+len(name))
			return
		}
	}
	end := l.at + 1
	for end < len(l.src) && (l.src[end] >= 0x80 || l.src[end] < ' ' && !is(l.src[end], classSpace)) {
		end++
	}
	l.errors = append(l.errors, invalidCharacter(l.src, text.Span{Start: l.at, End: end}))
	l.emit(Invalid, end)
}

func (l *lexer) number() {
	kind, end := Integer, while(l.src, l.at, classDigit)
	whole := l.src[l.at:end]
	if l.peek(end) == '.' {
		fraction := while(l.src, end+1, classDigit)
		// 1. is a float, 0. and 01.5 are not.
		leads := whole != "" && whole[0] != '0'
		if leads || (whole == "" || whole == "0") && fraction > end+1 {
			kind, end = FloatNumber, fraction
		}
	}
	if kind == Integer {
		if _, err := strconv.ParseInt(whole, 10, 64); err != nil {
			l.fail(text.Span{Start: l.at, End: end}, CodeNumberTooLarge, Integer.String())
		}
	} else if e := l.peek(end); e == 'e' || e == 'E' {
		exponent := end + 1
		if s := l.peek(exponent); s == '+' || s == '-' {
			exponent++
		}
		if digits := while(l.src, exponent, classDigit); digits > exponent {
			end = digits
		}
	}
	l.emit(kind, end)
}

// pathOrURI lexes a path or a URI, if the path characters from here on belong to
// one.
func (l *lexer) pathOrURI() bool {
	if l.runEnd <= l.at {
		l.runEnd = while(l.src, l.at, classPath)
		l.runUnderscore = l.at + strings.LastIndexByte(l.src[l.at:l.runEnd], '_')
	}
	end := l.runEnd
	switch c := l.peek(end); {
	case c == '/' && (is(l.peek(end+1), classPath) || l.interpolates(end+1)):
		l.path(end)
		return true
	case c == ':' && is(l.src[l.at], classLetter) && l.src[l.at] != '_' && l.runUnderscore < l.at && is(l.peek(end+1), classURI):
		l.emit(URIText, while(l.src, end+1, classURI))
		return true
	}
	return false
}

// path lexes a part of a path from here on: over the characters before end, and
// on behind each slash.
func (l *lexer) path(end int) {
	for l.peek(end) == '/' && is(l.peek(end+1), classPath) {
		end = while(l.src, end+2, classPath)
	}
	if l.peek(end) == '/' && l.peek(end+1) != '*' {
		end++
	}
	if l.src[end-1] == '/' && !l.interpolates(end) {
		l.fail(text.Span{Start: l.at, End: end}, CodeTrailingSlash, PathText.String())
	}
	l.emit(PathText, end)
	l.pathInterpolation()
}

func (l *lexer) pathInterpolation() {
	if l.interpolates(l.at) {
		l.open(InterpOpen, l.at+2)
		l.top().inPath = true
	}
}

// restOfPath lexes what follows an interpolation in a path.
func (l *lexer) restOfPath() {
	end := while(l.src, l.at, classPath)
	if end > l.at || l.peek(end) == '/' && l.peek(end+1) != '*' {
		l.path(end)
		return
	}
	l.pathInterpolation()
}

// searchPath is the end of the <…> that begins here, or 0.
func (l *lexer) searchPath() int {
	for at := l.at; ; {
		begin := at + 1
		at = while(l.src, begin, classPath)
		switch c := l.peek(at); {
		case at == begin || c != '>' && c != '/':
			return 0
		case c == '>':
			return at + 1
		}
	}
}

// stringPart lexes one part of a string in either kind of quotes: text, and the
// end or the beginning of an interpolation behind it.
func (l *lexer) stringPart(f frame) {
	src, at, limit := l.src, l.at, int(f.limit)
	quote := kindNames[f.closer]
	for at < limit {
		switch src[at] {
		case '\\':
			if at++; f.closer == StringClose {
				at++
			}
		case '$':
			if at++; l.peek(at) == '$' {
				at++
			} else if l.peek(at) == '{' && at < limit {
				l.text(at - 1)
				l.open(InterpOpen, at+1)
				return
			}
		case quote[0]:
			width := 0 // of an escape, or of a ' alone
			if f.closer == IndentClose {
				if _, width = indentedEscape(src[at:]); width == 0 && l.peek(at+1) != '\'' {
					width = 1
				}
			}
			if width == 0 {
				l.text(at)
				l.emit(f.closer, at+len(quote))
				l.pop()
				return
			}
			at += width
		default:
			at++
		}
	}
	l.text(min(at, limit))
}

// text emits what is there of a string's text before an offset.
func (l *lexer) text(end int) {
	if end > l.at {
		l.emit(StringText, end)
	}
}

// spelled are the kinds of tokens that are always spelled alike, by their first
// byte, the longest first.
var spelled = func() (t [256][]Kind) {
	for k := LBrace; k <= KeywordOr; k++ {
		first := kindNames[k][0]
		t[first] = append(t[first], k)
		slices.SortStableFunc(t[first], func(a, b Kind) int { return len(kindNames[b]) - len(kindNames[a]) })
	}
	return t
}()

// keyword is the kind of a word.
func keyword(word string) Kind {
	if word != "" {
		for _, k := range spelled[word[0]] {
			if k >= KeywordIf && kindNames[k] == word {
				return k
			}
		}
	}
	return Word
}
