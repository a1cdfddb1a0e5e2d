package pins

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestFormats holds what all rows of the table have in common.
func TestFormats(t *testing.T) {
	names, files := map[Format]bool{}, map[string]Format{}
	for _, row := range formats {
		if names[row.name] || row.name == None {
			t.Errorf("%s is there twice", row.name)
		}
		names[row.name] = true
		readers := 0
		for _, reads := range []bool{row.lock != nil, row.find != nil, row.text != nil} {
			if reads {
				readers++
			}
		}
		if readers > 1 || readers == 0 && row.name != Page && row.name != Setting && row.name != Fetch && row.name != Unlocked {
			t.Errorf("%s has %d readers", row.name, readers)
		}
		if (row.lock != nil && len(row.files) != 1) || (row.find != nil) != (len(row.files) > 1) || (row.text != nil) != (row.mark != "") {
			t.Errorf("%s: nothing says where it stands", row.name)
		}
		for _, name := range row.files {
			if by, ok := files[name]; ok {
				t.Errorf("%s is of %s and of %s", name, by, row.name)
			}
			files[name] = row.name
			if path := "/w/" + name; !Concerns(path) || !Concerns(filepath.Dir(path)) && strings.Contains(name, "/") {
				t.Errorf("%s: changes of %s do not count", row.name, name)
			}
		}
		words, file := Pin{Format: row.name, File: "/w/x.nix"}.By()
		if words == "" || strings.Contains(words, "%s") && file == "" {
			t.Errorf("%s is named %q in a sentence, with the file %q", row.name, words, file)
		}
	}
}

// TestRoot: a lock file pins the inputs of the folder that its name begins in.
func TestRoot(t *testing.T) {
	for file, format := range map[string]Format{"flake.lock": "flake.lock", "npins/sources.json": "npins", "nix/sources.json": "niv", "lon.lock": "lon"} {
		dir := filepath.FromSlash("/w/npins")
		if got := (Pin{Format: format, File: filepath.Join(dir, filepath.FromSlash(file))}).Root(); got != dir {
			t.Errorf("%s: %s", file, got)
		}
	}
	for _, format := range []Format{Checkout, Setting, Entry, Address, None} {
		if got := (Pin{Format: format, File: "/w/flake.nix"}).Root(); got != "" {
			t.Errorf("%s: %s", format, got)
		}
	}
}
