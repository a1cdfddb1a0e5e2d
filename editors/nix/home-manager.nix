# programs.jetpills for home-manager.
packages:
{ config, lib, ... }:
let
  cfg = config.programs.jetpills;
in
{
  imports = [ (import ./options.nix packages) ];

  config = lib.mkIf cfg.enable {
    home.packages = [ cfg.package ];
    programs.neovim.plugins = lib.mkIf cfg.neovim.enable [
      {
        plugin = cfg.neovim.package;
        type = "lua";
        inherit (cfg.neovim) config;
      }
    ];
    programs.vscode.profiles.default = lib.mkIf cfg.vscode.enable {
      extensions = [ cfg.vscode.package ];
      userSettings = lib.mapAttrs' (name: lib.nameValuePair "jetpills.${name}") cfg.settings;
    };
  };
}
