package eval_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// TestTraces holds that nothing of a value leads to a text that nobody asked about: what
// lib's functions make stands nowhere, or where their arguments do.
func TestTraces(t *testing.T) {
	content, err := os.ReadFile("testdata/partial.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := expressions(t, "lib.txt")
	for line := range strings.Lines(string(content)) {
		if !strings.HasPrefix(line, "=> ") && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	all = append(all, `lib.makeScope lib.callPackageWith (self: { a = 1; })`, `lib.makeExtensible (self: { a = 1; })`, `lib.mkOption { type = lib.types.enum [ u ]; }`,
		`lib.composeExtensions (f: p: { a = f.b; }) (f: p: { b = u; })`, `lib.setFunctionArgs u { }`, `lib.flip pkgs.f 1 2`, `lib.fix (self: pkgs.f self)`)
	seen := 0
	for _, src := range all {
		e := eval.New(eval.Options{})
		tree := syntax.Parse(src)
		holds := func(what string, n syntax.Node) {
			if seen++; !n.IsZero() && n.Tree() != tree {
				t.Errorf("%s: %s is %s", src, what, n.Text())
			}
		}
		var follow func(thunk *eval.Thunk, depth int)
		follow = func(thunk *eval.Thunk, depth int) {
			if depth > 5 {
				return
			}
			v := e.Force(thunk)
			holds("the origin", thunk.Origin())
			for step := range thunk.Through() {
				holds("what it came through", step.Node())
			}
			switch v := v.(type) {
			case *eval.Attrs:
				holds("the set", v.Node())
				for a := range v.All() {
					holds("the attribute "+a.Name, a.At)
					follow(a.Thunk, depth+1)
				}
			case *eval.List:
				for _, t := range v.Items {
					follow(t, depth+1)
				}
			case *eval.Choice:
				for _, t := range v.Of {
					follow(t, depth+1)
				}
				if v.Condition != nil {
					follow(v.Condition, depth+1)
				}
			case *eval.Call:
				holds("the call", v.Node)
				for _, t := range v.Args {
					follow(t, depth+1)
				}
			case *eval.Function:
				holds("the function", v.Lambda())
				follow(eval.Known(e.Called(v, nil)), depth+1)
				follow(eval.Known(e.Apply(v, eval.Known(&eval.Attrs{}))), depth+1)
			case *eval.Symbol:
				holds("the function of the symbol", v.Lambda)
			case *eval.Unknown:
				holds("the unknown", v.Node)
			}
		}
		follow(e.Thunk(tree.Root().Child(0), roots(e)), 0)
	}
	if seen < 3000 {
		t.Errorf("only %d nodes", seen)
	}
}

// TestMakers holds where the parts of what lib's functions make are written.
func TestMakers(t *testing.T) {
	for src, want := range map[string]string{
		`(lib.mkIf true (1 + 2)).content`:                                         "1 + 2",
		`(lib.mkForce { a = 1; }).content`:                                        "{ a = 1; }",
		`(lib.mkOption { default = 1 + 1; }).default`:                             "1 + 1",
		`builtins.elemAt (lib.optional true "x") 0`:                               `"x"`,
		`(lib.getAttrs [ "a" ] { a = 1 + 1; }).a`:                                 "1 + 1",
		`(lib.genAttrs [ "a" ] (n: "made")).a`:                                    `"made"`,
		`(lib.nameValuePair "a" (2 * 2)).value`:                                   "2 * 2",
		`(lib.makeScope (x: x) (self: { a = 3 * 3; })).a`:                         "3 * 3",
		`(lib.makeExtensible (self: { a = 4 * 4; })).a`:                           "4 * 4",
		`((lib.makeExtensible (self: { })).extend (f: p: { a = 5 * 5; })).a`:      "5 * 5",
		`(lib.setAttrByPath [ "a" ] (6 * 6)).a`:                                   "6 * 6",
		`(lib.types.enum [ "a" ]).functor.payload.values`:                         `[ "a" ]`,
		`(lib.overrideExisting { a = 1; } { a = 7 * 7; }).a`:                      "7 * 7",
		`(lib.mapAttrs' (n: v: lib.nameValuePair (n + "x") v) { a = 8 * 8; }).ax`: "8 * 8",
	} {
		e := eval.New(eval.Options{})
		thunk := e.Thunk(syntax.Parse(src).Root().Child(0), roots(e))
		e.Force(thunk)
		if got := thunk.Origin().Text(); got != want {
			t.Errorf("%s: made by %s, want %s", src, got, want)
		}
	}
}

// TestPrelude holds that lib.nix is Nix, and that something binds every name in it: Nix
// refuses a text with a name that nothing binds.
func TestPrelude(t *testing.T) {
	content, err := os.ReadFile("lib.nix")
	if err != nil {
		t.Fatal(err)
	}
	tree := syntax.Parse(string(content))
	if errors := tree.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	for n := range syntax.Descendants(tree.Root()) {
		if b, ok := syntax.AsBinding(n); ok && n.Parent().Kind() == syntax.LetIn && b.Value().Kind() == syntax.Identifier {
			t.Errorf("%s: a name stands for what it means where it is bound, and not all of the let is bound then", n.Text())
		}
	}
	names := []string{"madeBy", "unsupported", "freeformType", "lib", "types"}
	for _, name := range libraryNames() {
		if name, ok := strings.CutPrefix(name, "lib."); ok && !strings.Contains(name, ".") && name != "or" {
			names = append(names, name)
		}
	}
	for part := range syntax.Bindings(tree.Root().Child(0)) {
		if b, _ := syntax.AsBinding(part); b.Path().Text() == "internal" {
			for d := range syntax.Bindings(b.Value()) {
				d, _ := syntax.AsBinding(d)
				names = append(names, d.Path().Text())
			}
		}
	}
	slices.Sort(names)
	bound := "{ " + strings.Join(slices.Compact(names), ", ") + " }:\n" + string(content)
	for src, want := range map[string]bool{bound: true, strings.Replace(bound, "length list", "lenght list", 1): false} {
		if out, err := exec.Command("nix-instantiate", "--parse", "-E", src).CombinedOutput(); (err == nil) != want {
			t.Errorf("%v: %s", err, out[max(0, len(out)-500):])
		}
	}
}
