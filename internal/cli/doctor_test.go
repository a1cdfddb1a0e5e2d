package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/catalog"
)

const (
	known   = "4d857d6da48c420da39964b6fb7ba23a958abad3"
	unknown = "0123456789abcdef0123456789abcdef01234567"
)

// newest is the newest revision known, newestDay its day.
var newest, newestDay = func() (string, string) {
	library, err := catalog.Open()
	if err != nil {
		panic(err)
	}
	r := library.Newest().Revision
	return r.Hash, r.Day()
}()

// lay writes files below a new folder that is the root of a repository.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files[".git/HEAD"] = "ref: refs/heads/main\n"
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func lock(owner, rev string) string {
	return fmt.Sprintf(`{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "jp"}}, "jp": {"locked": {"type": "github", "owner": %q,
		"repo": "jetpack-nixos", "rev": %q, "lastModified": 1800000000, "narHash": "sha256-ZeRxu4yn6shd3SNF5ZUQb4r7BaVo1zBKMjRhfoNSBmw="}}}}`, owner, rev)
}

// source is a small source tree in jetpack-nixos's shape.
func source(under string) map[string]string {
	return map[string]string{
		under + "modules/default.nix": "{ lib, ... }: {\n  options.hardware.nvidia-jetpack.rover = lib.mkEnableOption \"the rover\";\n}\n",
		under + "overlay.nix":         "final: prev: { }\n",
		under + "mk-overlay.nix":      "{ }\n",
	}
}

const pillPage = "# A pill\n\n## Text\n\nText.\n"

