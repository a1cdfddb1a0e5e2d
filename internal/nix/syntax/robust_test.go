package syntax_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jetpills/internal/nix/syntax"
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

// TestEveryPrefix parses what is there while a file is typed from its beginning.
func TestEveryPrefix(t *testing.T) {
	t.Parallel()
	for _, src := range sources(t, "testdata/*/*.nix") {
		for at := range len(src) {
			checkTree(t, src[:at])
		}
	}
}

// TestEveryDeletion parses each file without one of its bytes.
func TestEveryDeletion(t *testing.T) {
	t.Parallel()
	for _, src := range sources(t, "testdata/*/*.nix") {
		for at := range len(src) {
			checkTree(t, src[:at]+src[at+1:])
		}
	}
}

// TestDeepNesting parses many open brackets, words and operators in a row.
func TestDeepNesting(t *testing.T) {
	t.Parallel()
	for _, part := range []string{
		"(", "[", "{", "${", "\"${", "''${", ")", "]", "}", "{a=", "./a${", "let a=", "x: ", "{a}: ", "if ", "-", "!",
		"a.", "a ? ", "with ", "assert ", "a -> ", "a ++ ", "inherit (", "rec {", "let {", "''", "\"", "a=", "in ", "a.${",
		"[{(", "[)", "{ a.${", "{ inherit ${", "]${\\", "f (g: { x = ", "or ", "a or ", "x = \"\n", "}:", "<", "1 ", "a/${", "$", ";", "=", "..", "@",
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

// TestPathInsideNames holds that the path at a cursor does not say again and
// again what is inside of dynamic names that nest.
func TestPathInsideNames(t *testing.T) {
	for _, part := range []string{"{ a.${", "{ inherit ${"} {
		src := strings.Repeat(part, 1_000)
		if got := syntax.Parse(src).PathAt(len(src)); len(got) > 2*len(src) {
			t.Errorf("%s: a path of %d bytes in a text of %d", part, len(got), len(src))
		}
	}
}

// TestHugeLine parses 50 MB without a line break.
func TestHugeLine(t *testing.T) {
	t.Parallel()
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

// TestEdits applies random edits one after the other, each to the text that the
// last one left, and holds what is true of any tree after each.
func TestEdits(t *testing.T) {
	t.Parallel()
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
