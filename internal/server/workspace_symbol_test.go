package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// TestWorkspaceSymbol asks as a client does: hosts and options of a checkout lead to their lines, all else into the pills.
func TestWorkspaceSymbol(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	write := func(dir string, files map[string]string) {
		for name, content := range files {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	type found struct {
		Name, ContainerName string
		Kind                int
		Location            struct {
			URI   string
			Range wireRange
		}
	}
	ask := func(e *markerEditor, query string) (all []found) {
		t.Helper()
		if err := e.Call(t.Context(), "workspace/symbol", map[string]any{"query": query}, &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	cache := t.TempDir()
	start := func(dir string) *markerEditor {
		session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: cache})
		return startMarkerEditor(t, session, dir)
	}
	dir := t.TempDir()
	write(dir, map[string]string{
		"modules/default.nix": "{ lib, ... }: {\n  /* 😀 */ options.hardware.nvidia-jetpack.carrierBoard = lib.mkOption { type = lib.types.enum [ \"devkit\" ]; };\n}",
		"overlay.nix":         "final: prev: { }", "mk-overlay.nix": "{ }",
	})
	e := start(dir)
	at := func(f found) string {
		return fmt.Sprintf("%s:%d:%d", filepath.Base(uri.URI(f.Location.URI).FsPath()), f.Location.Range.Start.Line, f.Location.Range.Start.Character)
	}
	all := ask(e, "carrier")
	if len(all) < 2 || all[0].Name != "hardware.nvidia-jetpack.carrierBoard" || all[0].Kind != 7 || at(all[0]) != "default.nix:1:11" {
		t.Fatalf("%+v", all)
	}
	all = ask(e, "cuda cap")
	if len(all) == 0 || all[0].Name != "CUDA and GPU packages › Capabilities per SoM" || all[0].ContainerName != "pill 06" {
		t.Fatalf("%+v", all)
	}
	section := all[0].Location
	content, err := os.ReadFile(uri.URI(section.URI).FsPath())
	if err != nil {
		t.Fatal(err)
	}
	if line := strings.Split(string(content), "\n")[section.Range.Start.Line]; line != "### Capabilities per SoM" {
		t.Errorf("it leads to %q", line)
	}

	const flake = "{\n  outputs = { self, nixpkgs, jp }: {\n    nixosConfigurations.rover = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default { hardware.nvidia-jetpack.enable = true; } ]; };\n  };\n}\n"
	hosts := t.TempDir()
	write(hosts, map[string]string{"flake.nix": flake, "flake.lock": `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "jp"}},
		"jp": {"locked": {"owner": "anduril", "repo": "jetpack-nixos", "rev": "4d857d6da48c420da39964b6fb7ba23a958abad3"}}}}`})
	e = start(hosts)
	e.open(filepath.Join(hosts, "flake.nix"), flake)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) { // the hosts are read meanwhile
		if all = ask(e, "rover"); len(all) > 0 && all[0].Name == "rover" && all[0].Kind == 2 && at(all[0]) == "flake.nix:2:4" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the host: %+v", all)
		}
	}

	other := t.TempDir()
	write(other, map[string]string{"flake.nix": "{ outputs = { self, nixpkgs }: { }; }"})
	for _, query := range []string{"", "carrier", "cuda"} {
		if all := ask(start(other), query); len(all) > 0 {
			t.Errorf("elsewhere %q finds %+v", query, all)
		}
	}
}
