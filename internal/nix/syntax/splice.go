package syntax

import (
	"math"
	"slices"
	"sort"
	"strings"

	"jetpills/internal/text"
)

// Reparse parses a text of which this tree is an earlier version. The tree that it gives is the one that [Parse] gives. Where both
// versions are without errors, only the part that holds the edit is parsed: a string, a list, parentheses, or some bindings of a set
// or a let.
func (t *Tree) Reparse(src string) *Tree {
	base := t
	if t.patch != nil {
		base = t.patch.base
	}
	e := difference(base.src, src)
	if base != t && !e.isSmall(src) { // the edits lie too far from each other
		if e = difference(t.src, src); e.isSmall(src) {
			base = t.flat()
		}
	}
	if e.isSmall(src) {
		if next := base.patched(e, src); next != nil {
			return next
		}
	}
	return Parse(src)
}

// A patch is how a tree differs from that of an earlier text, its base: neighbouring children of one node are others. Everything else
// is as it was, or stands further on.
type patch struct {
	base                  *Tree
	firstToken, lastToken int // of the base, from the first on, before the last
	firstNode, lastNode   int32
	tokens                []token // in place of these
	nodes                 []node
	end                   int32 // where the children ended in the base
	more                  int32 // bytes
	moreTokens, moreNodes int32
}

func (t *Tree) tokenCount() int {
	if t.patch == nil {
		return len(t.tokens)
	}
	return len(t.tokens) + int(t.patch.moreTokens)
}

func (t *Tree) token(i int) token {
	if t.patch == nil || i < t.patch.firstToken {
		return t.tokens[i]
	}
	p := t.patch
	if i -= p.firstToken; i < len(p.tokens) {
		return p.tokens[i]
	}
	moved := t.tokens[p.lastToken+i-len(p.tokens)]
	moved.start += p.more
	moved.end += p.more
	return moved
}

func (t *Tree) nodeCount() int {
	if t.patch == nil {
		return len(t.nodes)
	}
	return len(t.nodes) + int(t.patch.moreNodes)
}

// node is a node as it stands in the text.
func (t *Tree) node(i int32) node {
	n := *t.stored(i)
	if p := t.patch; p != nil && i != root && !p.has(i) && n.start >= p.end {
		n.tok += p.moreTokens
	}
	n.start, n.end = t.place(i)
	n.parent, n.first, n.next = t.linked(i, n.parent), t.linked(i, n.first), t.linked(i, n.next)
	return n
}

// stored is a node as it lies in memory. What it is holds for the tree; where it stands may not.
func (t *Tree) stored(i int32) *node {
	p := t.patch
	switch {
	case p == nil || i < p.firstNode:
		return &t.nodes[i]
	case p.has(i):
		return &p.nodes[i-p.firstNode]
	}
	return &t.nodes[i-p.moreNodes]
}

// has reports whether a node is one of those that the patch has.
func (p *patch) has(i int32) bool { return uint32(i-p.firstNode) < uint32(len(p.nodes)) }

// place is where a node begins and ends.
func (t *Tree) place(i int32) (start, end int32) {
	n, p := t.stored(i), t.patch
	switch {
	case p == nil || p.has(i):
		return n.start, n.end
	case i == root:
		return n.start, n.end + p.more
	case n.start >= p.end:
		return n.start + p.more, n.end + p.more
	case n.end >= p.end: // it holds what the patch replaces
		return n.start, n.end + p.more
	}
	return n.start, n.end
}

// linked is the index of a node to which another has a link, as that is stored.
func (t *Tree) linked(from, to int32) int32 {
	if p := t.patch; p != nil && !p.has(from) {
		return p.moved(to)
	}
	return to
}

// moved is the index of a node that the patch does not replace.
func (p *patch) moved(index int32) int32 {
	if index >= p.lastNode {
		index += p.moreNodes
	}
	return index
}

// flat is the tree with all that is in it in one piece.
func (t *Tree) flat() *Tree {
	if t.patch == nil {
		return t
	}
	tokens, nodes := make([]token, t.tokenCount()), make([]node, t.nodeCount())
	for i := range tokens {
		tokens[i] = t.token(i)
	}
	for i := range nodes[1:] {
		nodes[i+1] = t.node(int32(i + 1))
	}
	return &Tree{src: t.src, tokens: tokens, nodes: nodes}
}

// edited says what an edit replaced: the bytes from start to end became those from start to end+more.
type edited struct{ start, end, more int32 }