func TestDoctor(t *testing.T) {
	home(t)
	blocked := lay(t, map[string]string{"cache": "no folder"})
	checkout := source("")
	checkout["modules/other.nix"] = ""
	for _, c := range []struct {
		name  string
		dir   string
		code  int
		first string   // parts of the first line, apart by …
		rest  []string // parts of the other lines
		cache string
	}{
		{
			name: "a known commit", dir: lay(t, map[string]string{"flake.lock": lock("anduril", known)}), code: 0,
			first: "jetpack-nixos " + known + " (2026-07-30), pinned by flake.lock; source /nix/store/…-source (not there)",
			rest:  []string{"/flake.lock, input jp", "103 options, 105 packages, JetPack 5.1.6, 6.2.2, 7.2", "10 pills in ", "jetpills 1.2.3 (go", "advice: fetch the source"},
		},
		{
			name: "an unknown commit", dir: lay(t, map[string]string{"flake.lock": lock("someone", unknown)}), code: 1,
			first: "jetpack-nixos " + newest + " (" + newestDay + "), the newest known; flake.lock pins 0123456",
			rest:  []string{"a fork: someone/jetpack-nixos", "problem: revision " + unknown + " is not known"},
		},
		{
			name: "a conflict", dir: lay(t, map[string]string{"flake.lock": "<<<<<<< ours\n{}\n"}), code: 1,
			first: "the newest known; nothing here pins one",
			rest:  []string{"flake.lock: has the marks of a merge conflict", "advice: repair "},
		},
		{
			name: "a checkout", dir: lay(t, checkout), code: 0,
			first: "jetpack-nixos, read from its source in this checkout; source ",
			rest:  []string{"1 options, 0 packages"},
		},
		{
			name: "hosts of two revisions", dir: lay(t, map[string]string{
				"flake.lock": `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "jp", "jp5": "jp5"}},
					"jp": {"locked": {"type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": "` + known + `"}},
					"jp5": {"locked": {"type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": "8f27a0b1406c628b47cfd36932d70a96baf90d72"}}}}`,
				"flake.nix": `{ outputs = { nixpkgs, jp, jp5, ... }: {
					nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default { hardware.nvidia-jetpack.enable = true; } ]; };
					nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ jp5.nixosModules.default { hardware.nvidia-jetpack.enable = true; } ]; };
				}; }`,
			}), code: 0,
			first: "jetpack-nixos " + known + " (2026-07-30), pinned by flake.lock, input jp",
			rest:  []string{"host b: jetpack-nixos 8f27a0b1406c628b47cfd36932d70a96baf90d72 (2024-05-09), pinned by flake.lock, input jp5"},
		},
		{
			name: "a host that fetches another revision", dir: lay(t, map[string]string{
				"flake.lock": lock("anduril", known),
				"flake.nix":  `{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; }; }; }`,
				"pin.json":   `{"url": "https://github.com/anduril/jetpack-nixos", "rev": "8f27a0b1406c628b47cfd36932d70a96baf90d72"}`,
				"a.nix":      `{ imports = [ "${builtins.fetchGit (builtins.fromJSON (builtins.readFile ./pin.json))}/modules" ]; hardware.nvidia-jetpack.enable = true; }`,
			}), code: 0,
			first: "jetpack-nixos 8f27a0b1406c628b47cfd36932d70a96baf90d72 (2024-05-09), pinned by the revision in pin.json",
		},
		{
			name: "a flake in a folder", dir: lay(t, map[string]string{"nix/flake.lock": lock("anduril", known)}), code: 0,
			first: "jetpack-nixos " + known + " (2026-07-30), pinned by flake.lock", rest: []string{"/nix/flake.lock, input jp"},
		},
		{
			name: "a folder of pills", dir: lay(t, map[string]string{"docs/our-pills/00-a.md": pillPage, "docs/our-pills/01-b.md": pillPage}), code: 0,
			first: "nothing here pins one", rest: []string{"advice: to show the pills in ", "/docs/our-pills in place of the shipped ones, set jetpills.pills.path"},
		},
		{
			name: "a branch", dir: lay(t, map[string]string{"flake.nix": `{ inputs.jp.url = "github:anduril/jetpack-nixos"; }`}), code: 0,
			first: "the newest known; an address in flake.nix names no revision",
			rest:  []string{"advice: name a commit"},
		},
		{
			name: "no cache", dir: lay(t, map[string]string{}), code: 1, cache: filepath.Join(blocked, "cache"),
			first: "nothing here pins one", rest: []string{"problem: 10 pills, but links cannot lead to them", "advice: set XDG_CACHE_HOME"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.cache != "" {
				t.Setenv("XDG_CACHE_HOME", c.cache)
				t.Setenv("HOME", c.cache)
			}
			out, stderr, code := run(t, "", "doctor", c.dir)
			if code != c.code || stderr != "" {
				t.Errorf("exit code %d, want %d: %s", code, c.code, stderr)
			}
			first, rest, _ := strings.Cut(out, "\n")
			for _, part := range strings.Split(c.first, "…") {
				if !strings.Contains(first, part) {
					t.Errorf("no %q in %s", part, first)
				}
			}
			for _, want := range c.rest {
				if !strings.Contains(rest, want) {
					t.Errorf("no %q in\n%s", want, rest)
				}
			}
		})
	}
	if _, stderr, code := run(t, "", "doctor", filepath.Join(blocked, "none")); code != 2 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a folder that is not there: exit code %d, %s", code, stderr)
	}
}

// TestExtract prints the options of a source tree, and says beside them what it left out.
func TestExtract(t *testing.T) {
	files := source("")
	files["modules/default.nix"] = strings.Replace(files["modules/default.nix"], "{\n", "{\n  imports = [ ./missing.nix ];\n", 1)
	dir := lay(t, files)
	out, stderr, code := run(t, "", "upstream", "extract", dir)
	if code != 0 || out != "hardware.nvidia-jetpack.rover : boolean = false\n" || !strings.HasPrefix(stderr, "left out: modules/missing.nix: cannot be read") {
		t.Errorf("exit code %d:\n%s%s", code, out, stderr)
	}
	out, stderr, code = run(t, "", "upstream", "extract", dir, "--format", "json")
	if code != 0 || !strings.Contains(out, `"line": 3`) || !strings.HasPrefix(stderr, "left out: ") {
		t.Errorf("as JSON: exit code %d:\n%s%s", code, out, stderr)
	}
	if _, stderr, code := run(t, "", "upstream", "extract", lay(t, map[string]string{})); code != 2 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a folder of something else: exit code %d, %s", code, stderr)
	}
}

