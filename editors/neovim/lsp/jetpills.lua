-- What `vim.lsp.enable("jetpills")` reads, in Neovim 0.11 and later. Older ones get the same from setup().
return {
  cmd = { "jetpills", "lsp" },
  filetypes = { "nix" },
  root_markers = { "flake.nix", ".git" },
  commands = {
    -- The server has no clipboard. Where Neovim has none either, the text is there to be put with p.
    ["jetpills.copy"] = function(command)
      vim.fn.setreg('"', command.arguments[1])
      if vim.fn.has("clipboard") == 1 then
        vim.fn.setreg("+", command.arguments[1])
      end
      vim.notify("Copied: " .. command.arguments[1])
    end,
    ["jetpills.showBump"] = function(command)
      require("jetpills").bump(command.arguments[1])
    end,
  },
}
