local M = {}

local function check_program(server)
  local program = server.program()
  if vim.fn.executable(program) == 0 then
    vim.health.error(("`%s` is not an executable program"):format(program), {
      "Put jetpills on your PATH,",
      'or name it: `require("jetpills").setup({ cmd = { "/path/to/jetpills", "lsp" } })`.',
    })
    return false
  end
  local version, problem = server.run("version")
  if not version then
    vim.health.error(("`%s version` failed: %s"):format(program, problem or "no output"))
    return false
  end
  vim.health.ok(vim.fn.exepath(program) .. ": " .. vim.trim(version):gsub("\n", "; "))
  return true
end

local function check_pills()
  local all, problem = require("jetpills.pills").all()
  if not all or #all == 0 then
    vim.health.error("No pills: " .. (problem or "their folder is empty"))
    return
  end
  vim.health.ok(("%d pills in %s"):format(#all, vim.fs.dirname(all[1].path)))
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = "jetpills" })
  if #clients == 0 then
    vim.health.info("Not running: it starts with the first Nix file, once it is enabled.")
    vim.health.info(
      vim.fn.has("nvim-0.11") == 1 and 'Enable it with `vim.lsp.enable("jetpills")`.'
        or 'Enable it with `require("jetpills").setup()`.'
    )
    return
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_keys(client.attached_buffers)
    vim.health.ok(("Running for %d buffer(s), root %s"):format(#buffers, client.config.root_dir or "none"))
    for _, buf in ipairs(buffers) do
      for _, other in ipairs(vim.lsp.get_clients({ bufnr = buf })) do
        if other.offset_encoding ~= client.offset_encoding then
          vim.health.warn(
            ("`%s` counts columns in %s, jetpills in %s, on %s"):format(
              other.name,
              other.offset_encoding,
              client.offset_encoding,
              vim.api.nvim_buf_get_name(buf)
            ),
            { "Ask both for one: `capabilities.general.positionEncodings`." }
          )
        end
      end
    end
  end
end

function M.check()
  vim.health.start("jetpills")
  if vim.fn.has("nvim-0.10") == 0 then
    vim.health.error("Neovim 0.10 or later is needed")
    return
  end
  if check_program(require("jetpills.server")) then
    check_pills()
  end
  check_clients()
end

return M
