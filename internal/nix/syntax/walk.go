package syntax

import "iter"

// Walk visits a node and all below it in the order of the text, parents before
// children. If enter returns false the node's children are left out; leave,
// which may be nil, is called for every node that was entered, after its
// children. Walk needs no stack, however deep the tree is.
func Walk(n Node, enter func(Node) bool, leave func(Node)) {
	if n.IsZero() {
		return
	}
	for at := n; ; {
		if enter(at) {
			if first := at.First(); !first.IsZero() {
				at = first
				continue
			}
			if leave != nil {
				leave(at)
			}
		}
		for at != n && at.Next().IsZero() {
			at = at.Parent()
			if leave != nil {
				leave(at)
			}
		}
		if at == n {
			return
		}
		at = at.Next()
	}
}

// Descendants are a node and all below it in the order of the text.
func Descendants(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		done := false
		Walk(n, func(at Node) bool {
			if !done && !yield(at) {
				done = true
			}
			return !done
		}, nil)
	}
}

// Ancestors are a node and all above it, the node itself first.
func Ancestors(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for ; !n.IsZero(); n = n.Parent() {
			if !yield(n) {
				return
			}
		}
	}
}

// NodeOf is the innermost node that holds a token.
func (t *Tree) NodeOf(token Token) Node {
	n := t.Root()
	for inner := n; !inner.IsZero(); {
		n = inner
		for inner = n.First(); !inner.IsZero() && (inner.Span().Start > token.Start || token.Start >= inner.Span().End); {
			inner = inner.Next()
		}
	}
	return n
}

// NodeAt is the innermost node that a cursor at offset stands in or touches.
// Between two nodes that both touch it, the right one counts, but for one
// without width.
func (t *Tree) NodeAt(offset int) Node {
	n := t.Root()
	for {
		found := Node{}
		for c := range n.Children() {
			span := c.Span()
			if span.Start > offset {
				break
			}
			if span.Touches(offset) && (found.IsZero() || span.Len() > 0 || found.Span().Len() == 0) {
				found = c
			}
		}
		if found.IsZero() {
			return n
		}
		n = found
	}
}
