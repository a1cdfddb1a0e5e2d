package pins

import (
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// maxClimb is how many folders above a document are looked at.
const maxClimb = 64

// Finder looks for pins in folders and above them, each folder once, and remembers what it saw: it never changes its
// answer. Again and Changed give the finder that answers for what the folders hold now. It is safe for concurrent
// use.
type Finder struct {
	// Library has the commits by which a mirror of jetpack-nixos under another name is known; may be nil.
	Library *catalog.Library
	// StoreDir is Nix's store; "" is /nix/store.
	StoreDir string
	// Report, if set, gets each problem when its folder is first looked at, and when it is new there. It may be
	// called from several goroutines.
	Report func(upstream.Problem)
	// Lstat looks at the size and time of a file or a folder; nil: os.Lstat.
	Lstat func(path string) (fs.FileInfo, error)

	folders sync.Map // folder → *folder
	around  sync.Map // folder → *Surroundings, put together of the folders
}

// Surroundings is what the files in a folder and above it say.
type Surroundings struct {
	// Pin is of the nearest checkout or lock file that has jetpack-nixos.
	Pin Pin
	// Locked are all pins of jetpack-nixos in that lock file, Pin the first: those nearest to its root come first.
	Locked []Pin
	// Entry is what the addresses in the nearest flake.nix, default.nix or configuration.nix say: they hold where
	// there is no lock.
	Entry Pin
	// within begins the names of the inputs of the flake that the folder belongs to, where that is an input of another one.
	within string
	// Below is the pin of the only revision in folders below Top, and BelowDir the first of these, where nothing in or around
	// the folder pins any.
	Below    Pin
	BelowDir string
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
// or of the file system where there is no repository. The nearest folder that says something wins. What is given is
// shared and must not be changed.
func (f *Finder) Around(dir string) *Surroundings {
	if known, ok := f.around.Load(dir); ok {
		return known.(*Surroundings)
	}
	s := f.surroundings(dir)
	f.around.Store(dir, &s)
	return &s
}

func (f *Finder) surroundings(dir string) Surroundings {
	s := Surroundings{Pin: Pin{Format: None}, Entry: Pin{Format: None}, Below: Pin{Format: None}}
	start := dir
	for dir := range upward(dir) {
		found := f.look(dir)
		if !s.Pin.Found() {
			s.Pin, s.Locked = found.pin, found.locked
			s.enter(start, dir, found.local)
		}
		if !s.Entry.Found() {
			s.Entry = found.entry
		}
		s.Problems = append(s.Problems, found.problems...)
		if found.top {
			s.Top = dir
			if !s.Pin.Found() && !s.Entry.Found() {
				f.pinBelow(&s, found)
			}
			break
		}
	}
	return s
}

// pinBelow looks into the folders of a repository whose root pins no revision.
func (f *Finder) pinBelow(s *Surroundings, top *folder) {
	for _, name := range top.below {
		dir := filepath.Join(s.Top, filepath.FromSlash(name))
		found := f.look(dir)
		pin := found.pin
		if !pin.Found() {
			pin = found.entry
		}
		switch {
		case !pin.Found() || pin.Format == Checkout:
		case !s.Below.Found():
			s.Below, s.BelowDir = pin, dir
		case pin.Revision != s.Below.Revision:
			s.Below, s.BelowDir = Pin{Format: None}, ""
			return
		}
	}
}

// enter goes by what an input has among its own, in the folder of a flake that is that input of the flake around it, in dir.
func (s *Surroundings) enter(start, dir string, local map[string]string) {
	name, err := filepath.Rel(dir, filepath.Clean(start))
	if err != nil {
		return
	}
	longest := ""
	for input, below := range local {
		if (name == below || strings.HasPrefix(name, below+string(filepath.Separator))) && len(below) > len(longest) {
			longest, s.within = below, input+"/"
		}
	}
	if i := slices.IndexFunc(s.Locked, func(p Pin) bool { return s.within != "" && strings.HasPrefix(p.Input, s.within) }); i >= 0 {
		s.Pin = s.Locked[i]
	} else {
		s.within = ""
	}
}

// Input is the pin of an input, "a/b" for input b of input a, or of a source of that name in a lock file.
func (s *Surroundings) Input(name string) (Pin, bool) {
	if pin, ok := s.locked(s.within + name); ok {
		return pin, true
	}
	return s.locked(name)
}

func (s *Surroundings) locked(name string) (Pin, bool) {
	i := slices.IndexFunc(s.Locked, func(p Pin) bool { return p.Input == name })
	if i < 0 {
		return Pin{}, false
	}
	return s.Locked[i], true
}

// Through is the pin that an input has of jetpack-nixos among its own inputs, at any depth. It is not ok for several
// revisions.
func (s *Surroundings) Through(input string) (pin Pin, ok bool) {
	for _, p := range s.Locked {
		switch {
		case !strings.HasPrefix(p.Input, input+"/"):
		case !ok:
			pin, ok = p, true
		case p.Revision != pin.Revision:
			return Pin{}, false
		}
	}
	return pin, ok
}

// Unrelated are the inputs of the flake in a folder that, by its flake.lock, neither are jetpack-nixos nor have it among
// their inputs, at any depth. Sources that are no flakes are not among them, because no lock says what they are made of.
func (f *Finder) Unrelated(dir string) []string { return f.look(dir).unrelated }

// upward are a folder, if that is an absolute path, and those above it.
func upward(dir string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !filepath.IsAbs(dir) {
			return
		}
		at := filepath.Clean(dir)
		for range maxClimb {
			if !yield(at) || at == filepath.Dir(at) {
				return
			}
			at = filepath.Dir(at)
		}
	}
}

// each visits the folders that Around looks into from dirs, each once.
func (f *Finder) each(dirs []string, visit func(dir string) *folder) {
	seen := map[string]*folder{}
	once := func(dir string) *folder {
		found, ok := seen[dir]
		if !ok {
			found = visit(dir)
			seen[dir] = found
		}
		return found
	}
	for _, dir := range dirs {
		isPinned := false
		for dir := range upward(dir) {
			found := once(dir)
			if isPinned = isPinned || found.pin.Found() || found.entry.Found(); !found.top {
				continue
			}
			if !isPinned {
				for _, name := range found.below {
					once(filepath.Join(dir, filepath.FromSlash(name)))
				}
			}
			break
		}
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
	for _, p := range found.problems {
		if f.Report != nil && !slices.Contains(known, p) {
			f.Report(p)
		}
	}
}

// Again looks once more into the folders that Around looks into from dirs, each once, but for those that any finder
// looked into less than age ago. It gives f where they say what they said, and otherwise the finder that knows what
// they say now, and the folders that say something else.
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
	return f.with(fresh), changed
}

// again is what a folder is now: found as long as that holds.
func (f *Finder) again(found *folder, dir string, age time.Duration) *folder {
	found.mu.Lock()
	defer found.mu.Unlock()
	now := time.Now()
	switch {
	case found.next != nil:
		found.next = f.again(found.next, dir, age)
		return found.next
	case now.Sub(found.stamp.taken) < age:
		return found
	case found.stamp.holds(f):
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

// Changed takes the files and folders that were written, made or deleted, absolute paths. It gives f where no folder
// that was looked into rests on them, and otherwise a finder that looks into those folders anew.
func (f *Finder) Changed(paths []string) *Finder {
	fresh := map[string]*folder{}
	for _, path := range paths {
		if !Concerns(path) {
			continue
		}
		for dir := range upward(path) {
			if _, ok := f.folders.Load(dir); ok {
				fresh[dir] = &folder{}
			}
		}
	}
	return f.with(fresh)
}

// with is a finder that knows what f knows, but for these folders; f where there are none.
func (f *Finder) with(fresh map[string]*folder) *Finder {
	if len(fresh) == 0 {
		return f
	}
	next := &Finder{Library: f.Library, StoreDir: f.StoreDir, Report: f.Report, Lstat: f.Lstat}
	f.folders.Range(func(dir, found any) bool {
		next.folders.Store(dir, found)
		return true
	})
	for dir, found := range fresh {
		next.folders.Store(dir, found)
	}
	return next
}

// Keep forgets every folder but those that Around looks into from dirs.
func (f *Finder) Keep(dirs ...string) {
	kept := map[any]bool{}
	f.each(dirs, func(dir string) *folder {
		kept[dir] = true
		return f.look(dir)
	})
	for _, known := range []*sync.Map{&f.folders, &f.around} {
		known.Range(func(dir, _ any) bool {
			if !kept[dir] {
				known.Delete(dir)
			}
			return true
		})
	}
}
