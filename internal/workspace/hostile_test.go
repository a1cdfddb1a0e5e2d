package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests of this file are about data from strangers: lock files, source trees and modules that mean harm.

// TestNoPathLeavesTheWorkspaceOrTheStore has lock files that point at a source tree which is none of the workspace's.
func TestNoPathLeavesTheWorkspaceOrTheStore(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "jetpack-nixos")
	laySource(t, secret, "secret")
	for _, test := range []struct {
		name string
		lay  func(t *testing.T, dir string)
	}{
		{"an absolute path", func(t *testing.T, dir string) {
			write(t, dir, "flake.lock", lockWith(fmt.Sprintf(`{"type": "path", "path": %q}`, secret)))
		}},
		{"a path with dots", func(t *testing.T, dir string) {
			up, err := filepath.Rel(dir, secret)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, "flake.lock", lockWith(fmt.Sprintf(`{"type": "path", "path": %q}`, up)))
		}},
		{"a path through a link", func(t *testing.T, dir string) {
			write(t, dir, "flake.lock", lockWith(`{"type": "path", "path": "./vendor/jetpack-nixos"}`))
			if err := os.Symlink(outside, filepath.Join(dir, "vendor")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a file address", func(t *testing.T, dir string) {
			write(t, dir, "flake.lock", lockWith(fmt.Sprintf(`{"type": "git", "url": "file://%s"}`, secret)))
		}},
		{"a name of niv with dots", func(t *testing.T, dir string) {
			write(t, dir, "nix/sources.json", fmt.Sprintf(`{"../../..%s": {"owner": "anduril", "repo": "jetpack-nixos", "rev": %q, "sha256": %q}}`,
				secret[:len(secret)-len("-nixos")], unknown, narHash))
			if err := os.Symlink(secret, secret[:len(secret)-len("-nixos")]+"-src"); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, store, _ := storeSession(t)
			if err := os.MkdirAll(store, 0o755); err != nil {
				t.Fatal(err)
			}
			dir := repository(t)
			test.lay(t, dir)
			if p := ask(t, s, dir, "{ }"); p.Basis.IsRead() || p.Source != nil || strings.Contains(values(p), "secret") {
				t.Errorf("read from %s: %s", p.Source.Location.Dir, values(p))
			}
		})
	}
}

// TestStorePathThatLeadsOut has a link where the store should have the source.
func TestStorePathThatLeadsOut(t *testing.T) {
	s, store, _ := storeSession(t)
	dir, outside := repository(t), t.TempDir()
	laySource(t, outside, "secret")
	write(t, dir, "flake.lock", githubLock("someone", unknown))
	path := ask(t, s, dir, "{ }").Pin.StorePath
	if err := os.MkdirAll(store, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, path); err != nil {
		t.Fatal(err)
	}
	if p := ask(t, s, dir, "{ }"); p.Basis.IsRead() || p.Source != nil {
		t.Errorf("read %s", values(p))
	}
}

// TestLinksOutOfASource has source trees whose files are links to what is outside.
func TestLinksOutOfASource(t *testing.T) {
	s, _, _ := storeSession(t)
	dir, outside := repository(t), t.TempDir()
	laySource(t, dir, "own")
	write(t, outside, "more.nix", strings.ReplaceAll(moreModule, "more", "secret"))
	write(t, outside, "pkgs/secret.nix", "{ }")
	write(t, dir, "overlay.nix", `final: prev: { nvidia-jetpack6 = final.lib.makeScope final.newScope (self:
  { jetpackMajorMinorPatchVersion = "6.2"; } // final.lib.packagesFromDirectoryRecursive { inherit (self) callPackage; directory = ./pkgs; }); }`)
	for name, target := range map[string]string{"modules/more.nix": filepath.Join(outside, "more.nix"), "pkgs": filepath.Join(outside, "pkgs")} {
		link := filepath.Join(dir, name)
		if err := os.RemoveAll(link); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	p := ask(t, s, dir, "{ }")
	if !p.Basis.IsRead() || values(p) != "generic own" {
		t.Fatalf("the rest of the tree: %+v", p)
	}
	if _, ok := p.Catalog.Option("hardware.nvidia-jetpack.secret"); ok {
		t.Error("an option of a file outside")
	}
	if _, ok := p.Catalog.Package("secret"); ok {
		t.Error("a package of a folder outside")
	}
	for _, name := range []string{"modules/more.nix", "pkgs/secret.nix", "pkgs", "../" + filepath.Base(outside) + "/more.nix"} {
		if file, ok := p.Source.File(name); ok {
			t.Errorf("a jump to %s leads to %s", name, file)
		}
	}
	if len(p.Source.Problems()) == 0 {
		t.Error("nobody is told")
	}
}

// TestLocksThatCannotBe has lock files that are huge, damaged, nested without end or no files: each costs a line in the log,
// and the next best file is taken.
func TestLocksThatCannotBe(t *testing.T) {
	for name, lay := range map[string]func(t *testing.T, path string){
		"100 MB": func(t *testing.T, path string) {
			write(t, filepath.Dir(path), "flake.lock", lockOf("someone", unknown, "1"))
			if err := os.Truncate(path, 100<<20); err != nil {
				t.Fatal(err)
			}
		},
		"nested 5 million deep": func(t *testing.T, path string) {
			write(t, filepath.Dir(path), "flake.lock", strings.Repeat("[", 5_000_000))
		},
		"half written": func(t *testing.T, path string) {
			whole := lockOf("someone", unknown, "1")
			write(t, filepath.Dir(path), "flake.lock", whole[:len(whole)/2])
		},
		"in conflict": func(t *testing.T, path string) {
			write(t, filepath.Dir(path), "flake.lock", "<<<<<<< ours\n"+lockOf("someone", unknown, "1")+"\n=======\n>>>>>>> theirs\n")
		},
		"a folder": func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		},
		"a link out of the folder": func(t *testing.T, path string) {
			if err := os.Symlink(write(t, t.TempDir(), "flake.lock", lockOf("someone", unknown, "1")), path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, logs := newSession(t)
			dir := repository(t)
			lay(t, filepath.Join(dir, "flake.lock"))
			write(t, dir, "npins/sources.json", `{"version": 5, "pins": {"jp": {"repository": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos"}, "revision": "`+newest+`"}}}`)
			start := time.Now()
			p := ask(t, s, dir, "{ }")
			if took := time.Since(start); took > patience {
				t.Errorf("took %v", took)
			}
			if p.Pin.Format != "npins" || p.Basis != Exact {
				t.Errorf("%+v", p.Pin)
			}
			if logs.FilterMessageSnippet("using the next file that pins jetpack-nixos").Len() != 1 {
				t.Errorf("log: %v", logs.All())
			}
		})
	}
}

