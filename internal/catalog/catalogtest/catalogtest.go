// Package catalogtest holds catalogs against what evaluations of jetpack-nixos gave. testdata/README.md says how they were
// made. Only tests use it.
package catalogtest

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/catalog/facts"
)

//go:embed testdata
var testdata embed.FS

// Evaluations are what evaluations gave, revision by revision.
type Evaluations struct {
	revisions []revision
	at        map[string]int // by hash
	catalogs  map[string][]shape
	trees     []struct {
		Extras []string
		Places []int
	}
	places []struct {
		Eras map[string]map[string]int // by the era's first digits and the path; the line
	}
	eras    map[string]map[string]declaration // by the first digits and the path
	extras  map[string]declaration
	history struct {
		Options []struct{ Path, Introduced, AliasSince, Removed, Reintroduced, RenamedTo string }
		Values  []struct{ Path, Value, Since string }
	}
	scopes struct {
		Of     []int
		Scopes []scope
	}
	outputs struct {
		Of      []int
		Outputs []outputs
	}
	others struct {
		Of     []int
		Others []map[string]catalog.OnOthers
	}
	generations []struct {
		Generations  []catalog.Generation
		DefaultMajor []struct{ Prefix, SoM, Major string }
	}
	soms     catalog.Evaluated
	packages struct {
		Rev                   string
		Scope                 []member
		TopLevel, SystemBuild []catalog.Attribute
		Outputs               []catalog.Output
	}
}

type revision struct {
	Rev, Date  string
	Mainline   bool
	Catalog    string
	Like       string
	Tree       *int
	Generation *int
}

// shape is an option as it is in the catalogs.
type shape struct {
	Path, Type           string
	HasDefault, Internal bool
}

// declaration is an option as it is in the eras, the revisions that were evaluated in full.
type declaration struct {
	shape
	Values                           []string
	RenamedTo                        string
	Field, ReadOnly                  bool
	File, With, Default, DefaultText string
	Line, Column                     int
	Example                          json.RawMessage
}

// scope is a set of names, as the difference to the set before: where each is, as the JetPack majors and "device".
type scope struct {
	Set     map[string]string
	Removed []string
	Top     []string
	members map[string]string
}

// outputs are names by output of a flake, as the difference to the ones before.
type outputs struct {
	Set     map[string][]string
	Removed []string
	names   map[string][]string
}

// member is a package, with what the catalog's JSON leaves out.
type member struct {
	catalog.Package
	Name             string
	Line, DeviceLine int
}

// Read reads all evaluations.
func Read() (*Evaluations, error) {
	e := &Evaluations{at: map[string]int{}, catalogs: map[string][]shape{}, eras: map[string]map[string]declaration{}}
	var catalogs []struct {
		Key     string
		Removed []string
		Set     []shape
	}
	folder, err := fs.Sub(testdata, "testdata")
	if err != nil {
		return nil, err
	}
	read := func(from fs.FS, name string, into any) {
		text, failed := fs.ReadFile(from, name)
		if failed == nil {
			failed = json.Unmarshal(text, into)
		}
		if failed != nil && err == nil {
			err = fmt.Errorf("%s: %w", name, failed)
		}
	}
	read(folder, "revisions.json", &e.revisions)
	read(folder, "catalogs.json", &catalogs)
	read(folder, "trees.json", &e.trees)
	read(folder, "places.json", &e.places)
	read(folder, "history.json", &e.history)
	read(folder, "scopes.json", &e.scopes)
	read(folder, "outputs.json", &e.outputs)
	read(folder, "others.json", &e.others)
	read(facts.Files, "generations.json", &e.generations)
	read(facts.Files, "soms.json", &e.soms)
	read(facts.Files, "packages.json", &e.packages)
	eras, _ := fs.Glob(folder, "eras/*.json")
	for _, name := range eras {
		var era struct {
			Rev     string
			Options []declaration
		}
		read(folder, name, &era)
		byPath := map[string]declaration{}
		for _, o := range era.Options {
			byPath[o.Path] = o
		}
		e.eras[era.Rev[:min(7, len(era.Rev))]] = byPath
	}
	if err != nil {
		return nil, err
	}
	for i, r := range e.revisions {
		e.at[r.Rev] = i
	}
	now := map[string]shape{}
	for _, c := range catalogs {
		for _, path := range c.Removed {
			delete(now, path)
		}
		for _, s := range c.Set {
			now[s.Path] = s
		}
		for _, s := range now {
			e.catalogs[c.Key] = append(e.catalogs[c.Key], s)
		}
	}
	members := map[string]string{}
	for i := range e.scopes.Scopes {
		s := &e.scopes.Scopes[i]
		for _, name := range s.Removed {
			delete(members, name)
		}
		for name, where := range s.Set {
			members[name] = where
		}
		s.members = map[string]string{}
		for name, where := range members {
			s.members[name] = where
		}
	}
	names := map[string][]string{}
	for i := range e.outputs.Outputs {
		o := &e.outputs.Outputs[i]
		for _, name := range o.Removed {
			delete(names, name)
		}
		maps.Copy(names, o.Set)
		o.names = maps.Clone(names)
	}
	e.complete()
	return e, nil
}

