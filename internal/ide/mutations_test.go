package ide_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/ide"
)

// A way writes a value of an option of a host: files, of which host.nix is the host's module. @@ is the value in quotes.
// right is the value that jetpack-nixos takes, and wrong one that it refuses.
type way struct{ right, wrong, files string }

// What is right and wrong: a SoM and a misspelt one, and a carrier board that goes with the orin-nano and one that does not.
const (
	som, nearly       = "orin-agx", "orin-agz"
	board, otherBoard = "generic", "xavierNxDevkit"
)

var ways = map[string]way{
	"one set": {som, nearly, `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = @@; carrierBoard = "devkit"; }; }
`},
	"two modules": {board, otherBoard, `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack.enable = true; hardware.nvidia-jetpack.som = "orin-nano"; }
-- board.nix --
{ hardware.nvidia-jetpack.carrierBoard = @@; }
`},
	"let and inherit": {som, nearly, `-- host.nix --
{ config, ... }: let som = @@; in { hardware.nvidia-jetpack = { inherit som; enable = true; }; }
`},
	"set of another file": {board, otherBoard, `-- host.nix --
let boards = import ./boards.nix; in {
  hardware.nvidia-jetpack = { enable = true; inherit (boards.nano) som; carrierBoard = boards.nano.carrier; };
}
-- boards.nix --
rec { nano = { som = "orin-nano"; carrier = common; }; common = @@; }
`},
	"mkForce": {board, otherBoard, `-- host.nix --
{ lib, ... }: {
  imports = [ ./base.nix ];
  hardware.nvidia-jetpack = { enable = true; carrierBoard = lib.mkForce @@; };
}
-- base.nix --
{ hardware.nvidia-jetpack = { som = "orin-nano"; carrierBoard = "devkit"; }; }
`},
	"mkDefault": {board, otherBoard, `-- host.nix --
{ imports = [ ./base.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-nano"; }; }
-- base.nix --
{ lib, ... }: with lib; { hardware.nvidia-jetpack.carrierBoard = mkDefault @@; }
`},
	"mkIf in mkMerge": {som, nearly, `-- host.nix --
{ config, lib, ... }: lib.mkMerge [
  { hardware.nvidia-jetpack.enable = true; }
  (lib.mkIf config.hardware.nvidia-jetpack.enable { hardware.nvidia-jetpack.som = @@; })
]
`},
	"option of the user's own": {board, otherBoard, `-- host.nix --
{ imports = [ ./my.nix ]; my.board = { som = "orin-nano"; carrier = @@; }; }
-- my.nix --
{ config, lib, ... }: let cfg = config.my.board; in {
  options.my.board = {
    som = lib.mkOption { type = lib.types.str; };
    carrier = lib.mkOption { type = lib.types.nullOr lib.types.str; default = null; };
  };
  config.hardware.nvidia-jetpack = { enable = true; inherit (cfg) som; carrierBoard = cfg.carrier; };
}
`},
	"JSON": {board, otherBoard, `-- host.nix --
{ lib, ... }: let board = lib.head (builtins.fromJSON (builtins.readFile ./boards.json)).boards; in {
  hardware.nvidia-jetpack = { enable = true; inherit (board) som; carrierBoard = board.carrier; };
}
-- boards.json --
{ "boards": [ { "som": "orin-nano", "carrier": @@, "other": "generic" }, { "carrier": "xavierNxDevkit" } ] }
`},
	"TOML": {som, nearly, `-- host.nix --
{ lib, ... }: { hardware.nvidia-jetpack = lib.importTOML ./board.toml; }
-- board.toml --
carrierBoard = "devkit"
enable = true
som = @@ # not "orin-agx"
`},
	"update": {board, otherBoard, `-- host.nix --
let base = { som = "orin-nano"; carrierBoard = "devkit"; }; in {
  hardware.nvidia-jetpack = { enable = true; } // base // { carrierBoard = @@; };
}
`},
	"function of another file": {som, nearly, `-- host.nix --
{ lib, ... }: { imports = [ (import ./board.nix { inherit lib; }) ]; }
-- board.nix --
{ lib, som ? @@ }: { hardware.nvidia-jetpack = lib.optionalAttrs true { enable = true; inherit som; }; }
`},
	"option of submodules": {board, otherBoard, `-- host.nix --
{ config, lib, ... }: {
  imports = [ ./my.nix ];
  my.boards.nano = { som = "orin-nano"; carrier = @@; };
  my.use = "nano";
}
-- my.nix --
{ config, lib, ... }: let inherit (config) my; in {
  options.my = with lib; {
    use = mkOption { type = types.enum [ "nano" "agx" ]; };
    boards = mkOption {
      type = types.attrsOf (types.submodule { options = { som = mkOption { type = types.str; }; carrier = mkOption { type = types.str; default = "devkit"; }; }; });
    };
  };
  config.hardware.nvidia-jetpack = { enable = true; som = my.boards.${my.use}.som; carrierBoard = my.boards.${my.use}.carrier; };
}
`},
	"default of an option": {som, nearly, `-- host.nix --
{ config, lib, ... }: {
  options.my.som = lib.mkOption { type = lib.types.str; default = @@; };
  config.hardware.nvidia-jetpack = { enable = true; inherit (config.my) som; };
}
`},
	"_module.args": {som, nearly, `-- host.nix --
{ imports = [ ./board.nix ]; _module.args.boards = [ { som = @@; } ]; }
-- board.nix --
{ boards, lib, ... }: { hardware.nvidia-jetpack = lib.mkMerge (map (b: { enable = true; som = b.som or "orin-nx"; }) boards); }
`},
	"file of one value": {som, nearly, `-- host.nix --
{ lib, config, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = lib.attrByPath [ "som" "a" ] "orin-nx" { som.a = builtins.seq 1 (import ./som.nix); }; };
}
-- som.nix --
@@
`},
	"JSON as modules": {som, nearly, `-- host.nix --
{ lib, ... }: let boards = lib.mapAttrsToList (name: board: { hardware.nvidia-jetpack = { enable = true; } // board; }) (lib.importJSON ./boards.json); in {
  imports = boards;
}
-- boards.json --
{ "a": {
    "som" : @@ } }
`},
}

