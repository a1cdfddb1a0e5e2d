package syntax_test

import (
	"testing"

	"jetpills/internal/nix/syntax"
)

// TestStringContent holds where the inside of a string ends: the quote of a string
// in an interpolation closes that one only.
func TestStringContent(t *testing.T) {
	for _, test := range []struct {
		src, content string
		closed       bool
	}{
		{`"ab"`, "ab", true},
		{`"a`, "a", false},
		{`"${"b"}"`, `${"b"}`, true},
		{`"${""`, `${""`, false},
		{`''${''b''`, `${''b''`, false},
	} {
		n := syntax.Parse(test.src).Root().Child(0)
		if got := syntax.StringContent(n).Of(test.src); got != test.content || syntax.IsClosed(n) != test.closed {
			t.Errorf("%s: holds %s, closed %v; want %s, %v", test.src, got, syntax.IsClosed(n), test.content, test.closed)
		}
	}
}
