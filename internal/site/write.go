package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/text"
)

// manifest is the file that lists the files of a site, a line each. A folder with one is a site of ours.
const manifest = ".jetpills-site"

const manifestHead = "# Files that jetpills pills site wrote. The next run replaces them, and removes those that it does not write.\n"

// Write writes the files of a site into a folder, and removes those of an earlier run that the site no longer has. Files that nobody
// wrote with it stay as they are; without force, they are a reason to write nothing. Nothing outside of the folder is touched,
// whatever links are in it.
func Write(dir string, files []File, force bool) error { return plain(dir, write(dir, files, force)) }

func write(dir string, files []File, force bool) error {
	if err := mayWrite(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	earlier, isOurs, err := readManifest(root)
	if err != nil {
		return err
	}
	if !force {
		if err := refusal(root, dir, files, earlier, isOurs); err != nil {
			return err
		}
	}
	// The list is written first: after a run that ended early, it names all that may be there.
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if err := writeFile(root, manifest, listed(append(slices.Clone(earlier), names...))); err != nil {
		return err
	}
	for _, f := range files {
		if err := writeFile(root, f.Name, f.Content); err != nil {
			return err
		}
	}
	for _, name := range earlier {
		if !slices.Contains(names, name) {
			remove(root, name)
		}
	}
	return writeFile(root, manifest, listed(names))
}

// mayWrite says why a folder, which may not be there yet, cannot hold a site.
func mayWrite(dir string) error {
	info, err := os.Stat(dir)
	if _, linkErr := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) && linkErr == nil {
		return fmt.Errorf("%s is a link that leads nowhere", dir)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	}
	return nil
}

// refusal says why files are not to be written into a folder: something in it is somebody else's.
func refusal(root *os.Root, dir string, files []File, earlier []string, isOurs bool) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	if !isOurs && len(entries) > 0 {
		return fmt.Errorf("%s is not empty, and no site of jetpills: nothing was written (--force writes into it all the same)", dir)
	}
	var there []string
	for _, f := range files {
		if _, err := root.Lstat(f.Name); err == nil && !slices.Contains(earlier, f.Name) {
			there = append(there, f.Name)
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("%s has %s from elsewhere: nothing was written (--force overwrites)", dir, text.List(there, "and"))
	}
	return nil
}

// readManifest gives the files that an earlier run wrote.
func readManifest(root *os.Root) (names []string, isOurs bool, err error) {
	info, err := root.Lstat(manifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, nil
	}
	content, err := root.ReadFile(manifest)
	if err != nil {
		return nil, false, err
	}
	if !bytes.HasPrefix(content, []byte("# ")) {
		return nil, false, nil
	}
	for line := range strings.Lines(string(content)) {
		name := strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(name, "#") && fs.ValidPath(name) && filepath.IsLocal(filepath.FromSlash(name)) {
			names = append(names, name)
		}
	}
	return names, true, nil
}

func listed(names []string) []byte {
	names = slices.Clone(names)
	slices.Sort(names)
	return []byte(manifestHead + strings.Join(slices.Compact(names), "\n") + "\n")
}

// writeFile writes a file of a site, if it is not there as it should be. A link in its place is replaced, not followed.
func writeFile(root *os.Root, name string, content []byte) error {
	if info, err := root.Lstat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		if err := root.Remove(name); err != nil {
			return err
		}
	}
	if now, err := root.ReadFile(name); err == nil && bytes.Equal(now, content) {
		return nil
	}
	if folder := path.Dir(name); folder != "." {
		if err := root.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	return root.WriteFile(name, content, 0o644)
}

// remove removes a file of a site, and the folder around it if that is empty then.
func remove(root *os.Root, name string) {
	if info, err := root.Lstat(name); err != nil || info.IsDir() {
		return
	}
	_ = root.Remove(name)
	if folder := path.Dir(name); folder != "." {
		_ = root.Remove(folder)
	}
}

// plain says what is wrong with a file without the name of the system call.
func plain(dir string, err error) error {
	var e *fs.PathError
	if !errors.As(err, &e) {
		return err
	}
	name := e.Path
	if !strings.HasPrefix(name, dir) {
		name = filepath.Join(dir, filepath.FromSlash(name))
	}
	return fmt.Errorf("%s: %w", name, e.Err)
}
