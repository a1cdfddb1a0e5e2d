package ide_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/ide"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// TestCorrections applies the first fix of the first finding. The result has to be the text that is wanted, to be Nix, and
// to have no finding. An empty text says that there is no fix.
func TestCorrections(t *testing.T) {
	sn := newSession(t).Snapshot()
	newest := sn.Library().Newest().Revision.Hash
	for _, test := range []struct{ name, before, after string }{
		// The path of a set of options.
		{"a letter", `{ hardware.nvidia-jetpak.enable = true; }`, `{ hardware.nvidia-jetpack.enable = true; }`},
		{"a dot", `{ hardware.nvidia.jetpack = { enable = true; }; }`, `{ hardware.nvidia-jetpack = { enable = true; }; }`},
		{"a dot too few", `{ config."hardware.nvidia-jetpack".enable = true; }`, `{ config.hardware.nvidia-jetpack.enable = true; }`},
		{"a set with several options", `{ hardware = { nvidiaJetpack = { enable = true; som = "orin-nx"; }; graphics.enable = true; }; }`,
			`{ hardware = { nvidia-jetpack = { enable = true; som = "orin-nx"; }; graphics.enable = true; }; }`},
		{"the set around", `{ hardwar = { nvidia-jetpack = { enable = true; som = "orin-nx"; }; graphics.enable = true; }; }`,
			`{ hardware = { nvidia-jetpack = { enable = true; som = "orin-nx"; }; graphics.enable = true; }; }`},
		{"under a condition", `{ lib, x, ... }: { hardware.nvidia_jetpack = lib.mkIf x { enable = true; }; }`,
			`{ lib, x, ... }: { hardware.nvidia-jetpack = lib.mkIf x { enable = true; }; }`},
		{"out of the set of the driver of a PC", "{\n  hardware.nvidia = {\n    open = false;\n    jetpack.enable = true;\n  };\n}\n",
			"{\n  hardware.nvidia = {\n    open = false;\n  };\n  hardware.nvidia-jetpack.enable = true;\n}\n"},
		{"a set beside it", `{ hardware.nvidia-jetpack.enable = true; hardware.nvidia-jetpak = { som = "orin-nx"; }; }`,
			`{ hardware.nvidia-jetpack.enable = true; hardware.nvidia-jetpack = { som = "orin-nx"; }; }`},
		{"the same beside it", `{ hardware.nvidia-jetpack.som = "orin-nx"; hardware.nvidia-jetpak = { som = "orin-nx"; }; }`, ""},
		{"a condition beside it", `{ lib, x, ... }: { hardware.nvidia-jetpack = lib.mkIf x { }; hardware.nvidia-jetpak = { som = "orin-nx"; }; }`, ""},
		{"names of a rec set", `{ hardware = rec { nvidia-jetpak.enable = true; graphics = nvidia-jetpak; }; }`, ""},
		{"another operand would replace it", `{ hardware.nvidia-jetpak.enable = true; } // { hardware.graphics.enable = true; }`,
			`{ hardware.nvidia-jetpack.enable = true; } // { hardware.graphics.enable = true; }`},
		{"another operand has it", `{ hardwar.nvidia-jetpack.enable = true; } // { hardware.graphics.enable = true; }`, ""},
		{"a name in a set of that name", `{ hardware.nvidia-jetpack.firmwre = { autoUpdate = true; uefi.logo = null; }; }`,
			`{ hardware.nvidia-jetpack.firmware = { autoUpdate = true; uefi.logo = null; }; }`},
		{"inherited", `{ enabel, ... }: { hardware.nvidia-jetpack = { inherit enabel; }; }`,
			`{ enabel, ... }: { hardware.nvidia-jetpack = { enable = enabel; }; }`},
		{"inherited with others", `{ x, ... }: { hardware.nvidia-jetpack = { inherit (x) som maxClok super; name = "x"; }; }`,
			`{ x, ... }: { hardware.nvidia-jetpack = { inherit (x) som super; maxClock = x.maxClok; name = "x"; }; }`},
		{"inherited, and defined beside it", `{ x, ... }: { hardware.nvidia-jetpack = { inherit (x) enabel; enable = true; }; }`, ""},
		{"inherited by an old name", `{ autoUpdate, ... }: { hardware.nvidia-jetpack.bootloader = { inherit autoUpdate; }; }`, ""},
		{"inherited by an old name of the set", `{ x, ... }: { hardware.nvidia-jetpack.firmware.optee = { inherit (x) trustedApplications; }; }`,
			`{ x, ... }: { hardware.nvidia-jetpack.firmware.optee = { supplicant.trustedApplications = x.trustedApplications; }; }`},
		// What is read.
		{"a selection", `{ config, ... }: { a = config.hardware.nvidia-jetpack.sommm; }`, `{ config, ... }: { a = config.hardware.nvidia-jetpack.som; }`},
		{"a selection of a variable", `{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in { a = cfg."sommm" + "x"; }`,
			`{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in { a = cfg.som + "x"; }`},
		{"an old name", `{ config, ... }: { a = config.hardware.nvidia-jetpack.bootloader.logo; }`,
			`{ config, ... }: { a = config.hardware.nvidia-jetpack.firmware.uefi.logo; }`},
		{"an old name of a variable's set", `{ config, ... }: let b = config.hardware.nvidia-jetpack.bootloader; in { a = b.logo; }`, ""},
		{"in an inherit", `{ config, ... }: let inherit (config.hardware.nvidia-jetpack) sommm; in { a = sommm; }`,
			`{ config, ... }: let sommm = config.hardware.nvidia-jetpack.som; in { a = sommm; }`},
		{"in an inherit of several", `{ config, ... }: let inherit (config.hardware.nvidia-jetpack) som sommm super; in { a = sommm; }`,
			`{ config, ... }: let inherit (config.hardware.nvidia-jetpack) som super; sommm = config.hardware.nvidia-jetpack.som; in { a = sommm; }`},
		{"in a with", `{ config, ... }: with config.hardware.nvidia-jetpack; { a = sommm; }`, `{ config, ... }: with config.hardware.nvidia-jetpack; { a = som; }`},
		{"by a string", `{ config, ... }: { a = builtins.getAttr "sommm" config.hardware.nvidia-jetpack; }`,
			`{ config, ... }: { a = builtins.getAttr "som" config.hardware.nvidia-jetpack; }`},
		{"by a list", `{ config, lib, ... }: { a = lib.getAttrFromPath [ "hardware" "nvidia-jetpak" "som" ] config; }`,
			`{ config, lib, ... }: { a = lib.getAttrFromPath [ "hardware" "nvidia-jetpack" "som" ] config; }`},
		{"a path with a dot", `{ config, ... }: let cfg = config.hardware.nvidia.jetpack; in { a = cfg.som; }`,
			`{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in { a = cfg.som; }`},
		{"below an option", `{ config, ... }: { a = config.hardware.nvidia-jetpack.maxClock.enable; }`, `{ config, ... }: { a = config.hardware.nvidia-jetpack.maxClock; }`},
		{"by an evaluated name", `{ config, ... }: { a = config.hardware.nvidia-jetpack.${"sommm"}; }`, ""},
		// What is given.
		{"below an option that takes the value", `{ hardware.nvidia-jetpack.maxClock.enable = true; }`, `{ hardware.nvidia-jetpack.maxClock = true; }`},
		{"below an option that does not", `{ hardware.nvidia-jetpack.maxClock.enable = "yes"; }`, ""},
		{"a set with enable", `{ hardware.nvidia-jetpack.maxClock = { enable = true; }; }`, `{ hardware.nvidia-jetpack.maxClock = true; }`},
		{"a set with more", `{ hardware.nvidia-jetpack.maxClock = { enable = true; x = 1; }; }`, ""},
		{"a list of one", `{ hardware.nvidia-jetpack.som = [ "orin-agx" ]; }`, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`},
		{"a list of one that is wrong", `{ hardware.nvidia-jetpack.som = [ "orin-agz" ]; }`, ""},
		{"a list of two", `{ hardware.nvidia-jetpack.som = [ "orin-agx" "orin-nx" ]; }`, ""},
		{"a value for a set", `{ lib, ... }: { hardware.nvidia-jetpack = { console = lib.mkForce false; }; }`,
			`{ lib, ... }: { hardware.nvidia-jetpack = { console.enable = lib.mkForce false; }; }`},
		{"a value for a set without enable", `{ hardware.nvidia-jetpack.firmware = true; }`, ""},
		{"quotes", `{ hardware.nvidia-jetpack.som = orin-agx; }`, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`},
		{"quotes in a list", `{ hardware.nvidia-jetpack.firmware.initialBootOrder = [ "usb" boot.img ]; }`, `{ hardware.nvidia-jetpack.firmware.initialBootOrder = [ "usb" "boot.img" ]; }`},
		{"quotes and a list", `{ hardware.nvidia-jetpack.firmware.initialBootOrder = nvme; }`, `{ hardware.nvidia-jetpack.firmware.initialBootOrder = [ "nvme" ]; }`},
		{"a word", `{ hardware.nvidia-jetpack.enable = ture; }`, `{ hardware.nvidia-jetpack.enable = true; }`},
		// What belongs elsewhere.
		{"an option of a PC", "{\n  hardware.nvidia-jetpack = {\n    enable = true;\n    # Open modules.\n    open = true; # why not\n    som = \"orin-nx\";\n  };\n}\n",
			"{\n  hardware.nvidia-jetpack = {\n    enable = true;\n    som = \"orin-nx\";\n  };\n}\n"},
		{"a set of a PC's options", `{ hardware.nvidia-jetpack = { enable = true; prime = { sync.enable = true; offload.enable = true; }; }; }`, `{ hardware.nvidia-jetpack = { enable = true; }; }`},
		{"one dot by dot", "{\n  hardware.nvidia-jetpack.open = true;\n  hardware.nvidia-jetpack.enable = true;\n}\n", "{\n  hardware.nvidia-jetpack.enable = true;\n}\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			diagnose := func(source string) []ide.Diagnostic {
				return ide.Diagnose(sn, pinnedTo(t, newest, source))
			}
			found := diagnose(test.before)
			if len(found) == 0 {
				t.Fatal("nothing is found")
			}
			fixes := found[0].Fixes
			if test.after == "" || len(fixes) == 0 {
				if test.after != "" || len(fixes) > 0 {
					t.Errorf("fixes %+v of %s", fixes, found[0].Message)
				}
				return
			}
			after, err := text.Apply(test.before, textEdits(fixes[0]))
			if diff := cmp.Diff(test.after, after); err != nil || diff != "" {
				t.Fatalf("%v, -want +got:\n%s", err, diff)
			}
			if errors := syntax.Parse(after).Errors(); len(errors) > 0 {
				t.Errorf("no Nix: %v", errors)
			}
			if left := diagnose(after); len(left) > 0 {
				t.Errorf("left: %s", left[0].Message)
			}
		})
	}
}
