package pill

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"jetpills/pills"
)

func TestSearch(t *testing.T) {
	for _, tt := range []struct {
		dir, words string
		want       []string // the first hits
		all        bool     // and no others
	}{
		{"plain", "makescope", []string{"03#scopes-with-makescope"}, false},
		{"plain", "Overlays", []string{"03", "03#overlays"}, false},
		{"plain", "carrier regulators", []string{"04#carrier-board"}, true},
		{"plain", "regul", []string{"04#carrier-board"}, true},
		{"plain", "egulators", nil, true},
		{"plain", "regulators makeScope", nil, true},
		{"plain", "hardware.nvidia-jetpack", []string{"04#the-som-option", "07#conditional-settings"}, true},
		{"plain", "architecture view", []string{"04"}, true},
		{"plain", "", nil, true},
		{"plain", "  ", nil, true},
		{"annotated", "secureboot", nil, true},
		{"annotated", "uefi", []string{"03#firmware"}, true},
		{"annotated", "layered", []string{"03"}, true},
	} {
		var got []string
		for _, hit := range loadDir(t, tt.dir).Search(tt.words) {
			got = append(got, hit.Section.Ref())
		}
		shown := got
		if !tt.all {
			shown = got[:min(len(got), len(tt.want))]
		}
		if d := cmp.Diff(tt.want, shown); d != "" {
			t.Errorf("%q: %s", tt.words, d)
		}
	}
}

func TestSnippets(t *testing.T) {
	long := strings.Repeat("grün ", 40) + "needle " + strings.Repeat("blau ", 40)
	c := Load(files("03-a.md", "# A\n\n## S\n\nFirst line.\n"+long+"\n\n| a | b |\n|---|---|\n| table | cell |\n\n## Needle in the heading\n\nText.\n"))
	hits := c.Search("needle")
	if len(hits) != 2 || hits[0].Snippet != "Text." {
		t.Fatalf("%v", hits)
	}
	snippet := hits[1].Snippet
	if !strings.Contains(snippet, "needle") || strings.Contains(snippet, "\n") || utf8.RuneCountInString(snippet) > 104 || !utf8.ValidString(snippet) {
		t.Errorf("snippet %q", snippet)
	}
	if hits := c.Search("table"); len(hits) != 1 || hits[0].Snippet != "table cell" {
		t.Errorf("%v", hits)
	}
}

// TestMeant holds what people may call a section.
func TestMeant(t *testing.T) {
	c := Load(pills.FS)
	for words, want := range map[string]string{
		"07": "07", "07#which-som-am-i": "07#which-som-am-i", "makeScope": "03#makescope-a-package-set-of-your-own", "overlay order": "03#order-decides-who-wins",
		"Overlay Order": "03#order-decides-who-wins", "hardware.nvidia-jetpack.som": "07#which-som-am-i", "recovery mode": "08#recovery-mode",
		"som": "04#soms-at-a-glance", "boot order": "08#initialbootorder-where-uefi-looks-first", "power mode": "07#nvpmodel-power-modes",
		"orin-agx": "", "77": "none", "07#nothing-of-this": "none", "zebra": "none", "": "none", "  ": "none",
	} {
		got := "none"
		if s, ok := c.Meant(words); ok {
			got = s.Ref()
		}
		if got != want && want != "" || got == "none" && want == "" {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
}
