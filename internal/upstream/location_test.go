package upstream_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/upstream"
)

// lay writes files below a new folder. A content of "→ x" makes a symbolic link to x.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if target, ok := strings.CutPrefix(content, "→ "); ok && err == nil {
			err = os.Symlink(target, path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLocationStaysInside(t *testing.T) {
	dir := lay(t, map[string]string{
		"store/a-source/modules/default.nix": "{ }", "store/a-source/pkgs/x/default.nix": "{ }",
		"outside/modules/default.nix": "{ }", "outside/secret.nix": "{ }",
		"store/b-source": "→ /etc", "store/c-source": "→ ../outside", "store/a-source/absolute.nix": "→ /etc/passwd",
		"store/a-source/relative.nix": "→ ../../outside/secret.nix", "store/a-source/own.nix": "→ modules/default.nix",
	})
	store := filepath.Join(dir, "store")
	at := func(name string) upstream.Location {
		return upstream.Location{Dir: filepath.Join(store, name), Within: store, Fixed: true}
	}
	for name, want := range map[string]bool{
		"a-source": true, "b-source": false, "c-source": false, "none": false, "../outside": false, "a-source/own.nix": false,
	} {
		if got := at(name).Exists(); got != want {
			t.Errorf("%s exists: %v", name, got)
		}
	}
	for name, want := range map[string]string{
		"modules/default.nix": "modules/default.nix", "modules": "modules/default.nix", "pkgs/x": "pkgs/x/default.nix", "own.nix": "own.nix",
		"absolute.nix": "", "relative.nix": "", "../../outside/secret.nix": "", "none.nix": "", "pkgs": "", "/etc/passwd": "",
	} {
		file, err := at("a-source").File(name)
		got := strings.TrimPrefix(filepath.ToSlash(file), filepath.ToSlash(store)+"/a-source/")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s lies at %q, %v", name, file, err)
		}
	}
}
