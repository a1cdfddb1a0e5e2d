package pins

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// lay writes files below a new folder that is the root of a repository. A content of "→ x" makes a symbolic link to x.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
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

// flakeLockOf is a lock file whose root has the inputs that are given as JSON.
func flakeLockOf(inputs string, nodes ...string) string {
	all := append([]string{`"root": {"inputs": ` + inputs + `}`}, nodes...)
	return `{"root": "root", "version": 7, "nodes": {` + strings.Join(all, ",\n") + `}}`
}

// github is a node of a lock file.
func github(name, owner, repo, rev string) string {
	return fmt.Sprintf(`%q: {"locked": {"type": "github", "owner": %q, "repo": %q, "rev": %q, "lastModified": 1700000000,
		"narHash": "sha256-ZeRxu4yn6shd3SNF5ZUQb4r7BaVo1zBKMjRhfoNSBmw="}}`, name, owner, repo, rev)
}

// locked is a node of a lock file with the JSON of its locked reference.
func locked(name, reference string) string { return fmt.Sprintf(`%q: {"locked": %s}`, name, reference) }

var checkoutFiles = map[string]string{
	"modules/default.nix": "{ }", "overlay.nix": "final: prev: { }", "mk-overlay.nix": "{ }",
}

// with is files and a few more.
func with(files map[string]string, more ...string) map[string]string {
	out := map[string]string{}
	for name, content := range files {
		out[name] = content
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func library(t *testing.T) *catalog.Library {
	t.Helper()
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAround(t *testing.T) {
	jetpack := github("jetpack", "anduril", "jetpack-nixos", revA)
	tests := []struct {
		name    string
		files   map[string]string
		from    string // folder of the document
		want    Pin    // without Source, NarHash, StorePath and LastModified
		source  string // file that says so
		problem string // part of the only problem; "" for none
	}{
		{name: "nothing", want: Pin{Format: None}},
		{
			name:   "a flake input under any name",
			files:  map[string]string{"flake.lock": flakeLockOf(`{"nixpkgs": "n", "jp": "jetpack"}`, jetpack, github("n", "NixOS", "nixpkgs", revB))},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name:   "found from a folder below",
			files:  map[string]string{"flake.lock": flakeLockOf(`{"jp": "jetpack"}`, jetpack), "hosts/orin/x.nix": "{ }"},
			from:   "hosts/orin",
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name:   "found from a folder that is not there yet",
			files:  map[string]string{"flake.lock": flakeLockOf(`{"jp": "jetpack"}`, jetpack)},
			from:   "new/host",
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "the nearest lock file that has it",
			files: map[string]string{
				"flake.lock":       flakeLockOf(`{"jp": "jetpack"}`, github("jetpack", "anduril", "jetpack-nixos", revB)),
				"a/flake.lock":     flakeLockOf(`{"jp": "jetpack"}`, jetpack),
				"a/b/flake.lock":   flakeLockOf(`{"n": "n"}`, github("n", "NixOS", "nixpkgs", revB)),
				"a/b/c/module.nix": "{ }",
			},
			from:   "a/b/c",
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "a/flake.lock",
		},
		{
			name: "nothing above the repository's root",
			files: map[string]string{
				"flake.lock":       flakeLockOf(`{"jp": "jetpack"}`, jetpack),
				"inner/.git/HEAD":  "ref: refs/heads/main\n",
				"inner/module.nix": "{ }",
			},
			from: "inner",
			want: Pin{Format: None},
		},
		{
			name: "a submodule belongs to what is around it",
			files: map[string]string{
				"flake.lock": flakeLockOf(`{"jp": "jetpack"}`, jetpack),
				"inner/.git": "gitdir: ../.git/modules/inner\n",
			},
			from:   "inner",
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "the root's own before an input's",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": "a", "z": "jetpack_2"}`,
				`"a": {"inputs": {"jetpack-nixos": "jetpack"}, "locked": {"type": "github", "owner": "x", "repo": "y", "rev": "`+revB+`"}}`,
				github("jetpack", "anduril", "jetpack-nixos", revB), github("jetpack_2", "anduril", "jetpack-nixos", revA))},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "z", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "an input's input",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": "a"}`,
				`"a": {"inputs": {"b": "b"}}`, `"b": {"inputs": {"jetpack-nixos": "jetpack", "a": ["a"]}}`, jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "a/b/jetpack-nixos", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "followed through lists",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": "a", "jp": ["a", "ours"]}`,
				`"a": {"inputs": {"ours": ["a", "inner", "jetpack"], "inner": "i"}}`, `"i": {"inputs": {"jetpack": "jetpack"}}`, jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "an empty follows is the root itself",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": "a", "jp": "jetpack"}`,
				`"a": {"inputs": {"me": []}}`, jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "inputs that follow each other in circles",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": ["b"], "b": ["a"], "c": "c"}`,
				`"c": {"inputs": {"c": "c", "d": ["c", "d"], "e": ["c", "c", "c", "e"], "r": "root"}}`)},
			want: Pin{Format: None},
		},
		{
			name:   "a fork",
			files:  map[string]string{"flake.lock": flakeLockOf(`{"jp": "jetpack"}`, github("jetpack", "someone", "jetpack-nixos", revB))},
			want:   Pin{Format: "flake.lock", Revision: revB, Input: "jp", Owner: "someone", Repo: "jetpack-nixos", Fork: true},
			source: "flake.lock",
		},
		{
			name: "upstream before a fork",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": "fork", "b": "jetpack"}`,
				github("fork", "someone", "jetpack-nixos", revB), jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "b", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "a fork under another name, by the name of its input",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jetpack-nixos": "j", "n": "n"}`,
				github("j", "someone", "jetson", revB), github("n", "NixOS", "nixpkgs", revB))},
			want:   Pin{Format: "flake.lock", Revision: revB, Input: "jetpack-nixos", Owner: "someone", Repo: "jetson", Fork: true},
			source: "flake.lock",
		},
		{
			name: "an input of that name that has jetpack-nixos itself",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jetpack-nixos": "j"}`,
				`"j": {"inputs": {"up": "jetpack"}, "locked": {"type": "github", "owner": "someone", "repo": "jetson", "rev": "`+revB+`"}}`, jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jetpack-nixos/up", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "a folder outside under that name is not looked into",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jetpack-nixos": "j"}`,
				locked("j", `{"type": "path", "path": "/etc", "lastModified": 1}`))},
			want:   Pin{Format: "flake.lock", Input: "jetpack-nixos", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "groups within groups",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "j"}`,
				locked("j", `{"type": "gitlab", "owner": "group%2Fsub", "repo": "jetpack-nixos", "rev": "`+revB+`"}`))},
			want:   Pin{Format: "flake.lock", Revision: revB, Input: "jp", Owner: "group/sub", Repo: "jetpack-nixos", Fork: true},
			source: "flake.lock",
		},
		{
			name: "npins, a fork under another name",
			files: map[string]string{"npins/sources.json": `{"pins": {"jetpack-nixos": {"repository": {"owner": "someone", "repo": "jetson"}, "revision": "` + revB + `"},
				"a": {"repository": {"owner": "someone", "repo": "else"}, "revision": "` + revB + `"}}}`},
			want:   Pin{Format: "npins", Revision: revB, Input: "jetpack-nixos", Owner: "someone", Repo: "jetson", Fork: true},
			source: "npins/sources.json",
		},
		{
			name: "the same revision twice is nothing to speak of",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jetpack-nixos": "jetpack", "a": "jetpack"}`,
				jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jetpack-nixos", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "a mirror under another name, by its commit",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "m"}`,
				locked("m", `{"type": "git", "url": "ssh://git@git.example.org/mirrors/jp.git", "rev": "`+revA+`"}`))},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp"},
			source: "flake.lock",
		},
		{
			name: "a git address",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "m"}`,
				locked("m", `{"type": "git", "url": "https://github.com/anduril/jetpack-nixos.git", "ref": "master", "rev": "`+revB+`"}`))},
			want:   Pin{Format: "flake.lock", Revision: revB, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "an archive",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "m"}`,
				locked("m", `{"type": "tarball", "url": "https://github.com/anduril/jetpack-nixos/archive/`+revA+`.tar.gz"}`))},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "an archive that lies elsewhere in the end",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "m"}`,
				`"m": {"locked": {"type": "tarball", "url": "https://cdn.example.org/1234.tar.gz", "rev": "`+revB+`"},
				"original": {"type": "tarball", "url": "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz"}}`)},
			want:   Pin{Format: "flake.lock", Revision: revB, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "a folder below the lock file",
			files: with(map[string]string{"flake.lock": flakeLockOf(`{"jp": "m"}`, locked("m", `{"type": "path", "path": "./jp"}`))},
				"jp/modules/default.nix", "{ }", "jp/overlay.nix", "{ }", "jp/sourceinfo/x.json", "{ }"),
			want:   Pin{Format: "flake.lock", Input: "jp", Repo: "jetpack-nixos", Dir: "jp"},
			source: "flake.lock",
		},
		{
			name: "a folder outside is not looked into",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "m", "passwd": "p"}`,
				locked("m", `{"type": "path", "path": "../../elsewhere/jetpack-nixos"}`), locked("p", `{"type": "path", "path": "/etc"}`))},
			want:   Pin{Format: "flake.lock", Input: "jp", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name: "npins, all kinds of hosts",
			files: map[string]string{"npins/sources.json": `{"version": 5, "pins": {
				"nixpkgs": {"type": "Channel", "name": "nixos-unstable", "url": "https://x.example.org/nixexprs.tar.xz"},
				"jp": {"type": "Git", "repository": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos"}, "branch": "master",
				"revision": "` + revA + `", "url": "https://github.com/anduril/jetpack-nixos/archive/` + revA + `.tar.gz", "hash": "0dyj0mlaab2kcjjp80z3ni5z3k5yaxqnaqh8a0a6rnj0dqz0hyad"}}}`},
			want:   Pin{Format: "npins", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "npins/sources.json",
		},
		{
			name: "npins, a plain repository",
			files: map[string]string{"npins/sources.json": `{"pins": {"a": {"type": "Git",
				"repository": {"type": "Git", "url": "https://git.example.org/me/jetpack-nixos.git"}, "revision": "` + revB + `"}}}`},
			want:   Pin{Format: "npins", Revision: revB, Input: "a", Owner: "me", Repo: "jetpack-nixos", Fork: true},
			source: "npins/sources.json",
		},
		{
			name: "npins, an archive",
			files: map[string]string{"npins/sources.json": `{"pins": {"a": {"type": "Tarball",
				"url": "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz",
				"locked_url": "https://github.com/anduril/jetpack-nixos/archive/` + revA + `.tar.gz"}}}`},
			want:   Pin{Format: "npins", Revision: revA, Input: "a", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "npins/sources.json",
		},
		{
			name: "niv",
			files: map[string]string{"nix/sources.json": `{"jetpack-nixos": {"branch": "master", "owner": "anduril", "repo": "jetpack-nixos",
				"rev": "` + revA + `", "type": "tarball", "url": "https://github.com/anduril/jetpack-nixos/archive/` + revA + `.tar.gz"},
				"odd": [1], "odder": {"repo": 5}}`},
			want:   Pin{Format: "niv", Revision: revA, Input: "jetpack-nixos", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "nix/sources.json",
		},
		{
			name: "lon",
			files: map[string]string{"lon.lock": `{"version": "1", "sources": {"jp": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos",
				"branch": "master", "revision": "` + revA + `"}}}`},
			want:   Pin{Format: "lon", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "lon.lock",
		},
		{
			name: "flake.lock before npins before niv",
			files: map[string]string{
				"flake.lock":         flakeLockOf(`{"n": "n"}`, github("n", "NixOS", "nixpkgs", revB)),
				"npins/sources.json": `{"pins": {"jp": {"repository": {"owner": "anduril", "repo": "jetpack-nixos"}, "revision": "` + revA + `"}}}`,
				"nix/sources.json":   `{"jp": {"owner": "anduril", "repo": "jetpack-nixos", "rev": "` + revB + `"}}`,
			},
			want:   Pin{Format: "npins", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "npins/sources.json",
		},
		{
			name:   "a checkout without git",
			files:  checkoutFiles,
			from:   "modules",
			want:   Pin{Format: Checkout, Repo: "jetpack-nixos", Dir: "."},
			source: ".",
		},
		{
			name: "a checkout of 2023",
			files: map[string]string{
				"modules/default.nix": "{ }", "modules/flash-script.nix": "{ }", "overlay.nix": "final: prev: { }", "default.nix": "{ }",
			},
			from:   "modules",
			want:   Pin{Format: Checkout, Repo: "jetpack-nixos", Dir: "."},
			source: ".",
		},
		{
			name:  "modules and an overlay of somebody's own",
			files: map[string]string{"modules/default.nix": "{ }", "overlay.nix": "final: prev: { }", "default.nix": "{ }"},
			want:  Pin{Format: None},
		},
		{
			name:   "a checkout of a branch",
			files:  with(checkoutFiles, ".git/HEAD", "ref: refs/heads/a/b\n", ".git/refs/heads/a/b", revA+"\n"),
			want:   Pin{Format: Checkout, Repo: "jetpack-nixos", Dir: ".", Revision: revA},
			source: ".",
		},
		{
			name: "a checkout of a packed branch",
			files: with(checkoutFiles, ".git/HEAD", "ref: refs/heads/main",
				".git/packed-refs", "# pack-refs with: peeled\n"+revB+" refs/heads/other\n"+revA+" refs/heads/main\n^"+revB+"\n"),
			want:   Pin{Format: Checkout, Repo: "jetpack-nixos", Dir: ".", Revision: revA},
			source: ".",
		},
		{
			name:   "a checkout of a commit",
			files:  with(checkoutFiles, ".git/HEAD", strings.ToUpper(revA)),
			want:   Pin{Format: Checkout, Repo: "jetpack-nixos", Dir: ".", Revision: revA},
			source: ".",
		},
		{
			name:   "a checkout whose branch leads out",
			files:  with(checkoutFiles, ".git/HEAD", "ref: refs/../../../../etc/hostname"),
			want:   Pin{Format: Checkout, Repo: "jetpack-nixos", Dir: "."},
			source: ".",
		},
		{
			name: "an example in a checkout has a lock file of its own",
			files: with(checkoutFiles,
				"examples/flake.lock", flakeLockOf(`{"jp": "jetpack"}`, jetpack)),
			from:   "examples",
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "examples/flake.lock",
		},

		// What goes wrong.
		{
			name:   "a byte order mark is no fault",
			files:  map[string]string{"flake.lock": "\uFEFF" + flakeLockOf(`{"jp": "jetpack"}`, jetpack)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
		{
			name:    "a merge in conflict",
			files:   map[string]string{"flake.lock": "{\n<<<<<<< HEAD\n\"a\": 1\n=======\n\"a\": 2\n>>>>>>> other\n}", "nix/sources.json": `{"jp": {"owner": "anduril", "repo": "jetpack-nixos", "rev": "` + revA + `"}}`},
			want:    Pin{Format: "niv", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source:  "nix/sources.json",
			problem: "has the marks of a merge conflict",
		},
		{
			name: "half-written, with a good one above",
			files: map[string]string{
				"a/flake.lock": flakeLockOf(`{"jp": "jetpack"}`, jetpack)[:100],
				"flake.lock":   flakeLockOf(`{"jp": "jetpack"}`, jetpack),
			},
			from:    "a",
			want:    Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source:  "flake.lock",
			problem: "is not a lock file: it ends too early",
		},
		{name: "empty", files: map[string]string{"flake.lock": ""}, want: Pin{Format: None}, problem: "is not a lock file"},
		{name: "JSON, but no object", files: map[string]string{"flake.lock": "[1, 2]"}, want: Pin{Format: None}, problem: "is not a lock file"},
		{name: "no root", files: map[string]string{"flake.lock": `{"nodes": {}, "root": "root"}`}, want: Pin{Format: None}, problem: "no root node"},
		{name: "a list of sources", files: map[string]string{"nix/sources.json": "[]"}, want: Pin{Format: None}, problem: "is not a file of niv"},
		{name: "nested too deep", files: map[string]string{"flake.lock": strings.Repeat(`{"nodes":`, 50_000)}, want: Pin{Format: None}, problem: "is not a lock file"},
		{name: "a folder", files: map[string]string{"flake.lock/x": ""}, want: Pin{Format: None}, problem: "is not a regular file"},
		{name: "a link to a file outside", files: map[string]string{"flake.lock": "→ /etc/passwd"}, want: Pin{Format: None}, problem: "cannot be read: path escapes"},
		{name: "a link upwards", files: map[string]string{"a/flake.lock": "→ ../../../../etc/hostname"}, from: "a", want: Pin{Format: None}, problem: "cannot be read: path escapes"},
		{name: "a link to itself", files: map[string]string{"flake.lock": "→ flake.lock"}, want: Pin{Format: None}, problem: "cannot be read"},
		{name: "a link to nothing", files: map[string]string{"flake.lock": "→ nothing"}, want: Pin{Format: None}},
		{
			name: "a path that is a link out of the folder",
			files: map[string]string{"flake.lock": flakeLockOf(`{"jp": "m"}`, locked("m", `{"type": "path", "path": "./jp"}`)),
				"jp": "→ /etc"},
			want: Pin{Format: None},
		},
		{
			name: "fields of the wrong kind",
			files: map[string]string{"flake.lock": flakeLockOf(`{"a": 5, "b": {"x": 1}, "c": [1], "d": ["x", {}], "e": null, "jp": "jetpack", "f": "odd", "g": "list"}`,
				jetpack, `"odd": {"locked": {"owner": 5, "repo": ["jetpack-nixos"], "lastModified": "yesterday"}, "inputs": "x"}`, `"list": [1]`)},
			want:   Pin{Format: "flake.lock", Revision: revA, Input: "jp", Owner: "anduril", Repo: "jetpack-nixos"},
			source: "flake.lock",
		},
	}
	known := library(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := lay(t, test.files)
			var reported []upstream.Problem
			f := &Finder{Library: known, Report: func(p upstream.Problem) { reported = append(reported, p) }}
			got := f.Around(filepath.Join(dir, test.from))
			if test.source != "" {
				test.want.File = filepath.Join(dir, test.source)
			}
			if test.want.Dir != "" {
				test.want.Dir = filepath.Join(dir, test.want.Dir)
			}
			pin := got.Pin
			pin.NarHash, pin.StorePath, pin.LastModified, pin.IsDivided = "", "", time.Time{}, false
			if pin != test.want {
				t.Errorf("pin\n%+v, want\n%+v", pin, test.want)
			}
			switch {
			case test.problem == "" && len(got.Problems) > 0:
				t.Errorf("problems %v", got.Problems)
			case test.problem != "" && (len(got.Problems) != 1 || !strings.Contains(got.Problems[0].String(), test.problem)):
				t.Errorf("problems %v, want one with %q", got.Problems, test.problem)
			case len(got.Problems) > 0 && !strings.HasPrefix(got.Problems[0].File, dir):
				t.Errorf("problem with %s", got.Problems[0].File)
			}
			f.Around(filepath.Join(dir, test.from))
			if len(reported) != len(got.Problems) {
				t.Errorf("asked twice, it reported %v", reported)
			}
		})
	}
}

func TestLockDetails(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": flakeLockOf(`{"jp": "j"}`, github("j", "anduril", "jetpack-nixos", revA))})
	pin := new(Finder).Around(dir).Pin
	if want := time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC); !pin.LastModified.Equal(want) {
		t.Errorf("last modified %v, want %v", pin.LastModified, want)
	}
	if want := "/nix/store/agyg2m8bkbcr2d5p57my3bla8794arlp-source"; pin.StorePath != want {
		t.Errorf("store path %s, want %s", pin.StorePath, want)
	}
}

// An input is unrelated if no way leads from it to jetpack-nixos.
// Each input that is jetpack-nixos has its own pin, and so has an input that has one among its own.
func TestInputs(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": flakeLockOf(`{"new": "new", "old": "old", "common": "common", "both": "both", "same": ["common", "jp"]}`,
		github("new", "anduril", "jetpack-nixos", revA), github("old", "anduril", "jetpack-nixos", revB),
		`"common": {"inputs": {"jp": "old_2", "new": ["new"]}}`, `"both": {"inputs": {"jp": "old_2", "new": ["new"]}}`,
		github("old_2", "anduril", "jetpack-nixos", revB), `"other": {}`)})
	around := (&Finder{}).Around(dir)
	for input, want := range map[string]string{
		"new": revA, "old": revB, "same": revB, "common/jp": revB, "common/new": revA, "other": "", "jp": "",
	} {
		if got, _ := around.Input(input); got.Revision != want {
			t.Errorf("input %s is of %q, want %q", input, got.Revision, want)
		}
	}
	if _, ok := around.Through("common"); ok {
		t.Error("an input that has two revisions has one")
	}
	if _, ok := around.Through("new"); ok {
		t.Error("jetpack-nixos has itself among its inputs")
	}
	if !around.Pin.IsDivided || around.Pin.Input != "new" {
		t.Errorf("the best is %+v of %d", around.Pin, len(around.Locked))
	}
	alone := (&Finder{}).Around(lay(t, map[string]string{"flake.lock": flakeLockOf(`{"common": "common", "jp": ["common", "jp"]}`,
		`"common": {"inputs": {"jp": "old"}}`, github("old", "anduril", "jetpack-nixos", revB))}))
	if pin, ok := alone.Through("common"); !ok || pin.Input != "common/jp" || pin.IsDivided {
		t.Errorf("through common: %+v", pin)
	}
}

