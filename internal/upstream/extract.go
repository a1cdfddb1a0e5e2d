package upstream

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
)

// Extraction is what a source tree of jetpack-nixos declares, read without running Nix.
// What only an evaluation could tell is left out.
type Extraction struct {
	// Options are sorted by path. An alias has the type of the option it stands for.
	Options []catalog.Option
	// Details are what the source says of an option beyond that, by path.
	Details map[string]Detail
	// Removed are the options that are only declared in order to refuse them, sorted by path.
	Removed []RemovedOption
	// Packages are the members of the nvidia-jetpack scope, Overlay what the overlay sets at the top level of the
	// package set; both sorted by name.
	Packages []catalog.Package
	Overlay  []catalog.Attribute
	// Generations are the JetPack generations that the overlay makes, oldest first, with the versions that it names and
	// the SoM families that the assertions of the root module let pass. Kernels are not read.
	Generations []catalog.Generation
	// DefaultMajors are the JetPack majors that SoMs get, by SoM, where the default of majorVersion tells.
	DefaultMajors map[string]string
	// Files are the files that were read, sorted: the extraction holds while they stay as they are, and the folders
	// that were listed, Folders, have the same names in them.
	Files   []string
	Folders []string
	// Problems say what was left out, and why.
	Problems []Problem
}

// Source is what a catalog is made from. rev is the commit whose source it is, unchanged; the zero Revision for a
// checkout, whose files may be any.
func (e Extraction) Source(rev catalog.Revision) catalog.Source {
	return catalog.Source{
		Revision: rev, Options: e.Options, Packages: e.Packages, Overlay: e.Overlay,
		Generations: e.Generations, DefaultMajors: e.DefaultMajors,
	}
}

// Detail is what the source says of an option for people to read.
type Detail struct {
	// Description is upstream's own text. Where it is put together from what cannot be read, that stands in it as ${…}.
	Description string
	// Hidden is set where upstream keeps the option out of the manual.
	Hidden bool
	// Applied is set where the value is changed before modules see it.
	Applied bool
}

// RemovedOption is an option that was taken away.
type RemovedOption struct {
	Path string
	// Instead is upstream's own text on what to do.
	Instead    string
	DeclaredIn string
	Line       int
	Column     int
}

// entries are the root modules of jetpack-nixos, the newest first.
var entries = [...]string{"modules/default.nix", "module.nix"}

// ErrNoModules is returned for a folder that has no root module of jetpack-nixos.
var ErrNoModules = errors.New("no source tree of jetpack-nixos: neither modules/default.nix nor module.nix is there")

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
	e := Extraction{Details: map[string]Detail{}}
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
	m := modules{extractor: x, seen: map[string]bool{}, declared: map[string]*declaration{}}
	m.file(entry)
	m.finish(&e)
	x.packages(&e)
	x.soms(&e, entry)
	if x.Spent() != nil {
		x.problems = append([]Problem{{".", "is too complicated to be read as a whole"}}, x.problems...)
	}
	for name, f := range x.files {
		if f != nil && f.path == name {
			e.Files = append(e.Files, name)
		}
	}
	slices.Sort(e.Files)
	for folder := range x.folders {
		e.Folders = append(e.Folders, folder)
	}
	slices.Sort(e.Folders)
	e.Problems = x.problems
	return e, nil
}

// modules collects the options that modules declare.
type modules struct {
	*extractor
	seen     map[string]bool // files
	declared map[string]*declaration
	removed  []RemovedOption
}

// declaration is an option that was found.
type declaration struct {
	option catalog.Option
	typ    optionType
	detail Detail
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
}

