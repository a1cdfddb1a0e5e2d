package starter_test

import (
	"regexp"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/starter"
)

func newest(t *testing.T) *catalog.Catalog {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return library.Newest()
}

// TestOneSource holds that the flake, the pill and completion say the same, each line of them, but for the address of jetpack-nixos and
// the import of a file that completion does not write.
func TestOneSource(t *testing.T) {
	c := newest(t)
	place := regexp.MustCompile(`\$\{\d:([^}]*)\}`)
	lines := func(text string) map[string]bool {
		all := map[string]bool{}
		for line := range strings.Lines(place.ReplaceAllString(text, "$1")) {
			all[strings.TrimSpace(line)] = true
		}
		return all
	}
	offered := lines(starter.FlakeSnippet(c) + starter.HostSnippet(c, starter.Example.SoM))
	for i, f := range starter.Files(c, starter.Example) {
		if f.Name == "README.md" {
			continue
		}
		lesson := starter.Lesson(c)[i]
		if address := "/" + c.Revision.Hash; strings.Replace(f.Text, address, "", 1) != lesson.Text || f.Name != lesson.Name {
			t.Errorf("%s is\n%s\nand in the pill\n%s", f.Name, f.Text, lesson.Text)
		}
		for line := range lines(lesson.Text) {
			if !offered[line] && line != "imports = [ ../machine.nix ];" {
				t.Errorf("completion has no %q of %s", line, f.Name)
			}
		}
	}
}

// TestPresets holds that what is chosen by itself is the developer kit with the JetPack of the module, where it fits.
func TestPresets(t *testing.T) {
	c := newest(t)
	for _, test := range []struct {
		host                 starter.Host
		option, want, choice string
	}{
		{starter.Host{}, catalog.SoMOption, "", "orin-agx"},
		{starter.Host{SoM: "orin-nano"}, catalog.CarrierBoardOption, "devkit", "generic"},
		{starter.Host{SoM: "orin-nx", CarrierBoard: "devkit"}, catalog.MajorVersionOption, "6", "5"},
		{starter.Host{SoM: "thor-agx"}, catalog.MajorVersionOption, "7", "7"},
		{starter.Host{CarrierBoard: "xavierNxDevkit", Major: "5"}, catalog.SoMOption, "", "orin-nx"},
	} {
		choices := starter.Choices(c, test.host, test.option)
		if got := starter.Preset(c, test.host, test.option, choices); got != test.want || len(choices) == 0 || choices[0].Value != test.choice {
			t.Errorf("%+v, %s: %q of %v", test.host, test.option, got, choices)
		}
		for _, choice := range choices {
			if !strings.HasSuffix(choice.Says, ".") || strings.ContainsAny(choice.Says, "`\n") {
				t.Errorf("%s is explained by %q", choice.Value, choice.Says)
			}
		}
	}
}

// TestReady holds that each ready script which upstream's flake has, as it was evaluated, is found by its board.
func TestReady(t *testing.T) {
	c := newest(t)
	for _, target := range c.FlashTargets() {
		h := starter.Host{Name: "robot", SoM: target.SoM, CarrierBoard: target.CarrierBoard, Major: target.Major, Super: target.Super}
		want := starter.Flashing{Build: "nix build --inputs-from . jetpack#" + target.Package, Program: target.Binary, Package: target.Package}
		if got := starter.Flash(c, h, "jetpack"); got != want {
			t.Errorf("%s: %+v", target.Name, got)
		}
	}
	generic := starter.Flash(c, starter.Host{Name: "robot", SoM: "orin-nx"}, "jetpack")
	own := starter.Flashing{Build: "nix build .#nixosConfigurations.robot.config.system.build.flashScript", Program: "initrd-flash-orin-nx-generic"}
	if len(c.FlashTargets()) == 0 || generic != own {
		t.Errorf("without a carrier board: %+v", generic)
	}
}
