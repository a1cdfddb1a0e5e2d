package ide_test

import (
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// TestPillsOnTheWeb hovers where the settings say that the pills are on the web.
func TestPillsOnTheWeb(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	settings, problems := workspace.ParseSettings([]byte(`{"pills": {"url": "https://example.org/jetpills"}}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	cache := t.TempDir()
	sn := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), Settings: &settings, CacheDir: cache}).Snapshot()
	const text = `{ hardware.nvidia-jetpack.som = "orin-agx"; }`
	hover, ok := ide.HoverAt(sn, workspace.NewPageDocument(library.Newest().Revision.Hash, text), strings.Index(text, "som"))
	if !ok {
		t.Fatal("nothing is said of som")
	}
	said := hover.Markdown(ide.PillLinks(sn))
	if want := "[Read on in pill 07](https://example.org/jetpills/07-nixos-modules.html#which-som-am-i)"; !strings.Contains(said, want) || strings.Contains(said, "file:") {
		t.Errorf("it does not say %s:\n%s", want, said)
	}
	if link := ide.PillLinks(sn)("README.md", ""); link != "https://example.org/jetpills/index.html" {
		t.Errorf("the index is at %s", link)
	}
}
