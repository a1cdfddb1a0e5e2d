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
	var ever []catalog.Option
	for _, s := range catalog.DataOf(l).Sources {
		ever = append(ever, s.Options...)
	}
	for path := range tables.summaries {
		if !slices.ContainsFunc(ever, func(o catalog.Option) bool { return o.Path == path }) {
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
		if !slices.ContainsFunc([]*catalog.Catalog{evaluated, l.Newest()}, func(c *catalog.Catalog) bool {
			_, ok := c.Package(name)
			return ok || slices.ContainsFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == name })
		}) {
			t.Errorf("summaries.json describes the package %s, which no newer revision has", name)
		}
	}
}
