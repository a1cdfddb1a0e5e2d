package workspace

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/log"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
	"jetpills/internal/upstream"
)

// Snapshot is a session at one moment. It is immutable and safe for concurrent use.
type Snapshot struct {
	documents map[string]*Document
	folders   []string
	settings  Settings

	library   *catalog.Library
	pins      *pins.Finder
	pills     *pillSource
	shelf     *edition.Shelf
	sources   *sources
	userFiles *userFiles
	found     *findings
	log       *log.Logger

	configurations *configurations
	boards         *boards // nil where nothing is read of the machine

	supposed *catalog.Catalog // see Suppose
	asked    context.Context  // see Until
	reach    reach            // of searches for the user's modules
	held     *held            // see evaluationOf; nil outside of a question
}

// Until is the snapshot for a question whose answer nobody waits for once ctx ends.
func (s *Snapshot) Until(ctx context.Context) *Snapshot {
	asked := *s
	asked.asked, asked.held = ctx, &held{}
	return &asked
}

// Done reports whether nobody waits for the answer any more. What goes through a whole text stops then: the answer, which
// lacks the rest, is thrown away.
func (s *Snapshot) Done() bool { return s.asked.Err() != nil }

// findings are what was found out about open documents.
type findings struct {
	mu sync.Mutex
	of map[findingKey]finding
}

type findingKey struct {
	uri     string
	catalog *catalog.Catalog // of the several that may hold for parts of the document
}

type finding struct {
	document *Document
	pinned   Pinned
	found    any
}

func newFindings() *findings { return &findings{of: map[findingKey]finding{}} }

// Remember is what find gives for a document under a catalog. It is found out once for an open document, for as long as
// nothing else changes that it could rest on, so that an edit of one document costs no look at the others. What is given
// is shared and must not be changed.
func (s *Snapshot) Remember(d *Document, pinned Pinned, find func() any) any {
	if s.documents[d.URI] != d {
		return find()
	}
	key := findingKey{d.URI, pinned.Catalog}
	s.found.mu.Lock()
	known, ok := s.found.of[key]
	s.found.mu.Unlock()
	if ok && known.document == d && known.pinned == pinned {
		return known.found
	}
	found := find()
	if !s.Done() {
		s.found.mu.Lock()
		s.found.of[key] = finding{d, pinned, found}
		s.found.mu.Unlock()
	}
	return found
}

// memo is something that is found out once.
type memo struct {
	turn  chan struct{} // holds one while somebody finds it out
	found atomic.Pointer[any]
}

func newMemo() *memo { return &memo{turn: make(chan struct{}, 1)} }

func (s *Snapshot) memo(key any) *memo {
	c := s.configurations
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.memos[key]
	if !ok {
		m = newMemo()
		c.memos[key] = m
	}
	return m
}

// memoOf is a memo about a document. One that is not open takes its memo with it when it goes: a check goes through any number of them.
func (s *Snapshot) memoOf(d *Document) *memo {
	if s.documents[d.URI] == d {
		return s.memo(d)
	}
	d.remembering.Lock()
	defer d.remembering.Unlock()
	if d.rememberedIn != s.configurations {
		d.rememberedIn, d.remembered = s.configurations, newMemo()
	}
	return d.remembered
}

// Once is what find gives, which is found out once for the snapshot. It is nil once the snapshot is Done, and where find gives
// that, which is then asked again. What is given is shared and must not be changed.
func (s *Snapshot) Once(key any, find func() any) any { return s.once(s.memo(key), find) }

func (s *Snapshot) once(m *memo, find func() any) any {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-s.asked.Done():
		return nil
	}
	if known := m.found.Load(); known != nil {
		return *known
	}
	found := find()
	if found == nil || s.Done() {
		return nil
	}
	m.found.Store(&found)
	return found
}

// Known is what Once has found out by a key; nil as long as it has not.
func (s *Snapshot) Known(key any) any {
	if known := s.memo(key).found.Load(); known != nil {
		return *known
	}
	return nil
}

// Document is the open document of that name.
func (s *Snapshot) Document(uri string) (*Document, bool) {
	d, ok := s.documents[uri]
	return d, ok
}

// FileDocument is the open document of a file, an absolute path. A client may have opened one file under several names:
// then it is the one with the first of them.
func (s *Snapshot) FileDocument(path string) (*Document, bool) {
	d, ok := openFiles(s.documents)[pathKey(path)]
	return d, ok
}

// openFiles are the open documents that are files, one for each, by pathKey.
func openFiles(documents map[string]*Document) map[string]*Document {
	files := map[string]*Document{}
	for _, d := range documents {
		if d.Path == "" {
			continue
		}
		key := pathKey(d.Path)
		if other, ok := files[key]; !ok || d.URI < other.URI {
			files[key] = d
		}
	}
	return files
}

// Documents are the open documents, sorted by name.
func (s *Snapshot) Documents() []*Document {
	return slices.SortedFunc(maps.Values(s.documents), func(a, b *Document) int { return cmp.Compare(a.URI, b.URI) })
}

// Settings are the settings in force.
func (s *Snapshot) Settings() Settings { return s.settings }

// Folders are the workspace folders. The slice must not be changed.
func (s *Snapshot) Folders() []string { return s.folders }

// Library is all that is known of upstream's history.
func (s *Snapshot) Library() *catalog.Library { return s.library }

