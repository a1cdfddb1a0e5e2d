package workspace

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNixFiles holds which files belong together, and that it is said where some are left out.
func TestNixFiles(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"repo/.git/HEAD":                   "",
		"repo/a.nix":                       "saved",
		"repo/b.nix":                       "b",
		"repo/notes.txt":                   "",
		"repo/deep/er/c.nix":               "c",
		"repo/result/d.nix":                "",
		"repo/.hidden/e.nix":               "e",
		"repo/jetpack/modules/default.nix": "{ options.hardware.nvidia-jetpack = { }; }",
		"repo/jetpack/overlay.nix":         "",
		"repo/jetpack/mk-overlay.nix":      "",
		"repo/jetpack/flake.nix":           "",
		"repo/binary.nix":                  "\x00",
		"loose/f.nix":                      "f",
		"loose/below/g.nix":                "",
		"other/h.nix":                      "h",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for _, test := range []struct {
		dir      string
		folders  []string
		open     map[string]string // texts by name
		want     string            // texts
		complete bool
	}{
		{dir: "repo", want: "b c saved", complete: true},
		{dir: "repo/deep", want: "b c saved", complete: true},
		{dir: "repo/.hidden", want: "e", complete: true},
		{dir: "loose", want: "f", complete: true},
		{dir: "loose", folders: []string{"repo", "loose", "loose/below"}, want: " b c f saved", complete: true},
		{dir: "loose/below", folders: []string{"other"}, want: " h", complete: true},
		{dir: "repo", open: map[string]string{"repo/a.nix": "edited", "repo/new.nix": "new", "other/h.nix": "elsewhere", "untitled": "none"},
			want: "b c edited new none", complete: true},
		{dir: "", open: map[string]string{"untitled": "none"}, want: "none", complete: true},
		{dir: "gone", want: "", complete: true},
	} {
		session, _ := newSession(t)
		var folders []string
		for _, folder := range test.folders {
			folders = append(folders, in(folder))
		}
		session.SetFolders(folders)
		for name, content := range test.open {
			path := ""
			if strings.Contains(name, "/") {
				path = in(name)
			}
			session.Open(name, path, "nix", 1, content)
		}
		folder := test.dir
		if folder != "" {
			folder = in(folder)
		}
		var got []string
		complete := session.Snapshot().NixFiles(folder, func(d *Document) bool {
			got = append(got, d.Text)
			return true
		})
		slices.Sort(got)
		if shown := strings.Join(got, " "); shown != test.want || complete != test.complete {
			t.Errorf("%s in %s, with %d open: %q, complete: %v; want %q", test.dir, test.folders, len(test.open), shown, complete, test.want)
		}
	}
}

// TestNixFilesEnd: nobody reads on who has enough, or where nobody waits, and a file that is too large is left out.
func TestNixFilesEnd(t *testing.T) {
	dir := t.TempDir()
	for i := range 100 {
		if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i/26))+string(rune('a'+i%26))+".nix"), []byte("{ }"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	session, _ := newSession(t)
	session.SetFolders([]string{dir})
	visited := 0
	if session.Snapshot().NixFiles(dir, func(*Document) bool { visited++; return visited < 3 }) || visited != 3 {
		t.Errorf("%d files for who wants three", visited)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if session.Snapshot().Until(left).NixFiles(dir, func(*Document) bool { visited++; return true }) || visited != 3 {
		t.Errorf("%d files for nobody", visited-3)
	}
	large, err := os.Create(filepath.Join(dir, "aa.nix"))
	if err != nil {
		t.Fatal(err)
	}
	if err := large.Truncate(mostRead + 1); err != nil {
		t.Fatal(err)
	}
	visited = 0
	if session.Snapshot().NixFiles(dir, func(*Document) bool { visited++; return true }) || visited != 99 {
		t.Errorf("%d files without the large one", visited)
	}
}
