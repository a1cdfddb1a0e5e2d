std = "luajit"
max_line_length = 120
globals = {
  "vim.bo",
  "vim.wo",
  "vim.o",
  "vim.opt",
  "vim.env",
}
read_globals = { "vim" }
