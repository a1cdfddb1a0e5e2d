package upstream

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Extraction is what a source tree of jetpack-nixos declares, read without running Nix.
// What only an evaluation gives is left out.
type Extraction struct {
	// Source is what a catalog is made from, of no known revision. Options, packages and the overlay's attributes are
	// sorted by path and name. An alias has the type of the option it stands for. The generations, oldest first, have
	// the versions that the overlay names, without kernels, and the SoM families that the assertions of the root
	// module let pass.
	catalog.Source
	// Removed are the options that are only declared in order to refuse them, sorted by path.
	Removed []catalog.Option
	// Descriptions are upstream's own texts on options, by path, and on what to do without a removed one. What cannot
	// be read of a text that is put together stands in it as ${…}.
	Descriptions map[string]string
	// AssertionIDs are the IDs of the conditions of assertions, and of what defines warnings, by where they are written.
	AssertionIDs map[Place]string
	// Files are the files that were read, sorted: the extraction holds while they stay as they are, and the folders
	// that were listed, Folders, have the same names in them.
	Files   []string
	Folders []string
	// Problems say what was left out, and why.
	Problems []Problem
}

// Place is where something is written in a source tree.
type Place struct {
	File   string // its path within the tree
	Offset int    // in bytes
}

// entries are the root modules of jetpack-nixos, the newest first.
var entries = [...]string{"modules/default.nix", "module.nix"}

// ErrNoModules is returned for a folder that has no root module of jetpack-nixos.
var ErrNoModules = errors.New("not a source tree of jetpack-nixos: it has neither modules/default.nix nor module.nix")

// ExtractDir reads the source tree in a folder. No symbolic link is followed out of it.
func ExtractDir(dir string) (Extraction, error) {
	root, err := OpenFolder(dir)
	if err != nil {
		return Extraction{}, fmt.Errorf("extract options: %w", err)
	}
	defer root.Close()
	e, err := Extract(root.FS())
	if err != nil {
		return Extraction{}, fmt.Errorf("%s: %w", dir, err)
	}
	return e, nil
}

// Extract reads a source tree. It opens regular files by paths within fsys only; what fsys does about symbolic links
// is the caller's choice. Damaged files give what can still be read; the only error is [ErrNoModules].
func Extract(fsys fs.FS) (Extraction, error) {
	x := newExtractor(fsys)
	e := Extraction{Descriptions: map[string]string{}, AssertionIDs: map[Place]string{}}
	entry := ""
	for _, name := range entries {
		if info, err := fs.Stat(fsys, name); err == nil && info.Mode().IsRegular() {
			entry = name
			break
		}
	}
	if entry == "" {
		return e, ErrNoModules
	}
	m := modules{extractor: x, seen: map[string]bool{}, declared: map[string]*declaredOption{}, into: &e}
	m.file(entry)
	e.Root = catalog.RootModule{File: entry, Of: argumentBefore(x.Force(x.Import(entry)))}
	m.finish()
	if !m.unread {
		x.use(&e, slices.Sorted(maps.Keys(m.seen)))
	}
	x.packages(&e, entry)
	x.builds(&e, slices.Sorted(maps.Keys(m.seen)))
	x.soms(&e, entry)
	if x.Spent() != nil {
		x.problems = append([]Problem{{".", "is too complicated to be read as a whole"}}, x.problems...)
		e.Whole = nil
	}
	x.outputs(&e)
	for name, f := range x.parsed {
		if f != nil && f.path == name {
			e.Files = append(e.Files, name)
			if len(f.tree.Errors()) > 0 { // still being typed
				e.Whole, e.Outputs = nil, nil
				for i := range e.Options {
					e.Options[i].Used = ""
				}
			}
		}
	}
	slices.Sort(e.Files)
	e.Folders = slices.Sorted(maps.Keys(x.folders))
	e.Problems = x.problems
	return e, nil
}

// argumentBefore is the argument that a value takes before it gives a function; empty for a value that is none such.
func argumentBefore(v eval.Value) string {
	f, ok := v.(*eval.Function)
	if !ok {
		return ""
	}
	l, _ := syntax.AsLambda(f.Lambda())
	if l.Body().Kind() != syntax.Lambda {
		return ""
	}
	return l.Parameter().Text()
}

