package ide_test

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// A mutation is a host with a mistake that one rule reports, and the same host without it. Each rule has one at least.
type mutation struct {
	code ide.Code
	// files are those of the host, in an archive; host.nix is its module. What is between « and | is what stands there without the
	// mistake, what is between | and » stands there with it. That is what is to be reported, or else what is between ‹ and ›.
	// In a file that is not Nix, it is related to what is reported.
	files string
	// flake are pairs of texts: in the flake of a shape, the second, which may have marks, takes the place of the first. Shapes
	// without it are left out.
	flake []string
	// revision is that of jetpack-nixos; empty for the newest.
	revision string
	// unmended is why no fix takes the mistake back. Where it is empty, the first fixes together do.
	unmended string
}

var mutations = map[string]mutation{
	"one set": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = «"orin-agx"|"orin-agz"»; carrierBoard = "devkit"; }; }
`},
	"two modules": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack.enable = true; hardware.nvidia-jetpack.som = "orin-nano"; }
-- board.nix --
{ hardware.nvidia-jetpack.carrierBoard = «"devkit"|"xavierNxDevkit"»; }
`},
	"let and inherit": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ config, ... }: let som = «"orin-agx"|"orin-agz"»; in { hardware.nvidia-jetpack = { inherit som; enable = true; }; }
`},
	"set of another file": {code: ide.CodeRefusedCombination, files: `-- host.nix --
let boards = import ./boards.nix; in {
  hardware.nvidia-jetpack = { enable = true; inherit (boards.nano) som; carrierBoard = boards.nano.carrier; };
}
-- boards.nix --
rec { nano = { som = "orin-nano"; carrier = common; }; common = «"devkit"|"xavierNxDevkit"»; }
`},
	"mkForce": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ lib, ... }: {
  imports = [ ./base.nix ];
  hardware.nvidia-jetpack = { enable = true; carrierBoard = lib.mkForce «"devkit"|"xavierNxDevkit"»; };
}
-- base.nix --
{ hardware.nvidia-jetpack = { som = "orin-nano"; carrierBoard = "devkit"; }; }
`},
	"mkDefault": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ imports = [ ./base.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-nano"; }; }
-- base.nix --
{ lib, ... }: with lib; { hardware.nvidia-jetpack.carrierBoard = mkDefault «"devkit"|"xavierNxDevkit"»; }
`},
	"mkIf in mkMerge": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ config, lib, ... }: lib.mkMerge [
  { hardware.nvidia-jetpack.enable = true; }
  (lib.mkIf config.hardware.nvidia-jetpack.enable { hardware.nvidia-jetpack.som = «"orin-agx"|"orin-agz"»; })
]
`},
	"option of the user's own": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ imports = [ ./my.nix ]; my.board = { som = "orin-nano"; carrier = «"devkit"|"xavierNxDevkit"»; }; }
-- my.nix --
{ config, lib, ... }: let cfg = config.my.board; in {
  options.my.board = {
    som = lib.mkOption { type = lib.types.str; };
    carrier = lib.mkOption { type = lib.types.nullOr lib.types.str; default = null; };
  };
  config.hardware.nvidia-jetpack = { enable = true; inherit (cfg) som; carrierBoard = cfg.carrier; };
}
`},
	"JSON": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ lib, ... }: let board = lib.head (builtins.fromJSON (builtins.readFile ./boards.json)).boards; in {
  hardware.nvidia-jetpack = { enable = true; inherit (board) som; carrierBoard = board.carrier; };
}
-- boards.json --
{ "boards": [ { "som": "orin-nano", "carrier": «"devkit"|"xavierNxDevkit"», "other": "generic" }, { "carrier": "xavierNxDevkit" } ] }
`},
	"TOML": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ lib, ... }: { hardware.nvidia-jetpack = lib.importTOML ./board.toml; }
-- board.toml --
carrierBoard = "devkit"
enable = true
som = «"orin-agx"|"orin-agz"» # not "orin-agx"
`},
	"update": {code: ide.CodeRefusedCombination, files: `-- host.nix --
