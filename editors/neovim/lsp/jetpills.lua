-- What `vim.lsp.enable("jetpills")` reads, in Neovim 0.11 and later. Older ones get the same from setup().
return {
  cmd = { "jetpills", "lsp" },
  filetypes = { "nix" },
  root_markers = { "flake.nix", ".git" },
}
