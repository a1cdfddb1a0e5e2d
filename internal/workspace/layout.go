package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jetpills/internal/pill"
)

// readOnly is the mode of a pill that is laid out.
const readOnly fs.FileMode = 0o444

// layout puts the shipped pills on disk, in a folder named by their content, so that editors can open them.
// Any number of processes may do so at once: the folder appears whole, and single files are replaced whole.
type layout struct {
	collection *pill.Collection
	cacheDir   string // empty: "jetpills" in the user's cache folder

	mu       sync.Mutex
	verified string // the folder, once all files in it were seen to be right
}

// provide is the folder that holds the file of that name. Content is compared once a process;
// later only a file that is gone or of another size is noticed.
func (l *layout) provide(name string) (string, error) {
	content, ok := l.collection.Files()[name]
	if !ok {
		return "", errors.New("no such pill: " + name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.verified != "" {
		info, err := os.Lstat(filepath.Join(l.verified, name))
		if err == nil && info.Mode().IsRegular() && info.Size() == int64(len(content)) {
			return l.verified, nil
		}
		l.verified = ""
	}
	dir, err := l.write()
	if err != nil {
		return "", fmt.Errorf("laying out the pills: %w", err)
	}
	l.verified = dir
	return dir, nil
}

func (l *layout) write() (string, error) {
	cache := l.cacheDir
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		cache = filepath.Join(user, "jetpills")
	}
	cache, err := filepath.Abs(cache)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "pills-"+l.collection.Hash())
	removeLeftovers(cache)
	if isFolder(dir) {
		removeLeftovers(dir)
	}
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := l.create(cache, dir); err == nil || !isFolder(dir) {
			return dir, err
		}
		// another process was faster
	case err != nil:
		return "", err
	case !info.IsDir():
		if err := os.Remove(dir); err != nil {
			return "", err
		}
		if err := l.create(cache, dir); err != nil && !isFolder(dir) {
			return "", err
		}
	}
	return dir, l.repair(dir)
}

// unfinished is what the names of files and folders that are being written begin with.
const unfinished = ".new-"

// leftAfter is how long something unfinished was not touched when its writer is surely gone: all of it takes a moment.
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

// isFolder reports whether path is a folder itself, not a link to one.
func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// create writes all files to a folder beside dir and renames that.
func (l *layout) create(cache, dir string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(cache, unfinished+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	for name, content := range l.collection.Files() {
		if err := writeFile(filepath.Join(fresh, name), content); err != nil {
			return err
		}
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}

// repair replaces the files in dir that are not as they should be.
func (l *layout) repair(dir string) error {
	for name, content := range l.collection.Files() {
		path := filepath.Join(dir, name)
		if isIntact(path, content) {
			continue
		}
		fresh, err := os.CreateTemp(dir, unfinished+"*")
		if err != nil {
			return err
		}
		fresh.Close()
		if err := replace(fresh.Name(), path, content); err != nil {
			os.Remove(fresh.Name())
			return err
		}
	}
	return nil
}

func isIntact(path string, content []byte) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(content)) || info.Mode().Perm() != readOnly {
		return false
	}
	found, err := os.ReadFile(path)
	return err == nil && bytes.Equal(found, content)
}

func replace(fresh, path string, content []byte) error {
	if err := writeFile(fresh, content); err != nil {
		return err
	}
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

func writeFile(path string, content []byte) error {
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return err
	}
	return os.Chmod(path, readOnly)
}
