package syntax

import (
	"cmp"
	"iter"
	"slices"
	"sync"
	"unsafe"

	"jetpills/internal/text"
)

// node is a node of the tree as the tree stores it. Indexes refer to
// Tree.nodes; 0 is none.
type node struct {
	kind       Kind
	flags      nodeFlags
	start, end int32
	tok        int32 // the first token at or after start
	parent     int32 // while the parser builds the node: its last child
	first      int32
	next       int32
}

type nodeFlags uint8

const (
	flagRec         nodeFlags = 1 << iota // rec { … }
	flagNoEquals                          // a binding without its =
	flagNoSemicolon                       // a binding without its ;
	flagEllipsis                          // formals with ...
	flagNoBraces                          // bindings whose braces are not there
	flagNoQuote                           // a string without its closing quote
)

// Tree is a parsed text. It does not change and is safe for concurrent use.
type Tree struct {
	src    string
	tokens []token
	nodes  []node
	patch  *patch    // of tokens and nodes, which are those of an earlier text; nil: they are the tree's
	found  []errorAt // by the parser, in order

	refusals sync.Once // guards errors, which take a look at the whole tree
	errors   []SyntaxError

	naming sync.Once // guards named, which takes another
	named  map[string][]int32

	listing sync.Mutex // guards lists
	lists   map[any][]int32
}

// Size is how many bytes the tree takes beside its text, what is asked of it later aside.
func (t *Tree) Size() int {
	const ofToken, ofNode, ofError = int(unsafe.Sizeof(token{})), int(unsafe.Sizeof(node{})), int(unsafe.Sizeof(errorAt{}))
	size := ofToken*cap(t.tokens) + ofNode*cap(t.nodes) + ofError*cap(t.found)
	if t.patch != nil {
		size += ofToken*cap(t.patch.tokens) + ofNode*cap(t.patch.nodes)
	}
	return size
}

// Source is the text that was parsed.
func (t *Tree) Source() string { return t.src }

// Root is the tree's File node. Its span is the whole text.
func (t *Tree) Root() Node { return Node{t, 1} }

// Errors are the places where the text is not Nix, in order. A text without
// any is one that Nix's parser accepts.
func (t *Tree) Errors() []SyntaxError {
	t.refusals.Do(func() {
		refused := t.refused()
		t.errors = make([]SyntaxError, 0, len(t.found)+len(refused))
		for _, e := range t.found {
			t.errors = append(t.errors, e.SyntaxError)
		}
		t.errors = append(t.errors, refused...)
		slices.SortStableFunc(t.errors, func(a, b SyntaxError) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
		})
		t.errors = t.withoutConsequences(t.errors)
	})
	return t.errors
}

// Identifiers are the places of the text where a name stands as an identifier, in order; in a string or as a string it is none.
func (t *Tree) Identifiers(name string) iter.Seq[Node] {
	t.naming.Do(func() {
		t.named = map[string][]int32{}
		for n := range Descendants(t.Root()) {
			if n.Kind() == Identifier {
				t.named[n.Text()] = append(t.named[n.Text()], n.index)
			}
		}
	})
	return func(yield func(Node) bool) {
		for _, index := range t.named[name] {
			if !yield(Node{t, index}) {
				return
			}
		}
	}
}

// Node is a handle on a node of a tree. The zero Node is no node: its Kind is
// EOF, and asking it for relatives gives no node again.
type Node struct {
	tree  *Tree
	index int32
}

// IsZero reports whether there is no node.
func (n Node) IsZero() bool { return n.index == 0 }

func (n Node) raw() node {
	if n.tree == nil {
		return node{}
	}
	return n.tree.node(n.index) // a copy: what asks for one thing of a node has a shorter way
}

// Kind is what the node is.
func (n Node) Kind() Kind {
	if n.tree == nil {
		return EOF
	}
	return n.tree.stored(n.index).kind
}

// Tree is the tree that the node belongs to.
func (n Node) Tree() *Tree { return n.tree }

// Span is where the node stands: from its first token's first byte to its last
// token's last. A node without tokens has an empty span.
func (n Node) Span() text.Span {
	if n.tree == nil {
		return text.Span{}
	}
	start, end := n.tree.place(n.index)
	return text.Span{Start: int(start), End: int(end)}
}

// Text is the part of the source that the node covers.
func (n Node) Text() string {
	if n.IsZero() {
		return ""
	}
	return n.Span().Of(n.tree.src)
}

// Parent is the node that holds this one; the zero Node for a root.
func (n Node) Parent() Node {
	if n.tree == nil {
		return n
	}
	return n.at(n.tree.linked(n.index, n.tree.stored(n.index).parent))
}

// First is the node's first child.
func (n Node) First() Node {
	if n.tree == nil {
		return n
	}
	return n.at(n.tree.linked(n.index, n.tree.stored(n.index).first))
}

// Next is the node after this one among their parent's children.
func (n Node) Next() Node {
	if n.tree == nil {
		return n
	}
	return n.at(n.tree.linked(n.index, n.tree.stored(n.index).next))
}

func (n Node) at(index int32) Node {
	if index == 0 {
		return Node{}
	}
	return Node{n.tree, index}
}

// Children are the node's children in the order of the text.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := n.First(); !c.IsZero(); c = c.Next() {
			if !yield(c) {
				return
			}
		}
	}
}

// Child is the node's i-th child, not counting errors; the zero Node if there
// are fewer.
func (n Node) Child(i int) Node {
	for c := range n.Children() {
		if c.Kind() == Error {
			continue
		}
		if i == 0 {
			return c
		}
		i--
	}
	return Node{}
}

// is reports whether the node carries a flag.
func (n Node) is(f nodeFlags) bool { return n.flags()&f != 0 }

func (n Node) flags() nodeFlags {
	if n.tree == nil {
		return 0
	}
	return n.tree.stored(n.index).flags
}

// childrenThat are the node's children of kinds that pass a test.
func (n Node) childrenThat(pass func(Kind) bool) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := range n.Children() {
			if pass(c.Kind()) && !yield(c) {
				return
			}
		}
	}
}

// childOf is the node's first child of a kind; the zero Node if there is none.
func (n Node) childOf(kind Kind) Node {
	for c := range n.Children() {
		if c.Kind() == kind {
			return c
		}
	}
	return Node{}
}
