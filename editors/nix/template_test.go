package nix_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/starter"
)

var update = flag.Bool("update", false, "write the template anew")

// TestTemplate holds the template of the flake to what jetpills new writes.
func TestTemplate(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, f := range starter.Files(library.Newest(), starter.Example) {
		want[f.Name] = f.Text
		if file := filepath.Join("template", f.Name); *update {
			if err := os.WriteFile(file, []byte(f.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := map[string]string{}
	err = fs.WalkDir(os.DirFS("template"), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			var content []byte
			content, err = os.ReadFile(filepath.Join("template", name))
			got[name] = string(content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s differs: go test ./editors/nix -run TestTemplate -update", name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	var template struct{ Path, Description string }
	of(t, `{ path = toString f.templates.default.path; inherit (f.templates.default) description; }`, &template)
	if !strings.HasSuffix(template.Path, "/editors/nix/template") || template.Description == "" {
		t.Errorf("the template is %+v", template)
	}
}
