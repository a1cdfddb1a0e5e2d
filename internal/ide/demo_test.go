package ide_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/starter"
	"jetpills/internal/workspace"
)

// TestEveryNameAnswers holds hovers to an answer at each name of the configuration that people try first, and of the one that jetpills new
// writes. A newcomer knows none of these names.
func TestEveryNameAnswers(t *testing.T) {
	demo := filepath.Join("..", "..", "testdata", "configs", "orin-agx")
	shown := map[string]string{}
	for _, name := range []string{"flake.nix", "flake.lock", "configuration.nix", "hardware-configuration.nix"} {
		content, err := os.ReadFile(filepath.Join(demo, name))
		if err != nil {
			t.Fatal(err)
		}
		shown[name] = string(content)
	}
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	for _, f := range starter.Files(library.Newest(), starter.Example) {
		written[f.Name] = f.Text
	}
	silent := []string{"true", "false", "jetson", "module"} // values, and variables of the text's own
	for what, files := range map[string]map[string]string{"the demo": shown, "jetpills new": written} {
		t.Run(what, func(t *testing.T) {
			session := newSession(t)
			dir := layOut(t, files)
			session.SetFolders([]string{dir})
			sn, asked := session.Snapshot(), 0
			for name, content := range files {
				if filepath.Ext(name) != ".nix" {
					continue
				}
				path := filepath.Join(dir, filepath.FromSlash(name))
				doc := workspace.NewDocument(path, path, "nix", 1, content)
				for token := range doc.Tree().Tokens() {
					if token.Kind != syntax.Word || slices.Contains(silent, content[token.Start:token.End]) {
						continue
					}
					asked++
					if _, ok := ide.HoverAt(sn, doc, token.Start); !ok {
						t.Errorf("%s: nothing at %s", name, content[token.Start:min(len(content), token.Start+40)])
					}
				}
			}
			if asked < 60 {
				t.Errorf("asked at %d names only", asked)
			}
		})
	}
}
