package syntax_test

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jetpills/internal/syntax"
	"jetpills/internal/text"
)

// checkTree holds what is true of the tree of any text: its tokens are the
// text, its nodes lie in their parents and in order, its errors are in the text
// and in order.
func checkTree(t interface {
	Helper()
	Fatalf(string, ...any)
}, src string) {
	t.Helper()
	tree := syntax.Parse(src)
	end := 0
	for token := range tree.Tokens() {
		if token.Start != end || token.End <= token.Start {
			t.Fatalf("%q: token %v at %d-%d after one that ends at %d", src, token.Kind, token.Start, token.End, end)
		}
		end = token.End
	}
	if end != len(src) {
		t.Fatalf("%q: the tokens end at %d", src, end)
	}
	if tree.Root().Span() != (text.Span{Start: 0, End: len(src)}) {
		t.Fatalf("%q: the root spans %v", src, tree.Root().Span())
	}
	for n := range syntax.Descendants(tree.Root()) {
		last := n.Span().Start
		for c := range n.Children() {
			if c.Parent() != n {
				t.Fatalf("%q: %v is not the parent of its child %v", src, n.Kind(), c.Kind())
			}
			if !n.Span().Covers(c.Span()) || c.Span().Start < last || c.Span().End < c.Span().Start {
				t.Fatalf("%q: %v at %v in %v at %v behind %d", src, c.Kind(), c.Span(), n.Kind(), n.Span(), last)
			}
			last = c.Span().End
		}
	}
	at := 0
	for _, e := range tree.Errors() {
		if e.Start < at || e.End < e.Start || e.End > len(src) || e.Opener.Start < 0 || e.Opener.End > len(src) {
			t.Fatalf("%q: error %+v", src, e)
		}
		at = e.Start
	}
}

