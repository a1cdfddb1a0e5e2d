#!/bin/sh
# Makes what the archives of a release hold besides the program, in build/, and the extensions for VS Code in editors/vscode/dist/.
set -eu
cd "$(dirname "$0")/.."

# The same commit gives the same bytes, here and there, and the programs tell it: those of the extensions are those of the archives.
export CGO_ENABLED=0 GOFLAGS=-buildvcs=true
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

rm -rf build/man build/completions editors/vscode/dist
mkdir -p build/completions
go build -trimpath -o build/jetpills ./cmd/jetpills
build/jetpills man build/man
build/jetpills completion bash >build/completions/jetpills.bash
build/jetpills completion fish >build/completions/jetpills.fish
build/jetpills completion zsh >build/completions/_jetpills

cd editors/vscode
npm ci --no-audit --no-fund
npm run package
