package syntax_test

import (
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/nix/syntax"
)

// TestBinder finds names in narrow and in wide sets, by the index too: the first that binds a name counts.
func TestBinder(t *testing.T) {
	for _, width := range []int{0, 100} {
		var more strings.Builder
		for i := range width {
			fmt.Fprintf(&more, "n%d = 1; inherit m%d; typed%d; ", i, i, i)
		}
		src := `let ` + more.String() + `a = 1; "b".c = 2; inherit (x) d "e"; a = 3; f; ${g} = 4; in { h }: 5`
		let := syntax.Parse(src).Root().Child(0)
		for name, want := range map[string]string{
			"a": "a = 1;", "b": `"b".c = 2;`, "d": "d", "e": `"e"`, "f": "", "g": "", "h": "", "c": "", "": "",
		} {
			if got := syntax.Binder(let, name).Text(); got != want {
				t.Errorf("among %d: %q is bound by %q, want %q", width, name, got, want)
			}
		}
	}
	formals := syntax.Parse("{ " + strings.Repeat("x, ", 100) + "y ? 1, ... }: y").Root().Child(0)
	lambda, _ := syntax.AsLambda(formals)
	if got := syntax.Binder(lambda.Formals().Node, "y").Text(); got != "y ? 1" {
		t.Errorf("y is bound by %q", got)
	}
}
