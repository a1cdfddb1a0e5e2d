package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
)

// withPills makes the data of a repository and of a pill with a text.
func (r *upstreamRepo) withPills(rev, text string) (*catalog.Library, string) {
	r.t.Helper()
	dir := r.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "00-pill.md"), []byte("---\nrevision: "+rev+"\n---\n# Pill\n\n"+text+"\n"), 0o644); err != nil {
		r.t.Fatal(err)
	}
	tables := evaluated(rev)
	tables["words.json"] = &fstest.MapFile{Data: []byte(`["mkThing"]`)}
	var out bytes.Buffer
	if err := run(tables, r.data, r.dir, true, dir, &out); err != nil {
		r.t.Fatal(err)
	}
	l, err := catalog.Read(os.DirFS(r.data))
	if err != nil {
		r.t.Fatal(err)
	}
	return l, out.String()
}

// The words in the code of pills that upstream has now, and did not always have.
func TestWords(t *testing.T) {
	r, first, _ := firstCommit(t)
	last := r.commit(map[string]string{
		"pkgs/tool/default.nix":  "{ checker, isThere }: mkThing { inherit checker; }\n# An ordinary word.\n",
		"pkgs/tool/early-boot.c": "int last_status; // quiet=1\nputs(\"The board is gone\");",
	})
	l, out := r.withPills(last, "`checker`, `tool --checker`, `isThere`, `mkThing`, `ordinary`, `early-boot`, `last_status` and isElsewhere. `carrierBoard`, `isNowhere`, `quiet=1`, `The board is gone`, `The board is there`.")
	words := catalog.DataOf(l).Places.Words
	if got := strings.Join(slices.Sorted(maps.Keys(words)), " "); got != "'checker The board is gone early-boot isThere last_status quiet=1" {
		t.Errorf("the words are %q", got)
	}
	if !strings.Contains(out, "The board is gone checker early-boot isThere last_status quiet=1") {
		t.Errorf("it does not say which words are new: %q", out)
	}
	before, after := catalog.Revision{Hash: first}, catalog.Revision{Hash: last}
	for _, c := range []struct {
		at                 catalog.Revision
		word               string
		plain, has, known_ bool
	}{
		{before, "isThere", false, false, true},
		{after, "isThere", false, true, true},
		{before, "checker", false, false, false},
		{before, "checker", true, false, true},
		{before, "carrierBoard", false, false, false},
	} {
		if has, known := l.HasWord(c.at, c.word, c.plain); has != c.has || known != c.known_ {
			t.Errorf("%s at %s: %v, known %v", c.word, c.at.Short(), has, known)
		}
	}
	if h, ok := l.WordHistory("checker"); !ok || h.Introduced.Hash != last {
		t.Errorf("checker: %+v", h)
	}
}

