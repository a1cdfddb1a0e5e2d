#!/usr/bin/env bash
# Tests jetpills in real editors; README.md beside this file says how.
#
#	run.sh [--wrong] [--keep] [SUITE…]
#
# A suite is named by its beginning: "nvim" means all that begin so; without a name all suites run.
# --wrong lets a server answer that spoils its answers: then every check has to fail.
# --keep leaves the folders of the run behind.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${JETPILLS_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jetpills-test}
# shellcheck source=roots.sh
. "$here/roots.sh"

# A suite a line: its name, the recipe that has its editor, its driver, and what the driver is told.
suites() {
	cat <<-'END'
		nvim-0.10                trixie    nvim/headless.sh  PLUGIN=1
		nvim-0.10-beside         trixie    nvim/headless.sh  BESIDE=1
		nvim-0.10-screen         trixie    nvim/screen.sh
		nvim-0.10-screen-beside  trixie    nvim/screen.sh    BESIDE=1
		nvim-0.10-hour           trixie    nvim/hour.sh
		nvim-0.12                testing   nvim/headless.sh  PLUGIN=1
		nvim-0.12-beside         testing   nvim/headless.sh  BESIDE=1
		nvim-0.12-lspconfig      testing   nvim/headless.sh  ENTRY=1
		nvim-0.12-screen         testing   nvim/screen.sh
		nvim-0.12-screen-beside  testing   nvim/screen.sh    BESIDE=1
		nvim-0.12-hour           testing   nvim/hour.sh
		helix-25.01              trixie    helix/screen.sh
		emacs-28                 bookworm  emacs/batch.sh
		lint-lua                 bookworm  nvim/lint.sh      LINT=1
		lint-flake               nix       nix/flake.sh
	END
}

wrong=0 keep=0 wanted=()
for argument; do
	case $argument in
	--wrong) wrong=1 ;;
	--keep) keep=1 ;;
	-*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 2 ;;
	*) wanted+=("$argument") ;;
	esac
done

