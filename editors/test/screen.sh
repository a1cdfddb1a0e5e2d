# What the drivers of editors on a real screen are made of: a terminal, keys, and waiting for what it shows.
#
# Sourced by drivers; needs $RUN and $TMUX_ROOT, the Debian folder that has tmux.

screens=0
# The screen of an editor that ended stays to be read.
echo "set -g remain-on-exit on" >"$RUN/tmux.conf"

# The terminal is the cache's own tmux, whatever this machine has.
terminal() {
	local loader
	loader=$(echo "$TMUX_ROOT"/lib64/ld-linux-*.so.* "$TMUX_ROOT"/lib/ld-linux-*.so.*)
	LANG=C.UTF-8 TERM=screen TERMINFO="$TMUX_ROOT/usr/share/terminfo" TMUX_TMPDIR=$RUN/tmp \
		"${loader%% *}" --library-path "$(echo "$TMUX_ROOT"/usr/lib/*-linux-gnu)" "$TMUX_ROOT/usr/bin/tmux" -L "screen$screens" -f "$RUN/tmux.conf" "$@"
}

# open COMMAND…: starts an editor on a new screen, $columns wide and $lines high.
# Each has a server of its own: one that is ending would take a new screen with it.
open() {
	screens=$((screens + 1))
	terminal new-session -d -x "${columns:-100}" -y "${lines:-40}" env TERM=screen "$RUN/enter" "$@"
}

keys() { terminal send-keys "$@"; }

typed() { terminal send-keys -l "$1"; }

screen() { terminal capture-pane -p; }

shut() { terminal kill-server 2>/dev/null; }
trap shut EXIT

# letters: standard input without frames, markup and spaces, for where lines break is the editor's affair.
letters() { tr -cd 'A-Za-z0-9.-'; }

# shows WANT: whether the screen shows the parts of it, in their order.
shows() {
	local seen part
	seen=$(screen | letters)
	while [ -n "$1" ]; do
		part=$(letters <<<"${1%%…*}")
		[[ $seen == *"$part"* ]] || return 1
		seen=${seen#*"$part"}
		[[ $1 == *…* ]] || break
		set -- "${1#*…}"
	done
}

# wait_for SECONDS COMMAND…: until the command is true.
wait_for() {
	local until=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$until" ] || return 1
		sleep 0.05
	done
}

# How long an answer may take, in seconds. A wrong server lets most checks wait for so long.
patience=10
[ "${WRONG:-0}" = 1 ] && patience=2

# report NAME STATUS: says how a check went; with the screen, if it failed. The screen stays in the run's folder, in colours.
report() {
	mkdir -p "$RUN/screens"
	terminal capture-pane -e -p >"$RUN/screens/${1//[^A-Za-z0-9.]/-}"
	if [ "$2" = 0 ]; then
		printf 'ok\t%s\n' "$1"
	else
		printf 'FAIL\t%s\t%s\n' "$1" "$(screen | tr -s '[:space:]' ' ' | tail -c 1500)"
	fi
}

# locate FILE AT: the line and the column, in bytes from 1, of the bar in a text.
locate() {
	awk -v at="$2" '
		BEGIN { bar = index(at, "|"); text = substr(at, 1, bar - 1) substr(at, bar + 1) }
		(first = index($0, text)) { print NR, first + bar - 1; exit }
	' "$1"
}

# heading WANT: the line of the heading that a row of "define" wants, from 1.
heading() {
	local pills
	pills=$("$RUN/enter" right pills path)
	"$RUN/enter" grep -nxF -- "${1#*:}" "$pills/${1%%:*}" | head -n 1 | cut -d: -f1
}

# rows: those of checks.tsv that this suite can do.
rows() { awk -F '\t' -v suite="$SUITE" '!/^#/ && ($6 == "" || index(suite, $6) != 1)' "$RUN/checks.tsv"; }

# typed_copy FILE AT: a copy of a file in which the text stands below "# type here"; prints its name.
typed_copy() {
	local copy
	copy=$(dirname "$1")/typed.nix
	awk -v at="$2" '{ print } /# type here/ { sub(/\|/, "", at); print at }' "$RUN/$1" >"$RUN/$copy"
	printf '%s\n' "$copy"
}

# saved FILE LINE: whether a line stands in a file on disk.
saved() { grep -qxF -- "$2" "$RUN/$1"; }