// A line is found by its text: where it moved, in another file, and with what does not make it another line; and not where it is
// another one.
func TestLines(t *testing.T) {
	r, first, _ := firstCommit(t)
	old := r.commit(map[string]string{
		"one.nix":     "{ cfg }: {\n  a = 1;\n  isRight = cfg.some.thing && other.one;\n  b = 2; # two\n}\n",
		"two.nix":     "{\n  c = 3;\n  aLineThatIsLongEnough = cfg.yes;\n  d = 4;\n}\n",
		"changed.nix": "{\n  value = cfg.yes;\n}\n",
		"twice.nix":   "{\n  x = 1;\n}\n{\n  x = 1;\n}\n",
	})
	last := r.commit(map[string]string{
		"one.nix":     "{ config }: {\n  zero = 0;\n  a = 1;\n  isRight   = config.a.some.thing && other.one; # why\n  b = 2;\n}\n",
		"two.nix":     "{\n}\n",
		"three.nix":   "{\n  c = 3;\n  aLineThatIsLongEnough = config.yes;\n  d = 4;\n}\n",
		"changed.nix": "{\n  value = cfg.no;\n}\n",
		"twice.nix":   "{\n  x = 1;\n}\n",
	})
	l, _ := r.withPills(last, "`one.nix:4`, `three.nix:3`, `changed.nix:2`, `twice.nix:2`.\n\n<!-- while one.nix:5 -->")
	home := catalog.Revision{Hash: last}
	for name, c := range map[string]struct {
		rev, path  string
		line       int
		file       string
		there      int
		has, known bool
	}{
		"at home":                     {last, "one.nix", 4, "one.nix", 4, true, true},
		"elsewhere in the file":       {old, "one.nix", 4, "one.nix", 3, true, true},
		"of a witness":                {old, "one.nix", 5, "one.nix", 4, true, true},
		"in another file":             {old, "three.nix", 3, "two.nix", 3, true, true},
		"another line":                {old, "changed.nix", 2, "changed.nix", 0, false, true},
		"one of several":              {old, "twice.nix", 2, "twice.nix", 0, true, true},
		"where the file was not":      {first, "one.nix", 4, "one.nix", 0, false, true},
		"that nobody asked for":       {old, "one.nix", 1, "one.nix", 0, false, false},
		"of a commit that is unknown": {strings.Repeat("0", 40), "one.nix", 4, "one.nix", 0, false, false},
	} {
		if file, there, has, known := l.LineAt(home, catalog.Revision{Hash: c.rev}, c.path, c.line); file != c.file || there != c.there || has != c.has || known != c.known {
			t.Errorf("%s: %s:%d, %v, known %v", name, file, there, has, known)
		}
	}
	if h, ok := l.LineHistory("three.nix", 3); !ok || h.Introduced.Hash != old {
		t.Errorf("the line that moved is there since %s", h.Introduced.Short())
	}
}

// A mark in a description names what is known.
func TestMarksOfDescriptions(t *testing.T) {
	r, rev, _ := firstCommit(t)
	for mark, ok := range map[string]bool{
		"[since " + rev[:7] + "]": true, "[before 1234567]": false, "[while overlay.nix:2]": false, "[while carrierBoard]": false, "[while it is so]": false,
	} {
		tables := evaluated(rev)
		tables["summaries.json"] = &fstest.MapFile{Data: []byte(`{"options": {"hardware.nvidia-jetpack.som": "It is so. ` + mark + `"}}`)}
		if err := run(tables, r.data, "", false, "", &bytes.Buffer{}); (err == nil) != ok {
			t.Errorf("%s: %v", mark, err)
		}
	}
}

// The lines that pills cite get the numbers that they have in a new commit.
func TestLinesFollow(t *testing.T) {
	r, first, _ := firstCommit(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "00-pill.md")
	const text = "# Pill\n\nSee `modules/more.nix:3`, `modules/more.nix:4-5`, `modules/none.nix:3` and `overlay.nix:1`.\n\n<!-- while modules/more.nix:3 -->\n"
	if err := os.WriteFile(file, []byte("---\nrevision: "+first+"\n---\n"+text), 0o644); err != nil {
		t.Fatal(err)
	}
	last := r.commit(map[string]string{"modules/more.nix": "# above\n\n" + moreModule, "overlay.nix": "# another\n" + strings.Replace(scopeOverlay, "final: prev:", "f: p:", 1)})
	var out bytes.Buffer
	if err := (clone{r.dir}).moveLines(dir, first, last, &out); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(file)
	want := strings.NewReplacer("more.nix:3", "more.nix:5", "more.nix:4-5", "more.nix:6-7").Replace(text)
	if !strings.HasSuffix(string(got), want) {
		t.Errorf("the pill is\n%s\nwant\n%s", got, want)
	}
	if said := "00-pill.md cites overlay.nix:1, which " + last[:7] + " does not have as it was\n"; out.String() != said {
		t.Errorf("it says %q, want %q", out.String(), said)
	}
}
