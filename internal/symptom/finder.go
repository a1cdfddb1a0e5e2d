package symptom

// finder is an automaton that looks for the pieces of all patterns at once (Aho and Corasick): a step for each byte, however many
// patterns there are.
type finder struct {
	classes [256]uint8 // of bytes; 0 for those that no pattern has
	width   int        // number of classes
	table   []int32    // the next node, by node and class
	nodes   []node
	steps   []step
	near    map[*Symptom][]int
	nears   int
}

type node struct {
	shorter int32 // the node of the longest end of what has been read that ends a piece, 0 for none
	ends    []int // the steps that are made here
}

// step is a piece of a pattern. The steps of a pattern follow each other.
type step struct {
	symptom     *Symptom
	near        int // index of what the symptom wants near it, or -1
	heads       bool
	first, last bool
	length      int
	said        int // of the message up to this piece, in bytes
}

// speaking are words of lines that report a failure.
var speaking = []string{"error: ", "error ", "failed", "failure", "fatal: ", "cannot ", "panic: "}

// assertionsHead stands above the assertions that failed.
const assertionsHead = "failed assertions:"

func newFinder(t *Table) *finder {
	f := &finder{near: map[*Symptom][]int{}, width: 1}
	var literals []string
	add := func(s step, pattern string) {
		all := pieces(pattern)
		for i, piece := range all {
			s.first, s.last, s.length = i == 0, i == len(all)-1, len(piece)
			s.said += len(piece)
			f.steps = append(f.steps, s)
			literals = append(literals, piece)
		}
	}
	for s := range t.All() {
		for _, says := range s.Says {
			add(step{symptom: s, near: -1}, says)
		}
		if len(s.Near) > 0 {
			for _, near := range s.Near {
				add(step{near: f.nears}, near)
			}
			f.near[s] = append(f.near[s], f.nears)
			f.nears++
		}
	}
	add(step{near: -1, heads: true}, assertionsHead)
	for _, word := range speaking {
		f.steps = append(f.steps, step{near: -1, first: true, last: true, length: len(word)})
		literals = append(literals, word)
	}
	f.build(literals)
	return f
}

func (f *finder) build(literals []string) {
	for _, literal := range literals {
		for i := range len(literal) {
			if f.classes[literal[i]] == 0 {
				f.classes[literal[i]] = uint8(f.width)
				f.width++
			}
		}
	}
	grow := func() int32 {
		f.nodes = append(f.nodes, node{})
		f.table = append(f.table, make([]int32, f.width)...)
		return int32(len(f.nodes) - 1)
	}
	grow()
	for step, literal := range literals {
		at := int32(0)
		for i := range len(literal) {
			slot := int(at)*f.width + int(f.classes[literal[i]])
			if f.table[slot] == 0 {
				next := grow()
				f.table[slot] = next
			}
			at = f.table[slot]
		}
		f.nodes[at].ends = append(f.nodes[at].ends, step)
	}
	back := make([]int32, len(f.nodes)) // the node of the longest end of what has been read that begins a piece
	var queue []int32
	for _, next := range f.table[:f.width] {
		if next != 0 {
			queue = append(queue, next)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		b := back[at]
		if f.nodes[at].shorter = b; b != 0 && len(f.nodes[b].ends) == 0 {
			f.nodes[at].shorter = f.nodes[b].shorter
		}
		for class := range f.width {
			slot := int(at)*f.width + class
			onward := f.table[int(b)*f.width+class]
			if next := f.table[slot]; next != 0 {
				back[next] = onward
				queue = append(queue, next)
			} else {
				f.table[slot] = onward
			}
		}
	}
}

func (f *finder) next(state int32, b byte) int32 {
	return f.table[int(state)*f.width+int(f.classes[b])]
}
