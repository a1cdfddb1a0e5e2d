#!/usr/bin/env bash
# Builds the site into a folder, and once more from a copy of the sources elsewhere, of another time, outside of git: both have the
# same bytes.
#
#	twice.sh DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)
suite=site
# shellcheck source=../../test/chromium.sh
. "$here/../../test/chromium.sh"
command -v npm >/dev/null || missing "there is no npm"
install_tools "$here/.." >&2 || missing "the tools of web could not be installed"

rm -rf "$1" && mkdir -p "$1"
site=$(cd "$1" && pwd)
"$here/../scripts/site.sh" "$site"

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
mkdir "$run/sources with spaces"
cd "$top"
# What is there, committed or not.
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - --ignore-failed-read 2>/dev/null | tar -x -C "$run/sources with spaces"
cp -R editors/web/node_modules "$run/sources with spaces/editors/web/"
find "$run/sources with spaces" -exec touch -d 2001-02-03 {} +
# What Go compiles is the same by its own promise, and is not compiled again.
TZ=Pacific/Kiritimati LC_ALL=C "$run/sources with spaces/editors/web/scripts/site.sh" "$run/again" >/dev/null
diff -r "$site" "$run/again" >&2 || { echo "site: built twice, it differs" >&2; exit 1; }
echo "site: built twice to the same bytes"
