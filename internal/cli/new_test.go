package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/starter"
	"jetpills/pills"
)

// filesIn are the files below a folder, by name.
func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, err = filepath.Rel(dir, name)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestNew holds what the command writes and says, and that the other commands agree with it.
func TestNew(t *testing.T) {
	home(t)
	dir := filepath.Join(t.TempDir(), "a b", "robots")
	out, stderr, code := run(t, "", "new", dir, "--som", "orin-nano", "--jetpack", "7", "--name", "rover", "--ssh-key", keyFile(t))
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, want := range []string{filepath.Join(dir, "hosts", "rover.nix") + "\n", "\n  cd '" + dir + "'\n", "\n  nix flake lock && git add flake.lock\n", "Nix writes flake.lock"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if got := filesIn(t, dir); !slices.Equal(got, []string{"README.md", "flake.nix", "hosts/rover.nix", "machine.nix"}) {
		t.Errorf("it wrote %q", got)
	}
	if out, stderr, code := run(t, "", "check", "--fail-on", "hint", dir); code != 0 || out+stderr != "" {
		t.Errorf("check: exit code %d, %s%s", code, out, stderr)
	}
	out, _, _ = run(t, "", "hosts", dir)
	for _, want := range []string{"rover (", ` "orin-nano"  `, ` "devkit"  `, ` "7"  `, "JetPack 7."} {
		if !strings.Contains(out, want) {
			t.Errorf("hosts: no %q in\n%s", want, out)
		}
	}
}

// keyFile is a file with a public key.
func keyFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "id_ed25519.pub")
	if err := os.WriteFile(name, []byte("ssh-ed25519 AAAAC3Nz \"me\"@${pc}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestNewAddsHost holds that in the folder of such a flake, new adds a host, for which check and hosts hold, and changes nothing else.
func TestNewAddsHost(t *testing.T) {
	home(t)
	dir := t.TempDir()
	for _, args := range []string{
		"--som xavier-agx --name old --ssh-key " + keyFile(t),
		"--som orin-nano --super --name rover",
		"--som xavier-agx --name 2nd-old",
	} {
		before := map[string]string{}
		for name, content := range snapshotOf(t, dir) {
			before[name] = content
		}
		out, stderr, code := run(t, "", append([]string{"new", dir}, strings.Fields(args)...)...)
		if code != 0 || stderr != "" {
			t.Fatalf("%s: exit code %d, %s", args, code, stderr)
		}
		after := snapshotOf(t, dir)
		for name, content := range before {
			if name == "flake.nix" {
				_, line, ok := strings.Cut(out, "flake.nix: added ")
				line, _, _ = strings.Cut(line, "\n")
				if !ok || strings.Replace(after[name], "\n      "+line, "", 1) != content {
					t.Errorf("%s: of %q became %q", args, content, after[name])
				}
			} else if after[name] != content {
				t.Errorf("%s: %s changed", args, name)
			}
		}
	}
	if got := filesIn(t, dir); !slices.Equal(got, []string{"README.md", "flake.nix", "hosts/2nd-old.md", "hosts/2nd-old.nix", "hosts/old.nix", "hosts/rover.md", "hosts/rover.nix", "machine.nix"}) {
		t.Errorf("it wrote %q", got)
	}
	if out, stderr, code := run(t, "", "check", "--fail-on", "hint", dir); code != 0 || out+stderr != "" {
		t.Errorf("check: exit code %d, %s%s", code, out, stderr)
	}
	out, _, _ := run(t, "", "hosts", dir)
	for _, want := range []string{"2nd-old (", "old (", "rover (", "#flash-orin-nano-super-devkit\n", "#flash-xavier-agx-devkit\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("hosts: no %q in\n%s", want, out)
		}
	}
	before := snapshotOf(t, dir)
	for args, want := range map[string]string{
		"--som orin-nano --name rover":                   "already has hosts/rover.nix and hosts/rover.md: nothing is overwritten",
		"--som orin-nx --ssh-key " + keyFile(t):          "--ssh-key is for a new flake",
		"--som orin-nx --carrier xavierNxDevkit --super": "super has no effect on som = \"orin-nx\" and carrierBoard = \"xavierNxDevkit\": leave it out",
	} {
		_, stderr, code := run(t, "", append([]string{"new", dir}, strings.Fields(args)...)...)
		if code != 2 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 || !maps.Equal(before, snapshotOf(t, dir)) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}

// TestNewTakesOneKey holds what is taken for a public key.
func TestNewTakesOneKey(t *testing.T) {
	home(t)
	for content, want := range map[string]string{
		"ssh-ed25519 AAAAC3Nz me@pc\n":                              "",
		"ecdsa-sha2-nistp256 AAAA":                                  "",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n":               "is a private key, which belongs into no flake: use ",
		"ssh-ed25519 AAAAC3Nz me@pc\nssh-ed25519 AAAAC3Nz you@pc\n": "is not one public ssh key",
		"ssh-ed25519": "is not one public ssh key",
		"":            "is not one public ssh key",
	} {
		dir, file := filepath.Join(t.TempDir(), "new"), filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, stderr, code := run(t, "", "new", dir, "--som", "orin-agx", "--ssh-key", file)
		if (code == 0) != (want == "") || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %s", content, code, stderr)
		}
		if machine, err := os.ReadFile(filepath.Join(dir, "machine.nix")); (err == nil) != (want == "") || strings.Count(string(machine), strings.TrimSpace(content)) != 2 && want == "" {
			t.Errorf("%q became %s", content, machine)
		}
	}
}

// TestNewRefuses holds that what cannot be done is said in one line, and that nothing is written then.
func TestNewRefuses(t *testing.T) {
	home(t)
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	refuses := "jetpack-nixos " + library.Newest().Revision.Short() + " refuses "
	for _, test := range []struct {
		args string
		want string
	}{
		{"new", "new needs DIR"},
		{"new DIR", "new needs --som: one of orin-agx, orin-agx-industrial, orin-nx, orin-nano, thor-agx, thor-agx-t4000, xavier-agx, xavier-agx-industrial, xavier-nx, xavier-nx-emmc"},
		{"new DIR --carrier xavierNxDevkit", "new needs --som: one of orin-nx"},
		{"new DIR --jetpack 5 --carrier devkit --som orin", `som cannot be "orin": use one of orin-agx,`},
		{"new DIR --som generic", `som = "generic" names no board, and nothing flashes it: use one of orin-agx,`},
		{"new DIR --som thor-agx --jetpack 6", refuses + `majorVersion = "6" together with som = "thor-agx": use 7`},
		{"new DIR --som orin-agx --carrier xavierNxDevkit", refuses + `carrierBoard = "xavierNxDevkit" together with som = "orin-agx": use generic or devkit`},
		{"new DIR --som orin-nx --carrier xavierNxDevkit --jetpack 7", refuses + `majorVersion = "7" together with som = "orin-nx" and carrierBoard = "xavierNxDevkit": use 5 or 6`},
		{"new DIR --som orin-agx --carrier devboard", `carrierBoard cannot be "devboard": use one of generic, devkit, xavierNxDevkit`},
		{"new DIR --som orin-agx --jetpack 6.2", `majorVersion cannot be "6.2": use one of 5, 6, 7`},
		{"new DIR --som orin-agx --super", `super has no effect on som = "orin-agx" with JetPack 6: use 7`},
		{"new DIR --som thor-agx --super", `super has no effect on som = "thor-agx": leave it out`},
		{"new DIR --som orin-agx --ssh-key no-such-file", "no-such-file: no such file or directory"},
		{"new DIR --som orin-agx --name my_robot", `"my_robot" is not a valid host name: use at most 63 letters`},
		{"new DIR --som orin-agx --name -rover", `"-rover" is not a valid host name`},
		{"new DIR --som orin-agx --name ../rover", `"../rover" is not a valid host name`},
		{"new DIR --som orin-agx --name " + strings.Repeat("a", 64), `a" is not a valid host name`},
		{"new DIR --som orin-agx --name rover.local", `"rover.local" is not a valid host name`},
	} {
		dir := filepath.Join(t.TempDir(), "robots")
		args := strings.Fields(test.args)
		for i, arg := range args {
			if arg == "DIR" {
				args[i] = dir
			}
		}
		out, stderr, code := run(t, "", args...)
		if code != 2 || out != "" || !strings.HasPrefix(stderr, "jetpills: ") || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s%s", test.args, code, out, stderr)
		}
		if _, err := os.Lstat(dir); err == nil {
			t.Errorf("%s: a folder is left", test.args)
		}
	}
}

