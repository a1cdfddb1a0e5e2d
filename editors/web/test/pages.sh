#!/usr/bin/env bash
# Looks at the web pages in headless Chromium.
#
#	pages.sh [NAME…]      checks whose names contain one of the words; without any, all
#
# Screenshots lie in artefacts/pages/ beside this file, or in $ARTEFACTS. Without a browser and without CI=true, the run is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=pages
# shellcheck source=../../test/chromium.sh
. "$here/../../test/chromium.sh"

command -v npm >/dev/null || missing "there is no npm"
install_browser >&2 || missing "there is no Chromium"
install_tools "$here/.." >&2 || missing "what drives the browser could not be installed"

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
(cd "$here/../../.." && go build -o "$run/jetpills" ./cmd/jetpills)
"$run/jetpills" pills site "$run/site" >/dev/null
export JETPILLS_CHROMIUM
JETPILLS_CHROMIUM=$(find_browser)
node "$here/pages.mjs" "$run/site" "$run/jetpills" "$@"
