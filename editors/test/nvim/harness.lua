--- What the checks in an editor without a screen are made of: they wait for what a user would see.
local M = { run = vim.env.RUN }

-- How long an answer may take, in milliseconds. A wrong server lets most checks wait for so long.
local patience = vim.env.WRONG == "1" and 1500 or 10000

--- Reports a check.
function M.report(name, ok, got)
  local detail = ok and "" or "\t" .. vim.inspect(got):gsub("%s+", " "):sub(1, 400)
  io.write((ok and "ok" or "FAIL") .. "\t" .. name .. detail .. "\n")
end

--- Ends the run: without its ground no check means anything.
function M.stop(message)
  io.write("STOP\t" .. message .. "\n")
  vim.cmd("cq!")
end

function M.wait(condition, milliseconds)
  return vim.wait(milliseconds or patience, condition, 10)
end

--- The rows of checks.tsv.
function M.rows()
  local rows = {}
  for line in io.lines(M.run .. "/checks.tsv") do
    local what, name, file, at, want, except = unpack(vim.split(line, "\t", { plain = true }))
    if name and not vim.startswith(line, "#") and not vim.startswith(vim.env.SUITE, except or "-") then
      rows[#rows + 1] = { what = what, name = name, file = file, at = at, want = want }
    end
  end
  return rows
end

--- Opens a file and waits for the servers.
function M.edit(file)
  vim.cmd("edit " .. vim.fn.fnameescape(M.run .. "/" .. file))
  local expected = vim.env.BESIDE and 2 or 1
  local function attached()
    local clients = vim.lsp.get_clients({ bufnr = 0 })
    for _, client in ipairs(clients) do
      if not client.initialized then
        return false
      end
    end
    return #clients == expected
  end
  if not M.wait(attached) then
    M.stop("the servers did not attach to " .. file)
  end
end

--- Puts the cursor where the bar in a text stands.
function M.go(at)
  local before, after = at:match("^(.-)|(.*)$")
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local first = line:find(before .. after, 1, true)
    if first then
      vim.api.nvim_win_set_cursor(0, { number, first - 1 + #before })
      return
    end
  end
  M.stop("not in the file: " .. at)
end

--- The text of the float, if there is one.
function M.float()
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(win).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), "\n")
    end
  end
end

function M.close_floats()
  for _, win in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(win).relative ~= "" then
      vim.api.nvim_win_close(win, true)
    end
  end
end

--- Words alone: how a hover is drawn and wrapped is the editor's affair.
local function words(text)
  return " " .. text:gsub("[^%w.-]+", " ") .. " "
end

--- Whether a text holds all parts of what is wanted, in their order.
function M.shows(text, want)
  local from = 1
  for part in vim.gsplit(want, "…", { plain = true }) do
    local _, last = words(text):find(vim.trim(words(part)), from, true)
    if not last then
      return false
    end
    from = last + 1
  end
  return true
end

--- The answers of all servers to a request at the cursor that have something in them.
function M.answers(method)
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local found = {}
  for id, answer in pairs(vim.lsp.buf_request_sync(0, method, params, patience) or {}) do
    local result = answer.result
    if answer.err or (result and result ~= vim.NIL and not vim.tbl_isempty(result.items or result)) then
      table.insert(found, { from = vim.lsp.get_client_by_id(id).name, result = result, err = answer.err })
    end
  end
  return found
end

--- Types keys as a user would; once the menu is open, chooses from it; goes back to normal mode once the line is done.
---@param keys string
---@param choose fun(items: table[]): integer? the item to take, from 1
---@param done fun(): boolean
function M.type(keys, choose, done)
  local timer, ended, chosen = vim.uv.new_timer(), vim.uv.now() + patience, false
  timer:start(
    20,
    20,
    vim.schedule_wrap(function()
      if timer:is_closing() then
        return
      end
      if not chosen and vim.fn.pumvisible() == 1 then
        chosen = true
        local item = choose(vim.fn.complete_info({ "items" }).items)
        if item then
          vim.api.nvim_select_popupmenu_item(item - 1, false, false, {})
          vim.api.nvim_input("<C-y>")
        end
      elseif (chosen and done()) or vim.uv.now() > ended then
        timer:close()
        vim.api.nvim_input("<Esc>")
      end
    end)
  )
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "x!", true)
end

return M
