package ide_test

import (
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// sessionOn is a session on one of the machines in testdata/boards.
func sessionOn(t *testing.T, machine string) *workspace.Session {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return workspace.NewSession(workspace.Config{
		Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir(), Root: filepath.Join("../../testdata/boards", machine),
	})
}

// TestMachine holds that the values of a Jetson at hand are offered first, that they are not where another board is set or they are
// refused, and that the hover on som names them.
func TestMachine(t *testing.T) {
	const jetpack = "{ hardware.nvidia-jetpack = { "
	for _, test := range []struct {
		machine, text string // | is the cursor
		first, note   string
		hover         string
	}{
		{"agx-thor-kit", jetpack + `som = "|`, "thor-agx", "this machine", ""},
		{"other-board", jetpack + `som = "|`, "orin-agx", "", ""},
		{"", jetpack + `som = "|`, "orin-agx", "", ""},
		{"usb-agx-orin", jetpack + `som = "|`, "orin-agx", "in recovery mode on USB", ""},
		{"orin-nx-in-xavier-kit", jetpack + `som = "orin-nx"; carrierBoard = "|`, "xavierNxDevkit", "this machine; fits orin-nx", ""},
		{"orin-nx-in-xavier-kit", jetpack + `carrierBoard = "|`, "xavierNxDevkit", "this machine", ""},
		{"orin-nx-in-xavier-kit", jetpack + `som = "orin-agx"; carrierBoard = "|`, "devkit", "fits", ""},
		{"orin-nx-in-xavier-kit", jetpack + `som = "orin-nx"; majorVersion = "7"; carrierBoard = "|`, "devkit", "fits", ""},
		{"agx-thor-kit", jetpack + `majorVersion = "6"; som = "|`, "orin-agx", "fits", ""}, // a Thor is refused
		{"agx-thor-kit", jetpack + `s|om = "orin-agx"; }; }`, "", "", "This machine: \"thor-agx\"\n"},
		{"usb-agx-orin", jetpack + `s|om = "orin-agx"; }; }`, "", "", "In recovery mode on USB: \"orin-agx\" or \"orin-agx-industrial\"\n"},
		{"agx-thor-kit", jetpack + `e|nable = true; }; }`, "", "", "Declared"},
	} {
		session := sessionOn(t, test.machine)
		if test.machine == "" {
			session = newSession(t)
		}
		before, after, _ := strings.Cut(test.text, "|")
		path := filepath.Join(t.TempDir(), "host.nix")
		session.Open(path, path, "nix", 1, before+after)
		snapshot := session.Snapshot()
		doc, _ := snapshot.Document(path)
		if test.hover != "" {
			h, ok := ide.HoverAt(snapshot, doc, len(before))
			if page := h.Plain(); !ok || !strings.Contains(page, test.hover) || strings.Contains(test.hover, "Declared") && strings.Contains(page, "machine: ") {
				t.Errorf("%s, %s: no %q in\n%s", test.machine, test.text, test.hover, page)
			}
			continue
		}
		items := ide.Complete(snapshot, doc, len(before))
		if len(items) == 0 || items[0].Label != test.first || !strings.HasPrefix(items[0].Topic.Note, test.note) {
			t.Errorf("%s, %s: %+v", test.machine, test.text, items)
		}
	}
}