// difference is the smallest edit that makes one text of another.
func difference(was, is string) edited {
	e := text.Difference(was, is)
	return edited{int32(e.Start), int32(e.End), int32(e.More())}
}

// isSmall reports whether an edit that gives a text leaves so much of the earlier one that its tree is worth keeping.
func (e edited) isSmall(src string) bool { return int(e.end-e.start) <= max(1<<12, len(src)/16) }

// patched is the tree of the text that an edit gives, made of this one; nil if the text has to be parsed whole.
func (t *Tree) patched(e edited, src string) *Tree {
	if len(t.found) > 0 || strings.HasPrefix(src, byteOrderMark) {
		return nil
	}
	p := t.gap(e, src)
	if p == nil {
		p = t.part(e, src)
	}
	if p == nil {
		return nil
	}
	p.base, p.more = t, e.more
	return &Tree{src: src, tokens: t.tokens, nodes: t.nodes, patch: p}
}

// gap is the patch of an edit of nothing but white space and comments between two tokens; nil if the edit is of anything else.
func (t *Tree) gap(e edited, src string) *patch {
	next := sort.Search(len(t.tokens), func(i int) bool { return t.tokens[i].start >= e.end })
	isLast := t.tokens[next].kind == EOF
	start, end := 0, int(t.tokens[next].start)
	if next > 0 {
		start = int(t.tokens[next-1].end)
	}
	endNow := end + int(e.more)
	if int(e.start) < start || next > 0 && t.tokens[next-1].kind == Dot {
		return nil // a line break behind a dot may end a path
	}
	if next > 0 && (endNow > start && !is(src[start], classSpace) || !isLast && (start == end || start == endNow)) {
		return nil // the token before it may become another
	}
	if l := lexPart(src[:endNow], start); len(l.tokens) > 1 || len(l.errors) > 0 || !isLast && endsInLineComment(src[:endNow], start) {
		return nil
	}
	p := &patch{firstToken: next, lastToken: next, firstNode: int32(len(t.nodes)), lastNode: int32(len(t.nodes)), end: int32(end)}
	if isLast {
		p.end = math.MaxInt32 // no node stands behind it, and none but the root around it
	}
	return p
}

// endsInLineComment reports whether white space and comments that begin at an offset end with a comment that a line break would end.
func endsInLineComment(src string, at int) bool {
	for at < len(src) {
		end, kind := triviumEnd(src, at)
		if end == len(src) {
			return kind == Comment && src[at] == '#'
		}
		at = end
	}
	return false
}

// part is the patch of an edit within a region that is without errors before and after; nil if there is no such region.
func (t *Tree) part(e edited, src string) *patch {
	var innermost region
	n, depth := int32(root), 0
	for inner := n; inner != 0 && t.nodes[inner].kind != AttrPath; depth++ { // the name of a binding belongs to the binding
		n = inner
		before, child := t.childBehind(n, e.start)
		if r, ok := t.regionAt(n, before, child, e); ok {
			innermost, innermost.depth = r, depth
		}
		if inner = child; t.nodes[child].start >= e.start || t.nodes[child].end <= e.end {
			inner = 0
		}
	}
	if innermost.holder == 0 {
		return nil
	}
	return t.parsedAnew(innermost, e, src)
}

// childBehind is the first child of a node that ends behind an offset, and the one before it; 0 where there is none.
func (t *Tree) childBehind(n, offset int32) (before, child int32) {
	for child = t.nodes[n].first; child != 0 && t.nodes[child].end <= offset; child = t.nodes[child].next {
		before = child
	}
	return before, child
}

// A region is a part of a tree that can be parsed without the rest: one expression in brackets or quotes, or bindings.
type region struct {
	holder      int32 // the node whose children it is
	first, next int32 // from this child on, before that; 0: to the last
	start, end  int32 // of its text, which has the gap before it
	closer      Kind  // the token that ends the bindings of the holder; EOF for an expression
	isLast      bool  // its text ends with the closer
	depth       int
}

