package host_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/nixtest"
)

// TestBuilds holds which packages of a flake are known to be what its hosts build. Nix, where it is there, says of each that it
// is: the host and the package have the same value.
func TestBuilds(t *testing.T) {
	for _, c := range []struct{ name, outputs, want string }{
		{"a package of one system", `packages.x86_64-linux.flash-arm = self.nixosConfigurations.arm.config.system.build.flashScript;`,
			"arm: x86_64-linux.flash-arm = flashScript"},
		{"names for what is between", `packages.x86_64-linux = let c = self.nixosConfigurations.eye.config; b = c.system.build; in { flash = b.flashScript; inherit (b) initrdFlashScript; };`,
			"eye: x86_64-linux.flash = flashScript; eye: x86_64-linux.initrdFlashScript = initrdFlashScript"},
		{"for each system", `packages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: { flash = self.nixosConfigurations.arm.config.system.build.flashScript; });`,
			"arm: aarch64-linux.flash = flashScript; arm: x86_64-linux.flash = flashScript"},
		{"for each host", `packages.x86_64-linux = lib.mapAttrs' (n: c: lib.nameValuePair "flash-${n}" c.config.system.build.flashScript) self.nixosConfigurations;`,
			"arm: x86_64-linux.flash-arm = flashScript; eye: x86_64-linux.flash-eye = flashScript"},
		{"for some hosts", `packages.x86_64-linux = lib.mapAttrs (n: c: c.config.system.build.flashScript) (removeAttrs self.nixosConfigurations [ "arm" ]) // { hello = 1; };`,
			"eye: x86_64-linux.eye = flashScript"},
		{"in another file", `packages.x86_64-linux = import ./packages.nix { inherit self; };`, "arm: x86_64-linux.a = flashScript"},
		{"what else it builds", `packages.x86_64-linux.top = self.nixosConfigurations.arm.config.system.build.toplevel;`, "arm: x86_64-linux.top = toplevel"},
		{"from its packages", `packages.aarch64-linux.flash = self.nixosConfigurations.arm.pkgs.nvidia-jetpack.legacyFlashScript;`,
			"arm: aarch64-linux.flash = legacyFlashScript"},
		{"deeper in it", `packages.x86_64-linux.flash = self.nixosConfigurations.arm.config.system.build.flashScript.name;`, ""},
		{"another system of the same modules", `packages.x86_64-linux.flash = (lib.nixosSystem { modules = [ ./arm.nix ]; }).config.system.build.flashScript;`, ""},
		{"an extended host", `packages.x86_64-linux.flash = (self.nixosConfigurations.arm.extendModules { modules = [ ./eye.nix ]; }).config.system.build.flashScript;`, ""},
		{"what is made of it", `packages.x86_64-linux.flash = builtins.toFile "x" self.nixosConfigurations.arm.config.system.build.flashScript;`, ""},
		{"perhaps", `packages.x86_64-linux = if builtins ? someday then { flash = self.nixosConfigurations.arm.config.system.build.flashScript; } else { };`, ""},
		{"of one host or of another", `packages.x86_64-linux.flash = self.nixosConfigurations.${if builtins ? someday then "arm" else "eye"}.config.system.build.flashScript;`, ""},
		{"no package", `apps.x86_64-linux.flash = self.nixosConfigurations.arm.config.system.build.flashScript;`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := archive(`-- flake.nix --
{
  outputs = { self, nixpkgs, jetpack-nixos, ... }: let lib = nixpkgs.lib; in {
    nixosConfigurations = {
      arm = lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./arm.nix ]; };
      eye = lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./eye.nix ]; };
    };
    ` + c.outputs + `
  };
}
-- packages.nix --
{ self }: { a = self.nixosConfigurations.arm.config.system.build.flashScript; }
-- arm.nix --
{ hardware.nvidia-jetpack.som = "orin-agx"; }
-- eye.nix --
{ hardware.nvidia-jetpack.som = "orin-nx"; }
`)
			var got []string
			for _, b := range evaluated(t, f).Builds {
				got = append(got, b.Host+": "+b.System+"."+b.Name+" = "+b.What)
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("%s, want %s", s, c.want)
			}
			if c.want != "" && strings.Contains(c.want, ".flash") && !strings.Contains(c.outputs, "./packages.nix") {
				judgeBuilds(t, c.outputs, got)
			}
		})
	}
}

