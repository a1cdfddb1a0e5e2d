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

// files reads the Nix files of a source tree, each once. It is the reader of an evaluation.
type files struct {
	fsys     fs.FS
	parsed   map[string]*file // by path; nil for one that cannot be used
	trees    map[*syntax.Tree]*file
	folders  map[string]bool // those that were listed
	bytes    int
	problems []Problem
}

// file is a parsed file.
type file struct {
	path  string
	tree  *syntax.Tree
	lines text.LineIndex
}

// problem remembers why something was left out; the first of them, in a tree that is strange throughout.
func (s *files) problem(file, message string) {
	if p := (Problem{file, message}); len(s.problems) < maxProblems && !slices.Contains(s.problems, p) {
		s.problems = append(s.problems, p)
	}
}

// Parse is the text of a file within the tree.
func (s *files) Parse(name string) (*syntax.Tree, string, bool) {
	f := s.open(name)
	if f == nil {
		return nil, "", false
	}
	return f.tree, f.path, true
}

// ReadFile reads no file: what jetpack-nixos declares is in its Nix code.
func (s *files) ReadFile(string) (string, bool) { return "", false }

// ReadDir are the names in a folder within the tree; none if it cannot be listed.
func (s *files) ReadDir(name string) (map[string]string, bool) {
	entries, err := s.list(name)
	if err != nil {
		s.problem(name, err.Error())
	} else {
		s.folders[name] = true
	}
	all := make(map[string]string, len(entries))
	for _, e := range entries {
		switch {
		case e.IsDir():
			all[e.Name()] = "directory"
		case e.Type().IsRegular():
			all[e.Name()] = "regular"
		default:
			all[e.Name()] = "unknown"
		}
	}
	return all, true
}

// Exists cannot tell: the extraction would hang on a file that is not there.
func (s *files) Exists(string) (exists, known bool) { return false, false }

// open parses the file, or the default.nix of the folder, at a path within the tree; nil if that cannot be.
func (s *files) open(name string) *file {
	if f, ok := s.parsed[name]; ok {
		return f
	}
	f, err := s.read(name)
	if err != nil {
		s.problem(name, err.Error())
	}
	s.parsed[name] = f
	return f
}

func (s *files) read(name string) (*file, error) {
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
		return nil, errors.New("is not text")
	}
	s.bytes += len(read)
	content := string(read)
	f := &file{path: name, tree: syntax.Parse(content), lines: text.NewLineIndex(content)}
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

func (s *files) list(name string) ([]fs.DirEntry, error) {
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
