package ide_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/catalog"
)

var (
	libDir      = flag.String("lib", "", "a folder with nixpkgs' lib, to take the answers of Nix anew")
	libRevision = flag.String("revision", "", "the commit of the lib in -lib, where that is no clone")
	upstreamDir = flag.String("upstream", "", "a clone of jetpack-nixos, to take the answers of Nix anew")
)

// answered are the answers of Nix that a file has. With -lib, record takes them anew first; nil leaves them.
func answered[T any](t *testing.T, file string, record func(*testing.T, *catalog.Library) T) (all T) {
	t.Helper()
	if *libDir != "" && record != nil {
		content, err := json.MarshalIndent(record(t, newSession(t).Snapshot().Library()), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(content, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// exactly is the catalog of a known revision.
func exactly(t *testing.T, library *catalog.Library, revision string) *catalog.Catalog {
	t.Helper()
	c, match := library.At(revision)
	if match != catalog.Exact {
		t.Fatalf("%s is not known", revision)
	}
	return c
}

// nixpkgsLib is the path of nixpkgs' lib, for Nix.
func nixpkgsLib(t *testing.T) string {
	t.Helper()
	lib, err := filepath.Abs(filepath.Join(*libDir, "lib"))
	if err != nil {
		t.Fatal(err)
	}
	return lib
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
	unpackUpstream(t, c.Revision.Hash, source)
	var ask strings.Builder
	fmt.Fprintf(&ask, "import %s { lib = import %s; source = %s; l4t = { ", stubs, nixpkgsLib(t), source)
	for _, g := range c.Generations() {
		fmt.Fprintf(&ask, "%q = %q; ", g.Major, g.L4T)
	}
	fmt.Fprintf(&ask, "}; cases = [\n%s\n]; }", strings.Join(cases, "\n"))
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "-")
	cmd.Stdin = strings.NewReader(ask.String())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v: %s", err, stderr.Bytes()[max(0, stderr.Len()-2000):])
	}
	if err := json.Unmarshal(out, answers); err != nil {
		t.Fatal(err)
	}
	return source
}

// unpackUpstream writes a revision of jetpack-nixos into a folder.
func unpackUpstream(t *testing.T, revision, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	archive, err := exec.Command("git", "-C", *upstreamDir, "archive", revision).Output()
	if err != nil {
		t.Fatalf("git archive %s in %s: %v", revision, *upstreamDir, err)
	}
	unpack := exec.Command("tar", "x", "-C", dir)
	unpack.Stdin = bytes.NewReader(archive)
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
}
