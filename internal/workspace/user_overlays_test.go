package workspace

import (
	"strings"
	"testing"
)

// TestMayChangeScope says of the files beside a module whether they may change the scope nvidia-jetpack, and nvidia-jetpack6.
func TestMayChangeScope(t *testing.T) {
	const lock = `{"nodes": {"jetpack": {"locked": {"owner": "anduril", "repo": "jetpack-nixos", "rev": "4d857d6da48c420da39964b6fb7ba23a958abad3", "type": "github"}, "original": {"owner": "anduril", "repo": "jetpack-nixos", "type": "github"}},
  "things": {"locked": {"owner": "a", "repo": "things", "type": "github", "rev": "1"}, "original": {"owner": "a", "repo": "things", "type": "github"}},
  "robots": {"inputs": {"jetpack": "jetpack"}, "locked": {"owner": "a", "repo": "robots", "type": "github", "rev": "1"}, "original": {"owner": "a", "repo": "robots", "type": "github"}},
  "root": {"inputs": {"jetpack": "jetpack", "things": "things", "robots": "robots"}}}, "root": "root", "version": 7}`
	for _, test := range []struct {
		name, text     string
		scope, scopeOf bool
	}{
		{"nothing", "{ }", false, false},
		{"options of that name", `{ hardware.nvidia-jetpack.enable = true; hardware = { nvidia-jetpack = { som = "orin-nx"; }; }; options.hardware.nvidia-jetpack = 1; }`, false, false},
		{"a use", `{ pkgs, ... }: { a = pkgs.nvidia-jetpack.b; b = pkgs."nvidia-jetpack${"6"}"; c = pkgs ? nvidia-jetpack6; d = lib.attrByPath [ "nvidia-jetpack" "a" ] null pkgs; e = builtins.hasAttr "nvidia-jetpack" pkgs; }`, false, false},
		{"a variable", `{ pkgs, ... }: let nvidia-jetpack = pkgs.nvidia-jetpack; inherit (pkgs) nvidia-jetpack6; in nvidia-jetpack.a`, false, false},
		{"an overlay", `final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (import ./x.nix); }`, true, false},
		{"an overlay of one generation", `final: prev: { nvidia-jetpack6 = prev.nvidia-jetpack6 // prev.more; }`, true, true},
		{"overlays that only add members", `final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (_: _: { a = 1; }); nvidia-jetpack6 = prev.nvidia-jetpack6 // { a = 1; }; }`, false, false},
		{"attributes of a scope", `final: prev: { nvidia-jetpack.a = 1; "nvidia-jetpack6".b = 1; }`, true, true},
		{"an inherited scope", `final: prev: { inherit (prev.more) nvidia-jetpack; }`, true, false},
		{"a name for a function", `final: prev: builtins.listToAttrs [ { name = "nvidia-jetpack"; value = 1; } ]`, true, false},
		{"a name that is put together", `final: prev: { "nvidia-jetpack${prev.v}" = 1; }`, true, true},
		{"another one for a function", `final: prev: prev.lib.genAttrs [ "nvidia-jetpack${prev.v}" ] (_: 1)`, true, true},
		{"text about it", `{ description = "packages of nvidia-jetpack for ${x}"; }`, false, false},
		{"that of jetpack-nixos", `{ inputs, ... }: { nixpkgs.overlays = [ inputs.jetpack.overlays.default ]; }`, false, false},
		{"that of a flake of other things", `{ inputs, ... }: { nixpkgs.overlays = [ inputs.things.overlays.default inputs.home-manager.overlay ]; }`, false, false},
		{"that of a flake with jetpack-nixos", `{ inputs, ... }: { nixpkgs.overlays = [ inputs.robots.overlays.default ]; }`, true, true},
		{"that of a flake that is not locked", `{ inputs, ... }: { nixpkgs.overlays = [ inputs.unknown.overlay ]; }`, true, true},
		{"the flake's own", `{ self, config, ... }: { nixpkgs.overlays = [ self.overlays.default ] ++ config.nixpkgs.overlays; }`, false, false},
		{"a large text that says nothing", strings.Repeat("a ", maxUserFile), false, false},
		{"a large text", strings.Repeat("a ", maxUserFile) + "nvidia-jetpack", true, true},
	} {
		s, _, _ := storeSession(t)
		dir := repository(t)
		write(t, dir, "flake.nix", "{ outputs = _: { }; }")
		write(t, dir, "flake.lock", lock)
		write(t, dir, "more/a.nix", test.text)
		const module = "{ hardware.nvidia-jetpack.enable = true; }"
		file := write(t, dir, "configuration.nix", module)
		s.Open(file, file, "nix", 1, module)
		d, _ := s.Snapshot().Document(file)
		if scope, scopeOf := s.Snapshot().MayChangeScope(d, "nvidia-jetpack"), s.Snapshot().MayChangeScope(d, "nvidia-jetpack6"); scope != test.scope || scopeOf != test.scopeOf {
			t.Errorf("%s: %v and %v, want %v and %v", test.name, scope, scopeOf, test.scope, test.scopeOf)
		}
	}
}
