package eval_test

import (
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// TestScopeAt evaluates the expression at a cursor, ^ before its first byte, where
// it stands.
func TestScopeAt(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{"{ config, ... }: { x = ^config.a.b; }", "config.a.b"},
		{"{ config, ... }: let cfg = config.hardware; in { x = ^cfg.som; }", "config.hardware.som"},
		{"(cfg: { x = ^cfg.som; }) config.hardware", "config.hardware.som"},
		{"{ config, ... }: (cfg: { x = ^cfg.som; }) config.hardware", "config.hardware.som"},
		{"{ config, cfg ? config.hardware, ... }: ^cfg.som", "config.hardware.som"},
		{"{ config, ... }@args: ^args.config.x", "config.x"},
		{"args: ^args.config.x", "args.config.x"},
		{"{ lib, ... }: with lib; ^mkIf", "<function mkIf>"},
		{"final: prev: { x = ^prev.hello; }", "prev.hello"},
		{"let a = 1; in { inherit a; b = ^a; }", "1"},
		{"rec { a = 1; b = { c = ^a; }; }", "1"},
		{"let x = 1; in rec { x = 2; y = ^x; }", "2"},
		{"{ a ? ^b, b ? 1 }: a", "1"},
		{"let { body = ^a; a = 3; }", "3"},
		{"with { a = 1; }; [ (x: ^a) ]", "1"},
		{"with ^a; 1", "?free a"},
		{"{ pkgs ? import <nixpkgs> { }, ... }: ^pkgs.hello", "pkgs.hello"},
		{"{ ... }: { x = ^foo; }", "?free foo"},
	} {
		src := strings.Replace(test.src, "^", "", 1)
		at := strings.Index(test.src, "^")
		tree := syntax.Parse(src)
		e := eval.New(eval.Options{})
		n := tree.NodeAt(at)
		for n.Parent().Span().Start == at && n.Parent().Kind() == syntax.Select {
			n = n.Parent()
		}
		if got := shown(e, e.Thunk(n, e.ScopeAt(n)), 0); got != test.want {
			t.Errorf("%s: %s is %s, want %s", test.src, n.Text(), got, test.want)
		}
	}
}

// TestOrigin holds that a value knows what made it, and the names that it came
// through.
func TestOrigin(t *testing.T) {
	for _, test := range []struct{ src, origin, through string }{
		{`let b = "orin-mx"; in b`, `"orin-mx"`, `"orin-mx"`},
		{`let a = { b = c; }; c = 1; in a.b`, "1", "c → 1"},
		{`let inherit (s) a; s = { a = [ 1 ]; }; in a`, "[ 1 ]", "a → [ 1 ]"},
		{`let f = x: x.y; in f { y = (let z = { }; in z); }`, "{ }", "(let z = { }; in z) → { }"},
		{`(x: "made") 1`, `"made"`, ""},
		{`if true then (1 + 2) else 3`, "1 + 2", ""},
		{`let a = a; in a`, "a", "a"},
		{`let f = { x ? y, y ? 7 }: x; in f { }`, "7", "y → 7"},
	} {
		e := eval.New(eval.Options{})
		thunk := e.File(syntax.Parse(test.src), "/file.nix")
		e.Force(thunk)
		if got := thunk.Origin().Text(); got != test.origin {
			t.Errorf("%s: made by %s, want %s", test.src, got, test.origin)
		}
		var names []string
		for step := range thunk.Through() {
			names = append(names, step.Node().Text())
		}
		if got := strings.Join(names[1:], " → "); got != test.through {
			t.Errorf("%s: came through %s, want %s", test.src, got, test.through)
		}
	}
}

// TestAttrs holds where attributes are written, and what made a set.
func TestAttrs(t *testing.T) {
	src := `{ lib, ... }: {
  a.b = 1;
  inherit (lib) c;
  o = lib.mkOption { };
  g = lib.genAttrs [ "x" ] (n: n);
  l = builtins.listToAttrs [ { name = "y"; value = 1; } ];
}`
	e := eval.New(eval.Options{})
	v := e.Called(e.Force(e.File(syntax.Parse(src), "/file.nix")), nil)
	at := func(set eval.Value, name string) string {
		a, _ := set.(*eval.Attrs).Get(name)
		return a.At.Text()
	}
	for _, test := range []struct{ got, want string }{
		{at(v, "a"), "a.b"}, {at(e.At(v, "a"), "b"), "a.b"}, {at(v, "c"), "c"}, {at(v, "o"), "o"},
		{at(e.At(v, "g"), "x"), `"x"`}, {at(e.At(v, "l"), "y"), `"y"`},
		{e.At(v, "o").(*eval.Attrs).By(), "mkOption"},
	} {
		if test.got != test.want {
			t.Errorf("is %q, want %q", test.got, test.want)
		}
	}
}

