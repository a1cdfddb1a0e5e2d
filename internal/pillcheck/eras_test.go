package pillcheck_test

import (
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
)

// eras are revisions that people pin, and the first that has options. make eras checks all others.
var eras = []string{"532ad24", "946072c", "20bc50f", "8f27a0b", "a751cf1", "da52b9d", "5a83306", "f7e672c", "4a4e93a"}

func catalogs(t *testing.T, l *catalog.Library) []*catalog.Catalog {
	var all []*catalog.Catalog
	for _, rev := range eras {
		c, match := l.At(rev)
		if match != catalog.Exact {
			t.Fatal(rev, match)
		}
		all = append(all, c)
	}
	return all
}

func TestEras(t *testing.T) {
	l := library(t)
	findings, hovers := pillcheck.Eras(pill.Load(shipped(t)), l, catalogs(t, l))
	for _, f := range findings {
		t.Error(f)
	}
	if hovers < 1500 {
		t.Error("only", hovers, "hovers")
	}
}

// A name that stands where claims are not looked for is found by the check of eras.
func TestErasFindWhatIsNotMarked(t *testing.T) {
	l := library(t)
	files := fstest.MapFS{"07-modules.md": &fstest.MapFile{Data: []byte("---\nrevision: " + l.Newest().Revision.Hash + `
---
# Pill 07: Modules

## Options
<!-- explains: option:hardware.nvidia-jetpack.som -->

A ` + "`som`" + ` goes with one version: ` + "`nix eval .#majorVersion`" + ` is an output of somebody's.
`)}}
	findings, _ := pillcheck.Eras(pill.Load(files), l, catalogs(t, l))
	if len(findings) != 3 {
		t.Errorf("found %v", findings)
	}
}
