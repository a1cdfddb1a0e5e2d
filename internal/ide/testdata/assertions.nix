# The assertions of jetpack-nixos that fail, and whether it warns, for sets of options: its own modules, evaluated by the lib
# of nixpkgs over stubs of all else. A case is a module; l4t has the L4T version of each JetPack major.
{ lib, source, cases, l4t }:
let
  root = import (source + "/modules");
  # From 2025-11 on the root module is a function of the overlay.
  module = if builtins.functionArgs root == { } then root (final: prev: { }) else root;
  versions = version: {
    l4tVersion = version;
    l4tMajorMinorPatchVersion = version;
    l4tAtLeast = lib.versionAtLeast version;
    l4tOlder = lib.versionOlder version;
  };
  cuda = { "5" = "11.4"; "6" = "12.6"; "7" = "13.0"; };
  packages = config:
    let
      inherit (config.hardware.nvidia-jetpack) som;
      major = config.hardware.nvidia-jetpack.majorVersion or "5";
      is = family: lib.hasPrefix family som;
    in {
      stdenv.hostPlatform = lib.systems.elaborate config.nixpkgs.hostPlatform;
      config = { cudaSupport = false; } // config.nixpkgs.config;
      cudaPackages = {
        cudaMajorMinorVersion = cuda.${major};
        cudaAtLeast = lib.versionAtLeast cuda.${major};
        cudaOlder = lib.versionOlder cuda.${major};
      };
      nvidia-jetpack = versions l4t.${major} // {
        socType = if is "xavier" then "t194" else if is "orin" then "t234" else if is "thor" then "t264" else throw "no SoC";
      };
    };
  option = type: default: lib.mkOption { inherit type default; };
  inherit (lib) types;
  stubs = { config, ... }: {
    options = {
      assertions = option (types.listOf types.unspecified) [ ];
      warnings = option (types.listOf types.str) [ ];
      nixpkgs.hostPlatform = lib.mkOption { type = types.str; };
      nixpkgs.config = option (types.lazyAttrsOf types.anything) { };
      nixpkgs.overlays = option (types.listOf types.unspecified) [ ];
      boot.initrd.systemd.enable = option types.bool false;
      console.enable = option types.bool true;
      fileSystems = option (types.lazyAttrsOf types.anything) { };
      hardware.graphics.enable = option types.bool false;
      hardware.nvidia-container-toolkit.enable = option types.bool false;
      virtualisation.docker.enable = option types.bool false;
      virtualisation.docker.enableNvidia = option types.bool false;
      virtualisation.docker.package = option types.unspecified { version = "27"; };
      virtualisation.podman.enable = option types.bool false;
      virtualisation.podman.enableNvidia = option types.bool false;
    };
    config._module = {
      args.pkgs = packages config;
      check = false;
    };
  };
  judged = case:
    let
      inherit (lib.evalModules { modules = [ module stubs case ]; }) config;
      place = a: let at = builtins.unsafeGetAttrPos "assertion" a; in "${at.file}:${toString at.line}";
      answer = {
        fails = map place (builtins.filter (a: !a.assertion) config.assertions);
        warns = config.warnings != [ ];
      };
      tried = builtins.tryEval (builtins.deepSeq answer answer);
    in if tried.success then tried.value else null;
in map judged cases
