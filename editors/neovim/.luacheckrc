std = "luajit"
max_line_length = 120
globals = {
  "vim.bo",
  "vim.wo",
  "vim.o",
  "vim.opt",
  "vim.env",
  "vim.ui.select", -- the tests choose for the user
}
read_globals = { "vim" }
