# checks.tsv in a Neovim without a screen.
"$RUN/enter" sh -c 'cd "$RUN/project" && nvim --clean --headless -u "$RUN/nvim/init.lua" -c "luafile $RUN/nvim/checks.lua"' </dev/null 2>"$RUN/messages"
