package server

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jetpills/internal/catalog"
)

// TestHostsAreFresh: what a hover says of a host is left out from an edit of any of its files on, and is there again
// once nothing has changed for a while.
func TestHostsAreFresh(t *testing.T) {
	for name, settings := range map[string]map[string]any{
		"":                     {},
		" without diagnostics": {"diagnostics.enable": false},
	} {
		t.Run("a host"+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testHostsAreFresh(t, settings) })
		})
	}
}

func testHostsAreFresh(t *testing.T, settings map[string]any) {
	e, dir := startOn(t, &disk{}, allCapabilities, nil)
	e.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"jetpills": settings}})
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, newest))
	lay(t, filepath.Join(dir, "flake.nix"), `{ outputs = { nixpkgs, jetpack-nixos, ... }: { nixosConfigurations.arm = nixpkgs.lib.nixosSystem {
		modules = [ jetpack-nixos.nixosModules.default ./arm.nix ./board.nix ]; }; }; }`)
	const board = `{ lib, ... }: { hardware.nvidia-jetpack = { enable = true; carrierBoard = lib.mkForce %q; }; }`
	lay(t, filepath.Join(dir, "board.nix"), fmt.Sprintf(board, "generic"))
	const module = `{ hardware.nvidia-jetpack.carrierBoard = "devkit"; }`
	file := filepath.Join(dir, "arm.nix")
	lay(t, file, module)
	quiet := func() {
		time.Sleep(diagnosticsAtLatest)
		synctest.Wait()
	}
	row := func() string {
		t.Helper()
		page := e.hover(file, 0, 30)
		if !strings.Contains(page, "carrierBoard") {
			t.Fatalf("no hover: %q", page)
		}
		_, row, _ := strings.Cut(page, "- On arm: ")
		row, _, _ = strings.Cut(row, "\n")
		return row
	}
	expect := func(when, want string) {
		t.Helper()
		if got := row(); got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	e.open(file, module)
	expect("when it was opened", "")
	quiet()
	expect("after a while", "`\"generic\"`, from `board.nix:1`, over `arm.nix:1`")

	other := filepath.Join(dir, "board.nix")
	e.open(other, fmt.Sprintf(board, "generic"))
	quiet()
	e.change(other, 2, "\n"+fmt.Sprintf(board, "xavierNxDevkit"))
	expect("right after an edit of another file", "")
	time.Sleep(diagnosticsAfter - time.Millisecond)
	expect("within the time that edits are waited for", "")
	time.Sleep(2 * time.Millisecond)
	synctest.Wait()
	expect("right after that", "`\"xavierNxDevkit\"`, from `board.nix:2`, over `arm.nix:1`")

	e.change(file, 2, "{ }\n"+module)
	quiet()
	e.change(file, 3, module)
	expect("right after an edit of the file itself", "")
	quiet()
	expect("after a while", "`\"xavierNxDevkit\"`, from `board.nix:2`, over `arm.nix:1`")

	// Nobody reports that the pin changes: it is looked at again with the next edit.
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, olderRevision(t)))
	e.change(other, 3, "\n\n"+fmt.Sprintf(board, "generic"))
	quiet()
	expect("after an edit and another pin", "`\"generic\"`, from `board.nix:3`, over `arm.nix:1`")
}

// olderRevision is one that is known, and not the newest.
func olderRevision(t *testing.T) string {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	revisions := library.Revisions()
	for i := len(revisions) - 1; i >= 0; i-- {
		if _, match := library.At(revisions[i].Hash); match == catalog.Exact && revisions[i].Hash != newest {
			return revisions[i].Hash
		}
	}
	t.Fatal("one revision alone is known")
	return ""
}
