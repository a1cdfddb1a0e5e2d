package upstream

import (
	"path/filepath"
	"strings"
	"testing"
)

const narHash = "sha256-ZeRxu4yn6shd3SNF5ZUQb4r7BaVo1zBKMjRhfoNSBmw="

func TestLocations(t *testing.T) {
	pin := Pin{Known: FromFlakeLock, Source: "/w/flake.lock", Dir: "/w/jp", StorePath: "/nix/store/x-source"}
	got := pin.Locations("")
	if len(got) != 2 || got[0] != (Location{Dir: "/w/jp", Within: "/w"}) ||
		got[1] != (Location{Dir: filepath.FromSlash("/nix/store/x-source"), Within: "/nix/store", Fixed: true}) {
		t.Errorf("%+v", got)
	}
	checkout := Pin{Known: FromCheckout, Source: "/c", Dir: "/c"}
	if got := checkout.Locations(""); len(got) != 1 || got[0] != (Location{Dir: "/c"}) {
		t.Errorf("a checkout lies at %+v", got)
	}
	if got := (Pin{}).Locations(""); len(got) != 0 {
		t.Errorf("no pin lies at %+v", got)
	}
}

func TestLocationStaysInside(t *testing.T) {
	dir := lay(t, map[string]string{
		"store/a-source/modules/default.nix": "{ }", "store/a-source/pkgs/x/default.nix": "{ }",
		"outside/modules/default.nix": "{ }", "outside/secret.nix": "{ }",
		"store/b-source": "→ /etc", "store/c-source": "→ ../outside", "store/a-source/absolute.nix": "→ /etc/passwd",
		"store/a-source/relative.nix": "→ ../../outside/secret.nix", "store/a-source/own.nix": "→ modules/default.nix",
	})
	store := filepath.Join(dir, "store")
	at := func(name string) Location {
		return Location{Dir: filepath.Join(store, name), Within: store, Fixed: true}
	}
	for name, want := range map[string]bool{
		"a-source": true, "b-source": false, "c-source": false, "none": false, "../outside": false, "a-source/own.nix": false,
	} {
		if got := at(name).Exists(); got != want {
			t.Errorf("%s exists: %v", name, got)
		}
	}
	for name, want := range map[string]string{
		"modules/default.nix": "modules/default.nix", "modules": "modules/default.nix", "pkgs/x": "pkgs/x/default.nix", "own.nix": "own.nix",
		"absolute.nix": "", "relative.nix": "", "../../outside/secret.nix": "", "none.nix": "", "pkgs": "", "/etc/passwd": "",
	} {
		file, err := at("a-source").File(name)
		got := strings.TrimPrefix(filepath.ToSlash(file), filepath.ToSlash(store)+"/a-source/")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s lies at %q, %v", name, file, err)
		}
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
