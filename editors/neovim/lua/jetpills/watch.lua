--- Tells the server when a file changes that says which jetpack-nixos is in use, for Neovim watches no files for
--- servers on Linux. Only the few folders in which such files lie are watched, never a whole tree.
local M = {}

local folders = {
  [""] = { "flake.lock", "flake.nix" },
  npins = { "sources.json" },
  nix = { "sources.json" },
}

-- The clients that are served, by id: each is attached to many buffers.
local watching = {}

local function tell(client, path)
  local method = "workspace/didChangeWatchedFiles"
  local params = { changes = { { uri = vim.uri_from_fname(path), type = vim.uv.fs_stat(path) and 2 or 3 } } }
  if vim.fn.has("nvim-0.11") == 1 then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

local function watch(client, dir, names)
  if not vim.uv.fs_stat(dir) then
    return
  end
  local event = vim.uv.new_fs_event()
  local function changed(problem, name)
    if vim.lsp.get_client_by_id(client.id) == nil or problem then
      event:close()
    elseif vim.tbl_contains(names, name) then
      tell(client, vim.fs.joinpath(dir, name))
    end
  end
  event:start(
    dir,
    {},
    vim.schedule_wrap(function(problem, name)
      if not event:is_closing() then
        changed(problem, name)
      end
    end)
  )
end

--- Begins to watch for a client, unless Neovim does.
---@param client vim.lsp.Client
function M.start(client)
  local root = client.config.root_dir
  local native = vim.tbl_get(client.config, "capabilities", "workspace", "didChangeWatchedFiles", "dynamicRegistration")
  if watching[client.id] or native or type(root) ~= "string" then
    return
  end
  watching[client.id] = true
  for folder, names in pairs(folders) do
    watch(client, folder == "" and root or vim.fs.joinpath(root, folder), names)
  end
end

return M
