package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

var updateBumps = flag.Bool("update-bumps", false, "rewrite what the archives in testdata/bump expect")

// bumped is a workspace in an archive. Its comment begins with the pinned revision and the arguments, the last member is
// what they print.
type bumped struct {
	archive *txtar.Archive
	dir     string
	args    []string
}

func openBump(t *testing.T, file string) bumped {
	t.Helper()
	home(t)
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(archive.Comment), "\n")
	pin, args, _ := strings.Cut(head, " ")
	b := bumped{archive, t.TempDir(), strings.Fields(args)}
	b.write(t, "flake.lock", lockOf(pin))
	for _, f := range archive.Files {
		if f.Name != "@" {
			b.write(t, f.Name, string(f.Data))
		}
	}
	return b
}

func lockOf(rev string) string {
	return fmt.Sprintf(`{"nodes":{"jetpack":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":%q}},`+
		`"nixpkgs":{"locked":{"type":"github","owner":"NixOS","repo":"nixpkgs","rev":"0000000000000000000000000000000000000000"}},`+
		`"root":{"inputs":{"jetpack":"jetpack","nixpkgs":"nixpkgs"}}},"root":"root","version":7}`, rev)
}

func (b bumped) write(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// check runs the check of the archive. What it prints names files as the folder has them.
func (b bumped) check(t *testing.T, more ...string) (out string, code int) {
	t.Helper()
	out, stderr, code := run(t, "", slices.Concat([]string{"check"}, b.args, more, []string{b.dir})...)
	return strings.ReplaceAll(out+stderr, b.dir+string(filepath.Separator), ""), code
}

func bumps(t *testing.T) []string {
	files, err := filepath.Glob("../../testdata/bump/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	return files
}

// TestCheckRev holds what another revision changes for small workspaces, as a person reads it.
func TestCheckRev(t *testing.T) {
	for _, file := range bumps(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			b := openBump(t, file)
			out, code := b.check(t)
			got := fmt.Sprintf("%sexit code %d\n", out, code)
			at := len(b.archive.Files) - 1
			if *updateBumps {
				b.archive.Files[at].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(b.archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(b.archive.Files[at].Data), got); diff != "" {
				t.Errorf("-golden +got:\n%s", diff)
			}
		})
	}
}

// TestCheckRevJSON holds the form for programs: what it says is what a person reads.
func TestCheckRevJSON(t *testing.T) {
	for _, file := range bumps(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			b := openBump(t, file)
			text, code := b.check(t)
			if code > 1 {
				t.Fatalf("exit code %d: %s", code, text)
			}
			out, jsonCode := b.check(t, "--format", "json")
			var got struct {
				From, To   string
				Appear, Go *[]struct{ Code, Message string }
				Hosts      *[]struct {
					Name    string
					Changes *[]struct{ What, From, To, Pill string }
				}
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil || jsonCode != code || got.Appear == nil || got.Go == nil || got.Hosts == nil {
				t.Fatalf("exit code %d, want %d, %v:\n%s", jsonCode, code, err, out)
			}
			isCommit := regexp.MustCompile("^[0-9a-f]{40}$").MatchString
			if !isCommit(got.From) || !isCommit(got.To) || !strings.Contains(text, got.From[:7]) || !strings.Contains(text, got.To[:7]) {
				t.Errorf("from %s to %s", got.From, got.To)
			}
			changes := map[string]bool{}
			for _, h := range *got.Hosts {
				for _, c := range *h.Changes {
					changes[c.What+c.From+" → "+c.To] = true
				}
			}
			if want, inEditor := len(changes)+len(*got.Appear)+len(*got.Go), b.summary(t).Changes(); slices.Contains(b.args, "newest") && inEditor != want {
				t.Errorf("an editor says that there are %d changes, want %d", inEditor, want)
			}
			said := func(s string) {
				if !strings.Contains(text, s) {
					t.Errorf("not said to a person: %s", s)
				}
			}
			for _, f := range slices.Concat(*got.Appear, *got.Go) {
				said(f.Message + " [" + f.Code + "]")
			}
			for _, h := range *got.Hosts {
				if len(*h.Changes) == 0 {
					continue
				}
				if !strings.Contains(text, "2 more") {
					said(h.Name)
				}
				for _, c := range *h.Changes {
					said(c.From)
					said(c.To)
					if c.Pill == "" {
						t.Errorf("%s: no pill explains it", c.What)
					}
				}
			}
			if strings.Contains(text, "would appear:") != (len(*got.Appear) > 0) || strings.Contains(text, "would disappear:") != (len(*got.Go) > 0) {
				t.Errorf("%d appear, %d go, and a person reads:\n%s", len(*got.Appear), len(*got.Go), text)
			}
		})
	}
}

// summary is what an editor says of the newest revision.
func (b bumped) summary(t *testing.T) *ide.BumpSummary {
	t.Helper()
	sn, err := (&Program{Pills: pills.FS}).snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range b.archive.Files {
		if doc, err := workspace.ReadDocument(filepath.Join(b.dir, f.Name)); err == nil {
			return ide.NewBump(sn, sn.Library().Newest()).Summary(doc)
		}
	}
	t.Fatal("there is no file")
	return nil
}

// TestCheckRevCannot holds what is said where there is nothing to compare.
func TestCheckRevCannot(t *testing.T) {
	b := openBump(t, bumps(t)[0])
	b.write(t, "other/flake.lock", lockOf("4d857d6da48c420da39964b6fb7ba23a958abad3"))
	b.write(t, "other/a.nix", "{ hardware.nvidia-jetpack.enable = true; }\n")
	unpinned := t.TempDir()
	if err := os.WriteFile(filepath.Join(unpinned, "a.nix"), []byte("{ hardware.nvidia-jetpack.enable = true; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	unknown := openBump(t, bumps(t)[0])
	unknown.write(t, "flake.lock", lockOf(strings.Repeat("1", 40)))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--rev", "newest", unknown.dir}, "nothing to compare with: jetpack-nixos 4d857d6"},
		{[]string{"--rev", "newset", b.dir}, `"newset" is not a revision: use at least the first seven digits of a commit, a day such as 2025-10-31, or "newest"; did you mean newest?`},
		{[]string{"--rev", "4d857d7", b.dir}, `revision "4d857d7" is not known: the newest known is 4d857d6; did you mean 4d857d6?`},
		{[]string{"--rev", "2020-01-01", b.dir}, "no known revision with options is as old as 2020-01-01"},
		{[]string{"--rev", "newest", b.dir}, "the files have several pins: "},
		{[]string{"--rev", "newest", unpinned}, "nothing pins jetpack-nixos for " + unpinned},
		{[]string{"--rev", "newest", "--format", "sarif", b.dir}, "--rev prints text or json"},
		{[]string{"--rev", "newest", "--fix", b.dir}, "--fix and --rev exclude each other"},
	} {
		out, stderr, code := run(t, "", append([]string{"check"}, test.args...)...)
		if code != 2 || out != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit code %d, %s%s", test.args, code, out, stderr)
		}
	}
}
