package syntax_test

import (
	"testing"

	"jetpills/internal/nix/syntax"
)

// TestQuoted holds that a text is, for the parser, the same text again once it is written in quotes or as a name.
func TestQuoted(t *testing.T) {
	for _, s := range []string{"", "a", "a b", "if", "or", `q"`, `\`, "${x}", "$${x}", "$", "\n\r\t", "é", "a-b'", "1a", "a.b"} {
		value := syntax.Parse(syntax.Quoted(s)).Root().Child(0)
		if got, ok := syntax.StringValue(value); !ok || got != s {
			t.Errorf("%q is written %s, which is %q, %v", s, syntax.Quoted(s), got, ok)
		}
		if written := syntax.WrittenName(s); (written == s) != syntax.IsName(s) {
			t.Errorf("the name %q is written %s", s, written)
		}
	}
}