// TestNewLosesNothing holds that files which are there stay what they are, in folders of any kind.
func TestNewLosesNothing(t *testing.T) {
	home(t)
	for _, test := range []struct {
		name   string
		layOut func(dir string) error
		want   string // of the line that says why; empty where the flake is written
	}{
		{"a half-written flake", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "flake.nix"), []byte("{ inputs."), 0o600)
		}, " already has flake.nix: nothing is overwritten"},
		{"somebody's flake", func(dir string) error {
			flake := "{ outputs = { nixpkgs, ... }: { nixosConfigurations = { a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; }; }; }"
			return os.WriteFile(filepath.Join(dir, "flake.nix"), []byte(flake), 0o600)
		}, " already has flake.nix: nothing is overwritten"},
		{"a README.md", func(dir string) error { return os.WriteFile(filepath.Join(dir, "README.md"), []byte("mine"), 0o600) }, ""},
		{"the guide", func(dir string) error {
			if err := os.Mkdir(filepath.Join(dir, "hosts"), 0o700); err != nil {
				return err
			}
			return errors.Join(os.WriteFile(filepath.Join(dir, "README.md"), []byte("mine"), 0o600), os.WriteFile(filepath.Join(dir, "hosts", "orin.md"), []byte("mine"), 0o600))
		}, " already has hosts/orin.md: nothing is overwritten"},
		{"the host", func(dir string) error {
			return os.MkdirAll(filepath.Join(dir, "hosts", "orin.nix"), 0o700)
		}, " already has hosts/orin.nix: nothing is overwritten"},
		{"a link that leads nowhere", func(dir string) error { return os.Symlink("no-such-file", filepath.Join(dir, "machine.nix")) }, " already has machine.nix: nothing is overwritten"},
		{"a file in place of hosts", func(dir string) error { return os.WriteFile(filepath.Join(dir, "hosts"), []byte("mine"), 0o600) }, "hosts is not a folder"},
		{"a link in place of hosts", func(dir string) error { return os.Symlink("no-such-folder", filepath.Join(dir, "hosts")) }, "hosts is a link that leads nowhere"},
		{"other files", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "detect.py"), []byte("mine"), 0o600)
		}, ""},
		{"another host", func(dir string) error {
			if err := os.Mkdir(filepath.Join(dir, "hosts"), 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "hosts", "rover.nix"), []byte("{ }"), 0o600)
		}, ""},
	} {
		dir := t.TempDir()
		if err := test.layOut(dir); err != nil {
			t.Fatal(err)
		}
		before := snapshotOf(t, dir)
		_, stderr, code := run(t, "", "new", dir, "--som", "orin-agx")
		after := snapshotOf(t, dir)
		if test.want == "" {
			if code != 0 || len(after) != len(before)+4 {
				t.Errorf("%s: exit code %d, %s", test.name, code, stderr)
			}
		} else if code != 2 || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 || len(after) != len(before) {
			t.Errorf("%s: exit code %d, %s, %d files of %d", test.name, code, stderr, len(after), len(before))
		}
		for name, content := range before {
			if after[name] != content {
				t.Errorf("%s: %s changed", test.name, name)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "robots")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	here := t.TempDir()
	t.Chdir(here) // what is written into no folder lies here
	for _, dir := range []string{file, filepath.Join(file, "below"), readOnly(t), "", strings.Repeat("x", 300)} {
		if _, stderr, code := run(t, "", "new", dir, "--som", "orin-agx"); code != 2 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit code %d, %s", dir, code, stderr)
		}
	}
	if written := snapshotOf(t, here); len(written) > 0 {
		t.Errorf("written into the current folder: %v", slices.Sorted(maps.Keys(written)))
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "mine" {
		t.Errorf("the file is %q, %v", content, err)
	}
}

// readOnly is a folder that nobody can write into, root neither.
func readOnly(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "linux" {
		return "/proc/self"
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "robots")
}

// snapshotOf has the files below a folder with their content, and links with where they lead.
func snapshotOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range filesIn(t, dir) {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			to, _ := os.Readlink(filepath.Join(dir, name))
			content = []byte("link to " + to)
		}
		all[name] = string(content)
	}
	return all
}

