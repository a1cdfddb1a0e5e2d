# The Lua of the plugin and of its tests: luacheck and stylua.
inside=$("$RUN/enter" printenv RUN)
for part in editors/neovim nvim; do
	found=$("$RUN/enter" luacheck --no-color --quiet --formatter plain --config "$inside/editors/neovim/.luacheckrc" "$inside/$part") &&
		printf 'ok\tluacheck %s\n' "$part" || printf 'FAIL\tluacheck %s\t%s\n' "$part" "$found"
	found=$("$STYLUA" --check --config-path "$RUN/editors/neovim/stylua.toml" "$RUN/$part" 2>&1) &&
		printf 'ok\tstylua %s\n' "$part" || printf 'FAIL\tstylua %s\t%s\n' "$part" "$(tr '\n' ' ' <<<"$found")"
done
echo DONE
