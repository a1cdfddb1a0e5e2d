package module_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// overlayWorld applies an overlay to a set with a scope in it, as nixpkgs does.
const overlayWorld = `let
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  extensible = f: let self = fix f; in self // { overrideScope = g: extensible (extends g f); };
  package = name: { inherit name; passthru = { }; override = f: package name; overrideAttrs = f: package name; __toString = _: name; };
  lib = { optionalAttrs = c: s: if c then s else { }; recursiveUpdate = a: b: a // b; };
  base = final: {
    inherit lib;
    a = package "a"; b = package "b"; set = { a = 1; b = 2; };
    list = [ 1 ]; number = 1; yes = true; apply = f: f 1;
    callPackage = f: given: package "called";
    scope = extensible (self: { a = package "scope-a"; b = package "scope-b"; });
  };
  overlay = (%s);
in builtins.seq ((fix (extends overlay base)).%s) "fine"`

// TestRecursionsAgainstNix holds that Nix recurses without end wherever an overlay is said to, and says where it is not said
// though Nix does.
func TestRecursionsAgainstNix(t *testing.T) {
	const (
		fine    = "fine"
		found   = "found"
		missed  = "missed" // without end, and nobody says so
		because = "found, perhaps"
	)
	for _, test := range []struct{ overlay, value, want string }{
		{`final: prev: { a = final.a.overrideAttrs (old: { }); }`, "a", found},
		{`final: prev: { a = prev.a.overrideAttrs (old: { }); }`, "a", fine},
		{`final: prev: { a = prev.a.overrideAttrs (old: { x = final.a; }); }`, "a", fine},
		{`final: prev: { a = final.b.overrideAttrs (old: { }); }`, "a", fine},
		{`self: super: { a = self.a.override { }; }`, "a", found},
		{`super: self: { a = super.a.override { }; }`, "a", found},
		{`final: prev: { a = final.a; }`, "a", found},
		{`final: prev: { inherit (final) a; }`, "a", found},
		{`final: prev: { inherit (prev) a; }`, "a", fine},
		{`final: prev: let inherit (final) a; in { a = a.override { }; }`, "a", found},
		{`final: prev: let a = final.a.override { }; in { inherit a; }`, "a", found},
		{`final: prev: let a = prev.a.override { }; in { inherit a; }`, "a", fine},
		{`final: prev: with final; { a = a.override { }; }`, "a", found},
		{`final: prev: with final; { inherit a; }`, "a", found},
		{`final: prev: with final; { a = with prev; a.override { }; }`, "a", fine},
		{`final: prev: { a = final.a // { x = 1; }; }`, "a", found},
		{`final: prev: { a = { x = 1; } // final.a; }`, "a", found},
		{`final: prev: { a = prev.a // { x = final.a.name; }; }`, "a", fine},
		{`final: prev: { a = prev.a // { x = final.a.x; }; }`, "a.x", found},
		{`final: prev: { set = prev.set // { a = final.set.a + 1; }; }`, "set.a", found},
		{`final: prev: { set = prev.set // { a = final.set.b + 1; }; }`, "set.a", fine},
		{`final: prev: { set = { a = final.set; }; }`, "set.a", fine},
		{`final: prev: { set.a = final.set.a; }`, "set.a", found},
		{`final: prev: { set = { a = final.set.a; } // prev.set; }`, "set.a", fine},
		{`final: prev: { a = x: final.a x; }`, "a", fine},
		{`final: prev: { a = [ final.a ]; }`, "a", fine},
		{`final: prev: { a = { x = final.a; }; }`, "a", fine},
		{`final: prev: { a = final.callPackage (x: x) { a = final.a; }; }`, "a", fine},
		{`final: prev: { callPackage = final.callPackage; }`, "callPackage", found},
		{`final: prev: { a = if prev.yes then prev.a else final.a; }`, "a", fine},
		{`final: prev: { a = if prev.yes then final.a else final.a.override { }; }`, "a", found},
		{`final: prev: { a = if prev.yes then final.a else prev.a; }`, "a", missed},
		{`final: prev: { yes = if final.yes then true else false; }`, "yes", found},
		{`final: prev: { yes = !final.yes; }`, "yes", found},
		{`final: prev: { yes = prev.yes || final.yes; }`, "yes", fine},
		{`final: prev: { yes = final.yes || prev.yes; }`, "yes", found},
		{`final: prev: { number = 1 + final.number; }`, "number", found},
		{`final: prev: { list = prev.list ++ final.list; }`, "list", found},
		{`final: prev: { a = "${final.a}-1"; }`, "a", found},
		{`final: prev: { a = final.a or prev.a; }`, "a", found},
		{`final: prev: { a = (final.a.override { }).overrideAttrs (old: { }); }`, "a", found},
		{`final: prev: { a = assert final.a != null; prev.a; }`, "a", found},
		{`final: prev: { a = final.lib.recursiveUpdate final.a { }; }`, "a", missed},
		{`final: prev: { a = builtins.seq final.a prev.a; }`, "a", missed},
		{`final: prev: { yes = final ? yes; }`, "yes", fine},
		{`final: prev: { yes = final.a ? name; }`, "yes", fine},
		{`final: prev: { a = final.b; b = final.a; }`, "a", missed},
		{`final: prev: let final = prev; in { a = final.a.override { }; }`, "a", fine},
		{`final: prev: { a = prev.apply (final: prev.a); }`, "a", fine},
		{`final: prev: { a = let f = x: x.override { }; in f final.a; }`, "a", missed},
		{`final: prev: { ${"a"} = final.a; }`, "a", found},
		{`final: prev: { scope = prev.scope.overrideScope (sfinal: sprev: { a = sfinal.a.override { }; }); }`, "scope.a", found},
		{`final: prev: { scope = prev.scope.overrideScope (sfinal: sprev: { a = sprev.a.override { b = sfinal.b; }; }); }`, "scope.a", fine},
		{`final: prev: { scope = prev.scope.overrideScope (x: y: { a = y.a; b = x.a; }); }`, "scope.b", fine},
		{`final: prev: { scope = prev.scope.overrideScope (x: y: { a = final.a; }); }`, "scope.a", fine},
		{`final: prev: { scope = prev.scope.overrideScope (x: y: { a = final.scope.a; }); }`, "scope.a", missed},
		{`final: prev: { scope = final.scope.overrideScope (x: y: { }); }`, "scope", found},
		{`final: prev: final.lib.optionalAttrs true { a = 1; }`, "b", found},
		{`final: prev: if final.yes then { a = 1; } else { }`, "b", found},
		{`final: prev: with final.lib; { a = 1; }`, "b", fine},
		{`final: prev: let inherit (final) lib; in lib.optionalAttrs true { a = 1; }`, "b", found},
		{`final: prev: prev // { a = final.a; }`, "a", found},
		{`final: prev: { a = 1; } // final.set`, "b", found},
		{`final: prev: prev.lib.optionalAttrs prev.yes { a = final.b; }`, "a", fine},
	} {
		tree := syntax.Parse("{ nixpkgs.overlays = [ (" + test.overlay + ") ]; }")
		var paths []string
		for r := range module.Recursions(tree) {
			paths = append(paths, r.Path.String())
		}
		answer := askNix(t, fmt.Sprintf(overlayWorld, test.overlay, test.value))
		isEndless := strings.Contains(answer, "infinite recursion")
		if !isEndless && !strings.Contains(answer, "fine") {
			t.Errorf("%s: %s", test.overlay, answer)
		}
		got := fine
		switch isFound := len(paths) > 0; {
		case isFound && !isEndless:
			got = because
		case isFound:
			got = found
		case isEndless:
			got = missed
		}
		if got != test.want {
			t.Errorf("%s: %s, %v; want %s", test.overlay, got, paths, test.want)
		}
	}
}

func askNix(t *testing.T, program string) string {
	t.Helper()
	out, err := exec.Command("nix-instantiate", "--eval", "--expr", program).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}