// TestBuildsOfParts is TestBuilds for flake-parts.
func TestBuildsOfParts(t *testing.T) {
	f := archive(`-- flake.nix --
{
  outputs = inputs@{ self, nixpkgs, jetpack-nixos, flake-parts, other }: flake-parts.lib.mkFlake { inherit inputs; } {
    imports = [ other.flakeModule ./packages.nix { flake.packages.aarch64-linux.eye = self.nixosConfigurations.eye.config.system.build.initrdFlashScript; } ];
    systems = [ "x86_64-linux" "aarch64-linux" ];
    flake.nixosConfigurations = {
      arm = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.som = "orin-agx"; } ]; };
      eye = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.som = "orin-nx"; } ]; };
    };
    flake.packages.x86_64-linux.eye = self.nixosConfigurations.eye.config.system.build.flashScript;
    perSystem = { pkgs, ... }: { packages.hello = pkgs.hello; };
  };
}
-- packages.nix --
{ self, lib, ... }: {
  perSystem = { system, ... }: {
    packages = lib.optionalAttrs (system == "x86_64-linux") { flash-arm = self.nixosConfigurations.arm.config.system.build.flashScript; };
  };
}
`)
	want := []host.Build{
		{Host: "arm", System: "x86_64-linux", Name: "flash-arm", What: "flashScript"},
		{Host: "eye", System: "x86_64-linux", Name: "eye", What: "flashScript"},
		{Host: "eye", System: "aarch64-linux", Name: "eye", What: "initrdFlashScript"},
	}
	if got := evaluated(t, f).Builds; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// judgeBuilds asks Nix which packages have the value of a flash script of a host, where each system has values of its own.
func judgeBuilds(t *testing.T, outputs string, got []string) {
	program := `let
  lib = rec {
    nameValuePair = name: value: { inherit name value; };
    genAttrs = names: f: builtins.listToAttrs (map (n: nameValuePair n (f n)) names);
    mapAttrs = builtins.mapAttrs;
    mapAttrs' = f: set: builtins.listToAttrs (map (n: f n set.${n}) (builtins.attrNames set));
    system = of: { pkgs.nvidia-jetpack.legacyFlashScript = "${of}.legacyFlashScript"; config.system.build = genAttrs [ "flashScript" "initrdFlashScript" "legacyFlashScript" "toplevel" ] (n: "${of}.${n}"); };
  };
  self = { nixosConfigurations = { arm = lib.system "arm"; eye = lib.system "eye"; }; } // { ` + outputs + ` };
  each = f: set: builtins.concatLists (map (n: f n set.${n}) (builtins.attrNames set));
in each (h: c: each (script: value: each (system: each (name: p:
  if p == value then [ "${h}: ${system}.${name} = ${script}" ] else [ ])) self.packages) c.config.system.build) self.nixosConfigurations`
	var want []string
	nixtest.Eval(t, program, &want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, but Nix says %q", got, want)
	}
}

// TestBuildsAfterEdits holds that packages follow edits of the files that say what they are, and stay after others.
func TestBuildsAfterEdits(t *testing.T) {
	f := archive(`-- flake.nix --
{ outputs = { self, nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations.arm = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./arm.nix ]; };
  packages = import ./packages.nix { inherit self; };
}; }
-- packages.nix --
{ self }: { x86_64-linux.flash = self.nixosConfigurations.arm.config.system.build.flashScript; }
-- arm.nix --
{ hardware.nvidia-jetpack.som = "orin-agx"; }
`)
	options := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest()}
	var before *host.Result
	for _, edit := range []struct{ file, from, to, want string }{
		{"arm.nix", "", "", "flash"},
		{"arm.nix", "orin-agx", "orin-nx", "flash"},
		{"packages.nix", "flash =", "write =", "write"},
		{"flake.nix", "{ outputs", "{ description = \"x\"; outputs", "write"},
		{"packages.nix", "arm.config", "eye.config", ""},
		{"flake.nix", "Configurations.arm", "Configurations.eye", "write"},
		{"packages.nix", "flashScript", "toplevel.name", ""},
	} {
		name := "/w/" + edit.file
		f.content[name] = strings.Replace(f.content[name], edit.from, edit.to, 1)
		delete(f.trees, name)
		before = host.Evaluate(context.Background(), f, options, before)
		got := ""
		for _, b := range before.Builds {
			got += b.Name
		}
		if got != edit.want {
			t.Errorf("%s for %s: %q, want %q", edit.to, edit.from, got, edit.want)
		}
	}
}
