package workspace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Bounds of one look at all Nix files, beside those of a walk through folders.
const (
	mostNixFiles = 20_000
	mostNixBytes = 256 << 20 // of all texts, which are not kept
)

// NixFiles calls visit with the Nix files that belong together with those in a folder, until visit returns false: those of
// the workspace folders, and of the repository or the folder with a lock file around dir, or else of dir alone. Source trees
// of jetpack-nixos in these are left out. Open documents take the place of their files, and those that are no files come
// last. dir is an absolute path, or empty. It reports whether all files were visited: no bound was reached, each could be
// read, and no symbolic link leads to others outside.
func (s *Snapshot) NixFiles(dir string, visit func(*Document) bool) (complete bool) {
	var roots []string
	deep := true
	if dir != "" {
		var root string
		root, deep = s.rootOf(dir, s.pins.Around(dir))
		roots = append(roots, root)
	}
	for _, folder := range s.folders {
		isSeen := func(root string) bool { _, inside := within(root, folder); return inside }
		if !slices.ContainsFunc(roots, isSeen) {
			roots = slices.DeleteFunc(roots, func(root string) bool { _, inside := within(folder, root); return inside })
			roots = append(roots, folder)
		}
	}
	v := nixVisit{visit: visit, open: openFiles(s.documents), left: mostNixBytes, done: s.Done}
	complete = true
	for _, root := range roots {
		complete = v.folder(root, deep || root != dir) && complete
	}
	// What is not saved yet, or is no file.
	for _, d := range s.Documents() {
		isBelow := func(root string) bool {
			name, inside := within(root, d.Path)
			return inside && (deep || root != dir || !strings.Contains(name, "/"))
		}
		if d.Path == "" || v.open[pathKey(d.Path)] == d && slices.ContainsFunc(roots, isBelow) {
			v.document(d)
		}
	}
	return complete && !v.stopped
}

// InFiles reports whether any of the Nix files that belong together with a document is a wanted one, or may be, because not all
// could be visited. It is found out once for what is wanted in these files, which key names, of a type of its own.
func (s *Snapshot) InFiles(d *Document, key any, wanted func(*Document) bool) bool {
	root, _ := s.userRoot(d, s.surroundings(d))
	type in struct {
		root string
		key  any
	}
	is, isKnown := s.Once(in{root, key}, func() any {
		found := false
		complete := s.NixFiles(s.DirOf(d), func(other *Document) bool {
			found = wanted(other)
			return !found
		})
		return found || !complete
	}).(bool)
	return is || !isKnown
}

// nixVisit is a look at Nix files under way.
type nixVisit struct {
	visit   func(*Document) bool
	done    func() bool
	open    map[string]*Document // by pathKey; those that were visited are taken out
	files   int
	left    int // bytes that may still be read
	stopped bool
}

func (v *nixVisit) document(d *Document) { v.stopped = v.stopped || v.done() || !v.visit(d) }

// folder visits the files in a folder, and in those below it.
func (v *nixVisit) folder(root string, deep bool) (complete bool) {
	opened, err := os.OpenRoot(root)
	if err != nil {
		return os.IsNotExist(err)
	}
	defer opened.Close()
	w := walk{root: opened, bounds: boundsOf[usual], search: search{complete: true}}
	look := func(names []string) {
		for _, name := range names {
			if v.file(&w, name); v.stopped {
				w.stopped = true
				return
			}
		}
	}
	if deep {
		w.everything(look)
	} else {
		w.folder(".", look)
	}
	return w.complete
}

func (v *nixVisit) file(w *walk, name string) {
	file := w.path(name)
	if d, ok := v.open[pathKey(file)]; ok {
		delete(v.open, pathKey(file))
		v.document(d)
		return
	}
	if v.files++; v.files > mostNixFiles || v.left <= 0 {
		w.complete, v.stopped = false, true
		return
	}
	content, err := readBelow(w.root, name, mostRead)
	if err != nil {
		w.missed(err)
		return
	}
	v.left -= len(content)
	if d := NewDocument(file, file, "nix", 0, content); d.Problem() == nil {
		v.document(d)
	}
}

// readBelow reads a file of a folder of at most so many bytes.
func readBelow(root *os.Root, name string, most int) (string, error) {
	opened, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer opened.Close()
	info, err := opened.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > int64(most) {
		return "", fs.ErrInvalid
	}
	content := make([]byte, info.Size())
	n, err := io.ReadFull(opened, content)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil // it became shorter
	}
	return string(content[:n]), err
}