// modules collects the options that modules declare.
type modules struct {
	*extractor
	seen     map[string]bool // files
	declared map[string]*declaredOption
	into     *Extraction
	unread   bool // some of what they import cannot be read
}

// declaredOption is an option that was found, and its type.
type declaredOption struct {
	option catalog.Option
	typ    eval.Value
}

// Bounds of the options of one source tree.
const (
	maxImports     = 24 // modules that import each other
	maxOptionDepth = 32 // names of a path
	maxOptions     = 4096
	maxName        = 256 // bytes
)

// file reads a module that is a file, once.
func (m *modules) file(name string) {
	f := m.open(name)
	if f == nil || m.seen[f.path] {
		return
	}
	m.seen[f.path] = true
	m.module(m.Force(m.Import(f.path)), nil, false, 0)
	m.assertions(f)
}

// module reads a module, or what stands for modules in a list of imports. prefix is where its options are.
func (m *modules) module(v eval.Value, prefix []string, field bool, depth int) {
	if depth > maxImports || m.Charge(1) != nil {
		m.unread = true
		return
	}
	switch v := m.Called(v, nil).(type) {
	case eval.Path:
		if len(prefix) == 0 {
			m.file(string(v))
		} else {
			m.module(m.Force(m.Import(string(v))), prefix, field, depth+1)
		}
	case *eval.Choice:
		m.all(v.Of, prefix, field, depth)
	case *eval.List:
		m.unread = m.unread || v.Open
		m.all(v.Items, prefix, field, depth)
	case *eval.Call:
		if _, _, ok := redirected(m.Evaluator, v.Function.Name(), v.Args); !ok {
			m.unread = true
		} else if len(prefix) == 0 {
			m.redirection(v)
		}
	default:
		m.unread = true
	case *eval.Attrs:
		m.unread = m.unread || v.Rest() != nil
		if imports, ok := v.Get("imports"); ok {
			m.module(m.Force(imports.Thunk), prefix, field, depth+1)
		}
		if options, ok := v.Get("options"); ok {
			m.options(m.Force(options.Thunk), prefix, field)
		}
	}
}

func (m *modules) all(list []*eval.Thunk, prefix []string, field bool, depth int) {
	for _, t := range list {
		m.module(m.Force(t), prefix, field, depth+1)
	}
}

// options reads a set of options.
func (m *modules) options(v eval.Value, prefix []string, field bool) {
	s, ok := m.Merged(v).(*eval.Attrs)
	if !ok || len(prefix) > maxOptionDepth {
		return
	}
	for a := range s.All() {
		if m.Charge(1) != nil {
			return
		}
		if a.Name == "*" || a.Name == "" || len(a.Name) > maxName || strings.ContainsAny(a.Name, ".\n") {
			m.problem(dotted(prefix), fmt.Sprintf("the option %.40q below it is left out for its name", a.Name))
			continue
		}
		path := append(slices.Clip(prefix), a.Name)
		below, ok := m.Merged(m.Force(a.Thunk)).(*eval.Attrs)
		switch {
		case ok && m.is(below, "_type", eval.String("option")):
			m.option(below, a, path, field)
		case ok:
			m.options(below, path, field)
		default:
			m.problem(dotted(path), "what is declared here cannot be read without running Nix")
		}
	}
}

func dotted(path []string) string { return strings.Join(path, ".") }

