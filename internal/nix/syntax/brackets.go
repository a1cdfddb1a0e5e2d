package syntax

import "iter"

// balanced reports whether every bracket has its partner, and every let its in.
func balanced(tokens []token) bool {
	var room [64]Kind
	stack := room[:0]
	for i, t := range tokens {
		switch {
		case opens(tokens, i):
			stack = append(stack, t.kind)
		case t.kind.in(closers) || t.kind == KeywordIn:
			if len(stack) == 0 || partner[stack[len(stack)-1]] != t.kind {
				return false
			}
			stack = stack[:len(stack)-1]
		}
	}
	return len(stack) == 0
}

// partner is the kind of the token that ends what one of a kind opens, and the
// other way round.
var partner = [lastToken]Kind{
	LBrace: RBrace, LBracket: RBracket, LParen: RParen, InterpOpen: InterpClose,
	StringOpen: StringClose, IndentOpen: IndentClose, KeywordLet: KeywordIn,
	RBrace: LBrace, RBracket: LBracket, RParen: LParen, InterpClose: InterpOpen,
	StringClose: StringOpen, IndentClose: IndentOpen, KeywordIn: KeywordLet,
}

// The brackets, with the quotes and interpolations that work like them.
var (
	openers = setOf(LBrace, LBracket, LParen, InterpOpen, StringOpen, IndentOpen)
	closers = setOf(RBrace, RBracket, RParen, InterpClose, StringClose, IndentClose)
)

func isCloser(k Kind) bool { return k.in(closers) && k != StringClose }

// mostAhead bounds how many tokens are looked at for one decision.
const mostAhead = 64

// outside are the tokens from index i on, as many as most, that stand in no
// brackets which open there. The last one is a closing bracket that none of
// them opens, or the end of the text; there is none before brackets that do not
// pair.
func outside(tokens []token, i, most int) iter.Seq2[int, Kind] {
	return func(yield func(int, Kind) bool) {
		var room [mostAhead]Kind
		open := room[:0]
		for j, t := range tokens[i:min(i+most, len(tokens))] {
			k := t.kind
			last := len(open) - 1
			isClosed := k.in(closers)
			switch {
			case last < 0:
				if !yield(i+j, k) || isClosed {
					return
				}
			case isClosed && partner[open[last]] != k:
				return
			}
			if k.in(openers) {
				open = append(open, k)
			} else if isClosed {
				open = open[:last]
			}
		}
	}
}

// bindingAt reports whether the tokens from i on are an attribute path followed
// by an equals sign that binds. No expression has that in it, so it tells where
// one ended.
func bindingAt(tokens []token, i int) bool {
	const most = 64 // tokens looked at; a longer path is no path that people write
	for end := i + most; i < end; {
		switch tokens[i].kind {
		case Word, KeywordOr:
			i++
		case StringOpen, InterpOpen:
			closer := partner[tokens[i].kind]
			depth := 0
			for ; i < end; i++ {
				k := tokens[i].kind
				if k == StringOpen || k == InterpOpen || k == IndentOpen {
					depth++
				} else if k == StringClose || k == InterpClose || k == IndentClose {
					depth--
				} else if k == EOF || k == Semicolon {
					return false
				}
				if depth == 0 {
					break
				}
			}
			if i >= end || tokens[i].kind != closer {
				return false
			}
			i++
		default:
			return false
		}
		switch tokens[i].kind {
		case Equals:
			return bindsAt(tokens, i)
		case Dot:
			i++
		default:
			return false
		}
	}
	return false
}
