package host_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestOverlays says what may be laid over the packages of a host, by the modules of its flake.
func TestOverlays(t *testing.T) {
	const nothing = "{[] false false []}"
	for _, c := range []struct{ name, modules, want string }{
		{"none", ``, nothing},
		{"jetpack-nixos' own", `{ nixpkgs.overlays = [ jetpack-nixos.overlays.default inputs.nixpkgs.overlays.default ]; }`, nothing},
		{"one of other names", `{ nixpkgs.overlays = [ (final: prev: { hello = prev.hello; unstable = import inputs.other { }; }) ]; }`, nothing},
		{"one that changes scopes",
			`({ lib, ... }: { nixpkgs.overlays = lib.mkBefore [ (final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (_: _: { own = 1; }); nvidia-jetpack6 = 1; }) ]; })`,
			"{[nvidia-jetpack6] false false [{nvidia-jetpack own}]}"},
		{"one that adds to scopes",
			`({ lib, ... }: { nixpkgs.overlays = [ (final: prev: { nvidia-jetpack5 = prev.nvidia-jetpack5 // { a = 1; }; nvidia-jetpack6 = prev.nvidia-jetpack6.overrideScope (jfinal: jprev: { b = 1; } // lib.optionalAttrs prev.c { d = 1; }); }) ]; })`,
			"{[] false false [{nvidia-jetpack5 a} {nvidia-jetpack6 b} {nvidia-jetpack6 d}]}"},
		{"one that adds what is not known",
			`{ nixpkgs.overlays = [ (final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope inputs.other.scope; nvidia-jetpack5 = prev.nvidia-jetpack6 // { a = 1; }; nvidia-jetpack6 = prev.nvidia-jetpack6 // inputs.other.set; }) ]; }`,
			"{[nvidia-jetpack nvidia-jetpack5 nvidia-jetpack6] false false []}"},
		{"one that perhaps does", `({ lib, pkgs, ... }: { nixpkgs.overlays = lib.mkIf pkgs.a [ (final: prev: lib.optionalAttrs prev.b { nvidia-jetpack = 1; }) ]; })`, "{[nvidia-jetpack] false false []}"},
		{"one under a false condition", `({ lib, ... }: { nixpkgs.overlays = lib.mkIf false [ (final: prev: { nvidia-jetpack = 1; }) ]; })`, nothing},
		{"several", `({ lib, ... }: { nixpkgs.overlays = [ (lib.composeManyExtensions [ (final: prev: { nvidia-jetpack = 1; }) inputs.disko.overlays.default ]) ]; })`, "{[nvidia-jetpack] false false []}"},
		{"that of another flake", `{ nixpkgs.overlays = [ inputs.other.overlays.default ]; }`, "{[] false true []}"},
		{"that of a flake of other things", `{ nixpkgs.overlays = [ inputs.disko.overlays.default ]; }`, nothing},
		{"one that gives what another flake has", `{ nixpkgs.overlays = [ (final: prev: inputs.other.packages.x) ]; }`, "{[] false true []}"},
		{"a list that is not known", `({ config, ... }: { nixpkgs.overlays = config.my.overlays ++ [ ]; })`, "{[] false true []}"},
		{"overrides in the config", `{ nixpkgs.config.packageOverrides = pkgs: { nvidia-jetpack = 1; }; }`, "{[] false true []}"},
		{"overrides below a whole config", `{ nixpkgs.config = { allowUnfree = true; } // { packageOverrides = pkgs: { nvidia-jetpack = 1; }; }; }`, "{[] false true []}"},
		{"a config that is not known", `({ config, ... }: { nixpkgs.config = config.my.nixpkgs; })`, "{[] false true []}"},
		{"a config without overrides", `{ imports = [ { nixpkgs.config.cudaSupport = true; } ]; nixpkgs.config = { allowUnfree = true; }; }`, nothing},
		{"given packages", `{ nixpkgs.pkgs = import nixpkgs { system = "aarch64-linux"; overlays = [ jetpack-nixos.overlays.default (final: prev: { nvidia-jetpack = 1; }) ]; }; }`, "{[nvidia-jetpack] false false []}"},
		{"given packages as they are", `{ nixpkgs.pkgs = nixpkgs.legacyPackages.aarch64-linux; }`, nothing},
		{"given packages from elsewhere", `{ nixpkgs.pkgs = inputs.other.pkgs; }`, "{[] false true []}"},
		{"the flake's own", `({ ... }: { nixpkgs.overlays = [ self.overlays.a ]; })`, "{[nvidia-jetpack5] false false []}"},
	} {
		files := inFlake(c.modules)
		files.content["/w/flake.nix"] = strings.Replace(files.content["/w/flake.nix"], "nixosConfigurations.x", "overlays.a = _: _: { nvidia-jetpack5 = 1; }; nixosConfigurations.x", 1)
		h := evaluated(t, files).Hosts[0]
		if got := fmt.Sprint(h.Packages.Overlays); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
