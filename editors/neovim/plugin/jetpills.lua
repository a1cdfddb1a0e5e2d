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

vim.api.nvim_create_autocmd("BufWinEnter", {
  group = vim.api.nvim_create_augroup("jetpills.read", {}),
  pattern = "*/jetpills/pills-*/*.md", -- where the program lays out its pills
  desc = "Show a pill that a jump led to as :JetPill does",
  callback = function(event)
    require("jetpills.view").adopt(event.buf)
  end,
})

-- Neovim 0.11 and later ask all servers for one hover, and give no other sign that it is there.
vim.api.nvim_create_autocmd("FileType", {
  group = vim.api.nvim_create_augroup("jetpills.hover", {}),
  pattern = "markdown",
  desc = "Lay out the hover in a file that jetpills serves",
  callback = function(event)
    local win = vim.fn.bufwinid(event.buf)
    local about = win > 0 and vim.w[win]["textDocument/hover"]
    if about and require("jetpills.server").client(about) then
      require("jetpills.markdown").lay_out(event.buf, win)
    end
  end,
})

vim.api.nvim_create_autocmd("CompleteChanged", {
  group = vim.api.nvim_create_augroup("jetpills.documentation", {}),
  desc = "Break the lines of the documentation between words",
  callback = function()
    local client = require("jetpills.server").client(0)
    local from = vim.tbl_get(vim.v.event.completed_item, "user_data", "nvim", "lsp")
    if client and from and (from.client_id or client.id) == client.id then -- Neovim 0.10 names no client
      require("jetpills.markdown").dress_documentation()
    end
  end,
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
