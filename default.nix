# The packages, also for people without flakes: nix-build -A jetpills
{
  pkgs ? import <nixpkgs> { },
  lib ? pkgs.lib,
  # The version of the last release.
  version ? (lib.importJSON ./editors/vscode/package.json).version,
}:
let
  # A nixpkgs whose own Go is too old may have a newer one beside it.
  go =
    if lib.versionAtLeast pkgs.go.version "1.26" then
      pkgs.buildGoModule
    else
      pkgs.buildGo126Module
        or (throw "jetpills needs Go 1.26, and this nixpkgs has ${pkgs.go.version}: take nixos-26.05 or newer for it");
  jetpills = pkgs.callPackage ./package.nix {
    inherit version;
    buildGoModule = go;
  };
in
{
  inherit jetpills;
  vscode-extension = pkgs.callPackage ./editors/vscode/package.nix { inherit jetpills; };
  vim-plugin = pkgs.callPackage ./editors/neovim/package.nix { inherit jetpills; };
}
