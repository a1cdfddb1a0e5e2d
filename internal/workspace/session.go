// Package workspace holds what is open: a Session that one writer changes, and immutable Snapshots of it for any number of readers.
// It knows which catalog and which pills hold for a document, and writes nothing but the pills' cache folder.
package workspace

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/log"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/upstream"
)

// Config is what a session is made of.
type Config struct {
	Library *catalog.Library // required
	Pills   *pill.Collection // the shipped pills; required
	Logger  *log.Logger      // nil logs nothing
	// CacheDir is where the shipped pills are laid out; empty: "jetpills" in the user's cache folder.
	CacheDir string
	// StoreDir is Nix's store; empty: what NIX_STORE_DIR says, or /nix/store.
	StoreDir string
	// Settings to begin with; nil: DefaultSettings.
	Settings *Settings
	// Root is the folder that the files of the machine lie below, which say which Jetson it is; empty: nothing is read of it.
	Root string
	// Lstat looks at the files that pins rest on, to see whether they changed; nil: os.Lstat.
	Lstat func(path string) (fs.FileInfo, error)
}

// Session is the state of one editor or one command. Snapshot, Recheck and RecheckPins may be called from anywhere; all
// other methods from one goroutine at a time.
type Session struct {
	log      *log.Logger
	library  *catalog.Library
	shipped  *pillSource
	storeDir string
	lstat    func(path string) (fs.FileInfo, error)
	openings int // documents opened so far
	parsed   *parsed

	writing sync.Mutex // held while a snapshot takes another's place
	current atomic.Pointer[Snapshot]
}

// NewSession makes a session without documents and folders. It reads nothing but what says which Jetson the machine is.
func NewSession(config Config) *Session {
	s := &Session{log: config.Logger, library: config.Library, storeDir: config.StoreDir, lstat: config.Lstat, parsed: newParsed()}
	if dir := os.Getenv("NIX_STORE_DIR"); s.storeDir == "" && filepath.IsAbs(dir) {
		s.storeDir = filepath.Clean(dir)
	}
	s.shipped = shippedPills(config.Pills, config.CacheDir)
	settings := DefaultSettings()
	if config.Settings != nil {
		settings = *config.Settings
	}
	first := &Snapshot{library: s.library, settings: settings, log: s.log, asked: context.Background()}
	first.pins = s.newFinder()
	first.sources = newCache[sourceKey, readSource](maxSources)
	first.userFiles = newUserFiles()
	first.shelf = edition.NewShelf(s.library)
	first.found = newFindings()
	first.configurations = newConfigurations(context.Background())
	first.pills = s.pillsFor(settings, nil)
	if config.Root != "" {
		first.boards = readBoards(config.Root, s.library)
	}
	s.current.Store(first)
	return s
}

// Warm does what the first question would wait for: it may run beside everything else.
func (s *Session) Warm() {
	s.library.Newest()
	s.shipped.read().Warm()
}

// Snapshot is the session as it is now.
func (s *Session) Snapshot() *Snapshot { return s.current.Load() }

// Open begins to follow a document, or replaces the one of that name. The uri is its name in all other methods;
// path is its file, empty if it is none.
func (s *Session) Open(uri, path, languageID string, version int32, content string) {
	s.openings++
	d := NewDocument(uri, path, languageID, version, content)
	d.Opening = s.openings
	s.put(d)
}

// Change applies a client's changes in order, each to the text that the one before it left. The document must be open:
// otherwise nothing happens, and the error is for the log.
func (s *Session) Change(uri string, version int32, changes []text.Change, encoding text.Encoding) error {
	old, ok := s.Snapshot().Document(uri)
	if !ok {
		return fmt.Errorf("a change of %s, which is not open", uri)
	}
	content := old.Text
	for i, change := range changes {
		if change.Whole {
			content = change.Text
			continue
		}
		var mapper *text.Mapper
		if i == 0 && old.Problem() == nil {
			mapper = old.Mapper()
		} else {
			mapper = text.NewMapper(content)
		}
		edited, err := text.Apply(content, []text.Edit{mapper.Edit(change, encoding)})
		if err != nil {
			s.Close(uri)
			return fmt.Errorf("change %d of %s makes no sense: %w", i+1, uri, err)
		}
		content = edited
	}
	d := NewDocument(old.URI, old.Path, old.LanguageID, version, content)
	d.Opening = old.Opening
	d.succeeds(old)
	s.put(d)
	return nil
}

func (s *Session) put(d *Document) {
	s.parsed.follow(d)
	s.update(func(next *Snapshot) {
		old, found := next.documents[d.URI], s.Snapshot().found
		next.documents = maps.Clone(next.documents)
		if next.documents == nil {
			next.documents = map[string]*Document{}
		}
		next.documents[d.URI] = d
		next.textChanged(d.Path, s.Snapshot())
		if old != nil && !mayDeclareOptions(old.words) && !mayDeclareOptions(d.words) && sameOverlays(old, d) {
			next.found = found // of the other documents, which see nothing of the edit
		}
	})
}

// textChanged lets go of the source trees that the text of a file is a part of. Snapshots before keep theirs.
func (s *Snapshot) textChanged(path string, before *Snapshot) {
	if path == "" {
		return
	}
	s.sources = s.sourcesAfterEdit(path)
	was, _ := before.knownContent(path)
	if is, _ := s.knownContent(path); was != is {
		s.configurations.changed(pathKey(path), was)
	}
}

