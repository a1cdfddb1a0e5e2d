package host

import (
	"maps"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Where sources lie that are copied into the store. Nothing is read there: the names
// stand for the flake itself and for what comes from outside of it.
const (
	store   = "/nix/store/"
	selfDir = store + "self-source"
	inputs  = store + "input-"
)

// recorder is a reader that keeps what was read, and finds the files of the flake
// itself where its outPath has them.
type recorder struct {
	eval.Reader
	root   string
	inputs sources
	// What was read, and what it was.
	trees   map[string]*syntax.Tree
	files   map[string]string // the names that Parse gave
	texts   map[string]string
	folders map[string]map[string]string
	exists  map[string]bool
}

func newRecorder(r eval.Reader, root string, in sources) *recorder {
	return &recorder{
		Reader: r, root: root, inputs: in, trees: map[string]*syntax.Tree{}, files: map[string]string{}, texts: map[string]string{},
		folders: map[string]map[string]string{}, exists: map[string]bool{},
	}
}

// local is the name of a file in the workspace; false for one that is not there.
func (r *recorder) local(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, selfDir); ok {
		return r.root + rest, true
	}
	return name, !strings.HasPrefix(name, store)
}

// nixpkgs are the files of nixpkgs that others import, by their names there: what
// they give is known without them.
var nixpkgs = map[string]*syntax.Tree{
	"":                           syntax.Parse("arguments: pkgs"),
	"/default.nix":               syntax.Parse("arguments: pkgs"),
	"/lib":                       syntax.Parse("lib"),
	"/lib/default.nix":           syntax.Parse("lib"),
	"/nixos/lib/eval-config.nix": syntax.Parse("lib.nixosSystem"),
}

func (r *recorder) Parse(name string) (*syntax.Tree, string, bool) {
	if kind, ok := r.inputs.of(name); ok && kind == Nixpkgs {
		_, file, _ := strings.Cut(strings.TrimPrefix(name, inputs), "/")
		if file != "" {
			file = "/" + file
		}
		tree, ok := nixpkgs[file]
		return tree, name, ok
	}
	name, ok := r.local(name)
	if !ok {
		return nil, "", false
	}
	tree, file, ok := r.Reader.Parse(name)
	r.trees[name], r.files[name] = tree, file
	return tree, file, ok
}

func (r *recorder) ReadFile(name string) (string, bool) {
	name, ok := r.local(name)
	if !ok {
		return "", false
	}
	content, ok := r.Reader.ReadFile(name)
	r.texts[name] = content
	return content, ok
}

func (r *recorder) ReadDir(name string) (map[string]string, bool) {
	name, ok := r.local(name)
	if !ok {
		return nil, false
	}
	entries, ok := r.Reader.ReadDir(name)
	r.folders[name] = entries
	return entries, ok
}

func (r *recorder) Exists(name string) (exists, known bool) {
	name, ok := r.local(name)
	if !ok {
		return false, false
	}
	exists, known = r.Reader.Exists(name)
	r.exists[name] = exists
	return exists, known
}

// isFresh reports whether a reader gives what was read.
func (r *recorder) isFresh(reader eval.Reader) bool {
	for name, tree := range r.trees {
		if now, file, _ := reader.Parse(name); now != tree || file != r.files[name] {
			return false
		}
	}
	for name, text := range r.texts {
		if now, _ := reader.ReadFile(name); now != text {
			return false
		}
	}
	for name, entries := range r.folders {
		if now, _ := reader.ReadDir(name); !maps.Equal(now, entries) {
			return false
		}
	}
	for name, exists := range r.exists {
		if now, _ := reader.Exists(name); now != exists {
			return false
		}
	}
	return true
}

// read are the names of the files that were read, sorted.
func (r *recorder) read() []string {
	all := slices.Collect(maps.Keys(r.texts))
	for name, file := range r.files {
		if r.trees[name] != nil {
			all = append(all, file)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
