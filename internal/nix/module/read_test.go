package module_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// readWorld calls a module with a configuration and needs all that it gives.
const readWorld = `let
  lib = {
    mkIf = c: x: if c then x else null;
    getAttrFromPath = path: set: builtins.foldl' (s: n: s.${n}) set path;
    attrByPath = path: default: set: default;
  };
  config = { jet = { som = "x"; maxClock = false; fw.uefi.logo = null; }; yes = true; };
  module = (%s);
in builtins.deepSeq (module { inherit config lib; self.config = config; }) "fine"`

// TestReadsAgainstNix holds that Nix misses an attribute wherever a read is said to be of one that is not there, and where
// it is not said though Nix does.
func TestReadsAgainstNix(t *testing.T) {
	const (
		fine    = "fine"
		found   = "found"
		missed  = "missed" // Nix refuses it, and nobody says so
		because = "found, though Nix needs it not"
	)
	there := []string{"jet", "jet.som", "jet.maxClock", "jet.fw", "jet.fw.uefi", "jet.fw.uefi.logo"}
	for _, test := range []struct{ module, want string }{
		{`{ config, ... }: { a = config.jet.som; }`, fine},
		{`{ config, ... }: { a = config.jet.sommm; }`, found},
		{`{ config, ... }: { a = config."jet".sommm; }`, found},
		{`{ config, ... }: { a = config.${"jet"}.sommm; }`, found},
		{`{ config, ... }: let cfg = config.jet; in { a = cfg.sommm; }`, found},
		{`{ config, ... }: let cfg = config.jet; fw = cfg.fw; in { a = fw.uefi.logos; }`, found},
		{`{ config, ... }: let inherit (config) jet; in { a = jet.sommm; }`, found},
		{`{ config, ... }: let inherit (config.jet) sommm; in { a = sommm; }`, found},
		{`{ config, ... }: { inherit (config.jet) som sommm; }`, found},
		{`{ config, ... }: { inherit (config.jet) som maxClock; }`, fine},
		{`{ config, ... }: with config.jet; { a = sommm; }`, found},
		{`{ config, ... }: with config.jet; { a = som; }`, fine},
		{`{ config, ... }: with config.jet; { a = fw.uefi.logos; }`, found},
		{`{ config, ... }: with { sommm = 1; }; with config.jet; { a = sommm; }`, fine},
		{`{ config, ... }: with config.jet; with { sommm = 1; }; { a = sommm; }`, fine},
		{`{ config, ... }: with { other = 1; }; with config.jet; { a = sommm; }`, found},
		{`{ config, ... }: with config.jet; let sommm = 1; in { a = sommm; }`, fine},
		{`{ config, lib, ... }: with lib; with config.jet; { a = sommm; }`, missed},
		{`{ config, ... }: { a = config.jet.sommm or 1; }`, fine},
		{`{ config, ... }: { a = config.jet.sommm.deep or 1; }`, fine},
		{`{ config, ... }: { a = config.jet ? sommm; }`, fine},
		{`{ config, ... }: { a = config.jet ? sommm.deep; }`, fine},
		{`{ config, ... }: { a = (config.jet or { }).sommm; }`, missed},
		{`{ config, ... }: { a = (config.jet // { sommm = 1; }).sommm; }`, fine},
		{`{ config, ... }: { a = (config.jet // { other = 1; }).sommm; }`, found},
		{`{ config, ... }: { a = ({ sommm = 1; } // config.jet).sommm; }`, fine},
		{`{ config, ... }: { a = (config // { jet = { sommm = 1; }; }).jet.sommm; }`, fine},
		{`{ config, ... }: let x = { sommm = config.jet.som; }; in { a = x.sommm; }`, fine},
		{`{ config, ... }: let x = config.jet // { sommm = 1; }; in { a = x.sommm; inherit (x) sommm; }`, fine},
		{`args@{ config, ... }: { a = args.config.jet.sommm; }`, found},
		{`args: { a = args.config.jet.sommm; }`, found},
		{`{ self, ... }: { a = self.config.jet.sommm; }`, found},
		{`{ config, ... }: { a = builtins.getAttr "sommm" config.jet; }`, found},
		{`{ config, ... }: { a = builtins.hasAttr "sommm" config.jet; }`, fine},
		{`{ config, lib, ... }: { a = lib.getAttrFromPath [ "jet" "sommm" ] config; }`, found},
		{`{ config, lib, ... }: { a = lib.getAttrFromPath [ "jet" "som" ] config; }`, fine},
		{`{ config, lib, ... }: { a = lib.attrByPath [ "jet" "sommm" ] 1 config; }`, fine},
		{`{ config, ... }: { a = if config.yes then 1 else config.jet.sommm; }`, because},
		{`{ config, ... }: let unused = config.jet.sommm; in { a = 1; }`, because},
		{`{ config, ... }: { a = (if config.yes then config.jet else { }).sommm; }`, missed},
		{`{ config, ... }: { a = let config = { jet.sommm = 1; }; in config.jet.sommm; }`, fine},
		{`{ config, ... }: { a = (config: config.jet.sommm) { jet.sommm = 1; }; }`, fine},
		{`{ config, ... }: { a = (c: c.jet.sommm) config; }`, found},
		{`{ config, ... }: { a = builtins.map (c: c.jet.sommm) [ config ]; }`, missed},
		{`{ config, cfg ? config.jet, ... }: { a = cfg.sommm; }`, missed}, // something else may be handed in
		{`{ config, ... }: { a = config.jet.${"so" + "mmm"}; }`, found},
		{`{ config, ... }: rec { jet = { sommm = 1; }; a = jet.sommm; }`, fine},
	} {
		var reads []string
		module.Reads(syntax.Parse(test.module), func(r module.Read) bool {
			path := r.Path.String()
			if _, below, ok := strings.Cut(path, "config."); ok && !r.Guarded && strings.HasPrefix(below, "jet.") && !slices.Contains(there, below) {
				reads = append(reads, path)
			}
			return true
		})
		answer := askNix(t, fmt.Sprintf(readWorld, test.module))
		isMissing := strings.Contains(answer, " missing") || strings.Contains(answer, "undefined variable")
		if !isMissing && !strings.Contains(answer, "fine") {
			t.Errorf("%s: %s", test.module, answer)
		}
		got := fine
		switch isFound := len(reads) > 0; {
		case isFound && !isMissing:
			got = because
		case isFound:
			got = found
		case isMissing:
			got = missed
		}
		if got != test.want {
			t.Errorf("%s: %s, %v; want %s", test.module, got, reads, test.want)
		}
	}
}