let base = { som = "orin-nano"; carrierBoard = "devkit"; }; in {
  hardware.nvidia-jetpack = { enable = true; } // base // { carrierBoard = «"devkit"|"xavierNxDevkit"»; };
}
`},
	"function of another file": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ lib, ... }: { imports = [ (import ./board.nix { inherit lib; }) ]; }
-- board.nix --
{ lib, som ? «"orin-agx"|"orin-agz"» }: { hardware.nvidia-jetpack = lib.optionalAttrs true { enable = true; inherit som; }; }
`},
	"option of submodules": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ config, lib, ... }: {
  imports = [ ./my.nix ];
  my.boards.nano = { som = "orin-nano"; carrier = «"devkit"|"xavierNxDevkit"»; };
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
	"default of an option": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ config, lib, ... }: {
  options.my.som = lib.mkOption { type = lib.types.str; default = «"orin-agx"|"orin-agz"»; };
  config.hardware.nvidia-jetpack = { enable = true; inherit (config.my) som; };
}
`},
	"_module.args": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ imports = [ ./board.nix ]; _module.args.boards = [ { som = «"orin-agx"|"orin-agz"»; } ]; }
-- board.nix --
{ boards, lib, ... }: { hardware.nvidia-jetpack = lib.mkMerge (map (b: { enable = true; som = b.som or "orin-nx"; }) boards); }
`},
	"file of one value": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ lib, config, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = lib.attrByPath [ "som" "a" ] "orin-nx" { som.a = builtins.seq 1 (import ./som.nix); }; };
}
-- som.nix --
«"orin-agx"|"orin-agz"»
`},
	"JSON as modules": {code: ide.CodeUnknownValue, files: `-- host.nix --
{ lib, ... }: let boards = lib.mapAttrsToList (name: board: { hardware.nvidia-jetpack = { enable = true; } // board; }) (lib.importJSON ./boards.json); in {
  imports = boards;
}
-- boards.json --
{ "a": {
    "som" : «"orin-agx"|"orin-agz"» } }
`},
	"renamed option": {code: ide.CodeRenamedOption, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; ‹«firmware|bootloader».autoUpdate› = true; }; }
`},
	"removed option": {code: ide.CodeRemovedOption, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "xavier-agx"; «|‹chip› = "t194";» }; }
`, unmended: "nothing took the place of chip"},
	"unknown option": {code: ide.CodeUnknownOption, files: `-- host.nix --
{ lib, ... }: lib.mkMerge [ { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; } { hardware.nvidia-jetpack.«maxClock|maxClocks» = true; } ]
`},
	"read-only option": {code: ide.CodeReadOnlyOption, files: `-- host.nix --
{ pkgs, ... }: { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; «|‹flashScript› = pkgs.hello;» }; }
`, unmended: "what it was set for is not known"},
	"number for a text": {code: ide.CodeWrongType, files: `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack.enable = true; }
-- board.nix --
{ lib, ... }: let major = «"6"|6»; in { hardware.nvidia-jetpack = { som = "orin-agx"; majorVersion = lib.mkForce major; }; }
`},
	"a path below an option": {code: ide.CodeWrongType, files: `-- host.nix --
{ lib, ... }: lib.mkMerge [ { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; maxClock«|.‹enable›» = true; }; } ]
`},
	"a list for a text": {code: ide.CodeWrongType, files: `-- host.nix --
{ lib, ... }: { hardware.nvidia-jetpack = { enable = true; som = lib.mkForce «"orin-agx"|[ "orin-agx" ]»; }; }
`},
	"a value for a set": {code: ide.CodeWrongType, files: `-- host.nix --
{ lib, ... }: { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; console«.enable|» = lib.mkDefault ‹true›; }; }
`},
	"super mode on an earlier JetPack": {code: ide.CodeRefusedCombination, files: `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; super = «false|true»; }; }
