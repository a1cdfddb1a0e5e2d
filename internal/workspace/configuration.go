package workspace

import (
	"context"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/pins"
)

// Configuration is what the NixOS configurations of one flake, or of one configuration.nix, come to.
type Configuration struct {
	// Entry is the absolute path of the flake.nix, hive.nix or configuration.nix.
	Entry string
	// Pinned is the catalog of what the entry and the files around it say. A host is read with its own: see PinnedOf.
	Pinned Pinned
	*host.Result
	// Library has the other revisions.
	Library *catalog.Library

	// Nixpkgs are the inputs of the flake that are NixOS's own nixpkgs, by name, as flake.lock has them.
	Nixpkgs map[string]pins.Nixpkgs

	locked    []pins.Pin // of the lock file beside the entry, or around it
	unrelated []string   // the inputs of the flake that have nothing to do with Jetsons
	bySource  map[host.Source]Pinned
	indexing  sync.Once
	byFile    map[string][]*host.Host // see Of
	naming    sync.Map                // see fileWith
}

// HasNames reports whether the configurations have names: a configuration.nix makes one without.
func (c *Configuration) HasNames() bool { return filepath.Base(c.Entry) != "configuration.nix" }

// Same reports whether two configurations say the same: they have the same hosts, which an evaluation keeps for as long as nothing
// changes that they rest on, and the same packages build these. Either may be nil.
func (c *Configuration) Same(other *Configuration) bool {
	if c == nil || other == nil {
		return c == other
	}
	return c.Pinned == other.Pinned && maps.Equal(c.bySource, other.bySource) && slices.Equal(c.Hosts, other.Hosts) && slices.Equal(c.Builds, other.Builds)
}

// Configuration is the one that a file belongs to, by the folder that it lies in: of the nearest flake.nix in the folder or
// around it, or else of the nearest hive.nix or configuration.nix, within the workspace folder or the repository. It is nil
// where there is none. The evaluation is kept for as long as nothing changes. It stops once the snapshot is Done or
// StopReading was called, and gives nil then.
func (s *Snapshot) Configuration(dir string) *Configuration {
	entry, root := s.entry(dir)
	if entry == "" {
		return nil
	}
	e := s.evaluationOf(entry)
	if found := e.result.Load(); found != nil {
		return found
	}
	if s.configurations.wanted.Err() != nil {
		return nil
	}
	wanted, stop := context.WithCancel(s.asked)
	defer stop()
	defer context.AfterFunc(s.configurations.wanted, stop)()
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-wanted.Done():
		return nil
	}
	if found := e.result.Load(); found != nil {
		return found
	}
	before := e.latest.Load()
	found := s.evaluate(wanted, entry, root, before)
	if found == nil || wanted.Err() != nil {
		if found.hostCount() > before.hostCount() {
			e.latest.Store(found) // these hosts are whole, and need not be evaluated again
		}
		return nil
	}
	e.latest.Store(found)
	e.result.Store(found)
	return found
}

// Reading is how many hosts are read, and of how many, while a Configuration of the snapshot is made; both are 0 as long as it
// is not known how many there are.
func (s *Snapshot) Reading() (done, total int, isReading bool) {
	p := s.configurations.reading.Load()
	if p == nil {
		return 0, 0, false
	}
	done, total = p.Hosts()
	return done, total, true
}

// StopReading stops the evaluations of hosts. The Configurations that are not known by then are nil until something changes.
func (s *Snapshot) StopReading() { s.configurations.stop() }

// KnownConfiguration is Configuration where that is known already, and nil where it is not.
func (s *Snapshot) KnownConfiguration(dir string) *Configuration {
	entry, _ := s.entry(dir)
	if entry == "" {
		return nil
	}
	return s.evaluationOf(entry).result.Load()
}

// EntryOf is the file that Configuration of a folder would evaluate, an absolute path; empty for none.
func (s *Snapshot) EntryOf(dir string) string {
	entry, _ := s.entry(dir)
	return entry
}

