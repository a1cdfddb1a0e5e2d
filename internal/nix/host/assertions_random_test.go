package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/nixtest"
)

// randomSource is the module of a jetpack-nixos that declares what random hosts define, defines some of it, and asserts things.
func randomSource(t *rapid.T) string {
	pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "pick") }
	var condition func(depth int) string
	condition = func(depth int) string {
		if depth == 0 {
			return pick("true", "false", "flags.a", "flags.b", "(flags.n == 3)", "cfg.super", "cfg.maxClock", `(cfg.som == "orin-nx")`, `(lib.hasPrefix "orin" cfg.som)`,
				"(optee.coreLogLevel > 1)", `(lib.elem "a" optee.extraMakeFlags)`, "(config.my.part.size == 4)", `(config.my.names ? p)`, "isOrin", `(off "orin-nano")`)
		}
		a, b := condition(depth-1), condition(rapid.IntRange(0, depth-1).Draw(t, "depth"))
		return pick("(!"+a+")", "("+a+" && "+b+")", "("+a+" || "+b+")", "("+a+" -> "+b+")", "(if "+a+" then "+b+" else flags.a)", "(lib.all (x: x) [ "+a+" "+b+" ])")
	}
	number := 0
	some := func(isWarning bool) string {
		number++
		message := fmt.Sprintf(`"%d ${cfg.som} ${toString flags.n}"`, number)
		if isWarning {
			return message
		}
		return fmt.Sprintf("{ assertion = %s; message = %s; }", condition(rapid.IntRange(0, 2).Draw(t, "depth")), message)
	}
	var list func(depth int, isWarning bool) string
	list = func(depth int, isWarning bool) string {
		if depth == 0 {
			return pick("[ "+some(isWarning)+" ]", "[ "+some(isWarning)+" "+some(isWarning)+" ]", "(lib.optional "+condition(1)+" "+some(isWarning)+")", "[ ]")
		}
		a, b := list(depth-1, isWarning), list(rapid.IntRange(0, depth-1).Draw(t, "depth"), isWarning)
		return pick("("+a+" ++ "+b+")", "(lib.optionals "+condition(1)+" "+a+")", "(if "+condition(1)+" then "+a+" else "+b+")", "(map (x: x) "+a+")",
			"(lib.concatMap (x: lib.optional "+condition(0)+" x) "+a+")", "(let more = "+a+"; in more)", "(lib.concatLists [ "+a+" "+b+" ])")
	}
	var parts []string
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		isWarning := rapid.IntRange(0, 3).Draw(t, "kind") == 0
		name := "assertions"
		if isWarning {
			name = "warnings"
		}
		value := list(rapid.IntRange(0, 2).Draw(t, "depth"), isWarning)
		value = pick(value, value, "(lib.mkIf "+condition(1)+" "+value+")", "(lib.mkMerge [ "+value+" "+list(0, isWarning)+" ])", "(lib.mkBefore "+value+")", "(lib.mkDefault "+value+")")
		parts = append(parts, pick("{ ", "(lib.mkIf "+condition(0)+" { ")+name+" = "+value+"; }")
		if last := len(parts) - 1; strings.HasPrefix(parts[last], "(") {
			parts[last] += ")"
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "definitions") {
		parts = append(parts, pick("{ hardware.nvidia-jetpack.super = lib.mkDefault true; }", `{ hardware.nvidia-jetpack.som = lib.mkIf flags.a (lib.mkOverride 1200 "orin-nx"); }`,
			"{ hardware.nvidia-jetpack.maxClock = lib.mkForce cfg.super; }", `{ hardware.nvidia-jetpack.firmware.optee.extraMakeFlags = [ "a" ]; }`))
	}
	return `{ config, lib, flags, ... }: let
  inherit (lib) mkOption types;
  cfg = config.hardware.nvidia-jetpack;
  inherit (cfg.firmware) optee;
  isOrin = lib.hasPrefix "orin" cfg.som;
  off = som: cfg.som != som;
in {
  options.hardware.nvidia-jetpack = {
    som = mkOption { type = types.str; default = "generic"; };
    super = mkOption { type = types.bool; default = false; };
    maxClock = mkOption { type = types.bool; default = false; };
    name = mkOption { type = types.str; default = "${cfg.som}"; };
    firmware.optee.coreLogLevel = mkOption { type = types.int; default = 2; };
    firmware.optee.extraMakeFlags = mkOption { type = types.listOf types.str; default = [ ]; };
    firmware.optee.ftpm.unsecureInjectEPS.value = mkOption { type = types.nullOr types.str; default = null; };
    flashScriptOverrides.preFlashCommands = mkOption { type = types.lines; default = ""; };
  };
  config = lib.mkMerge [
    ` + strings.Join(parts, "\n    ") + `
  ];
}
`
}

const sourceFlake = "{ outputs = _: { nixosModules.default = ./modules/default.nix; }; }"