// TestPinProblems has lock files that cannot be read: whoever asks for the pin is told, beside the answer.
func TestPinProblems(t *testing.T) {
	home(t)
	for content, want := range map[string]string{
		"<<<<<<< ours\n{}\n":                "has the marks of a merge conflict; using the next file that pins jetpack-nixos",
		lock("anduril", newest)[:100]:       "is not a lock file: it ends too early; using the next file that pins jetpack-nixos",
		`{"root": 5, "nodes": {}}`:          "is not a lock file: it has a number where text is expected; using the next file that pins jetpack-nixos",
		`[1]`:                               "is not a lock file: it has a list where an object is expected; using the next file that pins jetpack-nixos",
		"\x00\x00":                          "is not a lock file: invalid character '\\x00' looking for beginning of value; using the next file that pins jetpack-nixos",
		`{"root": "root", "nodes": {}}`:     "is not a lock file: it has no root node; using the next file that pins jetpack-nixos",
		`{"root": "root", "nodes": "none"}`: "is not a lock file: it has text where an object is expected; using the next file that pins jetpack-nixos",
	} {
		dir := lay(t, map[string]string{"flake.lock": content})
		want := "problem: " + filepath.Join(dir, "flake.lock") + ": " + want + "\n"
		for _, command := range [][]string{{"upstream", "pin", dir}, {"options", "--at", dir}} {
			out, stderr, code := run(t, "", command...)
			if code != 0 || !strings.Contains(stderr, want) || strings.Contains(out, "problem") {
				t.Errorf("%s: exit code %d, no %q in\n%s", command, code, want, stderr)
			}
		}
		if out, _, code := run(t, "", "doctor", dir); code != 1 || !strings.Contains(out, want) ||
			!strings.Contains(out, "advice: repair ") || strings.Contains(out, "advice: pin ") {
			t.Errorf("doctor: exit code %d, no %q in\n%s", code, want, out)
		}
	}
}

// TestSourceInTheStore has the source of a fork where the lock file says.
func TestSourceInTheStore(t *testing.T) {
	home(t)
	store := filepath.Join(t.TempDir(), "store")
	t.Setenv("NIX_STORE_DIR", store)
	dir := lay(t, map[string]string{
		"flake.lock": lock("someone", unknown), "configuration.nix": "{\n  hardware.nvidia-jetpack.rover = true;\n}\n",
	})
	out, _, _ := run(t, "", "upstream", "pin", dir)
	_, rest, _ := strings.Cut(out, "\nsource ")
	path, _, _ := strings.Cut(rest, " (not there)")
	if filepath.Dir(path) != store {
		t.Fatalf("the source would lie in %q:\n%s", path, out)
	}
	for name, content := range source("") {
		file := filepath.Join(path, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(dir, "configuration.nix") + ":2:29"
	declared := filepath.Join(path, "modules", "default.nix") + ":2:3\n"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"upstream", "pin", dir}, "jetpack-nixos " + unknown + " (2027-01-15), pinned by flake.lock, read from its source in the Nix store\n"},
		{[]string{"upstream", "pin", dir}, "\nsource " + path + "\n"},
		{[]string{"doctor", dir}, ", read from its source in the Nix store; source " + path + "\n"},
		{[]string{"options", "--at", dir}, "hardware.nvidia-jetpack.rover : boolean = false\n"},
		{[]string{"declaration", config}, declared},
		{[]string{"declaration", config, "--format", "json"}, `"line": 2,`},
		{[]string{"hover", config}, "jetpack-nixos itself: “Whether to enable the rover.”"},
	} {
		out, stderr, code := run(t, "", c.args...)
		if code != 0 || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit code %d, no %q in\n%s%s", c.args, code, c.want, out, stderr)
		}
	}
	// A comment in the file itself goes before the lock file, for all commands.
	modeline := filepath.Join(dir, "modeline.nix")
	if err := os.WriteFile(modeline, []byte("# jetpills: revision="+newest+"\n{ }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := run(t, "", "upstream", "pin", modeline); !strings.Contains(out, "pinned by a comment in this file") {
		t.Errorf("a file with a comment: %s", out)
	}
	if out, _, _ := run(t, "", "options", "--at", modeline, "hardware.nvidia-jetpack.som"); !strings.Contains(out, "thor-agx") {
		t.Errorf("a file with a comment: %s", out)
	}
}
