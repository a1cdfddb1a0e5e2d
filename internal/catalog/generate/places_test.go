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
		"pkgs/tool/early-boot.c": "int last_status; // quiet=1\n",
	})
	l, out := r.withPills(last, "`checker`, `tool --checker`, `isThere`, `mkThing`, `ordinary`, `early-boot`, `last_status` and isElsewhere. `carrierBoard`, `isNowhere`, `quiet=1`.")
	words := catalog.DataOf(l).Places.Words
	if got := strings.Join(slices.Sorted(maps.Keys(words)), " "); got != "'checker early-boot isThere last_status quiet=1" {
		t.Errorf("the words are %q", got)
	}
	if !strings.Contains(out, "checker early-boot isThere last_status quiet=1") {
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
