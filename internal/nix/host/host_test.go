package host_test

import (
	"context"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
)

// inFlake are the files of a flake with one host, x, that has these modules.
func inFlake(modules string) *files {
	return archive(`-- flake.nix --
{
  inputs = { nixpkgs.url = "nixpkgs"; jetpack-nixos.url = "github:anduril/jetpack-nixos"; other.url = "github:a/b"; disko.url = "github:nix-community/disko"; };
  outputs = { self, nixpkgs, jetpack-nixos, ... }@inputs: {
    nixosConfigurations.x = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default
` + modules + `
    ]; };
  };
}
`)
}

func get(t *testing.T, h *host.Host, path string) host.Value {
	t.Helper()
	if !strings.Contains(path, ".") {
		path = "hardware.nvidia-jetpack." + path
	}
	v, ok := h.Get(strings.Split(path, ".")...)
	if !ok {
		t.Fatalf("no option %s", path)
	}
	return v
}

// shown is an option's value as a test has it: certain "orin-nx".
func shown(v host.Value) string {
	parts := []string{v.Certainty.String()}
	for _, one := range v.Values {
		parts = append(parts, fmt.Sprintf("%v", one))
	}
	if v.Conflict {
		parts = append(parts, "conflict")
	}
	return strings.Join(parts, " ")
}

