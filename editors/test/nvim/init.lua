-- A user's configuration. RUN is the run's folder. BESIDE is set if a second server shares the buffers, ENTRY if the
-- server comes from the entry for nvim-lspconfig, without the plugin.
local run = vim.env.RUN
vim.o.swapfile = false
vim.o.shortmess = vim.o.shortmess .. "I"
vim.o.laststatus = 2
vim.o.statusline = "%t"

-- The set-up is what editors/README.md tells a user to write, and no more.
local readme = table.concat(vim.fn.readfile(run .. "/editors/README.md"), "\n")
local setup = readme:match("By hand, in `init.lua`:\n\n```lua\n(.-)```")
local modern = vim.fn.has("nvim-0.11") == 1
if not modern then
  setup = setup:gsub("vim%.lsp%.enable.-\n%-%- ", "") -- the line for 0.10 is a comment there
end
if vim.env.ENTRY then
  vim.opt.rtp:prepend(run .. "/editors/registries/nvim-lspconfig")
  setup = 'vim.lsp.enable("jetpills")'
end
setup = setup .. "\n" .. readme:match("`(vim%.opt%.completeopt = [^`]+)`")
assert(loadstring(setup))()

if vim.env.BESIDE then
  local second = { cmd = { "standin", "second" }, filetypes = { "nix" }, root_markers = { "flake.nix", ".git" } }
  if modern then
    vim.lsp.config("standin", second)
    vim.lsp.enable("standin")
  else
    vim.api.nvim_create_autocmd("FileType", {
      pattern = "nix",
      callback = function(event)
        local root = vim.fs.root(event.buf, second.root_markers)
        vim.lsp.start({ name = "standin", cmd = second.cmd, root_dir = root }, { bufnr = event.buf })
      end,
    })
  end
end

vim.api.nvim_create_autocmd("LspAttach", {
  callback = function(event)
    local options = { buffer = event.buf }
    vim.keymap.set("n", "K", vim.lsp.buf.hover, options)
    vim.keymap.set("n", "gd", vim.lsp.buf.definition, options)
    vim.bo[event.buf].omnifunc = "v:lua.vim.lsp.omnifunc"
    if #vim.lsp.get_clients({ bufnr = event.buf }) == (vim.env.BESIDE and 2 or 1) then
      vim.o.statusline = "%t:%l served" -- a test on a screen waits for this
    end
  end,
})
