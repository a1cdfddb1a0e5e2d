package syntax

import "slices"

// A bracketFrame is an opening bracket, or a let, that waits for its partner.
type bracketFrame struct {
	kind    Kind
	token   int32
	line    int32
	indent  int32 // of the line that the opener stands on
	content int32 // of the first line inside; -1 if there is none yet
	pending int32 // with and assert that wait for their semicolon
}

// hard frames are made of quotes and interpolations, which the lexer has
// paired already: no bracket inside belongs to one outside.
func (f *bracketFrame) hard() bool {
	return f.kind == InterpOpen || f.kind == StringOpen || f.kind == IndentOpen
}

// lineStart is the first token of a line, and the line's indentation.
type lineStart struct {
	token  int32
	indent int32
}

// An insertion puts an absent token before the token at index before.
type insertion struct {
	before int32
	kind   Kind
}

// repairer gives every bracket of a damaged text a partner. People and
// formatters indent what brackets hold, so a closing bracket that begins a line
// belongs to the opener whose line has the same indentation, and a binding that
// stands no deeper than the line of an open bracket is not inside it. Only
// where the brackets of a text do not pair is any of this asked.
type repairer struct {
	src     string
	tokens  []token
	stack   []bracketFrame
	lines   []lineStart
	inserts []insertion
	skips   []int32 // closing brackets that close nothing, and semicolons behind them
	budget  int     // steps that searches may still take: the repair stays linear

	// The leftmost opener that a closing bracket of this line was paired with.
	paired int32

	choices map[int32]choice // by token
	steps   []int32          // the token that was looked at, for each repair

	// The token that is looked at, and its line.
	at     int32
	line   int32
	indent int32
	first  bool // on its line
	lead   bool // only closing brackets before it on its line
	kept   Kind // of the token before it that was not left out
}

// A choice is what the repair does at a token other than what the indentation
// says.
type choice uint8

const (
	asIndented choice = iota // what the indentation says
	asPaired                 // pair with the innermost bracket if its kind is right
	asSkipped                // a closing bracket that closes nothing
)

// How many other choices are tried where a repair takes more than one step, and
// how many steps are too many for any of them to help.
const (
	mostChoices = 24
	mostSteps   = 64
)

// repairBrackets returns tokens in which all brackets pair: absent ones are put
// in, and closing brackets that close nothing are marked as skipped.
func repairBrackets(src string, tokens []token) []token {
	if balanced(tokens) {
		return tokens
	}
	r := &repairer{src: src, tokens: tokens}
	r.scan()
	return r.repaired()
}

// fewestRepairs is like repairBrackets, and spends more to find the repair of
// fewest steps: a text may be indented in a way of its own far from the damage.
func fewestRepairs(src string, tokens []token) []token {
	r := &repairer{src: src, tokens: tokens}
	r.scan()
	return r.fewerSteps().repaired()
}

// fewerSteps makes other choices at the tokens where something was repaired, one
// at a time, as long as that takes fewer steps.
func (r *repairer) fewerSteps() *repairer {
	best, tries := r, mostChoices
	for at := 0; at < len(best.steps) && len(best.steps) > 1 && len(best.steps) <= mostSteps; at++ {
		for _, c := range [...]choice{asPaired, asSkipped} {
			token := best.steps[at]
			if best.choices[token] == c {
				continue
			}
			if tries--; tries < 0 {
				return best
			}
			tried := &repairer{src: r.src, tokens: r.tokens, choices: map[int32]choice{token: c}}
			for other, chosen := range best.choices {
				if other != token {
					tried.choices[other] = chosen
				}
			}
			if tried.scan(); len(tried.steps) < len(best.steps) {
				best, at = tried, -1
				break
			}
		}
	}
	return best
}

// repaired is the tokens with the repairs made.
func (r *repairer) repaired() []token {
	slices.SortStableFunc(r.inserts, func(a, b insertion) int { return int(a.before - b.before) })
	slices.Sort(r.skips)
	repaired := make([]token, 0, len(r.tokens)+len(r.inserts))
	next, skip := 0, 0
	for i, t := range r.tokens {
		for next < len(r.inserts) && int(r.inserts[next].before) == i {
			at := int32(0)
			if i > 0 {
				at = r.tokens[i-1].end
			}
			repaired = append(repaired, token{r.inserts[next].kind, absent, at, at})
			next++
		}
		if skip < len(r.skips) && int(r.skips[skip]) == i {
			t.flags |= skipped
			skip++
		}
		repaired = append(repaired, t)
	}
	return repaired
}

