package host_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/nixtest"
)

// kinds are options of every way to merge, in an order: what one is defined as hangs
// on those before it at most. Each has values, as Nix.
var kinds = []struct {
	path   string
	isList bool
	values []string
}{
	{"hardware.nvidia-jetpack.som", false, []string{`"orin-nx"`, `"orin-nano"`, `"thor-agx"`, `(if flags.a then "orin-nx" else "xavier-nx")`, `flags.som`}},
	{"hardware.nvidia-jetpack.super", false, []string{"true", "false", "flags.b", "(flags.n > 2)"}},
	{"hardware.nvidia-jetpack.maxClock", false, []string{"true", "false", "config.hardware.nvidia-jetpack.super", `(config.hardware.nvidia-jetpack.som == "orin-nx")`}},
	{"hardware.nvidia-jetpack.firmware.optee.coreLogLevel", false, []string{"1", "2", "flags.n", "(if config.hardware.nvidia-jetpack.maxClock then 1 else 3)"}},
	{"hardware.nvidia-jetpack.firmware.optee.ftpm.unsecureInjectEPS.value", false, []string{"null", `"x"`, "(if flags.b then null else flags.som)"}},
	{"hardware.nvidia-jetpack.firmware.optee.extraMakeFlags", true, []string{`[ "a" ]`, `[ "b" "c" ]`, `(lib.optional flags.a "d")`, `[ ]`, `(map toString [ flags.n config.hardware.nvidia-jetpack.firmware.optee.coreLogLevel ])`, `[ (lib.mkIf flags.b "e") ]`}},
	{"hardware.nvidia-jetpack.flashScriptOverrides.preFlashCommands", true, []string{`"one"`, `"two"`, `"${config.hardware.nvidia-jetpack.som}"`, `(lib.optionalString flags.a "three")`}},
	{"my.names", false, []string{`{ p = "1"; }`, `{ q = lib.mkDefault "2"; }`, `{ p = lib.mkIf flags.a "1"; r = flags.som; }`, `(lib.optionalAttrs flags.b { s = "4"; })`, `{ ${config.hardware.nvidia-jetpack.som} = "5"; }`}},
	{"my.names.${config.hardware.nvidia-jetpack.som}", false, []string{`"6"`, `flags.som`}},
	{"my.part", false, []string{`{ on = true; }`, `{ size = flags.n; }`, `{ size = lib.mkForce 7; on = lib.mkIf flags.a true; }`, `({ lib, ... }: { on = lib.mkDefault flags.b; })`}},
	{"hardware.nvidia-jetpack.name", false, []string{`"n"`, `config.hardware.nvidia-jetpack.som`, `(toString config.my.part.size)`, `(lib.concatStringsSep "," (lib.attrValues config.my.names))`, `(lib.boolToString config.my.part.on)`}},
}

const ownOptions = `{ lib, ... }: let inherit (lib) mkOption types; in {
  options.my.names = mkOption { type = types.attrsOf types.str; default = { }; };
  options.my.part = mkOption { default = { }; type = types.submodule { options = { on = mkOption { type = types.bool; default = false; }; size = mkOption { type = types.int; default = 4; }; }; }; };
}
`

// randomHost are the modules of a host that hang on flags, as its files.
func randomHost(t *rapid.T) map[string]string {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	condition := func(before int) string {
		all := []string{"true", "false", "flags.a", "flags.b", "(!flags.b)", "(flags.n == 3)"}
		if before > 1 {
			all = append(all, "config.hardware.nvidia-jetpack.super", `(config.hardware.nvidia-jetpack.som == "orin-nx")`, `(config.hardware.nvidia-jetpack.som != flags.som)`)
		}
		return pick(all...)
	}
	var wrapped func(value string, before, depth int, isList bool) string
	wrapped = func(value string, before, depth int, isList bool) string {
		if depth == 0 {
			if isList && rapid.IntRange(0, 2).Draw(t, "order") == 0 {
				return "(" + pick("lib.mkBefore", "lib.mkAfter", "lib.mkOrder 700") + " " + value + ")"
			}
			return value
		}
		switch inner := wrapped(value, before, depth-1, isList); rapid.IntRange(0, 5).Draw(t, "wrapper") {
		case 0:
			return "(lib.mkIf " + condition(before) + " " + inner + ")"
		case 1:
			return "(lib.mkMerge [ " + inner + " (lib.mkIf " + condition(before) + " " + wrapped(value, before, 0, isList) + ") ])"
		case 2:
			isWrapped := func(by string) bool { return strings.Contains(inner, by) }
			if !slices.ContainsFunc([]string{"lib.mkIf", "lib.mkMerge", "lib.mkForce", "lib.mkDefault", "lib.mkO"}, isWrapped) {
				return "(" + pick("lib.mkDefault", "lib.mkForce", "lib.mkOverride 70", "lib.mkOptionDefault") + " " + inner + ")"
			}
			return inner
		default:
			return inner
		}
	}
	files := map[string]string{"own.nix": ownOptions}
	for m := range rapid.IntRange(1, 5).Draw(t, "modules") {
		var parts []string
		for range rapid.IntRange(1, 5).Draw(t, "definitions") {
			i := rapid.IntRange(0, len(kinds)-1).Draw(t, "option")
			k := kinds[i]
			value := wrapped(pick(k.values...), i, rapid.IntRange(0, 2).Draw(t, "depth"), k.isList)
			parts = append(parts, fmt.Sprintf("{ %s = %s; }", k.path, value))
			if rapid.IntRange(0, 4).Draw(t, "group") == 0 { // a wrapper around a set
				last := len(parts) - 1
				parts[last] = pick("(lib.mkIf flags.a "+parts[last]+")", "(lib.mkDefault "+parts[last]+")", "(lib.optionalAttrs flags.b "+parts[last]+")",
					"(lib.mkMerge [ "+parts[last]+" ])", "(if flags.a then "+parts[last]+" else { })")
				if strings.HasPrefix(parts[last], "(lib.mkDefault") && strings.Count(parts[last], "lib.mk") > 1 {
					parts[last] = "{ }"
				}
			}
		}
		imports := ""
		if m > 0 && rapid.Bool().Draw(t, "imported") {
			files[fmt.Sprintf("m%d.nix", m-1)] = strings.Replace(files[fmt.Sprintf("m%d.nix", m-1)], "imports = [ ", fmt.Sprintf("imports = [ ./m%d.nix ", m), 1)
			imports = "imported"
		}
		files[fmt.Sprintf("m%d.nix", m)] = fmt.Sprintf("{ config, lib, flags, ... }: {\n  imports = [ ]; # %s\n  config = lib.mkMerge [\n    %s\n  ];\n}\n", imports, strings.Join(parts, "\n    "))
	}
	return files
}

