package module_test

import (
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// TestPlaces holds that a walk through a text says of each place what a cursor on it does, also where names before it took
// the whole budget of an evaluation.
func TestPlaces(t *testing.T) {
	// Each takes more than half of the budget.
	const long = "if builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x + 1) 10000) < 0 then config.wrong else config.right"
	for src, want := range map[string]int{
		`{ config, ... }: let cfg = config.hardware; inherit (cfg) a; in { ${a}."b" = with cfg; [ b "c" 1 ./d ]; e = cfg."f".${"g"} or h; }`: 19,
		`{ config, ... }: let a = ` + long + `; b = ` + long + `; in [ a.x b.y ]`:                                                            -1,
	} {
		tree := syntax.Parse(src)
		count := 0
		whole := module.Places(tree, func(p module.Place) bool {
			count++
			at := module.At(tree, p.Span.Start)
			if got, want := fmt.Sprint(describe(p), p.Span, p.Written, p.Defines, p.Compared), fmt.Sprint(describe(at), at.Span, at.Written, at.Defines, at.Compared); got != want {
				t.Errorf("%s: %s, and %s for a cursor", src, got, want)
			}
			return true
		})
		if at := module.At(tree, strings.LastIndex(src, ".y")+1); want < 0 && describe(at) != "refers to config.right.y" {
			t.Errorf("a cursor: %s", describe(at))
		}
		if !whole || want >= 0 && count != want {
			t.Errorf("%s: %d places, want %d; all of them: %v", src, count, want, whole)
		}
	}
}

// TestPlacesEnd holds that a walk ends early where a text is made to take long, and where nobody wants more.
func TestPlacesEnd(t *testing.T) {
	var src strings.Builder
	src.WriteString("let\n")
	for i := range 40 {
		fmt.Fprintf(&src, "a%d = builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x + %[1]d) 190000);\n", i)
	}
	src.WriteString("in [ ")
	for i := range 40 {
		fmt.Fprintf(&src, "a%d.b ", i)
	}
	src.WriteString("]")
	tree := syntax.Parse(src.String())
	if module.Places(tree, func(module.Place) bool { return true }) {
		t.Error("all places of a text without end were looked at")
	}
	count := 0
	if module.Places(tree, func(module.Place) bool { count++; return count < 3 }) || count != 3 {
		t.Errorf("%d places for who wants three", count)
	}
}
