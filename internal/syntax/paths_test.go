package syntax_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/syntax"
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