// LatestConfiguration is the newest Configuration of a document that is known without an evaluation, and what was rewritten of
// the document since. That is KnownConfiguration, or else the one of an earlier snapshot if no other file has changed since.
// While somebody types there is no other: each keystroke makes a snapshot that nothing is known of yet.
func (s *Snapshot) LatestConfiguration(doc *Document) (*Configuration, Rewritten) {
	if known := s.KnownConfiguration(doc.Dir()); known != nil {
		return known, rewritten(doc.Text, doc.Text)
	}
	entry, _ := s.entry(doc.Dir())
	if entry == "" {
		return nil, Rewritten{}
	}
	switch e := s.evaluationOf(entry); e.since.file {
	case "":
		return e.before, rewritten(doc.Text, doc.Text)
	case pathKey(doc.Path):
		return e.before, rewritten(e.since.text, doc.Text)
	}
	return nil, Rewritten{}
}

func (s *Snapshot) evaluate(ctx context.Context, entry, root string, before *Configuration) *Configuration {
	folder, err := os.OpenRoot(root)
	if err != nil {
		return nil
	}
	defer folder.Close()
	dir := filepath.Dir(entry)
	c := &Configuration{Library: s.library, Entry: entry, Pinned: s.CatalogAt(dir), locked: s.pins.Around(dir).Locked, Nixpkgs: s.pins.Nixpkgs(dir), unrelated: s.pins.Unrelated(dir)}
	defer s.tellSources(c)
	if c.Pinned.Pin.Found() {
		c.Result = s.resultOf(ctx, c, root, folder, before)
		return c
	}
	// Nothing around the entry pins a revision, but a module may fetch one.
	if before != nil {
		c.Pinned = before.Pinned
	}
	c.Result = s.resultOf(ctx, c, root, folder, before)
	readWith := c.Pinned.Catalog
	c.Pinned = s.pinned(s.addressesIn(c.Files()), s.pins.Around(dir))
	if of, ok := c.source(); ok {
		if p, ok := s.pinnedOf(c, of); ok {
			c.Pinned = p
		}
	}
	if c.Pinned.Catalog != readWith {
		c.Result = s.resultOf(ctx, c, root, folder, before)
	}
	return c
}

// source is a host that has the one source of jetpack-nixos which the hosts have; not ok where they have several or none.
func (c *Configuration) source() (of *host.Host, ok bool) {
	for _, h := range c.Hosts {
		switch {
		case h.Source == (host.Source{}):
		case of == nil:
			of = h
		case of.Source != h.Source:
			return nil, false
		}
	}
	return of, of != nil
}

