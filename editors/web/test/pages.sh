#!/usr/bin/env bash
# Looks at the web pages in headless Chromium.
#
#	pages.sh [NAME…]      checks whose names contain one of the words; without any, all
#
# SITE=DIR takes a site that is built. Screenshots lie in artefacts/pages/ beside this file, or in $ARTEFACTS. Without a browser and
# without CI=true, the run is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=pages
# shellcheck source=../../test/chromium.sh
. "$here/../../test/chromium.sh"

need_browser "$here/.."
need_site "$here/../scripts/site.sh"
(cd "$here/../../.." && go build -o "$run/jetpills" ./cmd/jetpills)
node "$here/pages.mjs" "$site" "$run/jetpills" "$@"
