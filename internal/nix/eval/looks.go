package eval

import (
	"iter"

	"jetpills/internal/nix/syntax"
)

// Looked are the nodes of one text that an evaluation has looked at. What it does does
// not depend on the others: no text is evaluated that is not needed.
type Looked struct {
	Nodes syntax.NodeSet
	// Read are those whose whole text was taken, with the white space in it.
	Read syntax.NodeSet
}

// Looked are the texts that were looked at, by their files.
func (e *Evaluator) Looked() iter.Seq2[string, *Looked] {
	return func(yield func(string, *Looked) bool) {
		for tree, looked := range e.looked {
			if file, ok := e.PathOf(tree.Root()); ok && !yield(file, looked) {
				return
			}
		}
	}
}

// lookedIn is what was looked at in a node's text.
func (e *Evaluator) lookedIn(n syntax.Node) *Looked {
	if tree := n.Tree(); tree != e.last.tree {
		looked := e.looked[tree]
		if looked == nil {
			looked = &Looked{}
			e.looked[tree] = looked
		}
		e.last.tree, e.last.looked = tree, looked
	}
	return e.last.looked
}

// look notes that a node is looked at: what an expression is, or what a set binds.
func (e *Evaluator) look(n syntax.Node) {
	if e.options.Looks && !n.IsZero() {
		e.lookedIn(n).Nodes.Add(n)
	}
}

// TextOf is the text of a node, all of which is looked at.
func (e *Evaluator) TextOf(n syntax.Node) string {
	if e.options.Looks && !n.IsZero() {
		looked := e.lookedIn(n)
		looked.Read.Add(n)
		for below := range syntax.Descendants(n) {
			looked.Nodes.Add(below)
		}
	}
	return n.Text()
}
