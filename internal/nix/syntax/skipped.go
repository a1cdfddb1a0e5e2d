package syntax

import "slices"

// leaveOutSkipped hides the brackets that close nothing from the parser. It
// gives, for each token that is left, its index among all; nil if none is left
// out.
func (p *parser) leaveOutSkipped() []int32 {
	if !slices.ContainsFunc(p.tokens, func(t token) bool { return t.flags&skipped != 0 }) {
		return nil
	}
	var left []token
	var places []int32
	for i, t := range p.tokens {
		if t.flags&skipped == 0 {
			left = append(left, t)
			places = append(places, int32(i))
		}
	}
	p.tokens = left
	return places
}

// takeInSkipped puts the brackets that were left out into the finished tree:
// each an Error node in the innermost node around it.
func (p *parser) takeInSkipped(tokens []token, places []int32) {
	if places == nil {
		return
	}
	for i := range p.nodes {
		p.nodes[i].tok = places[p.nodes[i].tok]
	}
	for i := range p.errors {
		p.errors[i].token = places[p.errors[i].token]
	}
	at := finder{node: root}
	for i, t := range tokens {
		if t.flags&skipped != 0 {
			p.nodes = append(p.nodes, node{kind: Error, start: t.start, end: t.end, tok: int32(i)})
			p.insert(int32(len(p.nodes)-1), &at)
		}
	}
}

// root is the index of the File node.
const root = 1

// A finder goes through a tree once, looking for places in order.
type finder struct {
	node   int32 // whose children are looked at
	before int32 // the last of them that lies before the place; 0: none
}

// insert puts a node where it belongs among the nodes of the tree, not before
// where the last one went.
func (p *parser) insert(n int32, at *finder) {
	start, end := p.nodes[n].start, p.nodes[n].end
	for at.node != root && p.nodes[at.node].end < end {
		at.before, at.node = at.node, p.nodes[at.node].parent
	}
	for {
		c := p.nodes[at.node].first
		if at.before != 0 {
			c = p.nodes[at.before].next
		}
		if c == 0 || p.nodes[c].start > start {
			break
		}
		if p.nodes[c].end >= end {
			at.node, at.before = c, 0
		} else {
			at.before = c
		}
	}
	link := &p.nodes[at.node].first
	if at.before != 0 {
		link = &p.nodes[at.before].next
	}
	p.nodes[n].next, p.nodes[n].parent = *link, at.node
	*link = n
	at.before = n
}