// withJetpack is a flake of these outputs.
func withJetpack(outputs string) string {
	return `-- flake.nix --
{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.05";
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";
  inputs.flake-parts.url = "github:hercules-ci/flake-parts";
  inputs.flake-utils.url = "github:numtide/flake-utils";
  outputs = inputs@{ self, nixpkgs, jetpack-nixos, ... }: ` + outputs + `;
}
`
}

// shapes are configurations that have host.nix as a module of the host a.
var shapes = map[string]string{
	"nixosSystem": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { system = "aarch64-linux"; modules = [ jetpack-nixos.nixosModules.default ./host.nix ]; };
  }`),
	"a helper": withJetpack(`let
    mkHost = name: { modules ? [ ], ... }: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default { networking.hostName = name; } ] ++ modules; };
  in { nixosConfigurations.a = mkHost "a" { modules = [ ./host.nix ]; }; }`),
	"genAttrs": withJetpack(`let inherit (nixpkgs) lib; in {
    nixosConfigurations = lib.genAttrs [ "a" ] (name: lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./host.nix ]; });
  }`),
	"mapAttrs": withJetpack(`{
    nixosConfigurations = builtins.mapAttrs (name: module: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default module ]; }) { a = ./host.nix; };
  }`),
	"listToAttrs": withJetpack(`{
    nixosConfigurations = builtins.listToAttrs (map (host: {
      inherit (host) name;
      value = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default host.module ]; };
    }) [ { name = "a"; module = ./host.nix; } ]);
  }`),
	"a fold": withJetpack(`{
    nixosConfigurations = nixpkgs.lib.foldl' (all: name: all // {
      ${name} = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./host.nix ]; };
    }) { } [ "a" ];
  }`),
	"folders": withJetpack(`{
    nixosConfigurations = nixpkgs.lib.mapAttrs' (file: kind: nixpkgs.lib.nameValuePair "a" (nixpkgs.lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default (./hosts + "/${file}") ];
    })) (builtins.readDir ./hosts);
  }`) + `-- hosts/a.nix --
{ imports = [ ../host.nix ]; }
`,
	"flake-parts": withJetpack(`inputs.flake-parts.lib.mkFlake { inherit inputs; } {
    systems = [ "aarch64-linux" ];
    imports = [ ./parts.nix ];
  }`) + `-- parts.nix --
{ inputs, ... }: {
  flake.nixosConfigurations.a = inputs.nixpkgs.lib.nixosSystem { modules = [ inputs.jetpack-nixos.nixosModules.default ./host.nix ]; };
}
`,
	"flake-utils": withJetpack(`inputs.flake-utils.lib.eachDefaultSystem (system: { packages.x = 1; }) // {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./host.nix ]; };
  }`),
	"evalModules": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.evalModules { modules = [ jetpack-nixos.nixosModules.default ./host.nix ]; };
  }`),
	"extendModules": withJetpack(`{
    nixosConfigurations.base = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ]; };
    nixosConfigurations.a = self.nixosConfigurations.base.extendModules { modules = [ ./host.nix ]; };
  }`),
	"specialisation": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default { specialisation.jetson.configuration = ./host.nix; } ];
    };
  }`),
	"vmVariant": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default { virtualisation.vmVariant.imports = [ ./host.nix ]; } ];
    };
  }`),
	"configuration.nix": `-- configuration.nix --
{ pkgs, ... }: {
  imports = [ "${builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz"}/modules/default.nix" ./host.nix ];
}
`,
	"NIX_PATH": `-- configuration.nix --
{ imports = [ <jetpack-nixos/modules> ./profiles ]; }
-- profiles/default.nix --
{ imports = [ ../host.nix ]; }
`,
	"imports of imports": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ]; specialArgs = { inherit inputs; }; };
  }`) + `-- b.nix --
{ imports = [ ./c ]; }
-- c/default.nix --
{ inputs, ... }: { imports = [ inputs.jetpack-nixos.nixosModules.default ../d.nix ]; }
-- d.nix --
{ ... }: { imports = [ ./host.nix ]; }
`,
	"specialArgs": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem {
      specialArgs = { host = ./host.nix; };
      modules = [ jetpack-nixos.nixosModules.default ({ host, ... }: { imports = [ host ]; }) ];
    };
  }`),
	"nixosModules": withJetpack(`{
    nixosModules.board = import ./host.nix;
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default self.nixosModules.board ]; };
  }`),
	"outputs in a file": withJetpack(`import ./outputs.nix inputs`) + `-- outputs.nix --
{ nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations = import ./hosts.nix { inherit nixpkgs; jetpack = jetpack-nixos; };
}
-- hosts.nix --
{ nixpkgs, jetpack }: { a = nixpkgs.lib.nixosSystem { modules = [ jetpack.nixosModules.default ./host.nix ]; }; }
`,
	"optional modules": withJetpack(`let inherit (nixpkgs.lib) optional optionals nixosSystem; jetson = true; in {
    nixosConfigurations.a = nixosSystem { modules = optionals jetson [ jetpack-nixos.nixosModules.default ] ++ optional jetson ./host.nix; };
  }`),
	"a table in JSON": withJetpack(`{
    nixosConfigurations = builtins.mapAttrs (name: host: nixpkgs.lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default (./. + "/${host.module}.nix") ];
    }) (builtins.fromJSON (builtins.readFile ./hosts.json));
  }`) + `-- hosts.json --
{ "a": { "module": "host" } }
`,
	"the source of self": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default "${self}/host.nix" ]; };
  }`),
	"two hosts": withJetpack(`let host = { modules ? [ ] }: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./host.nix ] ++ modules; }; in {
    nixosConfigurations = { a = host { }; b = host { modules = [ { networking.hostName = "b"; } ]; }; };
  }`),
	"import of eval-config": withJetpack(`{
    nixosConfigurations.a = import "${nixpkgs}/nixos/lib/eval-config.nix" { modules = [ jetpack-nixos.nixosModules.default ./host.nix ]; };
  }`),
	"modules of a list in a file": withJetpack(`{
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = import ./modules.nix inputs; };
  }`) + `-- modules.nix --
