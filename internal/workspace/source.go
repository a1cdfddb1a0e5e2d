package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"jetpills/internal/catalog"
	"jetpills/internal/pins"
	"jetpills/internal/upstream"
)

// Source is a source tree of jetpack-nixos on disk, as it was read. It is immutable and safe for concurrent use.
type Source struct {
	// Location is where it lies.
	Location upstream.Location

	extraction upstream.Extraction
	catalog    *catalog.Catalog
}

// Catalog is what the source declares.
func (s *Source) Catalog() *catalog.Catalog { return s.catalog }

// Description is upstream's own text on an option, by its dotted path, or on what to do without it.
func (s *Source) Description(option string) string { return s.extraction.Descriptions[option] }

// Removed finds the declaration that refuses an option that is no more.
func (s *Source) Removed(option string) (catalog.Option, bool) {
	i := slices.IndexFunc(s.extraction.Removed, func(o catalog.Option) bool { return o.Path == option })
	if i < 0 {
		return catalog.Option{}, false
	}
	return s.extraction.Removed[i], true
}

// Problems say what could not be read, and why. They name files within the tree.
func (s *Source) Problems() []upstream.Problem { return s.extraction.Problems }

// File is where a file of the tree, named by its path within it, lies on disk; false if it is not there, or not within it.
func (s *Source) File(name string) (string, bool) {
	file, err := s.Location.File(name)
	return file, err == nil
}

// tree is a source tree that is read at the first need.
type tree struct {
	location upstream.Location
	once     sync.Once
	read     atomic.Bool
	source   *Source
	err      error
}

// treeKey tells trees apart: the same folder may be said to be of two commits.
type treeKey struct {
	dir      string
	revision string
}

// maxTrees is how many source trees are kept.
const maxTrees = 16

// trees are the source trees that a snapshot, and those before it that no change sets apart, have read.
type trees struct {
	log     *zap.Logger
	library *catalog.Library

	mu    sync.Mutex
	byKey map[treeKey]*tree
}

func newTrees(log *zap.Logger, library *catalog.Library) *trees {
	return &trees{log: log, library: library, byKey: map[treeKey]*tree{}}
}

// errNotThere is why most sources cannot be read: nobody fetched them to this machine.
var errNotThere = errors.New("is not there, or is no folder that can be read")

// at is the tree at a location. A live one is read with the documents in place of the files that they are. One that is not
// there may come at any time, so nothing is remembered of it.
func (t *trees) at(location upstream.Location, revision catalog.Revision, documents map[string]*Document) (*Source, error) {
	key := treeKey{location.Dir, revision.Hash}
	t.mu.Lock()
	found, ok := t.byKey[key]
	t.mu.Unlock()
	if !ok {
		if !location.Exists() {
			return nil, errNotThere
		}
		found = t.add(key, &tree{location: location})
	}
	found.once.Do(func() {
		t.load(found, revision, documents)
		found.read.Store(true)
	})
	return found.source, found.err
}

// add remembers a tree, unless another question was faster, and gives the one to use.
func (t *trees) add(key treeKey, fresh *tree) *tree {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found, ok := t.byKey[key]; ok {
		return found
	}
	if len(t.byKey) >= maxTrees {
		clear(t.byKey)
	}
	t.byKey[key] = fresh
	return fresh
}

func (t *trees) load(into *tree, revision catalog.Revision, documents map[string]*Document) {
	start := time.Now()
	root, err := into.location.Open()
	if err != nil {
		into.err = err
		return
	}
	defer root.Close()
	fsys := root.FS()
	source := &Source{Location: into.location}
	if !into.location.Fixed {
		if unsaved := unsavedIn(into.location.Dir, documents); len(unsaved) > 0 {
			fsys = overlay{fsys, unsaved}
		}
	}
	e, err := upstream.Extract(fsys)
	if err != nil {
		t.log.Info("no source to read", zap.String("folder", into.location.Dir), zap.Error(err))
		into.err = err
		return
	}
	source.extraction = e
	e.Revision = revision
	source.catalog = t.library.Of(e.Source)
	into.source = source
	t.log.Debug("read jetpack-nixos from its source", zap.String("folder", into.location.Dir),
		zap.Int("options", len(e.Options)), zap.Int("problems", len(e.Problems)), zap.Duration("took", time.Since(start)))
}

// edited are the trees that hold after a document's text changed, came or went. What was asked before keeps the old ones.
func (t *trees) edited(path string) *trees {
	next, _ := t.without(func(tree *tree) bool {
		name, inside := within(tree.location.Dir, path)
		return inside && tree.dependsOn(name)
	})
	return next // not t, even with all of them: what is asked of older snapshots is read with the text that the document had
}

// changed are the trees that hold after files changed on disk, t itself if all do: nobody tells all that a folder had and has.
func (t *trees) changed(paths []string) *trees {
	next, all := t.without(func(tree *tree) bool {
		return slices.ContainsFunc(paths, func(path string) bool {
			_, inside := within(tree.location.Dir, path)
			_, around := within(path, tree.location.Dir)
			return inside || around
		})
	})
	if all {
		return t
	}
	return next
}

