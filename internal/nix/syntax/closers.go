package syntax

// Which opener a closing bracket belongs to, and where one that is lost stood.

// leadingCloser pairs a closing bracket with only closing brackets before it on
// its line.
func (r *repairer) leadingCloser() {
	i, line, indent := r.at, r.line, r.indent
	t := r.tokens[i]
	want := partner[t.kind]
	if k := r.find(want, func(f *bracketFrame) bool { return f.indent == indent && f.line < line }); k >= 0 {
		r.matchTo(k, i)
		return
	}
	f := r.top()
	if f != nil && f.kind == want && f.indent < indent && (f.content < 0 || indent < f.content) {
		r.matchTo(len(r.stack)-1, i) // closed at a place of its own, as some style has it
		return
	}
	if at, ok := r.lostOpener(i, indent, want); ok && want != LParen && at <= r.paired {
		r.open(at, want)
		return
	}
	if f != nil && f.kind == want && f.indent < indent && indent == f.content && r.closesLater(f, i) {
		r.skip(i) // one too many: it stands where the bindings inside begin
		return
	}
	if f != nil && f.kind == want {
		r.matchTo(len(r.stack)-1, i)
		return
	}
	r.skip(i)
}

// lostOpener is where the opener of a closing bracket that begins a line must
// have stood: at the end of the last line with the same indentation, if all
// since then is indented more, or on a line of its own.
func (r *repairer) lostOpener(i, indent int32, want Kind) (int32, bool) {
	bound := int32(-1)
	if f := r.top(); f != nil {
		bound = f.token
	}
	last := len(r.lines) - 1
	for q := last - 1; q >= 0 && r.lines[q+1].token > bound; q-- {
		if r.budget--; r.budget < 0 {
			return 0, false
		}
		switch l := r.lines[q]; {
		case l.indent < indent:
			return r.lines[q+1].token, q+1 < last && r.stoodAlone(r.lines[q+1].token, i, want)
		case l.indent == indent:
			end := r.lines[q+1].token
			if before := r.tokens[end-1].kind; before == Semicolon || before == RBrace && r.tokens[end-1].start != r.tokens[l.token].start {
				return 0, false
			}
			return end, end <= i
		}
	}
	if bound < 0 && indent == 0 {
		return 0, true // the whole text was inside
	}
	return 0, false
}

// stoodAlone reports whether an opener that is lost can have stood on a line of
// its own before the token at an index: what it holds comes next, and what comes
// before goes on. closer is the index of its closing bracket.
func (r *repairer) stoodAlone(i, closer int32, want Kind) bool {
	isFormals := r.tokens[closer+1].kind == Colon || r.tokens[closer+1].kind == At
	switch kind := r.tokens[i].kind; {
	case want == LBrace && isFormals:
		return kind == Word && (r.tokens[i+1].kind == Comma || r.tokens[i+1].kind == Question)
	case want == LBrace:
		return kind == KeywordInherit || bindingAt(r.tokens, int(i))
	}
	return r.tokens[i-1].kind == Equals
}

// innerCloser pairs a closing bracket that something stands before on its line.
func (r *repairer) innerCloser() {
	i, line := r.at, r.line
	t := r.tokens[i]
	want := partner[t.kind]
	if k := r.find(want, func(f *bracketFrame) bool { return f.line == line }); k >= 0 {
		r.matchTo(k, i)
		return
	}
	f := r.top()
	for f != nil && f.kind == KeywordLet && f.line == line {
		r.stack = r.stack[:len(r.stack)-1]
		f = r.top()
	}
	if f != nil && f.kind == want && !r.closesLater(f, i) {
		r.matchTo(len(r.stack)-1, i)
		return
	}
	if at, ok := r.lostInLine(i, want); ok {
		r.open(at, want)
		return
	}
	r.skip(i)
}

// closesLater reports whether a later line begins with the closing bracket of
// a frame at just the frame's indentation.
func (r *repairer) closesLater(f *bracketFrame, i int32) bool {
	closer := partner[f.kind]
	for at := int(r.tokens[i].end); at < len(r.src); at++ {
		if r.budget--; r.budget < 0 {
			return false
		}
		if r.src[at] != '\n' {
			continue
		}
		rest := r.src[at+1:]
		width := indentation(rest)
		if width >= len(rest) || rest[width] == '\n' || rest[width] == '\r' || int32(width) > f.indent {
			continue
		}
		if int32(width) == f.indent && rest[width] == ',' {
			continue // a style of formals that go on
		}
		return int32(width) == f.indent && closer.String()[0] == rest[width]
	}
	return false
}

// lostInLine is where, on the line of a closing bracket, its opener must have
// stood.
func (r *repairer) lostInLine(i int32, want Kind) (int32, bool) {
	begin := r.lines[len(r.lines)-1].token
	if f := r.top(); f != nil && f.token >= begin {
		begin = f.token + 1
	}
	isFormals := want == LBrace && (r.tokens[i+1].kind == Colon || r.tokens[i+1].kind == At)
	for j := i - 1; j >= begin; j-- {
		if r.budget--; r.budget < 0 {
			return 0, false
		}
		switch kind := r.tokens[j].kind; {
		case want == LParen:
			switch kind {
			case KeywordInherit: // of the names behind, from what stands before
				return j + 1, j+1 < i && r.tokens[j+1].kind != LParen && startsName(r.tokens[i+1].kind)
			case Semicolon:
				return 0, false
			}
		case isFormals:
			if kind == Equals || kind == Colon {
				return j + 1, true
			}
		case want == LBrace:
			if kind == KeywordInherit || bindingAt(r.tokens, int(j)) {
				if before := r.before(j); before != Dot && before != Semicolon && before != LBrace && before != KeywordLet {
					return j, j > begin || before != EOF
				}
			}
		case kind == Equals || kind == Semicolon || kind == Colon:
			return j + 1, true
		}
	}
	switch {
	case want == LParen:
		return 0, false
	case isFormals, want == LBrace && bindingAt(r.tokens, int(begin)):
		return begin, true
	}
	return 0, false
}

// before is the kind of the token before the one at index i, EOF if that is on
// another line.
func (r *repairer) before(i int32) Kind {
	if i == 0 || i == r.lines[len(r.lines)-1].token {
		return EOF
	}
	return r.tokens[i-1].kind
}
