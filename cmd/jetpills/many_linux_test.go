package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var layOut = flag.String("layout", "", "lay a workspace of -files files out in this folder, and test nothing else")
var layOutFiles = flag.Int("files", 10_000, "the Nix files of -layout")
var layOutHosts = flag.Int("hosts", 3, "the hosts of -layout")
var layOutImported = flag.Bool("imported", false, "the hosts of -layout import all modules")

// large is a workspace of many Nix files.
type large struct {
	files int // Nix files of 2 to 15 KB
	hosts int
	// imported has the hosts import a file of each folder that imports all modules in the folder.
	imported bool
}

// filesOfFolder is how many modules a folder of the workspace has.
const filesOfFolder = 50

// lay lays the workspace out in a folder: flake.lock and flake.nix, a module for each host, folders of modules, and what else
// lies in a repository. The same workspace has the same files each time.
func (l large) lay(dir string) error {
	write := func(name, content string) error {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		return os.WriteFile(file, []byte(content), 0o644)
	}
	files := map[string]string{
		"flake.lock":                      chaosLock(commits[0]),
		".git/HEAD":                       "ref: refs/heads/main\n",
		".git/hooks/left.nix":             "{ hardware.nvidia-jetpack.som = \"orin\"; }\n",
		"README.md":                       strings.Repeat("Modules of many machines.\n", 100),
		"node_modules/a/index.js":         "module.exports = {};\n",
		"node_modules/a/nested/shell.nix": "{ }\n",
		"secrets/secrets.yaml":            strings.Repeat("password: ENC[AES256_GCM]\n", 200),
	}
	var flake, imports strings.Builder
	for i := 0; l.imported && i < l.files; i += filesOfFolder {
		fmt.Fprintf(&imports, " ../modules/%s", filepath.Dir(l.name(i)))
	}
	for i := range l.hosts {
		fmt.Fprintf(&flake, "      machine%d = lib.nixosSystem { system = \"aarch64-linux\"; modules = [ jp.nixosModules.default ./hosts/machine%d.nix ]; };\n", i, i)
		files[fmt.Sprintf("hosts/machine%d.nix", i)] = fmt.Sprintf(`{ config, lib, pkgs, ... }:
{
  imports = [%s ];
  networking.hostName = "machine%d";
  hardware.nvidia-jetpack = {
    enable = true;
    som = "orin-agx";
    carrierBoard = "devkit";
  };
}
`, imports.String(), i)
	}
	files["flake.nix"] = fmt.Sprintf(`{
  inputs.jp.url = "github:anduril/jetpack-nixos";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  outputs = { self, nixpkgs, jp, ... }: let inherit (nixpkgs) lib; in {
    nixosConfigurations = {
%s    };
  };
}
`, flake.String())
	var folder strings.Builder
	for i := range l.files {
		name := l.name(i)
		files["modules/"+name] = moduleText(i)
		fmt.Fprintf(&folder, "    ./%s\n", filepath.Base(name))
		if (i+1)%filesOfFolder == 0 || i+1 == l.files {
			files["modules/"+filepath.Dir(name)+"/default.nix"] = "{\n  imports = [\n" + folder.String() + "  ];\n}\n"
			folder.Reset()
		}
	}
	for name, content := range files {
		if err := write(name, content); err != nil {
			return err
		}
	}
	return os.Symlink("/nix/store/00000000000000000000000000000000-nixos-system", filepath.Join(dir, "result"))
}

// name is that of a module, below the folder of modules.
func (l large) name(i int) string {
	f := i / filesOfFolder
	return fmt.Sprintf("area%d/set%d/part%d/module%d.nix", f/100, f/10%10, f%10, i)
}

// moduleText is a module as people write them. One in forty is about a Jetson, one in ten of these with a mistake; one in four
// declares options, and one in fifty overlays packages.
func moduleText(i int) string {
	r := rand.New(rand.NewPCG(uint64(i), 1))
	var b strings.Builder
	most := 2000 + r.IntN(3)*r.IntN(6500)
	name := fmt.Sprintf("service%d", i)
	fmt.Fprintf(&b, "# The machines of area %d.\n{ config, lib, pkgs, ... }:\n\nlet\n  cfg = config.services.%s;\n  inherit (lib) mkIf mkOption types;\nin\n{\n", i%17, name)
	if i%4 == 0 {
		fmt.Fprintf(&b, "  options.services.%s = {\n    enable = lib.mkEnableOption \"the service\";\n", name)
		for o := range 3 + r.IntN(6) {
			fmt.Fprintf(&b, "    option%d = mkOption {\n      type = types.nullOr (types.listOf types.str);\n      default = null;\n      description = ''\n        What the service does with ${toString cfg.option%d}.\n      '';\n    };\n", o, o)
		}
		b.WriteString("  };\n\n  config = mkIf cfg.enable {\n")
	} else {
		b.WriteString("  config = mkIf (config.networking.hostName == \"machine0\") {\n")
	}
	switch {
	case i%400 == 0:
		b.WriteString("    hardware.nvidia-jetpack.som = \"orin\";\n")
	case i%40 == 0:
		b.WriteString("    hardware.nvidia-jetpack.maxClock = true;\n    hardware.nvidia-jetpack.firmware.autoUpdate = lib.mkDefault true;\n")
	case i%50 == 1:
		fmt.Fprintf(&b, "    nixpkgs.overlays = [ (final: prev: { tool%d = prev.tool%d.overrideAttrs (old: { patches = old.patches or [ ] ++ [ ./fix.patch ]; }); }) ];\n", i, i)
	}
	for n := 0; b.Len() < most; n++ {
		switch r.IntN(5) {
		case 0:
			fmt.Fprintf(&b, "    systemd.services.%s-%d = {\n      description = \"Part %d\";\n      wantedBy = [ \"multi-user.target\" ];\n      after = [ \"network.target\" ];\n      serviceConfig = {\n        ExecStart = \"${pkgs.tool%d}/bin/tool --port ${toString cfg.port} --name %d\";\n        Restart = \"always\";\n        DynamicUser = true;\n      };\n    };\n", name, n, n, r.IntN(99), n)
		case 1:
			fmt.Fprintf(&b, "    programs.tool%d.packages = with pkgs; [ git vim tool%d (python3.withPackages (ps: with ps; [ numpy requests ])) ];\n", n, r.IntN(99))
		case 2:
			fmt.Fprintf(&b, "    environment.etc.\"%s/%d.conf\".text = ''\n      # written by a module\n      listen = ${config.networking.hostName}:%d\n      workers = ${toString (lib.length cfg.option1)}\n    '';\n", name, n, 1000+n)
		case 3:
			fmt.Fprintf(&b, "    networking.firewall.interfaces.eth%d.allowedTCPPorts = [ %d %d ] ++ lib.optionals cfg.enable (map (p: p + %d) [ 1 2 3 ]);\n", n, 80+n, 443+n, n)
		case 4:
			fmt.Fprintf(&b, "    users.users.%s%d = lib.mkMerge [ { isSystemUser = true; group = \"%s\"; } (mkIf cfg.enable { extraGroups = [ \"video\" ]; }) ];\n", name, n, name)
		}
	}
	b.WriteString("  };\n}\n")
	return b.String()
}

func TestLayOut(t *testing.T) {
	if *layOut != "" {
		if err := (large{*layOutFiles, *layOutHosts, *layOutImported}).lay(*layOut); err != nil {
			t.Fatal(err)
		}
	}
}
