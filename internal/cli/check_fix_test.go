package cli

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// pinnedFiles lays files into a new folder whose flake.lock pins a revision.
func pinnedFiles(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	home(t)
	dir = t.TempDir()
	files["flake.lock"] = `{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":"4d857d6da48c420da39964b6fb7ba23a958abad3"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contents are the texts of all files below a folder, the lock file aside.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || name == "flake.lock" {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		all[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestCheckFix holds that --fix makes what is certain, over as many passes as that takes, keeps everything else of the files
// as it is, says what it did, and prints what is left.
func TestCheckFix(t *testing.T) {
	dir := pinnedFiles(t, map[string]string{
		"a.nix": "\ufeff{\r\n  hardware.nvidia-jetpack = {\r\n    som = \"agx-orin\"; # ä 🚀\r\n    majorVersion = 6;\r\n    bootloader = {\r\n      autoUpdate = true;\r\n      logo = ./x;\r\n    };\r\n  };\r\n}",
		"sub/b.nix": "{\n  hardware.nvidia-jetpack.som = \"orin\"; hardware.nvidia-jetpack.enable = \"true\";\n" +
			"  # jetpills: ignore=renamed-option\n  hardware.nvidia-jetpack.bootloader.autoUpdate = true;\n}\n",
		"good.nix":     "{ hardware.nvidia-jetpack.som = \"orin-agx\"; }\n",
		"other.txt":    "{ hardware.nvidia-jetpack.som = \"agx-orin\"; }\n",
		"sub/nix.json": "{}",
	})
	t.Chdir(dir)
	if err := os.Chmod("a.nix", 0o640); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := run(t, "", "check", "--fix", ".")
	const mark = "a.nix:1:1: error: byte order mark: Nix refuses the file [syntax-error]\n" +
		"    1 | \ufeff{\n      | ^\n      see: jetpills pills show 00#everything-is-an-expression\n"
	want := `a.nix:3:11: fixed: Change to "orin-agx" [unknown-value]
a.nix:4:20: fixed: Change to "6" [wrong-type]
a.nix:6:7: fixed: Change to firmware.autoUpdate [renamed-option]
sub/b.nix:2:74: fixed: Change to true [wrong-type]
a.nix:6:7: fixed: Change to firmware.uefi.logo [renamed-option]

` + mark + `
sub/b.nix:2:33: error: No value "orin"; did you mean "orin-nx", "orin-agx" or "orin-nano"? (som in jetpack-nixos 4d857d6) [unknown-value]
    2 |   hardware.nvidia-jetpack.som = "orin"; hardware.nvidia-jetpack.enable = true;
      |                                 ^^^^^^
      fix: Change to "orin-nx"
      fix: Change to "orin-agx"
      fix: Change to "orin-nano"
      see: jetpills pills show 07#which-som-am-i
`
	if diff := cmp.Diff(want, out); diff != "" || stderr != "" || code != 1 {
		t.Errorf("exit code %d, %s-want +got:\n%s", code, stderr, diff)
	}
	files := map[string]string{
		"a.nix": "\ufeff{\r\n  hardware.nvidia-jetpack = {\r\n    som = \"orin-agx\"; # ä 🚀\r\n    majorVersion = \"6\";\r\n    firmware.uefi = {\r\n      logo = ./x;\r\n    };\r\n    firmware.autoUpdate = true;\r\n  };\r\n}",
		"sub/b.nix": "{\n  hardware.nvidia-jetpack.som = \"orin\"; hardware.nvidia-jetpack.enable = true;\n" +
			"  # jetpills: ignore=renamed-option\n  hardware.nvidia-jetpack.bootloader.autoUpdate = true;\n}\n",
		"good.nix":     "{ hardware.nvidia-jetpack.som = \"orin-agx\"; }\n",
		"other.txt":    "{ hardware.nvidia-jetpack.som = \"agx-orin\"; }\n",
		"sub/nix.json": "{}",
	}
	if diff := cmp.Diff(files, contents(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if info, err := os.Stat("a.nix"); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	again, stderr, code := run(t, "", "check", "--fix", ".")
	if _, left, _ := strings.Cut(want, "\n\n"); again != left || stderr != "" || code != 1 {
		t.Errorf("once more: exit code %d, %s%s", code, stderr, again)
	}
	if diff := cmp.Diff(files, contents(t, dir)); diff != "" {
		t.Errorf("once more: -want +got:\n%s", diff)
	}
	if out, _, code := run(t, "", "check", "--fix", "a.nix"); out != mark || code != 1 {
		t.Errorf("nothing else is left, but exit code %d: %s", code, out)
	}
}

// TestCheckFixInJSON holds that the standard output stays what a program reads.
// TestCheckFixToOneName holds that of two names that would become the same one, one is left: Nix refuses a set that has a name twice.
func TestCheckFixToOneName(t *testing.T) {
	const flake = `{ outputs = { nixpkgs, jp, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default ./a.nix ]; }; }; }`
	for _, c := range []struct{ names, left, want string }{
		{"services.nvpmodel.enabled = true; services.nvpmodl.enable = true;", "services.nvpmodl", "services.nvpmodel.enable = true; services.nvpmodl.enable = true;"},
		{"hardware.nvidia-jetpack.maxClocks = true; hardware.nvidia-jetpack.maxClok = true;", "maxClok", "hardware.nvidia-jetpack.maxClock = true; hardware.nvidia-jetpack.maxClok = true;"},
		{"services.nvpmodl.enable = true; services.nvpmodell.profileNumber = 2;", "", "services.nvpmodel.enable = true; services.nvpmodel.profileNumber = 2;"},
	} {
		dir := pinnedFiles(t, map[string]string{"flake.nix": flake, "a.nix": "{ " + c.names + " }"})
		out, stderr, _ := run(t, "", "check", "--fix", dir)
		got, _ := os.ReadFile(filepath.Join(dir, "a.nix"))
		if string(got) != "{ "+c.want+" }" || stderr != "" || !strings.Contains(out, c.left) {
			t.Errorf("%s: %s\n%s%s", c.names, got, stderr, out)
		}
	}
}

func TestCheckFixInJSON(t *testing.T) {
	dir := pinnedFiles(t, map[string]string{"a.nix": `{ hardware.nvidia-jetpack.som = "agx-orin"; }`})
	t.Chdir(dir)
	out, stderr, code := run(t, "", "check", "--fix", "--format", "json", "a.nix")
	if out != "[]\n" || stderr != "a.nix:1:33: fixed: Change to \"orin-agx\" [unknown-value]\n" || code != 0 {
		t.Errorf("exit code %d: %s%s", code, stderr, out)
	}
}

// TestCheckFixOfLinks holds that a link stays a link: what it leads to is changed, once.
func TestCheckFixOfLinks(t *testing.T) {
	dir := pinnedFiles(t, map[string]string{"real/a.nix": `{ hardware.nvidia-jetpack.som = "agx-orin"; }`})
	link := filepath.Join(dir, "link.nix")
	if err := os.Symlink(filepath.Join("real", "a.nix"), link); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := run(t, "", "check", "--fix", link, filepath.Join(dir, "real"))
	if strings.Count(out, "fixed") != 1 || stderr != "" || code != 0 {
		t.Errorf("exit code %d: %s%s", code, stderr, out)
	}
	if diff := cmp.Diff(map[string]string{"real/a.nix": `{ hardware.nvidia-jetpack.som = "orin-agx"; }`}, contents(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestCheckFixOfReadOnlyFiles holds that what cannot be changed is said, and that everything else is fixed.
func TestCheckFixOfReadOnlyFiles(t *testing.T) {
	const before, after = `{ hardware.nvidia-jetpack.som = "agx-orin"; }`, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`
	dir := pinnedFiles(t, map[string]string{"a.nix": before, "b.nix": before})
	if err := os.Chmod(filepath.Join(dir, "a.nix"), 0o444); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := run(t, "", "check", "--fix", dir)
	if want := "jetpills: " + target(filepath.Join(dir, "a.nix")) + " is read-only: not fixed\n"; stderr != want || code != 2 {
		t.Errorf("exit code %d: %s, want %s", code, stderr, want)
	}
	if !strings.Contains(out, "b.nix:1:33: fixed: ") || !strings.Contains(out, "a.nix:1:33: error: ") {
		t.Errorf("got %s", out)
	}
	if diff := cmp.Diff(map[string]string{"a.nix": before, "b.nix": after}, contents(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestFixOfSeveralFiles holds that a fix is made in all of its files or in none: not where one of them may not be changed, or
// is not what it was when it was checked.
func TestFixOfSeveralFiles(t *testing.T) {
	insert := func(file string) ide.Edit {
		return ide.Edit{File: file, Edit: text.Edit{NewText: "x"}}
	}
	for _, test := range []struct {
		name         string
		given, other string // what is given to be checked, and the other file of the fix
		prepare      func(dir string) error
		said         string
		fixed        bool
	}{
		{"both", ".", "b.nix", nil, "", true},
		{"a file outside", "a.nix", "b.nix", nil, "b.nix is not among the files to check: not fixed", false},
		{"a file that is not there", ".", "none.nix", nil, "none.nix cannot be written: no such file or directory: not fixed", false},
		{"a read-only file", ".", "b.nix", func(dir string) error { return os.Chmod(filepath.Join(dir, "b.nix"), 0o444) }, "b.nix is read-only: not fixed", false},
		{"a file that changed", ".", "b.nix", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "a.nix"), []byte(`{ hardware.nvidia-jetpack.som = "orin-nx"; }`), 0o600)
		}, "a.nix has changed in the meantime: not fixed", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			const source = `{ hardware.nvidia-jetpack.som = "agx-orin"; }`
			dir := pinnedFiles(t, map[string]string{"a.nix": source, "b.nix": "{ }", "sub/c.nix": "{ }"})
			p := &Program{Pills: os.DirFS(t.TempDir()), status: newStatusLine(io.Discard)}
			var made, notes strings.Builder
			findings, _, err := p.check([]string{filepath.Join(dir, "a.nix")}, &notes)
			if err != nil || len(findings) != 1 {
				t.Fatalf("%v, %+v", err, findings)
			}
			findings[0].Fixes = []ide.Fix{{Title: "x", Certain: true, Edits: []ide.Edit{insert(""), insert(filepath.Join(dir, test.other))}}}
			if test.prepare != nil {
				if err := test.prepare(dir); err != nil {
					t.Fatal(err)
				}
			}
			before := contents(t, dir)
			x := newFixer([]string{filepath.Join(dir, test.given)}, &made, &notes)
			if got := x.fix(findings); got != test.fixed || x.couldNot == test.fixed {
				t.Errorf("fixed: %t", got)
			}
			if test.fixed {
				before["a.nix"], before["b.nix"] = "x"+before["a.nix"], "x"+before["b.nix"]
			}
			if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if said := strings.TrimSuffix(notes.String(), "\n"); !strings.HasSuffix(said, test.said) || strings.Contains(said, "\n") || (said == "") != (test.said == "") {
				t.Errorf("said %q", said)
			}
		})
	}
}
