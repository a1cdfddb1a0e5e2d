package ide_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/ide"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// TestRenames applies the fix of each renamed option. The result has to be the text that is wanted, to be Nix, and to define
// the same values by the new names.
func TestRenames(t *testing.T) {
	session := newSession(t)
	settings := session.Snapshot().Settings()
	settings.Revision = "4d857d6"
	session.SetSettings(settings)
	for _, test := range []struct{ name, before, after string }{
		{"one path", `{ hardware.nvidia-jetpack.bootloader.autoUpdate = true; }`, `{ hardware.nvidia-jetpack.firmware.autoUpdate = true; }`},
		{"a set for one", `{ hardware.nvidia-jetpack = { som = "orin-nx"; bootloader = { autoUpdate = true; }; }; }`,
			`{ hardware.nvidia-jetpack = { som = "orin-nx"; firmware = { autoUpdate = true; }; }; }`},
		{"a longer name in sets", `{ hardware.nvidia-jetpack = { bootloader = { logo = ./x.png; }; }; }`,
			`{ hardware.nvidia-jetpack = { firmware.uefi = { logo = ./x.png; }; }; }`},
		{"under a condition", `{ lib, x, ... }: { hardware.nvidia-jetpack.bootloader = lib.mkIf x { logo = ./x.png; }; }`,
			`{ lib, x, ... }: { hardware.nvidia-jetpack.firmware.uefi = lib.mkIf x { logo = ./x.png; }; }`},
		{"out of a set, on a line", `{ hardware.nvidia-jetpack = { som = "orin-nx"; container-toolkit.enable = true; }; }`,
			`{ hardware.nvidia-jetpack = { som = "orin-nx"; }; hardware.nvidia-container-toolkit.enable = true; }`},
		{"first on its line", "{\n  hardware.nvidia-jetpack = {\n    container-toolkit.enable = true; som = \"orin-nx\";\n  };\n}\n",
			"{\n  hardware.nvidia-jetpack = {\n    som = \"orin-nx\";\n  };\n  hardware.nvidia-container-toolkit.enable = true;\n}\n"},
		{"out of a set, with its comments", `{
  hardware.nvidia-jetpack = {
    # The module.
    som = "orin-nx";

    # For Docker.
    # And Podman.
    container-toolkit.enable = true; # on
    # The carrier.
    carrierBoard = "devkit";
  }; # jetson
  x = 1;
}
`, `{
  hardware.nvidia-jetpack = {
    # The module.
    som = "orin-nx";

    # The carrier.
    carrierBoard = "devkit";
  }; # jetson
  # For Docker.
  # And Podman.
  hardware.nvidia-container-toolkit.enable = true; # on
  x = 1;
}
`},
		{"out of nested sets, with the inner one", `{ ... }: {
  config.hardware = {
    nvidia-jetpack = {
      enable = true;
      container-toolkit = {
        # why
        enable =
          true;
      };
    };
  };
}
`, `{ ... }: {
  config.hardware = {
    nvidia-jetpack = {
      enable = true;
    };
    nvidia-container-toolkit = {
      # why
      enable =
        true;
    };
  };
}
`},
		{"one of several in a set", `{
	hardware.nvidia-jetpack = {
		bootloader = {
			autoUpdate = true;
			logo = ''
			  a
			'' + ./x.png;
		};
	};
}
`, `{
	hardware.nvidia-jetpack = {
		bootloader = {
			logo = ''
			  a
			'' + ./x.png;
		};
		firmware.autoUpdate = true;
	};
}
`},
		{"a set that is there already", `{
  hardware.nvidia-jetpack = {
    firmware = { uefi.logo = null; };
    bootloader = { autoUpdate = true; };
  };
}
`, `{
  hardware.nvidia-jetpack = {
    firmware = { uefi.logo = null; };
    firmware = { autoUpdate = true; };
  };
}
`},
		{"line breaks of Windows", "{\r\n  hardware.nvidia-jetpack = {\r\n    som = \"orin-nx\";\r\n    container-toolkit.enable = true;\r\n  };\r\n}\r\n",
			"{\r\n  hardware.nvidia-jetpack = {\r\n    som = \"orin-nx\";\r\n  };\r\n  hardware.nvidia-container-toolkit.enable = true;\r\n}\r\n"},
		{"the same in both operands", `{ hardware.nvidia-jetpack.bootloader.autoUpdate = true; } // { networking.hostName = "x"; }`, `{ hardware.nvidia-jetpack.firmware.autoUpdate = true; } // { networking.hostName = "x"; }`},
		// What would be more than a name is left to the author.
		{"defined already", `{ hardware.nvidia-jetpack = { firmware.autoUpdate = false; bootloader.autoUpdate = true; }; }`, ""},
		{"a set that others cannot add to", `{ lib, ... }: { hardware.nvidia-jetpack = { firmware = lib.mkForce { }; bootloader = { autoUpdate = true; }; }; }`, ""},
		{"would be such a set", `{ lib, ... }: { hardware.nvidia-jetpack = { firmware.uefi.logo = null; bootloader = lib.mkForce { autoUpdate = true; }; }; }`, ""},
		{"another operand would replace it", `{ hardware.nvidia-jetpack = { bootloader.autoUpdate = true; } // { firmware.uefi.logo = null; }; }`, ""},
		{"would escape a condition", `{ lib, x, ... }: { hardware.nvidia-jetpack = lib.mkIf x { enable = true; container-toolkit.enable = true; }; }`, ""},
		{"would lose its scope", `{ hardware.nvidia-jetpack = rec { enable = true; container-toolkit.enable = enable; }; }`, ""},
		{"in a set of one's own", `{ lib, ... }: lib.mkMerge [ { hardware.nvidia-jetpack = lib.mkMerge [ { container-toolkit.enable = true; } ]; } ]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var fixes []ide.Fix
			for _, d := range ide.Diagnose(session.Snapshot(), workspace.NewDocument("untitled:x", "", "nix", 1, test.before)) {
				if d.Code == ide.CodeRenamedOption {
					fixes = d.Fixes
					break
				}
			}
			if test.after == "" {
				if len(fixes) > 0 {
					t.Errorf("fixes %+v", fixes)
				}
				return
			}
			if len(fixes) != 1 {
				t.Fatalf("%d fixes", len(fixes))
			}
			after, err := text.Apply(test.before, textEdits(fixes[0]))
			if diff := cmp.Diff(test.after, after); err != nil || diff != "" {
				t.Fatalf("%v, -want +got:\n%s", err, diff)
			}
			if errors := syntax.Parse(after).Errors(); len(errors) > 0 {
				t.Errorf("no Nix: %v", errors)
			}
			if diff := cmp.Diff(defined(test.before, firstRenamed), defined(after, nil)); diff != "" {
				t.Errorf("defines something else:\n%s", diff)
			}
		})
	}
}

// textEdits are the edits of a fix that changes the document alone.
func textEdits(fix ide.Fix) []text.Edit {
	var edits []text.Edit
	for _, e := range fix.Edits {
		edits = append(edits, e.Edit)
	}
	return edits
}

// firstRenamed are the options that the tests rename, by their old names.
var firstRenamed = strings.NewReplacer("bootloader.autoUpdate", "firmware.autoUpdate", "nvidia-jetpack.container-toolkit", "nvidia-container-toolkit")

// defined are the options that a text defines, with their values, sorted; the first one that a replacer changes is renamed.
func defined(source string, rename *strings.Replacer) []string {
	tree := syntax.Parse(source)
	isOnly := !strings.Contains(source, "autoUpdate")
	var all []string
	for d := range module.Definitions(tree) {
		if strings.HasSuffix(d.Binding.Value().Text(), "}") {
			continue // a set under a condition: what is in it counts
		}
		path := d.Path.String()
		if rename != nil {
			path = rename.Replace(path)
			if isOnly {
				path = strings.ReplaceAll(path, "bootloader.logo", "firmware.uefi.logo")
			}
		}
		all = append(all, path+" = "+strings.Join(strings.Fields(d.Binding.Value().Text()), " "))
	}
	slices.Sort(all)
	return all
}