func TestCertainty(t *testing.T) {
	for _, c := range []struct{ name, modules, want string }{
		{"plain", `{ hardware.nvidia-jetpack.som = "orin-nx"; }`, "som: certain orin-nx"},
		{"default", ``, "som: default generic; majorVersion: default 6; name: default generic-generic"},
		{"default by som", `{ hardware.nvidia-jetpack.som = "thor-agx"; }`, "majorVersion: default 7; name: default thor-agx-generic"},
		{"under a condition that is not known",
			`({ lib, pkgs, ... }: { hardware.nvidia-jetpack.som = lib.mkIf (pkgs.hello.version == "1") "orin-nx"; })`,
			"som: possible generic orin-nx; majorVersion: possible 6 5; name: unknown"},
		{"a condition that is not known beside a plain definition",
			`{ hardware.nvidia-jetpack.som = "orin-nx"; } ({ lib, pkgs, ... }: { hardware.nvidia-jetpack.som = lib.mkIf pkgs.a "orin-nx"; })`,
			"som: certain orin-nx"},
		{"mkDefault under a condition that is not known loses",
			`{ hardware.nvidia-jetpack.som = "orin-nx"; } ({ lib, pkgs, ... }: { hardware.nvidia-jetpack.som = lib.mkIf pkgs.a (lib.mkDefault "orin-agx"); })`,
			"som: certain orin-nx"},
		{"mkForce under a condition that is not known may win",
			`{ hardware.nvidia-jetpack.som = "orin-nx"; } ({ lib, pkgs, ... }: { hardware.nvidia-jetpack.som = lib.mkIf pkgs.a (lib.mkForce "orin-agx"); })`,
			"som: possible orin-nx orin-agx"},
		{"one of two values", `({ pkgs, ... }: { hardware.nvidia-jetpack.som = if pkgs.a then "orin-nx" else "orin-nano"; })`,
			"som: possible orin-nx orin-nano; majorVersion: default 6"},
		{"a value from outside", `({ pkgs, ... }: { hardware.nvidia-jetpack.som = pkgs.a.b; })`, "som: unknown; majorVersion: possible 7 6 5"},
		{"a foreign module may add, and does not override", `inputs.other.nixosModules.x { hardware.nvidia-jetpack.som = "orin-nx"; }`,
			"som: certain orin-nx; carrierBoard: unknown; majorVersion: unknown"},
		{"a foreign module and mkDefault", `inputs.other.nixosModules.x ({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkDefault "orin-nx"; })`, "som: unknown"},
		{"a foreign module adds to a list", `inputs.other.nixosModules.x { hardware.nvidia-jetpack.firmware.optee.extraMakeFlags = [ "a" ]; }`,
			"firmware.optee.extraMakeFlags: unknown"},
		{"a module that has nothing to do with Jetsons", `inputs.disko.nixosModules.disko { hardware.nvidia-jetpack.som = "orin-nx"; }`,
			"carrierBoard: default generic; majorVersion: default 6"},
		{"a foreign module and an option of the workspace",
			`inputs.other.nixosModules.x ({ lib, config, ... }: { options.my.som = lib.mkOption { default = "orin-nx"; }; config.hardware.nvidia-jetpack.som = config.my.som; })`,
			"som: certain orin-nx"},
		{"a module of an input of an input", `self.inputs.disko.inputs.nixpkgs.nixosModules.readOnlyPkgs inputs.jetpack-nixos.inputs.other.nixosModules.x { hardware.nvidia-jetpack.som = "orin-nx"; }`,
			"som: certain orin-nx; carrierBoard: unknown"},
		{"a module of the nixpkgs of an input", `inputs.jetpack-nixos.inputs.nixpkgs.nixosModules.readOnlyPkgs { hardware.nvidia-jetpack.som = "orin-nx"; }`,
			"som: certain orin-nx; carrierBoard: default generic"},
		{"a file that is not there", `./missing.nix`, "som: unknown"},
		{"part of a set that is not known", `({ pkgs, ... }: { hardware.nvidia-jetpack = { som = "orin-nx"; } // pkgs.more; })`,
			"som: unknown; carrierBoard: unknown"},
		{"a set that is not known below another", `({ pkgs, ... }: { hardware.nvidia-jetpack.firmware = pkgs.more; hardware.nvidia-jetpack.som = "orin-nx"; })`,
			"som: certain orin-nx; carrierBoard: default generic; firmware.autoUpdate: unknown"},
		{"optionalAttrs", `({ lib, pkgs, ... }: { hardware.nvidia-jetpack = lib.optionalAttrs pkgs.a { som = "orin-nx"; }; })`,
			"som: possible generic orin-nx; carrierBoard: default generic"},
		{"a conflict", `{ hardware.nvidia-jetpack.som = "orin-nx"; } { hardware.nvidia-jetpack.som = "orin-agx"; }`, "som: unknown conflict"},
		{"no conflict by priority", `{ hardware.nvidia-jetpack.som = "orin-nx"; } ({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkDefault "orin-agx"; })`, "som: certain orin-nx"},
		{"no conflict under a condition", `{ hardware.nvidia-jetpack.som = "orin-nx"; } ({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkIf false "orin-agx"; })`, "som: certain orin-nx"},
		{"a list with an element that may be there",
			`({ lib, pkgs, ... }: { hardware.nvidia-jetpack.firmware.optee.extraMakeFlags = [ "a" ] ++ lib.optional pkgs.a "b"; })`,
			"firmware.optee.extraMakeFlags: unknown"},
		{"a value that hangs on itself", `({ config, ... }: { hardware.nvidia-jetpack.som = config.hardware.nvidia-jetpack.som; })`, "som: unknown"},
		{"values that hang on each other",
			`({ config, lib, ... }: { hardware.nvidia-jetpack.super = lib.mkIf config.hardware.nvidia-jetpack.maxClock true; hardware.nvidia-jetpack.maxClock = lib.mkIf config.hardware.nvidia-jetpack.super true; hardware.nvidia-jetpack.som = "orin-nx"; })`,
			"som: certain orin-nx; super: possible false true"},
		{"a set whose names hang on themselves",
			`({ config, lib, ... }: { hardware.nvidia-jetpack = lib.optionalAttrs (config.hardware.nvidia-jetpack.som == "orin-agx") { super = true; }; }) { hardware.nvidia-jetpack.som = "orin-nx"; }`,
			"som: certain orin-nx; super: possible false true"},
		{"a module whose names hang on another module",
			`({ config, lib, ... }: { config = lib.optionalAttrs (config.my.on) { hardware.nvidia-jetpack.som = lib.mkForce "orin-agx"; }; }) ({ lib, ... }: { options.my.on = lib.mkEnableOption "it"; config = { my.on = true; hardware.nvidia-jetpack.som = "orin-nx"; }; })`,
			"som: possible orin-nx orin-agx"},
		{"definitions that hang on which options there are",
			`({ options, lib, ... }: { config = lib.mkMerge [ { hardware.nvidia-jetpack.som = "orin-nx"; } (lib.optionalAttrs (options.hardware ? nvidia-jetpack) { hardware.nvidia-jetpack.super = true; }) (lib.optionalAttrs (options.hardware.nvidia-jetpack ? maxClock) { hardware.nvidia-jetpack.maxClock = true; }) ]; })`,
			"som: certain orin-nx; super: certain true; maxClock: certain true"},
		{"an option that jetpack-nixos defines itself", `{ hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; }; }`, "services.nvpmodel.enable: unknown"},
		{"an option that jetpack-nixos defines itself, set", `{ services.nvpmodel.enable = false; }`, "services.nvpmodel.enable: certain false"},
		{"an option that jetpack-nixos may force", `{ hardware.nvidia-jetpack = { enable = true; som = "thor-agx"; configureCuda = true; }; }`, "configureCuda: unknown"},
		{"an option that jetpack-nixos forces on others", `{ hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; configureCuda = true; }; }`, "configureCuda: certain true"},
		{"a path of the flake", `({ self, ... }: { hardware.nvidia-jetpack.name = "${self}"; })`, "name: unknown"},
		{"a function from outside may give mkForce", `{ hardware.nvidia-jetpack.som = "orin-nx"; } { hardware.nvidia-jetpack.som = inputs.other.lib.f "orin-agx"; }`,
			"som: unknown"},
		{"a module that is imported, and perhaps imports another",
			`({ lib, pkgs, ... }: let b = { imports = lib.optional inputs.other.flag ({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkForce "orin-agx"; }); hardware.nvidia-jetpack.super = true; }; in { imports = [ b { imports = lib.optional inputs.other.flag b; } ]; hardware.nvidia-jetpack.som = "orin-nx"; })`,
			"super: certain true; som: possible orin-nx orin-agx"},
		{"modules that may be imported", `({ lib, modulesPath, pkgs, ... }: { imports = lib.optional inputs.other.flag { hardware.nvidia-jetpack.som = "orin-nx"; }; })`,
			"som: possible generic orin-nx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := evaluated(t, inFlake(c.modules)).Hosts[0]
			for want := range strings.SplitSeq(c.want, "; ") {
				path, value, _ := strings.Cut(want, ": ")
				full := path
				if strings.HasPrefix(path, "firmware") {
					full = "hardware.nvidia-jetpack." + path
				}
				if got := shown(get(t, h, full)); got != value {
					t.Errorf("%s: %s, want %s (%v)", path, got, value, get(t, h, full).Why)
				}
			}
		})
	}
}

