package workspace

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
)

// anywhere stands for the offset of all that a document has.
const anywhere = -1

// Catalogs are the catalogs that hold for a document, the one of Catalog first: there are several where hosts of several
// revisions are made of it.
func (s *Snapshot) Catalogs(d *Document) []Pinned { return s.catalogs(d, anywhere) }

// CatalogsAt are those that hold for the code at an offset in a document.
func (s *Snapshot) CatalogsAt(d *Document, offset int) []Pinned { return s.catalogs(d, offset) }

// CatalogsIn are the catalogs that hold for files in a folder, an absolute path: those of the hosts around it, where these are
// known, or else that of CatalogAt, which is the first if it is one of them.
func (s *Snapshot) CatalogsIn(dir string) []Pinned {
	all := []Pinned{}
	if c := s.KnownConfiguration(dir); c != nil {
		if all = s.pinnedOfAll(c, c.Hosts); len(all) == 0 {
			all = append(all, c.Pinned)
		}
	}
	at := s.CatalogAt(dir)
	if i := slices.Index(all, at); i > 0 {
		all[0], all[i] = all[i], all[0]
	}
	if len(all) == 0 || at.Pin.IsExplicit() {
		return []Pinned{at}
	}
	return all
}

// catalogs go by what the code uses: a choice of a person's, the modules of the hosts that the code is a part of, what the
// document itself imports or fetches, and what the files around it say, in this order.
func (s *Snapshot) catalogs(d *Document, offset int) []Pinned {
	around := s.surroundings(d)
	mentions := d.mentions()
	best := pins.Choose(mentions, s.settings.Revision, around)
	if best.IsExplicit() {
		return []Pinned{s.pinnedBy(best, around)}
	}
	var all []Pinned
	c, rewritten := s.evaluated(d)
	all = s.pinnedOfAll(c, c.at(d.Path, offset, rewritten))
	if len(all) > 0 {
		return all
	}
	if pin, ok := s.used(d, around); ok {
		best = pin
	}
	return []Pinned{s.pinnedBy(best, around)}
}

// evaluated is the newest evaluation of the hosts around a document that there is, which may be that of an earlier snapshot,
// and what was rewritten of the document since; nil where there is none.
func (s *Snapshot) evaluated(d *Document) (*Configuration, Rewritten) {
	entry, _ := s.entry(d.Dir())
	if entry == "" {
		return nil, Rewritten{}
	}
	e := s.peekAt(entry)
	if e == nil {
		return nil, Rewritten{}
	}
	if found := e.result.Load(); found != nil {
		return found, Rewritten{}
	}
	if e.since.file == pathKey(d.Path) {
		return e.before, rewritten(e.since.text, d.Text)
	}
	return e.before, Rewritten{}
}

// peek is the evaluation of an entry; nil if nobody asked for it.
func (c *configurations) peek(entry string) *evaluation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byEntry[entry]
}

// at are the hosts that the code at an offset in a file is a part of: those with the smallest module around it, those whose
// definition it is a part of, or else all that the file is a part of.
func (c *Configuration) at(file string, offset int, since Rewritten) []*host.Host {
	hosts := c.Of(file)
	if offset == anywhere || len(hosts) < 2 {
		return hosts
	}
	file = filepath.ToSlash(file)
	smallest := map[*host.Host]text.Span{}
	for _, h := range hosts {
		for _, at := range append(slices.Clip(h.Modules), h.At, h.Body) {
			span, ok := since.around(at.Span)
			if at.File != file || !ok || offset < span.Start || span.End < offset {
				continue
			}
			if known, ok := smallest[h]; !ok || span.Len() < known.Len() {
				smallest[h] = span
			}
		}
	}
	least := -1
	for _, span := range smallest {
		if least < 0 || span.Len() < least {
			least = span.Len()
		}
	}
	if least < 0 {
		return hosts
	}
	return slices.DeleteFunc(hosts, func(h *host.Host) bool {
		span, ok := smallest[h]
		return !ok || span.Len() > least
	})
}

// around is where a span of the text before the edits stands now, which may have been edited inside.
func (r Rewritten) around(span text.Span) (text.Span, bool) {
	if now, ok := r.Now(span); ok {
		return now, true
	}
	if span.Start <= r.Before.Start && r.Before.End <= span.End {
		return text.Span{Start: span.Start, End: span.End + r.After.Len() - r.Before.Len()}, true
	}
	return text.Span{}, false
}

// PinnedOf is the catalog that holds for a host: that of the module of jetpack-nixos that it imports.
func (c *Configuration) PinnedOf(h *host.Host) Pinned {
	if p, ok := c.bySource[h.Source]; ok {
		return p
	}
	return c.Pinned
}

