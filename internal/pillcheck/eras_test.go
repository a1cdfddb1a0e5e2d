package pillcheck_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/edition"
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

// Where the lines stand that the shipped pills cite is known at every revision.
func TestCitedLinesAreKnown(t *testing.T) {
	l, pills := library(t), pill.Load(shipped(t))
	all := pills.Pills()
	for _, more := range []func() (*pill.Pill, bool){pills.Index, pills.Glossary} {
		if p, ok := more(); ok {
			all = append(slices.Clip(all), p)
		}
	}
	seen := 0
	for _, p := range all {
		at, _ := l.Revision(p.Revision)
		for _, u := range p.Units() {
			for _, place := range claims.Places(edition.Claims(u)) {
				if has, _ := l.HasFile(at, place.Path); !has || place.First == 0 {
					continue
				}
				seen++
				if _, _, _, known := l.LineAt(at, at, place.Path, place.First); !known {
					t.Errorf("%s: where %s:%d stands elsewhere is not known; run make catalog UPSTREAM=DIR", p.File, place.Path, place.First)
				}
			}
		}
	}
	if seen < 150 {
		t.Error("only", seen, "lines")
	}
}
