package host_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// many is a repository of hosts with a file each, found with readDir.
func many(hosts int) *files {
	f := newFiles()
	f.content["/w/flake.nix"] = `{
  inputs.nixpkgs.url = "x"; inputs.jetpack-nixos.url = "x";
  outputs = { self, nixpkgs, jetpack-nixos }@inputs: {
    nixosConfigurations = nixpkgs.lib.mapAttrs' (file: _: {
      name = nixpkgs.lib.removeSuffix ".nix" file;
      value = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default (./hosts + "/${file}") ]; };
    }) (builtins.readDir ./hosts);
  };
}`
	for i := range hosts {
		f.content[fmt.Sprintf("/w/hosts/h%05d.nix", i)] = `{ hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; carrierBoard = "devkit"; }; }`
	}
	return f
}

var repository = flag.String("repository", "", "a folder with a flake.nix, for BenchmarkEvaluate/repository")

// inFolder are the files of a folder.
func inFolder(b *testing.B, dir string) *files {
	f := newFiles()
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(name, ".git/") {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		f.content["/w/"+name] = string(content)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

func BenchmarkEvaluate(b *testing.B) {
	options := host.Options{Entry: "/w/flake.nix", Schema: schemaOfNewest()}
	evaluate := func(b *testing.B, f *files, before *host.Result) *host.Result {
		res := host.Evaluate(context.Background(), f, options, before)
		b.ReportMetric(float64(len(res.Hosts)), "hosts")
		return res
	}
	cold := func(f *files) func(b *testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				f.trees = map[string]*syntax.Tree{}
				evaluate(b, f, nil)
			}
		}
	}
	f := fleet()
	b.Run("cold", cold(f))
	before := evaluate(b, f, nil)
	// edit has one text stand for another in a file, and the next time the other way round.
	edit := func(f *files, name, from, to string) func(b *testing.B) {
		return func(b *testing.B) {
			if !strings.Contains(f.content[name], from) {
				b.Fatalf("no %s in %s", from, name)
			}
			for b.Loop() {
				f.content[name] = strings.Replace(f.content[name], from, to, 1)
				from, to = to, from
				delete(f.trees, name)
				before = evaluate(b, f, before)
			}
		}
	}
	const module = "/w/modules/m7.nix"
	b.Run("keystroke in a host", edit(f, "/w/hosts/h3/p4.nix", ".enable = true", ".enable = false"))
	b.Run("keystroke in a remark in a shared module", edit(f, module, "let cfg", "# x\nlet cfg"))
	b.Run("keystroke in a shared module, in what no host needs", edit(f, module, "hello --level", "hello --levels"))
	b.Run("keystroke in a shared module, in what all hosts need", edit(f, module, "default = 3", "default = 4"))
	b.Run("keystroke in the flake", edit(f, "/w/flake.nix", "./modules (", "./modules { } ("))
	b.Run("nothing changed", edit(f, "/w/flake.nix", "{", "{"))
	b.Run("500 hosts, cold", cold(many(500)))
	b.Run("10000 host files, cold", cold(many(10_000)))
	if *repository == "" {
		return
	}
	f = inFolder(b, *repository)
	b.Run("repository, cold", cold(f))
	before = evaluate(b, f, nil)
	b.Run("repository, keystroke in a remark in the flake", edit(f, "/w/flake.nix", "{", "# x\n{"))
}