// resultOf evaluates a configuration with the catalog that it is pinned to.
func (s *Snapshot) resultOf(ctx context.Context, c *Configuration, root string, opened *os.Root, before *Configuration) *host.Result {
	var earlier *host.Result
	if before != nil && before.Pinned.Catalog == c.Pinned.Catalog && slices.Equal(before.unrelated, c.unrelated) && slices.Equal(before.locked, c.locked) {
		earlier = before.Result
	}
	progress := &host.Progress{}
	s.configurations.reading.Store(progress)
	defer s.configurations.reading.CompareAndSwap(progress, nil)
	folders := []folder{{root, opened}}
	around := s.pins.Around(filepath.Dir(c.Entry))
	options := host.Options{
		Entry: filepath.ToSlash(c.Entry), Schema: s.configurations.schemas.schema(c.Pinned.Catalog), Workers: 2, Progress: progress,
		SchemaOf: func(of host.Source) *host.Schema {
			p, ok := s.pinnedFrom(of, around)
			if !ok {
				return nil
			}
			return s.configurations.schemas.schema(p.Catalog)
		},
		Through: func(input string) (host.Source, bool) {
			pin, ok := around.Through(input)
			return host.Source{Input: pin.Input}, ok
		},
		Input: func(name, url string) host.Input {
			if input := c.Pinned.Pin.Input; input != "" && name == path.Base(input) {
				return host.Jetpack
			}
			if _, ok := around.Input(name); ok {
				return host.Jetpack
			}
			input := host.InputOf(name, url)
			if _, ok := slices.BinarySearch(c.unrelated, name); ok && input == host.Foreign {
				input = host.Unrelated
			}
			return input
		},
	}
	// What the assertions of known commits say, rules say in our own words.
	add := func(p Pinned, names ...string) {
		if p.Source == nil || p.Basis != ReadFork || !p.IsOwn() {
			return
		}
		options.Upstream = append(options.Upstream, p.Source.modules()...)
		dir := p.Source.Location.Dir
		if _, inside := within(root, dir); inside {
			return
		}
		tree, err := p.Source.Location.Open()
		if err != nil {
			return
		}
		folders = append(folders, folder{dir, tree})
		for _, name := range names {
			if _, ok := options.Sources[name]; !ok && name != "." {
				options.Sources[name] = filepath.ToSlash(dir)
			}
		}
	}
	options.Sources = map[string]string{}
	add(c.Pinned, host.FetchedJetpack, path.Base(c.Pinned.Pin.Input))
	for _, pin := range around.Locked {
		if pin.Input != c.Pinned.Pin.Input && c.Pinned.Pin.Format == pin.Format {
			add(s.pinnedBy(pin, around), host.NameOf(pin.Input))
		}
	}
	slices.Sort(options.Upstream)
	options.Upstream = slices.Compact(options.Upstream)
	defer func() {
		for _, f := range folders[1:] {
			f.Close()
		}
	}()
	return host.Evaluate(ctx, &files{folders, openFiles(s.documents), s.configurations.read}, options, earlier)
}

// addressesIn are the addresses of jetpack-nixos in files that an evaluation read.
func (s *Snapshot) addressesIn(files []string) pins.Mentions {
	var all pins.Mentions
	for _, file := range files {
		d, isOpen := s.FileDocument(file)
		if !isOpen {
			content := s.Content(file)
			if !strings.Contains(content, "jetpack-nixos") {
				continue
			}
			d = NewDocument("", file, "nix", 0, content)
		}
		for _, pin := range d.mentions() {
			if pin.Format == pins.Address {
				all = append(all, pin)
			}
		}
	}
	return all
}

// LineColumn is the 1-based line of an offset in a file, an absolute path, and the column in bytes, as Content has it; 0 where
// that is empty.
func (s *Snapshot) LineColumn(file string, offset int) (line, column int) {
	content := s.Content(file)
	if offset > len(content) || content == "" {
		return 0, 0
	}
	before := content[:offset]
	return strings.Count(before, "\n") + 1, offset - strings.LastIndexByte(before, '\n')
}

// Content is what a file of an evaluation, an absolute path, has, as one read it last. It is read again where an evaluation of
// many files took its place among those that are remembered; empty where it cannot be.
func (s *Snapshot) Content(file string) string {
	if known, ok := s.knownContent(file); ok {
		return known
	}
	content, err := readText(file)
	if err != nil {
		return ""
	}
	return content
}

// knownContent is Content where nothing need be read.
func (s *Snapshot) knownContent(file string) (string, bool) {
	if d, ok := s.FileDocument(file); ok {
		return d.Text, true
	}
	if r, ok := s.configurations.read.known(file); ok {
		return r.text, true
	}
	return "", false
}

func (c *Configuration) hostCount() int {
	if c == nil {
		return 0
	}
	return len(c.Hosts)
}