// TestDefinitions holds where definitions are written, and what each counts for.
func TestDefinitions(t *testing.T) {
	f := inFlake(`./a.nix ./b.nix { hardware.nvidia-jetpack.bootloader.debugMode = true; }`)
	f.content["/w/a.nix"] = `{ lib, config, ... }:
let board = "orin-nx"; common = import ./common.nix; in {
  hardware.nvidia-jetpack = {
    som = lib.mkDefault board;
    inherit (common) carrierBoard;
    super = lib.mkIf config.hardware.nvidia-jetpack.maxClock (lib.mkForce true);
  };
}
`
	f.content["/w/b.nix"] = `{ pkgs, lib, ... }: {
  config = lib.mkIf pkgs.yes { hardware.nvidia-jetpack.som = "orin-agx"; };
}
`
	f.content["/w/common.nix"] = `{ carrierBoard = "dev" + "kit"; }`
	h := evaluated(t, f).Hosts[0]
	of := func(at host.Location) string {
		if at.File == "" {
			return "nowhere"
		}
		return strings.TrimPrefix(at.File, "/w/") + " " + at.Span.Of(f.content[at.File])
	}
	var got []string
	for _, v := range h.Values {
		for _, d := range v.Definitions {
			got = append(got, fmt.Sprintf("%s | %s | %s | %s | %d %v %v | %v %s", strings.TrimPrefix(strings.Join(v.Path, "."), "hardware.nvidia-jetpack."),
				of(d.Path), of(d.Value), of(d.Origin), d.Priority, d.Condition == host.Yes, d.Wins, d.Plain, strings.Join(d.Alias, ".")))
		}
	}
	want := []string{
		`carrierBoard | a.nix carrierBoard | a.nix carrierBoard | common.nix "dev" + "kit" | 100 true true | devkit `,
		`firmware.uefi.debugMode | flake.nix hardware.nvidia-jetpack.bootloader.debugMode | flake.nix true | flake.nix true | 100 true true | true hardware.nvidia-jetpack.bootloader.debugMode`,
		`som | b.nix hardware.nvidia-jetpack.som | b.nix "orin-agx" | b.nix "orin-agx" | 100 false false | orin-agx `,
		`som | a.nix som | a.nix board | a.nix "orin-nx" | 1000 true true | orin-nx `,
		`super | a.nix super | a.nix true | a.nix true | 50 false false | <nil> `,
	}
	got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "bootloader.debugMode") })
	if !slices.Equal(got, want) {
		t.Errorf("definitions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if at := of(h.At); at != "flake.nix nixosConfigurations.x" {
		t.Errorf("the host is written at %s", at)
	}
}

