package syntax

import (
	"iter"
	"slices"
	"strings"
)

// OfKind are the nodes of a kind, in the order in which the parser began them. Those that begin with a token of their own come in the
// order of the text.
func (t *Tree) OfKind(kind Kind) iter.Seq[Node] {
	return t.list(kind, func(n Node) bool { return n.Kind() == kind })
}

// BindingsOf are the bindings whose paths end in one of some names, in the order of the text.
func (t *Tree) BindingsOf(names ...string) iter.Seq[Node] {
	return t.list(strings.Join(names, "\x00"), func(n Node) bool {
		if n.Kind() != Binding {
			return false
		}
		name, ok := AttrName(BindingNode{n}.Path().Last())
		return ok && slices.Contains(names, name)
	})
}

// list are the nodes that are wanted, which is found out once for all texts that are edited from one: it may rest on nothing but what
// a patch replaces with the node. The key tells what is wanted.
func (t *Tree) list(key any, wanted func(Node) bool) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		p := t.patch
		if p == nil {
			p = &patch{base: t, firstNode: int32(len(t.nodes)), lastNode: int32(len(t.nodes))}
		}
		base := p.base.listed(key, wanted)
		first, _ := slices.BinarySearch(base, p.firstNode)
		last, _ := slices.BinarySearch(base, p.lastNode)
		for _, i := range base[:first] {
			if !yield(Node{t, i}) {
				return
			}
		}
		for i := range p.nodes {
			if n := (Node{t, p.firstNode + int32(i)}); wanted(n) && !yield(n) {
				return
			}
		}
		for _, i := range base[last:] {
			if !yield(Node{t, p.moved(i)}) {
				return
			}
		}
	}
}

// listed are the indexes of the wanted nodes of a tree without a patch.
func (t *Tree) listed(key any, wanted func(Node) bool) []int32 {
	t.listing.Lock()
	defer t.listing.Unlock()
	list, ok := t.lists[key]
	if !ok {
		for i := int32(root); i < int32(len(t.nodes)); i++ {
			if wanted(Node{t, i}) {
				list = append(list, i)
			}
		}
		if t.lists == nil {
			t.lists = map[any][]int32{}
		}
		t.lists[key] = list
	}
	return list
}
