package server

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// TestNewsOfFiles holds that what is written to disk shows in the first answer after the notification, and soon.
func TestNewsOfFiles(t *testing.T) {
	const (
		newer    = "4d857d6da48c420da39964b6fb7ba23a958abad3"
		config   = `{ hardware.nvidia-jetpack.som = "orin-nx"; hardware.nvidia-jetpack.carrierBoard = "x"; }`
		onOption = 27
		onValue  = 85
	)
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	var older catalog.Revision
	for _, r := range library.Revisions() {
		if _, match := library.At(r.Hash); match == catalog.Exact && r.Hash != newer {
			older = r
		}
	}
	flake := func(rev string) string {
		return fmt.Sprintf(`{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "jp"}}, "jp": {"locked": {"type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": %q}}}}`, rev)
	}
	npins := func(rev string) string {
		return fmt.Sprintf(`{"version": 5, "pins": {"jp": {"repository": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos"}, "revision": %q}}}`, rev)
	}
	niv := func(rev string) string {
		return fmt.Sprintf(`{"jp": {"owner": "anduril", "repo": "jetpack-nixos", "rev": %q}}`, rev)
	}
	lon := func(rev string) string {
		return fmt.Sprintf(`{"version": "1", "sources": {"jp": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos", "revision": %q}}}`, rev)
	}
	module := func(value string) string {
		return fmt.Sprintf(`{ lib, ... }: { options.hardware.nvidia-jetpack.som = lib.mkOption { type = lib.types.enum [ %q ]; }; }`, value)
	}
	board := func(value string) string {
		return fmt.Sprintf(`{ lib, ... }: { options.hardware.nvidia-jetpack.carrierBoard = lib.mkOption { type = lib.types.enum [ %q ]; }; }`, value)
	}
	ownPill := func(text string) string {
		return "# Pill 07: Own\n\n## The som option\n<!-- explains: option:hardware.nvidia-jetpack.som -->\n\n" + text + "\n"
	}
	for _, test := range []struct {
		name, file      string
		one, two        string // contents of the file
		showOne, showTo string // parts of the hovers then
		at              int
		more            map[string]string
	}{
		{name: "flake.lock", file: "flake.lock", one: flake(older.Hash), two: flake(newer), showOne: older.Short(), showTo: newer[:7], at: onOption},
		{name: "npins", file: "npins/sources.json", one: npins(older.Hash), two: npins(newer), showOne: older.Short(), showTo: newer[:7], at: onOption},
		{name: "niv", file: "nix/sources.json", one: niv(older.Hash), two: niv(newer), showOne: older.Short(), showTo: newer[:7], at: onOption},
		{name: "lon", file: "lon.lock", one: lon(older.Hash), two: lon(newer), showOne: older.Short(), showTo: newer[:7], at: onOption},
		{
			name: "a module of a checkout", file: "modules/default.nix", one: module("first"), two: module("second"),
			showOne: "enum · `first`", showTo: "enum · `second`", at: onOption,
			more: map[string]string{"overlay.nix": "final: prev: { }", "mk-overlay.nix": "{ }"},
		},
		{name: "a board of the user's", file: "boards/own.nix", one: board("y"), two: board("x"), showOne: "not one of its values", showTo: "your own", at: onValue},
		{name: "a pill of the user's", file: "pills/07-own.md", one: ownPill("First words."), two: ownPill("Second words."), showOne: "First words.", showTo: "Second words.", at: onOption},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, content string) {
				t.Helper()
				file := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for name, content := range test.more {
				write(name, content)
			}
			write(test.file, test.one)
			settings := workspace.DefaultSettings()
			if strings.HasSuffix(test.file, ".md") {
				settings.PillsPath = "pills"
			}
			session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir(), Settings: &settings})
			session.SetFolders([]string{dir})
			e := startMarkerEditor(t, session, dir)
			document := filepath.Join(dir, "configuration.nix")
			e.open(document, config)
			hover := func() string {
				t.Helper()
				var result struct{ Contents struct{ Value string } }
				if err := e.Call(t.Context(), "textDocument/hover", map[string]any{
					"textDocument": map[string]any{"uri": uri.File(document)}, "position": map[string]any{"line": 0, "character": test.at},
				}, &result); err != nil {
					t.Fatal(err)
				}
				return result.Contents.Value
			}
			if got := hover(); !strings.Contains(got, test.showOne) {
				t.Fatalf("no %q in\n%s", test.showOne, got)
			}
			const soon = 100 * time.Millisecond
			soonest := time.Hour
			for round := 0; round < 6 || soonest > soon && round < 100; round++ { // the machine may be busy with something else
				content, want := test.two, test.showTo
				if round%2 == 1 {
					content, want = test.one, test.showOne
				}
				write(test.file, content)
				start := time.Now()
				if err := e.Notify("workspace/didChangeWatchedFiles", map[string]any{
					"changes": []any{map[string]any{"uri": uri.File(filepath.Join(dir, filepath.FromSlash(test.file))), "type": 2}},
				}); err != nil {
					t.Fatal(err)
				}
				got := hover()
				soonest = min(soonest, time.Since(start))
				if !strings.Contains(got, want) {
					t.Fatalf("round %d: no %q in\n%s", round, want, got)
				}
			}
			t.Logf("answered %v after the notification", soonest)
			if soonest > soon {
				t.Errorf("the answer came %v after the notification, want %v", soonest, soon)
			}
		})
	}
}

// TestWatchedFiles holds that the client is asked to watch just the files that matter.
func TestWatchedFiles(t *testing.T) {
	watches := func(file string) bool {
		return slices.ContainsFunc(watched(), func(g protocol.GlobPattern) bool {
			pattern, ok := g.(protocol.Pattern)
			if !ok {
				t.Fatalf("%v is no plain pattern", g)
			}
			parts := strings.Split(strings.TrimPrefix(string(pattern), "**/"), "/")
			names := strings.Split(file, "/")
			if len(names) < len(parts) {
				return false
			}
			ok, err := path.Match(strings.Join(parts, "/"), strings.Join(names[len(names)-len(parts):], "/"))
			if err != nil {
				t.Fatal(err)
			}
			return ok
		})
	}
	for _, file := range []string{
		"flake.lock", "hosts/flake.lock", "flake.nix", "npins/sources.json", "nix/sources.json", "lon.lock", "default.nix", "configuration.nix",
		"overlay.nix", "mk-overlay.nix", ".git/HEAD",
	} {
		if !watches(file) || !pins.Concerns("/w/"+file) {
			t.Errorf("%s: watched %v, of concern %v", file, watches(file), pins.Concerns("/w/"+file))
		}
	}
	for _, file := range []string{"modules/devices.nix", "pkgs/x/default.nix", "boards/own.nix", "pills/03-overlays.md"} {
		if !watches(file) {
			t.Errorf("%s is not watched", file)
		}
	}
	for _, file := range []string{"a.c", "package.json", "data/sources.json", ".git/index", "Cargo.lock"} {
		if watches(file) {
			t.Errorf("%s is watched", file)
		}
	}
}