// regionAt is the smallest region among a node's bindings that holds an edit, or the node itself if that is a region. The first child
// that ends behind the edit's start is known, and the one before it.
func (t *Tree) regionAt(index, before, child int32, e edited) (r region, ok bool) {
	n := &t.nodes[index]
	opener := t.tokens[n.tok]
	switch n.kind {
	case List, Paren, String, IndentedString:
		r = region{holder: n.parent, first: index, next: n.next, start: n.start, end: n.end, closer: EOF}
		return r, e.start >= opener.end && e.end <= n.end-(opener.end-opener.start) && isOperand(Node{t, index})
	case AttrSet, LetBody:
		r.closer = RBrace
		if opener.kind != LBrace {
			opener = t.tokens[n.tok+1] // behind rec or let
		}
	case LetIn:
		r.closer = KeywordIn
	default:
		return r, false
	}
	isBinding := func(child int32) bool { return t.nodes[child].kind == Binding || t.nodes[child].kind == Inherit }
	if e.start < opener.end || e.start == opener.end && r.closer == KeywordIn {
		return r, false
	}
	switch {
	case !isBinding(child): // the edit stands behind the last binding, which counts in: a region has one at least
		child, r.start = before, t.nodes[before].start
	case before != 0:
		r.start = t.nodes[before].end
	default:
		r.start = opener.end
	}
	r.holder, r.first = index, child
	for ; isBinding(child); child = r.next {
		if r.end, r.next = t.nodes[child].end, t.nodes[child].next; r.end > e.end {
			return r, true
		}
	}
	closer := t.tokens[t.index(int(r.end))]
	r.end, r.isLast = closer.start, true
	return r, isBinding(r.first) && e.end <= closer.start
}

// parsedAnew is the patch that has a region parsed anew; nil if that has errors.
func (t *Tree) parsedAnew(r region, e edited, src string) *patch {
	const enteredADepth = 3 // what the parser enters for a node within another, at most
	end, closerLength := int(r.end+e.more), 0
	if r.isLast {
		closerLength = len(kindNames[r.closer])
	}
	src = src[:end+closerLength]
	l := lexPart(src, int(r.start))
	tokens := l.tokens
	last := len(tokens) - 2
	isOdd := func(t token) bool { return t.flags != 0 }
	if len(l.errors) > 0 || slices.ContainsFunc(tokens, isOdd) || last < 0 || int(tokens[last].end) != len(src) {
		return nil
	}
	if r.isLast { // the parser of bindings stops before it
		if tokens[last].kind != r.closer {
			return nil
		}
		tokens = append(tokens[:last], token{EOF, 0, int32(end), int32(end)})
	}
	if !balanced(tokens) {
		return nil
	}
	p := &parser{src: src, tokens: tokens, end: r.start, depth: min(r.depth*enteredADepth, mostDepth)}
	p.nodes = make([]node, 1, len(tokens)+len(tokens)/16+8)
	holder := p.open(File)
	if r.closer == EOF {
		p.add(holder, p.simple())
	} else {
		p.bindings(holder, r.closer)
	}
	made := &p.nodes[holder]
	if len(p.errors) > 0 || p.kind() != EOF || made.first == 0 || r.closer == EOF && p.nodes[made.first].kind != t.nodes[r.first].kind {
		return nil
	}

	tokenAt := func(offset int32) int {
		return sort.Search(len(t.tokens), func(i int) bool { return t.tokens[i].start >= offset })
	}
	found := &patch{
		firstToken: tokenAt(r.start), lastToken: tokenAt(r.end), tokens: tokens[:len(tokens)-1],
		firstNode: r.first, lastNode: t.behind(r), nodes: p.nodes[holder+1:], end: r.end,
	}
	found.moreTokens = int32(len(found.tokens) - (found.lastToken - found.firstToken))
	found.moreNodes = int32(len(found.nodes)) - (found.lastNode - found.firstNode)
	// The nodes get the indexes that they have in the whole tree.
	first := r.first - (holder + 1)
	index := func(of int32) int32 {
		if of != 0 {
			of += first
		}
		return of
	}
	for i := range found.nodes {
		n := &found.nodes[i]
		n.tok += int32(found.firstToken)
		n.first, n.next = index(n.first), index(n.next)
		if n.parent == holder {
			n.parent = found.moved(r.holder)
		} else {
			n.parent = index(n.parent)
		}
	}
	lastChild := made.parent - (holder + 1)
	found.nodes[lastChild].next = found.moved(r.next)
	return found
}

// behind is the index of the node behind those of a region.
func (t *Tree) behind(r region) int32 {
	if k := t.nodes[r.next].kind; k == Binding || k == Inherit {
		return r.next
	}
	last := r.first
	for t.nodes[last].next != r.next {
		last = t.nodes[last].next
	}
	for n := range Descendants(Node{t, last}) {
		last = max(last, n.index)
	}
	return last + 1
}

// lexPart cuts the end of a text, from an offset on, into tokens, as if nothing stood before it.
func lexPart(src string, start int) *lexer {
	l := newLexer(src, start)
	l.run()
	return l
}