// TestTakes holds which function takes what comes from outside, and what brings a
// name into view.
func TestTakes(t *testing.T) {
	src := "{ config, ... }@args: final: let a = 1; in with config.w; [ config.a args.config.a final.a free.a a b ]"
	tree := syntax.Parse(src)
	e := eval.New(eval.Options{Free: func(name string) (eval.Value, bool) { return eval.NewSymbol(name), true }})
	var list syntax.Node
	for n := range syntax.Descendants(tree.Root()) {
		if n.Kind() == syntax.List {
			list = n
		}
	}
	scope := e.ScopeAt(list.Child(0))
	for i, want := range []string{"config.a of {", "config.a of {", "final.a of f", "config.w.free.a of {", "1", "config.w.b of {"} {
		thunk := e.Thunk(list.Child(i), scope)
		got := shown(e, thunk, 0)
		if s, ok := e.Force(thunk).(*eval.Symbol); ok {
			got += " of " + s.Lambda.Text()[:1]
		}
		if got != want {
			t.Errorf("%s is %s, want %s", list.Child(i).Text(), got, want)
		}
	}
	for name, want := range map[string]string{"a": "bound", "config": "bound", "args": "bound", "map": "", "b": "config.w"} {
		got := ""
		if scope.Binds(name) {
			got = "bound"
		}
		if with := e.With(name, scope); with != nil {
			got += with.Node().Text()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestHas asks a caller which attributes there are of what comes from outside.
func TestHas(t *testing.T) {
	e := eval.New(eval.Options{Has: func(s *eval.Symbol) (has, known bool) {
		return s.String() == "options.a.yes", s.String() != "options.a.perhaps"
	}})
	for src, want := range map[string]string{
		"options ? a.yes": "true", "options ? a.no": "false", "let o = options.a; in !(o ? no)": "true",
		"builtins.hasAttr \"yes\" options.a": "true", "options.a ? perhaps": "?outside options.a", "lib.hasAttrByPath [ \"a\" \"yes\" ] options": "true",
		"{ a = options.a; } ? a.yes": "true", "{ a = 1; } ? b": "false",
	} {
		if got := shown(e, e.Thunk(syntax.Parse(src).Root().Child(0), roots(e)), 0); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// TestLongLet holds that a long let, whose names are bound when they are looked for, binds
// what a short one does, and each name once.
func TestLongLet(t *testing.T) {
	var long strings.Builder
	long.WriteString("let s = { x = a1; y = 7; }; inherit (s) x y; d.e = 1; d.f = a2; r = { s = 9; }; r.t = 8; n = \"k\"; q.${n} = a3; ${u} = 1; ")
	for i := range 30 {
		fmt.Fprintf(&long, "a%d = %d; ", i, i)
	}
	src := long.String() + "in 0"
	e := eval.New(eval.Options{})
	scope := e.ScopeAt(syntax.Parse(src).Root().Child(0).First())
	first := e.Lookup("a1", scope)
	for _, test := range []struct{ name, want string }{
		{"a1", "1"}, {"x", "1"}, {"d", "{ e = 1; f = 2; }"}, {"r", "{ s = 9; t = 8; }"}, {"q", "{ k = 3; }"}, {"y", "7"}, {"nothing", "?free nothing"}, {"a29", "29"}, {"a3", "3"},
	} {
		if got := shown(e, e.Lookup(test.name, scope), 0); got != test.want {
			t.Errorf("%s is %s, want %s", test.name, got, test.want)
		}
		if got, want := scope.Binds(test.name), test.name != "nothing"; got != want {
			t.Errorf("%s is bound: %v", test.name, got)
		}
	}
	if e.Lookup("a1", scope) != first {
		t.Error("a1 is bound twice")
	}
}
