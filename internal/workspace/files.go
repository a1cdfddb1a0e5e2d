package workspace

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"jetpills/internal/nix/syntax"
)

// files reads the files below some folders for an evaluation: the open documents as they are, everything else from disk.
// Nothing outside the folders is read, by a symbolic link neither.
type files struct {
	folders   []folder
	documents map[string]*Document // by pathKey
	read      *readFiles
}

// folder is an open folder.
type folder struct {
	dir string
	*os.Root
}

// Bounds of what an evaluation reads.
const (
	mostRead        = 4 << 20 // bytes of a file
	mostReadEntries = 20_000  // of a folder
	mostLinks       = 40      // from one symbolic link to the next
	mostKept        = 4 << 20 // bytes of all texts, whose trees take nine times as much
)

// readFiles are the files that evaluations have read, so that only what changed is read again. It is safe for concurrent
// use.
type readFiles struct {
	mu    sync.Mutex
	files map[string]*readFile
	size  int // bytes of all texts
}

// readFile is a file as it was at a time.
type readFile struct {
	modified time.Time
	size     int64
	text     string
	tree     func() *syntax.Tree
}

func newReadFiles() *readFiles { return &readFiles{files: map[string]*readFile{}} }

// within is the folder that a file lies in, and its name there; nil for none.
func (f *files) within(file string) (*os.Root, string) {
	for _, folder := range f.folders {
		if name, ok := within(folder.dir, filepath.FromSlash(file)); ok {
			return folder.Root, name
		}
	}
	return nil, ""
}

func (f *files) stat(file string) (fs.FileInfo, error) {
	folder, name := f.within(file)
	if folder == nil {
		return nil, fs.ErrNotExist
	}
	return folder.Stat(name)
}

func (f *files) openFile(file string) (*os.File, error) {
	folder, name := f.within(file)
	if folder == nil {
		return nil, fs.ErrNotExist
	}
	return folder.Open(name)
}

func (f *files) open(file string) (*Document, bool) {
	d, ok := f.documents[pathKey(filepath.FromSlash(file))]
	return d, ok && d.Problem() == nil
}

func (f *files) Parse(file string) (*syntax.Tree, string, bool) {
	if d, ok := f.open(file); ok {
		return d.Tree(), file, true
	}
	file = f.linked(file)
	info, err := f.stat(file)
	if err == nil && info.IsDir() {
		file = path.Join(file, "default.nix")
		if d, ok := f.open(file); ok {
			return d.Tree(), file, true
		}
	}
	r, ok := f.file(file)
	if !ok || unfit(r.text) != nil {
		return nil, "", false
	}
	return r.tree(), file, true
}

// linked is the file that a symbolic link leads to. Nix resolves the paths in a file that it imports from there, and a
// diagnostic belongs to that file. A link out of the folder stays as it is.
func (f *files) linked(file string) string {
	at := file
	for range mostLinks {
		folder, name := f.within(at)
		if folder == nil {
			break
		}
		to, err := folder.Readlink(name)
		if err != nil {
			return at
		}
		if to = filepath.ToSlash(to); !path.IsAbs(to) {
			to = path.Join(path.Dir(at), to)
		}
		at = to
	}
	return file
}

func (f *files) ReadFile(file string) (string, bool) {
	if d, ok := f.open(file); ok {
		return d.Text, true
	}
	r, ok := f.file(file)
	if !ok {
		return "", false
	}
	return r.text, true
}

// file reads a file, unless it is still what it was when it was read before.
func (f *files) file(file string) (*readFile, bool) {
	info, err := f.stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostRead {
		return nil, false
	}
	if known, ok := f.read.known(filepath.FromSlash(file)); ok && known.modified.Equal(info.ModTime()) && known.size == info.Size() {
		return known, true
	}
	opened, err := f.openFile(file)
	if err != nil {
		return nil, false
	}
	defer opened.Close()
	content, err := io.ReadAll(io.LimitReader(opened, mostRead))
	if err != nil {
		return nil, false
	}
	r := &readFile{modified: info.ModTime(), size: info.Size(), text: string(content)}
	r.tree = sync.OnceValue(func() *syntax.Tree { return syntax.Parse(r.text) })
	f.read.keep(filepath.FromSlash(file), r)
	return r, true
}

// known is a file as it was read last.
func (r *readFiles) known(path string) (*readFile, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	file, ok := r.files[pathKey(path)]
	return file, ok
}

// keep remembers a file. Once the texts take more than their bound, all are forgotten.
func (r *readFiles) keep(path string, file *readFile) {
	key := pathKey(path)
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.files[key]; ok {
		r.size -= len(old.text)
	}
	if r.size > mostKept {
		clear(r.files)
		r.size = 0
	}
	r.files[key] = file
	r.size += len(file.text)
}

func (f *files) ReadDir(file string) (map[string]string, bool) {
	if info, err := f.stat(file); err != nil || !info.IsDir() { // to open a named pipe is to wait
		return nil, false
	}
	opened, err := f.openFile(file)
	if err != nil {
		return nil, false
	}
	defer opened.Close()
	entries, err := opened.ReadDir(mostReadEntries + 1)
	if err != nil && err != io.EOF || len(entries) > mostReadEntries {
		return nil, false
	}
	kinds := map[string]string{}
	for _, e := range entries {
		kinds[e.Name()] = kindOf(e.Type())
	}
	return kinds, true
}

// kindOf is what builtins.readDir calls a file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode.IsRegular():
		return "regular"
	case mode&fs.ModeSymlink != 0:
		return "symlink"
	}
	return "unknown"
}

func (f *files) Exists(file string) (exists, known bool) {
	if _, ok := f.open(file); ok {
		return true, true
	}
	if folder, _ := f.within(file); folder == nil {
		return false, false
	}
	_, err := f.stat(file)
	return err == nil, err == nil || os.IsNotExist(err)
}
