package upstream

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Bounds of what is read of a source tree. All of jetpack-nixos's own files that say something about options and
// packages have 60 KB together, the largest of them 25 KB.
const (
	maxSourceFile    = 128 << 10 // bytes of one file
	maxSourceBytes   = 1 << 20   // bytes of all files
	maxSourceFiles   = 256
	maxSourceFolder  = 2048 // entries of one folder
	maxSourceFolders = 256  // that are listed
	maxSourceNesting = 400  // nodes around a node
	maxProblems      = 64
)

var (
	errTooLarge = errors.New("is left out: the source tree is too large")
	errOutside  = errors.New("lies outside of the source tree")
)

// source reads the Nix files of a source tree, each once.
type source struct {
	fsys     fs.FS
	files    map[string]*sourceFile // by path; nil for one that cannot be used
	trees    map[*syntax.Tree]*sourceFile
	folders  map[string]bool // those that were listed
	bytes    int
	problems []Problem
}

// sourceFile is a parsed file.
type sourceFile struct {
	path  string
	tree  *syntax.Tree
	lines text.LineIndex
}

func newSource(fsys fs.FS) *source {
	return &source{fsys: fsys, files: map[string]*sourceFile{}, trees: map[*syntax.Tree]*sourceFile{}, folders: map[string]bool{}}
}

// problem remembers why something was left out; the first of them, in a tree that is strange throughout.
func (s *source) problem(file, message string) {
	if p := (Problem{file, message}); len(s.problems) < maxProblems && !slices.Contains(s.problems, p) {
		s.problems = append(s.problems, p)
	}
}

// open parses the file, or the default.nix of the folder, at a path within the tree; nil if that cannot be.
func (s *source) open(name string) *sourceFile {
	if f, ok := s.files[name]; ok {
		return f
	}
	f, err := s.read(name)
	if err != nil {
		s.problem(name, err.Error())
	}
	s.files[name] = f
	return f
}

func (s *source) read(name string) (*sourceFile, error) {
	if !fs.ValidPath(name) {
		return nil, errOutside
	}
	info, err := fs.Stat(s.fsys, name)
	if err != nil {
		return nil, unreadable(err)
	}
	if info.IsDir() {
		if path.Base(name) == "default.nix" {
			return nil, errors.New("is a folder")
		}
		return s.open(path.Join(name, "default.nix")), nil
	}
	if info.Size() <= maxSourceFile && (len(s.trees) >= maxSourceFiles || s.bytes+int(info.Size()) > maxSourceBytes) {
		return nil, errTooLarge
	}
	read, err := ReadFile(s.fsys, name, maxSourceFile)
	if err != nil {
		return nil, err
	}
	if !IsText(read) {
		return nil, errors.New("is no text")
	}
	s.bytes += len(read)
	content := string(read)
	f := &sourceFile{path: name, tree: syntax.Parse(content), lines: text.NewLineIndex(content)}
	if nesting(f.tree) > maxSourceNesting {
		return nil, errors.New("is nested too deeply")
	}
	s.trees[f.tree] = f
	return f, nil
}

// nesting is the largest number of nodes around one.
func nesting(t *syntax.Tree) int {
	deepest, depth := 0, 0
	syntax.Walk(t.Root(), func(syntax.Node) bool {
		depth++
		deepest = max(deepest, depth)
		return true
	}, func(syntax.Node) { depth-- })
	return deepest
}

// list gives the entries of a folder within the tree; nothing if it cannot be listed.
func (s *source) list(name string) []fs.DirEntry {
	entries, err := s.readFolder(name)
	if err != nil {
		s.problem(name, err.Error())
		return nil
	}
	s.folders[name] = true
	return entries
}

func (s *source) readFolder(name string) ([]fs.DirEntry, error) {
	switch {
	case !fs.ValidPath(name):
		return nil, errOutside
	case !s.folders[name] && len(s.folders) >= maxSourceFolders:
		return nil, errTooLarge
	}
	info, err := fs.Stat(s.fsys, name)
	if err == nil && !info.IsDir() { // to open a named pipe is to wait
		return nil, errors.New("is not a folder")
	}
	var folder fs.File
	if err == nil {
		folder, err = s.fsys.Open(name)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot be listed: %w", Cause(err))
	}
	defer folder.Close()
	listed, ok := folder.(fs.ReadDirFile)
	if !ok {
		return nil, errors.New("is not a folder")
	}
	entries, err := listed.ReadDir(maxSourceFolder)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("cannot be listed: %w", Cause(err))
	}
	return entries, nil
}
