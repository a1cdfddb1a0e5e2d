package site_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/site"
)

func filesOf(names ...string) []site.File {
	var all []site.File
	for _, name := range names {
		all = append(all, site.File{Name: name, Content: []byte("of " + name + "\n")})
	}
	return all
}

// tree is the files of a folder with what is in them; links are followed nowhere.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Type()&os.ModeSymlink != 0 {
			return err
		}
		content, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		all[filepath.ToSlash(rel)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWriteTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "site")
	if err := site.Write(dir, filesOf("index.html", "old/page.html", "assets/a.css"), false); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "try/index.html", "of someone else")
	put(t, dir, "index.html", "spoiled")
	if err := site.Write(dir, filesOf("index.html", "assets/a.css", "assets/b.css"), false); err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	want := map[string]string{"index.html": "of index.html\n", "assets/a.css": "of assets/a.css\n", "assets/b.css": "of assets/b.css\n", "try/index.html": "of someone else"}
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s has %q", name, got[name])
		}
	}
	if len(got) != len(want)+1 || !strings.Contains(got[".jetpills-site"], "\nassets/b.css\n") {
		t.Errorf("the folder has %v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "old")); err == nil {
		t.Error("a folder is left over")
	}
}

func TestWriteRefuses(t *testing.T) {
	files := filesOf("index.html", "assets/a.css")
	cases := map[string]struct {
		prepare func(t *testing.T, dir string)
		says    string
		forced  bool // --force writes
	}{
		"another folder": {func(t *testing.T, dir string) { put(t, dir, "thesis.txt", "years") }, "is not empty, and no site", true},
		"another page":   {func(t *testing.T, dir string) { put(t, dir, "index.html", "mine") }, "is not empty, and no site", true},
		"a page in a site of ours": {func(t *testing.T, dir string) {
			if err := site.Write(dir, filesOf("other.html"), false); err != nil {
				t.Fatal(err)
			}
			put(t, dir, "index.html", "mine")
		}, "has index.html from elsewhere", true},
		"another file of the manifest's name": {func(t *testing.T, dir string) { put(t, dir, ".jetpills-site", "mine") }, "is not empty, and no site", true},
		"a file": {func(t *testing.T, dir string) {
			_ = os.Remove(dir)
			put(t, filepath.Dir(dir), filepath.Base(dir), "mine")
		}, "is not a folder", false},
		"a file above": {func(t *testing.T, dir string) {
			_ = os.Remove(dir)
			put(t, filepath.Dir(filepath.Dir(dir)), "up", "mine")
		}, "not a directory", false},
		"a folder in the place of a page": {func(t *testing.T, dir string) { put(t, dir, "index.html/mine", "mine") }, "is not empty, and no site", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			dir := filepath.Join(top, "up", "site")
			if name == "a file above" {
				if err := os.WriteFile(filepath.Join(top, "up"), []byte("mine"), 0o644); err != nil {
					t.Fatal(err)
				}
			} else {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
				c.prepare(t, dir)
			}
			before := tree(t, top)
			err := site.Write(dir, files, false)
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says %v", err)
			}
			for file, content := range tree(t, top) {
				if before[file] != content {
					t.Errorf("%s has %q now", file, content)
				}
			}
			if err := site.Write(dir, files, true); (err == nil) != c.forced {
				t.Errorf("with force it says %v", err)
			}
		})
	}
}

// TestWriteStaysInside has links in the folder, and a list of files, that lead out of it.
func TestWriteStaysInside(t *testing.T) {
	top := t.TempDir()
	dir, outside := filepath.Join(top, "site"), filepath.Join(top, "outside")
	put(t, outside, "a.css", "mine")
	put(t, outside, "page.html", "mine")
	put(t, dir, ".jetpills-site", "# of another run\n../outside/a.css\n"+filepath.ToSlash(outside)+"/a.css\nindex.html\nassets/a.css\nlink.html\nassets\n..\n")
	if err := os.Symlink(filepath.Join(outside, "page.html"), filepath.Join(dir, "index.html")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "page.html"), filepath.Join(dir, "link.html")); err != nil {
		t.Fatal(err)
	}
	if err := site.Write(dir, filesOf("index.html"), false); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "assets")); err != nil {
		t.Fatal(err)
	}
	if err := site.Write(dir, filesOf("index.html", "assets/a.css"), true); err == nil {
		t.Error("it writes through a link to another folder")
	}
	for name, content := range tree(t, outside) {
		if content != "mine" {
			t.Errorf("%s outside has %q", name, content)
		}
	}
	if got := tree(t, dir); got["index.html"] != "of index.html\n" || got["link.html"] != "" {
		t.Errorf("the folder has %v", got)
	}
	if len(tree(t, outside)) != 2 {
		t.Error("something is missing outside")
	}
}
