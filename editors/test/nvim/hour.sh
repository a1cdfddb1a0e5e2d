# The first hour of someone who has read README.md: in Neovim, on a screen of 80 columns and 24 rows, in the configuration that is shipped.
# One editor goes through all of it; a check begins with the file as it is on disk.
. "${BASH_SOURCE[0]%/*}/../screen.sh"
. "${BASH_SOURCE[0]%/*}/begin.sh"
columns=80 lines=24
file=demo/configuration.nix

# command TEXT: types a command of Neovim.
command() { typed ":$1"; keys Enter; }

# to TEXT: puts the cursor on the bar, in the middle of the screen: that leaves a float the least room.
to() {
	local line column
	keys Escape
	command "wincmd t | silent! only! | edit! $inside/$file"
	read -r line column < <(locate "$RUN/$file" "$1")
	command "call cursor($line, $column) | normal! zz"
	wait_for $patience eval 'screen | grep -q "configuration.nix:$line served"'
}

# lacks WANT: whether the screen shows none of it.
lacks() { ! screen | grep -qE -- "$1"; }

# hovers WANT: asks for the hover until it shows the words.
hovers() {
	asked() { keys K; wait_for 1 shows "$want" || { keys K q; false; }; }
	local want=$1
	wait_for $patience asked
}

# colours TEXT: how many colours the line with the text has.
colours() { terminal capture-pane -e -p | grep -F -- "$1" | grep -oE $'\e\\[[0-9;]*m' | sort -u | wc -l; }

# fits AT WANT: the hover has the words, which end in the third line of the pill, and breaks no line within a name.
fits() {
	to "$1"
	hovers "$2" && lacks '[[:alnum:]]-$' && lacks '^[[:space:]]*[.][[:space:]]*$'
}

hover() {
	local name at want
	while IFS=$'\t' read -r name at want; do
		fits "$at" "$want"
		report "hover: three lines of the pill about $name" $?
	done <<-'END'
		som	jetpack.so|m = 	Which SoM am I?…A wrong one often still
		carrierBoard	jetpack.carrier|Board	what the module sits on…It is also the second half
		autoUpdate	auto|Update	Pill 08: Flashing, firmware and OTA › firmware.autoUpdate…It looks when…the boot loader
		an overlay	(fin|al: prev:	What an overlay is…final is the finished set
		overrideScope	nvidia-jetpack.override|Scope	overrideScope lays an overlay over a scope…The overlay is an ordinary one
		a package	l4t-to|ols	Command-line tools…A program of yours that watches
	END

	to 'nvidia-jetpack.override|Scope'
	hovers 'overrideScope lays an overlay' && keys C-w w G && wait_for $patience shows 'Revision: jetpack-nixos' &&
		lacks 'file:' && [ "$(colours './atf.patch')" -gt 2 ]
	report "hover: code has colours, and there is no link that cannot be followed" $?
}

pills() {
	to 'prev.nvidia-jet|pack.override'
	typed gd
	wait_for $patience shows '## overlay.nix: three generations…majorVersion…mk-overlay.nix' &&
		[[ $(screen | head -n 1) == '## overlay.nix: three generations' ]] && lacks '<!--|-->'
	report "a pill that a jump leads to: its heading on top, no comments" $?

	to 'networking.host|Name'
	command JetPillSearch
	wait_for $patience shows '00 Nix…00 The problem' && lacks 'More'
	report ":JetPillSearch lists all, by number and title" $?
	typed "/makeScope: a package set"
	keys Enter Enter
	wait_for $patience shows '### makeScope: a package set of your own'
	report ":JetPillSearch opens what was chosen" $?

	to 'networking.host|Name'
	command 'JetPillSearch overlay order'
	wait_for $patience shows '03 Overlays and overrides › Order decides who wins'
	report ":JetPillSearch of words names the pill" $?

	local words section
	while IFS=$'\t' read -r words section; do
		to 'networking.host|Name'
		command "JetPill $words"
		wait_for $patience shows "$section"
		report ":JetPill $words" $?
	done <<-'END'
		overlay order	## Order decides who wins
		recovery mode	## Recovery mode
		xyzzy	no pill explains xyzzy
	END

	to 'prev.nvidia-jet|pack.override'
	command JetPill
	wait_for $patience shows '## overlay.nix: three generations'
	report ":JetPill is about what is under the cursor" $?

	to 'networking.host|Name'
	command 'JetPillWhy error: Unknown SoC type'
	wait_for $patience shows '### What generic leaves out' && lacks 'Press ENTER'
	report ":JetPillWhy stops for no key" $?
}

complete() {
	to 'systemPackages|'
	keys O
	typed 'hardware.nvidia-jetpack.som = '
	keys C-x C-o
	wait_for $patience shows 'capability…EnumMember…xavier-nx-emmc' && keys C-e && wait_for $patience lacks xavier &&
		! lacks 'som =[[:space:]]*$' && keys C-x C-o && wait_for $patience shows 'xavier-nx-emmc' && keys C-y &&
		wait_for $patience eval '! lacks "som = .[a-z-]+.[[:space:]]*$"'
	report "completion: the documentation stands beside the menu, and nothing is inserted before a choice" $?
}

jumps() {
	to '= su|per.flash-tools'
	typed gd
	if [[ $SUITE != *0.10* ]]; then # which says nothing where a jump leads nowhere
		wait_for $patience shows 'No locations found'
		report "a jump from a use of a name that the text binds is left to other servers" $?
	fi
	command JetPill
	wait_for $patience shows '### overrideScope'
	report ":JetPill explains such a name" $?
}

# finding LINE MESSAGE: writes the line of the carrier board anew, and waits for what is said of it, which begins so.
finding() {
	local message=$2
	to 'nvidia-jetpack.carrier|Board'
	typed "cc$1"
	keys Escape 0
	asked() { command 'lua vim.diagnostic.open_float({ header = "", prefix = "" })'; wait_for 1 eval "screen | grep -q '^ *$message'"; }
	wait_for $patience asked
}

fixes() {
	finding 'hardware.nvidia-jetpack.carierBoard = "devkit";' 'No option carierBoard; did you mean carrierBoard?'
	report "a message begins with what is wrong" $?
	finding 'hardware.nvidia-jetpack.carrierBoard = "xavierNxDevkit";' 'carrierBoard "xavierNxDevkit" does not fit som "orin-agx"'
	said=$?
	command 'lua vim.lsp.buf.code_action()'
	[ $said = 0 ] && wait_for $patience shows '1 Change to "devkit"…2 Change som to "orin-nx"'
	report "fixes come for the whole line, the likeliest first" $?
	keys Escape Escape
}

begin $file
command "set termguicolors"
hover
pills
complete
jumps
fixes
echo DONE
