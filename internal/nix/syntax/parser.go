// Package syntax parses Nix: always to a tree, whatever the text, with the
// errors beside it. Concatenating the tree's tokens gives the text back, byte
// for byte.
package syntax

// Parse parses a Nix expression. It never fails: what is missing stands in the
// tree as a Missing node or an absent token, what fits nowhere as an Error
// node, and both are among the tree's errors. Its time is linear in the text's
// length.
func Parse(src string) *Tree {
	r := read(src, nil)
	if r.cost == 0 {
		return r.tree
	}
	r = withoutRunaways(src, r)
	if !balanced(r.tokens) {
		r.parse(src, fewestRepairs(src, r.tokens))
	}
	return r.tree
}

// A reading is a text read with some of its strings cut short.
type reading struct {
	cuts   []cut
	tokens []token       // as they were cut from the text
	errors []SyntaxError // that were found on the way
	tree   *Tree
	cost   int // how far the text is from being Nix, 0 if it is
}

// read reads src with the given strings cut short.
func read(src string, cuts []cut) reading {
	l := lex(src, cuts)
	r := reading{cuts: cuts, tokens: l.tokens, errors: l.errors}
	r.parse(src, repairBrackets(src, l.tokens))
	return r
}

// parse makes the reading's tree of its tokens with their brackets repaired.
func (r *reading) parse(src string, repaired []token) {
	var found *parser
	r.tree, found = build(src, repaired)
	r.tree.found = allErrors(repaired, r.errors, found.errors)
	r.cost = 0
	if len(r.tree.found) > 0 {
		r.cost = 2*len(r.tree.found) + found.odd + oddities(src, r.tokens)
	}
}

// build is the tree of tokens whose brackets pair, without its errors, and the
// parser that knows them.
func build(src string, tokens []token) (*Tree, *parser) {
	p := &parser{src: src, tokens: tokens}
	places := p.leaveOutSkipped()
	p.nodes = make([]node, 1, len(p.tokens)+len(p.tokens)/16+8) // enough for 99 of 100 real files
	p.file()
	p.takeInSkipped(tokens, places)
	return &Tree{src: src, tokens: tokens, nodes: p.nodes}, p
}

// mostDepth is how deep expressions may nest. Nix gives up at a similar depth.
const mostDepth = 5000

type parser struct {
	src    string
	tokens []token
	i      int   // the next token
	end    int32 // the end of the last token that was taken
	nodes  []node
	errors []errorAt
	failed int // the token that the last error was reported at, plus one
	depth  int
	odd    int // things that are Nix but that nobody writes
}
