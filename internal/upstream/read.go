package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

// Bounds of what is read, in bytes.
const (
	maxLock  = 8 << 20
	maxEntry = 256 << 10
	maxHead  = 4 << 10
)

// lockFiles are the files that pin sources, the first that has jetpack-nixos wins.
var lockFiles = [...]struct {
	name  string
	known Known
	read  func(f *Finder, root *os.Root, dir string, content []byte) ([]Pin, error)
}{
	{"flake.lock", FromFlakeLock, (*Finder).readFlakeLock},
	{"npins/sources.json", FromNpins, (*Finder).readNpins},
	{"nix/sources.json", FromNiv, (*Finder).readNiv},
	{"lon.lock", FromLon, (*Finder).readLon},
}

// entryFiles are the files in which an address of jetpack-nixos stands for the whole folder.
var entryFiles = [...]string{"flake.nix", "default.nix", "configuration.nix"}

// Concerns reports whether news of a file, or of a folder, of this name may change a pin.
func Concerns(path string) bool {
	path = filepath.ToSlash(path)
	base := path[strings.LastIndexByte(path, '/')+1:]
	switch base {
	case "flake.lock", "sources.json", "lon.lock", "npins", "nix": // pins
	case "overlay.nix", "mk-overlay.nix", "flash-script.nix", "sourceinfo", ".git", "HEAD": // make a folder a checkout, or move it
	default:
		return slices.Contains(entryFiles[:], base)
	}
	return true
}

func (f *Finder) read(dir string, found *findings) {
	found.pin, found.entry = Pin{Known: FromNothing}, Pin{Known: FromNothing}
	root, err := openFolder(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			found.problems = append(found.problems, Problem{dir, fmt.Sprintf("cannot be looked into: %v", cause(err))})
		}
		return
	}
	defer root.Close()
	for _, name := range []string{".git", ".hg", ".jj"} {
		if info, err := root.Lstat(name); err == nil && info.IsDir() {
			found.top = true
		}
	}
	if IsCheckout(root.FS()) {
		found.pin = Pin{Known: FromCheckout, Repo: repo, Dir: dir, Source: dir, Revision: headRevision(root)}
		found.heads = headFiles(root)
		return
	}
	for _, lock := range lockFiles {
		content, err := readFile(root, lock.name, maxLock)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(lock.name))
		var pins []Pin
		if err == nil {
			pins, err = lock.read(f, root, dir, bytes.TrimPrefix(content, []byte("\uFEFF")))
			if err != nil && hasConflict(content) {
				err = errors.New("has the marks of a merge conflict")
			}
		}
		if err != nil {
			found.problems = append(found.problems, Problem{file, err.Error() + "; going by the next best"})
			continue
		}
		if len(pins) == 0 {
			continue
		}
		found.pin = pins[0]
		found.pin.Known, found.pin.Source = lock.known, file
		found.heads = headFilesBelow(root, dir, found.pin.Dir)
		for _, other := range pins[1:] {
			if other.Revision != pins[0].Revision {
				found.problems = append(found.problems, Problem{file, fmt.Sprintf("has jetpack-nixos as %s and as %s; going by %s, but in files with a comment \"jetpills: revision=REV\"", pins[0].Input, other.Input, pins[0].Input)})
				break
			}
		}
		return
	}
	for _, name := range entryFiles {
		content, err := readFile(root, name, maxEntry)
		if err != nil || !bytes.Contains(content, []byte(repo)) || !isText(string(content)) {
			continue
		}
		if found.entry = Mention(syntax.Parse(string(content)), filepath.Join(dir, name)).URL; found.entry.Found() {
			return
		}
	}
}

// headFilesBelow are the headFiles of a checkout in the folder dir, by their names within dir; none for an empty checkout.
func headFilesBelow(root *os.Root, dir, checkout string) []string {
	inside, err := filepath.Rel(dir, checkout)
	if checkout == "" || err != nil {
		return nil
	}
	below, err := openFolderIn(root, inside)
	if err != nil {
		return nil
	}
	defer below.Close()
	files := headFiles(below)
	for i, name := range files {
		files[i] = path.Join(filepath.ToSlash(inside), name)
	}
	return files
}

// hasConflict finds the lines that a merge leaves in a file.
func hasConflict(content []byte) bool {
	return bytes.HasPrefix(content, []byte("<<<<<<< ")) || bytes.Contains(content, []byte("\n<<<<<<< "))
}

// readFile reads a regular file below root whole. A symbolic link that leads out of root is an error.
func readFile(root *os.Root, name string, limit int64) ([]byte, error) {
	info, err := root.Stat(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("cannot be read: %w", cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	tooLarge := fmt.Errorf("is larger than %d KiB", limit>>10)
	if info.Size() > limit {
		return nil, tooLarge
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", cause(err))
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", cause(err))
	}
	if int64(len(content)) > limit {
		return nil, tooLarge
	}
	return content, nil
}

// cause is an error of the file system without the path, which the caller tells.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
