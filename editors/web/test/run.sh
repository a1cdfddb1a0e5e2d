#!/usr/bin/env bash
# Looks at the site in a headless Chromium.
#
#	run.sh [WORD…]        checks whose names contain one of the words; without any, all
#
# Screenshots lie in artefacts/ beside this file, or in $ARTEFACTS. Without a browser or npm, and without CI=true, the run is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
web=$(dirname "$here")

missing() {
	echo "web: SKIPPED: $1" >&2
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

# What the tests are driven with follows its lock file.
install_tools() {
	cmp -s "$web/package-lock.json" "$web/node_modules/.installed" && return
	(cd "$web" && npm ci --no-audit --no-fund --loglevel=error) &&
		cp "$web/package-lock.json" "$web/node_modules/.installed"
}

command -v npm >/dev/null || missing "there is no npm"
install_browser >&2 || missing "there is no Chromium"
install_tools >&2 || missing "what drives the browser could not be installed"

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
(cd "$web/../.." && go build -o "$run/jetpills" ./cmd/jetpills)
"$run/jetpills" pills site "$run/site" >/dev/null
JETPILLS_CHROMIUM=$(find_browser) node "$here/pages.mjs" "$run/site" "$run/jetpills" "$@"
