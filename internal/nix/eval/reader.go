package eval

import (
	"path"
	"strings"

	"jetpills/internal/nix/syntax"
)

// Reader gives an evaluation the files that it may read. Paths are slash-separated
// and clean; those of relative paths in a text begin with that text's folder.
type Reader interface {
	// Parse is the text of a Nix file, or of the default.nix of a folder, and the
	// file's own path.
	Parse(path string) (tree *syntax.Tree, file string, ok bool)
	// ReadFile is a file's content.
	ReadFile(path string) (content string, ok bool)
	// ReadDir are the names in a folder, each with what it is: regular, directory,
	// symlink or unknown.
	ReadDir(path string) (entries map[string]string, ok bool)
	// Exists reports whether a path exists; known is false where that is not known.
	Exists(path string) (exists, known bool)
}

// Import is what the Nix file at a path evaluates to.
func (e *Evaluator) Import(name string) *Thunk {
	known, ok := e.imported[name]
	if !ok {
		known.questions = e.Asking(func() { known.Thunk = e.importFile(name) })
		e.imported[name] = known
	}
	e.Needs(known.questions)
	return known.Thunk
}

type imported struct {
	*Thunk
	questions *Questions
}

func (e *Evaluator) importFile(name string) *Thunk {
	if e.options.Reader == nil {
		return Known(unknown(Unreadable, name))
	}
	switch tree, file, ok := e.options.Reader.Parse(name); {
	case !ok:
		return Known(unknown(Unreadable, name))
	case file != name:
		return e.Import(file)
	default:
		return e.File(tree, file)
	}
}

func importFile(c *call) Value {
	switch v := c.force(0).(type) {
	case Path:
		return c.same(c.Import(string(v)))
	case String:
		if path.IsAbs(string(v)) {
			return c.same(c.Import(path.Clean(string(v))))
		}
		return refused("a path that is not absolute")
	case *Symbol, *Call:
		// What a flake input or a channel has is not looked into.
		return &Call{Function: NewSymbol("import"), Args: c.args}
	case *Attrs: // a flake, by its outPath
		name, bad := c.coerced(v, interpolated)
		if bad != nil {
			return c.fail(bad)
		}
		return c.same(c.Import(path.Clean(name)))
	default:
		return c.reject(0, v, "a path")
	}
}

// file is an argument as a path to read.
func (c *call) file(i int) string {
	switch v := c.force(i).(type) {
	case Path:
		return string(v)
	case String:
		if path.IsAbs(string(v)) {
			return path.Clean(string(v))
		}
		c.reject(i, v, "an absolute path")
	default:
		c.reject(i, v, "a path")
	}
	return ""
}

// onFile is a function of the path of a file or a folder.
func onFile(f func(c *call, r Reader, name string) (v Value, ok bool)) function {
	return function{arity: 1, run: func(c *call) Value {
		name := c.file(0)
		if c.bad == nil && c.options.Reader != nil {
			if v, ok := f(c, c.options.Reader, name); ok {
				return v
			}
		}
		return unknown(Unreadable, name)
	}}
}

func readFile(c *call, r Reader, name string) (Value, bool) {
	content, ok := r.ReadFile(name)
	t := Known(c.text(content))
	if ok {
		c.data[t] = Datum{File: name}
	}
	return c.same(t), ok
}

func readDir(c *call, r Reader, name string) (Value, bool) {
	entries, ok := r.ReadDir(name)
	if u := c.Charge(len(entries)); u != nil {
		return u, true
	}
	out := &Attrs{}
	for _, name := range sortedKeys(entries) {
		out.add(Attr{Name: name, Thunk: Known(String(entries[name]))})
	}
	return out, ok
}

func readFileType(_ *call, r Reader, name string) (Value, bool) {
	entries, _ := r.ReadDir(path.Dir(name))
	kind, ok := entries[path.Base(name)]
	return String(kind), ok
}

func pathExists(_ *call, r Reader, name string) (Value, bool) {
	exists, known := r.Exists(name)
	return Bool(exists), known
}

// packagesFromDirectory has a package for each file of a folder, and a set for each
// folder in it.
func packagesFromDirectory(c *call) Value {
	given := c.attrs(0)
	directory, ok := c.orElse(given, "directory", Null{}).(Path)
	if !ok {
		return c.fail(opaque(c.Select(given, "directory"), "a path"))
	}
	callPackage := c.Lazy(func(e *Evaluator) Value { return e.Select(given, "callPackage") })
	return c.packagesIn(string(directory), callPackage)
}

func (e *Evaluator) packagesIn(directory string, callPackage *Thunk) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	if e.options.Reader == nil {
		return unknown(Unreadable, directory)
	}
	entries, ok := e.options.Reader.ReadDir(directory)
	if !ok {
		return unknown(Unreadable, directory)
	}
	packageAt := func(file string) *Thunk {
		return e.Lazy(func(e *Evaluator) Value { return e.ApplyAll(e.Force(callPackage), Known(Path(file)), Known(&Attrs{})) })
	}
	if _, ok := entries["package.nix"]; ok {
		return e.Force(packageAt(directory + "/package.nix"))
	}
	out := &Attrs{by: "packagesFromDirectoryRecursive"}
	for _, name := range sortedKeys(entries) {
		file := directory + "/" + name
		switch kind := entries[name]; {
		case kind == "directory":
			out.put(Attr{Name: name, Thunk: e.Lazy(func(e *Evaluator) Value { return e.packagesIn(file, callPackage) })})
		case kind == "regular" && strings.HasSuffix(name, ".nix"):
			out.put(Attr{Name: strings.TrimSuffix(name, ".nix"), Thunk: packageAt(file)})
		}
	}
	return out
}
