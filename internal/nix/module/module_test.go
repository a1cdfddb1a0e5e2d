package module_test

import (
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// cursor takes the $0 out of a text and says where it was.
func cursor(t *testing.T, src string) (string, int) {
	t.Helper()
	before, after, ok := strings.Cut(src, "$0")
	if !ok {
		t.Fatalf("no $0 in %q", src)
	}
	return before + after, len(before)
}

func describe(p module.Place) string {
	kind := map[module.PlaceKind]string{
		module.Nothing: "nothing", module.DefinedName: "defines", module.ReferredName: "refers to",
		module.ValuePlace: "value of", module.OverlayArgument: "overlay argument", module.FilePlace: "file",
		module.CommentPlace: "comment", module.TextPlace: "text",
	}[p.Kind]
	out := kind
	if len(p.Path) > 0 {
		out += " " + p.Path.String()
	}
	if p.Kind == module.ValuePlace {
		out += " = " + p.Value
	}
	return out
}

func TestAt(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"a dotted name, its last part", `{ hardware.nvidia-jetpack.so$0m = "orin-agx"; }`, "defines hardware.nvidia-jetpack.som"},
		{"a dotted name, an inner part", `{ hardware.nvidia$0-jetpack.som = "orin-agx"; }`, "defines hardware.nvidia-jetpack"},
		{"nested sets", `{ hardware.nvidia-jetpack = { firmware = { uefi.lo$0go = null; }; }; }`, "defines hardware.nvidia-jetpack.firmware.uefi.logo"},
		{"quoted names", `{ "hardware"."nvidia-$0jetpack".som = "x"; }`, "defines hardware.nvidia-jetpack"},
		{"a module function", `{ config, lib, ... }: { hardware.nvidia-jetpack.en$0able = true; }`, "defines hardware.nvidia-jetpack.enable"},
		{"config", `{ config = { hardware.nvidia-jetpack.en$0able = true; }; }`, "defines config.hardware.nvidia-jetpack.enable"},
		{"let in", `{ lib, ... }: let a = 1; in { hardware.nvidia-jetpack.en$0able = true; }`, "defines hardware.nvidia-jetpack.enable"},
		{"mkIf", `{ config = lib.mkIf true { hardware.nvidia-jetpack.en$0able = true; }; }`, "defines config.hardware.nvidia-jetpack.enable"},
		{"mkMerge", `{ config = lib.mkMerge [ { a = 1; } (lib.mkIf c { hardware.nvidia-jetpack.en$0able = true; }) ]; }`, "defines config.hardware.nvidia-jetpack.enable"},
		{"joined sets", `{ a = 1; } // { hardware.nvidia-jetpack.en$0able = true; }`, "defines hardware.nvidia-jetpack.enable"},
		{"a module inline in a flake", `{ outputs = { nixpkgs, ... }: { x = nixpkgs.lib.nixosSystem { modules = [ ./a.nix { hardware.nvidia-jetpack.en$0able = true; } ]; }; }; }`, "defines ?.modules.*.hardware.nvidia-jetpack.enable"},
		{"a name inherited into a set", `let som = "x"; in { hardware.nvidia-jetpack = { inherit so$0m; }; }`, "defines hardware.nvidia-jetpack.som"},
		{"a name inherited from config", `{ config, ... }: let inherit (config.hardware.nvidia-jetpack) so$0m; in som`, "refers to config.hardware.nvidia-jetpack.som"},
		{"the argument of an unknown function", `{ a = f { b$0 = 1; }; }`, "defines ?.b"},
		{"a let", `let hardware$0 = 1; in { }`, "defines ?.hardware"},

		{"a selection", `{ config, ... }: config.hardware.nvidia-jetpack.so$0m`, "refers to config.hardware.nvidia-jetpack.som"},
		{"an alias", `{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in cfg.so$0m`, "refers to config.hardware.nvidia-jetpack.som"},
		{"an alias of an alias", `{ config, ... }: let jet = config.hardware.nvidia-jetpack; cfg = jet; in { a = cfg.so$0m; }`, "refers to config.hardware.nvidia-jetpack.som"},
		{"the name of an alias", `{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in c$0fg.som`, "refers to config.hardware.nvidia-jetpack"},
		{"an alias that names itself", `let cfg = cfg; in c$0fg`, "refers to cfg"},
		{"with", `{ pkgs, ... }: with pkgs.nvidia-jetpack; [ flash$0-tools ]`, "refers to pkgs.nvidia-jetpack.flash-tools"},
		{"true wins over with", `{ lib, ... }: with lib; { a.enable = tr$0ue; }`, "value of a.enable = true"},
		{"a global function wins over with", `{ lib, ... }: with lib; ma$0p f x`, "refers to map"},
		{"a let wins over with", `let x = f 1; in with pkgs.nvidia-jetpack; x$0`, "refers to x"},
		{"a function of lib", `{ lib, ... }: { a = lib.mk$0If true 1; }`, "refers to lib.mkIf"},
		{"a function inherited from lib", `{ lib, ... }: let inherit (lib) mkIf; in { a = mk$0If true 1; }`, "refers to lib.mkIf"},
		{"a formal's default", `{ config, cfg ? config.a, ... }: cfg.so$0m`, "refers to config.a.som"},
		{"a formal with any default", `{ off ? false, ... }: f of$0f`, "refers to off"},
		{"a function that is called on the spot", `{ config, ... }: (cfg: cfg.so$0m) config.a`, "refers to config.a.som"},
		{"a choice", `{ config, ... }: (if config.b then { } else config.a).so$0m`, "refers to config.a.som"},
		{"a choice that holds itself", `let a = if u then a else { }; in a.so$0m`, "refers to a.som"},
		{"a combined set", `{ config, ... }: let cfg = config.a // { b = 1; }; in cfg.so$0m`, "refers to config.a.som"},
		{"a combined set's own name", `{ config, ... }: let cfg = config.a // { som = 1; }; in cfg.so$0m`, "refers to cfg.som"},
		{"a name that a let has", `{ config, ... }: let n = "b"; in config.a.${n}.so$0m`, "refers to config.a.b.som"},
		{"a quoted name", `{ config, ... }: config.a.${"so$0m"}`, "refers to config.a.som"},
		{"through sets", `{ config, ... }: let s.t = { cfg = config.a; }; inherit (s) t; in with t; cfg.so$0m`, "refers to config.a.som"},
		{"of what a call gives", `let p = import ./p.nix { }; in p.a.so$0m`, "refers to p.a.som"},
		{"an alias of what a call gives", `let p = import ./p.nix { }; a = p.a; in a.so$0m`, "refers to p.a.som"},
		{"inherited from a call", `{ a = { inherit (f { }) so$0m; }; }`, "refers to ?.som"},
		{"true, by another name", `let on = true; in { a.enable = o$0n; }`, "refers to on"},
		{"a function by another name", `{ lib, ... }: let m = lib.mkIf; in $0m true 1`, "refers to lib.mkIf"},
		{"all arguments", `args@{ ... }: args.config.so$0m`, "refers to config.som"},
		{"all arguments, themselves", `args@{ ... }: f arg$0s`, "refers to args"},
		{"a head that is lost", `{ a = with pkgs.nvidia-jetpack; [ flash$0-tools ]; }`, "refers to pkgs.nvidia-jetpack.flash-tools"},
		{"a path of strings", `{ config, lib, ... }: lib.getAttrFromPath [ "a" "so$0m" ] config`, "refers to config.a.som"},
		{"a path of strings, an inner one", `{ config, lib, ... }: lib.attrByPath [ "a" "b$0" "som" ] null config`, "refers to config.a.b"},
		{"a string that names an attribute", `{ config, ... }: builtins.getAttr "so$0m" config.a`, "refers to config.a.som"},
		{"a path of strings, of nothing yet", `{ lib, ... }: { a = lib.getAttrFromPath [ "so$0m" ]; }`, "value of ?.* = som"},
		{"below a path of strings", `{ lib, ... }: lib.setAttrByPath [ "a" "b" ] { so$0m = 1; }`, "defines a.b.som"},
		{"below a computed path", `{ lib, ... }: lib.setAttrByPath path { so$0m = 1; }`, "defines ?.som"},
		{"an argument of a scope's overlay", `f: p: { s = p.s.overrideScope (sf: sp: { a = sp.a$0; }); }`, "refers to p.s.a"},
		{"a test for an attribute", `pkgs ? nvidia-jet$0pack`, "refers to pkgs.nvidia-jetpack"},

		{"a string", `{ hardware.nvidia-jetpack.som = "orin$0-agx"; }`, "value of hardware.nvidia-jetpack.som = orin-agx"},
		{"a string in mkDefault", `{ hardware.nvidia-jetpack.som = lib.mkDefault "orin$0-agx"; }`, "value of hardware.nvidia-jetpack.som = orin-agx"},
		{"a string in mkOverride", `{ a.som = lib.mkOverride 10 "orin$0-agx"; }`, "value of a.som = orin-agx"},
		{"a string in an if", `{ a.som = if c then "orin$0-agx" else "x"; }`, "value of a.som = orin-agx"},
		{"an element", `{ a.order = [ "nv$0me" ]; }`, "value of a.order.* = nvme"},
		{"a comparison", `{ config, ... }: config.hardware.nvidia-jetpack.som == "orin$0-agx"`, "value of config.hardware.nvidia-jetpack.som = orin-agx"},
		{"elem", `{ config, lib, ... }: lib.elem config.a.som [ "orin$0-agx" ]`, "value of config.a.som = orin-agx"},
		{"a bare word", `{ a.enable = tr$0ue; }`, "value of a.enable = true"},
		{"a string with an interpolation", `{ a.som = "orin$0-${x}"; }`, "text"},

		{"final", `{ nixpkgs.overlays = [ (fin$0al: prev: { }) ]; }`, "overlay argument final"},
		{"prev, used", `final: prev: { a = pr$0ev.a; }`, "overlay argument prev"},
		{"self and super", `self: su$0per: { }`, "overlay argument super"},
		{"the attributes of a derivation", `x.overrideAttrs (final: pr$0ev: { })`, "refers to prev"},
		{"two arguments of any function", `a: b$0: a`, "refers to b"},

		{"white space", `{ a = 1; $0 }`, "nothing"},
		{"a comment", `{ # hardware.nvidia$0-jetpack
}`, "comment"},
		{"white space in a comment", "{ # a $0 b\n}", "nothing"},
		{"unfinished text", `{ hardware.nvidia-jetpack.so$0m = "orin-agx`, "defines hardware.nvidia-jetpack.som"},
		{"a missing semicolon before", `{ a = 1
  hardware.nvidia-jetpack.so$0m = "orin-agx";
}`, "defines hardware.nvidia-jetpack.som"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, offset := cursor(t, c.src)
			if got := describe(module.At(syntax.Parse(src), offset)); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
			}
		})
	}
}

