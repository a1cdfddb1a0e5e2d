package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/pill"
)

// readOnly is the mode of a pill that is laid out.
const readOnly fs.FileMode = 0o444

// layout puts the shipped pills on disk, in a folder named by their content, so that editors can open them.
// Any number of processes may do so at once: files appear whole, and are replaced whole.
type layout struct {
	collection *pill.Collection
	cacheDir   string // empty: "jetpills" in the user's cache folder

	mu       sync.Mutex
	compared map[string]bool // the files whose content was seen to be right

	making sync.Mutex // of the copies; a copy takes long enough that no hover should wait for it
	copies map[placeOfCopy]madeCopy
}

// placeOfCopy is where the copy of a pill for a revision lies in the folder: a folder of its own, and the pill's name.
type placeOfCopy struct{ at, name string }

// madeCopy is a copy without its text.
type madeCopy struct {
	edition.Copy
	of *catalog.Catalog
}

// provideCopy is the path of a pill's copy for a catalog's revision, and the lines of its headings. make makes it when it is first
// asked for, and anew when the source of that revision has changed on disk.
func (l *layout) provideCopy(p *pill.Pill, c *catalog.Catalog, make func() edition.Copy) (path string, lines []int, err error) {
	place := placeOfCopy{edition.FolderAt(c), p.File}
	dir, err := l.provide(place.name)
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, place.at, place.name)
	l.making.Lock()
	defer l.making.Unlock()
	known, ok := l.copies[place]
	if info, err := os.Lstat(path); ok && known.of == c && err == nil && info.Mode().IsRegular() && info.Size() == int64(known.Size) {
		return path, known.Lines, nil
	}
	fresh := make()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", nil, fmt.Errorf("laying out the pills: %w", err)
	}
	if err := put(path, fresh.Text); err != nil {
		return "", nil, fmt.Errorf("laying out the pills: %w", err)
	}
	fresh.Text = nil
	if l.copies == nil {
		l.copies = map[placeOfCopy]madeCopy{}
	}
	l.copies[place] = madeCopy{fresh, c}
	return path, fresh.Lines, nil
}

// provide is the folder that holds the file of that name. Content is compared once a process and file;
// later only a file that is missing or of another size is noticed.
func (l *layout) provide(name string) (string, error) {
	size, ok := l.collection.Sizes()[name]
	if !ok {
		return "", errors.New("no such pill: " + name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	dir, err := l.folder()
	if err == nil && !(l.compared[name] && seemsIntact(filepath.Join(dir, name), size)) {
		err = l.write(dir, name)
	}
	if err != nil {
		return "", fmt.Errorf("laying out the pills: %w", err)
	}
	if l.compared == nil {
		l.compared = map[string]bool{}
	}
	l.compared[name] = true
	return dir, nil
}

// folder is the folder of the pills, whether it exists or not.
func (l *layout) folder() (string, error) {
	cache := l.cacheDir
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		cache = filepath.Join(user, "jetpills")
	}
	cache, err := filepath.Abs(cache)
	return filepath.Join(cache, "pills-"+l.collection.Hash()[:12]), err // short, because some clients show addresses
}

// write puts a file right in the folder, and what it may link to.
func (l *layout) write(dir, name string) error {
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		if err := os.Remove(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	removeLeftovers(filepath.Dir(dir))
	removeLeftovers(dir)
	content, _ := l.collection.File(name)
	if err := put(filepath.Join(dir, name), content); err != nil {
		return err
	}
	return l.writeNeighbours(dir)
}

// unfinished is what the names of files and folders that are being written begin with.
const unfinished = ".new-"

// leftAfter is the age at which an unfinished file has no writer any more: to write all of it takes a moment.
const leftAfter = time.Hour

// removeLeftovers removes from a folder what processes that were ended left unfinished. Symbolic links, which nobody makes
// there, are left alone; what cannot be removed harms nobody.
func removeLeftovers(dir string) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), unfinished) || !e.IsDir() && !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftAfter {
			_ = root.RemoveAll(e.Name())
		}
	}
}

// put writes a file unless it is as it should be. It is replaced whole, by renaming.
func put(path string, content []byte) error {
	if isIntact(path, content) {
		return nil
	}
	fresh, err := os.CreateTemp(filepath.Dir(path), unfinished+"*")
	if err != nil {
		return err
	}
	_, err = fresh.Write(content)
	if err = errors.Join(err, fresh.Close()); err == nil {
		err = os.Chmod(fresh.Name(), readOnly)
	}
	if err == nil {
		err = replace(fresh.Name(), path)
	}
	if err != nil {
		_ = os.Remove(fresh.Name())
		if isIntact(path, content) {
			return nil // another process was faster
		}
	}
	return err
}

func replace(fresh, path string) error {
	err := os.Rename(fresh, path)
	if err == nil {
		return nil
	}
	// A folder is in the way, or the file is read-only and this is Windows, where such a file is not renamed over.
	if removed := os.RemoveAll(path); removed != nil {
		return errors.Join(err, removed)
	}
	return os.Rename(fresh, path)
}

// seemsIntact reports whether a file is there, of that size, and not for anyone to write.
func seemsIntact(path string, size int) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == int64(size) && info.Mode().Perm() == readOnly
}

func isIntact(path string, content []byte) bool {
	if !seemsIntact(path, len(content)) {
		return false
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	for part := make([]byte, 4<<10); len(content) > 0; {
		n, err := io.ReadFull(file, part[:min(len(part), len(content))])
		if err != nil || !bytes.Equal(part[:n], content[:n]) {
			return false
		}
		content = content[n:]
	}
	return true
}
