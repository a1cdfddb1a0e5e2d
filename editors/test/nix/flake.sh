# Asks a newer Nix than ./test has about all outputs of the flake, over the stand-in for nixpkgs, with no network.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
inside=$("$RUN/enter" printenv RUN)

# What the flake reads. Nix looks for the folders of the program alone.
mkdir -p "$RUN"/flake/{cmd,internal,pills} "$RUN/stays"
(cd "$top" && git ls-files '*.nix' flake.lock go.mod go.sum editors/nix editors/vscode editors/neovim | xargs cp --parents -t "$RUN/flake")

# ask WORDS… : runs nix with them, in a folder of its own.
ask() {
	"$RUN/enter" sh -c 'cd "$RUN/stays" && NIX_CONFIG=$1 && export NIX_CONFIG && shift && exec nix "$@"' sh \
		"experimental-features = nix-command flakes
store = $inside/store
substituters =
build-users-group =" "$@"
}

# check NAME WANT WORDS…: whether nix succeeds, says this, and warns of nothing that we can mend.
check() {
	local name=$1 want=$2 said
	shift 2
	if said=$(ask "$@" 2>&1) && [[ $said == *"$want"* ]] && ! grep -v "homeManagerModules\|not writing modified lock" <<<"$said" | grep -q '^warning'; then
		printf 'ok\t%s\n' "$name"
	else
		printf 'FAIL\t%s\t%s\n' "$name" "$(tail -n 20 <<<"$said" | tr '\n' ' ')"
	fi
}

over=(--no-write-lock-file --override-input nixpkgs "path:$inside/flake/editors/nix/testdata/nixpkgs")
check 'the lock file is not behind flake.nix' '"ref":"nixos-26.05"' flake metadata --offline --json --no-write-lock-file "path:$inside/flake"
check 'all outputs are what Nix wants them to be, on all systems' 'all checks passed!' flake check --no-build --all-systems "${over[@]}" "path:$inside/flake"
check 'the template is written' 'hosts/orin.nix' flake init --template "path:$inside/flake"
echo DONE
