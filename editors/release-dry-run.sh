#!/bin/sh
# release-dry-run.sh VERSION: runs `make release` for the commit in two clones, all but the upload, and looks at what came out: both
# have the same bytes, and each file has what its user looks for. What came out is left in dist/.
set -eu
cd "$(dirname "$0")/.."
version=$1
commit=$(git rev-parse HEAD)
# Before its section of CHANGELOG.md has a number, a release has the notes of what is not released.
heading=$version
grep -qF "## [$version]" CHANGELOG.md || heading=Unreleased

fail() {
	echo "release-dry-run: $*" >&2
	exit 1
}

# release CLONE: what the workflow does from the tag on.
release() {
	git clone --quiet . "$1"
	git -C "$1" remote set-url origin https://github.com/OWNER/jetpills
	git -C "$1" tag --force "v$version" >/dev/null
	make -C "$1" release TAG="v$version" HEADING="$heading" RELEASE='release --skip=publish' >"$1.log" 2>&1 || {
		tail -n 30 "$1.log" >&2
		fail "see $1.log"
	}
}
rm -rf dist build
mkdir build
release build/one &
one=$!
release build/two
wait $one
diff build/one/dist/checksums.txt build/two/dist/checksums.txt || fail 'the same commit gave other bytes'
cp -r build/one/dist dist
cp build/one/editors/vscode/dist/*.vsix dist

# program PATH OS/ARCH: holds a program to the commit, the version and the platform.
program() {
	recorded=$(go version -m "$1")
	for want in "vcs.revision=$commit" vcs.modified=false "GOOS=${2%/*}" "GOARCH=${2#*/}" CGO_ENABLED=0 "v$version"; do
		printf '%s\n' "$recorded" | grep -qE "[[:space:]]$want([[:space:]]|$)" || fail "$1 lacks $want: $recorded"
	done
	[ "$2" = "$(go env GOHOSTOS)/$(go env GOHOSTARCH)" ] || return 0
	said=$("$1" version | head -n 1)
	case $said in
	"jetpills $version (commit $(git rev-parse --short=12 HEAD) of $(TZ=UTC0 git log -1 --format=%cd --date=format-local:%F), go"*) ;;
	*) fail "$1 version says $said" ;;
	esac
}

# has FOLDER FILE…: whether all are there, and not empty.
has() {
	folder=$1
	shift
	for file; do [ -s "$folder/$file" ] || fail "$folder lacks $file"; done
}

while read -r platform extension; do
	target=${platform%/*}_${platform#*/} suffix=
	into=build/$target name=jetpills_${version}_$target
	mkdir "$into"
	if [ "${platform%/*}" = windows ]; then
		suffix=.exe
		unzip -q "dist/$name.zip" -d "$into"
	else
		tar -xzf "dist/$name.tar.gz" -C "$into"
	fi
	has "$into/$name" "jetpills$suffix" LICENSE README.md CHANGELOG.md man/jetpills.1 man/jetpills-check.1 \
		completions/jetpills.bash completions/jetpills.fish completions/_jetpills
	program "$into/$name/jetpills$suffix" "$platform"

	unzip -q "dist/jetpills-$extension.vsix" -d "$into/vsix"
	has "$into/vsix/extension" package.json readme.md LICENSE.txt out/extension.js images/icon.png
	cmp "$into/$name/jetpills$suffix" "$into/vsix/extension/server/jetpills$suffix"
	grep -q "TargetPlatform=\"$extension\"" "$into/vsix/extension.vsixmanifest" || fail "$extension.vsix is for another platform"

	[ "${platform%/*}" = linux ] && command -v dpkg-deb >/dev/null || continue
	deb=dist/$name.deb
	dpkg-deb -x "$deb" "$into/deb"
	has "$into/deb/usr/share" man/man1/jetpills.1 doc/jetpills/copyright bash-completion/completions/jetpills \
		fish/vendor_completions.d/jetpills.fish zsh/vendor-completions/_jetpills
	cmp "$into/$name/jetpills" "$into/deb/usr/bin/jetpills"
	[ "$(dpkg-deb -f "$deb" Version) $(dpkg-deb -f "$deb" Architecture)" = "$version ${platform#*/}" ] || fail "$deb: $(dpkg-deb -f "$deb")"
done <<END
linux/amd64 linux-x64
linux/arm64 linux-arm64
darwin/amd64 darwin-x64
darwin/arm64 darwin-arm64
windows/amd64 win32-x64
END
echo "the same bytes from two clones of $(git rev-parse --short HEAD):"
cat dist/checksums.txt
