--- How Markdown looks in a window: what Neovim leaves out by itself.
local M = {}

local namespace = vim.api.nvim_create_namespace("jetpills.markdown")

-- The lines of code in Nix, as ranges of rows from 0, the last one not included.
local function nix_blocks(lines)
  local blocks, first, fence = {}, nil, nil
  for row, line in ipairs(lines) do
    local ticks, language = line:match("^%s*(```+)%s*(%w*)")
    if fence and ticks and #ticks >= #fence then
      if first then
        blocks[#blocks + 1] = { first, row - 1 }
      end
      first, fence = nil, nil
    elseif not fence and ticks then
      fence = ticks
      first = language == "nix" and row or nil
    end
  end
  return blocks
end

-- Where the syntax file sees what, in lines of Nix: { row from 0, first byte from 0, end, group } each.
local function coloured(lines)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, true, lines)
  local spans = {}
  vim.api.nvim_buf_call(buf, function()
    vim.bo.syntax = "nix"
    for row, line in ipairs(lines) do
      local group, from = "", 0
      for column = 1, #line + 1 do
        local id = column <= #line and vim.fn.synIDtrans(vim.fn.synID(row, column, 1)) or 0
        local name = id > 0 and vim.fn.synIDattr(id, "name") or ""
        if name ~= group then
          if group ~= "" then
            spans[#spans + 1] = { row - 1, from, column - 1, group }
          end
          group, from = name, column - 1
        end
      end
    end
  end)
  vim.api.nvim_buf_delete(buf, { force = true })
  return spans
end

--- Colours code in Nix by Neovim's own syntax file, unless a parser of Nix does it better.
---@param buf integer
function M.colour(buf)
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  if #vim.api.nvim_get_runtime_file("parser/nix.*", false) > 0 then
    return
  end
  for _, block in ipairs(nix_blocks(vim.api.nvim_buf_get_lines(buf, 0, -1, true))) do
    for _, span in ipairs(coloured(vim.api.nvim_buf_get_lines(buf, block[1], block[2], true))) do
      local row, from, to, group = unpack(span)
      -- Above the colour that the parser of Markdown gives all code.
      local mark = { end_col = to, hl_group = group, priority = 120 }
      vim.api.nvim_buf_set_extmark(buf, namespace, block[1] + row, from, mark)
    end
  end
end

-- A line of prose as lines of a width, broken at spaces alone: 'linebreak' would break "orin-agx" as well.
local function wrapped(line, width)
  local indent = (" "):rep(#line:match("^%s*[-*]? ?"))
  local lines, current = {}, nil
  for space, word in line:gmatch("(%s*)(%S+)") do
    local longer = current and current .. space .. word or space .. word
    if current and vim.fn.strdisplaywidth(longer) > width then
      lines[#lines + 1] = current
      current = indent .. word
    else
      current = longer
    end
  end
  lines[#lines + 1] = current or line
  return lines
end

-- Takes the addresses out of a line, for a hidden one takes room as well. Gives the links: { text, address } each.
local function without_addresses(line)
  local links = {}
  line = line:gsub("%[([^%]]+)%]%((%a[%w+.-]*:[^%s)]+)%)", function(text, address)
    links[#links + 1] = { text, address }
    return text
  end)
  return line, links
end

-- Lays the lines of a hover out for a width. Gives the links as well, with their rows from 0.
local function laid_out(lines, width)
  local out, links, fence = {}, {}, false
  for _, line in ipairs(lines) do
    local is_fence = line:match("^%s*```")
    fence = fence ~= (is_fence ~= nil)
    if fence or is_fence or line:match("^%s*|") then
      out[#out + 1] = line
    else
      local found
      line, found = without_addresses(line)
      for _, link in ipairs(found) do
        links[#links + 1] = { row = #out, text = link[1], address = link[2] }
      end
      vim.list_extend(out, wrapped(line, width))
    end
  end
  return out, links
end

-- Lines without the empty ones between the titles, the sentence and the facts: a low float shows more of the pill then.
local function tight(lines)
  local out, in_head = {}, true
  for _, line in ipairs(lines) do
    in_head = in_head and not vim.startswith(line, "─")
    local is_below_title = vim.startswith(out[#out] or "", "**")
    if line ~= "" or not (in_head or is_below_title) then
      out[#out + 1] = line
    end
  end
  return out
end

--- Lays a hover out in its float: lines end between words, links are as long as their text, code in Nix has colours.
---@param buf integer
---@param win integer
function M.lay_out(buf, win)
  local lines = vim.api.nvim_buf_get_lines(buf, 0, -1, true)
  if vim.api.nvim_win_text_height(win, {}).all > vim.api.nvim_win_get_height(win) then
    lines = tight(lines)
  end
  local links
  lines, links = laid_out(lines, vim.api.nvim_win_get_width(win))
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, true, lines)
  vim.bo[buf].modifiable = false
  M.colour(buf)
  for _, link in ipairs(links) do
    local from, to = (lines[link.row + 1] or ""):find(link.text, 1, true)
    if from then -- else it is broken into two lines
      local mark = { end_col = to, hl_group = "Underlined", url = link.address }
      vim.api.nvim_buf_set_extmark(buf, namespace, link.row, from - 1, mark)
    end
  end
  local height = vim.api.nvim_win_text_height(win, {}).all
  if height < vim.api.nvim_win_get_height(win) then
    vim.api.nvim_win_set_height(win, height)
  end
end

--- Dresses the documentation beside the menu of completions, which comes later than the menu.
function M.dress_documentation()
  local timer, tries = vim.uv.new_timer(), 20
  local function look()
    local win = vim.fn.complete_info({ "selected" }).preview_winid
    tries = tries - 1
    if tries < 0 or vim.fn.pumvisible() == 0 then
      timer:stop()
    elseif win and vim.api.nvim_win_is_valid(win) then
      timer:stop()
      vim.wo[win].linebreak = true
      vim.wo[win].conceallevel = 2
      pcall(vim.treesitter.start, vim.api.nvim_win_get_buf(win), "markdown")
    end
  end
  timer:start(0, 50, vim.schedule_wrap(look))
end

return M
