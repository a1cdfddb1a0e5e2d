package server

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.lsp.dev/uri"
)

// TestReferencesInOpenDocuments: open documents are searched in place of their files, under the client's names for them, what
// an editor shows of older versions is not, and positions count the client's units.
func TestReferencesInOpenDocuments(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"saved.nix", "my host.nix"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(`{ hardware.nvidia-jetpack.som = "orin-nx"; }`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	edited := "file:" + filepath.Join(dir, "my host.nix") // with the space as it is
	e.openAs(edited, `/* 😀 */ { hardware.nvidia-jetpack.som = "orin-agx"; }`)
	e.openAs("untitled:1", `{ options.hardware.nvidia-jetpack.som = 1; config.hardware.nvidia-jetpack.som = "orin-nx"; }`)
	e.openAs("git:"+filepath.Join(dir, "saved.nix"), `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	for declaration, want := range map[bool][]string{
		false: {edited + " 35-38", "untitled:1 74-77", string(uri.File(filepath.Join(dir, "saved.nix"))) + " 26-29"},
		true:  {edited + " 35-38", "untitled:1 34-37", "untitled:1 74-77", string(uri.File(filepath.Join(dir, "saved.nix"))) + " 26-29"},
	} {
		var found []struct {
			URI   string
			Range wireRange
		}
		err := e.Call(t.Context(), "textDocument/references", map[string]any{
			"textDocument": map[string]any{"uri": edited}, "position": map[string]any{"line": 0, "character": 36},
			"context": map[string]any{"includeDeclaration": declaration},
		}, &found)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range found {
			got = append(got, fmt.Sprintf("%s %d-%d", r.URI, r.Range.Start.Character, r.Range.End.Character))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("with declaration %v: %q, want %q", declaration, got, want)
		}
	}
}
