//go:build corpus

package catalog_test

import (
	"regexp"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/nixtest"
)

// TestNixOSUpstream holds the releases of NixOS to the flake.nix of every mainline commit in a clone: -upstream DIR.
func TestNixOSUpstream(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`nixpkgs\.url = "[^"]*nixos-([0-9.]+)|nixpkgs/nixos-([0-9.]+)`)
	for _, r := range library.Mainline() {
		m := names.FindStringSubmatch(string(nixtest.Git(t, "show", r.Hash+":flake.nix")))
		c, match := library.At(r.Hash)
		if m == nil || match != catalog.Exact {
			continue
		}
		if want := m[1] + m[2]; c.NixOS != want {
			t.Errorf("%s of %s: NixOS %s, want %s", c.Revision.Short(), c.Revision.Day(), c.NixOS, want)
		}
	}
}
