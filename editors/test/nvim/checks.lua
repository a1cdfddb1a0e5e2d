-- Every row of checks.tsv, without a screen; and what goes beyond rows: the plugin, and living beside another server.
package.path = vim.env.RUN .. "/nvim/?.lua;" .. package.path
local t = require("harness")

local checks = {}

function checks.hover(row)
  t.edit(row.file)
  t.go(row.at)
  local text
  local shown = t.wait(function() -- what a host comes to is there once the hosts are read
    t.close_floats()
    vim.lsp.buf.hover()
    vim.wait(500, t.float, 10)
    text = t.float() or ""
    return t.shows(text, row.want)
  end)
  t.close_floats()
  return shown, text
end

function checks.define(row)
  t.edit(row.file)
  t.go(row.at)
  local from = vim.api.nvim_buf_get_name(0)
  vim.lsp.buf.definition()
  t.wait(function()
    return vim.api.nvim_buf_get_name(0) ~= from
  end)
  local got = vim.fs.basename(vim.api.nvim_buf_get_name(0)) .. ":" .. vim.api.nvim_get_current_line()
  return got == row.want, got
end

-- Opens a copy of a row's file in which its line stands below "# type here", with the cursor at the bar.
-- Gives the line's number, what stands right of the bar, and a function that saves, closes and gives the line on disk.
local function typed_copy(row)
  local before, after = row.at:match("^(.-)|(.*)$")
  local copy = vim.fs.dirname(row.file) .. "/typed.nix"
  vim.uv.fs_copyfile(t.run .. "/" .. row.file, t.run .. "/" .. copy)
  t.edit(copy)
  local number = vim.fn.search("# type here") + 1
  vim.fn.append(number - 1, before .. after)
  vim.api.nvim_win_set_cursor(0, { number, #before })
  return number,
    after,
    function()
      vim.cmd("silent write")
      local saved = vim.fn.readfile(t.run .. "/" .. copy)[number]
      vim.cmd("bwipeout!")
      vim.uv.fs_unlink(t.run .. "/" .. copy)
      return saved
    end
end

function checks.complete(row)
  local label, line = row.want:match("^(.-) %-> (.*)$")
  local _, after, save = typed_copy(row)
  local words = {}
  t.type((after == "" and "A" or "i") .. "<C-x><C-o>", function(items)
    for _, item in ipairs(items) do
      words[#words + 1] = item.abbr ~= "" and item.abbr or item.word
    end
    return vim.fn.index(words, label) + 1
  end, function()
    return vim.api.nvim_get_current_line() == line
  end)
  local saved = save()
  local offered = vim.tbl_filter(function(word)
    return word == label
  end, words)
  return saved == line and #offered == 1, { saved = saved, words = words }
end

function checks.mend(row)
  local message, line = row.want:match("^(.-) %-> (.*)$")
  local number, _, save = typed_copy(row)
  local found
  local said = t.wait(function()
    found = vim.diagnostic.get(0, { lnum = number - 1 })
    return #found == 1 and t.shows(found[1].message, message)
  end)
  if said then
    vim.lsp.buf.code_action({
      apply = true,
      filter = function(action)
        return action.isPreferred
      end,
    })
    t.wait(function()
      return vim.api.nvim_get_current_line() == line
    end)
  end
  local saved = save()
  return said and saved == line, { saved = saved, found = found }
end

-- Neovim keeps what a diagnostic refers to for the plugins that show it.
function checks.refer(row)
  local message, file, line, words = row.want:match("^(.-) %-> (.-):(%d+):(.*)$")
  t.edit(row.file)
  t.go(row.at)
  local found
  local function refers(diagnostic)
    local to = vim.tbl_get(diagnostic, "user_data", "lsp", "relatedInformation") or {}
    return #to == 1
      and vim.endswith(to[1].location.uri, "/" .. file)
      and to[1].location.range.start.line + 1 == tonumber(line)
      and t.shows(to[1].message, words)
  end
  local said = t.wait(function()
    found = vim.diagnostic.get(0, { lnum = vim.api.nvim_win_get_cursor(0)[1] - 1 })
    return #found == 1 and t.shows(found[1].message, message) and refers(found[1])
  end)
  return said, found
end

-- Whether a line, from 0, is the one with the cursor.
local function is_here(line)
  return line + 1 == vim.api.nvim_win_get_cursor(0)[1]
end

function checks.inlay(row)
  t.edit(row.file)
  t.go(row.at)
  vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
  local before, got = row.at:match("^(.-)|"), nil
  local shown = t.wait(function()
    got = vim.tbl_map(function(each)
      return each.inlay_hint
    end, vim.lsp.inlay_hint.get({ bufnr = 0 }))
    return vim.iter(got):any(function(hint)
      local line = vim.api.nvim_get_current_line():sub(1, hint.position.character)
      return is_here(hint.position.line) and vim.endswith(line, before) and t.shows(hint.label, row.want)
    end)
  end)
  vim.lsp.inlay_hint.enable(false, { bufnr = 0 })
  return shown, got
end

-- The titles of the code lenses above the line with the cursor.
local function lenses()
  local all = {}
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = 0 })
    for _, each in ipairs(vim.lsp.codelens.get({ bufnr = 0 })) do
      all[#all + 1] = each.lens
    end
  else
    vim.lsp.codelens.refresh({ bufnr = 0 })
    all = vim.lsp.codelens.get(0)
  end
  return vim
    .iter(all)
    :filter(function(lens)
      return is_here(lens.range.start.line)
    end)
    :map(function(lens)
      return lens.command.title
    end)
    :totable()
end

-- Whether a code lens above the line shows words, and all of them.
local function has_lens(words)
  local titles
  local shown = t.wait(function()
    titles = lenses()
    return vim.iter(titles):any(function(title)
      return t.shows(title, words)
    end)
  end)
  return shown, titles
end

function checks.lens(row)
  t.edit(row.file)
  t.go(row.at)
  return has_lens(row.want)
end

function checks.bump(row)
  local title, words = row.want:match("^(.-) %-> (.*)$")
  t.edit(row.file)
  t.go(row.at)
  local shown, titles = has_lens(title)
  if not shown then
    return false, titles
  end
  local from, page = vim.api.nvim_get_current_buf(), nil
  vim.lsp.codelens.run()
  local opened = t.wait(function()
    page = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), "\n")
    return vim.api.nvim_get_current_buf() ~= from and vim.bo.filetype == "markdown" and t.shows(page, words)
  end)
  if vim.api.nvim_get_current_buf() ~= from then
    vim.cmd("close")
  end
  return opened, page
