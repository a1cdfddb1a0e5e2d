package upstream_test

import (
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/upstream"
)

func TestDeclarations(t *testing.T) {
	// An ellipsis says that there may be more values.
	for _, test := range []struct{ name, source, want string }{
		{"dotted", `{ options.a.b = mkOption { type = types.enum [ "x" "y" ]; }; }`, "a.b: x y"},
		{"nested", `{ lib, ... }: { options = { a.b = { c = lib.mkOption { type = lib.types.enum [ "x" ]; }; }; }; }`, "a.b.c: x"},
		{"two", `{ options.a = { b = mkOption { type = types.enum [ "x" ]; }; c = mkOption { type = types.enum [ "y" ]; }; }; }`, "a.b: x; a.c: y"},
		{"null or", `{ options.a.b = mkOption { type = with types; nullOr (enum [ "x" ]); }; }`, "a.b: x"},
		{"list of", `{ options.a.b = mkOption { type = types.listOf (types.enum [ "x" ]); }; }`, "a.b: x"},
		{"from a let", `let own = [ "x" v ]; v = "y"; t = types.enum own; in { options.a.b = mkOption { type = t; }; }`, "a.b: x y"},
		{"joined", `let own = [ "x" ]; in { options.a.b = mkOption { type = types.enum (own ++ [ "y" ] ++ more); }; }`, "a.b: x y …"},
		{"interpolated", `let v = "2"; in { options.a.b = mkOption { type = types.enum [ "x-${v}" "y-${w}" ]; }; }`, "a.b: x-2 …"},
		{"with around", `{ options.a.b = with lib; mkOption { type = types.enum [ "x" ]; }; }`, "a.b: x"},
		{"updated", `{ options.a.b = mkOption { type = types.enum [ "x" ]; } // { internal = true; }; }`, "a.b: x; a.b.internal: …"},
		{"a module in a flake", `{ outputs = { nixpkgs, ... }: { nixosConfigurations.m = nixpkgs.lib.nixosSystem { modules = [ ({ lib, ... }: { options.a.b = lib.mkOption { type = lib.types.enum [ "x" ]; }; }) ]; }; }; }`, "a.b: x"},
		{"half typed", "{ options.a.b = mkOption { type = types.enum [ \"x\" \"y", "a.b: x y"},
		{"no enum", `{ options.a.b = mkOption { type = types.str; description = "no enum"; }; }`, "a.b: …"},
		{"made by another function", `{ options.a.b = lib.genAttrs names (n: mkOption { }); options.a.c = lib.mkEnableOption "c"; }`, "a.b: …; a.c: …"},
		{"a part of the options", `{ lib }: { a.b = lib.mkOption { type = types.enum [ "x" ]; }; a.c = mkPackageOption pkgs "x" { }; d = mkOption { }; }`, "*.a.b: x …; *.a.c: …"},
		{"no option", `{ a.b = types.enum [ "x" ]; }`, ""},
		{"a set of options", `{ options = mkOption { type = types.enum [ "x" ]; }; }`, ""},
		{"an argument", `values: { options.a.b = mkOption { type = types.enum values; }; }`, "a.b: …"},
		{"computed values", `{ options.a.b = mkOption { type = types.enum (builtins.attrNames boards); }; }`, "a.b: …"},
		{"computed type", `{ options.a.b = mkOption { type = (import ./types.nix).board; }; }`, "a.b: …"},
		{"retyped", `{ options.a.b = mkOption { type = types.enum [ "x" ]; } // { type = other; }; }`, "a.b: …; a.b.type: …"},
		{"no type", `{ options.a.b = mkOption { default = "x"; }; }`, "a.b:"},
		{"a set from elsewhere", `{ options.a.b = import ./options.nix; }`, "a.b: …"},
		{"an old name", `{ imports = [ (lib.mkRenamedOptionModule [ "a" "b" ] [ "a" "c" ]) (mkAliasOptionModule [ "a" "d" ] [ "x" ]) ]; }`, "a.b: …; a.d: …"},
		{"old names", `{ imports = map (n: mkRenamedOptionModule [ "a" "b" n ] [ "a" "c" n ]) names; }`, "a.b: …"},
		{"an old name since", `{ imports = [ (mkRenamedOptionModuleWith { sinceRelease = 2605; from = [ "a" "b" ]; to = [ "c" ]; }) ]; }`, "a.b: …"},
		{"a removed name", `{ imports = [ (mkRemovedOptionModule [ "a" "b" ] "gone") ]; }`, ""},
		{"around in circles", `rec { v = w; w = v; options.a.b = mkOption { type = types.enum v; }; }`, "a.b: …"},
		{"not the option's type", `{ options.a.b = mkOption { default = types.enum [ "x" ]; }; }`, "a.b:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			tree := syntax.Parse(test.source)
			for _, e := range upstream.Declarations(tree) {
				var values []string
				for _, v := range e.Values {
					values = append(values, v.Text)
					if written := v.Span.Of(test.source); !strings.Contains(test.source, written) || written == "" {
						t.Errorf("%s is written as %q", v.Text, written)
					}
				}
				if e.Open {
					values = append(values, "…")
				}
				if e.IsEnd {
					e.Path = "*." + e.Path
				}
				got = append(got, strings.TrimRight(e.Path+": "+strings.Join(values, " "), " "))
			}
			if all := strings.Join(got, "; "); all != test.want {
				t.Errorf("%q, want %q", all, test.want)
			}
		})
	}
}

// TestDeclarationBounds holds that a file of a stranger costs no more than it should.
func TestDeclarationBounds(t *testing.T) {
	var many strings.Builder
	many.WriteString(`{ options.a.b = mkOption { type = types.enum [ "` + strings.Repeat("long", 1000) + `" `)
	for i := range 5000 {
		fmt.Fprintf(&many, "%q ", fmt.Sprint("v", i))
	}
	many.WriteString("]; }; }")
	all := upstream.Declarations(syntax.Parse(many.String()))
	if len(all) != 1 || len(all[0].Values) > 512 || len(all[0].Values) < 500 || all[0].Values[0].Text != "v0" {
		t.Errorf("%d declarations", len(all))
	}
	deep := `{ options.a.b = mkOption { type = ` + strings.Repeat("types.nullOr (", 5000) + `types.enum [ "x" ]` + strings.Repeat(")", 5000) + `; }; }`
	if all := upstream.Declarations(syntax.Parse(deep)); len(all) != 1 || len(all[0].Values) != 0 {
		t.Errorf("a type 5000 deep gives %v", all)
	}
}
