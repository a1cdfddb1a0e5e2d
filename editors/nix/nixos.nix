# programs.jetpills for NixOS, for all users of the machine.
packages:
{ config, lib, ... }:
let
  cfg = config.programs.jetpills;
in
{
  imports = [ (import ./options.nix packages) ];

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    # Files of the runtime, because two definitions of `configure` do not merge.
    programs.neovim.runtime = lib.mkIf cfg.neovim.enable (
      lib.genAttrs [ "doc" "lsp" "lua/jetpills" "plugin/jetpills.lua" ] (name: {
        source = "${cfg.neovim.package}/${name}";
      })
      // {
        "plugin/jetpills-enable.lua".text = cfg.neovim.config;
      }
    );
    # Settings of VS Code belong to its users: NixOS has none.
    programs.vscode.extensions = lib.mkIf cfg.vscode.enable [ cfg.vscode.package ];
  };
}