// TestReadNames holds which names of what is read stand in the text.
func TestReadNames(t *testing.T) {
	for source, want := range map[string]string{
		`{ config, ... }: config.a.b`:                                   "config.a.b: a b",
		`{ config, ... }: let c = config.a; in c."b".d`:                 `config.a: a, config.a.b.d: "b" d`,
		`{ config, ... }: { x = config.a; }.x.b`:                        "config.a.b: b, config.a: a",
		`{ config, ... }: { inherit (config.a) b "c"; }`:                `config.a.b: b, config.a.c: "c", config.a: a`,
		`{ config, ... }: with config.a; b.c`:                           "config.a: a, config.a.b.c: c, config.a.b: b",
		`{ config, ... }: lib.getAttrFromPath [ "a" "b" ] config`:       `config.a.b: "a" "b"`,
		`{ config, pkgs, lib, ... }: [ pkgs.a lib.b (f config).c x.y ]`: "x.y: y",
		`{ config, ... }: config.`:                                      "",
		`{ ... }@inputs: with inputs; b`:                                "inputs.b: b",
	} {
		var got []string
		module.Reads(syntax.Parse(source), func(r module.Read) bool {
			names := make([]string, len(r.Names))
			for i, n := range r.Names {
				if names[i] = n.Text(); r.Path[len(r.Path)-len(r.Names)+i].Span.Len() == 0 {
					t.Errorf("%s: %s has no span", source, n.Text())
				}
			}
			got = append(got, r.Path.String()+": "+strings.Join(names, " "))
			return true
		})
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestUndefinedAgainstNix holds that Nix knows no variable of a name that is said to be undefined, and where it is not said
// though Nix knows none.
func TestUndefinedAgainstNix(t *testing.T) {
	for source, want := range map[string]string{
		`{ a = orin-agx; }`:                                                     "orin-agx",
		`{ a = [ orin-agx "x" true ]; }`:                                        "orin-agx",
		`{ a = boot.img; }`:                                                     "boot.img",
		`{ a = orin - agx; }`:                                                   "orin - agx",
		`{ a = 1 == orin-agx; }`:                                                "orin-agx",
		`{ a = if true then orin-agx else 1; }`:                                 "orin-agx",
		`x: { a = x.mkDefault orin-agx; }`:                                      "orin-agx",
		`{ a = true; b = null; c = builtins.length; d = toString; }`:            "",
		`let orin-agx = 1; in { a = orin-agx; }`:                                "",
		`orin-agx: { a = orin-agx; }`:                                           "",
		`{ orin-agx ? 1, ... }: { a = orin-agx; }`:                              "",
		`{ ... }@orin-agx: { a = orin-agx; }`:                                   "",
		`rec { orin-agx = 1; a = orin-agx; }`:                                   "",
		`{ orin-agx = 1; a = orin-agx; }`:                                       "orin-agx",
		`rec { "orin-agx" = 1; a = orin-agx; }`:                                 "",
		`let inherit (x) orin-agx; x = { orin-agx = 1; }; in { a = orin-agx; }`: "",
		`with { orin-agx = 1; }; { a = orin-agx; }`:                             "",
		`with { other = 1; }; { a = orin-agx; }`:                                "with orin-agx",
		`x: with x; { a = orin-agx; }`:                                          "",
		`let { body = orin-agx; orin-agx = 1; }`:                                "",
		`{ a = let b = orin-agx; in 1; }`:                                       "orin-agx",
	} {
		var got []string
		for u := range module.UndefinedNames(syntax.Parse(source)) {
			name := u.Value
			if u.InWith {
				name = "with " + name
			}
			got = append(got, name)
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
		program := "builtins.deepSeq (let f = (" + source + "); in f) 1"
		out, _ := exec.Command("nix-instantiate", "--eval", "--expr", program).CombinedOutput()
		if isUndefined := strings.Contains(string(out), "undefined variable"); isUndefined != (want != "") {
			t.Errorf("%s: Nix says %s", source, out)
		}
	}
}
