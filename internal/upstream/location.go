package upstream

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Location is a folder that a source tree of jetpack-nixos may lie in.
type Location struct {
	// Dir is the folder, an absolute path.
	Dir string
	// Within is a folder that Dir lies below: no symbolic link on the way from there leads out of it. Empty: Dir is
	// taken as it is, because a person named it or works in it.
	Within string
	// Fixed is set in Nix's store, where nothing changes.
	Fixed bool
}

// Open opens the folder, out of which no path and no symbolic link leads.
func (l Location) Open() (*os.Root, error) {
	if l.Within == "" {
		return OpenFolder(l.Dir)
	}
	inside, err := filepath.Rel(l.Within, l.Dir)
	if err != nil || !filepath.IsLocal(inside) {
		return nil, errors.New(l.Dir + " does not lie in " + l.Within)
	}
	around, err := OpenFolder(l.Within)
	if err != nil {
		return nil, err
	}
	defer around.Close()
	return OpenFolderIn(around, inside)
}

// OpenFolder opens a folder. What is none is not opened at all: to open a named pipe is to wait for who writes to it.
func OpenFolder(dir string) (*os.Root, error) { return openFolder(dir, os.Stat, os.OpenRoot) }

// OpenFolderIn does so for a folder in another, out of which no symbolic link leads.
func OpenFolderIn(around *os.Root, name string) (*os.Root, error) {
	return openFolder(name, around.Stat, around.OpenRoot)
}

func openFolder(
	name string, stat func(string) (fs.FileInfo, error), open func(string) (*os.Root, error),
) (*os.Root, error) {
	info, err := stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOTDIR}
	}
	return open(name)
}

// Exists reports whether a folder is there and can be opened. Where it is not, that costs one look.
func (l Location) Exists() bool {
	if info, err := os.Lstat(l.Dir); err != nil || info.Mode().IsRegular() {
		return false
	}
	root, err := l.Open()
	if err != nil {
		return false
	}
	root.Close()
	return true
}

// File is where a file of the tree, named by its path within it, lies on disk. For a folder it is the file that Nix
// imports of it. It is an error if there is no such file, or if that is a symbolic link out of the tree.
func (l Location) File(name string) (string, error) {
	root, err := l.Open()
	if err != nil {
		return "", err
	}
	defer root.Close()
	for _, file := range []string{name, name + "/default.nix", name + "/package.nix"} {
		if info, err := root.Stat(file); err == nil && info.Mode().IsRegular() {
			return filepath.Join(l.Dir, filepath.FromSlash(file)), nil
		}
	}
	return "", fmt.Errorf("%s has no file %s", l.Dir, name)
}

// CheckoutFiles are files and a folder by which a source tree of jetpack-nixos is known, one that has options: each
// tree has the first two, and one of the others.
var CheckoutFiles = [...]string{
	"modules/default.nix", "overlay.nix", "mk-overlay.nix", "sourceinfo", "modules/flash-script.nix",
}

// IsCheckout reports whether a folder is a source tree of jetpack-nixos.
func IsCheckout(folder fs.FS) bool {
	has := func(name string) bool {
		info, err := fs.Stat(folder, name)
		return err == nil && info.IsDir() == (name == "sourceinfo")
	}
	return has(CheckoutFiles[0]) && has(CheckoutFiles[1]) && slices.ContainsFunc(CheckoutFiles[2:], has)
}