// complete mends the catalogs from the eras: the catalogs show two types as the stub they were evaluated with, and leave out
// some options, on which all eras agree.
func (e *Evaluations) complete() {
	type stub struct{ path, typ string }
	full := map[stub]string{}
	known := map[string]bool{}
	for _, options := range e.catalogs {
		for _, s := range options {
			known[s.Path] = true
		}
	}
	e.extras = map[string]declaration{}
	for short, era := range e.eras {
		at := slices.IndexFunc(e.revisions, func(r revision) bool { return strings.HasPrefix(r.Rev, short) })
		for _, s := range e.catalogs[e.revisions[at].Catalog] {
			if o, ok := era[s.Path]; ok && o.Type != s.Type {
				full[stub{s.Path, s.Type}] = o.Type
			}
		}
		for path, o := range era {
			if !known[path] {
				e.extras[path] = o
			}
		}
	}
	for _, options := range e.catalogs {
		for i, s := range options {
			if typ, ok := full[stub{s.Path, s.Type}]; ok {
				options[i].Type = typ
			}
		}
	}
}

// Revisions are the hashes of all commits, in the order of history.
func (e *Evaluations) Revisions() []string {
	var all []string
	for _, r := range e.revisions {
		all = append(all, r.Rev)
	}
	return all
}

// Evaluated is the commit that was evaluated in most respects: all that is known only of one is known of it.
func (e *Evaluations) Evaluated() string { return e.packages.Rev }

// Evaluates reports whether a commit has options that can be evaluated. Where not, like is the nearest ancestor that has.
func (e *Evaluations) Evaluates(rev string) (ok bool, like string) {
	r := e.revisions[e.at[rev]]
	return r.Catalog != "", r.Like
}

// Mainline reports whether a commit is on the first-parent line.
func (e *Evaluations) Mainline(rev string) bool { return e.revisions[e.at[rev]].Mainline }

// Day is the day of a commit, as 2006-01-02.
func (e *Evaluations) Day(rev string) string { return e.revisions[e.at[rev]].Date }

// Options are the options of a commit, sorted by path. Where the place of a declaration is not known, DeclaredIn is empty, and
// so are Line, Column, DeclaredWith, the default, the example and ReadOnly.
func (e *Evaluations) Options(rev string) []catalog.Option {
	r := e.revisions[e.at[rev]]
	declared := e.declarations(*r.Tree)
	shapes := e.catalogs[r.Catalog]
	has := map[string]bool{}
	for _, s := range shapes {
		has[s.Path] = true
	}
	var out []catalog.Option
	for _, s := range shapes {
		out = append(out, option(s, e.renamed(s, has), false, declared[s.Path]))
	}
	for _, path := range e.trees[*r.Tree].Extras {
		x := e.extras[path]
		out = append(out, option(x.shape, x.RenamedTo, x.Field, declared[path]))
	}
	slices.SortFunc(out, func(a, b catalog.Option) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func option(s shape, renamedTo string, field bool, d declaration) catalog.Option {
	o := catalog.Option{Path: s.Path, Type: s.Type, HasDefault: s.HasDefault, Internal: s.Internal, RenamedTo: renamedTo, Field: field}
	o.Kind, o.Elem, o.Nullable, o.Values = catalog.ReadType(s.Type)
	o.ValuesInList = o.Elem == catalog.KindEnum
	// A declaration that contradicts the evaluation of this very revision is another one.
	if d.HasDefault != s.HasDefault || (d.RenamedTo != "") != (renamedTo != "") {
		return o
	}
	o.DeclaredIn, o.Line, o.Column, o.DeclaredWith = d.File, d.Line, d.Column, d.With
	o.Default, o.DefaultText, o.Example, o.ReadOnly = d.Default, d.DefaultText, string(d.Example), d.ReadOnly
	return o
}

// renamed is what an option is an alias of. The catalogs do not mark aliases: an option that was renamed at some time is one
// where it has no default and its target is there too, or is none of jetpack-nixos's options.
func (e *Evaluations) renamed(s shape, has map[string]bool) string {
	if s.HasDefault {
		return ""
	}
	ours := false
	to := ""
	for _, h := range e.history.Options {
		if h.Path == s.Path {
			to = h.RenamedTo
		}
	}
	for _, h := range e.history.Options {
		ours = ours || h.Path == to
	}
	if has[to] || !ours {
		return to
	}
	return ""
}

// declarations are those of a tree that are as in an era. A path that stands in two files is left out.
func (e *Evaluations) declarations(tree int) map[string]declaration {
	found, twice := map[string]declaration{}, map[string]bool{}
	for _, file := range e.trees[tree].Places {
		for era, lines := range e.places[file].Eras {
			for path, line := range lines {
				d := e.eras[era][path]
				_, seen := found[path]
				twice[path] = twice[path] || seen
				d.Line = line
				found[path] = d
			}
		}
	}
	for path := range twice {
		if twice[path] {
			delete(found, path)
		}
	}
	return found
}
