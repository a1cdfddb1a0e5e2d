package workspace

import (
	"jetpills/internal/catalog"
	"jetpills/internal/pins"
)

// supposition is what a snapshot finds out supposing that a revision is pinned.
type supposition struct {
	found          *findings
	configurations *configurations
}

// mostSupposed bounds how many revisions are supposed: an editor supposes one, the newest.
const mostSupposed = 2

// supposing are the evaluations as they are where the revision of a catalog is supposed to be pinned.
func (c *configurations) supposing(revision *catalog.Catalog) *supposition {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.supposed[revision]
	if !ok {
		if len(c.supposed) >= mostSupposed {
			clear(c.supposed)
		}
		s = &supposition{newFindings(), newConfigurations(c.wanted)}
		s.configurations.read, s.configurations.schemas = c.read, c.schemas
		c.supposed[revision] = s
	}
	return s
}

// Suppose is the snapshot as it would be if every file that pins jetpack-nixos pinned the revision of a catalog. Where nothing
// pins one, nothing is supposed. It shares what was read of files. What it finds out besides is kept as for any snapshot, and
// the snapshots after this one take from it what still holds.
func (s *Snapshot) Suppose(c *catalog.Catalog) *Snapshot {
	supposed, of := *s, s.configurations.supposing(c)
	supposed.supposed, supposed.found, supposed.configurations = c, of.found, of.configurations
	return &supposed
}

// Supposed is what holds for a pin where Suppose says which revision all pins have; it is not ok where nothing is supposed.
func (s *Snapshot) Supposed(pin pins.Pin) (p Pinned, ok bool) {
	if s.supposed == nil {
		return Pinned{}, false
	}
	return supposing(pin, s.supposed), true
}

// supposing is a pin of another commit in the same file. Nothing is known of where its source lies.
func supposing(pin pins.Pin, c *catalog.Catalog) Pinned {
	pin.Revision, pin.LastModified = c.Revision.Hash, c.Revision.Date
	pin.Branch, pin.NarHash, pin.StorePath, pin.Dir = "", "", "", ""
	return Pinned{Pin: pin, Catalog: c, Checkout: pins.Pin{Format: pins.None}}
}
