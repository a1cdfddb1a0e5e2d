package pins

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// stamp tells one state of a folder's files from another, as far as a look at their sizes and times can. It costs a
// look at the folder and at those of its files that are there: the folder's time changes when files come and go.
type stamp struct {
	dir   string
	files []fileStamp
	// taken is when the files were last seen to be as the stamp says.
	taken time.Time
	// settled says that a file which changes after the stamp is taken gets another time than the stamp has.
	settled bool
}

// fileStamp is what a file looked like.
type fileStamp struct {
	name     string // with slashes; "." for the folder itself
	isThere  bool
	modified int64 // nanoseconds since 1970
	size     int64
}

// stampOf is the stamp of all files that are looked for in a folder.
func (f *Finder) stampOf(dir string) stamp {
	s := stamp{dir: dir, taken: time.Now(), settled: true}
	s.put(f.fileStamp(dir, "."))
	for _, row := range formats {
		s.add(f, row.files)
	}
	return s
}

// add has the stamp cover further files, and the folders within the folder that they lie or may come to lie in.
func (s *stamp) add(f *Finder, names []string) {
	for _, name := range names {
		parts := strings.SplitAfter(name, "/")
		for i := range parts {
			file := f.fileStamp(s.dir, path.Clean(strings.Join(parts[:i+1], "")))
			if !file.isThere {
				break // the time of the folder that it would lie in changes when it comes
			}
			s.put(file)
		}
	}
}

// Most file systems give changes within a few milliseconds the same time, and some those within two seconds: their
// times are whole seconds.
const (
	fineTick   = 20 * time.Millisecond
	coarseTick = 2 * time.Second
)

func (s *stamp) put(file fileStamp) {
	s.files = append(s.files, file)
	tick := fineTick
	if file.modified%int64(time.Second) == 0 {
		tick = coarseTick
	}
	s.settled = s.settled && (!file.isThere || file.modified < s.taken.Add(-tick).UnixNano())
}

// holds reports whether the files are certain to be what they were. It opens none.
func (s *stamp) holds(f *Finder) bool {
	if !s.settled {
		return false
	}
	for _, file := range s.files {
		if f.fileStamp(s.dir, file.name) != file {
			return false
		}
	}
	return true
}

// fileStamp looks at a file. No symbolic link leads it out of the folder.
func (f *Finder) fileStamp(dir, name string) fileStamp {
	lstat := f.Lstat
	if lstat == nil {
		lstat = os.Lstat
	}
	file := filepath.Join(dir, filepath.FromSlash(name))
	info, err := lstat(file)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if name == "." {
			info, err = os.Stat(file)
		} else {
			info, err = statWithin(dir, name)
		}
	}
	if err != nil {
		return fileStamp{name: name}
	}
	return fileStamp{name, true, info.ModTime().UnixNano(), info.Size()}
}

func statWithin(dir, name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Stat(name)
}
