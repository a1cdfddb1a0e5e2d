--- The server's program and its running clients, the same for every version of Neovim.
local M = {}

-- What setup() was given. Neovim 0.11 and later keep it themselves, in vim.lsp.config.
local configured = {}

--- Whether this Neovim reads lsp/jetpills.lua by itself.
local function has_lsp_files()
  return vim.fn.has("nvim-0.11") == 1
end

local function defaults()
  local file = vim.api.nvim_get_runtime_file("lsp/jetpills.lua", false)[1]
  return file and dofile(file) or {}
end

--- The configuration that clients are started with: the defaults, with the user's over them.
function M.config()
  if has_lsp_files() then
    return vim.lsp.config.jetpills or defaults()
  end
  return vim.tbl_deep_extend("force", defaults(), configured)
end

-- Neovim 0.10 shows each server's hover apart, a message for each that has none, and breaks lines within words.
-- Ours is laid out, and where another server may answer it has no message.
local function hover(err, result, context, config)
  local hovers = vim.lsp.get_clients({ bufnr = context.bufnr, method = "textDocument/hover" })
  if not result and not err and #hovers > 1 then
    return
  end
  local buf, win = vim.lsp.handlers["textDocument/hover"](err, result, context, config)
  if win then
    vim.wo[win].linebreak = true
    require("jetpills.markdown").lay_out(buf, win)
  end
  return buf, win
end

--- Has the server started for every buffer of its file types, those that are open already included.
---@param options table? Fields of |vim.lsp.Config| that differ from the defaults.
function M.enable(options)
  if has_lsp_files() then
    vim.lsp.config("jetpills", options or {})
    vim.lsp.enable("jetpills")
    return
  end
  configured = options or {}
  local function attach(buf)
    local config = M.config()
    config.name = "jetpills"
    config.root_dir = config.root_dir or vim.fs.root(buf, config.root_markers)
    config.root_markers, config.filetypes = nil, nil
    config.handlers = vim.tbl_extend("keep", config.handlers or {}, { ["textDocument/hover"] = hover })
    vim.lsp.start(config, { bufnr = buf })
  end
  local filetypes = M.config().filetypes
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("jetpills", {}),
    pattern = filetypes,
    desc = "Start jetpills",
    callback = function(event)
      attach(event.buf)
    end,
  })
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.tbl_contains(filetypes, vim.bo[buf].filetype) then
      attach(buf)
    end
  end
end

--- The program, for its other commands.
function M.program()
  local cmd = M.config().cmd
  return type(cmd) == "table" and cmd[1] or "jetpills"
end

--- Runs a command of the program.
---@param ... string
---@return string? output nil if it failed or, as searches do, found nothing
---@return string? problem nil if there was simply nothing
function M.run(...)
  return M.run_with(nil, ...)
end

--- Runs a command of the program with a text for its standard input.
---@param input string?
---@param ... string
---@return string? output nil if it failed or, as searches do, found nothing
---@return string? problem nil if there was simply nothing
function M.run_with(input, ...)
  local program = M.program()
  local started, process = pcall(vim.system, { program, ... }, { text = true, stdin = input })
  if not started then
    return nil, program .. " does not run; see :checkhealth jetpills"
  end
  local result = process:wait(10000)
  if result.code == 0 then
    return result.stdout
  end
  local problem = vim.trim(result.stderr or ""):gsub("^jetpills: ", "")
  return nil, result.code ~= 1 and problem ~= "" and problem or nil
end

--- The client that serves a buffer.
---@param buf integer 0 for the current one
function M.client(buf)
  return vim.lsp.get_clients({ name = "jetpills", bufnr = buf == 0 and vim.api.nvim_get_current_buf() or buf })[1]
end

--- Sends a request of the server's own about a buffer.
---@param buf integer
---@param method string
---@param answered fun(result: table?) called later; without a result if there is none
---@param position boolean? whether the request is about the cursor in the current window
function M.request(buf, method, answered, position)
  local client = M.client(buf)
  if not client then
    answered()
    return
  end
  local params = position and vim.lsp.util.make_position_params(0, client.offset_encoding)
    or { textDocument = { uri = vim.uri_from_bufnr(buf) } }
  local function answer(_, result)
    answered(result ~= vim.NIL and result or nil)
  end
  if has_lsp_files() then
    client:request(method, params, answer, buf)
  else
    client.request(method, params, answer, buf)
  end
end

--- Asks where the pill about what is under the cursor lies.
---@param found fun(path: string?, line: integer?) called later; without arguments if nothing is there
function M.explain(found)
  M.request(0, "jetpills/explain", function(place)
    if place then
      found(place.path, place.line)
    else
      found()
    end
  end, true)
end

return M