// TestSourcesWithoutEnd has source trees that are nested, imported and large without end.
func TestSourcesWithoutEnd(t *testing.T) {
	for name, lay := range map[string]func(t *testing.T, dir string){
		"nested": func(t *testing.T, dir string) {
			write(t, dir, "modules/more.nix", strings.Repeat("{ a = ", 100_000))
		},
		"imports in a circle": func(t *testing.T, dir string) {
			write(t, dir, "modules/more.nix", "{ imports = [ ./default.nix ./more.nix ../modules ]; }")
		},
		"names without end": func(t *testing.T, dir string) {
			write(t, dir, "modules/more.nix", `let x = [ x x ]; f = a: f (a ++ a); in { imports = f [ ./more.nix ]; options = f x; }`)
		},
		"100 MB": func(t *testing.T, dir string) {
			if err := os.Truncate(write(t, dir, "modules/more.nix", moreModule), 100<<20); err != nil {
				t.Fatal(err)
			}
		},
		"many options": func(t *testing.T, dir string) {
			var b strings.Builder
			b.WriteString("{ lib, ... }: {\n")
			for i := range 10_000 {
				fmt.Fprintf(&b, "options.o%d = lib.mkOption { };\n", i)
			}
			write(t, dir, "modules/more.nix", b.String()+"}")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, _ := storeSession(t)
			dir := repository(t)
			laySource(t, dir, "own")
			lay(t, dir)
			start := time.Now()
			p := ask(t, s, dir, "{ }")
			if took := time.Since(start); took > patience {
				t.Errorf("took %v", took)
			}
			if !p.Basis.IsRead() || values(p) != "generic own" && name != "many options" || len(p.Catalog.Options()) > 5000 {
				t.Errorf("the rest of the tree: %v, %s, %d options", p.Basis.IsRead(), values(p), len(p.Catalog.Options()))
			}
		})
	}
}

// TestNothingIsRunOrWritten has a workspace whose files would leave traces if anything evaluated them or wrote beside them.
func TestNothingIsRunOrWritten(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	laySource(t, dir, "own")
	trace := filepath.Join(t.TempDir(), "trace")
	write(t, dir, "modules/more.nix", fmt.Sprintf(`{ lib, ... }: { imports = [ (builtins.exec [ "touch" %q ]) (import (builtins.fetchurl "file://%s")) ]; }`, trace, trace))
	write(t, dir, "own.nix", board("x"))
	before := listing(t, dir)
	p := ask(t, s, dir, `{ hardware.nvidia-jetpack.som = "own"; }`)
	d, _ := s.Snapshot().Document(filepath.Join(dir, "configuration.nix"))
	s.Snapshot().UserValues(d, boardOption)
	p.Source.File("modules/more.nix")
	if after := listing(t, dir); after != before {
		t.Errorf("the workspace had\n%s\nand has\n%s", before, after)
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("something of the workspace ran")
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	if err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		fmt.Fprintln(&b, path, info.Mode(), info.ModTime())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