// TestNewTakesBack holds that nothing is left of what was written before a file that cannot be.
func TestNewTakesBack(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "a", "b")
	err := writeFiles(dir, []starter.File{{Name: "flake.nix", Text: "x"}, {Name: "hosts/orin.nix", Text: "x"}, {Name: strings.Repeat("x", 300), Text: "x"}}, func() error { return nil })
	if err == nil {
		t.Fatal("a name of 300 characters is no error")
	}
	if _, err := os.Lstat(filepath.Join(above, "a")); err == nil {
		t.Errorf("left are %q", filesIn(t, above))
	}
	err = writeFiles(dir, []starter.File{{Name: "hosts/orin.nix", Text: "x"}}, func() error { return errors.New("no") })
	if _, left := os.Lstat(filepath.Join(above, "a")); err == nil || left == nil {
		t.Errorf("%v, and left are %q", err, filesIn(t, above))
	}
}

// runOnBoard is run on a machine in testdata/boards.
func runOnBoard(t *testing.T, machine string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errors bytes.Buffer
	p := Program{
		Args: args, Stdin: io.NopCloser(strings.NewReader("")), Stdout: discard{&out}, Stderr: &errors,
		Pills: pills.FS, Version: "1.2.3", Root: filepath.Join("../../testdata/boards", machine),
	}
	code = p.Run()
	return out.String(), errors.String(), code
}
