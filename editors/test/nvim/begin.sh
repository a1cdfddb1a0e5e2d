# How the drivers of Neovim on a real screen start it.
#
# Sourced by them, after screen.sh.
inside=$("$RUN/enter" printenv RUN)

begin() {
	open sh -c "cd '$inside/project' && nvim --clean -u '$inside/nvim/init.lua' '$inside/$1'"
	wait_for 10 eval 'screen | grep -q "nix:[0-9]* served"' && return
	printf 'STOP\tthe server did not attach\n%s\n' "$(screen)"
	exit 1
}

# at FILE TEXT: opens the file, and puts the cursor on the bar.
at() {
	local line column
	begin "$1"
	read -r line column < <(locate "$RUN/$1" "$2")
	typed ":call cursor($line, $column)"
	keys Enter
}
