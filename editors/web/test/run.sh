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

need_browser "$here/.."
need_site "$here/../scripts/site.sh"
(cd "$here/.." && npm run --silent lint)
node "$here/main.mjs" "$site" "$@"
