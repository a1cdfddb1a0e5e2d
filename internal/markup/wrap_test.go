package markup

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"words", "one two three four five", "one two\nthree four\nfive"},
		{"a name with hyphens", "the new `xavier-agx` it is", "the new\n`xavier-agx`\nit is"},
		{"a short code span", "all of `a b` is one", "all of\n`a b` is\none"},
		{"a full stop behind a name", "it is all `orin-nx`.", "it is all\n`orin-nx`."},
		{"a list", "- one two three", "- one two\n  three"},
		{"a quotation", "> one two three", "> one two\n> three"},
		{"no mark at the beginning", "one two a - b and 7. more", "one two\na - b\nand 7.\nmore"},
		{"a break", "one two three  \nfour", "one two\nthree  \nfour"},
		{"a code block", "```nix\none two three four\n```\none two three", "```nix\none two three four\n```\none two\nthree"},
		{"a fence in a code block", "````\n```\none two three four\n````", "````\n```\none two three four\n````"},
		{"a table", "| one | two | three |", "| one | two | three |"},
		{"what has no space", "https://example.org/", "https://example.org/"},
	} {
		if got := Wrap(test.in, 10); got != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// TestWrapKeepsWords: a client that draws Markdown sees what it saw before.
func TestWrapKeepsWords(t *testing.T) {
	const page = "**a** `b c` — d  \n\n- e `f-g`, h\n  i\n\n> j k\n\n1. l m\n"
	for width := range utf8.RuneCountInString(page) {
		got := strings.Join(strings.Fields(strings.ReplaceAll(Wrap(page, width), "\n> ", "\n")), " ")
		if want := strings.Join(strings.Fields(strings.ReplaceAll(page, "\n> ", "\n")), " "); got != want {
			t.Errorf("%d: %s", width, got)
		}
	}
}
