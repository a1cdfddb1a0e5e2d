package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/log"
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

// AssertionID is the ID of the assertion or the warning that is written at an offset in a file, an absolute path; empty for
// none.
func (s *Source) AssertionID(file string, offset int) string {
	name, _ := within(s.Location.Dir, filepath.FromSlash(file))
	return s.extraction.AssertionIDs[upstream.Place{File: name, Offset: offset}]
}

// modules are the files that were read of it, absolute paths with slashes, sorted.
func (s *Source) modules() []string {
	all := make([]string, len(s.extraction.Files))
	for i, name := range s.extraction.Files {
		all[i] = path.Join(filepath.ToSlash(s.Location.Dir), name)
	}
	slices.Sort(all)
	return all
}

// sources are the source trees that a snapshot, and those before it that no change sets apart, have read.
type sources = cache[sourceKey, readSource]

// sourceKey tells source trees apart: one folder may be said to be of two commits.
type sourceKey struct {
	location upstream.Location
	revision string
}

// readSource is a source tree, or why it cannot be read.
type readSource struct {
	source *Source
	err    error
}

// maxSources is how many source trees are kept.
const maxSources = 16

// errNotThere is why most sources cannot be read: nobody fetched them to this machine.
var errNotThere = errors.New("does not exist, or is not a readable folder")

// sourceAt is the source tree at a location. The open documents take the place of their files in one that is not fixed.
// One that is not there may come at any time, so nothing is remembered of it.
func (s *Snapshot) sourceAt(location upstream.Location, revision catalog.Revision) (*Source, error) {
	key := sourceKey{location, revision.Hash}
	if !s.sources.has(key) && !location.Exists() {
		return nil, errNotThere
	}
	read := s.sources.get(key, func() *readSource {
		source, err := s.read(location, revision)
		return &readSource{source, err}
	})
	return read.source, read.err
}

func (s *Snapshot) read(location upstream.Location, revision catalog.Revision) (*Source, error) {
	start := time.Now()
	root, err := location.Open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	fsys := root.FS()
	if !location.Fixed {
		if unsaved := unsavedIn(location.Dir, s.documents); len(unsaved) > 0 {
			fsys = overlay{fsys, unsaved}
		}
	}
	e, err := extract(fsys)
	if err != nil {
		s.log.Info("no source to read", log.String("folder", location.Dir), log.Error(err))
		return nil, err
	}
	e.Revision = revision
	source := &Source{Location: location, extraction: e, catalog: s.library.Of(e.Source)}
	s.log.Debug("read jetpack-nixos from its source", log.String("folder", location.Dir),
		log.Int("options", len(e.Options)), log.Int("problems", len(e.Problems)), log.Duration("took", time.Since(start)))
	return source, nil
}

// sourcesAfterEdit are the sources that hold after the text of an open file changed, came or went. They are never the same
// cache, even with all of them: snapshots before read theirs with the text that the document had.
func (s *Snapshot) sourcesAfterEdit(path string) *sources {
	next, _ := s.sources.filter(func(key sourceKey, read *readSource) bool {
		name, inside := within(key.location.Dir, path)
		return key.isKept(read) && (key.location.Fixed || !inside || !read.dependsOn(name))
	})
	return next
}

// sourcesAfterChange are the sources that hold after files changed on disk, the same cache if all do. Nobody says all
// that a folder had and has.
func (s *Snapshot) sourcesAfterChange(paths []string) *sources {
	next, all := s.sources.filter(func(key sourceKey, read *readSource) bool {
		return key.isKept(read) && (key.location.Fixed || !slices.ContainsFunc(paths, func(path string) bool {
			_, inside := within(key.location.Dir, path)
			_, around := within(path, key.location.Dir)
			return inside || around
		}))
	})
	if all {
		return s.sources
	}
	return next
}

// isKept is false for a fixed source that could not be read: something else may be there by now.
func (k sourceKey) isKept(read *readSource) bool {
	return !k.location.Fixed || read == nil || read.err == nil
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
func (r *readSource) dependsOn(name string) bool {
	if r == nil || r.err != nil {
		return true
	}
	e := &r.source.extraction
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
	unsaved := map[string]*Document{}
	for _, d := range openFiles(documents) {
		if name, ok := within(dir, d.Path); ok {
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
func (s *Snapshot) source(pin pins.Pin, around *pins.Surroundings) *Source {
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
		if source, err := s.sourceAt(location, revision); err == nil {
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
	source, err := s.sourceAt(upstream.Location{Dir: dir}, catalog.Revision{})
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
