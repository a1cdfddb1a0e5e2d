--- The pills as files: which there are, their sections, and which section explains a topic.
local server = require("jetpills.server")

local M = {}

---@class jetpills.Section
---@field pill jetpills.Pill
---@field title string
---@field anchor string
---@field line integer 1-based line of the heading
---@field level integer 1 for the pill's title
---@field topics string[] such as "function:makeScope"

---@class jetpills.Pill
---@field id string such as "03"
---@field title string such as "Overlays and overrides"
---@field path string
---@field sections jetpills.Section[] the first is the pill's title

-- Runs a command about the pills that the server explains with.
local function run(...)
  local own = vim.tbl_get(server.config().settings or {}, "jetpills", "pills", "path")
  if type(own) == "string" and own ~= "" then
    return server.run("pills", "--pills", vim.fs.normalize(own), ...)
  end
  return server.run("pills", ...)
end

--- The folder of the pills.
---@return string? dir
---@return string? problem
local function folder()
  local output, problem = run("path")
  return output and vim.trim(output), problem
end

-- The anchor that code hosts give a heading. Repeated ones get a number.
local function anchor_of(title, seen)
  local kept = {}
  for _, char in ipairs(vim.fn.split(vim.fn.tolower(title), "\\zs")) do
    if char:match("^[%w_-]$") or (#char > 1 and vim.fn.charclass(char) >= 2) then
      kept[#kept + 1] = char
    elseif char == " " then
      kept[#kept + 1] = "-"
    end
  end
  local anchor = table.concat(kept)
  local count = seen[anchor]
  seen[anchor] = (count or 0) + 1
  return count and ("%s-%d"):format(anchor, count) or anchor
end

---@return jetpills.Pill
local function read(path, id)
  local pill = { id = id, path = path, sections = {} }
  local seen, fence, comment = {}, nil, nil
  for number, line in ipairs(vim.fn.readfile(path)) do
    local ticks = line:match("^%s*(```+)")
    local section = pill.sections[#pill.sections]
    pill.title = pill.title or (not section and line:match('^title: "?(.-)"?$') or nil)
    if fence then
      fence = not (ticks and #ticks >= #fence) and fence or nil
    elseif ticks then
      fence = ticks
    elseif comment then
      comment = comment .. " " .. line
    elseif section and line:match("^<!%-%- explains:") then
      comment = line
    else
      local marks, title = line:match("^(#+) +(.-)%s*$")
      if marks then
        title = title:gsub("`", "")
        pill.sections[#pill.sections + 1] =
          { pill = pill, title = title, anchor = anchor_of(title, seen), line = number, level = #marks, topics = {} }
      end
    end
    local topics = comment and comment:match("explains:(.*)%-%->")
    if topics then
      for topic in topics:gmatch("[^,%s]+") do
        table.insert(section.topics, topic)
      end
      comment = nil
    end
  end
  pill.title = pill.title or (pill.sections[1] or {}).title or id
  return pill
end

--- All pills, in order.
---@return jetpills.Pill[]? pills
---@return string? problem
function M.all()
  local dir, problem = folder()
  if not dir then
    return nil, problem or "the pills were not found"
  end
  local pills = {}
  for name in vim.fs.dir(dir) do
    local id = name:match("^(%d%d)%-.*%.md$")
    if id then
      pills[#pills + 1] = read(vim.fs.joinpath(dir, name), id)
    end
  end
  table.sort(pills, function(a, b)
    return a.id < b.id
  end)
  return pills
end

--- What a list shows of a section: the pill's number, and the title.
---@param section jetpills.Section
---@param alone boolean? whether the section stands without those around it; its pill is named then
---@return string
function M.label(section, alone)
  local pill = section.pill
  local title
  if section.level == 1 then
    title = pill.title
  elseif alone then
    title = pill.title .. " › " .. section.title
  else
    title = ("  "):rep(section.level - 1) .. section.title
  end
  return vim.fn.strtrans(pill.id .. " " .. title)
end

--- The page that lists the pills.
---@return string? path
function M.index()
  local dir = folder()
  return dir and vim.fs.joinpath(dir, "README.md")
end

--- All sections, in order.
---@param pills jetpills.Pill[]
---@return jetpills.Section[]
function M.sections(pills)
  local sections = {}
  for _, pill in ipairs(pills) do
    vim.list_extend(sections, pill.sections)
  end
  return sections
end

--- The section that "03" or "03#anchor" names.
---@param pills jetpills.Pill[]
---@param ref string
---@return jetpills.Section?
function M.find(pills, ref)
  local id, anchor = ref:match("^(%d+)#?(.*)$")
  for _, section in ipairs(M.sections(pills)) do
    if section.pill.id == id and (anchor == "" or section.anchor == anchor) then
      return section
    end
  end
end

--- Where the section stands that an id, a topic or words mean to the program.
---@param words string
---@return string? path nil if no section explains them
---@return integer|string|nil line 1-based, or the problem
function M.place(words)
  local output, problem = run("path", "--", words)
  local path, line = (output or ""):match("^(.*):(%d+)\n$")
  return path, path and tonumber(line) or problem
end

--- What may be typed for a section: ids, anchors once an id stands, and the names of topics.
---@param pills jetpills.Pill[]
---@param typed string
---@return string[]
function M.complete(pills, typed)
  local words, seen = {}, {}
  local function offer(word)
    if vim.startswith(word, typed) and not seen[word] then
      seen[word] = true
      words[#words + 1] = word
    end
  end
  for _, pill in ipairs(pills) do
    offer(pill.id)
  end
  for _, section in ipairs(M.sections(pills)) do
    if typed:find("#", 1, true) then
      offer(section.pill.id .. "#" .. section.anchor)
    end
    for _, topic in ipairs(section.topics) do
      local name = topic:match("^%l+:(.*)$")
      if name and not name:find("[*=]") then
        offer(name)
      end
    end
  end
  return words
end

--- The sections that hold all of the words, the best first.
---@param pills jetpills.Pill[]
---@param words string
---@return jetpills.Section[] sections
---@return string? problem
function M.search(pills, words)
  local output, problem = run("search", "--", words)
  local sections = {}
  for ref in (output or ""):gmatch("([^\n]+)") do
    local found = ref:match("^(%d+#%S+)\t") or ref:match("^(%d+)\t")
    sections[#sections + 1] = found and M.find(pills, found)
  end
  return sections, problem
end

---@class jetpills.Cause
---@field line integer 1-based line of the message in the text
---@field text string what the line says
---@field means string
---@field section jetpills.Section

--- The messages in a text that the pills know, the one that most likely made all else fail first.
---@param pills jetpills.Pill[]
---@param text string
---@return jetpills.Cause[]? causes at least one
---@return string? problem
function M.why(pills, text)
  local output, problem = server.run_with(text, "why", "--format", "json", "-")
  local is_json, found = pcall(vim.json.decode, output or "[]")
  local causes = {}
  for _, cause in ipairs(is_json and found or {}) do
    cause.section = M.find(pills, cause.pill)
    causes[#causes + 1] = cause.section and cause
  end
  if #causes == 0 then
    return nil, problem or "no pill knows these messages; see :JetPillSearch"
  end
  return causes
end

return M
