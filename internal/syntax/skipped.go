package syntax

// leaveOutSkipped hides the brackets that close nothing from the parser. It
// gives, for each token that is left, its index among all; nil if none is left
// out.
func (p *parser) leaveOutSkipped() []int32 {
	found := false
	for _, t := range p.tokens {
		found = found || t.flags&skipped != 0
	}
	if !found {
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
	reached := map[int32]int32{}
	for i, t := range tokens {
		if t.flags&skipped != 0 {
			p.nodes = append(p.nodes, node{kind: Error, start: t.start, end: t.end, tok: int32(i)})
			p.insert(int32(len(p.nodes)-1), reached)
		}
	}
}

// insert puts a node where it belongs among the nodes of the tree. Nodes come
// in order; reached has, by parent, the child behind which the last one went.
func (p *parser) insert(n int32, reached map[int32]int32) {
	const root = 1
	start, end := p.nodes[n].start, p.nodes[n].end
	for parent := int32(root); ; {
		before, inner := int32(0), int32(0)
		c := reached[parent]
		if c == 0 {
			c = p.nodes[parent].first
		}
		for ; c != 0 && p.nodes[c].start <= start; c = p.nodes[c].next {
			if before = c; p.nodes[c].end >= end {
				inner = c
				break
			}
		}
		if inner != 0 {
			reached[parent] = inner
			parent = inner
			continue
		}
		link := &p.nodes[parent].first
		if before != 0 {
			link = &p.nodes[before].next
		}
		p.nodes[n].next, p.nodes[n].parent = *link, parent
		*link = n
		reached[parent] = n
		return
	}
}
