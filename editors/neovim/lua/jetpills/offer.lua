--- Says once of a folder of pills that lies in the workspace how to have it shown.
local M = {}

local function memory()
  return vim.fs.joinpath(vim.fn.stdpath("state"), "jetpills-folders")
end

local function told()
  return vim.fn.filereadable(memory()) == 1 and vim.fn.readfile(memory()) or {}
end

--- Asks the server about the workspace of a buffer. What was said once is never said again.
---@param buf integer
function M.look(buf)
  require("jetpills.server").request(buf, "jetpills/pillFolders", function(folders)
    for _, folder in ipairs(folders or {}) do
      if not vim.tbl_contains(told(), folder) then
        vim.fn.mkdir(vim.fs.dirname(memory()), "p")
        vim.fn.writefile({ folder }, memory(), "a")
        local message = "jetpills: this workspace has pills in %s. To show them in place of the shipped ones, "
          .. "set jetpills.pills.path to that folder; see :help jetpills-settings"
        vim.notify(message:format(folder))
        return
      end
    end
  end)
end

return M
