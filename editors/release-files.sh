#!/bin/sh
# Makes what the archives of a release hold besides the program, in build/, and the extensions for VS Code in editors/vscode/dist/.
set -eu
cd "$(dirname "$0")/.."

rm -rf build
mkdir -p build/completions
CGO_ENABLED=0 go build -trimpath -o build/jetpills ./cmd/jetpills
build/jetpills man build/man
build/jetpills completion bash >build/completions/jetpills.bash
build/jetpills completion fish >build/completions/jetpills.fish
build/jetpills completion zsh >build/completions/_jetpills

cd editors/vscode
npm ci --no-audit --no-fund
npm run package