// TestUndeclared holds that a name is found that no module declares, even where a
// condition rules it out.
func TestUndeclared(t *testing.T) {
	h := evaluated(t, inFlake(`({ lib, ... }: {
      hardware.nvidia-jetpack = lib.mkIf false { sommm = "orin-nx"; firmware.uefi.debugMod = true; };
      hardware.nvidia-jetpack.mine = true;
      hardware.other.thing = true;
      services.mine.enable = true;
      options.hardware.nvidia-jetpack.mine = lib.mkEnableOption "mine";
    }) ({ lib, ... }: { options.hardware.nvidia-jetpack.mine = lib.mkEnableOption "mine"; })`)).Hosts[0]
	var got []string
	for _, v := range h.Undeclared {
		got = append(got, strings.Join(v.Path, "."))
	}
	// The first module has config beside options, so that it defines nothing.
	if len(got) != 0 {
		t.Errorf("undeclared: %v", got)
	}
	h = evaluated(t, inFlake(`({ lib, ... }: {
      hardware.nvidia-jetpack = lib.mkIf false { sommm = "orin-nx"; firmware.uefi.debugMod = true; };
      hardware.nvidia-jetpack.mine = true;
      hardware.other.thing = true;
      services.mine.enable = true;
    }) ({ lib, ... }: { options.hardware.nvidia-jetpack.mine = lib.mkEnableOption "mine"; })`)).Hosts[0]
	got = nil
	for _, v := range h.Undeclared {
		got = append(got, strings.Join(v.Path, "."))
	}
	if want := []string{"hardware.nvidia-jetpack.firmware.uefi.debugMod", "hardware.nvidia-jetpack.sommm"}; !slices.Equal(got, want) {
		t.Errorf("undeclared: %v, want %v", got, want)
	}
}

// TestParts holds that configurations are found beside modules of flake-parts that are
// not looked into, as those are.
func TestParts(t *testing.T) {
	f := archive(`-- flake.nix --
{
  outputs = inputs@{ self, nixpkgs, jetpack-nixos, flake-parts, other }: flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ other.flakeModule ];
    flake = { config, lib, ... }: {
      nixosConfigurations.x = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default config.mine ]; };
      mine = { lib, ... }: { hardware.nvidia-jetpack.som = lib.mkDefault "orin-nx"; };
    };
  };
}
`)
	res := evaluated(t, f)
	if len(res.Hosts) != 1 || shown(get(t, res.Hosts[0], "som")) != "certain orin-nx" {
		t.Errorf("%v", res.Hosts)
	}
	if res.Open == nil {
		t.Error("a module that is not looked into may add configurations")
	}
}

// TestForeignLibrary holds that nixpkgs' lib stays known under the library of another
// flake.
func TestForeignLibrary(t *testing.T) {
	f := archive(`-- flake.nix --
{
  outputs = { self, nixpkgs, jetpack-nixos, home-manager }: let lib = nixpkgs.lib // home-manager.lib; in {
    nixosConfigurations = lib.genAttrs [ "x" ] (_: lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.som = lib.mkForce "orin-nx"; } ];
    });
  };
}
`)
	if res := evaluated(t, f); len(res.Hosts) != 1 || shown(get(t, res.Hosts[0], "som")) != "certain orin-nx" {
		t.Errorf("%v", res.Hosts)
	}
}

