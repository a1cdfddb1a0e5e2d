package ide_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"jetpills/internal/ide"
)

// TestNewerThanPin holds that nobody waits for what a newer revision would change who does not want to, and that it is found out
// once for a snapshot.
func TestNewerThanPin(t *testing.T) {
	s := newSession(t)
	doc := pinnedTo(t, "8f27a0b1406c628b47cfd36932d70a96baf90d72", `{
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";
  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.arm = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; }; } ]; };
  };
}
`)
	s.SetFolders([]string{doc.Dir()})
	sn := s.Snapshot()
	done, stop := context.WithCancel(t.Context())
	stop()
	if newer, ok := ide.NewerThanPin(sn.Until(done), doc); !ok || newer.Title() != "newest known 4d857d6" {
		t.Errorf("without waiting: %v, %q", ok, newer.Title())
	}
	first, _ := ide.NewerThanPin(sn, doc)
	if first.Title() != "newest known 4d857d6; 5 changes for you" {
		t.Errorf("%q", first.Title())
	}
	if again, _ := ide.NewerThanPin(sn.Until(done), doc); again.Summary != first.Summary {
		t.Error("it is found out twice")
	}
	if err := os.Remove(filepath.Join(doc.Dir(), "flake.lock")); err != nil {
		t.Fatal(err)
	}
	s.FilesChanged([]string{filepath.Join(doc.Dir(), "flake.lock")})
	if newer, ok := ide.NewerThanPin(s.Snapshot(), doc); ok {
		t.Errorf("nothing pins a revision: %q", newer.Title())
	}
}
