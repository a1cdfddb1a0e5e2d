package upstream_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// TestUsed holds when an option is known to be used: where a source looks at it under tests alone.
func TestUsed(t *testing.T) {
	const module = `{ config, lib, pkgs, ... }:
let
  cfg = config.hardware.nvidia-jetpack;
  isOrin = lib.hasPrefix "orin" cfg.som;
  atLeast = lib.versionAtLeast cfg.majorVersion;
  table = { orin = "a${lib.optionalString cfg.x "b"}"; xavier = "c"; };
  USE0
in {
  imports = [ ./other.nix ];
  options.hardware.nvidia-jetpack = {
    x = lib.mkOption { };
    a = lib.mkOption { };
    b = lib.mkOption { };
    som = lib.mkOption { };
    majorVersion = lib.mkOption { };
    enable = lib.mkEnableOption "jetpack";
    readOnly = lib.mkOption { readOnly = true; };
    byX = lib.mkOption { default = USE1; };
  };
  config = lib.mkIf cfg.enable (lib.mkMerge [ { USE2 } ]);
}
`
	const path = "config.hardware.nvidia-jetpack"
	for _, test := range []struct {
		name, use0, use1, use2, other string
		want                          string // with cfg for the set of options; "-" for always
	}{
		{name: "nobody", want: "-"},
		{name: "no test", use2: "a.b = cfg.x;", want: "-"},
		{name: "mkIf", use2: "a.b = lib.mkIf cfg.a cfg.x;", want: "(cfg.a)"},
		{name: "a test of a variable", use2: "a.b = lib.optional isOrin cfg.x;", want: `((lib.hasPrefix "orin" cfg.som))`},
		{name: "a function in a variable", use2: `a.b = lib.optionals (atLeast "6") [ cfg.x ];`, want: `((lib.versionAtLeast cfg.majorVersion) "6")`},
		{name: "if", use2: "a.b = if cfg.a then 1 else cfg.x;", want: "!(cfg.a)"},
		{name: "beside another operand", use2: "a.b = cfg.a && cfg.x; c.d = cfg.b || cfg.x;", want: "!(cfg.b) || (cfg.a)"},
		{name: "an implication", use2: "a.b = cfg.a -> cfg.x;", want: "(cfg.a)"},
		{name: "in the test itself", use2: "a.b = lib.mkIf cfg.x cfg.a;", want: "-"},
		{name: "one place without a test", use2: "a.b = lib.mkIf cfg.a cfg.x; c.d = cfg.x;", want: "-"},
		{name: "a wider place", use2: "a.b = lib.mkIf cfg.a cfg.x; c.d = lib.mkIf cfg.a (lib.optional cfg.b cfg.x);", want: "(cfg.a)"},
		{name: "by inherit", use2: "a = lib.mkIf cfg.a { inherit (cfg) x; };", want: "(cfg.a)"},
		{name: "a variable", use0: `v = "${cfg.x}";`, use2: "a.b = lib.mkIf cfg.a v; c.d = lib.optionalString cfg.b v;", want: "(cfg.a) || (cfg.b)"},
		{name: "a variable that nobody uses", use0: `v = "${cfg.x}";`, want: "-"},
		{name: "a table by the SoM", use2: `a.b = lib.mkIf (table ? "${cfg.som}") table.${cfg.som};`, want: `(cfg.som == "orin")`},
		{name: "an entry of a set", use2: `a.b = { orin = cfg.x; xavier = 1; }.${cfg.som};`, want: `(cfg.som == "orin")`},
		{name: "a known entry of a set", use2: `a.b = { orin = cfg.x; }.orin;`, want: "-"},
		{name: "another entry of a table", use2: `a.b = table.xavier;`, want: "-"},
		{name: "a table as a whole", use2: "a.b = table;", want: "-"},
		{name: "the set as a whole", use2: "a.b = lib.mkIf cfg.a cfg.x; c.d = f cfg;", want: "-"},
		{name: "the set as a whole under a test", use2: "c.d = lib.mkIf cfg.a (f cfg);", want: "(cfg.a)"},
		{name: "by a name that is not known", use2: "a.b = cfg.${cfg.a};", want: "-"},
		{name: "with", use2: "a.b = with cfg; x;", want: "-"},
		{name: "a default", use1: "cfg.x", use2: "a.b = lib.mkIf cfg.a cfg.byX;", want: "((cfg.a))"},
		{name: "another option", use2: "hardware.nvidia-jetpack.b = cfg.x; a.b = lib.mkIf cfg.a cfg.b;",
			want: `((cfg.a)) && (priorities."hardware.nvidia-jetpack.b" >= 100)`},
		{name: "a default of another option", use2: "hardware.nvidia-jetpack.b = lib.mkDefault cfg.x; a.b = cfg.b;",
			want: `(priorities."hardware.nvidia-jetpack.b" >= 1000)`},
		{name: "a definition that nobody overrides", use2: "hardware.nvidia-jetpack.b = lib.mkForce cfg.x; a.b = cfg.b;", want: "-"},
		{name: "what others read", use2: "hardware.nvidia-jetpack.readOnly = cfg.x;", want: "-"},
		{name: "the kernel", use2: "boot.kernelPackages = (if cfg.x then pkgs.rt else pkgs.other).extend f;", want: `(priorities."boot.kernelPackages" >= 100)`},
		{name: "a file that gets the configuration", use2: "a.b = import ./used.nix config;", other: "config: if config.hardware.nvidia-jetpack.a then config.hardware.nvidia-jetpack.x else 1", want: "(cfg.a)"},
		{name: "a file that gets a part", use2: "a.b = import ./used.nix { inherit cfg; };", other: "{ cfg }: cfg.x", want: "-"},
		{name: "a file that is not there", use2: "a.b = import ./none.nix { inherit config; }; c = lib.mkIf cfg.a cfg.x;", want: "-"},
		{name: "another configuration", use2: "a.b = { config, ... }: config.hardware.nvidia-jetpack.x; c.d = lib.mkIf cfg.a cfg.x;", want: "(cfg.a)"},
		{name: "a test of an argument", use2: "a.b = map (one: if one then cfg.x else 1) [ ];", want: "-"},
		{name: "a test with a comment", use2: "a.b = lib.mkIf (cfg.a && # why\n cfg.b) cfg.x;", want: "-"},
	} {
		text := strings.NewReplacer("USE0", test.use0, "USE1", orNull(test.use1), "USE2", test.use2).Replace(module)
		fsys := fstest.MapFS{"modules/default.nix": {Data: []byte(text), Mode: 0o644}, "modules/other.nix": {Data: []byte("{ }"), Mode: 0o644}}
		if test.other != "" {
			fsys["modules/used.nix"] = &fstest.MapFile{Data: []byte(test.other), Mode: 0o644}
		}
		e, err := upstream.Extract(fsys)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(e.Options, func(o catalog.Option) bool { return o.Path == "hardware.nvidia-jetpack.x" })
		if i < 0 {
			t.Fatalf("%s: %v", test.name, e.Options)
		}
		got := strings.ReplaceAll(e.Options[i].Used, path+".", "cfg.")
		if got == "" {
			got = "-"
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

// TestUsedOfParts holds that nothing is known of uses where a part of the source cannot be read.
func TestUsedOfParts(t *testing.T) {
	const module = `{ config, lib, ... }: let cfg = config.hardware.nvidia-jetpack; in {
  imports = [ IMPORTS ];
  options.hardware.nvidia-jetpack = { a = lib.mkOption { }; x = lib.mkOption { }; };
  config.b = lib.mkIf cfg.a cfg.x;
}
`
	for _, test := range []struct {
		imports, other string
		isKnown        bool
	}{
		{"", "", true},
		{"./other.nix", "{ }", true},
		{"(import ./other.nix 1)", "one: { config, ... }: { }", true},
		{"(if lib.a then ./other.nix else ./other.nix)", "{ }", true},
		{"./other.nix", "", false},
		{"./other.nix", "{ config, ... }: { c = ; }", false},
		{"./other.nix", "{ config, lib, ... }: lib.x { }", false},
		{"(lib.x ./other.nix)", "{ }", false},
		{"] ++ lib.x ++ [", "", false},
		{"config.x.module", "", false},
	} {
		fsys := fstest.MapFS{"modules/default.nix": {Data: []byte(strings.Replace(module, "IMPORTS", test.imports, 1)), Mode: 0o644}}
		if test.other != "" {
			fsys["modules/other.nix"] = &fstest.MapFile{Data: []byte(test.other), Mode: 0o644}
		}
		e, err := upstream.Extract(fsys)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(e.Options, func(o catalog.Option) bool { return o.Path == "hardware.nvidia-jetpack.x" })
		if got := e.Options[i].Used != ""; got != test.isKnown {
			t.Errorf("%s: known: %t, %v", test.imports, got, e.Problems)
		}
	}
}
