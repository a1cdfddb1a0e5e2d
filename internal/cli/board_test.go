package cli

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBoard(t *testing.T) {
	home(t)
	for machine, want := range map[string]string{
		"orin-nano-super-kit": `som = "orin-nano"
carrierBoard = "devkit"
super = true
  from: /proc/device-tree/compatible: nvidia,p3768-0000+p3767-0005-super (this machine)
  next: jetpills new DIR --som orin-nano --carrier devkit --super
  see: jetpills pills show 04#orin-nx-and-orin-nano-orin-nx-orin-nano
`,
		"usb-agx-orin": `som = "orin-agx"
  from: /sys/bus/usb/devices/1-1: 0955:7023 (in recovery mode on USB)
  next: jetpills new DIR --som orin-agx
  see: jetpills pills show 09#step-3-flash-the-firmware

som = "orin-agx-industrial"
  from: /sys/bus/usb/devices/1-1: 0955:7023 (in recovery mode on USB)
  next: jetpills new DIR --som orin-agx-industrial
  see: jetpills pills show 09#step-3-flash-the-firmware
`,
	} {
		root := filepath.Join("../../testdata/boards", machine)
		out, stderr, code := run(t, "", "board", "--root", root)
		if diff := cmp.Diff(want, out); diff != "" || code != 0 || stderr != "" {
			t.Errorf("%s: exit code %d, %s (-want +got):\n%s", machine, code, stderr, diff)
		}
		if same, _, _ := runOnBoard(t, machine, "board"); same != out {
			t.Errorf("%s: without --root: %s", machine, same)
		}
		// What is to be run next can be, with a folder in place of DIR.
		for line := range strings.Lines(out) {
			if _, next, ok := strings.Cut(line, "next: jetpills "); ok {
				args := strings.Fields(next)
				args[1] = filepath.Join(t.TempDir(), "new")
				if _, stderr, code := run(t, "", args...); code != 0 {
					t.Errorf("%s: exit code %d, %s", next, code, stderr)
				}
			}
			if _, see, ok := strings.Cut(line, "see: jetpills "); ok {
				if _, stderr, code := run(t, "", strings.Fields(see)...); code != 0 {
					t.Errorf("%s: exit code %d, %s", see, code, stderr)
				}
			}
		}
	}
}

// TestBoardJSON holds that JSON is an array whatever was found.
func TestBoardJSON(t *testing.T) {
	home(t)
	for machine, want := range map[string]string{
		"agx-thor-kit": `[{"som":"thor-agx","carrierBoard":"devkit","from":"/proc/device-tree/compatible: nvidia,p4071-0000+p3834-0008",` +
			`"next":"jetpills new DIR --som thor-agx --carrier devkit","pill":"04#agx-thor-thor-agx"}]`,
		"other-board": "[]",
	} {
		out, _, code := run(t, "", "board", "--format", "json", "--root", filepath.Join("../../testdata/boards", machine))
		var got []map[string]string
		if err := json.Unmarshal([]byte(out), &got); err != nil || (code == 0) != (len(got) > 0) {
			t.Errorf("%s: exit code %d, %v", machine, code, err)
		}
		var wanted []map[string]string
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", machine, diff)
		}
	}
}

// TestNoBoard holds that where nothing is found, one line says what was looked at and what to do.
func TestNoBoard(t *testing.T) {
	home(t)
	for _, test := range []struct {
		root string
		code int
		want string
	}{
		{"../../testdata/boards/other-board", 1, "no Jetson: neither /proc/device-tree names one, nor is one in recovery mode on USB (/sys/bus/usb/devices). Hold Recovery, press Reset, use a data cable: jetpills pills show 08#recovery-mode"},
		{"../../testdata/boards/usb-running", 1, "/sys/bus/usb/devices/1-1 is a Jetson that runs Linux, which does not say which one: put it into recovery mode"},
		{"../../testdata/boards/thor-other-module", 1, "/proc/device-tree/compatible names the module P3834-0005, for which jetpack-nixos has no som"},
		{"no-such-folder", 2, "no-such-folder: no such file or directory"},
		{"../../testdata/boards/README.md", 2, "../../testdata/boards/README.md is not a folder"},
	} {
		out, stderr, code := run(t, "", "board", "--root", test.root)
		if out != "" || stderr != "jetpills: "+test.want+"\n" || code != test.code {
			t.Errorf("%s: exit code %d, %s%s", test.root, code, out, stderr)
		}
	}
}

// TestDoctorNamesTheBoard holds that doctor says which Jetson is at hand, and nothing where there is none.
func TestDoctorNamesTheBoard(t *testing.T) {
	home(t)
	const workspace = "../../testdata/configs/orin-agx"
	const line = "this machine: som = \"orin-agx\", carrierBoard = \"devkit\" (/proc/device-tree/chosen/ids: 3701-0005-500 3737-0000-300)\n"
	if out, _, _ := runOnBoard(t, "agx-orin-kit-eeprom", "doctor", workspace); !strings.Contains(out, "\n"+line) {
		t.Errorf("no %q in\n%s", line, out)
	}
	if out, _, _ := runOnBoard(t, "other-board", "doctor", workspace); strings.Contains(out, "this machine") {
		t.Errorf("a Jetson in\n%s", out)
	}
}