-- board.nix --
{ hardware.nvidia-jetpack.carrierBoard = "devkit"; }
`},
	"a set in the place of the scope": {code: ide.CodeScopeReplaced, files: `-- host.nix --
{
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
  nixpkgs.overlays = [ (final: prev: { ‹nvidia-jetpack› = «prev.nvidia-jetpack.overrideScope (_: _: |»{ jq = final.hello; }«)|»; }) ];
}
`},
	"a name of the scope": {code: ide.CodeScopeReplaced, files: `-- host.nix --
{
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
  nixpkgs.overlays = [ (final: prev: { ‹nvidia-jetpack›«|.jq» = «prev.nvidia-jetpack.overrideScope (_: _: { jq = |»prev.jq«; })|»; }) ];
}
`},
	"a semicolon is missing": {code: ide.CodeSyntaxError, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"«;|‹›» }; }
`, unmended: "an editor or jetpills syntax check has the advice"},
	"a misspelt option that is read": {code: ide.CodeReads, files: `-- host.nix --
{ config, ... }: { environment.etc.som.text = config.hardware.nvidia-jetpack.«som|sommm»; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`},
	"an old name that is read": {code: ide.CodeReads, files: `-- host.nix --
{ config, lib, ... }: let cfg = config.hardware.nvidia-jetpack; in {
  environment.etc.update.text = lib.boolToString cfg.‹«firmware|bootloader».autoUpdate›;
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
}
`},
	"a misspelt option in a with": {code: ide.CodeReads, files: `-- host.nix --
{ config, ... }: {
  imports = [ ./name.nix ];
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
}
-- name.nix --
{ config, ... }: { environment.etc.board.text = with config.hardware.nvidia-jetpack; "${som}-${«carrierBoard|carrierBord»}"; }
`},
	"quotes are missing": {code: ide.CodeNearMiss, files: `-- host.nix --
{ lib, ... }: with lib; { hardware.nvidia-jetpack = { enable = true; som = mkDefault «"orin-agx"|orin-agx»; }; }
`},
	"a misspelt true": {code: ide.CodeNearMiss, files: `-- host.nix --
{ lib, ... }: { hardware.nvidia-jetpack = { enable = «true|ture»; som = "orin-agx"; }; }
`},
	"a letter is missing in a path": {code: ide.CodeNearMiss, files: `-- host.nix --
{ hardware.«nvidia-jetpack|nvidia-jetpak» = { enable = true; som = "orin-agx"; }; }
`},
	"a dot for a hyphen": {code: ide.CodeNearMiss, files: `-- host.nix --
{ lib, ... }: lib.mkMerge [ { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; } (lib.mkIf true { hardware.«nvidia-jetpack|nvidia.jetpack».maxClock = true; }) ]
`},
	"a path that is read": {code: ide.CodeNearMiss, files: `-- host.nix --
{ config, ... }: let cfg = config.hardware.«nvidia-jetpack|nvidiaJetpack»; in { environment.etc.som.text = cfg.som; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`},
	"an option of a PC": {code: ide.CodeDesktopOption, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx";«| ‹open› = true;» }; }
`},
	"misspelt code": {code: ide.CodeUnknownCode, files: `-- host.nix --
{
  # jetpills: ignore=«wrong-type|wrong-typ»
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
}
`},
	"early boot without firmware TPM": {code: ide.CodeAssertion, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; firmware.optee.supplicant.earlyBoot.enable = «false|true»; }; }
`},
	"packages for a PC": {code: ide.CodeAssertion, files: `-- host.nix --
{ imports = [ ./platform.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; }; }
-- platform.nix --
{ lib, ... }: let system = «"aarch64-linux"|"x86_64-linux"»; in { nixpkgs.hostPlatform = lib.mkForce system; }
`},
	"toolkit that does not know Jetsons": {code: ide.CodeAssertion, revision: "f5a1bb78b81f8ea36773095cbf39cfde8ca7572c", files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; }; hardware.nvidia-container-toolkit.enable = «false|true»; }
`, unmended: "another option takes its place"},
	"two definitions": {code: ide.CodeConflictingDefinition, files: `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack = { enable = true; som = ‹"orin-agx"›; }; }
-- board.nix --
{ lib, ... }: { hardware.nvidia-jetpack.som = «lib.mkDefault ‹"orin-nx"›|‹"orin-nx"›»; }
`, unmended: "each of the two may be the one that is meant"},
	"two forced definitions": {code: ide.CodeConflictingDefinition, files: `-- host.nix --
{ lib, ... }: { imports = [ ./board.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; maxClock = lib.mkForce ‹true›; }; }
-- board.nix --
{ lib, ... }: { hardware.nvidia-jetpack.maxClock = «‹false›|lib.mkForce ‹false›»; }
`, unmended: "each of the two may be the one that is meant"},
	"super on a Xavier": {code: ide.CodeNoEffect, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "xavier-agx";«| ‹super› = true;» }; }
`},
	"super on an adapter": {code: ide.CodeNoEffect, files: `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; carrierBoard = "xavierNxDevkit"; }; }
-- board.nix --
{ lib, ... }: {
  hardware.nvidia-jetpack.maxClock = true;
«|  ‹hardware.nvidia-jetpack.super› = lib.mkIf true true;
»}
`},
	"no enable": {code: ide.CodeNoEffect, files: `-- host.nix --
{ imports = [ ./board.nix ]; hardware.nvidia-jetpack.carrierBoard = "devkit"; }
-- board.nix --
{ lib, ... }: {
  hardware.nvidia-jetpack = { «enable = true; |»‹som› = lib.mkDefault "orin-agx"; };
}
`},
	"keys of a feature that is off": {code: ide.CodeNoEffect, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; firmware.uefi.capsuleAuthentication = {«| ‹trustedPublicCertPemFile› = ./key.pem;» }; }; }