inputs: [ inputs.jetpack-nixos.nixosModules.default ] ++ map (name: ./. + "/${name}.nix") [ "host" ]
`,
}

// TestMutations holds what is found of a wrong value, however it is written and wherever the module stands: one finding, at
// the value or, where that stands in a file that is not Nix, with the value as related information; and the first fix makes
// the text what it was.
func TestMutations(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	if len(shapes) < 25 || len(ways) < 12 {
		t.Errorf("%d shapes, %d ways", len(shapes), len(ways))
	}
	session := newSession(t)
	found, total := 0, 0
	for _, shape := range slices.Sorted(maps.Keys(shapes)) {
		for _, name := range slices.Sorted(maps.Keys(ways)) {
			w := ways[name]
			files, written, at := map[string]string{"flake.lock": string(lock), ".git/HEAD": "ref: refs/heads/main\n"}, "", 0
			for _, f := range txtar.Parse([]byte(shapes[shape] + w.files)).Files {
				if files[f.Name] = string(f.Data); strings.Contains(files[f.Name], "@@") {
					written, at = f.Name, strings.Index(files[f.Name], "@@")
				}
			}
			with := func(value string) map[string]string {
				of := maps.Clone(files)
				of[written] = strings.Replace(of[written], "@@", `"`+value+`"`, 1)
				return of
			}
			_, right := diagnoseAll(t, session.Snapshot(), with(w.right))
			in, wrong := diagnoseAll(t, session.Snapshot(), with(w.wrong))
			if total++; len(right) > 0 {
				t.Errorf("%s, %s: %v without a mutation", shape, name, right)
			}
			if isFound(in, wrong, with(w.wrong), written, at, w) {
				found++
			} else {
				t.Logf("%s, %s: in %s %+v", shape, name, in, wrong)
			}
		}
	}
	t.Logf("%d of %d mutations are found", found, total)
	if found*100 < total*97 {
		t.Error("fewer than 97 in 100")
	}
}

// isFound reports whether there is one diagnostic, which says where the wrong value is written and how it is mended.
func isFound(in string, found []ide.Diagnostic, files map[string]string, written string, at int, w way) bool {
	if len(found) != 1 || len(found[0].Fixes) == 0 {
		return false
	}
	d := found[0]
	isThere := in == written && d.Span.Start == at && d.Span.End == at+len(w.wrong)+2
	if filepath.Ext(written) != ".nix" {
		isThere = slices.ContainsFunc(d.Related, func(r ide.Related) bool {
			return filepath.Base(r.File) == written && r.Span.Start == at && r.Span.End == at+len(w.wrong)+2
		})
	}
	edit := d.Fixes[0].Edits[0]
	if edit.File != "" {
		in = filepath.Base(edit.File)
	}
	mended := files[in][:edit.Span.Start] + edit.NewText + files[in][edit.Span.End:]
	return isThere && in == written && mended == strings.Replace(files[in], `"`+w.wrong+`"`, `"`+w.right+`"`, 1)
}