// Catalog is the catalog that holds for a document: the first of Catalogs. Without any pin it is the newest, and the pin says
// "none". Files are read at the first question about a folder only.
func (s *Snapshot) Catalog(d *Document) Pinned {
	return s.Catalogs(d)[0]
}

// CatalogAt is the catalog that holds for files in a folder, an absolute path.
func (s *Snapshot) CatalogAt(dir string) Pinned {
	return s.pinned(nil, s.pins.Around(dir))
}

// PinProblems are the files around a document that would say which revision is used, but cannot be read as that.
func (s *Snapshot) PinProblems(d *Document) []upstream.Problem { return s.surroundings(d).Problems }

// PinProblemsAt are those around a folder, an absolute path.
func (s *Snapshot) PinProblemsAt(dir string) []upstream.Problem { return s.pins.Around(dir).Problems }

// Locked is what flake.lock has of an input of a document that is a flake; the zero Locked where it has none.
func (s *Snapshot) Locked(d *Document, input string) pins.Locked {
	return s.pins.Locked(s.DirOf(d), input)
}

// surroundings are those of the document's file, or of the first workspace folder for a document that is no file.
func (s *Snapshot) surroundings(d *Document) *pins.Surroundings { return s.pins.Around(s.DirOf(d)) }

// DirOf is the folder that a document belongs to: that of its file, or the first workspace folder for a document that is no
// file; empty where no folder is open.
func (s *Snapshot) DirOf(d *Document) string {
	dir := d.Dir()
	if dir == "" && len(s.folders) > 0 {
		dir = s.folders[0]
	}
	return dir
}

// pinFolders are the folders around which the pins of documents are, and that of the setting upstream.path.
func (s *Snapshot) pinFolders(documents []*Document) []string {
	var dirs []string
	for _, d := range documents {
		dirs = append(dirs, s.DirOf(d))
	}
	if s.settings.UpstreamPath != "" {
		if dir, err := absolute(s.settings.UpstreamPath, s.folders); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Unwatched are the open documents about whose pins a client says nothing that watches the files in its folders: those that
// lie elsewhere, as where no folder is open, and those whose revision is pinned, or could be, by a file that does.
func (s *Snapshot) Unwatched() []*Document {
	isElsewhere := func(path string) bool {
		return path != "" && !slices.ContainsFunc(s.folders, func(folder string) bool { _, inside := within(folder, path); return inside })
	}
	return slices.DeleteFunc(s.Documents(), func(d *Document) bool {
		around := s.surroundings(d)
		return !isElsewhere(s.DirOf(d)) && !isElsewhere(cmp.Or(around.Pin.File, around.Top, around.Entry.File))
	})
}

// ForgetClosed forgets what was read around documents that are open no more. It is read again if it is asked for.
func (s *Snapshot) ForgetClosed() { s.pins.Keep(s.pinFolders(s.Documents())...) }

// DealsWithJetpack reports whether a document is about jetpack-nixos: it names it or a revision of it, lies in a
// checkout of it, or in a workspace that pins it. Functions and overlays are explained in such documents alone.
func (s *Snapshot) DealsWithJetpack(d *Document) bool {
	if d.names() || len(d.mentions()) > 0 {
		return true
	}
	return isAround(s.surroundings(d))
}

// DealsWithJetpackIn reports whether a folder, an absolute path, lies in a checkout of jetpack-nixos or in a workspace that pins it.
func (s *Snapshot) DealsWithJetpackIn(dir string) bool { return isAround(s.pins.Around(dir)) }

func isAround(around *pins.Surroundings) bool { return around.Pin.Found() || around.Entry.Found() }

// Pills are the pills in force: those of the setting pills.path, or the shipped ones if there is none or it is unusable.
func (s *Snapshot) Pills() *pill.Collection { return s.pills.read().Collection }

// PillsProblem says why the folder of the setting pills.path is not used; nil if it is, or if none is set.
func (s *Snapshot) PillsProblem() error { return s.pills.read().problem }

// PillTarget is where a section of Pills stands: a file on disk and the 1-based line of the heading. The shipped pills
// are laid out in the cache folder at the first need; an error says that there is no such file, and the link is to be left out.
func (s *Snapshot) PillTarget(section pill.Section) (path string, line int, err error) {
	path, err = s.PillFile(section.Pill.File)
	return path, section.Line, err
}

// PillTargetAt is where a section of Pills stands as it holds at a catalog's revision: as [Snapshot.PillTarget] says, or, where the section
// reads otherwise at that revision, in a copy of the shipped pill, which is laid out beside it.
func (s *Snapshot) PillTargetAt(section pill.Section, c *catalog.Catalog) (path string, line int, err error) {
	copies := s.pills.read().copies
	if copies == nil || !s.shelf.Differs(section, c) {
		return s.PillTarget(section)
	}
	path, lines, err := copies.provideCopy(section.Pill, c, func() edition.Copy { return s.shelf.Copy(section.Pill, c) })
	if err != nil {
		return "", 0, err
	}
	return path, lines[section.Number()], nil
}

// PillFile is where a file of Pills lies, README.md among them. PillTarget says when there is none.
func (s *Snapshot) PillFile(name string) (string, error) {
	dir, err := s.pills.read().layOut(name)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, name), nil
}

// Shelf has the excerpts of the pills for the revisions that are pinned.
func (s *Snapshot) Shelf() *edition.Shelf { return s.shelf }
