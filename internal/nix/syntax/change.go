package syntax

import (
	"jetpills/internal/text"
)

// NodeSet is a set of nodes of one tree. As a text is always parsed into the same tree,
// it holds for every tree of that text.
type NodeSet struct{ bits []uint64 }

// Add adds a node.
func (s *NodeSet) Add(n Node) {
	at := int(n.index / 64)
	if at >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, max(at+1, n.tree.nodeCount()/64+1)-len(s.bits))...)
	}
	s.bits[at] |= 1 << (n.index % 64)
}

// AddAll adds the nodes of another set of nodes of the same tree.
func (s *NodeSet) AddAll(other *NodeSet) {
	if len(other.bits) > len(s.bits) {
		s.bits = append(s.bits, make([]uint64, len(other.bits)-len(s.bits))...)
	}
	for i, bits := range other.bits {
		s.bits[i] |= bits
	}
}

// Has reports whether the set has a node; nil has none.
func (s *NodeSet) Has(n Node) bool {
	at := int(n.index / 64)
	return s != nil && at < len(s.bits) && s.bits[at]&(1<<(n.index%64)) != 0
}

// Change is what an edit made of a tree: the nodes of the old tree and of the new one
// correspond to each other, but for those within one node.
type Change struct {
	from, to *Tree
	// nodes are the indexes of the nodes of to, by those of the nodes of from.
	nodes []int32
	spans map[text.Span]text.Span // of the nodes that correspond
	// around is the innermost node that holds all that is not alike; the zero Node if
	// nothing but white space and comments are.
	around Node
}

// Compare finds what an edit changed. It is nil if that is not within one node,
// of the same kind as before or an expression.
func Compare(from, to *Tree) *Change {
	c := &Change{from: from, to: to, nodes: make([]int32, from.nodeCount()), spans: map[text.Span]text.Span{}}
	same := func(a, b token) bool {
		return a.kind == b.kind && a.flags == b.flags && a.of(from.src) == b.of(to.src)
	}
	// The tokens from start on, before end, became those before end+more.
	start, more := 0, to.tokenCount()-from.tokenCount()
	for least := min(from.tokenCount(), to.tokenCount()); start < least && same(from.token(start), to.token(start)); {
		start++
	}
	end := from.tokenCount()
	for end > start && end+more > start && same(from.token(end-1), to.token(end+more-1)) {
		end--
	}
	differ, ok := c.pair(start, end, more)
	if !ok {
		return nil
	}
	if start == end && more == 0 && len(differ) == 0 {
		return c.withSpans()
	}
	// The node that holds all tokens which are not alike, and all nodes.
	at := from.Root()
	for inner := at; !inner.IsZero(); {
		at = inner
		for inner = at.First(); !inner.IsZero() && !c.holds(inner, start, end, more); {
			inner = inner.Next()
		}
	}
	for _, n := range differ {
		at = around(at, n)
	}
	for at.Kind() != c.of(at).Kind() && !(isOperand(at) && isOperand(c.of(at))) || !c.holds(at, start, end, more) {
		if at = at.Parent(); at.IsZero() {
			return nil
		}
	}
	c.around = at
	return c.withSpans()
}

// around is the innermost node that holds two nodes.
func around(a, b Node) Node {
	holds := map[Node]bool{}
	for n := range Ancestors(a) {
		holds[n] = true
	}
	for !holds[b] {
		b = b.Parent()
	}
	return b
}

// mostDifferent bounds the nodes that Compare finds to differ.
const mostDifferent = 16

// pair has the nodes of both trees correspond, from the root on, and gives those that
// are not alike; false if they are too many.
func (c *Change) pair(start, end, more int) (differ []Node, ok bool) {
	a, b := c.from.Root(), c.to.Root()
	for {
		c.nodes[a.index] = b.index
		below, isBelow := a.First(), b.First()
		if a.Kind() != b.Kind() || a.flags() != b.flags() || below.IsZero() != isBelow.IsZero() || !c.isMoved(a, b, start, end, more) {
			if differ = append(differ, a); len(differ) == mostDifferent {
				return nil, false
			}
		} else if !below.IsZero() {
			a, b = below, isBelow
			continue
		}
		for a.Next().IsZero() || b.Next().IsZero() {
			up := a.Parent()
			if a.Next().IsZero() != b.Next().IsZero() {
				differ = append(differ, up)
			}
			if a, b = up, b.Parent(); a.IsZero() || a == c.from.Root() {
				return differ, true
			}
		}
		a, b = a.Next(), b.Next()
	}
}

