#!/usr/bin/env bash
# Tests the site with its playground in headless Chromium.
#
#	run.sh [NAME…]        checks whose names contain one of the words; without any, all
#
# WRONG=1 lets a server answer that spoils its answers: then the checks of its answers have to fail, and this script with them:
# it ends with 1 if all have noticed, and with 3 if some have not.
# TIMES=1 also measures how long a visitor waits. SITE=DIR takes a site that is built. Screenshots lie in artefacts/playground/ beside this file.
# Without a browser and without CI=true, the run is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=web
# shellcheck source=../../test/chromium.sh
. "$here/../../test/chromium.sh"

command -v npm >/dev/null || missing "there is no npm"
install_browser >&2 || missing "there is no Chromium"
install_tools "$here/.." >&2 || missing "the tools to build the playground could not be installed"

site=${SITE:-}
if [ -z "$site" ]; then
	site=$(mktemp -d)
	trap 'rm -rf "$site"' EXIT
	"$here/../scripts/site.sh" "$site"
fi
export JETPILLS_CHROMIUM
JETPILLS_CHROMIUM=$(find_browser)
(cd "$here/.." && npm run --silent lint)
node "$here/main.mjs" "$site" "$@"
