package pins

import (
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/upstream"
)

const narHash = "sha256-ZeRxu4yn6shd3SNF5ZUQb4r7BaVo1zBKMjRhfoNSBmw="

func TestLocations(t *testing.T) {
	pin := Pin{Format: "flake.lock", File: "/w/flake.lock", Dir: "/w/jp", StorePath: "/nix/store/x-source"}
	got := pin.Locations("")
	if len(got) != 2 || got[0] != (upstream.Location{Dir: "/w/jp", Within: "/w"}) ||
		got[1] != (upstream.Location{Dir: filepath.FromSlash("/nix/store/x-source"), Within: "/nix/store", Fixed: true}) {
		t.Errorf("%+v", got)
	}
	checkout := Pin{Format: Checkout, File: "/c", Dir: "/c"}
	if got := checkout.Locations(""); len(got) != 1 || got[0] != (upstream.Location{Dir: "/c"}) {
		t.Errorf("a checkout lies at %+v", got)
	}
	if got := (Pin{}).Locations(""); len(got) != 0 {
		t.Errorf("no pin lies at %+v", got)
	}
}

// TestStoreNames holds that no name in a file of niv leads out of the store.
func TestStoreNames(t *testing.T) {
	for name, want := range map[string]string{
		"jetpack-nixos": "-jetpack-nixos-src", "../../../etc/jetpack": "", "a/b": "", ".hidden": "", "with space": "", "": "-src", strings.Repeat("x", 300): "",
	} {
		dir := lay(t, map[string]string{
			"nix/sources.json": `{"` + name + `": {"owner": "anduril", "repo": "jetpack-nixos", "rev": "` + revA + `", "sha256": "` + narHash + `"}}`,
		})
		f := &Finder{StoreDir: "/s"}
		got := f.Around(dir).Pin.StorePath
		if (got == "") != (want == "") || !strings.HasSuffix(got, want) || strings.Count(got, "/") > 2 {
			t.Errorf("%q: %q", name, got)
		}
	}
}
