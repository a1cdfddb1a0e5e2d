package ide_test

import (
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
)

// symbolsIn are the names of the symbols of a workspace with these files, none of which is open.
func symbolsIn(t *testing.T, files map[string]string, query string) (names []string, all []ide.Symbol) {
	t.Helper()
	dir, session := layOut(t, files), newSession(t)
	session.SetFolders([]string{dir})
	snapshot := session.Snapshot()
	snapshot.Configuration(dir) // what the first diagnostics wait for
	all = ide.Symbols(snapshot, query, 100)
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names, all
}

func TestSymbols(t *testing.T) {
	files := map[string]string{
		"flake.lock": workspaces()["embedded"]["flake.lock"],
		"flake.nix": `{
  inputs.jp.url = "github:anduril/jetpack-nixos";
  outputs = { self, nixpkgs, jp }: {
    nixosConfigurations.rover = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default { hardware.nvidia-jetpack.enable = true; } ]; };
  };
}
`,
	}
	for query, want := range map[string]string{ // the first ones
		"cuda cap":       "CUDA and GPU packages › Capabilities per SoM",
		"CUDA Cap":       "CUDA and GPU packages › Capabilities per SoM",
		"carrier":        "hardware.nvidia-jetpack.carrierBoard, The jetpack-nixos architecture › Carrier boards",
		"carrierBoard":   "hardware.nvidia-jetpack.carrierBoard, NixOS modules › carrierBoard: what the module sits on",
		"crrier":         "hardware.nvidia-jetpack.carrierBoard",
		"som":            "hardware.nvidia-jetpack.som",
		"jetpack.som":    "hardware.nvidia-jetpack.som",
		"ota":            "nvidia-jetpack.otaUtils, Flashing, firmware and OTA › otaUtils: the commands on the device",
		"l4t core":       "nvidia-jetpack.l4t-core",
		"recovery":       "Flashing, firmware and OTA › Recovery mode",
		"makescope":      "Overlays and overrides › Scopes and makeScope",
		"rov":            "rover",
		"overlay order":  "The jetpack-nixos architecture › Three overlays, in order",
		"nothing at all": "",
		"cuda qqq":       "",
		"":               "rover, Nix, Derivations, Flakes",
		" .- ":           "rover, Nix, Derivations, Flakes",
	} {
		names, all := symbolsIn(t, files, query)
		if got := strings.Join(names, ", "); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q: %.300s, want %s", query, got, want)
		}
		if len(all) > 100 {
			t.Errorf("%q: %d symbols", query, len(all))
		}
		for _, s := range all {
			if s.At.File == "" && s.Section.Pill == nil {
				t.Errorf("%q: %s leads nowhere", query, s.Name)
			}
			if s.Kind == ide.SymbolHost && (filepath.Base(s.At.File) != "flake.nix" || s.At.Line != 4) {
				t.Errorf("%s is at %+v", s.Name, s.At)
			}
		}
		if strings.Contains(strings.Join(names, ", "), "Questions") {
			t.Errorf("%q finds questions", query)
		}
	}
}

// What has no jetpack-nixos has no symbols of ours; an older revision has those that it has.
func TestSymbolsOfTheWorkspace(t *testing.T) {
	for _, files := range []map[string]string{{}, {"flake.nix": "{ outputs = { self, nixpkgs }: { }; }"}, {"a.nix": "{ }"}} {
		for _, query := range []string{"", "som", "cuda"} {
			if names, _ := symbolsIn(t, files, query); len(names) > 0 {
				t.Errorf("%v: %q finds %v", files, query, names)
			}
		}
	}
	old := strings.Replace(workspaces()["embedded"]["flake.lock"], "4d857d6da48c420da39964b6fb7ba23a958abad3", "8f27a0b1406c628b47cfd36932d70a96baf90d72", 1)
	names, _ := symbolsIn(t, map[string]string{"flake.lock": old}, "majorVersion")
	for _, name := range names {
		if name == catalog.MajorVersionOption {
			t.Errorf("%s at 8f27a0b", name)
		}
	}
	names, _ = symbolsIn(t, map[string]string{"flake.lock": old}, "carrierBoard")
	if len(names) == 0 || names[0] != catalog.CarrierBoardOption {
		t.Errorf("at 8f27a0b: %v", names)
	}
}

// In a checkout, options are where they are declared.
func TestSymbolsOfACheckout(t *testing.T) {
	_, all := symbolsIn(t, workspaces()["checkout"], "carrierBoard")
	if len(all) == 0 || all[0].Kind != ide.SymbolOption || filepath.Base(all[0].At.File) != "enum.nix" || all[0].At.Line != 1 || all[0].At.Column < 2 {
		t.Errorf("%+v", all)
	}
}

func BenchmarkSymbols(b *testing.B) {
	each(b, func(b *testing.B, in bench) {
		for _, query := range []string{"cuda cap", "carrier", "o"} {
			b.Run(query, func(b *testing.B) {
				for b.Loop() {
					if len(ide.Symbols(in.snapshot, query, 100)) == 0 {
						b.Fatal("no symbols")
					}
				}
			})
		}
	})
}
