package ide_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/nixtest"
)

// exactly is the catalog of a known revision.
func exactly(t *testing.T, library *catalog.Library, revision string) *catalog.Catalog {
	t.Helper()
	c, match := library.At(revision)
	if match != catalog.Exact {
		t.Fatalf("%s is not known", revision)
	}
	return c
}

// askUpstream has Nix evaluate a file of testdata, a function of lib, the source of a revision of jetpack-nixos, its L4T versions
// and cases, which are expressions. It gives the folder with the source.
func askUpstream(t *testing.T, file string, c *catalog.Catalog, cases []string, answers any) (source string) {
	t.Helper()
	stubs, err := filepath.Abs(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	source = t.TempDir()
	nixtest.UnpackUpstream(t, c.Revision.Hash, source)
	var ask strings.Builder
	fmt.Fprintf(&ask, "import %s { lib = import %s; source = %s; l4t = { ", stubs, nixtest.Lib(t), source)
	for _, g := range c.Generations() {
		fmt.Fprintf(&ask, "%q = %q; ", g.Major, g.L4T)
	}
	fmt.Fprintf(&ask, "}; cases = [\n%s\n]; }", strings.Join(cases, "\n"))
	nixtest.Eval(t, ask.String(), answers)
	return source
}
