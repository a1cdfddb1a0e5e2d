package upstream

import (
	"path/filepath"
	"sync"

	"jetpills/internal/catalog"
)

// maxClimb is how many folders above a document are looked at.
const maxClimb = 64

// Finder looks for pins in folders and above them, each folder once: it remembers what it saw, so a new one is due when files changed.
// It is safe for concurrent use.
type Finder struct {
	// Library tells a mirror of jetpack-nixos under another name by its commits; may be nil.
	Library *catalog.Library
	// StoreDir is Nix's store; "" is /nix/store.
	StoreDir string
	// Report, if set, gets each problem once, when its folder is first looked at. It may be called from several goroutines.
	Report func(Problem)

	folders sync.Map // folder → *folder
}

// Surroundings is what the files in a folder and above it say.
type Surroundings struct {
	// Pin is of the nearest checkout or lock file that has jetpack-nixos.
	Pin Pin
	// Entry is what the addresses in the nearest flake.nix, default.nix or configuration.nix say: they hold where there is no lock.
	Entry Pin
	// Problems are those of all files looked at, the nearest first.
	Problems []Problem
	// Top is the root of the repository; empty where there is none.
	Top string
}

// folder is what one folder has, looked at once.
type folder struct {
	once     sync.Once
	pin      Pin
	entry    Pin
	top      bool // the root of a repository: nothing above it concerns the files below
	problems []Problem
	stamp    stamp // taken before the look
}

// Around looks into dir, an absolute path, and the folders above it: up to the root of the repository,
// or of the file system where there is no repository. The nearest folder that says something wins.
func (f *Finder) Around(dir string) Surroundings {
	s := Surroundings{Pin: Pin{Known: FromNothing}, Entry: Pin{Known: FromNothing}}
	if !filepath.IsAbs(dir) {
		return s
	}
	dir = filepath.Clean(dir)
	for range maxClimb {
		found := f.look(dir)
		if !s.Pin.Found() {
			s.Pin = found.pin
		}
		if !s.Entry.Found() {
			s.Entry = found.entry
		}
		s.Problems = append(s.Problems, found.problems...)
		above := filepath.Dir(dir)
		if found.top {
			s.Top = dir
		}
		if found.top || above == dir {
			break
		}
		dir = above
	}
	return s
}

func (f *Finder) look(dir string) *folder {
	v, ok := f.folders.Load(dir)
	if !ok {
		v, _ = f.folders.LoadOrStore(dir, &folder{})
	}
	found := v.(*folder)
	found.once.Do(func() {
		found.stamp = stampOf(dir)
		f.read(dir, found)
		if f.Report != nil {
			for _, p := range found.problems {
				f.Report(p)
			}
		}
	})
	return found
}

// Choose gives the pin that holds for a document: its modeline, the setting, its surroundings' checkout or lock file,
// an address in the document itself, an address in an entry file near it.
func Choose(m Mentions, setting string, s Surroundings) Pin {
	switch {
	case m.Modeline.Found():
		return m.Modeline
	case setting != "":
		return SettingPin(setting)
	case s.Pin.Found():
		return s.Pin
	case m.URL.Found():
		return m.URL
	case s.Entry.Found():
		return s.Entry
	}
	return Pin{Known: FromNothing}
}
