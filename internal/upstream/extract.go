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
	root, err := openFolder(dir)
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
	x := &interpreter{source: newSource(fsys), steps: maxSteps}
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
	m := modules{interpreter: x, seen: map[string]bool{}, declared: map[string]*declaration{}}
	m.file(entry)
	m.finish(&e)
	x.packages(&e)
	x.soms(&e, entry)
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
	*interpreter
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
	m.module(m.evaluate(f.tree.Root().Child(0), nil), nil, false, 0)
}

// module reads a module, or what stands for modules in a list of imports. prefix is where its options are.
func (m *modules) module(v *value, prefix []string, field bool, depth int) {
	if depth > maxImports || !m.enter() {
		return
	}
	defer m.leave()
	switch v = m.called(v); v.kind {
	case pathValue:
		if len(prefix) == 0 {
			m.file(v.text)
		} else {
			m.module(m.imported(v), prefix, field, depth+1)
		}
	case choiceValue, listValue:
		for _, t := range v.list {
			m.module(m.force(t), prefix, field, depth+1)
		}
	case callValue:
		if len(prefix) == 0 {
			m.redirection(v)
		}
	case setValue:
		if imports, ok := v.set.byName["imports"]; ok {
			m.module(m.force(imports.thunk), prefix, field, depth+1)
		}
		if options, ok := v.set.byName["options"]; ok {
			m.options(m.force(options.thunk), prefix, field)
		}
	}
}

// options reads a set of options.
func (m *modules) options(v *value, prefix []string, field bool) {
	v = m.merged(v)
	if v.kind != setValue || len(prefix) > maxOptionDepth || !m.enter() {
		return
	}
	defer m.leave()
	for _, name := range v.set.names {
		if name == "*" || len(name) > maxName || strings.ContainsAny(name, ".\n") {
			m.problem(dotted(prefix), fmt.Sprintf("the option %.40q below it is left out for its name", name))
			continue
		}
		a := v.set.byName[name]
		path := append(slices.Clip(prefix), name)
		below := m.merged(m.force(a.thunk))
		switch {
		case below.kind == setValue && below.set.isOption():
			m.option(below.set, a, path, field)
		case below.kind == setValue:
			m.options(below, path, field)
		default:
			m.problem(dotted(path), "what is declared here cannot be read without running Nix")
		}
	}
}

// isOption reports whether a function that makes options made the set.
func (s *attrs) isOption() bool {
	switch s.maker {
	case "mkOption", "mkEnableOption", "mkPackageOption":
		return true
	}
	return false
}

func dotted(path []string) string { return strings.Join(path, ".") }

// option reads the declaration of one option.
func (m *modules) option(s *attrs, at *attr, path []string, field bool) {
	if len(m.declared) >= maxOptions {
		m.problem(".", fmt.Sprintf("more than %d options are left out", maxOptions))
		return
	}
	d := declaration{option: catalog.Option{Path: dotted(path), DeclaredWith: s.maker, Field: field}}
	o := &d.option
	if at.file != nil {
		o.DeclaredIn = at.file.path
		o.Line, o.Column = at.file.place(at.offset)
	}
	is := func(name string) bool {
		v := m.selected(setOf(s), name)
		return v.kind == boolValue && v.truth
	}
	o.Internal, o.ReadOnly = is("internal"), is("readOnly")
	if a, ok := s.byName["default"]; ok {
		o.HasDefault, o.Default = true, a.text()
	}
	if a, ok := s.byName["defaultText"]; ok {
		o.DefaultText = m.shownText(a.thunk)
	}
	if a, ok := s.byName["example"]; ok {
		if example, ok := m.plain(m.force(a.thunk), 0); ok {
			if text, err := json.Marshal(example); err == nil {
				o.Example = string(text)
			}
		}
	}
	if a, ok := s.byName["description"]; ok {
		d.detail.Description = strings.TrimSpace(m.shownText(a.thunk))
	}
	if v := m.selected(setOf(s), "visible"); v.kind == boolValue && !v.truth {
		d.detail.Hidden = true
	}
	_, d.detail.Applied = s.byName["apply"]
	switch a, ok := s.byName["type"]; {
	case ok:
		d.typ = m.typeOf(a.thunk)
	case !s.open:
		d.typ = optionType{description: "unspecified value", class: noun}
	}
	m.declare(d)
	below := path
	if d.typ.element {
		below = append(slices.Clip(path), "*")
	}
	for _, t := range d.typ.fields {
		m.module(m.force(t), below, true, 0)
	}
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
func (m *modules) redirection(v *value) {
	name := functionName(v.head.path)
	argument := func(i int) *value {
		if i < len(v.list) {
			return m.force(v.list[i])
		}
		return unknown
	}
	var from, to *value
	switch name {
	case "mkRenamedOptionModule", "mkAliasOptionModule", "mkAliasOptionModuleMD", "mkChangedOptionModule":
		from, to = argument(0), argument(1)
	case "mkRenamedOptionModuleWith", "doRename":
		from, to = m.selected(argument(0), "from"), m.selected(argument(0), "to")
	case "mkRemovedOptionModule":
		from = argument(0)
	case "mkMergedOptionModule":
		to = argument(1)
		if list := argument(0); list.kind == listValue {
			for _, t := range list.list {
				m.redirect(name, v, m.force(t), to)
			}
		}
		return
	default:
		return
	}
	m.redirect(name, v, from, to)
}

// redirect declares an alias, or an option that is gone where to is nil.
func (m *modules) redirect(with string, call, from, to *value) {
	path, ok := m.strings(from)
	if !ok || len(path) == 0 {
		m.problem(".", "a "+with+" cannot be read without running Nix")
		return
	}
	o := catalog.Option{Path: dotted(path), DeclaredWith: with}
	if file := m.trees[call.node.Tree()]; file != nil {
		o.DeclaredIn = file.path
		o.Line, o.Column = file.place(call.node.Span().Start)
	}
	if to == nil {
		r := RemovedOption{Path: o.Path, DeclaredIn: o.DeclaredIn, Line: o.Line, Column: o.Column}
		if len(call.list) > 1 {
			r.Instead = strings.TrimSpace(m.shownText(call.list[1]))
		}
		m.removed = append(m.removed, r)
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

// plain is a value as JSON has it; false for one that JSON or this reading does not know.
func (x *interpreter) plain(v *value, depth int) (any, bool) {
	if depth > 8 || !x.enter() {
		return nil, false
	}
	defer x.leave()
	switch v.kind {
	case nullValue:
		return nil, true
	case boolValue:
		return v.truth, true
	case stringValue:
		return v.text, true
	case numberValue:
		return json.RawMessage(v.text), json.Valid([]byte(v.text))
	case listValue:
		out := []any{}
		for _, t := range v.list {
			item, ok := x.plain(x.force(t), depth+1)
			if !ok || v.open {
				return nil, false
			}
			out = append(out, item)
		}
		return out, !v.open
	case setValue:
		out := map[string]any{}
		for _, name := range v.set.names {
			item, ok := x.plain(x.force(v.set.byName[name].thunk), depth+1)
			if !ok {
				return nil, false
			}
			out[name] = item
		}
		return out, !v.set.open && v.set.maker == ""
	}
	return nil, false
}
