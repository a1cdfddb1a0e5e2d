# The editors under test come from Debian releases, each unpacked into a folder of its own in the cache.
# A folder's name holds a digest of its recipe: it is made once, and again when the recipe changes.
#
# Sourced by run.sh; needs $cache, the cache's folder.

# A recipe is a release and its packages; the first line of recipe_NAME is the release.
recipe_trixie() { printf '%s\n' trixie neovim tmux hx; }
recipe_testing() { printf '%s\n' testing neovim; }
recipe_bookworm() { printf '%s\n' bookworm emacs-nox elpa-eglot elpa-markdown-mode lua-check; }
recipe_nix() { printf '%s\n' testing nix-bin libdbi-perl; } # debootstrap does not look for what another package provides

# root_dir NAME: where the folder of that recipe lies or will lie.
root_dir() {
	local digest
	digest=$({ "recipe_$1"; uname -m; } | sha256sum)
	printf '%s/%s-%s\n' "$cache" "$1" "${digest:0:12}"
}

# root_ready NAME: whether the folder is there, whole.
root_ready() { [ -e "$(root_dir "$1")/.complete" ]; }

# debootstrap_run ARGUMENTS…: the installed debootstrap, else one that is unpacked into the cache.
debootstrap_run() {
	local own=$cache/debootstrap
	if command -v debootstrap >/dev/null; then
		debootstrap "$@"
		return
	fi
	if [ ! -x "$own/usr/sbin/debootstrap" ]; then
		command -v apt-get >/dev/null || { echo "debootstrap is missing, and apt-get too" >&2; return 1; }
		rm -rf "$own" && mkdir -p "$own"
		(cd "$own" && apt-get -qq -o APT::Sandbox::User=root download debootstrap && dpkg-deb -x debootstrap_*.deb .) || return 1
	fi
	DEBOOTSTRAP_DIR=$own/usr/share/debootstrap "$own/usr/sbin/debootstrap" "$@"
}

# root_make NAME: makes the folder if it isn't there. It says why it can't.
root_make() {
	local name=$1 dir part release packages
	root_ready "$name" && return
	if [ "$(id -u)" != 0 ]; then
		echo "making the folder with $name's editors needs root" >&2
		return 1
	fi
	dir=$(root_dir "$name")
	part=$dir.part
	release=$("recipe_$name" | head -n 1)
	packages=$("recipe_$name" | tail -n +2 | paste -sd,)
	echo "unpacking $release with $packages" >&2
	rm -rf "$part" && mkdir -p "$part"
	if ! debootstrap_run --variant=minbase --include="$packages" "$release" "$part" "${JETPILLS_TEST_MIRROR:-http://deb.debian.org/debian}" >"$part.log" 2>&1; then
		tail -n 5 "$part.log" >&2
		echo "see $part.log" >&2
		return 1
	fi
	rm -rf "$part"/var/cache/apt "$part"/var/lib/apt/lists "$part"/usr/share/doc "$dir" "$part.log"
	touch "$part/.complete"
	mv "$part" "$dir"
}

# The formatter of Lua, which Debian has not.
stylua_version=2.0.2

# stylua_program: prints where stylua of that version lies in the cache, or will lie.
stylua_program() { printf '%s\n' "$cache/stylua-$stylua_version/bin/stylua"; }

# stylua_make: builds it if it isn't there.
stylua_make() {
	local dir=$cache/stylua-$stylua_version
	[ -x "$(stylua_program)" ] && return
	command -v cargo >/dev/null || { echo "building stylua needs cargo" >&2; return 1; }
	echo "building stylua" >&2
	if ! CARGO_TARGET_DIR=$dir.part cargo install --quiet --locked --root "$dir" --version "$stylua_version" \
		--no-default-features --features luajit stylua >"$dir.log" 2>&1; then
		tail -n 5 "$dir.log" >&2
		echo "see $dir.log" >&2
		return 1
	fi
	rm -rf "$dir.part" "$dir.log"
}
