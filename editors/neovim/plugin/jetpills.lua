vim.api.nvim_create_user_command("JetPill", function(command)
  require("jetpills").open(command.args, { float = command.bang, mods = command.mods })
end, {
  nargs = "*",
  bang = true,
  desc = "Open a pill: by id, by topic, or the one about what is under the cursor",
  complete = function(typed)
    return require("jetpills").complete(typed)
  end,
})

vim.api.nvim_create_user_command("JetPillSearch", function(command)
  require("jetpills").search(command.args, { float = command.bang, mods = command.mods })
end, {
  nargs = "*",
  bang = true,
  desc = "Choose a section of the pills, of all or of those that hold the words",
})

vim.api.nvim_create_user_command("JetPillWhy", function(command)
  local text = command.args
  if text == "" and command.range > 0 then
    text = table.concat(vim.api.nvim_buf_get_lines(0, command.line1 - 1, command.line2, false), "\n")
  end
  require("jetpills").why(text, { float = command.bang, mods = command.mods })
end, {
  nargs = "*",
  range = true,
  bang = true,
  desc = "Open the section that explains an error: of the lines, of the text, or of what was yanked or copied",
})

vim.api.nvim_create_user_command("JetBump", function(command)
  require("jetpills").bump(nil, { float = command.bang, mods = command.mods })
end, {
  bang = true,
  desc = "Show what the newest known jetpack-nixos would change for the current file and its hosts",
})

vim.api.nvim_create_autocmd("LspAttach", {
  group = vim.api.nvim_create_augroup("jetpills.offer", {}),
  desc = "Say once that the workspace has pills of its own",
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "jetpills" then
      require("jetpills.offer").look(event.buf)
    end
  end,
})
