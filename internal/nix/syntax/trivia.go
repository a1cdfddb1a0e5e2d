package syntax

import (
	"iter"
	"sort"
	"strings"

	"jetpills/internal/text"
)

// Tokens are the parts of the text in order, white space and comments among
// them. Laid end to end they are the text.
func (t *Tree) Tokens() iter.Seq[Token] {
	return func(yield func(Token) bool) {
		end := 0
		for i := range t.tokenCount() {
			tok := t.token(i)
			if tok.flags&absent != 0 {
				continue
			}
			for trivium := range t.trivia(end, int(tok.start)) {
				if !yield(trivium) {
					return
				}
			}
			end = int(tok.end)
			if tok.kind == EOF {
				return
			}
			if !yield(tok.public()) {
				return
			}
		}
	}
}

// trivia are the white space and comments between two tokens.
func (t *Tree) trivia(start, end int) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		for at := start; at < end; {
			stop, kind := triviumEnd(t.src[:end], at)
			if !yield(Token{Kind: kind, Span: text.Span{Start: at, End: stop}}) {
				return
			}
			at = stop
		}
	}
}

// triviumEnd is the end and the kind of the stretch of white space or the
// comment that begins at an offset.
func triviumEnd(src string, at int) (end int, kind Kind) {
	switch {
	case src[at] == '#':
		end = at + 1
		for end < len(src) && src[end] != '\n' && src[end] != '\r' {
			end++
		}
		return end, Comment
	case strings.HasPrefix(src[at:], "/*"):
		if i := strings.Index(src[at+2:], "*/"); i >= 0 {
			return at + 2 + i + 2, Comment
		}
		return len(src), Comment
	}
	end = at + 1
	for end < len(src) && src[end] != '#' && src[end] != '/' {
		end++
	}
	return end, Whitespace
}

// index is the index of the first token that ends after offset.
func (t *Tree) index(offset int) int {
	return sort.Search(t.tokenCount(), func(i int) bool { return int(t.token(i).end) > offset })
}

// TokenAt is the token that a cursor at offset means. Where the cursor stands
// between two tokens the one with the higher score wins, the right one if they
// tie; a nil score prefers names, then literals, then anything to trivia.
func (t *Tree) TokenAt(offset int, score func(Kind) int) Token {
	if score == nil {
		score = nameFirst
	}
	offset = min(max(offset, 0), len(t.src))
	right := t.tokenCovering(offset)
	if right.Start < offset || offset == 0 {
		return right
	}
	if left := t.tokenCovering(offset - 1); score(left.Kind) > score(right.Kind) {
		return left
	}
	return right
}

// TokenBefore is the last token that begins before offset, trivia not counted;
// EOF if there is none.
func (t *Tree) TokenBefore(offset int) Token {
	i := sort.Search(t.tokenCount(), func(i int) bool { return int(t.token(i).start) >= offset })
	for i--; i >= 0; i-- {
		if tok := t.token(i); tok.flags&absent == 0 {
			return tok.public()
		}
	}
	return Token{Kind: EOF}
}

func nameFirst(k Kind) int {
	switch {
	case k == Word || k == KeywordOr:
		return 4
	case k == StringText || k == PathText || k == SearchText || k == URIText || k == Integer || k == FloatNumber:
		return 3
	case k == EOF || k.IsTrivia():
		return 0
	case k == Dot || k == Semicolon:
		return 1
	}
	return 2
}

// tokenCovering is the token or trivium that holds the byte at offset; EOF
// past the end.
func (t *Tree) tokenCovering(offset int) Token {
	i := t.index(offset)
	if i == t.tokenCount() {
		return Token{Kind: EOF, Span: text.Span{Start: len(t.src), End: len(t.src)}}
	}
	if tok := t.token(i); int(tok.start) <= offset {
		return tok.public()
	}
	start := 0
	if i > 0 {
		start = int(t.token(i - 1).end)
	}
	for trivium := range t.trivia(start, int(t.token(i).start)) {
		if trivium.Contains(offset) {
			return trivium
		}
	}
	return Token{Kind: EOF, Span: text.Span{Start: offset, End: offset}}
}