// module reads a module, or what stands for modules in a list of imports. prefix is where its options are.
func (m *modules) module(v eval.Value, prefix []string, field bool, depth int) {
	if depth > maxImports || m.Charge(1) != nil {
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
		m.all(v.Items, prefix, field, depth)
	case *eval.Call:
		if len(prefix) == 0 {
			m.redirection(v)
		}
	case *eval.Attrs:
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
	d := declaration{option: catalog.Option{Path: dotted(path), DeclaredWith: s.By(), Field: field}}
	o := &d.option
	o.DeclaredIn, o.Line, o.Column = m.position(at.At)
	o.Internal, o.ReadOnly = m.is(s, "internal", eval.Bool(true)), m.is(s, "readOnly", eval.Bool(true))
	if a, ok := s.Get("defaultText"); ok {
		o.DefaultText = m.shownText(a.Thunk)
	}
	if a, ok := s.Get("default"); ok {
		o.HasDefault, o.Default = true, a.Node().Text()
		if a.Node().IsZero() {
			o.Default = m.madeDefault(a.Thunk, o.DefaultText)
		}
	}
	if a, ok := s.Get("example"); ok {
		if example, bad := m.Plain(m.documented(a.Thunk)); bad == nil {
			if text, err := json.Marshal(example); err == nil {
				o.Example = string(text)
			}
		}
	}
	if a, ok := s.Get("description"); ok {
		d.detail.Description = strings.TrimSpace(m.shownText(a.Thunk))
	}
	d.detail.Hidden = m.is(s, "visible", eval.Bool(false))
	_, d.detail.Applied = s.Get("apply")
	switch a, ok := s.Get("type"); {
	case ok:
		d.typ = m.typeOf(m.Force(a.Thunk))
	case s.Rest() == nil:
		d.typ = optionType{description: "unspecified value", class: noun}
	}
	m.declare(d)
	below := path
	if d.typ.element {
		below = append(slices.Clip(path), "*")
	}
	m.all(d.typ.fields, below, true, 0)
}

// madeDefault is a default that a function of lib gives, as Nix writes it.
func (m *modules) madeDefault(t *eval.Thunk, shown string) string {
	plain, bad := m.Plain(t)
	if bad != nil {
		return shown
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return shown
	}
	return string(text)
}

// declare adds a declaration to those of other modules.
func (m *modules) declare(d declaration) {
	was, ok := m.declared[d.option.Path]
	if !ok {
		m.declared[d.option.Path] = &d
		return
	}
	// NixOS merges declarations: an enum gets the values of both.
	was.typ.extend(d.typ.values)
	if was.typ.description == "unspecified value" || was.typ.description == "" {
		was.typ = d.typ
	}
	if !was.option.HasDefault && d.option.HasDefault {
		was.option.HasDefault, was.option.Default, was.option.DefaultText = true, d.option.Default, d.option.DefaultText
	}
	was.option.Internal = was.option.Internal || d.option.Internal
	was.option.ReadOnly = was.option.ReadOnly || d.option.ReadOnly
	if was.detail.Description == "" {
		was.detail.Description = d.detail.Description
	}
}

// redirection reads mkRenamedOptionModule and its kin in a list of imports.
func (m *modules) redirection(call *eval.Call) {
	name := call.Function.Name()
	argument := func(i int) eval.Value {
		if i < len(call.Args) {
			return m.Force(call.Args[i])
		}
		return nil
	}
	var from, to eval.Value
	switch name {
	case "mkRenamedOptionModule", "mkAliasOptionModule", "mkAliasOptionModuleMD", "mkChangedOptionModule":
		from, to = argument(0), argument(1)
	case "mkRenamedOptionModuleWith", "doRename":
		from, to = m.Select(argument(0), "from"), m.Select(argument(0), "to")
	case "mkRemovedOptionModule":
		m.removedOption(call, argument(0))
		return
	case "mkMergedOptionModule":
		if list, ok := argument(0).(*eval.List); ok {
			for _, t := range list.Items {
				m.redirect(call, m.Force(t), argument(1))
			}
		}
		return
	default:
		return
	}
	m.redirect(call, from, to)
}

// gone is the option that a redirection says something of: where it is written, and its path.
func (m *modules) gone(call *eval.Call, from eval.Value) (catalog.Option, bool) {
	with := call.Function.Name()
	path, ok := m.strings(from)
	if !ok || len(path) == 0 {
		m.problem(".", "a "+with+" cannot be read without running Nix")
		return catalog.Option{}, false
	}
	o := catalog.Option{Path: dotted(path), DeclaredWith: with}
	o.DeclaredIn, o.Line, o.Column = m.position(call.Node)
	return o, true
}

// removedOption notes an option that is only declared in order to refuse it.
func (m *modules) removedOption(call *eval.Call, from eval.Value) {
	o, ok := m.gone(call, from)
	if !ok {
		return
	}
	r := RemovedOption{Path: o.Path, DeclaredIn: o.DeclaredIn, Line: o.Line, Column: o.Column}
	if len(call.Args) > 1 {
		r.Instead = strings.TrimSpace(m.shownText(call.Args[1]))
	}
	m.removed = append(m.removed, r)
}

// redirect declares an alias.
func (m *modules) redirect(call *eval.Call, from, to eval.Value) {
	o, ok := m.gone(call, from)
	if !ok {
		return
	}
	target, ok := m.strings(to)
	if !ok || len(target) == 0 {
		m.problem(o.Path, "the option that it stands for cannot be read without running Nix")
		return
	}
	o.RenamedTo = dotted(target)
	m.declare(declaration{option: o, typ: optionType{like: o.RenamedTo}, detail: Detail{Hidden: true}})
}

// finish works out the types that are those of other options, and sorts everything.
func (m *modules) finish(e *Extraction) {
	for path, d := range m.declared {
		t := m.resolved(d.typ)
		o := d.option
		o.Type = t.description
		o.Kind, o.Elem, o.Nullable, _ = catalog.ReadType(o.Type)
		if !t.valuesOpen && (o.Kind == catalog.KindEnum || o.Elem == catalog.KindEnum) {
			o.Values, o.ValuesInList = t.values, o.Elem == catalog.KindEnum
		}
		e.Options = append(e.Options, o)
		e.Details[path] = d.detail
	}
	slices.SortFunc(e.Options, func(a, b catalog.Option) int { return cmp.Compare(a.Path, b.Path) })
	e.Removed = m.removed
	slices.SortFunc(e.Removed, func(a, b RemovedOption) int { return cmp.Compare(a.Path, b.Path) })
}

// resolved follows the options that a type is said to be like.
func (m *modules) resolved(t optionType) optionType {
	for range 8 {
		if t.like == "" {
			return t
		}
		d, ok := m.declared[t.like]
		if !ok {
			foreign, _ := foreignType(t.like)
			return foreign
		}
		t = d.typ
	}
	return optionType{}
}