end

function checks.leave(row)
  local shown, text = checks.hover(row)
  local jumps = t.answers("textDocument/definition")
  return shown and #jumps == 0, { text, jumps }
end

function checks.silent(row)
  t.edit(row.file)
  t.go(row.at)
  local said = {}
  for _, method in ipairs({ "hover", "definition", "declaration", "completion" }) do
    for _, answer in ipairs(t.answers("textDocument/" .. method)) do
      if answer.from == "jetpills" then
        said[#said + 1] = { method = method, answer = answer }
      end
    end
  end
  return #said == 0 and #vim.diagnostic.get(0) == 0, said
end

-- Writes another revision into the lock file, as `nix flake update` would. Gives a function that undoes it.
local function relock(revision)
  local lock = t.run .. "/project/flake.lock"
  local old = vim.fn.readfile(lock)
  local new = vim.tbl_map(function(line)
    return (line:gsub("4d857d6da48c420da39964b6fb7ba23a958abad3", revision))
  end, old)
  vim.fn.writefile(new, lock)
  return function()
    vim.fn.writefile(old, lock)
  end
end

function checks.relock(row)
  local revision, want = row.want:match("^(%x+):(.*)$")
  t.edit(row.file)
  t.go(row.at)
  local restore = relock(revision)
  local text
  local changed = t.wait(function()
    local answer = t.answers("textDocument/hover")[1]
    text = answer and answer.result and answer.result.contents.value or ""
    vim.wait(50)
    return t.shows(text, want)
  end)
  restore()
  return changed, text
end

-- Asks for nothing: Neovim watches no files on Linux, so the server alone can notice the change.
function checks.remark(row)
  local before, revision, want = row.want:match("^(.-) %-> (%x+):(.*)$")
  local number, _, save = typed_copy(row)
  local text
  local function says(words)
    return function()
      local found = vim.diagnostic.get(0, { lnum = number - 1 })
      text = found[1] and found[1].message or ""
      return t.shows(text, words)
    end
  end
  local said = t.wait(says(before))
  local restore = relock(revision)
  local changed = t.wait(says(want))
  restore()
  save()
  return said and changed, text
end

-- What goes beyond rows: this editor's own plugin, and living beside another server.
local function beside()
  t.edit("project/configuration.nix")
  t.go("lib.make|Scope")
  local hovers, jumps = t.answers("textDocument/hover"), t.answers("textDocument/definition")
  local places = jumps[1] and jumps[1].result
  local text = hovers[1] and hovers[1].result.contents.value or ""
  local _, titles = text:gsub("makeScope: a package set of your own", "")
  t.report(
    "one answer",
    #hovers == 1 and #jumps == 1 and titles == 1 and (places.uri or #places == 1),
    { hovers, jumps }
  )
  t.edit("plain/default.nix")
  t.go("lib.make|Scope")
  if vim.env.BESIDE then
    local answers = #t.answers("textDocument/hover")
    vim.cmd("messages clear")
    vim.lsp.buf.hover()
    t.wait(t.float)
    local seen = { float = t.float(), answers = answers }
    seen.messages = vim.api.nvim_exec2("messages", { output = true }).output
    local wanted = { float = "a hover of the stand-in", answers = 1, messages = "" }
    t.report("the other's hover alone", vim.deep_equal(seen, wanted), seen)
    t.close_floats()
  end
end

-- The labels and the documentation have room beside what stands after a label.
local function narrow()
  t.edit("project/configuration.nix")
  t.go("jetpack.|som = ")
  local count, long = 0, {}
  for _, answer in ipairs(t.answers("textDocument/completion")) do
    for _, item in ipairs(answer.from == "jetpills" and (answer.result.items or answer.result) or {}) do
      count = count + 1
      long[#long + 1] = vim.fn.strchars(item.detail or "") > 20 and item.detail or nil
    end
  end
  t.report("details of completions are short", count > 5 and #long == 0, { count, long })
end

local function pills()
  local function at()
    return vim.fs.basename(vim.api.nvim_buf_get_name(0)) .. ":" .. vim.api.nvim_get_current_line()
  end
  local function opens(name, command, want)
    vim.cmd(command)
    t.wait(function()
      return at() == want
    end)
    t.report(name, at() == want, at())
    vim.cmd("silent! close!")
  end
  opens(
    ":JetPill ID",
    "JetPill 03",
    "03-overlays-and-overrides.md:# Pill 03: Overlays and overrides — layering the package set"
  )
  opens(
    ":JetPill ID#section",
    "JetPill 03#scopes-and-makescope",
    "03-overlays-and-overrides.md:## Scopes and makeScope"
  )
  local own = "03-overlays-and-overrides.md:### makeScope: a package set of your own"
  opens(":JetPill topic", "JetPill makeScope", own)
  opens(":JetPill! opens a float", "JetPill! makeScope", own)
  local select, offered = vim.ui.select, {}
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item, items)
    choose(items[1])
  end
  opens(
    ":JetPillSearch",
    "JetPillSearch scope makeScope newScope",
    "03-overlays-and-overrides.md:## Scopes and makeScope"
  )
  local why = "Failed assertions:\n- Jetpack 5 only supports som families: xavier orin"
  vim.fn.setreg('"', why)
  opens(":JetPillWhy, of what was yanked", "JetPillWhy", "07-nixos-modules.md:### majorVersion: which JetPack")
  opens(
    ":JetPillWhy, of a text",
    "JetPillWhy error: Unknown SoC type",
    "07-nixos-modules.md:### What generic leaves out"
  )
  vim.cmd.new()
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { "fine", "L4T version downgrade detected!" })
  opens(":JetPillWhy, of lines", "%JetPillWhy", "09-building-your-system.md:## Rolling back")
  vim.cmd("silent! bwipeout!")
  vim.cmd("silent! JetPillSearch")
  vim.cmd("silent! close!")
  vim.ui.select = select
  local all_offered = vim.tbl_contains(offered, "03 Overlays and overrides")
    and vim.tbl_contains(offered, "03   Scopes and makeScope")
  t.report(":JetPillSearch offers all, by number and title", all_offered, offered)
  local completed = vim.fn.getcompletion("JetPill makeS", "cmdline")
  t.report(":JetPill completes", vim.deep_equal(completed, { "makeScope" }), completed)

  local unknown, sections = {}, require("jetpills.pills").sections(require("jetpills.pills").all())
  for number = 2, #sections, 8 do
    local section = sections[number]
    local ref = section.pill.id .. "#" .. section.anchor
    if section.level > 1 and not require("jetpills.server").run("pills", "show", ref) then
      unknown[#unknown + 1] = ref
    end
  end
  t.report("the program knows the plugin's anchors", #sections > 100 and #unknown == 0, unknown)

  t.edit("old/flake.nix")
  for command, is_float in pairs({ JetBump = false, ["JetBump!"] = true }) do
    vim.cmd(command)
    local shown = t.wait(function()
      local win = vim.api.nvim_get_current_win()
      return t.shows(vim.api.nvim_get_current_line(), "jetpack-nixos 9ced0c1…4d857d6")
        and (vim.api.nvim_win_get_config(win).relative ~= "") == is_float
    end)
    t.report(":" .. command, shown, vim.api.nvim_get_current_line())
    vim.cmd("silent! close!")
  end
  t.edit("project/configuration.nix")
  t.go("(fin|al: prev:")
  opens(":JetPill under the cursor", "JetPill", "03-overlays-and-overrides.md:## What an overlay is")
  vim.cmd("silent checkhealth jetpills")
  local health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  t.report(":checkhealth", health:match("10 pills") and not health:match("ERROR") and not health:match("WARN"), health)
  vim.cmd("silent! close!")
end

-- Hosts that take long to read: what a status line shows of that.
local function progress()
  for number = 1, 4 do -- each takes seconds
    local dir = ("%s/long/%d"):format(t.run, number)
    vim.fn.mkdir(dir .. "/.git", "p")
    vim.fn.writefile({ '{ hardware.nvidia-jetpack.som = "orin-nx"; }' }, dir .. "/module.nix")
    vim.uv.fs_copyfile(t.run .. "/long.nix", dir .. "/flake.nix")
    t.edit(("long/%d/module.nix"):format(number))
  end
  local all = {}
  local shown = t.wait(function()
    all[#all + 1] = vim.lsp.status()
    return t.shows(table.concat(all, " "), "Jetpills…reading hosts…of 30")
  end)
  t.report("progress of the reading of hosts", shown, all)
end

-- Pills of the workspace: a message names the setting, once.
local function offer()
  local notify, said = vim.notify, {}
  vim.notify = function(message) -- luacheck: ignore 122
    said[#said + 1] = message
  end
  local folder = t.run .. "/theirs/docs/our-pills"
  vim.fn.mkdir(folder, "p")
  vim.fn.mkdir(t.run .. "/theirs/.git", "p")
  for _, name in ipairs({ "00-a.md", "01-b.md" }) do
    vim.fn.writefile({ "# Pill: ours", "", "Text." }, folder .. "/" .. name)
  end
  for _, name in ipairs({ "a.nix", "b.nix" }) do
    vim.fn.writefile({ '{ hardware.nvidia-jetpack.som = "orin-nx"; }' }, t.run .. "/theirs/" .. name)
  end
  t.edit("theirs/a.nix")
  local wanted = t.wait(function()
    return #said == 1 and t.shows(said[1], "docs/our-pills") and t.shows(said[1], "jetpills.pills.path")
  end)
  require("jetpills.offer").look(0)
  t.edit("theirs/b.nix")
  t.answers("textDocument/hover") -- the server has answered by now
  vim.wait(300)
  vim.notify = notify -- luacheck: ignore 122
  t.report("says once that the workspace has pills", wanted and #said == 1, said)
end

-- All the checks so far have left no message but for hovers with nothing in them.
local function quiet()
  local messages = vim.api.nvim_exec2("messages", { output = true }).output
  t.report("no popup, no warning", not messages:lower():match("warn") and not messages:match("popup"), messages)
end

local function main()
  for _, row in ipairs(t.rows()) do
    local ok, got = checks[row.what](row)
    t.report(row.what .. " " .. row.name, ok, got)
  end
  quiet()
  beside()
  if vim.env.PLUGIN then
    narrow()
    pills()
    offer()
    progress()
  end
end

local ok, problem = xpcall(main, debug.traceback)
if not ok then
  t.stop(problem)
end
io.write("DONE\n")
vim.cmd("qa!")
