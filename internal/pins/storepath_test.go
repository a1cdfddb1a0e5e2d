package pins

import "testing"

// The first path is what nix-store --print-fixed-path --recursive sha256 HASH source prints.
func TestStorePath(t *testing.T) {
	const (
		want   = "/nix/store/agyg2m8bkbcr2d5p57my3bla8794arlp-source"
		subset = "sha256-ZeRxu4yn6shd3SNF5ZUQb4r7BaVo1zBKMjRhfoNSBmw="
	)
	for _, test := range []struct{ name, storeDir, hash, want string }{
		{"a lock file's hash", "", subset, want},
		{"the default store by name", "/nix/store", subset, want},
		{"no hash", "", "", ""},
		{"a hash of another kind", "", "sha512-" + subset[7:], ""},
		{"cut off", "", subset[:20], ""},
		{"no hash at all", "", "../../etc/passwd", ""},
	} {
		if got := storePath(test.storeDir, test.hash, "source"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if other := storePath("/other/store", subset, "source"); other == "" || other[:13] != "/other/store/" || other[13:] == want[11:] {
		t.Errorf("in another store the same source has the path %q", other)
	}
}