// flakeOf is the flake of a host with these files, and with flags.
func flakeOf(random map[string]string, flags string) *files {
	f := archive("")
	modules := ""
	for name, content := range random {
		f.content["/w/"+name] = content
	}
	for m := range len(random) - 1 {
		if name := fmt.Sprintf("m%d.nix", m); !strings.Contains(random[name], "# imported") {
			modules += " ./" + name
		}
	}
	f.content["/w/flake.nix"] = `{
  inputs.nixpkgs.url = "nixpkgs"; inputs.jetpack-nixos.url = "jetpack-nixos";
  outputs = { self, nixpkgs, jetpack-nixos }: let unknown = nixpkgs.legacyPackages.aarch64-linux.unknown; in {
    nixosConfigurations.x = nixpkgs.lib.nixosSystem { specialArgs.flags = { ` + flags + ` }; modules = [ jetpack-nixos.nixosModules.default ./own.nix` + modules + ` ]; };
  };
}
`
	return f
}

const knownFlags = `a = true; b = false; n = 3; som = "orin-nano";`

// TestRandomHosts holds what is known of a host some of whose inputs are not known to
// what the host comes to where they are.
func TestRandomHosts(t *testing.T) {
	total, certain := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		random := randomHost(rt)
		pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(rt, "flag") }
		hidden := pick("a = true;", "a = unknown.a;", "a = if unknown.x then true else false;") +
			pick("b = false;", "b = unknown.b;", "b = if unknown.x then true else false;") +
			pick("n = 3;", "n = unknown.n;", "n = if unknown.y then 3 else 1;") +
			pick(`som = "orin-nano";`, "som = unknown.som;", `som = if unknown.y then "orin-agx" else "orin-nano";`)
		whole := evaluated(t, flakeOf(random, knownFlags)).Hosts[0]
		part := evaluated(t, flakeOf(random, hidden)).Hosts[0]
		for i, v := range part.Values {
			want := whole.Values[i]
			if want.Certainty != host.Certain && want.Certainty != host.Default {
				continue // which NixOS refuses, mostly
			}
			total++
			ok := true
			switch v.Certainty {
			case host.Certain, host.Default:
				certain++
				ok = reflect.DeepEqual(v.Values, want.Values) && (v.Certainty == want.Certainty || v.Certainty == host.Certain)
			case host.Possible:
				ok = slices.ContainsFunc(v.Values, func(one any) bool { return reflect.DeepEqual(one, want.Values[0]) })
			}
			if !ok || v.Conflict {
				rt.Fatalf("%s is %s with %s, and %s where all is known\n%v", strings.Join(v.Path, "."), shown(v), hidden, shown(want), random)
			}
		}
	})
	t.Logf("%d of %d are certain", certain, total)
}

// TestRandomHostsAgainstNix holds random hosts to Nix, with -lib; without, to the
// evaluation being repeatable.
func TestRandomHostsAgainstNix(t *testing.T) {
	cases := map[string]*files{}
	rapid.Check(t, func(t *rapid.T) {
		if len(cases) < 200 {
			cases[fmt.Sprintf("c%d", len(cases))] = flakeOf(randomHost(t), knownFlags)
		}
	})
	var answers map[string]map[string]map[string]answer
	if nixtest.HasLib() {
		answers = askNix(t, cases)
	}
	wrong, total, certain := 0, 0, 0
	for name, f := range cases {
		h := evaluated(t, f).Hosts[0]
		again := evaluated(t, f).Hosts[0]
		for i, v := range h.Values {
			if shown(v) != shown(again.Values[i]) {
				t.Errorf("%s: %s is %s, and then %s", name, strings.Join(v.Path, "."), shown(v), shown(again.Values[i]))
			}
			a, ok := answers[name]["x"][strings.Join(v.Path, ".")]
			if !ok {
				continue
			}
			isKnown := v.Certainty == host.Certain || v.Certainty == host.Default
			if a.Success {
				if total++; isKnown {
					certain++
				}
			}
			if isKnown && (!a.Success || !reflect.DeepEqual(asJSON(t, v.Values[0]), a.Value)) && wrong < 5 {
				wrong++
				t.Errorf("%s is %s, and for Nix %v\n%v", strings.Join(v.Path, "."), shown(v), a, f.content)
			}
		}
	}
	t.Logf("%d of %d that Nix knows are certain", certain, total)
}
