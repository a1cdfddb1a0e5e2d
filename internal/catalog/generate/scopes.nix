# Names of what the overlays of a jetpack-nixos tree define, without building or evaluating any of the packages.
# src is the tree, libPath the lib folder of nixpkgs. Everything else of nixpkgs is a stand-in: enough for the names.
{ src, libPath }:
let
  lib = import libPath // {
    recurseIntoAttrs = x: x;
    warnOnInstantiate = _: x: x;
  };

  # Calls a package function with arguments that fail only when they are looked at.
  callWith = scope: function: arguments:
    let
      f = if builtins.isFunction function then function else import function;
      found = builtins.mapAttrs (name: _: scope.${name} or (throw "no ${name} here")) (builtins.functionArgs f);
    in
    f (found // arguments);

  cudaPackages = {
    cudaMajorMinorVersion = "11.4";
    cudaOlder = _: true;
    cudaAtLeast = _: false;
    override = _: cudaPackages;
    overrideScope = _: cudaPackages;
  };

  prev = {
    inherit lib cudaPackages;
    inherit (lib) makeScope recurseIntoAttrs;
    cudaPackages_11_4 = cudaPackages;
    cudaPackages_12_6 = cudaPackages;
    cudaPackages_13_2 = cudaPackages;
    _cuda = {
      extend = _: { };
      lib = {
        getRedistSystem = _: _: "linux-aarch64";
        mkVersionedName = name: version: "${name}_${builtins.replaceStrings [ "." ] [ "_" ] version}";
      };
    };
    callPackage = callWith final;
    callPackages = callWith final;
    newScope = extra: callWith (final // extra);
    pkgs = final;
    pkgsBuildBuild = final;
    buildPackages = final;
    system = "aarch64-linux";
    config.cudaSupport = false;
    stdenv = {
      hostPlatform = { system = "aarch64-linux"; isAarch = true; isAarch64 = true; };
      buildPlatform.system = "x86_64-linux";
    };
    fetchurl = source: source // { outPath = "/source"; };
    fetchgit = source: source // { outPath = "/source"; };
    fetchzip = source: source;
  };

  overlay = import (src + "/overlay.nix");
  added = overlay final prev;
  # The CUDA package sets that the overlay changes are nixpkgs' own and stay stand-ins.
  final = prev // added // { inherit cudaPackages; };

  scopes = lib.filterAttrs (name: _: lib.hasPrefix "nvidia-jetpack" name) added;
  scope = final.nvidia-jetpack;
  names = builtins.attrNames;

  config.hardware.nvidia-jetpack = {
    flasherPkgs = final;
    majorVersion = "5";
    som = "orin-agx";
    carrierBoard = "devkit";
  };
  overridden = final // {
    nvidia-jetpack = scope // {
      overrideScope = f: f scope scope;
      overrideScope' = f: f scope scope;
    };
  };
  deviceFile = src + "/overlay-with-config.nix";
in
{
  top = names added;
  scopes = builtins.mapAttrs (_: names) scopes;
  device =
    if builtins.pathExists deviceFile
    then names (import deviceFile config final overridden).nvidia-jetpack or { }
    else [ ];
}