func describeCursor(c module.Cursor, src string) string {
	kind := map[module.CursorKind]string{
		module.TypesNothing: "nothing", module.TypesName: "name in", module.TypesSelection: "selection from", module.TypesValue: "value of",
	}[c.Kind]
	if c.Kind == module.TypesNothing {
		return kind
	}
	out := fmt.Sprintf("%s %s typed %q replaces %q", kind, c.Path, c.Typed, c.Replace.Of(src))
	if c.Quoted {
		out += " quoted"
	}
	if c.Closed {
		out += " closed"
	}
	if c.HasValue {
		out += " has value"
	}
	for _, d := range c.Defined {
		out += " defined " + d.String()
	}
	if c.With != nil {
		out += " with " + c.With.String()
	}
	if len(c.Present) > 0 {
		out += fmt.Sprintf(" present %v", c.Present)
	}
	return out
}

func TestCursorAt(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"an empty string", `{ a.som = "$0"; }`, `value of a.som typed "" replaces "" quoted closed`},
		{"half a string", `{ a.som = "ori$0n"; }`, `value of a.som typed "ori" replaces "orin" quoted closed`},
		{"a string without its end", "{\n  a.som = \"ori$0\n  b = 1;\n}", `value of a.som typed "ori" replaces "ori" quoted`},
		{"a string without its end, before a semicolon", "{\n  a.som = \"ori$0;\n  b = 1;\n}", `value of a.som typed "ori" replaces "ori" quoted`},
		{"a string without its end, the next line has strings", "{\n  a.som = \"$0\n  b = \"x\";\n}", `value of a.som typed "" replaces "" quoted`},
		{"a quote at the end of the text", "{ a.som = \"$0", `value of a.som typed "" replaces "" quoted`},
		{"no quotes", `{ a.som = $0; }`, `value of a.som typed "" replaces ""`},
		{"no quotes, half typed", `{ a.som = ori$0; }`, `value of a.som typed "ori" replaces "ori"`},
		{"no quotes, no semicolon", "{\n  a.som = $0\n  b = 1;\n}", `value of a.som typed "" replaces ""`},
		{"mkDefault", `{ a.som = lib.mkDefault "$0"; }`, `value of a.som typed "" replaces "" quoted closed`},
		{"mkDefault, no quotes", `{ a.som = lib.mkDefault $0; }`, `value of a.som typed "" replaces ""`},
		{"an element", `{ a.order = [ "nvme" "u$0" ]; }`, `value of a.order.* typed "u" replaces "u" quoted closed present [nvme]`},
		{"a new element", `{ a.order = [ "nvme" $0 ]; }`, `value of a.order.* typed "" replaces "" present [nvme]`},
		{"a comparison", `{ config, ... }: config.a.som == "$0"`, `value of config.a.som typed "" replaces "" quoted closed`},

		{"a formal's default", `{ config, cfg ? config.a, ... }: cfg.b.$0`, `selection from config.a.b typed "" replaces ""`},
		{"a choice", `{ config, ... }: (if config.b then { } else config.a).so$0`, `selection from config.a typed "so" replaces "so"`},
		{"a combined set", `{ config, ... }: let cfg = config.a // { b = 1; }; in cfg.$0`, `selection from config.a typed "" replaces ""`},
		{"a path of strings", `{ config, lib, ... }: lib.getAttrFromPath [ "a" "so$0" ] config`, `selection from config.a typed "so" replaces "so" quoted closed`},
		{"an argument of a scope's overlay", `f: p: { s = p.s.overrideScope (sf: sp: { a = sp.$0; }); }`, `selection from p.s typed "" replaces ""`},
		{"after the last dot", "{\n  hardware.nvidia-jetpack.$0\n}", `name in hardware.nvidia-jetpack typed "" replaces ""`},
		{"after the last dot, before a binding", "{\n  hardware.nvidia-jetpack.$0\n  a = 1;\n}", `name in hardware.nvidia-jetpack typed "" replaces "" defined a`},
		{"half a name", "{\n  hardware.nvidia-jetpack.so$0\n  a.b = 1;\n}", `name in hardware.nvidia-jetpack typed "so" replaces "so" defined a.b`},
		{"half a name before an equals sign", `{ hardware.nvidia-jetpack.so$0 = "x"; }`, `name in hardware.nvidia-jetpack typed "so" replaces "so" has value`},
		{"an inner name", `{ hardware.nv$0.som = "x"; }`, `name in hardware typed "nv" replaces "nv"`},
		{"an empty set", "{ hardware.nvidia-jetpack = { $0 }; }", `name in hardware.nvidia-jetpack typed "" replaces ""`},
		{"after a binding", "{ hardware.nvidia-jetpack = { som = \"x\"; $0 }; }", `name in hardware.nvidia-jetpack typed "" replaces "" defined hardware.nvidia-jetpack.som`},
		{"a set that is not closed", "{ hardware.nvidia-jetpack = {\n  so$0\n", `name in hardware.nvidia-jetpack typed "so" replaces "so"`},
		{"defined in a nested set and dotted", "{\n  h.j = { som = \"x\"; };\n  h.j.$0\n}", `name in h.j typed "" replaces "" defined h.j.som`},

		{"a selection", `{ config, ... }: config.hardware.$0`, `selection from config.hardware typed "" replaces ""`},
		{"a selection, half typed", `{ config, ... }: { a = config.hardware.nv$0; }`, `selection from config.hardware typed "nv" replaces "nv"`},
		{"through an alias", `{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in { a = cfg.so$0; }`, `selection from config.hardware.nvidia-jetpack typed "so" replaces "so"`},

		{"a comment", "{ # a.$0\n}", "nothing"},
		{"an indented string", "{ a = ''$0''; }", "nothing"},
		{"an interpolation", `{ a = "x${$0}"; }`, "nothing"},
		{"before a value that is there", `{ a.som = $0"x"; }`, "nothing"},
		{"behind an element", `{ a.order = [ "nvme"$0 ]; }`, "nothing"},

		{"the value of mkIf", `{ a.som = lib.mkIf c $0; }`, `value of a.som typed "" replaces ""`},
		{"the condition of mkIf", `{ a.som = lib.mkIf $0; }`, "nothing"},
		{"the value of mkOverride", `{ a.som = lib.mkOverride 50 $0; }`, `value of a.som typed "" replaces ""`},
		{"a branch", `{ a.som = if c then $0 else "x"; }`, `value of a.som typed "" replaces ""`},
		{"a branch that is there", `{ a.som = if c then $0 "y" else "x"; }`, "nothing"},
		{"a number where a string belongs", `{ a.major = 7$0; }`, `value of a.major typed "7" replaces "7"`},
		{"a comparison, no quotes", `{ config, ... }: { b = config.a.som == $0; }`, `value of config.a.som typed "" replaces ""`},
		{"elem, no quotes", `{ config, ... }: { b = elem config.a.som [ $0 ]; }`, `value of config.a.som typed "" replaces ""`},
		{"another name of an inherit", `{ config, ... }: { inherit (config.a) b $0; }`, `selection from config.a typed "" replaces ""`},
		{"a name from a with", `{ config, ... }: with config.a; so$0 1`, `selection from config.a typed "so" replaces "so"`},
		{"a value, or a name from a with", `{ pkgs, ... }: { a.b = with pkgs.c; [ so$0 ]; }`, `value of a.b.* typed "so" replaces "so" with pkgs.c`},
		{"a word that is a keyword so far", `{ a.b.in$0 }`, `name in a.b typed "in" replaces "in"`},
		{"a keyword in a nested set", "{ a = { b = 1; in$0 }; }", `name in a typed "in" replaces "in" defined a.b`},
		{"a keyword in an inherit", `{ config, ... }: { inherit (config.a) b in$0; }`, `selection from config.a typed "in" replaces "in"`},
		{"in", "let a = 1; in$0 { }", "nothing"},
		{"in an interpolation that is not closed", "{ config, ... }: {\n  b = \"x-${config.a.so$0\n  c = 1;\n}", `selection from config.a typed "so" replaces "so"`},
		{"after a dot in an interpolation that is not closed", "{ config, ... }: {\n  b = \"${config.a.$0\n  c = 1;\n}", `selection from config.a typed "" replaces ""`},
		{"after an interpolation", "{ config, ... }: {\n  b = \"${config.a}$0\n  c = 1;\n}", "nothing"},
		{"after a dot, in a let of its own", "{ config, ... }: let cfg = config.a; in { b = let c = cfg.$0\n d = 1; in d; }", `selection from config.a typed "" replaces ""`},
		{"after a dot, the argument of a function", "{ config, ... }: let cfg = config.a; in {\n  b = f \"x\" cfg.$0\n  c = 1;\n}", `selection from config.a typed "" replaces ""`},
		{"after a dot, the body of a function", "{ config, ... }: let cfg = config.a; in {\n  b = x: cfg.$0\n  c = 1;\n}", `selection from config.a typed "" replaces ""`},
		{"a comparison, before a call on the next line", "{ config, ... }: { b = if config.a == \"$0\"\n  f 1 else 2; }", `value of config.a typed "" replaces "" quoted closed`},
		{"after a dot, before a binding on the next line", "{ config, ... }: let cfg = config.a; in {\n  b = cfg.$0\n  c = 1;\n}", `selection from config.a typed "" replaces ""`},
		{"after a dot in parentheses, before a binding", "{ config, ... }: {\n  b = lib.mkIf (config.a.$0\n  c = 1;\n}", `selection from config.a typed "" replaces ""`},
		{"a comparison, before a binding", "{ config, ... }: {\n  b = f (config.a == \"x$0\"\n  c = 1;\n}", `value of config.a typed "x" replaces "x" quoted closed`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, offset := cursor(t, c.src)
			if got := describeCursor(module.CursorAt(syntax.Parse(src), offset), src); got != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
			}
		})
	}
}

func TestDefinitions(t *testing.T) {
	tree := syntax.Parse(`{ config, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = lib.mkForce "orin-agx"; };
  services.nvpmodel.profileNumber = 0;
}`)
	var got []string
	for d := range module.Definitions(tree) {
		value, quoted, ok := module.Literal(d.Binding.Value())
		got = append(got, fmt.Sprintf("%s = %s %v %v", d.Path, value, quoted, ok))
	}
	want := []string{
		"hardware.nvidia-jetpack.enable = true false true",
		"hardware.nvidia-jetpack.som = orin-agx true true",
		"services.nvpmodel.profileNumber = 0 false true",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
