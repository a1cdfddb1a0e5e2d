#!/bin/sh
# Builds the site into a folder, pages and playground: site.sh DIR [FLAG…], with flags of jetpills pills site.
set -eu
web=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
(cd "$web/../.." && go run ./cmd/jetpills pills site --playground "$@" "$out")
node "$web/scripts/build.mjs" "$out/try"