// scan looks at all tokens in order and notes what to repair.
func (r *repairer) scan() {
	r.paired = int32(len(r.tokens))
	r.budget = 64*len(r.tokens) + 4096
	r.indent = int32(indentation(r.src))
	r.lead = true
	scanned := 0
	for i := range r.tokens {
		t := &r.tokens[i]
		r.at, r.first = int32(i), len(r.lines) == 0
		for ; scanned < int(t.start); scanned++ {
			if r.src[scanned] == '\n' {
				r.line++
				r.indent = int32(indentation(r.src[scanned+1:]))
				r.first, r.lead = true, true
				r.paired = int32(len(r.tokens))
			}
		}
		if r.first && t.kind != EOF {
			r.lines = append(r.lines, lineStart{r.at, r.indent})
			r.beginLine()
		}
		r.lostBrace()
		r.token()
		if !r.isSkipped() {
			r.kept = t.kind
		}
		r.lead = r.lead && isCloser(t.kind)
	}
}

func (r *repairer) top() *bracketFrame {
	if len(r.stack) == 0 {
		return nil
	}
	return &r.stack[len(r.stack)-1]
}

// closeTop ends the innermost open bracket before the token at index i.
func (r *repairer) closeTop(i int32) {
	r.inserts = append(r.inserts, insertion{i, partner[r.top().kind]})
	r.steps = append(r.steps, r.at)
	r.stack = r.stack[:len(r.stack)-1]
}

// open puts an absent opening bracket before the token at index i.
func (r *repairer) open(i int32, kind Kind) {
	r.inserts = append(r.inserts, insertion{i, kind})
	r.steps = append(r.steps, r.at)
}

// skip leaves out the closing bracket at index i, and the semicolon behind it
// if that ends nothing then.
func (r *repairer) skip(i int32) {
	r.skips = append(r.skips, i)
	r.steps = append(r.steps, r.at)
	if r.tokens[i+1].kind != Semicolon {
		return
	}
	switch r.kept {
	case Semicolon, LBrace, KeywordLet:
		r.skips = append(r.skips, i+1)
	}
}

// isSkipped reports whether the token that is looked at is left out.
func (r *repairer) isSkipped() bool {
	n := len(r.skips)
	return n > 0 && r.skips[n-1] >= r.at
}

// beginLine closes brackets that the indentation of a new line says are lost.
func (r *repairer) beginLine() {
	i, line, indent := r.at, r.line, r.indent
	if f := r.top(); f != nil && f.content < 0 && f.line < line && !isCloser(r.tokens[i].kind) {
		f.content = indent
	}
	if r.choices[i] != asIndented {
		// What is open stays open, and for what follows on lines like this one.
		for k := len(r.stack) - 1; k >= 0 && r.stack[k].indent >= indent; k-- {
			r.stack[k].indent = indent - 1
		}
		return
	}
	switch kind := r.tokens[i].kind; {
	case kind == KeywordInherit || bindingAt(r.tokens, int(i)):
		for f := r.top(); f != nil && !f.hard() && f.line < line && f.indent >= indent; f = r.top() {
			holdsBindings := f.kind == LBrace || f.kind == KeywordLet
			if holdsBindings && f.content == 0 && f.indent == 0 && indent == 0 {
				return // a text that does not indent what its outermost brackets hold
			}
			r.closeTop(i)
		}
	case i > 0 && r.tokens[i-1].kind == Semicolon && kind.in(notAfterSemicolon):
		r.closeToIndent(i, indent)
		if kind == KeywordThen || kind == KeywordElse {
			for f := r.top(); f != nil && f.kind == LBrace && f.indent > indent; f = r.top() {
				r.closeTop(i)
			}
		}
	}
}

// lostBrace opens an absent brace before a binding that stands right in a list
// or in parentheses, where none can.
func (r *repairer) lostBrace() {
	i, line, indent := r.at, r.line, r.indent
	f := r.top()
	if f == nil || f.kind != LBracket && f.kind != LParen || r.choices[i] != asIndented || i > 0 && r.tokens[i-1].kind == Dot {
		return
	}
	if kind := r.tokens[i].kind; kind != KeywordInherit && !bindingAt(r.tokens, int(i)) {
		return
	}
	r.open(i, LBrace)
	lost := bracketFrame{kind: LBrace, token: i, line: line, indent: indent, content: indent}
	if n := len(r.lines); r.first && n > 1 && r.lines[n-2].indent < indent {
		// It stood at the end of the line before, or on a line of its own.
		lost.line, lost.indent = line-1, r.lines[n-2].indent
	}
	r.stack = append(r.stack, lost)
}

// notAfterSemicolon are the tokens that can stand neither at the start of a
// binding nor at the start of what follows with, assert or a set's end.
var notAfterSemicolon = setOf(Semicolon, Colon, At, Comma, Concat, Update, Plus, Star, Equal, NotEqual, And, OrOp,
	Implies, KeywordThen, KeywordElse, PipeTo, PipeFrom, Question, Dot)

// closeToIndent ends the innermost bracket whose line has the given
// indentation, and all inside it. It does nothing if there is none.
func (r *repairer) closeToIndent(i, indent int32) {
	for k := len(r.stack) - 1; k >= 0 && !r.stack[k].hard() && r.stack[k].indent >= indent; k-- {
		if r.stack[k].indent == indent && r.stack[k].kind != KeywordLet {
			for len(r.stack) > k {
				r.closeTop(i)
			}
			return
		}
	}
}

