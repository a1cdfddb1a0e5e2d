package upstream

import (
	"os"
	"path/filepath"
	"time"
)

// stampedFiles are the files whose change makes another pin, but for those that make a folder a checkout.
var stampedFiles = [...]string{
	"flake.lock", "npins/sources.json", "nix/sources.json", "lon.lock",
	"flake.nix", "default.nix", "configuration.nix",
}

// stamp tells one state of a folder's files from another, as far as a look at their sizes and times can.
type stamp [len(stampedFiles)]struct {
	modified time.Time
	size     int64
}

func stampOf(dir string) stamp {
	var s stamp
	for i, name := range stampedFiles {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			s[i].modified, s[i].size = info.ModTime(), info.Size()
		}
	}
	return s
}

// Stale reports whether a file that pins a revision was written, made or deleted since its folder was looked at.
// It looks at sizes and times alone, some files a folder, and opens none.
func (f *Finder) Stale() bool {
	stale := false
	f.folders.Range(func(dir, found any) bool {
		seen := found.(*folder)
		seen.once.Do(func() {}) // wait for a look that is under way
		stale = seen.stamp != stampOf(dir.(string))
		return !stale
	})
	return stale
}