// tokensOf are the indexes of a node's first token and of the one after its last.
func tokensOf(n Node) (first, last int) {
	return int(n.raw().tok), n.tree.index(n.Span().End - 1)
}

// isMoved reports whether a node has the tokens that it had.
func (c *Change) isMoved(a, b Node, start, end, more int) bool {
	if a.Kind() == File || a.Span().Len() == 0 && b.Span().Len() == 0 {
		return true
	}
	first, last := tokensOf(a)
	isFirst, isLast := tokensOf(b)
	switch {
	case first >= end:
		first += more
	case first > start:
		first = isFirst
	}
	switch last++; {
	case last <= start:
	case last >= end:
		last += more
	default:
		last = isLast + 1
	}
	return first == isFirst && last == isLast+1
}

// holds reports whether a node holds all tokens that changed, before and after.
func (c *Change) holds(n Node, start, end, more int) bool {
	if n.Kind() == File {
		return true
	}
	if c.nodes[n.index] == 0 || n.Span().Len() == 0 || c.of(n).Span().Len() == 0 {
		return false
	}
	first, last := tokensOf(n)
	isFirst, isLast := tokensOf(c.of(n))
	return first <= start && last+1 >= end && isFirst == first && isLast == last+more
}

// of is the node of the new tree that corresponds to one of the old.
func (c *Change) of(n Node) Node { return Node{c.to, c.nodes[n.index]} }

// withSpans notes the spans of the nodes that correspond. It gives nil if one span
// became two.
func (c *Change) withSpans() *Change {
	isWhole := true
	Walk(c.from.Root(), func(n Node) bool {
		was, is := n.Span(), c.of(n).Span()
		if known, ok := c.spans[was]; ok && known != is {
			isWhole = false
		}
		c.spans[was] = is
		return n != c.around
	}, nil)
	if !isWhole {
		return nil
	}
	return c
}

// Span is the span that a node has now, by that which it had; false for one within what
// changed.
func (c *Change) Span(was text.Span) (is text.Span, ok bool) {
	is, ok = c.spans[was]
	return is, ok
}

// Reaches reports whether the change is one for somebody who looked at some of the old
// tree's nodes, and at the whole text of others: whether there may be a difference in
// what was looked at. What stands where an expression does is looked at if the node is.
func (c *Change) Reaches(looked, read *NodeSet) bool {
	if read != nil {
		for i := range c.nodes {
			if n := (Node{c.from, int32(i)}); read.Has(n) && n.Text() != c.of(n).Text() {
				return true
			}
		}
	}
	at := c.around
	if at.IsZero() {
		return false
	}
	for ; !isOperand(at) || !isOperand(c.of(at)); at = at.Parent() {
		if at.Kind() == File {
			return true
		}
	}
	for n := range Descendants(at) {
		if looked.Has(n) {
			return true
		}
	}
	return false
}

// isOperand reports whether a node stands where its parent takes any expression, and
// does not look at it.
func isOperand(n Node) bool {
	if k := n.Kind(); !k.IsExpression() || k == Missing || k == Error {
		return false
	}
	switch n.Parent().Kind() {
	case Binding, List, Apply, Paren, LetIn, Lambda, Formal, With, Assert, If, Select, HasAttr, Unary, Binary, Dynamic,
		Interpolation:
		return true
	}
	return false
}

// Moved is a set of nodes of the new tree, of those of the old that correspond to some.
func (c *Change) Moved(was *NodeSet) *NodeSet {
	if was == nil {
		return nil
	}
	is := &NodeSet{bits: make([]uint64, c.to.nodeCount()/64+1)}
	Walk(c.from.Root(), func(n Node) bool {
		if was.Has(n) {
			is.Add(c.of(n))
		}
		return n != c.around
	}, nil)
	return is
}