// token pairs the bracket that is looked at, or closes brackets that the token
// cannot stand in.
func (r *repairer) token() {
	i := r.at
	switch t := r.tokens[i]; t.kind {
	case LBrace, LBracket, LParen, InterpOpen, StringOpen, IndentOpen, KeywordLet:
		if t.kind == KeywordLet && r.tokens[i+1].kind == LBrace {
			return // let { … } has no in
		}
		r.stack = append(r.stack, bracketFrame{kind: t.kind, token: i, line: r.line, indent: r.indent, content: -1})
	case InterpClose, StringClose, IndentClose:
		open := InterpOpen
		if t.kind == StringClose {
			open = StringOpen
		} else if t.kind == IndentClose {
			open = IndentOpen
		}
		for f := r.top(); f != nil && f.kind != open; f = r.top() {
			r.closeTop(i)
		}
		if len(r.stack) > 0 {
			r.stack = r.stack[:len(r.stack)-1]
		}
	case RBrace, RBracket, RParen:
		switch f := r.top(); {
		case r.choices[i] == asSkipped:
			r.skip(i)
		case r.choices[i] == asPaired && f != nil && partner[f.kind] == t.kind:
			r.matchTo(len(r.stack)-1, i)
		case r.lead:
			r.leadingCloser()
		default:
			r.innerCloser()
		}
	case KeywordIn:
		k := r.find(KeywordLet, func(*bracketFrame) bool { return true })
		if k >= 0 && r.first && r.stack[k].indent > r.indent {
			if outer := r.find(KeywordLet, func(f *bracketFrame) bool { return f.indent == r.indent }); outer >= 0 {
				k = outer
			}
		}
		if k >= 0 {
			for len(r.stack) > k+1 {
				r.closeTop(i)
			}
			r.stack = r.stack[:k]
		}
	case KeywordWith, KeywordAssert:
		if f := r.top(); f != nil {
			f.pending++
		}
	case Colon:
		if f := r.top(); f != nil && f.kind == LBrace && r.opensFormals(f.token) && !r.startsLambda(i) {
			r.closeTop(i)
		}
	case Semicolon:
		r.semicolon()
	case EOF:
		for len(r.stack) > 0 {
			if r.top().kind == KeywordLet {
				r.stack = r.stack[:len(r.stack)-1] // the parser reports a missing in
				continue
			}
			r.closeTop(i)
		}
	}
}

// opensFormals reports whether the formals of a function follow an opening
// brace, or a name with nothing but a colon behind it, which cannot be in a set.
func (r *repairer) opensFormals(brace int32) bool {
	switch r.tokens[brace+1].kind {
	case Word, KeywordOr:
		switch r.tokens[brace+2].kind {
		case Comma, Question, Colon:
			return true
		}
	}
	return false
}

// startsLambda reports whether the colon at index i stands behind the parameter
// of a function that is a formal's default.
func (r *repairer) startsLambda(i int32) bool {
	if r.first || r.tokens[i-1].kind != Word {
		return false
	}
	before := r.tokens[i-2].kind
	return before != Comma && before != LBrace
}

// find is the index of the innermost frame of a kind that fits, not looking
// beyond quotes; -1 if there is none.
func (r *repairer) find(kind Kind, fits func(*bracketFrame) bool) int {
	for k := len(r.stack) - 1; k >= 0 && !r.stack[k].hard(); k-- {
		if r.budget--; r.budget < 0 {
			return -1
		}
		if r.stack[k].kind == kind && fits(&r.stack[k]) {
			return k
		}
	}
	return -1
}

// matchTo ends everything inside the frame at index k, and the frame itself,
// whose closing bracket is the token at index i.
func (r *repairer) matchTo(k int, i int32) {
	for len(r.stack) > k+1 {
		r.closeTop(i)
	}
	r.paired = min(r.paired, r.stack[k].token)
	r.stack = r.stack[:k]
}

// semicolon closes brackets that a semicolon cannot stand in.
func (r *repairer) semicolon() {
	i := r.at
	for f := r.top(); f != nil && !f.hard(); f = r.top() {
		switch f.kind {
		case LBracket:
			r.closeTop(i)
			continue
		case LParen:
			if f.pending == 0 {
				if f.token > 0 && r.tokens[f.token-1].kind == KeywordInherit {
					r.closeTop(r.firstOperand(f.token + 1))
				} else {
					r.closeTop(i)
				}
				continue
			}
			f.pending--
		}
		return
	}
}

// firstOperand is the index behind a name at i and what is selected from it.
func (r *repairer) firstOperand(i int32) int32 {
	for r.tokens[i].kind == Word && r.tokens[i+1].kind == Dot {
		i += 2
	}
	return i + 1
}
