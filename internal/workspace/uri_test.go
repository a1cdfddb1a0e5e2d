package workspace

import (
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/pills"
)

func TestPathOf(t *testing.T) {
	for _, test := range []struct{ uri, posix, windows string }{
		{"file:///a/b.nix", "/a/b.nix", ""},
		{"FILE:///a/b.nix", "/a/b.nix", ""},
		{"file:/a/b.nix", "/a/b.nix", ""},
		{"file://localhost/a/b.nix", "/a/b.nix", ""},
		{"file:///a%20b/%C3%A9%23%3f%25.nix", "/a b/é#?%.nix", ""},
		{"file:///a%2fb/../c.nix", "/a/c.nix", ""},
		{"file:///a/%ff.nix", "/a/\xff.nix", ""},
		{"file:///a/100%.nix", "/a/100%.nix", ""},
		{"file:///a/%zz%41.nix", "/a/%zzA.nix", ""},
		{"file:///a/b.nix?at=1#L3", "/a/b.nix", ""},
		{"/a/b.nix", "/a/b.nix", ""},
		{"file:///a/", "/a", ""},
		{"file:///", "/", ""},

		{"file:///c:/Users/x", "", `C:\Users\x`},
		{"file:///c%3A/Users/x", "", `C:\Users\x`},
		{"file:///C%3a/Users/x", "", `C:\Users\x`},
		{"file:/c:/Users/x", "", `C:\Users\x`},
		{"file:///c:/", "", `C:\`},
		{"file:///c:", "", `C:\`},
		{`c:\Users\x`, "", `C:\Users\x`},
		{"c:/Users/x", "", `C:\Users\x`},
		{"file://wsl.localhost/Ubuntu/home/x", "", `\\wsl.localhost\Ubuntu\home\x`},
		{"file:////wsl.localhost/Ubuntu/home/x", "", `\\wsl.localhost\Ubuntu\home\x`},
		{"file://wsl%24/Ubuntu/x", "", `\\wsl$\Ubuntu\x`},
		{`\\server\share\x`, "", `\\server\share\x`},

		{"", "", ""},
		{"file:", "", ""},
		{"file://", "", ""},
		{"file:a/b.nix", "", ""},
		{"file:///a%00b", "", ""},
		{"file://server", "", ""},
		{"a/b.nix", "", ""},
		{"untitled:Untitled-1", "", ""},
		{"untitled:/a/b.nix", "", ""},
		{"git:/a/b.nix?{}", "", ""},
		{"vscode-vfs://github/a/b.nix", "", ""},
		{"https://example.org/a.nix", "", ""},
	} {
		for windows, want := range map[bool]string{false: test.posix, true: test.windows} {
			if got, ok := pathOf(test.uri, windows); got != want || ok != (want != "") {
				t.Errorf("%q, Windows %v: %q, %v; want %q", test.uri, windows, got, ok, want)
			}
		}
	}
}

func TestFileURI(t *testing.T) {
	for _, test := range []struct {
		path    string
		windows bool
		want    string
	}{
		{"/a b#c%41?.nix", false, "file:///a%20b%23c%2541%3F.nix"},
		{"/a/\xff.nix", false, "file:///a/%FF.nix"},
		{`/a\b.nix`, false, "file:///a%5Cb.nix"},
		{`C:\Users\x y\p.md`, true, "file:///C:/Users/x%20y/p.md"},
		{`\\server\share\p.md`, true, "file://server/share/p.md"},
		{`\\wsl$\Ubuntu\p.md`, true, "file://wsl$/Ubuntu/p.md"},
		{`\\?\C:\p.md`, true, "file:///C:/p.md"},
		{`\\?\UNC\server\share\p.md`, true, "file://server/share/p.md"},
	} {
		got := fileURI(test.path, test.windows).String()
		if got != test.want {
			t.Errorf("%q: %s, want %s", test.path, got, test.want)
		}
	}
}

// TestFileOfTwoNames: one file that is open under two names is one file, whose text does not depend on chance.
func TestFileOfTwoNames(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	session := NewSession(Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir()})
	session.Open("file:///w/b.nix", "/w/b.nix", "nix", 1, "one")
	session.Open("file:///w/%62.nix", "/w/b.nix", "nix", 1, "two")
	session.Open("untitled:x", "", "nix", 1, "three")
	for range 20 {
		snapshot := session.Snapshot()
		if d, ok := snapshot.FileDocument("/w/b.nix"); !ok || d.Text != "two" {
			t.Fatalf("the file is %+v", d)
		}
		if d := unsavedIn("/w", snapshot.documents)["b.nix"]; d == nil || d.Text != "two" {
			t.Fatalf("the unsaved file is %+v", d)
		}
		if _, ok := snapshot.FileDocument(""); ok {
			t.Fatal("what is no file is one")
		}
	}
	session.Close("file:///w/%62.nix")
	if d, ok := session.Snapshot().FileDocument("/w/b.nix"); !ok || d.Text != "one" {
		t.Errorf("after closing the other: %+v", d)
	}
}
