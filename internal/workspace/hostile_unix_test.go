//go:build unix

package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPipes has named pipes where files and folders should be: whoever opens one waits for somebody to write.
func TestPipes(t *testing.T) {
	pipe := func(t *testing.T, parts ...string) string {
		t.Helper()
		path := filepath.Join(parts...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	replace := func(t *testing.T, parts ...string) {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(parts...)); err != nil {
			t.Fatal(err)
		}
		pipe(t, parts...)
	}
	const packages = `final: prev: { nvidia-jetpack6 = final.lib.makeScope final.newScope (self:
  { jetpackMajorMinorPatchVersion = "6.2"; } // final.lib.packagesFromDirectoryRecursive { inherit (self) callPackage; directory = ./pkgs; }); }`
	for _, test := range []struct {
		name string
		lay  func(t *testing.T, s *Session, dir, store string)
		read bool // what is left of the source can be read
	}{
		{"lock files", func(t *testing.T, _ *Session, dir, _ string) {
			for _, name := range []string{"flake.lock", "npins/sources.json", "nix", "lon.lock", "flake.nix", "default.nix", ".hg"} {
				pipe(t, dir, name)
			}
		}, false},
		{"the head of a checkout", func(t *testing.T, _ *Session, dir, _ string) {
			laySource(t, dir, "own")
			replace(t, dir, ".git", "HEAD")
		}, true},
		{"a module", func(t *testing.T, _ *Session, dir, _ string) {
			laySource(t, dir, "own")
			replace(t, dir, "modules", "more.nix")
		}, true},
		{"a folder of packages", func(t *testing.T, _ *Session, dir, _ string) {
			laySource(t, dir, "own")
			write(t, dir, "overlay.nix", packages)
			pipe(t, dir, "pkgs")
		}, true},
		{"a package, and a link to one", func(t *testing.T, _ *Session, dir, _ string) {
			laySource(t, dir, "own")
			write(t, dir, "overlay.nix", packages)
			pipe(t, dir, "pkgs", "a.nix")
			pipe(t, dir, "pkgs", "b", "package.nix")
			if err := os.Symlink("a.nix", filepath.Join(dir, "pkgs", "c")); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"an input that is a path", func(t *testing.T, _ *Session, dir, _ string) {
			write(t, dir, "flake.lock", lockWith(`{"type": "path", "path": "./jetpack-nixos"}`))
			pipe(t, dir, "jetpack-nixos")
		}, false},
		{"an input that is a link", func(t *testing.T, _ *Session, dir, _ string) {
			write(t, dir, "flake.lock", lockWith(`{"type": "path", "path": "./jetpack-nixos"}`))
			pipe(t, dir, "pipe")
			if err := os.Symlink("pipe", filepath.Join(dir, "jetpack-nixos")); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a store path", func(t *testing.T, s *Session, dir, _ string) {
			write(t, dir, "flake.lock", githubLock("someone", unknown))
			pipe(t, ask(t, s, dir, "{ }").Pin.StorePath)
		}, false},
		{"the store", func(t *testing.T, _ *Session, dir, store string) {
			write(t, dir, "flake.lock", githubLock("someone", unknown))
			pipe(t, store)
		}, false},
		{"the checkout of the setting", func(t *testing.T, s *Session, dir, _ string) {
			settings := DefaultSettings()
			settings.UpstreamPath = pipe(t, dir, "jetpack-nixos")
			s.SetSettings(settings)
		}, false},
		{"a module of one's own", func(t *testing.T, _ *Session, dir, _ string) {
			pipe(t, dir, "own.nix")
			pipe(t, dir, "more")
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, store, _ := storeSession(t)
			dir := repository(t)
			done := make(chan Pinned, 1)
			go func() {
				test.lay(t, s, dir, store)
				p := ask(t, s, dir, "{ }")
				d, _ := s.Snapshot().Document(filepath.Join(dir, "configuration.nix"))
				s.Snapshot().UserValues(d, boardOption)
				if p.Source != nil {
					p.Source.File("pkgs")
				}
				done <- p
			}()
			select {
			case p := <-done:
				if p.Basis.IsRead() != test.read || test.read && !strings.HasPrefix(values(p), "generic own") {
					t.Errorf("read: %v, %s", p.Basis.IsRead(), values(p))
				}
			case <-time.After(patience):
				t.Fatal("still waiting for a pipe")
			}
		})
	}
}
