package workspace

import (
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/pins"
)

// Basis is what the answers about a document rest on.
type Basis uint8

// What answers can rest on. The first three are of the revision that is built, the others of another one.
const (
	// Exact is what is known of the pinned commit.
	Exact Basis = iota
	// Read is the source on disk of a commit that upstream's history has.
	Read
	// ReadFork is the source on disk of the pinned commit of a fork, of a commit of tomorrow, or of a checkout.
	ReadFork
	// ReadOther is the source that the setting upstream.path names, of another commit than the pinned one.
	ReadOther
	// Earlier is the last revision with options that can be evaluated, before the pinned one, which has none.
	Earlier
	// ByDate is upstream's revision of the time of the pinned one, which is not known.
	ByDate
	// Newest is upstream's newest known revision, where none is pinned, or nothing is known of the one that is.
	Newest
)

// IsCertain reports whether the catalog is certainly that of the revision which is built.
func (b Basis) IsCertain() bool { return b <= ReadFork }

// IsRead reports whether the catalog is what a source tree on disk declares.
func (b Basis) IsRead() bool { return b == Read || b == ReadFork || b == ReadOther }

// Pinned is the catalog that holds for a document, and why.
type Pinned struct {
	Catalog *catalog.Catalog
	Basis   Basis
	Pin     pins.Pin
	// Source is the source tree on disk: of the pinned commit, or the one that the setting upstream.path names. May be nil.
	Source *Source
	// Checkout is the pin of the folder that the setting upstream.path names, where Source is that; otherwise "none".
	// Its revision is the commit that is checked out, which may be another than the pin's.
	Checkout pins.Pin
}

// IsOwn reports whether Source is of the pinned commit, or what the document lies in, and not just a checkout at hand.
func (p Pinned) IsOwn() bool {
	return p.Source != nil && (!p.Checkout.Found() || p.Pin.Dir == p.Checkout.Dir || pins.SameRevision(p.Pin.Revision, p.Checkout.Revision))
}

// pinned finds the catalog of what a document, the setting and the files around say.
func (s *Snapshot) pinned(m pins.Mentions, around *pins.Surroundings) Pinned {
	return s.pinnedBy(pins.Choose(m, s.settings.Revision, around), around)
}

// pinnedBy finds the catalog of a pin, and is the one place that sets its basis.
func (s *Snapshot) pinnedBy(pin pins.Pin, around *pins.Surroundings) Pinned {
	if s.supposed != nil && pin.Found() {
		return supposing(pin, s.supposed)
	}
	if source := s.source(pin, around); source != nil {
		p := Pinned{Pin: pin, Source: source, Catalog: source.Catalog(), Basis: ReadFork}
		if _, known := s.library.Revision(p.Catalog.Revision.Hash); known {
			p.Basis = Read
		}
		return p
	}
	p := Pinned{Pin: pin}
	p.Catalog, p.Basis = s.known(pin)
	source, checkout, err := s.checkout()
	if err != nil || source == nil {
		return p
	}
	p.Source, p.Checkout = source, checkout
	switch {
	case !pin.Found():
		p.Pin, p.Catalog, p.Basis = checkout, source.Catalog(), ReadFork
	case p.Basis != ByDate && p.Basis != Newest:
	case p.IsOwn():
		p.Catalog, p.Basis = source.Catalog(), ReadFork
	default:
		p.Catalog, p.Basis = source.Catalog(), ReadOther
	}
	return p
}

// known is what history knows of a pin.
func (s *Snapshot) known(pin pins.Pin) (*catalog.Catalog, Basis) {
	if pin.Revision != "" {
		switch c, match := s.library.At(pin.Revision); match {
		case catalog.Exact:
			return c, Exact
		case catalog.NoModules:
			return c, Earlier
		}
	}
	newest := s.library.Newest()
	if pin.LastModified.IsZero() || !pin.LastModified.Before(newest.Revision.Date.Add(24*time.Hour)) {
		return newest, Newest
	}
	if older, ok := s.library.Before(pin.LastModified); ok {
		return older, ByDate
	}
	return newest, Newest
}