// queries asks a tree everything that can be asked about an offset.
func queries(tree *syntax.Tree, offset int) {
	tree.NodeAt(offset)
	tree.TokenAt(offset, nil)
	tree.PathAt(offset)
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.nix")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src), 7)
	}
	f.Fuzz(func(t *testing.T, src string, offset int) {
		if len(src) > 1<<16 {
			return
		}
		checkTree(t, src)
		tree := syntax.Parse(src)
		for at := range min(len(src), 64) {
			queries(tree, at)
		}
		queries(tree, offset)
		for b := range tree.BindingPaths() {
			if b.Offset < 0 || b.End < b.Offset || b.End > len(src) {
				t.Fatalf("%q: binding %+v", src, b)
			}
		}
		for n := range syntax.Descendants(tree.Root()) {
			syntax.StringValue(n)
			syntax.AttrName(n)
			syntax.Operator(n)
		}
		tree.Canonical("/", "/")
		syntax.Render(src, "x", tree.Errors())
		if err := tree.Dump(new(strings.Builder)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestEveryPrefix parses what is there while a file is typed from its beginning.
func TestEveryPrefix(t *testing.T) {
	for _, src := range sources(t, "testdata/*/*.nix") {
		for at := range len(src) {
			checkTree(t, src[:at])
		}
	}
}

// TestEveryDeletion parses each file without one of its bytes.
func TestEveryDeletion(t *testing.T) {
	for _, src := range sources(t, "testdata/*/*.nix") {
		for at := range len(src) {
			checkTree(t, src[:at]+src[at+1:])
		}
	}
}

// TestDeepNesting parses many open brackets, words and operators in a row.
func TestDeepNesting(t *testing.T) {
	for _, part := range []string{
		"(", "[", "{", "${", "\"${", "''${", ")", "]", "}", "{a=", "./a${", "let a=", "x: ", "{a}: ", "if ", "-", "!",
		"a.", "a ? ", "with ", "assert ", "a -> ", "a ++ ", "inherit (", "rec {", "let {", "''", "\"", "a=", "in ", "a.${",
		"[{(", "f (g: { x = ", "or ", "a or ", "x = \"\n", "}:", "<", "1 ", "a/${", "$", ";", "=", "..", "@",
	} {
		src := strings.Repeat(part, 6_000)
		tree := syntax.Parse(src)
		tree.Errors()
		queries(tree, len(src)/2)
		queries(tree, len(src))
	}
	const many = 100_000
	for _, bracket := range []string{"(", "[", "{", "]"} {
		syntax.Parse(strings.Repeat(bracket, many))
	}
	checkTree(t, strings.Repeat("(", many)+"1"+strings.Repeat(")", many))
}

// TestHugeLine parses 50 MB without a line break.
func TestHugeLine(t *testing.T) {
	src := `{ a = "` + strings.Repeat("text ", 8<<20) + `"; ` + strings.Repeat(`a.b-c = "d" + e;`, 10<<20/16) + " }"
	root := syntax.Parse(src).Root()
	if got := root.First().Span(); got != (text.Span{Start: 0, End: len(src)}) {
		t.Errorf("read up to %v of %d", got, len(src))
	}
}

func TestOddBytes(t *testing.T) {
	for _, src := range []string{
		"\x00", "{ a = \x00; }", "\"\x00\"", "\xff\xfe", "{ \xff = 1; }", "\ufeff{ }", "# \xff", "''\xff''", "é", "{ a = “x”; }",
		"\r", "\r\n\r", "{\ra = 1;\r}", "\v\f", "/*", "*/", "a\u00a0b", "'", "''", "'''", "\"", "\\", "\"\\", "''\\", "''$", "''\\$", "$", "${", "$${", "\"$", "\"${", "./${", "~", "~/", "<", "<a", "<a/", "1.", "1.e", ".", "..", "/", "//", "./", "a:", "a:b", "|", "&", "|>", "<|",
	} {
		checkTree(t, src)
		queries(syntax.Parse(src), 1)
	}
}

// TestLinear holds that twice the text takes at most 2.2 times as long, over two
// doublings, whole or broken. Each time is the shortest of several: what else
// the machine does only ever adds to it.
func TestLinear(t *testing.T) {
	module, err := os.ReadFile("testdata/modules/options.nix")
	if err != nil {
		t.Fatal(err)
	}
	body := string(module[strings.Index(string(module), "\n{")+1:])
	without := func(what string) string { return "x = " + strings.Replace(body, what, "", 1) + ";\n" }
	for _, test := range []struct {
		name                string
		size                int
		before, unit, after string
	}{
		{"whole", 400_000, "{\n", without("-"), "}"},
		{"without one closing quote", 200_000, "{\nx = \"a;\n", without("-"), "}"},
		{"without one closing brace", 200_000, "{\nx = {\n", without("-"), "}"},
		{"without all opening braces", 100_000, "{\n", without("{"), "}"},
		{"without all closing braces", 100_000, "{\n", without("}"), "}"},
		{"without half of the quotes", 100_000, "{\n", strings.Repeat(without("\""), 2), "}"},
		{"a long line", 25_000, "", "a.b = [ ( { ", ""},
		{"half-typed", 100_000, "", "a.b.\n", ""},
		{"unindented", 25_000, "", "a = {\nb = [\n", ""},
		{"unclosed indented strings", 100_000, "{\n", "x = ''\n", ""},
		{"closing brackets behind a quote", 25_000, "( \"", ")", ""},
	} {
		const most = 2.2
		var texts [3]string
		var times [3]time.Duration
		for i := range texts {
			texts[i] = test.before + strings.Repeat(test.unit, test.size<<i/len(test.unit)) + test.after
			times[i] = time.Hour
		}
		growth := func() float64 { return math.Sqrt(float64(times[2]) / float64(times[0])) }
		for range 20 {
			for i, src := range texts {
				times[i] = min(times[i], timed(src))
			}
			if growth() <= most {
				break
			}
		}
		if growth() > most {
			t.Errorf("%s: %v for %d bytes, twice and four times as many: %.2f a doubling, want %.1f",
				test.name, times, test.size, growth(), most)
		}
	}
}

// timed is how long it takes to parse a text and to ask for places in it, the
// sweeping of memory aside.
func timed(src string) time.Duration {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := cpuTime()
	tree := syntax.Parse(src)
	tree.Errors()
	queries(tree, len(src)/2)
	queries(tree, len(src))
	return cpuTime() - begin
}

// TestEdits applies random edits one after the other, each to the text that the
// last one left, and holds what is true of any tree after each.
func TestEdits(t *testing.T) {
	var texts []string
	for _, src := range sources(t, "testdata/modules/*.nix") {
		texts = append(texts, src)
	}
	snippets := []string{"", ";", "=", "{", "}", "(", ")", "[", "]", "\"", "''", "${", " ", "\n", "a", ".", "x = ", "inherit ", "let ", "in ", "# ", "/*", "*/", "é"}
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.SampledFrom(texts).Draw(t, "text")
		for range rapid.IntRange(1, 8).Draw(t, "edits") {
			start := rapid.IntRange(0, len(src)).Draw(t, "start")
			end := rapid.IntRange(start, min(len(src), start+20)).Draw(t, "end")
			edit := text.Edit{Span: text.Span{Start: start, End: end}, NewText: rapid.SampledFrom(snippets).Draw(t, "new")}
			edited, err := text.Apply(src, []text.Edit{edit})
			if err != nil {
				t.Fatal(err)
			}
			src = edited
			checkTree(t, src)
		}
	})
}
