--- Shows a pill in a window.
local M = {}

local function float(buf, name)
  local width = math.min(84, vim.o.columns - 4)
  local height = math.max(1, math.min(40, vim.o.lines - 6))
  vim.api.nvim_open_win(buf, true, {
    relative = "editor",
    width = width,
    height = height,
    col = math.floor((vim.o.columns - width) / 2),
    row = math.floor((vim.o.lines - height) / 2) - 1,
    border = "rounded",
    title = " " .. vim.fn.strtrans(name) .. " ",
  })
end

-- The comments that say which topics a section explains are for programs.
local function hide_comments(buf)
  local namespace = vim.api.nvim_create_namespace("jetpills")
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  local first
  for row, line in ipairs(vim.api.nvim_buf_get_lines(buf, 0, -1, false)) do
    if line:match("^<!%-%- explains:") then
      first = row - 1
    end
    if first and line:match("%-%->$") then
      local last = vim.fn.has("nvim-0.11") == 1 and { end_row = row - 1, conceal_lines = "" }
        or { end_row = row - 1, end_col = #line, conceal = "" }
      vim.api.nvim_buf_set_extmark(buf, namespace, first, 0, last)
      first = nil
    end
  end
end

local function dress(win)
  local buf = vim.api.nvim_win_get_buf(win)
  vim.bo[buf].modifiable = false
  if vim.bo[buf].filetype ~= "markdown" then
    vim.bo[buf].filetype = "markdown"
  end
  pcall(vim.treesitter.start, buf, "markdown")
  for option, value in pairs({
    conceallevel = 2,
    linebreak = true,
    list = false,
    number = false,
    relativenumber = false,
    signcolumn = "no",
    spell = false,
    wrap = true,
  }) do
    vim.api.nvim_set_option_value(option, value, { win = win, scope = "local" })
  end
  hide_comments(buf)
end

--- Opens a file at a line.
---@param path string
---@param line integer 1-based
---@param options { float: boolean?, mods: string? } mods are command modifiers, such as "vertical"
function M.open(path, line, options)
  if options.float then
    local buf = vim.fn.bufadd(path)
    vim.fn.bufload(buf)
    float(buf, vim.fn.fnamemodify(path, ":t:r"))
  else
    vim.cmd(("%s split %s"):format(options.mods or "", vim.fn.fnameescape(path)))
  end
  local win = vim.api.nvim_get_current_win()
  dress(win)
  vim.api.nvim_win_set_cursor(win, { math.min(line, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd("normal! zvzt")
end

--- Shows lines that are no file, in a buffer that goes with its window.
---@param name string
---@param lines string[]
---@param options { float: boolean?, mods: string? }
function M.page(name, lines, options)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, true, lines)
  vim.bo[buf].bufhidden = "wipe"
  pcall(vim.api.nvim_buf_set_name, buf, "jetpills://" .. name) -- which another window may have
  if options.float then
    float(buf, name)
  else
    vim.cmd(("%s sbuffer %d"):format(options.mods or "", buf))
  end
  dress(vim.api.nvim_get_current_win())
end

return M