// Close lets a document go. To close what is not open is no error.
func (s *Session) Close(uri string) {
	d, ok := s.Snapshot().Document(uri)
	if !ok {
		return
	}
	s.parsed.close(d)
	s.update(func(next *Snapshot) {
		next.documents = maps.Clone(next.documents)
		delete(next.documents, uri)
		next.textChanged(d.Path, s.Snapshot())
	})
}

// SetSettings replaces all settings.
func (s *Session) SetSettings(settings Settings) {
	old := s.Snapshot().settings
	if reflect.DeepEqual(settings, old) {
		return
	}
	s.update(func(next *Snapshot) {
		if settings.PillsPath != next.settings.PillsPath {
			next.pills = s.pillsFor(settings, next.folders)
		}
		next.settings = settings
	})
	if settings.UpstreamPath != "" && settings.UpstreamPath != old.UpstreamPath {
		dir, err := absolute(settings.UpstreamPath, s.Snapshot().folders)
		if err == nil && !(upstream.Location{Dir: dir}).Exists() {
			err = fmt.Errorf("%s: %w", dir, errNotThere)
		}
		if err != nil {
			s.log.Warn("upstream.path: " + err.Error())
		}
	}
}

// SetFolders replaces the workspace folders, absolute paths.
func (s *Session) SetFolders(folders []string) {
	if slices.Equal(folders, s.Snapshot().folders) {
		return
	}
	folders = slices.Clone(folders)
	s.update(func(next *Snapshot) {
		next.folders = folders
		next.configurations.changed(severalFiles, "")
		next.pins = s.newFinder()
		next.userFiles = newUserFiles()
		if next.settings.PillsPath != "" {
			next.pills = s.pillsFor(next.settings, folders)
		}
	})
}

// FilesChanged takes the absolute paths of files that were written, made or deleted. What depends on them is read
// again when it is next asked for; nothing is read here. News of files that nothing depends on leaves the snapshot as it is.
func (s *Session) FilesChanged(paths []string) {
	s.updateIf(func(next *Snapshot) bool {
		before := *next
		next.pins = next.pins.Changed(paths)
		if slices.ContainsFunc(paths, next.pills.has) {
			next.pills = s.pillsFor(next.settings, next.folders)
		}
		next.sources = next.sourcesAfterChange(paths)
		next.userFiles = next.userFiles.changed(paths)
		open := openFiles(next.documents)
		isOnDisk := func(path string) bool { return open[pathKey(path)] == nil }
		if slices.ContainsFunc(paths, isOnDisk) {
			next.configurations.changed(severalFiles, "")
		}
		return before.configurations.concerns(paths) || next.pins != before.pins || next.pills != before.pills ||
			next.sources != before.sources || next.userFiles != before.userFiles
	})
}

// looksHold is how long a look at a file holds. A person sees no delay shorter than this, and many questions share one look.
const looksHold = 200 * time.Millisecond

// Recheck looks whether what the answers about some documents of a snapshot rest on changed without a report of it, as where a
// client watches no files, or none outside the workspace: files that pin a revision, and pills of the user's own. It gives
// the snapshot with what they are now, itself if they are what they were; what it finds is in the session's snapshot, too.
func (s *Session) Recheck(snapshot *Snapshot, documents ...*Document) *Snapshot {
	checked := s.RecheckPins(snapshot, documents...)
	if !checked.pills.stale(looksHold) {
		return checked
	}
	pills := s.pillsFor(checked.settings, checked.folders)
	return s.adopt(checked, func(next *Snapshot) {
		if next.pills == snapshot.pills {
			next.pills = pills
		}
	})
}

// RecheckPins is Recheck of the files that pin a revision alone. It costs a look at the size and time of each of them, and
// of each folder around a document. Where a pin changed, what else was read of its folder is read again, too.
func (s *Session) RecheckPins(snapshot *Snapshot, documents ...*Document) *Snapshot {
	pins, changed := snapshot.pins.Again(looksHold, snapshot.pinFolders(documents)...)
	if pins == snapshot.pins {
		return snapshot
	}
	return s.adopt(snapshot, func(next *Snapshot) {
		if next.pins == snapshot.pins {
			next.pins, next.sources, next.userFiles = pins, next.sourcesAfterChange(changed), next.userFiles.changed(changed)
		}
	})
}

// adopt has the session's snapshot take what was found for a snapshot, which may be an older one, and gives that one with it.
func (s *Session) adopt(snapshot *Snapshot, take func(next *Snapshot)) *Snapshot {
	isNewest := false
	newest := s.update(func(next *Snapshot) {
		isNewest = s.Snapshot() == snapshot
		take(next)
	})
	if isNewest {
		return newest
	}
	with := *snapshot
	with.found = newFindings()
	with.configurations = with.configurations.next()
	take(&with)
	return &with
}

// update swaps in a changed copy of the current snapshot, in which everything is found out anew, and gives the copy.
func (s *Session) update(change func(next *Snapshot)) *Snapshot {
	return s.updateIf(func(next *Snapshot) bool {
		change(next)
		return true
	})
}

// updateIf does so if change says that it changed anything, and gives the current snapshot.
func (s *Session) updateIf(change func(next *Snapshot) bool) *Snapshot {
	s.writing.Lock()
	defer s.writing.Unlock()
	next := *s.Snapshot()
	next.found = newFindings()
	next.configurations = next.configurations.next()
	if change(&next) {
		s.current.Store(&next)
	}
	return s.Snapshot()
}

func (s *Session) newFinder() *pins.Finder {
	return &pins.Finder{
		Library:  s.library,
		StoreDir: s.storeDir,
		Lstat:    s.lstat,
		Report: func(p upstream.Problem) {
			s.log.Warn(p.Message, log.String("file", p.File))
		},
	}
}