`},
	"realtime beside a kernel": {code: ide.CodeNoEffect, files: `-- host.nix --
{ lib, pkgs, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx";«| ‹kernel.realtime› = true;» };
  boot.kernelPackages = lib.mkForce pkgs.linuxPackages;
}
`},
	"file of the module": {code: ide.CodeModuleImport, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`, flake: []string{`[ jetpack-nixos.nixosModules.default`, `[ «jetpack-nixos.nixosModules.default|"${jetpack-nixos}/modules/default.nix"»`}},
	"folder of the modules": {code: ide.CodeModuleImport, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`, flake: []string{`[ jetpack-nixos.nixosModules.default`, `[ («jetpack-nixos.nixosModules.default|jetpack-nixos + "/modules"»)`}},
	"flake as a module": {code: ide.CodeModuleImport, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`, flake: []string{`[ jetpack-nixos.nixosModules.default`, `[ «jetpack-nixos.nixosModules.default|jetpack-nixos»`}},
	"file of a source that is fetched": {code: ide.CodeModuleImport, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`, flake: []string{
		`(import "${jetpack}/modules/default.nix" (import "${jetpack}/overlay.nix"))`,
		`«(import "${jetpack}/modules/default.nix" (import "${jetpack}/overlay.nix"))|"${jetpack}/modules/default.nix"»`,
	}},
	"module that is not imported": {code: ide.CodeMissingModule, files: `-- host.nix --
{ hardware.nvidia-jetpack = { ‹enable› = true; som = "orin-agx"; }; }
`, flake: []string{`[ jetpack-nixos.nixosModules.default `, `[ «jetpack-nixos.nixosModules.default |»`}, unmended: "not every shape has one list to add it to"},
	"placeholder of a key": {code: ide.CodePlaceholderKey, files: `-- host.nix --
{ imports = [ ./users.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
-- users.nix --
{ users.users.root.openssh.authorizedKeys.keys = [ ‹"ssh-ed25519 AAAA«C3Nz me@pc|…»"› ]; }
`, unmended: "only the user has the key"},
	"file that is not there": {code: ide.CodeMissingFile, files: `-- host.nix --
{ imports = [ «./board.nix|./boards.nix» ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
-- board.nix --
{ hardware.nvidia-jetpack.carrierBoard = "devkit"; }
`, unmended: "the file may be what is missing"},
	"overlay": {code: ide.CodeOverlayRecursion, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; nixpkgs.overlays = import ./overlays.nix; }
-- overlays.nix --
[ (final: prev: { hello = ‹«prev|final».hello›.overrideAttrs { doCheck = false; }; }) ]
`},
	"scope overlay": {code: ide.CodeOverlayRecursion, files: `-- host.nix --
{ config, lib, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
  nixpkgs.overlays = lib.mkAfter [
    (final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (jfinal: jprev: { kernel = ‹«jprev|jfinal».kernel›.override { }; }); })
  ];
}
`},
	"capability of another SoM": {code: ide.CodeCUDACapabilities, files: `-- host.nix --
{ imports = [ ./cuda.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; configureCuda = false; }; }
-- cuda.nix --
{ nixpkgs.config = { allowUnfree = true; cudaSupport = true; cudaCapabilities = ‹[ «"8.7"|"7.2"» ]›; }; }
`},
	"no capability": {code: ide.CodeCUDACapabilities, files: `-- host.nix --
{ lib, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; configureCuda = false; };
  nixpkgs.config = { cudaSupport = ‹true›; «cudaCapabilities = [ "8.7" ];|» };
}
`, unmended: "the message names what to write"},
	"CUDA of another JetPack": {code: ide.CodeCUDASet, files: `-- host.nix --
{ imports = [ ./programs.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
-- programs.nix --
{ pkgs, ... }: { environment.systemPackages = [ pkgs.«cudaPackages|cudaPackages_13».cuda_nvcc ]; }
`},
	"misspelt package": {code: ide.CodeUnknownMember, files: `-- host.nix --
{ imports = [ ./programs.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
-- programs.nix --
{ pkgs, lib, ... }: { environment.systemPackages = with pkgs; [ hello nvidia-jetpack.«l4t-tools|l4t-tolls» ] ++ lib.optional true pkgs.nvidia-jetpack.l4t-core; }
`},
	"misspelt package of a with": {code: ide.CodeUnknownMember, files: `-- host.nix --
{ pkgs, ... }: let jetpack = pkgs.nvidia-jetpack; in {
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
  environment.systemPackages = with jetpack; [ l4t-core «flash-tools|flash-toolsss» ];
}
`},
	"misspelt scope": {code: ide.CodeUnknownMember, files: `-- host.nix --
{ pkgs, ... }: { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; environment.systemPackages = [ pkgs.«nvidia-jetpack|nvidia_jetpack».l4t-core ]; }
`},
	"misspelt sample": {code: ide.CodeUnknownMember, files: `-- host.nix --
{ imports = [ ./programs.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
-- programs.nix --
{ pkgs, ... }: { environment.systemPackages = with pkgs.nvidia-jetpack; [ samples.«cuda-test|cuda-tset» ]; }
`},
	"variables of an AGX Xavier": {code: ide.CodeNoEffect, files: `-- host.nix --
{ imports = [ ./boot.nix ]; hardware.nvidia-jetpack = { enable = true; som = "xavier-agx"; }; }
-- boot.nix --
{ boot.loader.efi.canTouchEfiVariables = «false|true»; }
`},
	"scope of the next JetPack": {code: ide.CodeUnknownMember, files: `-- host.nix --
{ pkgs, ... }: { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; firmware.eksFile = "${pkgs.«nvidia-jetpack|nvidia-jetpack8».genEkb}/x"; }; }
`},
	"misspelt output": {code: ide.CodeUnknownMember, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
`, flake: []string{`jetpack-nixos.nixosModules.default`, `jetpack-nixos.nixosModules.«default|defaults»`}},
	"package of another JetPack": {code: ide.CodeForeignMember, files: `-- host.nix --
{ pkgs, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
  environment.systemPackages = [ pkgs.nvidia-jetpack.l4t-core «|pkgs.nvidia-jetpack.‹l4t-cupva›» ];
}
`, unmended: "no package takes its place"},
	"scope of another JetPack": {code: ide.CodeForeignMember, files: `-- host.nix --
{ imports = [ ./programs.nix ]; hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }
-- programs.nix --
{ pkgs, ... }: { hardware.firmware = [ pkgs.«nvidia-jetpack|nvidia-jetpack7».l4t-firmware ]; }
`},
	"package of devices": {code: ide.CodeForeignMember, files: `-- host.nix --
{ pkgs, ... }: {
  hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; };
  system.build.flash = pkgs.«nvidia-jetpack|nvidia-jetpack6».‹flashScript›;
}
`},
	"old nixpkgs": {code: ide.CodeNixpkgsTooOld, files: `-- host.nix --
{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; configureCuda = false; }; }
`, flake: []string{`"github:NixOS/nixpkgs/nixos-25.05"`, `‹"github:NixOS/nixpkgs/nixos-«25.11|24.11»"›`}},
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
{ pkgs, ... }: let jetpack = builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/NEWEST.tar.gz"; in {
  imports = [ (import "${jetpack}/modules/default.nix" (import "${jetpack}/overlay.nix")) ./host.nix ];
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

// TestMutations holds what is found of a mistake, wherever the module stands: what is reported where it is to be, and nothing
// else; and the first fixes take it back.
func TestMutations(t *testing.T) {
	if len(shapes) < 25 {
		t.Errorf("%d shapes", len(shapes))
	}
	sn := newSession(t).Snapshot()
	found, total := map[ide.Code]int{}, map[ide.Code]int{}
	for _, name := range slices.Sorted(maps.Keys(mutations)) {
		m := mutations[name]
		for _, shape := range slices.Sorted(maps.Keys(shapes)) {
			files, ok := m.in(shapes[shape], sn.Library().Newest().Revision.Hash)
			if !ok {
				continue
			}
			if _, right := diagnoseAll(t, sn, files.right); len(right) > 0 {
				t.Errorf("%s, %s: %v without the mistake", name, shape, messages(right))
			}
			total[m.code]++
			if dir, wrong := diagnoseAll(t, sn, files.wrong); m.isFound(files, dir, wrong) {
				found[m.code]++
			} else {
				t.Logf("%s, %s: %v", name, shape, messages(wrong))
			}
		}
	}
	for _, r := range ide.Rules() {
		t.Logf("%s: %d of %d mutations are found", r.Code, found[r.Code], total[r.Code])
		if total[r.Code] == 0 || found[r.Code]*100 < total[r.Code]*97 {
			t.Errorf("%s: fewer than 97 in 100", r.Code)
		}
	}
}

// mutated are the files of a shape with a mutation.
type mutated struct {
	right, wrong map[string]string
	reported     map[string][]text.Span // what is to be reported of the wrong files
}

var mistake = regexp.MustCompile(`«([^|»]*)\|([^»]*)»`)

// in lays a mutation into a shape. ok is false if the shape has no place for it.
func (m mutation) in(shape, newest string) (files mutated, ok bool) {
	for i := 0; i < len(m.flake); i += 2 {
		if !strings.Contains(shape, m.flake[i]) {
			return files, false
		}
		shape = strings.ReplaceAll(shape, m.flake[i], m.flake[i+1])
	}
	shape = strings.ReplaceAll(shape, "NEWEST", newest)
	archive := fmt.Sprintf(`-- .git/HEAD --
ref: refs/heads/main
-- flake.lock --
{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":%q}},"root":{"inputs":{"jetpack-nixos":"jp"}}},"root":"root","version":7}
`, cmp.Or(m.revision, newest)) + shape + m.files
	with := "‹$2›"
	if strings.Contains(archive, "‹") {
		with = "$2"
	}
	files.right, _ = marked(mistake.ReplaceAllString(archive, "$1"))
	files.wrong, files.reported = marked(mistake.ReplaceAllString(archive, with))
	return files, true
}

// marked are the files of an archive without their marks ‹ and ›, and the spans between these.
func marked(archive string) (files map[string]string, spans map[string][]text.Span) {
	files, spans = map[string]string{}, map[string][]text.Span{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		content := ""
		for part := range strings.SplitSeq(string(f.Data), "‹") {
			if what, rest, ok := strings.Cut(part, "›"); ok {
				spans[f.Name] = append(spans[f.Name], text.Span{Start: len(content), End: len(content) + len(what)})
				part = what + rest
			}
			content += part
		}
		files[f.Name] = content
	}
	return files, spans
}

func messages(found map[string][]ide.Diagnostic) (all []string) {
	for name, of := range found {
		for _, d := range of {
			all = append(all, fmt.Sprintf("%s:%v: %s [%s]", name, d.Span, d.Message, d.Code))
		}
	}
	return all
}

// isFound reports whether the mistake is reported where it is to be, nothing else is, and the first fixes take it back.
func (m mutation) isFound(files mutated, dir string, found map[string][]ide.Diagnostic) bool {
	left := map[string][]text.Span{}
	for name, spans := range files.reported {
		left[name] = slices.Clone(spans)
	}
	take := func(name string, at text.Span) bool {
		i := slices.Index(left[name], at)
		if i >= 0 {
			left[name] = slices.Delete(left[name], i, i+1)
		}
		return i >= 0
	}
	var changes ide.Changes
	for name, all := range found {
		for _, d := range all {
			isThere := take(name, d.Span)
			for _, r := range d.Related {
				if in, err := filepath.Rel(dir, r.File); err == nil && filepath.Ext(in) != ".nix" {
					isThere = take(in, r.Span) || isThere
				}
			}
			if !isThere || d.Code != m.code || len(d.Fixes) == 0 && m.unmended == "" {
				return false
			}
			if len(d.Fixes) > 0 {
				changes.Add(filepath.Join(dir, name), d.Fixes[0])
			}
		}
	}
	for _, spans := range left {
		if len(spans) > 0 {
			return false
		}
	}
	mended := maps.Clone(files.wrong)
	for file, edits := range changes.Files() {
		name, err := filepath.Rel(dir, file)
		if err == nil {
			mended[name], err = text.Apply(mended[name], edits)
		}
		if err != nil {
			return false
		}
	}
	return m.unmended != "" || maps.Equal(mended, files.right)
}
