package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/catalog"
	"jetpills/internal/catalog/facts"
)

func read(t *testing.T) (*tables, *catalog.Library) {
	t.Helper()
	tables, err := readTables(facts.Files)
	if err != nil {
		t.Fatal(err)
	}
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return tables, l
}

func TestDataHaveTheTables(t *testing.T) {
	tables, l := read(t)
	d := catalog.DataOf(l)
	for what, pair := range map[string][2]any{
		"evaluated":       {tables.evaluated(), d.Evaluated},
		"summaries":       {tables.summaries, d.Summaries},
		"other summaries": {tables.otherSummaries, d.OtherSummaries},
		"names":           {tables.names, d.Names},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s are not those of internal/catalog/facts; run make catalog (-facts +data):\n%s", what, diff)
		}
	}
	if len(tables.refused) == 0 {
		t.Error("no commit is refused")
	}
	for rev := range tables.refused {
		if _, match := l.At(rev); match != catalog.NoModules {
			t.Errorf("%s is refused, and its catalog is %v", rev, match)
		}
	}
}

// Summaries belong to something that some revision has; a typo in a key would never be seen.
func TestSummariesBelongToSomething(t *testing.T) {
	tables, l := read(t)
	evaluated, _ := l.At(tables.packages.Rev)
	options, packages := map[string]bool{}, map[string]bool{}
	for _, s := range catalog.DataOf(l).Sources {
		for _, o := range s.Options {
			for path := o.Path; path != ""; path = path[:max(strings.LastIndexByte(path, '.'), 0)] {
				options[path] = true
			}
		}
		for _, p := range s.Packages {
			packages[p.Name], packages[catalog.ScopeName+"."+p.Name] = true, true
		}
		for _, a := range s.Overlay {
			packages[a.Name] = true
		}
		for _, m := range s.Members {
			packages[m.Set+"."+m.Name] = true
		}
		for _, a := range s.Build {
			packages["system.build."+a.Name] = true
		}
	}
	for path := range tables.summaries {
		if !options[path] {
			t.Errorf("summaries.json describes the option %s, which no revision has", path)
		}
	}
	for name := range tables.otherSummaries {
		if path, value, ok := strings.Cut(name, "="); ok {
			if o, ok := evaluated.Option(path); ok && len(o.Values) > 0 && !slices.Contains(o.Values, value) && !l.ValueSince(path, value).Known() {
				t.Errorf("summaries.json describes %s, which is no value of the option", name)
			}
			continue
		}
		if _, ok := evaluated.Package(name); !ok && !packages[name] {
			t.Errorf("summaries.json describes the package %s, which no revision has", name)
		}
	}
}
