--- Tutorials and answers about jetpack-nixos in Nix files; see |jetpills.txt|.
local M = {}

local function complain(message)
  vim.notify("jetpills: " .. message, vim.log.levels.WARN)
end

--- Starts the server for Nix files. Neovim 0.11 and later need only `vim.lsp.enable("jetpills")`.
---@param options table? Fields of |vim.lsp.Config| that differ from lsp/jetpills.lua.
function M.setup(options)
  require("jetpills.server").enable(options)
end

--- Opens a pill.
---@param word string? an id ("03", "03#anchor"), a topic or words; without it, what is under the cursor, else the index
---@param options { float: boolean?, mods: string? }?
function M.open(word, options)
  local pills, view = require("jetpills.pills"), require("jetpills.view")
  options = options or {}
  if not word or word == "" then
    require("jetpills.server").explain(function(path, line)
      path = path or pills.index()
      if path then
        view.open(path, line or 1, options)
      else
        complain("the pills were not found; see :checkhealth jetpills")
      end
    end)
    return
  end
  local path, line = pills.place(word)
  if path then
    view.open(path, line, options)
  else
    complain(line or ("no pill explains " .. word))
  end
end

--- Lets the user choose a section, and opens it.
---@param words string? only sections that hold all of these
---@param options { float: boolean?, mods: string? }?
function M.search(words, options)
  local pills = require("jetpills.pills")
  local all, problem = pills.all()
  if not all then
    complain(problem)
    return
  end
  local some = words and words ~= ""
  local sections
  if some then
    sections, problem = pills.search(all, words)
  else
    sections = pills.sections(all)
  end
  if #sections == 0 then
    complain(problem or ("no pill contains " .. words))
    return
  end
  local view = require("jetpills.view")
  view.choose(sections, "Pills", function(section)
    return pills.label(section, some)
  end, function(section)
    view.open(section.pill.path, section.line, options or {})
  end)
end

--- Opens the section that explains what a build, a flash or a boot printed. The user chooses where several do.
---@param text string? without it, what was copied from another program, or else what was yanked last
---@param options { float: boolean?, mods: string? }?
function M.why(text, options)
  local pills = require("jetpills.pills")
  if not text or text == "" then
    local copied, clipboard = pcall(vim.fn.getreg, "+")
    text = copied and clipboard ~= "" and clipboard or vim.fn.getreg('"')
  end
  if text == "" then
    complain("nothing was copied or yanked; see :help :JetPillWhy")
    return
  end
  local all, problem = pills.all()
  if not all then
    complain(problem)
    return
  end
  local causes
  causes, problem = pills.why(all, text)
  if not causes then
    complain(problem)
    return
  end
  local view = require("jetpills.view")
  local function show(cause)
    view.open(cause.section.pill.path, cause.section.line, options or {})
    vim.notify("jetpills: " .. vim.fn.strtrans(cause.means))
  end
  if #causes == 1 then
    show(causes[1])
    return
  end
  view.choose(causes, "What the text says", function(cause)
    return ("%d: %s"):format(cause.line, vim.fn.strtrans(cause.text))
  end, show)
end

--- Shows what the newest known revision of jetpack-nixos would change.
---@param uri string? of a document; without it, of the current buffer
---@param options { float: boolean?, mods: string? }?
function M.bump(uri, options)
  local buf = uri and vim.uri_to_bufnr(uri) or vim.api.nvim_get_current_buf()
  require("jetpills.server").request(buf, "jetpills/bump", function(result)
    if result then
      local lines = vim.split(result.markdown, "\n", { plain = true })
      require("jetpills.view").page("The newest jetpack-nixos", lines, options or {})
    else
      complain("this file does not pin a jetpack-nixos older than the newest known revision")
    end
  end)
end

--- Completes the argument of |:JetPill|.
---@param typed string
---@return string[]
function M.complete(typed)
  local pills = require("jetpills.pills")
  local all = pills.all()
  return all and pills.complete(all, typed) or {}
end

return M