// without are the trees but for those live ones that are gone, and those that could not be read; and whether that is all of them.
func (t *trees) without(gone func(*tree) bool) (next *trees, all bool) {
	next = newTrees(t.log, t.library)
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, tree := range t.byKey {
		if tree.location.Fixed {
			if !tree.read.Load() || tree.err == nil {
				next.byKey[key] = tree
			}
		} else if !gone(tree) {
			next.byKey[key] = tree
		}
	}
	return next, len(next.byKey) == len(t.byKey)
}

// within is the name that a path has within a folder, with slashes; "." for the folder itself.
func within(dir, path string) (string, bool) {
	name, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(name) {
		return "", false
	}
	return filepath.ToSlash(name), true
}

// dependsOn reports whether an edit of a file may change what was read. What is being read right now is read again.
func (t *tree) dependsOn(name string) bool {
	if !t.read.Load() || t.err != nil {
		return true
	}
	e := &t.source.extraction
	if _, found := slices.BinarySearch(e.Files, name); found {
		return true
	}
	// A file that was missing, itself or as the default.nix of a folder.
	return slices.ContainsFunc(e.Problems, func(p upstream.Problem) bool {
		return p.File == name || p.File == path.Dir(name)
	})
}

// unsavedIn are the texts of the open documents in a folder, by their names within it.
func unsavedIn(dir string, documents map[string]*Document) map[string]*Document {
	var unsaved map[string]*Document
	for _, d := range openFiles(documents) {
		if name, ok := within(dir, d.Path); ok {
			if unsaved == nil {
				unsaved = map[string]*Document{}
			}
			unsaved[name] = d
		}
	}
	return unsaved
}

// overlay is a file system in which documents stand in for files.
type overlay struct {
	fs.FS
	documents map[string]*Document
}

func (o overlay) Open(name string) (fs.File, error) {
	if d, ok := o.documents[name]; ok {
		return &documentFile{info: documentInfo{path.Base(name), int64(len(d.Text))}, Reader: *strings.NewReader(d.Text)}, nil
	}
	return o.FS.Open(name)
}

// Stat is that of fs.StatFS: it opens nothing.
func (o overlay) Stat(name string) (fs.FileInfo, error) {
	if d, ok := o.documents[name]; ok {
		return documentInfo{path.Base(name), int64(len(d.Text))}, nil
	}
	return fs.Stat(o.FS, name)
}

// documentFile is a document that is read as a file.
type documentFile struct {
	strings.Reader
	info documentInfo
}

func (f *documentFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *documentFile) Close() error               { return nil }

type documentInfo struct {
	name string
	size int64
}

func (i documentInfo) Name() string     { return i.name }
func (i documentInfo) Size() int64      { return i.size }
func (documentInfo) Mode() fs.FileMode  { return 0o444 }
func (documentInfo) ModTime() time.Time { return time.Time{} }
func (documentInfo) IsDir() bool        { return false }
func (documentInfo) Sys() any           { return nil }

// source finds the source of a pin on disk.
func (s *Snapshot) source(pin pins.Pin, around pins.Surroundings) *Source {
	locations := pin.Locations(s.pins.StoreDir)
	if len(locations) == 0 && pins.SameRevision(pin.Revision, around.Pin.Revision) {
		// A comment or the setting names the very commit that a lock file has.
		locations = slices.DeleteFunc(around.Pin.Locations(s.pins.StoreDir), func(l upstream.Location) bool { return !l.Fixed })
	}
	for _, location := range locations {
		revision := catalog.Revision{}
		if location.Fixed {
			revision = s.revisionOf(pin)
		}
		if source, err := s.trees.at(location, revision, s.documents); err == nil {
			return source
		}
	}
	return nil
}

// checkout is the source tree that the setting upstream.path names, and its pin; nil without an error if it names none.
func (s *Snapshot) checkout() (*Source, pins.Pin, error) {
	none := pins.Pin{Format: pins.None}
	if s.settings.UpstreamPath == "" {
		return nil, none, nil
	}
	dir, err := absolute(s.settings.UpstreamPath, s.folders)
	if err != nil {
		return nil, none, err
	}
	source, err := s.trees.at(upstream.Location{Dir: dir}, catalog.Revision{}, s.documents)
	if err != nil {
		return nil, none, fmt.Errorf("%s: %w", dir, err)
	}
	pin, _ := s.pins.CheckoutAt(dir)
	pin.Format, pin.Dir, pin.File = pins.Setting, dir, ""
	return source, pin, nil
}

// SourceProblem says why the folder of the setting upstream.path is not used; nil if it can be, or if none is set.
func (s *Snapshot) SourceProblem() error {
	if _, _, err := s.checkout(); err != nil {
		return fmt.Errorf("upstream.path: %w", err)
	}
	return nil
}

// revisionOf is the commit of a pin. One that no history has is known by what the lock file says.
func (s *Snapshot) revisionOf(pin pins.Pin) catalog.Revision {
	if known, ok := s.library.Revision(pin.Revision); ok {
		return known
	}
	if len(pin.Revision) < 40 {
		return catalog.Revision{}
	}
	revision := catalog.Revision{Hash: pin.Revision}
	if !pin.LastModified.IsZero() {
		revision.Date = pin.LastModified.Truncate(24 * time.Hour)
	}
	return revision
}
