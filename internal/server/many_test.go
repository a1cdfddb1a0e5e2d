package server

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// TestDefinitionInManyFiles holds that a jump finds what stands in the last of many files, also right after the start: where a hover
// may say less for a moment, no place reads as a fact.
func TestDefinitionInManyFiles(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, content string) { lay(t, filepath.Join(dir, name), content) }
	write("flake.nix", `{ inputs.jetpack.url = "github:anduril/jetpack-nixos"; outputs = { jetpack, ... }: { }; }`)
	for i := range 150 {
		write(fmt.Sprintf("a/m%d.nix", i), "{ config, ... }: { networking.hostName = config.x.name; }\n")
	}
	write("z/scope.nix", "{\n  nixpkgs.overlays = [ (final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (a: b: { mine = 1; }); }) ];\n}\n")
	session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir()})
	session.SetFolders([]string{dir})
	e := startMarkerEditor(t, session, dir)
	file := filepath.Join(dir, "new.nix")
	text := "{ pkgs, ... }: { x = pkgs.nvidia-jetpack.mine; }\n"
	e.open(file, text)
	var found json.RawMessage
	err = e.Call(t.Context(), "textDocument/definition", map[string]any{
		"textDocument": map[string]any{"uri": uri.File(file)}, "position": map[string]any{"line": 0, "character": strings.Index(text, "mine") + 1},
	}, &found)
	if err != nil || !strings.Contains(string(found), "scope.nix") {
		t.Errorf("a jump to a member that z/scope.nix adds gave %s, %v", found, err)
	}
}
