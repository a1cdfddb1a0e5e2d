# The options of programs.jetpills, the same for home-manager and for NixOS.
# packages: those of this flake, by system.
packages:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.jetpills;
  own = packages.${pkgs.stdenv.hostPlatform.system};
  package =
    name: what:
    lib.mkOption {
      type = lib.types.package;
      default = own.${name};
      defaultText = lib.literalMD "`${name}` of the flake of Jetpills";
      description = what;
    };
  wiring =
    editor: program:
    lib.mkOption {
      type = lib.types.bool;
      default = config.programs.${program}.enable;
      defaultText = lib.literalExpression "config.programs.${program}.enable";
      description = "Whether to add Jetpills to ${editor}.";
    };
in
{
  options.programs.jetpills = {
    enable = lib.mkEnableOption "Jetpills, the language server for jetpack-nixos";
    package = package "jetpills" "The program.";
    neovim = {
      enable = wiring "Neovim" "neovim";
      package = package "vim-plugin" "The plugin for Neovim 0.11 and later.";
      # What the plugin is to run; read by the modules of this folder.
      config = lib.mkOption {
        type = lib.types.lines;
        internal = true;
        readOnly = true;
        description = "The Lua code that starts Jetpills.";
      };
    };
    vscode = {
      enable = wiring "VS Code" "vscode";
      package = package "vscode-extension" "The extension for VS Code.";
    };
    settings = lib.mkOption {
      type = lib.types.attrsOf lib.types.anything;
      default = { };
      example = {
        "hover.detail" = "short";
        "diagnostics.severity".unknown-option = "hint";
      };
      description = "Settings of the section `jetpills`, by their names in USAGE.md without `jetpills.`. On NixOS they reach Neovim alone: VS Code keeps the settings of each user.";
    };
  };

  config.programs.jetpills.neovim.config =
    let
      # Neovim has settings as nested tables, VS Code by their whole names.
      nested = lib.foldl' lib.recursiveUpdate { } (
        lib.mapAttrsToList (name: lib.setAttrByPath (lib.splitString "." name)) cfg.settings
      );
    in
    lib.optionalString (cfg.settings != { }) ''
      vim.lsp.config("jetpills", ${lib.generators.toLua { } { settings.jetpills = nested; }})
    ''
    + ''
      vim.lsp.enable("jetpills")
    '';
}
