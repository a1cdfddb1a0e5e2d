# What suites in a browser need. For sourcing, with $suite set to the suite's name.

missing() {
	echo "$suite: SKIPPED: $1" >&2
	[ "${CI:-}" != true ] || exit 1
	exit 0
}

find_browser() {
	local name
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
		[ -z "$name" ] || ! command -v "$name" || return 0
	done
	return 1
}

install_browser() {
	find_browser >/dev/null && return
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
}

# install_tools FOLDER: what it is built with follows its lock file.
install_tools() {
	cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
	(cd "$1" && npm ci --no-audit --no-fund --loglevel=error) &&
		cp "$1/package-lock.json" "$1/node_modules/.installed"
}

# need_browser FOLDER: a browser, as $JETPILLS_CHROMIUM, and the tools of the folder.
need_browser() {
	command -v npm >/dev/null || missing "there is no npm"
	install_browser >&2 || missing "there is no Chromium"
	install_tools "$1" >&2 || missing "the tools of $(basename "$(cd "$1" && pwd)") could not be installed"
	export JETPILLS_CHROMIUM
	JETPILLS_CHROMIUM=$(find_browser)
}

# need_site SCRIPT: the site, in $site: that of $SITE, or one that the script builds. $run is a folder for the time of the run.
need_site() {
	run=$(mktemp -d)
	trap 'rm -rf "$run"' EXIT
	site=$run/site
	if [ -n "${SITE:-}" ]; then site=$(cd "$SITE" && pwd); else "$1" "$site"; fi
}
