---@brief
---
--- https://github.com/OWNER/jetpills
---
--- A language server for the Nix files of jetpack-nixos (NixOS on NVIDIA Jetson). It explains and completes the options,
--- values, overlays and scopes of the revision that the workspace pins, beside nil or nixd.
---
--- `nix profile install github:OWNER/jetpills` installs it.

---@type vim.lsp.Config
return {
  cmd = { 'jetpills', 'lsp' },
  filetypes = { 'nix' },
  root_markers = { 'flake.nix', '.git' },
}
