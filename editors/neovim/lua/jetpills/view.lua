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

-- The comments that say which topics a section explains, and how it reads at other revisions, are for programs.
local function hide_comments(buf)
  local namespace = vim.api.nvim_create_namespace("jetpills")
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
  local first
  for row, line in ipairs(lines) do
    if line:match("^<!%-%- ") then
      first = row - 1
    end
    if first and line:match("%-%->$") then
      local mark
      if vim.fn.has("nvim-0.11") == 1 then
        -- Of the empty lines around it, one is enough.
        local is_apart = lines[first] == "" and lines[row + 1] == ""
        mark = { end_row = is_apart and row or row - 1, conceal_lines = "" }
      else
        mark = { end_row = row - 1, end_col = #line, conceal = "" }
      end
      vim.api.nvim_buf_set_extmark(buf, namespace, first, 0, mark)
      first = nil
    end
  end
end

--- Gives a window the looks of a page to read.
---@param win integer
function M.dress(win)
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
  require("jetpills.markdown").colour(buf)
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
  M.dress(win)
  vim.api.nvim_win_set_cursor(win, { math.min(line, vim.api.nvim_buf_line_count(0)), 0 })
  vim.cmd("normal! zvzt")
end

--- Dresses a pill that was opened as a file, by a jump for instance. The heading that a jump leads to stands on top.
---@param buf integer
function M.adopt(buf)
  local win = vim.api.nvim_get_current_win()
  if vim.api.nvim_win_get_buf(win) ~= buf then
    return
  end
  M.dress(win)
  vim.schedule(function() -- the cursor goes to its line after the file is there
    local is_there = vim.api.nvim_get_current_win() == win and vim.api.nvim_win_get_buf(win) == buf
    if is_there and vim.api.nvim_get_current_line():match("^#") then
      vim.cmd("normal! zvzt")
    end
  end)
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
  M.dress(vim.api.nvim_get_current_win())
end

-- Whether the menu is Neovim's own, which asks for "-- More --" where a list is longer than the screen.
local function is_plain_menu()
  return vim.endswith(debug.getinfo(vim.ui.select, "S").source, "vim/ui.lua")
end

--- Lets the user choose one of a list.
---@generic T
---@param items T[]
---@param prompt string
---@param format fun(item: T): string
---@param chosen fun(item: T) not called if the user chooses none
function M.choose(items, prompt, format, chosen)
  if not is_plain_menu() then
    vim.ui.select(items, { prompt = prompt, kind = "jetpills", format_item = format }, function(item)
      if item then
        chosen(item)
      end
    end)
    return
  end
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, true, vim.tbl_map(format, items))
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  float(buf, prompt)
  local win = vim.api.nvim_get_current_win()
  for option, value in pairs({ cursorline = true, number = false, relativenumber = false, wrap = false }) do
    vim.api.nvim_set_option_value(option, value, { win = win, scope = "local" })
  end
  local function close()
    if vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_close(win, true)
    end
  end
  local function take()
    local item = items[vim.api.nvim_win_get_cursor(win)[1]]
    close()
    chosen(item)
  end
  for key, action in pairs({ ["<CR>"] = take, ["<2-LeftMouse>"] = take, q = close, ["<Esc>"] = close }) do
    vim.keymap.set("n", key, action, { buffer = buf, nowait = true })
  end
  vim.api.nvim_create_autocmd("WinLeave", { buffer = buf, once = true, callback = vim.schedule_wrap(close) })
end

return M
