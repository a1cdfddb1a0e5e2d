# checks.tsv in a Neovim on a real screen.
. "${BASH_SOURCE[0]%/*}/../screen.sh"
. "${BASH_SOURCE[0]%/*}/begin.sh"

while IFS=$'\t' read -r what name file text want _; do
	case $what in
	hover)
		at "$file" "$text"
		# What a host comes to is there once the hosts are read. K a second time goes into the hover, q out of it.
		asked() { keys K; wait_for 1 shows "$want" || { keys K q; false; }; }
		wait_for $patience asked
		report "hover $name" $?
		;;
	define)
		at "$file" "$text"
		typed gd
		wait_for $patience shows "${want%%:*}:$(heading "$want") served"
		report "define $name" $?
		;;
	complete)
		copy=$(typed_copy "$file" "$text")
		at "$copy" "$text"
		[[ $text == *'|' ]] && keys A || keys i
		keys C-x C-o
		# A diagnostic may name the value too; the menu has its kind beside it.
		offers() { shows "${want%% -> *} EnumMember" || shows "${want%% -> *} Property"; }
		wait_for $patience offers
		keys C-y Escape # the item is the first of the menu
		typed ":w"
		keys Enter
		wait_for $patience saved "$copy" "${want#* -> }"
		report "complete $name" $?
		;;
	mend)
		copy=$(typed_copy "$file" "$text")
		at "$copy" "$text"
		# Neovim shows a diagnostic beside its line if it is told to, and what else does not fit in a float.
		typed ":lua vim.diagnostic.open_float()"
		asked() { keys Enter; wait_for 1 shows "${want%% -> *}" || { typed ":lua vim.diagnostic.open_float()"; false; }; }
		wait_for $patience asked
		said=$?
		keys Escape
		typed ":lua vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.isPreferred end })"
		keys Enter
		changed() { typed ":w"; keys Enter; wait_for 1 saved "$copy" "${want#* -> }"; }
		[ $said = 0 ] && wait_for $patience changed
		report "mend $name" $?
		;;
	inlay)
		at "$file" "$text"
		typed ":lua vim.lsp.inlay_hint.enable()"
		keys Enter
		wait_for $patience shows "$want"
		report "inlay $name" $?
		;;
	lens | bump)
		columns=200 at "$file" "$text"
		lenses=":lua (vim.lsp.codelens.enable or vim.lsp.codelens.refresh)()"
		typed "$lenses"
		asked() { keys Enter; wait_for 1 shows "${want%% -> *}" || { typed "$lenses"; false; }; }
		wait_for $patience asked
		said=$?
		if [[ $what = bump && $said = 0 ]]; then
			keys Escape
			typed ":lua vim.lsp.codelens.run()"
			keys Enter
			wait_for $patience shows "${want#* -> }"
			said=$?
		fi
		report "$what $name" $said
		;;
	silent)
		[ -z "${BESIDE:-}" ] || continue # the other server has a hover here
		at "$file" "$text"
		keys K
		wait_for $patience shows "No information available"
		report "silent $name" $?
		;;
	leave | refer | relock | remark) continue ;; # nothing that a screen adds to the headless suite
	*) report "$what $name: no such check" 1 ;;
	esac
	shut
done < <(rows)
echo DONE
