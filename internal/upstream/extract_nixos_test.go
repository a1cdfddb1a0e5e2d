package upstream_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// TestEffects holds what modules are read to do with the options of NixOS, those of jetpack-nixos left out.
func TestEffects(t *testing.T) {
	const module = `{ config, lib, pkgs, ... }:
let
  cfg = config.hardware.nvidia-jetpack;
  isOrin = lib.hasPrefix "orin" cfg.som;
  atLeast = lib.versionAtLeast cfg.majorVersion;
in {
  options.hardware.nvidia-jetpack = {
    enable = lib.mkEnableOption "jetpack";
    som = lib.mkOption { };
    cuda = lib.mkOption { default = DEFAULT; };
  };
  config = lib.mkIf cfg.enable (lib.mkMerge [ { CONFIG } ]);
}
`
	const at = " modules/default.nix:12"
	for _, test := range []struct {
		name, config, fallback string
		other                  string   // overlay-with-config.nix, which gets the configuration
		want                   []string // option, deed, priority, value, conditions, into, place
	}{
		{name: "a plain value", config: "a.b = true;", want: []string{"a.b sets 100 true []" + at}},
		{name: "a set of them", config: "a = { b = 1; c.d = [ ]; };", want: []string{"a.b sets 100 1 []" + at, "a.c.d sets 100 [ ] []" + at}},
		{name: "mkDefault", config: "a.b = lib.mkDefault false;", want: []string{"a.b sets 1000 false []" + at}},
		{name: "mkForce", config: `a.b = lib.mkForce "csv";`, want: []string{`a.b sets 50 "csv" []` + at}},
		{name: "mkOptionDefault", config: `a.b = lib.mkOptionDefault 1;`, want: []string{`a.b sets 1500 1 []` + at}},
		{name: "mkIf", config: "a.b = lib.mkIf cfg.cuda (lib.mkDefault 2);", want: []string{"a.b sets 1000 2 [hardware.nvidia-jetpack.cuda]" + at}},
		{name: "mkIf around a set", config: "a = lib.mkIf isOrin { b = 2; };", want: []string{`a.b sets 100 2 [lib.hasPrefix "orin" hardware.nvidia-jetpack.som]` + at}},
		{name: "mkIf behind let", config: `a.b = let x = 1; in lib.mkIf (atLeast "6") 2;`, want: []string{`a.b sets 100 2 [atLeast "6"]` + at}},
		{name: "else", config: `a.b = if cfg.cuda then 1 else 2;`, want: []string{"a.b sets 100 if hardware.nvidia-jetpack.cuda then 1 else 2 []" + at}},
		{name: "mkMerge", config: "a = lib.mkMerge [ { b = 1; } ];", want: []string{"a.b sets 100 1 []" + at}},
		{name: "a long value", config: `a.b = "` + strings.Repeat("x", 80) + `";`, want: []string{"a.b sets 100  []" + at}},
		{name: "a variable of the file", config: "let x = 1; in { a.b = x; }", want: []string{"a.b sets 100 1 []" + at}},
		{name: "a service", config: "systemd.services.x = { wants = [ ]; serviceConfig.Type = 1; };", want: []string{"systemd.services.x sets 100  []" + at}},
		{name: "a part of a service", config: "systemd.services.x.wants = [ ];", want: []string{"systemd.services.x sets 100 [ ] []" + at}},
		{name: "a file with a dot", config: `environment.etc."x.conf".text = "y";`, want: []string{`environment.etc."x.conf" sets 100 "y" []` + at}},
		{name: "options of its own", config: "hardware.nvidia-jetpack.cuda = true; system.build.x = 1; assertions = [ ];", want: nil},
		{name: "elements of a list", config: "a.b = [ { c = 1; } ];", want: []string{"a.b sets 100 [ { c = 1; } ] []" + at}},
		{name: "a read", config: "a.b = config.c.d;", want: []string{"a.b sets 100 c.d []" + at, "c.d reads 0  [] into a.b" + at}},
		{name: "a read of a package", config: "a.b = config.boot.kernelPackages.x;", want: []string{"a.b sets 100 boot.kernelPackages.x []" + at, "boot.kernelPackages reads 0  [] into a.b" + at}},
		{name: "a read through with", config: "a.b = with config.c; d && e;", want: []string{"a.b sets 100  []" + at, "c.d reads 0  [] into a.b" + at, "c.e reads 0  [] into a.b" + at}},
		{name: "a condition", config: "a = lib.mkIf config.c.d { b = 1; };", want: []string{"a.b sets 100 1 [c.d]" + at, "c.d reads 0  []" + at}},
		{name: "a default", fallback: "config.c.d", want: []string{"c.d defaults 0  [] into hardware.nvidia-jetpack.cuda modules/default.nix:10"}},
		{name: "an assertion", config: `assertions = [ { assertion = config.c.d; message = ""; } ];`, want: []string{"c.d asserts 0  []" + at}},
		{name: "a warning", config: `warnings = lib.optional config.c.d "";`, want: []string{"c.d warns 0  []" + at}},
		{name: "the package set", config: `assertions = lib.optional pkgs.config.cudaSupport { assertion = pkgs.stdenv.hostPlatform.isAarch64; message = ""; };`, want: []string{
			"nixpkgs.config.cudaSupport asserts 0  []" + at, "nixpkgs.hostPlatform asserts 0  []" + at,
		}},
		{name: "the config of a submodule", config: "a.b = lib.types.submodule ({ config, ... }: { c = config.d.e; });", want: []string{
			"a.b sets 100 lib.types.submodule ({ config, ... }: { c = config.d.e; }) []" + at,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			source := strings.NewReplacer("CONFIG", test.config, "DEFAULT", max(test.fallback, "1")).Replace(module)
			if body, ok := strings.CutPrefix(test.config, "let"); ok {
				source = strings.Replace(source, "{ let"+body+" }", "(let"+body+")", 1)
			}
			e, err := upstream.Extract(fstest.MapFS{"modules/default.nix": {Data: []byte(source)}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range e.Effects {
				got = append(got, shownEffect(f))
			}
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func shownEffect(f catalog.Effect) string {
	text := fmt.Sprintf("%s %s %d %s %v", f.Option, f.Does, f.Priority, f.Value, f.When)
	if f.Into != "" {
		text += " into " + f.Into
	}
	return fmt.Sprintf("%s %s:%d", text, f.File, f.Line)
}