// HostsOf are the hosts of Of for which a catalog holds. The configuration may be nil.
func (c *Configuration) HostsOf(file string, pinned Pinned) []*host.Host {
	return slices.DeleteFunc(c.Of(file), func(h *host.Host) bool { return c.PinnedOf(h).Catalog != pinned.Catalog })
}

// Has reports whether a catalog holds for the configuration, or for one of its hosts.
func (c *Configuration) Has(pinned Pinned) bool {
	if c.Pinned.Catalog == pinned.Catalog {
		return true
	}
	return slices.ContainsFunc(c.Hosts, func(h *host.Host) bool { return c.PinnedOf(h).Catalog == pinned.Catalog })
}

// tellSources finds the catalogs of the sources that the hosts of a configuration have.
func (s *Snapshot) tellSources(c *Configuration) {
	c.bySource = map[host.Source]Pinned{}
	for _, h := range c.Hosts {
		if _, ok := c.bySource[h.Source]; !ok && h.Source != (host.Source{}) {
			if p, ok := s.pinnedOf(c, h); ok {
				c.bySource[h.Source] = p
			}
		}
	}
}

// InputPinned is the catalog of the flake input, or of the source in a lock file, of that name around a document. It is not ok
// for one that is not jetpack-nixos.
func (s *Snapshot) InputPinned(d *Document, name string) (p Pinned, ok bool) {
	around := s.surroundings(d)
	pin, ok := around.Input(name)
	if !ok || s.settings.Revision != "" || around.Pin.Format == pins.Checkout {
		return Pinned{}, false
	}
	return s.pinnedBy(pin, around), true
}

// pinnedOf is what holds for a host of a configuration, which may be that of an earlier snapshot, by the files of now. It is not
// ok where the host says nothing that the files around the document do not say.
func (s *Snapshot) pinnedOf(c *Configuration, h *host.Host) (p Pinned, ok bool) {
	around := s.pins.Around(filepath.Dir(c.Entry))
	if p, ok = s.pinnedFrom(h.Source, around); ok {
		if f := p.Pin.Format; f == pins.Fetch || f == pins.Address {
			p.Pin.File = c.fileWith(s, p.Pin.Revision)
		}
		return p, true
	}
	if h.Jetpack != host.Yes || !around.Pin.Found() && !around.Entry.Found() {
		return Pinned{}, false
	}
	return s.pinned(nil, around), true
}

