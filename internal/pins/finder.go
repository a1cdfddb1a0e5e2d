package pins

import (
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// maxClimb is how many folders above a document are looked at.
const maxClimb = 64

// Finder looks for pins in folders and above them, each folder once, and remembers what it saw: it never changes its answer.
// Again and Changed give the finder that answers for what the folders hold now. It is safe for concurrent use.
type Finder struct {
	// Library tells a mirror of jetpack-nixos under another name by its commits; may be nil.
	Library *catalog.Library
	// StoreDir is Nix's store; "" is /nix/store.
	StoreDir string
	// Report, if set, gets each problem when its folder is first looked at, and when it is new there. It may be called from
	// several goroutines.
	Report func(upstream.Problem)
	// Lstat looks at the size and time of a file or a folder; nil: os.Lstat.
	Lstat func(path string) (fs.FileInfo, error)

	folders sync.Map // folder → *folder
}

// Surroundings is what the files in a folder and above it say.
type Surroundings struct {
	// Pin is of the nearest checkout or lock file that has jetpack-nixos.
	Pin Pin
	// Entry is what the addresses in the nearest flake.nix, default.nix or configuration.nix say: they hold where there is no lock.
	Entry Pin
	// Problems are those of all files looked at, the nearest first.
	Problems []upstream.Problem
	// Top is the root of the repository; empty where there is none.
	Top string
}

// folder is one folder, read at the first need.
type folder struct {
	once sync.Once
	findings

	mu    sync.Mutex // of what follows
	stamp stamp      // what the findings rest on
	next  *folder    // what was found when they no longer held
}

// Around looks into dir, an absolute path, and the folders above it: up to the root of the repository,
// or of the file system where there is no repository. The nearest folder that says something wins.
func (f *Finder) Around(dir string) Surroundings {
	s := Surroundings{Pin: Pin{Format: None}, Entry: Pin{Format: None}}
	climb(dir, func(dir string) bool {
		found := f.look(dir)
		if !s.Pin.Found() {
			s.Pin = found.pin
		}
		if !s.Entry.Found() {
			s.Entry = found.entry
		}
		s.Problems = append(s.Problems, found.problems...)
		if found.top {
			s.Top = dir
		}
		return !found.top
	})
	return s
}

// climb visits dir, if that is an absolute path, and the folders above it, as long as visit asks for more.
func climb(dir string, visit func(dir string) bool) {
	if !filepath.IsAbs(dir) {
		return
	}
	dir = filepath.Clean(dir)
	for range maxClimb {
		above := filepath.Dir(dir)
		if !visit(dir) || above == dir {
			return
		}
		dir = above
	}
}

func (f *Finder) look(dir string) *folder {
	v, ok := f.folders.Load(dir)
	if !ok {
		v, _ = f.folders.LoadOrStore(dir, &folder{})
	}
	found := v.(*folder)
	found.once.Do(func() { f.fill(found, dir, nil) })
	return found
}

// fill reads a folder, and reports the problems that are not known.
func (f *Finder) fill(found *folder, dir string, known []upstream.Problem) {
	found.stamp = f.stampOf(dir)
	found.findings = f.read(dir)
	found.stamp.add(f, found.foundFiles)
	if f.Report == nil {
		return
	}
	for _, p := range found.problems {
		if !slices.Contains(known, p) {
			f.Report(p)
		}
	}
}

// Again looks once more into the folders that Around looks into from dirs, each once, but for those that any finder looked
// into less than age ago. It gives f where they say what they said, and otherwise the finder that knows what they say now,
// and the folders that say something else.
func (f *Finder) Again(age time.Duration, dirs ...string) (now *Finder, changed []string) {
	fresh := map[string]*folder{}
	f.each(dirs, func(dir string) *folder {
		found := f.look(dir)
		now := f.again(found, dir, age)
		if now != found {
			fresh[dir] = now
			changed = append(changed, dir)
		}
		return now
	})
	if len(changed) == 0 {
		return f, nil
	}
	now = f.without(func(dir string) bool { return fresh[dir] != nil })
	for dir, found := range fresh {
		now.folders.Store(dir, found)
	}
	return now, changed
}

// again is what a folder is now: found as long as that holds.
func (f *Finder) again(found *folder, dir string, age time.Duration) *folder {
	found.mu.Lock()
	defer found.mu.Unlock()
	if found.next != nil {
		found.next = f.again(found.next, dir, age)
		return found.next
	}
	now := time.Now()
	if now.Sub(found.stamp.taken) < age {
		return found
	}
	if found.stamp.holds(f) {
		found.stamp.taken = now
		return found
	}
	fresh := &folder{}
	fresh.once.Do(func() { f.fill(fresh, dir, found.problems) })
	if fresh.equal(found.findings) {
		found.stamp = fresh.stamp
		return found
	}
	found.next = fresh
	return fresh
}

// Changed takes news of files and folders that were written, made or deleted, absolute paths. It gives f where no folder
// that was looked into rests on them, and otherwise a finder that looks into those folders anew.
func (f *Finder) Changed(paths []string) *Finder {
	news := map[string]bool{}
	for _, path := range paths {
		if Concerns(path) {
			climb(path, func(dir string) bool { news[dir] = true; return true })
		}
	}
	isKnown := false
	for dir := range news {
		_, ok := f.folders.Load(dir)
		isKnown = isKnown || ok
	}
	if !isKnown {
		return f
	}
	return f.without(func(dir string) bool { return news[dir] })
}

// each visits the folders that Around looks into from dirs, each once.
func (f *Finder) each(dirs []string, visit func(dir string) *folder) {
	seen := map[string]bool{}
	for _, dir := range dirs {
		climb(dir, func(dir string) bool {
			if seen[dir] {
				return false
			}
			seen[dir] = true
			return !visit(dir).top
		})
	}
}

// Keep forgets every folder but those that Around looks into from dirs.
func (f *Finder) Keep(dirs ...string) {
	kept := map[string]bool{}
	f.each(dirs, func(dir string) *folder {
		kept[dir] = true
		return f.look(dir)
	})
	f.folders.Range(func(dir, _ any) bool {
		if !kept[dir.(string)] {
			f.folders.Delete(dir)
		}
		return true
	})
}

// without is a finder that remembers what f does, but for some folders.
func (f *Finder) without(gone func(dir string) bool) *Finder {
	next := &Finder{Library: f.Library, StoreDir: f.StoreDir, Report: f.Report, Lstat: f.Lstat}
	f.folders.Range(func(dir, found any) bool {
		if !gone(dir.(string)) {
			next.folders.Store(dir, found)
		}
		return true
	})
	return next
}