// In the folder of a flake that is an input of the flake around it, the inputs are those of the inner one.
func TestInputInFolder(t *testing.T) {
	files := map[string]string{
		"common/modules/x.nix": "{ }", "commons/x.nix": "{ }",
		"flake.lock": flakeLockOf(`{"jp": "new", "common": "common"}`, github("new", "anduril", "jetpack-nixos", revA), github("old", "anduril", "jetpack-nixos", revB),
			`"common": {"inputs": {"jp": "old"}, "locked": {"type": "path", "path": "./common"}}`),
	}
	dir := lay(t, files)
	for from, want := range map[string]string{"": revA, "common": revB, "common/modules": revB, "commons": revA} {
		around := (&Finder{}).Around(filepath.Join(dir, filepath.FromSlash(from)))
		if input, _ := around.Input("jp"); around.Pin.Revision != want || input.Revision != want {
			t.Errorf("from %q: %s, and %s by name", from, around.Pin.Revision, input.Revision)
		}
	}
}

// Nix locks an input anew whose address in flake.nix names another revision.
func TestUnlocked(t *testing.T) {
	for address, want := range map[string]string{
		"github:anduril/jetpack-nixos":                    revB,
		"github:anduril/jetpack-nixos/" + revB:            revB,
		"github:anduril/jetpack-nixos/" + revB[:7]:        revB,
		"github:anduril/jetpack-nixos/main":               revB,
		"github:anduril/jetpack-nixos/" + revA:            revA,
		"github:anduril/jetpack-nixos?rev=" + revA:        revA,
		"github:NixOS/nixpkgs/" + revA + "#jetpack-nixos": revB,
	} {
		dir := lay(t, map[string]string{
			"flake.lock": flakeLockOf(`{"jp": "jetpack"}`, github("jetpack", "anduril", "jetpack-nixos", revB)),
			"flake.nix":  `{ inputs.jp.url = "` + address + `"; inputs.other.url = "github:anduril/jetpack-nixos/` + revA + `"; outputs = _: { }; }`,
		})
		got := (&Finder{}).Around(dir)
		input, _ := got.Input("jp")
		if got.Pin.Revision != want || input != got.Pin || (want == revA) != (got.Pin.Format == Unlocked) {
			t.Errorf("%s: %+v", address, got.Pin)
		}
	}
}

