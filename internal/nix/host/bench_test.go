package host_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
)

// fleet is a repository of 500 files: 20 hosts, each with files of its own and with
// modules that they share and switch on.
func fleet() *files {
	f := newFiles()
	f.content["/w/flake.nix"] = `{
  inputs.nixpkgs.url = "x"; inputs.jetpack-nixos.url = "x";
  outputs = { self, nixpkgs, jetpack-nixos }@inputs: let
    names = builtins.attrNames (builtins.readDir ./hosts);
  in {
    nixosConfigurations = nixpkgs.lib.genAttrs names (name: nixpkgs.lib.nixosSystem {
      specialArgs = { inherit inputs name; };
      modules = [ jetpack-nixos.nixosModules.default ./modules (./hosts + "/${name}") ];
    });
  };
}`
	var imports strings.Builder
	for i := range 100 {
		fmt.Fprintf(&imports, " ./m%d.nix", i)
		f.content[fmt.Sprintf("/w/modules/m%d.nix", i)] = fmt.Sprintf(`{ config, lib, pkgs, ... }:
let cfg = config.fleet.m%[1]d; in {
  options.fleet.m%[1]d = {
    enable = lib.mkEnableOption "part %[1]d";
    level = lib.mkOption { type = lib.types.int; default = 3; };
  };
  config = lib.mkIf cfg.enable {
    environment.systemPackages = with pkgs; [ git vim ];
    systemd.services.m%[1]d = { wantedBy = [ "multi-user.target" ]; serviceConfig.ExecStart = "${pkgs.hello}/bin/hello --level ${toString cfg.level}"; };
    hardware.nvidia-jetpack.firmware.optee.extraMakeFlags = lib.optional (cfg.level > 2) "M%[1]d=1";
    networking.firewall.allowedTCPPorts = [ (8000 + %[1]d) ];
  };
}
`, i)
	}
	f.content["/w/modules/default.nix"] = "{ imports = [" + imports.String() + " ]; }\n"
	for h := range 20 {
		dir := fmt.Sprintf("/w/hosts/h%d", h)
		var imports strings.Builder
		for i := range 18 {
			fmt.Fprintf(&imports, " ./p%d.nix", i)
			f.content[fmt.Sprintf("%s/p%d.nix", dir, i)] = fmt.Sprintf(`{ config, lib, name, ... }: {
  fleet.m%d.enable = true;
  fleet.m%d.level = lib.mkIf (config.hardware.nvidia-jetpack.som == "orin-nx") %d;
  users.users."u%d" = { isNormalUser = true; extraGroups = [ "wheel" ]; description = "user of ${name}"; };
}
`, (h*5+i)%100, (h*5+i)%100, i, i)
		}
		f.content[dir+"/default.nix"] = fmt.Sprintf(`{ lib, name, ... }: {
  imports = [%s ./board.nix ];
  networking.hostName = name;
}
`, imports.String())
		f.content[dir+"/board.nix"] = `{ lib, ... }: { hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; carrierBoard = lib.mkDefault "devkit"; }; }
`
	}
	return f
}

func BenchmarkEvaluate(b *testing.B) {
	schema := host.FromCatalog(newest())
	options := host.Options{Entry: "/w/flake.nix", Schema: schema}
	f := fleet()
	b.Logf("%d files", len(f.content))
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			f.trees = map[string]*syntax.Tree{}
			host.Evaluate(context.Background(), f, options, nil)
		}
	})
	before := host.Evaluate(context.Background(), f, options, nil)
	edit := func(name string) func(b *testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				f.content[name] += " "
				delete(f.trees, name)
				before = host.Evaluate(context.Background(), f, options, before)
			}
		}
	}
	b.Run("keystroke in a host", edit("/w/hosts/h3/p4.nix"))
	b.Run("keystroke in a shared module", edit("/w/modules/m7.nix"))
	b.Run("keystroke in the flake", edit("/w/flake.nix"))
	b.Run("nothing changed", func(b *testing.B) {
		for b.Loop() {
			before = host.Evaluate(context.Background(), f, options, before)
		}
	})
}