// Of are the hosts that are made of a file, among others, by its absolute path.
func (c *Configuration) Of(file string) []*host.Host {
	if c == nil {
		return nil
	}
	c.indexing.Do(func() {
		c.byFile = map[string][]*host.Host{}
		var files []string
		for i, h := range c.Hosts {
			if i == 0 || c.Hosts[i-1].Name != h.Name { // variants follow their host
				files = c.FilesOf(h.Name)
			}
			for _, file := range files {
				c.byFile[file] = append(c.byFile[file], h)
			}
		}
	})
	return slices.Clone(c.byFile[filepath.ToSlash(file)])
}

// Host is the host of a name, and not a variant of it.
func (c *Configuration) Host(name string) (*host.Host, bool) {
	i := slices.IndexFunc(c.Hosts, func(h *host.Host) bool { return h.Name == name && h.Variant == "" })
	if i < 0 {
		return nil, false
	}
	return c.Hosts[i], true
}

// entry is the file that says which configurations there are for the files in a folder, and the folder that an evaluation of
// it may read.
func (s *Snapshot) entry(dir string) (entry, root string) {
	if dir == "" {
		return "", ""
	}
	key := pathKey(dir)
	s.configurations.mu.Lock()
	known, ok := s.configurations.entries[key]
	s.configurations.mu.Unlock()
	if ok {
		return known.entry, known.root
	}
	around := s.pins.Around(dir)
	known.root, _ = s.rootOf(dir, around)
	for _, from := range []string{dir, around.BelowDir} {
		for _, name := range []string{"flake.nix", "hive.nix", "configuration.nix"} {
			if from != "" && known.entry == "" {
				known.entry = s.nearestFile(known.root, from, name)
			}
		}
	}
	s.configurations.mu.Lock()
	s.configurations.entries[key] = known
	s.configurations.mu.Unlock()
	return known.entry, known.root
}

// nearestFile is a file of that name in a folder or, failing that, in the nearest one around it within root.
func (s *Snapshot) nearestFile(root, dir, name string) string {
	open := openFiles(s.documents)
	for {
		file := filepath.Join(dir, name)
		if _, isOpen := open[pathKey(file)]; isOpen {
			return file
		}
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
		up := filepath.Dir(dir)
		if _, inside := within(root, up); !inside || up == dir {
			return ""
		}
		dir = up
	}
}

// configurations are the evaluations that a snapshot has made, each with the one before it.
type configurations struct {
	mu      sync.Mutex
	byEntry map[string]*evaluation
	entries map[string]entryOf // by the key of a folder
	schemas *schemas           // of all snapshots, as read is
	read    *readFiles
	reading atomic.Pointer[host.Progress] // of an evaluation that goes on
	wanted  context.Context               // of all evaluations
	stop    func()                        // ends wanted

	asked int // how often somebody asked for an evaluation

	supposed map[*catalog.Catalog]*supposition
	memos    map[any]*memo // see Once
}

type entryOf struct{ entry, root string }

// evaluation is that of one entry, made at the first need.
type evaluation struct {
	turn   chan struct{} // holds one while the result is being made
	result atomic.Pointer[Configuration]
	latest *atomic.Pointer[Configuration] // of all snapshots
	before *Configuration                 // what an earlier snapshot came to
	since  change                         // what has changed since that one
	asked  int                            // when somebody asked for it last, see configurations
}

func newEvaluation(latest *atomic.Pointer[Configuration]) *evaluation {
	return &evaluation{turn: make(chan struct{}, 1), latest: latest}
}

// change is what has changed of the files of an evaluation: the one file whose text has, and its text before; severalFiles if
// it is not that one alone.
type change struct{ file, text string }

const severalFiles = "*"

func newConfigurations(within context.Context) *configurations {
	wanted, stop := context.WithCancel(within)
	return &configurations{
		byEntry: map[string]*evaluation{}, entries: map[string]entryOf{}, schemas: &schemas{of: map[*catalog.Catalog]*host.Schema{}}, read: newReadFiles(),
		wanted: wanted, stop: stop, supposed: map[*catalog.Catalog]*supposition{}, memos: map[any]*memo{},
	}
}