chosen() {
	local name
	[ ${#wanted[@]} = 0 ] && return
	for name in "${wanted[@]}"; do
		[[ $1 == "$name"* ]] && return
	done
	return 1
}

# compile PROGRAM PACKAGE: as `make cross` does, which has most of it compiled then.
compile() { (cd "$top" && CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$1" "$2"); }

build() {
	mkdir -p "$cache/bin" || return 1
	if [ -n "${JETPILLS_TEST_BINARY:-}" ]; then
		cp "$JETPILLS_TEST_BINARY" "$cache/bin/jetpills"
	else
		compile "$cache/bin/jetpills" ./cmd/jetpills
	fi && compile "$cache/bin/standin" ./editors/test/standin
}

# prepare RUN INSIDE ROOT SUITE SETTINGS: fills the run's folder with programs, plugins, projects and a home.
# $run/enter is how to start a program in the editor's world.
prepare() {
	local run=$1 inside=$2 root=$3
	mkdir -p "$run"/{bin,home,tmp}
	cp "$cache/bin/standin" "$run/bin/"
	cp "$cache/bin/jetpills" "$run/bin/right"
	if [ "$wrong" = 1 ]; then
		printf '#!/bin/sh\n[ "$1" != lsp ] || exec standin wrong right "$@"\necho "$RUN/plain"\n' >"$run/bin/jetpills"
		chmod +x "$run/bin/jetpills"
	else
		ln "$run/bin/right" "$run/bin/jetpills"
	fi
	cp -r "$here"/{project,old,plain,long.nix,checks.tsv,nvim,helix,emacs} "$run/"
	cp -r "$top/testdata/configs/orin-agx" "$run/demo" # what README.md shows
	mkdir "$run/editors" && cp -r "$top"/editors/{README.md,neovim,helix,emacs,registries} "$run/editors/"
	mkdir "$run/home/src" && ln -s "$inside" "$run/home/src/jetpills" # where editors/README.md has it
	mkdir "$run/project/.git" "$run/old/.git" "$run/demo/.git" # the root, for editors that look for one
	cat >"$run/enter" <<-END
		#!/bin/sh
		# Helix needs /proc; the mount is seen by nobody else, and goes with the program.
		exec unshare --mount sh -c 'mount --bind /proc "\$0/proc" && exec chroot "\$0" "\$@"' "$root" env -i HOME="$inside/home" TMPDIR="$inside/tmp" PATH="$inside/bin:/usr/bin:/bin:/usr/games" \\
			LANG=C.UTF-8 TERM="\${TERM:-dumb}" RUN="$inside" SUITE="$4" WRONG=$wrong $5 "\$@"
	END
	chmod +x "$run/enter"
}

# count PATTERN FILE: its lines that begin so.
count() { grep -c "^$1	" "$2"; }

failed=0 missing=
summary() { printf '%-24s %s\n' "$1" "$2"; }

# absent SUITE WHAT: a suite can't run: for a developer that's a line, for CI a failure.
absent() {
	if [ "${CI:-}" = true ]; then
		summary "$1" "FAILED: $2 is missing"
		failed=1
	else
		summary "$1" "SKIPPED: $2 is missing"
	fi
}

# ready SUITE RECIPE DRIVER SETTINGS: makes what the suite runs in, if it isn't there; it says if it can't.
ready() {
	local name=$1 recipe=$2 driver=$3 settings=$4
	if [[ " $missing " == *" $recipe "* ]] || ! root_make "$recipe" ||
		{ [[ $driver == */@(screen|hour).sh ]] && ! root_make trixie; }; then # for its tmux
		missing+=" $recipe"
		absent "$name" "its editor"
		return 1
	fi
	if [[ $settings == *LINT=* ]] && ! stylua_make; then
		absent "$name" stylua
		return 1
	fi
}

# run_suite SUITE RECIPE DRIVER SETTINGS: runs it, and says how that went; a line of $results has the number of checks, and 1 for a failure.
run_suite() {
	local name=$1 recipe=$2 driver=$3 settings=$4 failed=0 root run log began seconds good bad
	root=$(root_dir "$recipe")
	run=$(mktemp -d "$root/tmp/run.XXXXXX") || return # nothing is put elsewhere
	log=$run/log
	prepare "$run" "${run#"$root"}" "$root" "$name" "$settings"
	began=$(date +%s%N)
	RUN=$run SUITE=$name STYLUA=$(stylua_program) TMUX_ROOT=$(root_dir trixie) WRONG=$wrong timeout 120 env $settings bash "$here/$driver" >"$log" 2>&1
	seconds=$((($(date +%s%N) - began) / 10000000))
	seconds=$((seconds / 100)).$(printf %02d $((seconds % 100)))
	good=$(count ok "$log") bad=$(count FAIL "$log")
	if ! grep -q '^DONE$' "$log"; then
		summary "$name" "FAILED: did not finish (${seconds} s)"
		tail -n 20 "$log" | sed 's/^/	/'
		failed=1
	elif [ "$wrong" = 1 ]; then
		summary "$name" "$bad of $((good + bad)) checks noticed the wrong server (${seconds} s)"
		if [ "$good" != 0 ]; then
			grep '^ok	' "$log" | sed 's/^ok/	did not notice:/'
			failed=1
		fi
	else
		summary "$name" "$good passed, $bad failed (${seconds} s)"
		if [ "$bad" != 0 ] || [ "$good" = 0 ]; then
			grep '^FAIL	' "$log" | sed 's/^/	/'
			failed=1
		fi
	fi
	if [ "$keep" = 1 ]; then
		echo "	kept: $run"
	else
		rm -rf "$run"
	fi
	echo $((good + bad)) $failed >>"$results"
}

build || { echo "the programs under test do not build" >&2; exit 1; }
results=$(mktemp)
trap 'rm -f "$results"' EXIT
ran=0 begun=0
while read -r name recipe driver settings <&3; do
	chosen "$name" || continue
	[ "$wrong" = 1 ] && [[ $name == lint* ]] && continue
	ran=1
	ready "$name" "$recipe" "$driver" "$settings" || continue
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done # a suite waits more than it works
	begun=$((begun + 1))
	{ said=$(run_suite "$name" "$recipe" "$driver" "$settings"); printf '%s\n' "$said"; } &
done 3< <(suites)
wait
[ "$ran" = 1 ] || { echo "no suite is called that" >&2; exit 2; }
awk -v begun="$begun" -v failed="$failed" '
	{ checks += $1; failed += $2 }
	END { print checks + 0 " checks"; exit failed > 0 || NR != begun }
' "$results"
