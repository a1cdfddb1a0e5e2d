package syntax_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

var update = flag.Bool("update", false, "write the goldens")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func sources(t testing.TB, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files like %s: %v", pattern, err)
	}
	out := map[string]string{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[file] = string(src)
	}
	return out
}

// TestRender shows each error of the refused files as people see it.
func TestRender(t *testing.T) {
	for file, src := range sources(t, "testdata/fail/*.nix") {
		errors := syntax.Parse(src).Errors()
		if len(errors) == 0 {
			t.Errorf("%s has no error", file)
			continue
		}
		golden(t, strings.TrimSuffix(file, ".nix")+".txt", syntax.Render(src, filepath.Base(file), errors))
	}
}

// TestOkay holds that there is no error in what is Nix.
func TestOkay(t *testing.T) {
	for file, src := range sources(t, "testdata/okay/*.nix") {
		if errors := syntax.Parse(src).Errors(); len(errors) > 0 {
			t.Errorf("%s", syntax.Render(src, file, errors))
		}
	}
}

// TestInsert mends texts with the insertions that errors call certain.
func TestInsert(t *testing.T) {
	for file, src := range sources(t, "testdata/fail/*.nix") {
		errors := syntax.Parse(src).Errors()
		var edits []text.Edit
		for _, e := range errors {
			if e.Insert == "" {
				edits = nil
				break
			}
			edits = append(edits, text.Edit{Span: e.Span, NewText: e.Insert})
		}
		if edits == nil {
			continue
		}
		mended, err := text.Apply(src, edits)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for _, left := range syntax.Parse(mended).Errors() {
			for _, e := range errors {
				if left.Code == e.Code && left.Wanted == e.Wanted {
					t.Errorf("%s: mended to\n%sand still wrong: %s", file, mended, left.Message())
				}
			}
		}
	}
}

// TestDump holds the trees of some files, whole and damaged.
func TestDump(t *testing.T) {
	for file, src := range sources(t, "testdata/tree/*.nix") {
		var out strings.Builder
		if err := syntax.Parse(src).Dump(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, strings.TrimSuffix(file, ".nix")+".txt", out.String())
	}
}