// withSource are the files of a host with a source of jetpack-nixos.
func withSource(source string, random map[string]string, flags string) *files {
	f := flakeOf(random, flags)
	f.content["/fork/flake.nix"] = sourceFlake
	f.content["/fork/modules/default.nix"] = source
	return f
}

// saidOf are what fails of a host, each with its kind and message.
func saidOf(h *host.Host) (all []string) {
	for _, f := range h.Failed {
		all = append(all, fmt.Sprintf("%v %s", f.IsWarning, f.Message))
	}
	slices.Sort(all)
	return all
}

// TestRandomFailed holds that what fails where parts of a host are not known fails where they are.
func TestRandomFailed(t *testing.T) {
	total, found := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		random, source := randomHost(rt), randomSource(rt)
		pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(rt, "flag") }
		hidden := pick("a = true;", "a = unknown.a;", "a = if unknown.x then true else false;") + pick("b = false;", "b = unknown.b;") +
			pick("n = 3;", "n = unknown.n;", "n = if unknown.y then 3 else 1;") + pick(`som = "orin-nano";`, "som = unknown.som;", `som = if unknown.y then "orin-agx" else "orin-nano";`)
		whole := evaluatedWithSource(withSource(source, random, knownFlags), nil).Hosts[0]
		part := evaluatedWithSource(withSource(source, random, hidden), nil).Hosts[0]
		for _, k := range kinds {
			if v, ok := whole.Option(k.path); ok && v.Certainty == host.Unknown {
				return // which Nix refuses, mostly
			}
		}
		total += len(whole.Failed)
		for _, f := range part.Failed {
			found++
			isSame := func(other host.Failed) bool {
				return other.At == f.At && other.IsWarning == f.IsWarning && (other.Message == f.Message || strings.Contains(f.Message, "${"))
			}
			if !slices.ContainsFunc(whole.Failed, isSame) {
				rt.Fatalf("with %s: %q, and where all is known %q\n%s\n%v", hidden, saidOf(part), saidOf(whole), source, random)
			}
		}
	})
	t.Logf("%d, and %d where parts are not known", total, found)
}

// TestRandomFailedAgainstNix holds what fails to Nix, with -lib; without, to being the same each time.
func TestRandomFailedAgainstNix(t *testing.T) {
	var cases []*files
	rapid.Check(t, func(t *rapid.T) {
		if len(cases) < 200 {
			cases = append(cases, withSource(randomSource(t), randomHost(t), knownFlags))
		}
	})
	var answers []struct {
		Success bool
		Value   []string
	}
	if nixtest.HasLib() {
		dir := t.TempDir()
		var ask strings.Builder
		fmt.Fprintf(&ask, "let lib = import %s; judged = dir: modules: let\n", nixtest.Lib(t))
		ask.WriteString(`
  stubs = { options.assertions = lib.mkOption { type = lib.types.listOf lib.types.unspecified; default = [ ]; };
    options.warnings = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; }; };
  inherit (lib.evalModules { specialArgs.flags = { ` + knownFlags + ` }; modules = [ (dir + "/fork/modules/default.nix") stubs ] ++ map (name: dir + "/w/${name}") modules; }) config;
  all = map (a: "false ${a.message}") (lib.filter (a: !a.assertion) config.assertions) ++ map (w: "true ${w}") config.warnings;
  tried = builtins.tryEval (builtins.deepSeq (all ++ [ config.hardware.nvidia-jetpack ]) all);
in { inherit (tried) success; value = if tried.success then lib.sort (a: b: a < b) all else [ ]; }; in [
`)
		for i, f := range cases {
			at := filepath.Join(dir, fmt.Sprint(i))
			var modules []string
			for name, content := range f.content {
				file := filepath.Join(at, name)
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
				if name, ok := strings.CutPrefix(name, "/w/"); ok && name != "flake.nix" && !strings.Contains(content, "# imported") {
					modules = append(modules, name)
				}
			}
			slices.Sort(modules)
			slices.SortStableFunc(modules, func(a, b string) int { // as the flake has them
				return strings.Compare(strings.TrimPrefix(a, "own"), strings.TrimPrefix(b, "own"))
			})
			fmt.Fprintf(&ask, "(judged %s [ \"%s\" ])\n", at, strings.Join(modules, `" "`))
		}
		nixtest.Eval(t, ask.String()+"]\n", &answers)
	}
	total, found := 0, 0
	for i, f := range cases {
		said := saidOf(evaluatedWithSource(f, nil).Hosts[0])
		if again := saidOf(evaluatedWithSource(f, nil).Hosts[0]); !slices.Equal(said, again) {
			t.Errorf("%q, and then %q", said, again)
		}
		if answers == nil || !answers[i].Success {
			continue
		}
		total += len(answers[i].Value)
		for _, one := range said {
			if found++; !slices.Contains(answers[i].Value, one) {
				t.Errorf("%q; Nix says %q\n%v", said, answers[i].Value, f.content)
				break
			}
		}
	}
	t.Logf("%d of %d that Nix says", found, total)
}