// TestUnrelated holds that a module of a flake without jetpack-nixos may define an option
// of NixOS, and none of jetpack-nixos.
func TestUnrelated(t *testing.T) {
	f := inFlake(`inputs.other.nixosModules.x
		({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkDefault "orin-nx"; networking.hostName = lib.mkDefault "x"; })`)
	res := host.Evaluate(context.Background(), f, host.Options{Entry: f.entry(), Schema: host.FromCatalog(newest()), Input: func(name, url string) host.Input {
		if name == "other" {
			return host.Unrelated
		}
		return host.InputOf(name, url)
	}}, nil)
	h := res.Hosts[0]
	for path, want := range map[string]string{
		"som": "certain orin-nx", "carrierBoard": "default generic", "majorVersion": "default 6",
		"hardware.nvidia-jetpack.firmware.optee.extraMakeFlags": "default []", "networking.hostName": "unknown", "hardware.graphics.enable": "unknown",
	} {
		if got := shown(get(t, h, path)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if len(h.Unseen) > 0 {
		t.Errorf("not looked into, and of no matter: %v", h.Unseen)
	}
}

// TestSources holds that modules of inputs are looked into that lie at hand.
func TestSources(t *testing.T) {
	f := archive(`-- flake.nix --
{
  inputs = { nixpkgs.url = "nixpkgs"; jetpack-nixos.url = "jetpack-nixos"; near.url = "path:./near"; far.url = "github:a/far"; };
  outputs = { self, nixpkgs, near, far, ... }: {
    nixosConfigurations.x = nixpkgs.lib.nixosSystem { modules = [ near.nixosModules.default far.nixosModules.board "${far}/more.nix" ]; };
  };
}
-- near/flake.nix --
{ outputs = { self, jetpack-nixos, ... }: { nixosModules.default = { imports = [ jetpack-nixos.nixosModules.default ./som.nix ]; }; }; }
-- near/som.nix --
{ hardware.nvidia-jetpack.som = "orin-nx"; }
-- store/far/flake.nix --
{ inputs.jetpack.follows = "jetpack-nixos"; outputs = inputs: { nixosModules.board = { imports = [ (inputs.self + "/board.nix") ]; }; }; }
-- store/far/board.nix --
{ hardware.nvidia-jetpack.carrierBoard = "devkit"; }
-- store/far/more.nix --
{ hardware.nvidia-jetpack.maxClock = true; }
`)
	res := host.Evaluate(context.Background(), f, host.Options{
		Entry: "/w/flake.nix", Schema: host.FromCatalog(newest()), Sources: map[string]string{"far": "/w/store/far"},
	}, nil)
	h := res.Hosts[0]
	for path, want := range map[string]string{"som": "certain orin-nx", "carrierBoard": "certain devkit", "maxClock": "certain true", "super": "default false"} {
		if got := shown(get(t, h, path)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if len(h.Unseen) > 0 || h.Jetpack != host.Yes {
		t.Errorf("unseen: %v, jetpack-nixos: %v", h.Unseen, h.Jetpack)
	}
}

// TestReuse holds that an edit has only those configurations evaluated anew that read
// the file, and that these have the edit.
func TestReuse(t *testing.T) {
	f := archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations = nixpkgs.lib.genAttrs (builtins.attrNames (builtins.readDir ./hosts)) (n: nixpkgs.lib.nixosSystem {
    modules = [ jetpack-nixos.nixosModules.default ./common.nix (./hosts + "/${n}") ];
  });
}; }
-- common.nix --
{ hardware.nvidia-jetpack.enable = true; }
-- hosts/a/default.nix --
{ hardware.nvidia-jetpack.som = "orin-nx"; }
-- hosts/b/default.nix --
{ imports = if builtins.pathExists ./local.nix then [ ./local.nix ] else [ ]; hardware.nvidia-jetpack.som = "orin-agx"; }
-- unread.nix --
{ }
`)
	options := host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest()), Workers: 4}
	before := host.Evaluate(context.Background(), f, options, nil)
	soms := func(res *host.Result) string {
		var all []string
		for _, h := range res.Hosts {
			all = append(all, h.Name+"="+shown(get(t, h, "som")))
		}
		return strings.Join(all, ", ")
	}
	step := func(name, content, want string, kept ...string) {
		t.Helper()
		f.content[name] = content
		delete(f.trees, name)
		after := host.Evaluate(context.Background(), f, options, before)
		if got := soms(after); got != want {
			t.Errorf("after %s: %s, want %s", name, got, want)
		}
		for _, h := range after.Hosts {
			if isKept := slices.Contains(before.Hosts, h); isKept != slices.Contains(kept, h.Name) {
				t.Errorf("after %s: %s is kept: %v", name, h.Name, isKept)
			}
		}
		before = after
	}
	step("/w/unread.nix", "{ a = 1; }", "a=certain orin-nx, b=certain orin-agx", "a", "b")
	step("/w/hosts/a/default.nix", `{ hardware.nvidia-jetpack.som = "orin-nano"; }`, "a=certain orin-nano, b=certain orin-agx", "b")
	step("/w/hosts/b/local.nix", `{ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkForce "xavier-nx"; }`, "a=certain orin-nano, b=certain xavier-nx", "a")
	step("/w/hosts/c/default.nix", `{ }`, "a=certain orin-nano, b=certain xavier-nx, c=default generic")
	step("/w/common.nix", `{ hardware.nvidia-jetpack.enable = false; }`, "a=certain orin-nano, b=certain xavier-nx, c=default generic")
	if got, want := before.FilesOf("a"), []string{"/w/common.nix", "/w/flake.nix", "/w/hosts/a/default.nix"}; !slices.Equal(got, want) {
		t.Errorf("a was read from %v, want %v", got, want)
	}
	if slices.Contains(before.Files(), "/w/unread.nix") {
		t.Errorf("%v were read", before.Files())
	}
}

// TestBounds holds that every evaluation ends, and says which bound it reached.
func TestBounds(t *testing.T) {
	const head = "{ outputs = { self, nixpkgs, jetpack-nixos, ... }: let lib = nixpkgs.lib; in "
	module := func(text string) string {
		return head + "{ nixosConfigurations.x = lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./good.nix (" + text + ") ]; }; }; }"
	}
	for _, c := range []struct {
		name, flake string
		bounded     bool
		som         string
	}{
		{"a flake that loops", head + "let f = n: f (n + 1); in { nixosConfigurations.x = f 0; }; }", true, ""},
		{"a flake that is its own outputs", head + "self; }", true, ""},
		{"configurations that are their own", head + "{ nixosConfigurations = self.nixosConfigurations; }; }", false, ""},
		{"an import cycle", module("{ imports = [ ./cycle.nix ]; }"), false, "certain orin-nx"},
		{"a module that makes modules without end", module("let m = n: { imports = [ (m (n + 1)) ]; }; in m 0"), true, ""},
		{"definitions in definitions without end", module("{ hardware.nvidia-jetpack.name = let a = lib.mkMerge [ a ]; in a; }"), true, "certain orin-nx"},
		{"a value that loops", module(`{ hardware.nvidia-jetpack.name = let f = n: f (n + 1); in f 0; }`), true, ""},
		{"a submodule in itself", module("{ options.a = let t = lib.types.attrsOf (lib.types.submodule { options.a = lib.mkOption { type = t; default = { }; }; }); in lib.mkOption { type = t; default = { }; }; config.a.b.a.c = { }; }"), false, "certain orin-nx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := archive("")
			f.content["/w/flake.nix"] = c.flake
			f.content["/w/good.nix"] = `{ hardware.nvidia-jetpack.som = "orin-nx"; }`
			f.content["/w/cycle.nix"] = `{ imports = [ ./cycle.nix ./good.nix ]; }`
			res := host.Evaluate(context.Background(), f, host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest())}, nil)
			bounded := res.Bound != nil
			for _, h := range res.Hosts {
				bounded = bounded || h.Bound != nil
			}
			if bounded != c.bounded {
				t.Errorf("a bound was reached: %v", bounded)
			}
			if c.som != "" {
				if got := shown(get(t, res.Hosts[0], "som")); got != c.som {
					t.Errorf("som: %s, want %s", got, c.som)
				}
			}
		})
	}
	t.Run("more modules than the bound", func(t *testing.T) {
		f := inFlake(`{ hardware.nvidia-jetpack.som = "orin-nx"; } ({ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkForce "orin-agx"; })`)
		res := host.Evaluate(context.Background(), f, host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest()), Modules: 2}, nil)
		if got := shown(get(t, res.Hosts[0], "som")); got != "unknown" || res.Hosts[0].Bound == nil {
			t.Errorf("som: %s, bound %v", got, res.Hosts[0].Bound)
		}
	})
	t.Run("500 hosts", func(t *testing.T) {
		f := archive("")
		f.content["/w/flake.nix"] = head + `{ nixosConfigurations = lib.genAttrs (map (n: "h${toString n}") (lib.range 1 600)) (name: lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.som = "orin-nx"; } ]; }); }; }`
		res := host.Evaluate(context.Background(), f, host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest())}, nil)
		if len(res.Hosts) != 500 || res.Bound == nil {
			t.Fatalf("%d hosts, %v", len(res.Hosts), res.Bound)
		}
		if got := shown(get(t, res.Hosts[499], "som")); got != "certain orin-nx" {
			t.Errorf("the last one has som %s", got)
		}
	})
	t.Run("10,000 files", func(t *testing.T) {
		f := archive("")
		f.content["/w/flake.nix"] = head + `{ nixosConfigurations.x = lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ] ++ map (n: ./many + "/${n}") (lib.attrNames (builtins.readDir ./many)); }; }; }`
		for i := range 10_000 {
			f.content[fmt.Sprintf("/w/many/%d.nix", i)] = "{ }"
		}
		res := host.Evaluate(context.Background(), f, host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest())}, nil)
		if len(res.Hosts) != 1 || res.Hosts[0].Bound == nil {
			t.Errorf("%d hosts, %v", len(res.Hosts), res.Hosts)
		}
	})
	t.Run("an end that is asked for within a configuration", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		f := &leaving{archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" "c" ] (n: nixpkgs.lib.nixosSystem {
    modules = [ jetpack-nixos.nixosModules.default (./. + "/${n}.nix") ];
  });
}; }
-- a.nix --
{ hardware.nvidia-jetpack.som = "orin-nx"; }
-- b.nix --
{ imports = [ ./leave.nix ./late.nix ]; hardware.nvidia-jetpack.som = "orin-nx"; }
-- c.nix --
{ hardware.nvidia-jetpack.som = "orin-nx"; }
-- leave.nix --
{ hardware.nvidia-jetpack.name = builtins.readFile ./late.nix; }
-- late.nix --
{ }
`), cancel, ctx, 0}
		var progress host.Progress
		options := host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest()), Progress: &progress}
		res := host.Evaluate(ctx, f, options, nil)
		if len(res.Hosts) != 1 || res.Hosts[0].Name != "a" || res.Bound == nil {
			t.Errorf("%v, %v, want the one that is whole", res.Hosts, res.Bound)
		}
		if done, total := progress.Hosts(); done != 1 || total != 3 {
			t.Errorf("%d of %d", done, total)
		}
		if f.late > 0 {
			t.Errorf("%d files were read when nobody waited any more", f.late)
		}
		// What is known is not lost on the next evaluation.
		f.context = context.Background()
		f.content["/w/a.nix"] += " "
		if res = host.Evaluate(context.Background(), f, options, res); len(res.Hosts) != 3 || res.Bound != nil {
			t.Errorf("then %v, %v", res.Hosts, res.Bound)
		}
	})
	t.Run("an end that is asked for", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		res := host.Evaluate(ctx, inFlake(""), host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest())}, nil)
		if len(res.Hosts) != 0 || res.Bound == nil {
			t.Errorf("%d hosts, %v", len(res.Hosts), res.Bound)
		}
	})
}

