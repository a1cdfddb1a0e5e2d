package syntax_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/nix/syntax"
)

func TestBindingPaths(t *testing.T) {
	for _, test := range []struct {
		src  string
		want []string // source of the binding: path
	}{
		{`{ a = 1; }`, []string{"a = 1;: a"}},
		{`{ a.b = { c = 1; }; }`, []string{"a.b = { c = 1; };: a.b", "c = 1;: a.b.c"}},
		{`{ a = [ (f { b = 1; }) ]; }`, []string{"a = [ (f { b = 1; }) ];: a", "b = 1;: a.b"}},
		{`x: { a, b ? { d = 1; } }: { c = y: { e = 2; }; }`,
			[]string{"d = 1;: d", "c = y: { e = 2; };: c", "e = 2;: c.e"}},
		{`let f = 1; in { a = let g = f; in g; }`,
			[]string{"f = 1;: f", "a = let g = f; in g;: a", "g = f;: a.g"}},
		{`{ a = { inherit b; inherit (c) d "e f"; }; }`, []string{
			`a = { inherit b; inherit (c) d "e f"; };: a`, "b: a.b", "d: a.d", `"e f": a."e f"`}},
		{`{ "a"."b c"."if".or."$\{x}" = 1; }`, []string{`"a"."b c"."if".or."$\{x}" = 1;: a."b c"."if".or."\${x}"`}},
		{`{ ${x}.${"y"}."z${w}" = 1; }`, []string{`${x}.${"y"}."z${w}" = 1;: ${x}.y."z${w}"`}},
		{`{ a.${let b = 1; in b}.c = { d = 2; }; }`, []string{
			`a.${let b = 1; in b}.c = { d = 2; };: a.${let b = 1; in b}.c`, "b = 1;: b",
			`d = 2;: a.${let b = 1; in b}.c.d`}},
		{"{ a = { b.\n c = 1; }; }", []string{"a = { b.\n c = 1; };: a", "c = 1;: a.c"}},
		{"{ a = 1\n  b = 2; }", []string{"a = 1: a", "b = 2;: b"}},
		{"{ a = ; b }", []string{"a = ;: a"}},
		{"{ a.b. = 1; }", []string{"a.b. = 1;: a.b."}},
	} {
		var got []string
		for b := range syntax.Parse(test.src).BindingPaths() {
			got = append(got, test.src[b.Offset:b.End]+": "+b.Path)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.src, diff)
		}
	}
}

// TestDamagedPaths holds what is read in texts that lack something, as a person
// would read it.
func TestDamagedPaths(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"quote before a binding", "{\n  a = [\n    { b = \"A; c = 64; }\n  ];\n}", "a a.b a.c"},
		{"quote before a set", "{\n  a = f \"b { c = true; };\n}", "a a.c"},
		{"quote of a file's name", "{\n  a.\"b/c.conf.text = \"d\";\n}", `a."b/c.conf".text`},
		{"quote behind an interpolation", "{\n  a.\"${b} = {\n    c = 1;\n  };\n}", `a."${b}" a."${b}".c`},
		{"brace of an interpolation", "{\n  a = \"${b\";\n  c = \"d\";\n}", "a c"},
		{"brace on a line of its own", "{\n  a =\n    if b then\n      \n        c = 1;\n      }\n    else\n      { };\n}", "a a.c"},
		{"brace of formals on a line of its own", "{\n  a =\n    \n      b,\n      c,\n    }:\n    d { e = 1; };\n}", "a a.e"},
		{"brace of an empty set", "{\n  a = b == { || c;\n  d = 1;\n}", "a d"},
		{"in of the inner let", "let\n  a = b:\n    let\n      c = 1;\nin\n{\n  d = 1;\n}", "a a.c d"},
		{"parenthesis too many", "{\n  a = b (c: d {\n    inherit e);\n    f = 1;\n  });\n}", "a a.e a.f"},
		{"brace too many", "{\n  a = {\n    b = 1;\n  };\n  };\n  c = 1;\n}", "a a.b c"},
		{"defaults in a style with commas", "{ a\n, b ? c = 1; d = 2; }\n}:\n{ e = 1; }", "c d e"},
		{"colons and ends of lines", "{\n  a: 1\n  b: { c: 2 }\n}", "a b b.c"},
		{"colons and commas", "{\n  a: 1,\n  b: { c = 2 },\n}", "a b b.c"},
	} {
		var got []string
		for b := range syntax.Parse(test.src).BindingPaths() {
			got = append(got, b.Path)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: got %q, want %q in\n%s", test.name, got, test.want, test.src)
		}
	}
}

func TestBindingPathsCanBeLeftEarly(t *testing.T) {
	tree := syntax.Parse(`{ inherit a b; c = { d = 1; }; }`)
	for most := range 4 {
		var got []string
		for b := range tree.BindingPaths() {
			if got = append(got, b.Path); len(got) > most {
				break
			}
		}
		if len(got) != most+1 {
			t.Errorf("asked for %d bindings, got %q", most+1, got)
		}
	}
	_ = slices.Collect(tree.BindingPaths())
}

func TestPathAt(t *testing.T) {
	// Each | is a cursor, in the order of the paths wanted.
	for _, test := range []struct {
		src  string
		want string
	}{
		{"|{| |a|.b|b| =| {| c| =| 1|;| }|;| }|", "___a_a.bb_a.bb_a.bb_a.bb_a.bb.c_a.bb.c_a.bb.c_a.bb_a.bb__"},
		{"{ a = [| (f| { b = |1; }) ]; }", "a_a_a.b"},
		{"{ a = { |inherit| (b.|c) d|d |ee; }; }", "a_a_a_a.dd_a"},
		{"{ a.b.|", "a.b"},
		{"{ a = {\n  b.c.so|\n}; }", "a.b.c.so"},
		{"{ a = {\n  b =\n  |", "a.b"},
		{"{\n  a = {\n    b = 1;\n    |\n    c = 2;\n|", "a_a"},
		{"{\n  a = {\n    b = 1;\n    |\n  c = 2;\n}", "a"},
		{"{\n  a = {\n    b = 1;\n  |\n  c = 2;\n}", ""},
		{"{\n  a = 1|  |\n  |b = 2;\n}", "a_a_"},
		{`{ a."b| c" = 1; ${d|} = 2; }`, `a."b c"_${d}`},
		{`{ a = { b.${let c |= d; in c}.e = 1|; }; }`, `a.c_a.b.${let c = d; in c}.e`},
		{`{ a = { inherit ${let c |= d; in c}; }; }`, `a.c`},
		{"# nothing|\n|", "_"},
	} {
		want := strings.Split(test.want, "_")
		parts := strings.Split(test.src, "|")
		src := strings.Join(parts, "")
		tree := syntax.Parse(src)
		at := 0
		for i, part := range parts[:len(parts)-1] {
			at += len(part)
			if got := tree.PathAt(at); got != want[i] {
				t.Errorf("%s: cursor %d: got %q, want %q", src, i, got, want[i])
			}
		}
	}
	for _, offset := range []int{-1, 100} {
		if got := syntax.Parse("{ a = 1; }").PathAt(offset); got != "" {
			t.Errorf("outside the text: %q", got)
		}
	}
}

func ExampleTree_BindingPaths() {
	for b := range syntax.Parse(`{ hardware.nvidia-jetpack = { enable = true; }; }`).BindingPaths() {
		fmt.Println(b.Offset, b.End, b.Path)
	}
	// Output:
	// 2 47 hardware.nvidia-jetpack
	// 30 44 hardware.nvidia-jetpack.enable
}