// next are the evaluations of a snapshot after another one: all of them to be made anew, out of what was known.
func (c *configurations) next() *configurations { return c.nextWithin(context.Background()) }

func (c *configurations) nextWithin(wanted context.Context) *configurations {
	n := newConfigurations(wanted)
	c.mu.Lock()
	defer c.mu.Unlock()
	n.read, n.schemas, n.asked = c.read, c.schemas, c.asked
	for entry, e := range c.byEntry {
		made := newEvaluation(e.latest)
		made.before, made.since, made.asked = e.before, e.since, e.asked
		if result := e.result.Load(); result != nil {
			made.before, made.since = result, change{}
		}
		n.byEntry[entry] = made
	}
	for revision, of := range c.supposed {
		n.supposed[revision] = &supposition{newFindings(), of.configurations.nextWithin(n.wanted)}
	}
	return n
}

// changed notes, in a snapshot that nobody has yet, a file whose text is another one than before; severalFiles for all else
// that an evaluation rests on.
func (c *configurations) changed(file, before string) {
	for _, e := range c.byEntry {
		switch e.since.file {
		case file:
		case "":
			e.since = change{file, before}
		default:
			e.since = change{file: severalFiles}
		}
	}
}

// concerns reports whether an evaluation may come to something else after files changed.
func (c *configurations) concerns(paths []string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.byEntry) > 0 && slices.ContainsFunc(paths, func(path string) bool {
		switch filepath.Ext(path) {
		case ".nix", ".json", ".toml", "":
			return true
		}
		return false
	})
}

// evaluationOf is the evaluation of an entry. A question has the same one until it is answered, though others that are asked
// at the same time may take its place among those that are remembered.
func (s *Snapshot) evaluationOf(entry string) *evaluation {
	return s.held.of(s.configurations, entry, s.configurations.of)
}

// peekAt is evaluationOf; nil where nobody asked for it.
func (s *Snapshot) peekAt(entry string) *evaluation {
	return s.held.of(s.configurations, entry, s.configurations.peek)
}

// held are the evaluations that a question has seen. A nil one keeps none.
type held struct{ evaluations sync.Map } // by heldKey

type heldKey struct {
	*configurations
	entry string
}

func (h *held) of(c *configurations, entry string, find func(entry string) *evaluation) *evaluation {
	if h == nil {
		return find(entry)
	}
	key := heldKey{c, entry}
	if known, ok := h.evaluations.Load(key); ok {
		return known.(*evaluation)
	}
	e := find(entry)
	if e == nil {
		return nil
	}
	known, _ := h.evaluations.LoadOrStore(key, e)
	return known.(*evaluation)
}

// mostConfigurations bounds how many entries are remembered: those that somebody asked for last.
const mostConfigurations = 16

func (c *configurations) of(entry string) *evaluation {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byEntry[entry]
	if !ok {
		if len(c.byEntry) >= mostConfigurations {
			oldest := ""
			for other, e := range c.byEntry {
				if oldest == "" || e.asked < c.byEntry[oldest].asked {
					oldest = other
				}
			}
			delete(c.byEntry, oldest)
		}
		e = newEvaluation(&atomic.Pointer[Configuration]{})
		c.byEntry[entry] = e
	}
	c.asked++
	e.asked = c.asked
	return e
}

// schemas are those of catalogs. Evaluations can only go on from one another with the same one.
type schemas struct {
	mu sync.Mutex
	of map[*catalog.Catalog]*host.Schema
}

func (s *schemas) schema(c *catalog.Catalog) *host.Schema {
	s.mu.Lock()
	defer s.mu.Unlock()
	schema, ok := s.of[c]
	if !ok {
		schema = host.FromCatalog(c)
		if len(s.of) >= mostConfigurations {
			clear(s.of)
		}
		s.of[c] = schema
	}
	return schema
}
