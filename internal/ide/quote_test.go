package ide

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestQuotation(t *testing.T) {
	long := strings.Repeat("word ", 200)
	for _, test := range []struct{ name, description, want string }{
		{"nothing", " \n", ""},
		{"one line", "Which module.", "Which module."},
		{"the first paragraph", "Which\n  module.\n\nAnd more.", "Which module."},
		{"a role", "See {option}`a.b` and {command}`x`.", "See `a.b` and `x`."},
		{"code first", "```\nx\n```", ""},
		{"long", long, strings.TrimSpace(strings.Repeat("word ", 64)) + " …"},
		{"cut in code", strings.Repeat("a", 310) + " `a long piece of code`", strings.Repeat("a", 310) + " …"},
		{"a long word of others' letters", strings.Repeat("é", 400), strings.Repeat("é", 320) + " …"},
	} {
		got := quotation(test.description)
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("%s: half a letter in %q", test.name, got)
		}
	}
}
