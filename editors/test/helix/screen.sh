# checks.tsv in Helix, on a real screen.
. "${BASH_SOURCE[0]%/*}/../screen.sh"
columns=160 # for a whole file name in the status line
inside=$("$RUN/enter" printenv RUN)
mkdir -p "$RUN/home/.config/helix"
cp "$RUN/editors/helix/languages.toml" "$RUN/home/.config/helix/"

# at FILE TEXT: opens the file with the cursor on the bar, and waits for the server.
at() {
	local line column
	read -r line column < <(locate "$RUN/$1" "$2")
	open sh -c "cd '$inside/project' && hx '$inside/$1:$line:$column'"
	wait_for 10 shows "$line:$column" || { printf 'STOP\tHelix did not start\n%s\n' "$(screen)"; exit 1; }
}

# relocked REVISION: the lock file pins another revision, as after `nix flake update`.
relocked() {
	cp "$RUN/project/flake.lock" "$RUN/flake.lock.before"
	sed -i "s/4d857d6da48c420da39964b6fb7ba23a958abad3/$1/" "$RUN/project/flake.lock"
}

while IFS=$'\t' read -r what name file text want _; do
	case $what in
	hover)
		at "$file" "$text"
		# Until the server has started, Helix says that there is none: ask again.
		asked() { keys Space k; wait_for 1 shows "$want"; }
		wait_for $patience asked
		report "hover $name" $?
		;;
	define)
		at "$file" "$text"
		line=$(heading "$want")
		asked() { typed gd; wait_for 1 shows "${want%%:*}…$line:1"; }
		wait_for $patience asked
		report "define $name" $?
		;;
	complete)
		copy=$(typed_copy "$file" "$text")
		at "$copy" "$text"
		[[ $text == *'|' ]] && keys A || keys i
		# A diagnostic may name the value too; the menu has its kind beside it.
		offers() { shows "${want%% -> *} enum_member" || shows "${want%% -> *} property"; }
		asked() { keys C-x; wait_for 1 offers; }
		wait_for $patience asked
		keys Tab Enter
		left() { keys Escape; wait_for 1 shows "NOR"; } # the first one may close a window
		wait_for $patience left
		typed ":w"
		keys Enter
		wait_for $patience saved "$copy" "${want#* -> }"
		report "complete $name" $?
		;;
	mend)
		copy=$(typed_copy "$file" "$text")
		at "$copy" "$text"
		wait_for $patience shows "${want%% -> *}" # beside the line
		said=$?
		asked() { keys Space a; wait_for 1 shows "Change to"; }
		[ $said = 0 ] && wait_for $patience asked
		keys Enter
		changed() { typed ":w"; keys Enter; wait_for 1 saved "$copy" "${want#* -> }"; }
		[ $said = 0 ] && wait_for $patience changed
		report "mend $name" $?
		;;
	remark)
		# want is what is said, an arrow, the revision that the lock file gets, a colon, and what is said then.
		copy=$(typed_copy "$file" "$text")
		at "$copy" "$text"
		wait_for $patience shows "${want%% -> *}"
		said=$? after=${want#* -> }
		relocked "${after%%:*}"
		[ $said = 0 ] && wait_for $patience shows "${after#*:}"
		report "remark $name" $?
		cp "$RUN/flake.lock.before" "$RUN/project/flake.lock"
		;;
	relock)
		# want is the revision that the lock file gets, a colon, and what the hover says then.
		at "$file" "$text"
		asked() { keys Space k; wait_for 1 shows 4d857d6; }
		wait_for $patience asked
		relocked "${want%%:*}"
		asked() { keys Space k; wait_for 1 shows "${want#*:}"; }
		wait_for $patience asked
		report "relock $name" $?
		cp "$RUN/flake.lock.before" "$RUN/project/flake.lock"
		;;
	inlay)
		at "$file" "$text"
		typed ":set lsp.display-inlay-hints true"
		keys Enter
		wait_for $patience shows "$want"
		report "inlay $name" $?
		;;
	lens | bump) continue ;; # Helix has none
	refer) continue ;; # Helix does not show it
	leave | silent) continue ;; # a screen does not tell nothing from not yet
	*) report "$what $name: no such check" 1 ;;
	esac
	shut
done < <(rows)
echo DONE
