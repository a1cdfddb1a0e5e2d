#!/bin/sh
# Films the picture of README.md in the real VS Code of the tests, and writes it beside this file.
set -eu
cd "$(dirname "$0")"

command -v img2webp >/dev/null || apt-get install -qq -y --no-install-recommends webp >/dev/null
film=$(mktemp -d)
trap 'rm -rf "$film"' EXIT
CI=true FILM=$film SCRIPT=film ../vscode/e2e/run.sh
target=$PWD/demo.webp
# shellcheck disable=SC2046 # each line of the list is two options and a file
(cd "$film" && img2webp -loop 0 -lossless -min_size $(cat frames) -o "$target")
size=$(wc -c <demo.webp)
[ "$size" -lt 400000 ] || { echo "demo.webp has $size bytes: too much for a page" >&2; exit 1; }
