package ide_test

import (
	"fmt"
	"slices"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/nixtest"
)

// conflictCases are definitions of options of NixOS that jetpack-nixos sets as well, each with a value that may be another one and with
// one that is the same, at each priority.
func conflictCases() (all []effectCase) {
	const toolkit = "hardware.nvidia-container-toolkit."
	for _, option := range [][]string{
		{"boot.kernelPackages", "pkgs.linuxPackages_latest", "pkgs.nvidia-jetpack.kernelPackages"},
		{"boot.initrd.includeDefaultModules", "true", "false"},
		{"hardware.deviceTree.enable", "true", "false"},
		{"hardware.graphics.package", "pkgs.linuxPackages_latest", "pkgs.nvidia-jetpack.l4t-3d-core"},
		{"hardware.opengl.package", "pkgs.linuxPackages_latest", "pkgs.nvidia-jetpack.l4t-3d-core"},
		{"hardware.opengl.setLdLibraryPath", "true", "false"},
		{"hardware.nvidia.package", "pkgs.linuxPackages_latest"},
		{toolkit + "discovery-mode", `"auto"`, `"csv"`},
		{toolkit + "mount-nvidia-docker-1-directories", "true", "false"},
		{toolkit + "mount-nvidia-executables", "true", "false"},
	} {
		for _, value := range option[1:] {
			for _, priority := range []string{"", "lib.mkForce ", "lib.mkDefault "} {
				for _, others := range []string{
					"hardware.graphics.enable = true; hardware.opengl.enable = true; " + toolkit + "enable = true;",
					"hardware.graphics.enable = false; hardware.opengl.enable = false; " + toolkit + "enable = false;",
				} {
					all = append(all, effectCase{option[0], priority + value, others})
				}
			}
		}
	}
	return all
}

// takenBeside is what Nix says of the cases of a revision: a letter each, y where it refuses the definition beside that of jetpack-nixos.
type takenBeside struct {
	Revision string `json:"revision"`
	Refused  string `json:"refused"`
}

// TestConflictsAgainstNix holds what is reported of definitions beside those of jetpack-nixos to what Nix refuses. With -lib DIR and
// -upstream DIR it takes the answers anew.
func TestConflictsAgainstNix(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	cases := conflictCases()
	known := nixtest.Recorded(t, "testdata/conflicts.json", func() []takenBeside { return recordConflicts(t, library, cases) })
	refused, reported := 0, 0
	for _, j := range known {
		c := exactly(t, library, j.Revision)
		if len(j.Refused) != len(cases) {
			t.Fatalf("%s: the cases are others than those that Nix was asked about: run make judge", c.Revision.Short())
		}
		var sets []string
		for _, one := range cases {
			sets = append(sets, one.module())
		}
		for i, found := range findings(t, c.Revision.Hash, sets) {
			isReported := slices.ContainsFunc(found, func(d ide.Diagnostic) bool { return d.Code == ide.CodeConflictingDefinition })
			if isReported && j.Refused[i] != 'y' {
				t.Errorf("%s: %s: Nix takes it", c.Revision.Short(), sets[i])
			}
			if j.Refused[i] == 'y' {
				if refused++; isReported {
					reported++
				}
			}
		}
	}
	if t.Logf("%d of %d are reported", reported, refused); 5*reported < 4*refused {
		t.Errorf("only %d of %d that Nix refuses are reported", reported, refused)
	}
}

func recordConflicts(t *testing.T, library *catalog.Library, cases []effectCase) (all []takenBeside) {
	t.Helper()
	for _, rev := range effectRevisions {
		c := exactly(t, library, rev)
		var asked []string
		for _, one := range cases {
			asked = append(asked, fmt.Sprintf("{ option = %q; refused = { lib, pkgs, ... }: { hardware.nvidia-jetpack.enable = true; %s }; }", one.option, one.module()))
		}
		var answers []bool
		askUpstream(t, "effects.nix", c, asked, &answers)
		j := takenBeside{Revision: c.Revision.Hash}
		for _, isRefused := range answers {
			j.Refused += map[bool]string{true: "y", false: "n"}[isRefused]
		}
		all = append(all, j)
	}
	return all
}