// A repository may have its flake in a folder.
func TestBelow(t *testing.T) {
	lockOf := func(revision string) string {
		return flakeLockOf(`{"jp": "jetpack"}`, github("jetpack", "anduril", "jetpack-nixos", revision))
	}
	for _, test := range []struct {
		name, from string
		files      map[string]string
		want, dir  string
	}{
		{name: "a folder", files: map[string]string{"nix/flake.lock": lockOf(revB)}, want: revB, dir: "nix"},
		{name: "from another one", from: "modules", files: map[string]string{"nix/flake.lock": lockOf(revB), "modules/x.nix": ""}, want: revB, dir: "nix"},
		{name: "two levels", files: map[string]string{"deploy/nix/flake.lock": lockOf(revB)}, want: revB, dir: "deploy/nix"},
		{name: "three levels", files: map[string]string{"a/deploy/nix/flake.lock": lockOf(revB)}},
		{name: "two folders of one revision", files: map[string]string{"a/flake.lock": lockOf(revB), "b/flake.lock": lockOf(revB)}, want: revB, dir: "a"},
		{name: "two folders of two", files: map[string]string{"a/flake.lock": lockOf(revB), "b/flake.lock": lockOf(revA)}},
		{name: "an address", files: map[string]string{"nix/flake.nix": `{ inputs.jp.url = "github:anduril/jetpack-nixos/` + revB + `"; }`}, want: revB, dir: "nix"},
		{name: "a flake of something else", files: map[string]string{"a/flake.lock": flakeLockOf(`{}`), "nix/flake.lock": lockOf(revB)}, want: revB, dir: "nix"},
		{name: "a checkout", files: with(map[string]string{}, "jp/modules/default.nix", "{ }", "jp/overlay.nix", "", "jp/mk-overlay.nix", "", "jp/flake.nix", "{ }")},
		{name: "a hidden folder", files: map[string]string{".direnv/flake.lock": lockOf(revB)}},
		{name: "a root with a pin", files: map[string]string{"nix/flake.lock": lockOf(revB), "flake.lock": lockOf(revA)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := lay(t, test.files)
			got := (&Finder{}).Around(filepath.Join(dir, test.from))
			want := ""
			if test.dir != "" {
				want = filepath.Join(dir, filepath.FromSlash(test.dir))
			}
			if got.Below.Revision != test.want || got.BelowDir != want {
				t.Errorf("%+v in %s", got.Below, got.BelowDir)
			}
			if chosen := Choose(nil, "", got); test.want != "" && chosen != got.Below {
				t.Errorf("chosen %+v", chosen)
			}
		})
	}

	// A lock file that comes, and one that changes, are seen.
	dir := lay(t, map[string]string{"nix/x.nix": "{ }"})
	f := &Finder{}
	write := func(content string) {
		if err := os.WriteFile(filepath.Join(dir, "nix", "flake.lock"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"", revA, revB} {
		if want != "" {
			write(lockOf(want) + strings.Repeat(" ", i))
		}
		next, _ := f.Again(0, dir)
		if got := next.Around(dir).Below.Revision; got != want {
			t.Errorf("look %d: %q, want %q", i, got, want)
		}
		f = next
	}
	write(lockOf(revA))
	if got := f.Changed([]string{filepath.Join(dir, "nix", "flake.lock")}).Around(dir).Below.Revision; got != revA {
		t.Errorf("by the client's word: %q", got)
	}
}

func TestUnrelated(t *testing.T) {
	node := func(name, inputs, more string) string {
		return fmt.Sprintf(`"%[1]s": {"inputs": {%[2]s}, "locked": {"type": "github", "owner": "a", "repo": "%[1]s"}%[3]s}`, name, inputs, more)
	}
	lock := flakeLockOf(
		`{"jp": "jp", "desktop": "desktop", "board": "board", "far": "far", "circle": "circle", "source": "source", "gone": "gone",
		  "follows": "follows", "jetson-tools": "plain", "plain": "plain"}`,
		github("jp", "anduril", "jetpack-nixos", revA),
		node("desktop", `"plain": "plain", "source": "source"`, ""), node("plain", "", ""),
		node("board", `"x": "jp"`, ""), node("far", `"x": "circle"`, ""),
		node("circle", `"a": "round"`, ""), node("round", `"a": "circle", "b": "board"`, ""),
		node("source", "", `, "flake": false`), node("follows", `"x": ["jp"]`, ""),
	)
	f := new(Finder)
	if got, want := f.Unrelated(lay(t, map[string]string{"flake.lock": lock})), []string{"desktop", "plain"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := f.Unrelated(lay(t, map[string]string{"flake.lock": "{"})); got != nil {
		t.Errorf("in a broken lock file: %q", got)
	}
}

// A file of 100 MB is not read: its size alone tells.
func TestHugeLock(t *testing.T) {
	dir := lay(t, map[string]string{"nix/sources.json": `{"jp": {"owner": "anduril", "repo": "jetpack-nixos", "rev": "` + revA + `"}}`})
	f, err := os.Create(filepath.Join(dir, "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(100 << 20); err != nil {
		t.Fatal(err)
	}
	f.Close()
	got := new(Finder).Around(dir)
	if got.Pin.Format != "niv" || len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Message, "larger than 8192 KiB") {
		t.Errorf("%+v", got)
	}
}

// A lock file may hold follows that double at every step.
func TestLockEnds(t *testing.T) {
	var inputs []string
	for i := range 60 {
		inputs = append(inputs, fmt.Sprintf(`"i%d": ["i%d", "i%d"]`, i, i+1, i+1))
	}
	inputs = append(inputs, `"i60": "root"`)
	dir := lay(t, map[string]string{"flake.lock": flakeLockOf("{" + strings.Join(inputs, ",") + "}")})
	start := time.Now()
	if got := new(Finder).Around(dir); got.Pin.Found() {
		t.Errorf("%+v", got.Pin)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestEntry(t *testing.T) {
	url := `{ inputs.jp.url = "github:anduril/jetpack-nixos/` + revA + `"; }`
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string // file, relative
	}{
		{"a flake without a lock file", map[string]string{"flake.nix": url}, "flake.nix"},
		{"an old-fashioned configuration", map[string]string{"configuration.nix": url}, "configuration.nix"},
		{"the nearest", map[string]string{"flake.nix": url, "a/default.nix": url}, "a/default.nix"},
		{"none that names it", map[string]string{"flake.nix": "{ }", "a/other.nix": url}, ""},
		{"none that is too large", map[string]string{"flake.nix": url + strings.Repeat(" ", maxEntry)}, ""},
		{"none that is no text", map[string]string{"flake.nix": url + "# \xff"}, ""},
		{"none that a link leads out to", map[string]string{"flake.nix": "→ /etc/passwd"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := lay(t, test.files)
			got := new(Finder).Around(filepath.Join(dir, "a"))
			if got.Pin.Found() || len(got.Problems) > 0 {
				t.Errorf("pin %+v, problems %v", got.Pin, got.Problems)
			}
			if test.want == "" {
				if got.Entry.Found() {
					t.Errorf("entry %+v", got.Entry)
				}
				return
			}
			if got.Entry.Revision != revA || got.Entry.File != filepath.Join(dir, test.want) {
				t.Errorf("entry %+v, want it from %s", got.Entry, test.want)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": "{}"})
	if err := os.Chmod(filepath.Join(dir, "flake.lock"), 0); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		// The superuser reads everything: then it is an odd lock file.
		if p := new(Finder).Around(dir).Problems; len(p) != 1 || !strings.Contains(p[0].Message, "no root node") {
			t.Errorf("problems %v", p)
		}
		return
	}
	if p := new(Finder).Around(dir).Problems; len(p) != 1 || !strings.Contains(p[0].Message, fs.ErrPermission.Error()) {
		t.Errorf("problems %v", p)
	}
}

func TestAroundOfNowhere(t *testing.T) {
	for _, dir := range []string{"", "relative", "/", "/dev/null/x", "/proc/self/fd/x", "/" + strings.Repeat("a/", 500), "/a\x00b"} {
		if got := new(Finder).Around(dir); got.Pin.Found() || got.Entry.Found() {
			t.Errorf("around %q: %+v", dir, got)
		}
	}
}

func TestConcurrentAround(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": flakeLockOf(`{"jp": "j"}`, github("j", "anduril", "jetpack-nixos", revA)), "a/flake.lock": "{"})
	var mu sync.Mutex
	reports := 0
	f := &Finder{Report: func(upstream.Problem) { mu.Lock(); defer mu.Unlock(); reports++ }}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if got := f.Around(filepath.Join(dir, "a", fmt.Sprint(i))); got.Pin.Revision != revA || len(got.Problems) != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
	all.Wait()
	if reports != 1 {
		t.Errorf("%d reports of one problem", reports)
	}
}

func TestChoose(t *testing.T) {
	none := Pin{Format: None}
	modeline := Pin{Format: Modeline, Revision: revA}
	lock := Pin{Format: "flake.lock", Revision: revA}
	url := Pin{Format: Address, Revision: revA, File: "own"}
	entry := Pin{Format: Entry, Revision: revA, File: "entry"}
	for _, test := range []struct {
		name     string
		mentions Mentions
		setting  string
		around   Surroundings
		want     Pin
	}{
		{"nothing", Mentions{}, "", Surroundings{}, none},
		{"all: the modeline", Mentions{modeline, url}, revB, Surroundings{Pin: lock, Entry: entry}, modeline},
		{"the setting", Mentions{url}, strings.ToUpper(revB), Surroundings{Pin: lock, Entry: entry}, Pin{Format: Setting, Revision: revB}},
		{"the lock file", Mentions{url}, "", Surroundings{Pin: lock, Entry: entry}, lock},
		{"the file's own address", Mentions{url}, "", Surroundings{Pin: none, Entry: entry}, url},
		{"an entry file's address", nil, "", Surroundings{Pin: none, Entry: entry}, entry},
	} {
		if got := Choose(test.mentions, test.setting, &test.around); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestConcerns(t *testing.T) {
	for path, want := range map[string]bool{
		"/x/flake.lock": true, "/x/npins/sources.json": true, "/x/nix/sources.json": true, "/x/lon.lock": true, "/x/flake.nix": true,
		"/x/configuration.nix": true, "/x/npins": true, "/x/overlay.nix": true, "/x/modules/flash-script.nix": true, "/x/.git/HEAD": true,
		"/x/hosts/orin.nix": false, "/x/README.md": false, "": false, "/": false,
	} {
		if got := Concerns(path); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}
