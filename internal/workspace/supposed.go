package workspace

import (
	"jetpills/internal/catalog"
	"jetpills/internal/pins"
)

// Suppose is the snapshot as it would be if every file that pins jetpack-nixos pinned the revision of a catalog. Where nothing
// pins one, nothing is supposed. It shares what was read of files, and finds everything else out for itself.
func (s *Snapshot) Suppose(c *catalog.Catalog) *Snapshot {
	supposed := *s
	supposed.supposed = c
	supposed.found = newFindings()
	supposed.configurations = newConfigurations()
	supposed.configurations.read, supposed.configurations.schemas = s.configurations.read, s.configurations.schemas
	return &supposed
}

// supposing is a pin of another commit in the same file. Nothing is known of where its source lies.
func supposing(pin pins.Pin, c *catalog.Catalog) Pinned {
	pin.Revision, pin.LastModified = c.Revision.Hash, c.Revision.Date
	pin.Branch, pin.NarHash, pin.StorePath, pin.Dir = "", "", "", ""
	return Pinned{Pin: pin, Catalog: c, Checkout: pins.Pin{Format: pins.None}}
}
