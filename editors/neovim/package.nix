# The plugin for Neovim, for callPackage of nixpkgs.
{
  lib,
  vimUtils,
  jetpills,
}:
vimUtils.buildVimPlugin {
  pname = "jetpills";
  inherit (jetpills) version;
  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./doc
      ./lsp
      ./lua
      ./plugin
    ];
  };
  # The plugin starts the program of the same version, also where no PATH leads to one.
  postPatch = ''
    substituteInPlace lsp/jetpills.lua \
      --replace-fail '"jetpills", "lsp"' '"${lib.getExe jetpills}", "lsp"'
  '';
  meta = {
    description = "Neovim plugin for Jetpills, the language server for jetpack-nixos";
    license = lib.licenses.mit;
  };
}
