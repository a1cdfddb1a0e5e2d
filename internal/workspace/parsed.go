package workspace

import (
	linked "container/list"
	"runtime/debug"
	"sync"
	"time"

	"jetpills/internal/nix/syntax"
)

// Bounds of the trees that a session keeps, in bytes: all of them together, and for each byte of the open documents' texts.
// A tree takes 9 times its text where people wrote that, and 43 times in the densest of texts.
const (
	mostParsed        = 32 << 20
	mostParsedPerByte = 4
)

// parsed keeps the trees of the open documents that were asked about most recently. A tree is quickly made again: it may
// go whenever others need the room. The newest stays, however large it is. It is safe for concurrent use.
type parsed struct {
	mu     sync.Mutex
	open   map[string]*Document // by URI: the only documents whose trees are kept
	text   int                  // bytes of their texts
	recent linked.List          // of parsedTree, the newest first
	places map[*Document]*linked.Element
	size   int // bytes of all trees

	closed  int  // bytes of texts that were closed and whose memory was not given back
	returns bool // it is about to be
}

// What was closed is given back to the system once it is so much, and a moment later: until then, answers that are on
// their way rest on it.
const (
	enoughClosed = 1 << 20 // bytes of text
	giveBackIn   = 2 * time.Second
)

// close lets a document go for good.
func (p *parsed) close(d *Document) {
	p.forget(d.URI)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed += len(d.Text); p.closed < enoughClosed || p.returns {
		return
	}
	p.returns = true
	time.AfterFunc(giveBackIn, func() {
		p.mu.Lock()
		p.closed, p.returns = 0, false
		p.mu.Unlock()
		// Left to itself, the runtime takes minutes, and forever where nothing is allocated any more.
		debug.FreeOSMemory()
	})
}

type parsedTree struct {
	document *Document
	tree     *syntax.Tree
}

func newParsed() *parsed {
	return &parsed{open: map[string]*Document{}, places: map[*Document]*linked.Element{}}
}

// follow keeps the trees of a version of a document in place of those of the one before it.
func (p *parsed) follow(d *Document) {
	p.forget(d.URI)
	d.parsed = p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[d.URI] = d
	p.text += len(d.Text)
}

// forget lets a document go.
func (p *parsed) forget(uri string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, ok := p.open[uri]
	if !ok {
		return
	}
	delete(p.open, uri)
	p.text -= len(d.Text)
	if place, ok := p.places[d]; ok {
		p.drop(place)
	}
	p.shrink()
}

// keep takes the tree of a document that was asked about. One that is open no more keeps nothing.
func (p *parsed) keep(d *Document, tree *syntax.Tree) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if place, ok := p.places[d]; ok {
		p.recent.MoveToFront(place)
		return
	}
	if p.open[d.URI] != d {
		return
	}
	p.places[d] = p.recent.PushFront(parsedTree{d, tree})
	p.size += tree.Size()
	p.shrink()
}

// shrink lets the oldest trees go until the rest is within the bounds.
func (p *parsed) shrink() {
	for p.size > min(mostParsed, mostParsedPerByte*p.text) && p.recent.Len() > 1 {
		p.drop(p.recent.Back())
	}
}

func (p *parsed) drop(place *linked.Element) {
	dropped := p.recent.Remove(place).(parsedTree)
	delete(p.places, dropped.document)
	p.size -= dropped.tree.Size()
}