// pinnedOfAll are the catalogs that hold for hosts, each once.
func (s *Snapshot) pinnedOfAll(c *Configuration, hosts []*host.Host) (all []Pinned) {
	type kind struct {
		host.Source
		host.Answer
	}
	seen := map[kind]bool{}
	for _, h := range hosts {
		of := kind{h.Source, h.Jetpack}
		if seen[of] {
			continue
		}
		seen[of] = true
		if p, ok := s.pinnedOf(c, h); ok && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// pinnedFrom is the catalog of a source of jetpack-nixos, without the file that says so where the source is fetched. It is not
// ok for one that is not known, nor where a person chose the revision. A source of no revision is the newest where something
// else is pinned, and otherwise says nothing.
func (s *Snapshot) pinnedFrom(of host.Source, around *pins.Surroundings) (p Pinned, ok bool) {
	if s.settings.Revision != "" || around.Pin.Format == pins.Checkout {
		return Pinned{}, false
	}
	pin, ok := s.pinOfSource(of, around)
	if !ok || pin.Revision == "" && pin.Dir == "" && !around.Pin.Found() {
		return Pinned{}, false
	}
	return s.pinnedBy(pin, around), true
}

// pinOfSource is the pin of a source: that of the flake input, of a source of that revision which a lock file has, or of what
// is fetched.
func (s *Snapshot) pinOfSource(of host.Source, around *pins.Surroundings) (pins.Pin, bool) {
	if of.Input != "" {
		pin, ok := around.Input(of.Input)
		if ok && pin.Revision == around.Pin.Revision && pin.NarHash == around.Pin.NarHash {
			pin = around.Pin // by the name that is nearest
		}
		return pin, ok
	}
	pin, ok := pins.At(of.Address, of.Revision)
	if !ok {
		return pins.Pin{}, false
	}
	isLocked := func(locked pins.Pin) bool {
		return pin.Revision != "" && pins.SameRevision(locked.Revision, pin.Revision)
	}
	if i := slices.IndexFunc(around.Locked, isLocked); i >= 0 {
		return around.Locked[i], true
	}
	if pin.Revision != "" {
		pin.Format = pins.Fetch
	}
	return pin, true
}

// fileWith is the first of the files of the hosts that has a revision, see Snapshot.fileWith. They are gone through once: there may
// be thousands, and a hover asks for it.
func (c *Configuration) fileWith(s *Snapshot, revision string) string {
	if known, ok := c.naming.Load(revision); ok {
		return known.(string)
	}
	file := s.fileWith(revision, c.Entry, c.Files())
	c.naming.Store(revision, file)
	return file
}

// fileWith is the first of files that has a revision or, where that is empty, names jetpack-nixos; fallback if none does.
func (s *Snapshot) fileWith(revision, fallback string, files []string) string {
	for _, file := range files {
		file = filepath.FromSlash(file)
		if strings.Contains(s.Content(file), cmp.Or(revision, "jetpack-nixos")) {
			return file
		}
	}
	return fallback
}

// used is the pin of what a document itself imports of jetpack-nixos as a module, or else of the first revision that it
// fetches.
func (s *Snapshot) used(d *Document, around *pins.Surroundings) (pins.Pin, bool) {
	if d.Path == "" || d.Problem() != nil {
		return pins.Pin{}, false
	}
	known := s.usesOf(d, around)
	if known == nil {
		return pins.Pin{}, false
	}
	for _, wanted := range []bool{true, false} {
		for _, use := range known.all {
			pin, ok := s.pinOfSource(use.Source, around)
			if !ok || use.IsImport != wanted || pin.Revision == "" {
				continue
			}
			if pin.Format == pins.Fetch && strings.Contains(d.Text, pin.Revision) {
				pin.File = d.Path
			} else if pin.Format == pins.Fetch {
				pin.File = s.fileWith(pin.Revision, d.Path, known.read)
			}
			return pin, true
		}
	}
	return pins.Pin{}, false
}

// uses are what a document takes from sources of jetpack-nixos, and the files that were read to know.
type uses struct {
	all  []host.Use
	read []string
}

// usesOf are those of a document; nil once the snapshot is Done.
func (s *Snapshot) usesOf(d *Document, around *pins.Surroundings) *uses {
	known, _ := s.once(s.memoOf(d), func() any { return s.findUses(d, around) }).(*uses)
	return known
}

func (s *Snapshot) findUses(d *Document, around *pins.Surroundings) *uses {
	if !host.MayUse(d.words.Has) {
		return &uses{}
	}
	root, _ := s.rootOf(d.Dir(), around)
	opened, err := os.OpenRoot(root)
	if err != nil {
		return &uses{}
	}
	defer opened.Close()
	reader := &files{[]folder{{root, opened}}, openFiles(s.documents), s.configurations.read}
	var u uses
	u.all, u.read = host.Uses(reader, filepath.ToSlash(d.Path), d.Tree())
	return &u
}

// SourceOf is the source of jetpack-nixos, or the part of it, that an expression of a document comes to by what the document
// fetches, and the catalog of it. It is not ok for anything else.
func (s *Snapshot) SourceOf(d *Document, n syntax.Node) (part host.SourcePart, p Pinned, ok bool) {
	if d.Path == "" || d.Problem() != nil {
		return part, p, false
	}
	around := s.surroundings(d)
	known := s.usesOf(d, around)
	if known == nil || !slices.ContainsFunc(known.all, func(u host.Use) bool { return u.Input == "" }) {
		return part, p, false
	}
	root, _ := s.rootOf(d.Dir(), around)
	opened, err := os.OpenRoot(root)
	if err != nil {
		return part, p, false
	}
	defer opened.Close()
	reader := &files{[]folder{{root, opened}}, openFiles(s.documents), s.configurations.read}
	if part, ok = host.SourceOf(reader, filepath.ToSlash(d.Path), n); !ok {
		return part, p, false
	}
	pin, ok := s.pinOfSource(part.Source, around)
	if !ok {
		return part, p, false
	}
	if pin.File == "" {
		pin.File = d.Path
	}
	return part, s.pinnedBy(pin, around), true
}

// SearchedPinned is the catalog of a source that a document takes from Nix's search path: nothing in the workspace says which
// revision that is, unless a person chose one.
func (s *Snapshot) SearchedPinned(d *Document) Pinned {
	if p := s.Catalog(d); p.Pin.IsExplicit() {
		return p
	}
	return s.pinnedBy(pins.Pin{Format: pins.None}, s.surroundings(d))
}

// AddressPinned is the catalog of what an address in a document leads to. It is not ok for anything but jetpack-nixos.
func (s *Snapshot) AddressPinned(d *Document, address string) (p Pinned, ok bool) {
	pin, ok := pins.At(address, "")
	if !ok {
		return Pinned{}, false
	}
	pin.File = d.Path
	return s.pinnedBy(pin, s.surroundings(d)), true
}
