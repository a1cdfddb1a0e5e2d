package syntax

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// typed are pieces of text that people type, delete or paste: some leave a text Nix, others do not.
var typed = []string{
	" ", "\n", "\r\n", "\t", "# a note\n", "#", "/* a note */", "/*", "*/", "a", "x", "é", "1", "1.5", ".", ".b", ";", "=", ":", ",", "@", "?", "-", "+", "/", "//", "++",
	"{", "}", "[", "]", "(", ")", "{ }", "[ ]", "( x )", `"`, `"text"`, `\`, "$", "${", "${x}", "'", "''", "''text''", "''$", "'''", "./a", "./${x}/b", "<nixpkgs>", "https://a.b",
	" b = 2;", "c.d = { e = 1; };", " inherit f;", "inherit (g) h;", "let i = 1; in i", "let ", " in ", "rec ", "with j; ", "if k then l else m", "n: n", "{ o, ... }: o", " or ", "\uFEFF",
}

// TestReparse holds trees that take most from an earlier version to those of whole parses, over random edits; -rapid.checks
// says how often. Most edits begin at a text without errors, where something can be taken.
func TestReparse(t *testing.T) {
	var texts []string
	for _, pattern := range []string{"testdata/*/*.nix", "../../../testdata/configs/*/*.nix"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if src := string(content); len(Parse(src).found) == 0 {
				texts = append(texts, src)
			}
		}
	}
	texts = append(texts, "", " ", "{}", "{ }", "x: y", "[ 1 (2) \"3\" ''4'' ]", "let a=1;in a", "rec{a=1;}", "let{body=1;}", "{a=1;}//{b=2;}", "f{}[](x)\"s\"")
	if len(texts) < 40 {
		t.Fatalf("%d texts", len(texts))
	}
	edits, patched := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.SampledFrom(texts).Draw(t, "text")
		tree := Parse(src)
		for range 100 {
			start := rapid.IntRange(0, len(src)).Draw(t, "start")
			end := start
			if rapid.IntRange(0, 2).Draw(t, "deletes") == 0 {
				end = min(len(src), start+rapid.IntRange(0, 30).Draw(t, "length"))
			}
			if rapid.Bool().Draw(t, "at tokens") {
				start, end = int(tree.token(tree.index(start)%tree.tokenCount()).start), int(tree.token(tree.index(end)%tree.tokenCount()).start)
				end = max(start, end)
			}
			insert := rapid.SampledFrom(append([]string{""}, typed...)).Draw(t, "insert")
			edited := src[:start] + insert + src[end:]
			got, want := tree.Reparse(edited), Parse(edited)
			sameTree(t, src, got.flat(), want)
			for _, kind := range []Kind{Path, Identifier, Binding} {
				if !slices.EqualFunc(slices.Collect(got.OfKind(kind)), slices.Collect(want.OfKind(kind)), func(a, b Node) bool { return a.index == b.index }) {
					t.Fatalf("%q\nbecame %q: other nodes of the kind %s than those of a whole parse", src, edited, kind)
				}
			}
			edits++
			if got.patch != nil {
				patched++
			}
			if isBroken := len(want.found) > 0; !isBroken || rapid.IntRange(0, 3).Draw(t, "stays broken") == 0 {
				src, tree = edited, got
			}
			if len(src) > 1<<14 || len(tree.found) > 0 && rapid.Bool().Draw(t, "anew") {
				src = rapid.SampledFrom(texts).Draw(t, "text")
				tree = Parse(src)
			}
		}
	})
	t.Logf("%d edits, %d patched trees", edits, patched)
	if patched < edits/6 {
		t.Errorf("only %d trees of %d were made of an earlier one", patched, edits)
	}
}

// FuzzReparse holds the tree after any change of any text to that of a whole parse.
func FuzzReparse(f *testing.F) {
	for i, src := range []string{"{ a = 1; b = [ 2 ]; }", "let a = \"x\"; in { inherit a; }", "x: ''\n  ${y}\n''", "# a\n{ }"} {
		f.Add(src, typed[i*7], i, i+2)
	}
	f.Fuzz(func(t *testing.T, src, insert string, start, end int) {
		if len(src)+len(insert) > 1<<12 || start < 0 || end < start || end > len(src) {
			return
		}
		edited := src[:start] + insert + src[end:]
		sameTree(t, src, Parse(src).Reparse(edited).flat(), Parse(edited))
	})
}

func sameTree(t interface{ Fatalf(string, ...any) }, before string, got, want *Tree) {
	same := func(a, b errorAt) bool { return a == b }
	if got.src != want.src || !slices.Equal(got.tokens, want.tokens) || !slices.Equal(got.nodes, want.nodes) || !slices.EqualFunc(got.found, want.found, same) {
		for i := range min(len(got.nodes), len(want.nodes)) {
			if got.nodes[i] != want.nodes[i] {
				t.Fatalf("%q\nbecame %q:\nnode %d of %d is %+v, of a whole parse %+v", before, want.src, i, len(want.nodes), got.nodes[i], want.nodes[i])
			}
		}
		t.Fatalf("%q\nbecame %q:\n%d tokens, %d nodes, %d errors, of a whole parse %d, %d, %d\n%v\n%v", before, want.src,
			len(got.tokens), len(got.nodes), len(got.found), len(want.tokens), len(want.nodes), len(want.found), got.tokens, want.tokens)
	}
}

// BenchmarkReparse is the parse after one character was typed, of what the character stands in.
func BenchmarkReparse(b *testing.B) {
	var src strings.Builder
	src.WriteString("{ config, lib, pkgs, ... }:\n{\n")
	for src.Len() < 1<<20 {
		src.WriteString("  services.worker = lib.mkIf config.x.enable {\n    name = \"a worker\";\n    wantedBy = [ \"multi-user.target\" ];\n    exec = \"${pkgs.hello}/bin/hello --greeting ${toString 1}\";\n  };\n")
	}
	src.WriteString("}\n")
	was := src.String()
	for _, at := range []struct {
		name  string
		share float64
	}{{"begin", 0}, {"middle", 0.5}, {"end", 0.999}} {
		place := strings.Index(was[int(float64(len(was))*at.share):], "a worker") + int(float64(len(was))*at.share)
		is := was[:place] + "x" + was[place:]
		tree := Parse(was)
		b.Run(at.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tree.Reparse(is)
			}
		})
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Parse(was)
		}
	})
}