// leaving is a reader whose asker leaves once leave.nix is read.
type leaving struct {
	*files
	leave   func()
	context context.Context
	late    int // what was read later
}

func (l *leaving) Parse(name string) (*syntax.Tree, string, bool) {
	if l.context.Err() != nil {
		l.late++
	}
	if path.Base(name) == "leave.nix" {
		l.leave()
	}
	return l.files.Parse(name)
}

// TestDamaged holds that code that is being typed still gives its configurations.
func TestDamaged(t *testing.T) {
	f := inFlake("./a.nix { hardware.nvidia-jetpack.carrierBoard = ")
	f.content["/w/a.nix"] = `{ ... }: { hardware.nvidia-jetpack.som = "orin-nx"; hardware.nvidia-jetpack. }`
	for at := 0; at < len(f.content["/w/flake.nix"]); at += 7 {
		cut := newFiles()
		cut.content["/w/flake.nix"], cut.content["/w/a.nix"] = f.content["/w/flake.nix"][:at], f.content["/w/a.nix"]
		host.Evaluate(context.Background(), cut, host.Options{Entry: "/w/flake.nix", Schema: host.FromCatalog(newest())}, nil)
	}
	if got := shown(get(t, evaluated(t, f).Hosts[0], "som")); got != "certain orin-nx" {
		t.Errorf("som: %s", got)
	}
}

