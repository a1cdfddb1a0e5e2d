# The packages, also for people without flakes: nix-build -A jetpills
{
  pkgs ? import <nixpkgs> { },
  lib ? pkgs.lib,
  # The version of the last release.
  version ? (lib.importJSON ./editors/vscode/package.json).version,
}:
let
  jetpills = pkgs.callPackage ./package.nix { inherit version; };
in
{
  inherit jetpills;
  vscode-extension = pkgs.callPackage ./editors/vscode/package.nix { inherit jetpills; };
  vim-plugin = pkgs.callPackage ./editors/neovim/package.nix { inherit jetpills; };
}