// option reads the declaration of one option.
func (m *modules) option(s *eval.Attrs, at eval.Attr, path []string, field bool) {
	if len(m.declared) >= maxOptions {
		m.problem(".", fmt.Sprintf("more than %d options are left out", maxOptions))
		return
	}
	d := declaredOption{option: catalog.Option{Path: dotted(path), DeclaredWith: s.By(), Field: field}}
	o := &d.option
	o.DeclaredIn, o.Line, o.Column = m.position(at.At)
	o.Internal, o.ReadOnly = m.is(s, "internal", eval.Bool(true)), m.is(s, "readOnly", eval.Bool(true))
	if a, ok := s.Get("defaultText"); ok {
		o.DefaultText = m.shownText(a.Thunk)
	}
	if a, ok := s.Get("default"); ok {
		o.HasDefault, o.Default = true, a.Node().Text()
		if a.Node().IsZero() {
			if o.Default, ok = m.json(a.Thunk); !ok { // what a function of lib gives
				o.Default = o.DefaultText
			}
		}
	}
	if a, ok := s.Get("example"); ok {
		o.Example, _ = m.json(m.documented(a.Thunk))
	}
	if a, ok := s.Get("description"); ok {
		m.describe(o.Path, a.Thunk)
	}
	switch a, ok := s.Get("type"); {
	case ok:
		d.typ = m.Force(a.Thunk)
	case s.Rest() == nil:
		d.typ = m.libType("unspecified")
	}
	m.declare(d)
	if fields, ok := m.Select(d.typ, "getSubModules").(*eval.List); ok {
		if _, element := heldValues(m.Evaluator, d.typ); element {
			path = append(slices.Clip(path), "*")
		}
		m.all(fields.Items, path, true, 0)
	}
}

// describe keeps a text on an option, unless there is one.
func (m *modules) describe(path string, text *eval.Thunk) {
	if m.into.Descriptions[path] == "" {
		m.into.Descriptions[path] = strings.TrimSpace(m.shownText(text))
	}
}

// json is a value that is known as a whole.
func (m *modules) json(t *eval.Thunk) (string, bool) {
	plain, bad := m.Plain(t)
	if bad != nil {
		return "", false
	}
	text, err := json.Marshal(plain)
	return string(text), err == nil
}

// declare adds a declaration to those of other modules.
func (m *modules) declare(d declaredOption) {
	was, ok := m.declared[d.option.Path]
	if !ok {
		m.declared[d.option.Path] = &d
		return
	}
	was.typ = m.mergedType(was.typ, d.typ)
	if !was.option.HasDefault && d.option.HasDefault {
		was.option.HasDefault, was.option.Default, was.option.DefaultText = true, d.option.Default, d.option.DefaultText
	}
	was.option.Internal = was.option.Internal || d.option.Internal
	was.option.ReadOnly = was.option.ReadOnly || d.option.ReadOnly
}

// redirection reads mkRenamedOptionModule and its kin in a list of imports.
func (m *modules) redirection(call *eval.Call) {
	name := call.Function.Name()
	from, to, ok := redirected(m.Evaluator, name, call.Args)
	if !ok {
		return
	}
	for _, path := range from {
		path, ok := names(m.Evaluator, path)
		if !ok || len(path) == 0 {
			m.problem(".", "a "+name+" cannot be read without running Nix")
			continue
		}
		o := catalog.Option{Path: dotted(path), DeclaredWith: name}
		o.DeclaredIn, o.Line, o.Column = m.position(call.Node)
		if name == "mkRemovedOptionModule" {
			m.into.Removed = append(m.into.Removed, o)
			if len(call.Args) > 1 {
				m.describe(o.Path, call.Args[1])
			}
			continue
		}
		target, ok := names(m.Evaluator, to)
		if !ok || len(target) == 0 {
			m.problem(o.Path, "the option that it stands for cannot be read without running Nix")
			continue
		}
		o.RenamedTo = dotted(target)
		m.declare(declaredOption{o, eval.NewSymbol(slices.Concat([]string{"options"}, target, []string{"type"})...)})
	}
}

// finish says what the types are, some of them those of other options, and sorts everything.
func (m *modules) finish() {
	byPath := func(a, b catalog.Option) int { return cmp.Compare(a.Path, b.Path) }
	for _, d := range m.declared {
		m.typed(&d.option, m.resolved(d.typ))
		m.into.Options = append(m.into.Options, d.option)
	}
	slices.SortFunc(m.into.Options, byPath)
	slices.SortFunc(m.into.Removed, byPath)
	slices.SortFunc(m.into.Assertions, func(a, b catalog.Assertion) int { return cmp.Compare(a.ID, b.ID) })
}