// TestLockedInputs holds that an input which the flake gives no address is what the lock file says.
func TestLockedInputs(t *testing.T) {
	const flake = `-- flake.nix --
{
  outputs = { nixpkgs, jp, parts, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default parts.nixosModules.x { hardware.nvidia-jetpack.enable = true; } ]; };
  };
}
-- flake.lock --
`
	const lock = `{ "root": "root", "nodes": {
  "a": { "locked": { "type": "github", "owner": "anduril", "repo": "jetpack-nixos", "rev": "1" }, "original": { "type": "indirect", "id": "jp" } },
  "b": { "locked": { "type": "git", "url": "https://example.org/disko.git" } },
  "root": { "inputs": { "jp": "a", "parts": "b", "other": [ "jp", "nixpkgs" ] } }
} }`
	for content, want := range map[string]host.Answer{flake + lock: host.Yes, flake + "{": host.NotKnown} {
		h := evaluated(t, archive(content)).Hosts[0]
		if isKnown := len(h.Unseen) == 0; isKnown != (want == host.Yes) || want == host.Yes && h.Jetpack != want {
			t.Errorf("jetpack-nixos is %v, not looked into: %v", h.Jetpack, h.Unseen)
		}
	}
}

// TestPlatform holds what a host's platform comes to, and what hangs on it: by nixpkgs.hostPlatform, and where no condition
// of a definition holds, by the argument of nixosSystem.
func TestPlatform(t *testing.T) {
	for definition, want := range map[string][]any{
		`"aarch64-linux"`: {"aarch64-linux"},
		`lib.mkForce { system = "aarch64-linux"; gcc = "x"; }`: {map[string]any{"system": "aarch64-linux", "gcc": "x"}},
		`lib.mkIf false "x86_64-linux"`:                        nil,
	} {
		h := evaluated(t, archive(`-- flake.nix --
{
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";
  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { system = "aarch64-linux"; modules = [ jetpack-nixos.nixosModules.default ({ config, lib, pkgs, ... }: {
      nixpkgs.hostPlatform = `+definition+`;
      hardware.nvidia-jetpack.enable = pkgs.stdenv.isAarch64 && config.nixpkgs.hostPlatform.isLinux or true;
      hardware.nvidia-jetpack.som = "orin-${pkgs.system}";
    }) ]; };
  };
}
`)).Hosts[0]
		platform, _ := h.Get("nixpkgs", "hostPlatform")
		enable, _ := h.Get("hardware", "nvidia-jetpack", "enable")
		som, _ := h.Get("hardware", "nvidia-jetpack", "som")
		if !reflect.DeepEqual(platform.Values, want) || som.Certainty != host.Certain || som.Values[0] != "orin-aarch64-linux" {
			t.Errorf("%s: the platform is %v, som %v", definition, platform.Values, som.Values)
		}
		if isKnown := want != nil; isKnown && (enable.Certainty != host.Certain || enable.Values[0] != true) {
			t.Errorf("%s: enable is %v, %v", definition, enable.Values, enable.Why)
		}
	}
}
