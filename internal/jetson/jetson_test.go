package jetson_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/catalog"
	"jetpills/internal/jetson"
)

func soms(t *testing.T) func() []catalog.SoM {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return library.Modules
}

// shown are the boards of a report, a line each, and the other Jetsons.
func shown(r jetson.Report) (lines []string) {
	for _, b := range r.Boards {
		line := strings.TrimSpace(b.SoM + " " + b.CarrierBoard)
		if b.Super {
			line += " super"
		}
		lines = append(lines, line+", "+b.Where()+", "+b.From)
	}
	return append(lines, r.Others...)
}

// TestLook holds what is said of each machine in testdata/boards, whose README.md says where it comes from.
func TestLook(t *testing.T) {
	const root = "../../testdata/boards"
	want := map[string][]string{
		"agx-orin-kit":          {"orin-agx devkit, this machine, /proc/device-tree/compatible: nvidia,p3737-0000+p3701-0005"},
		"agx-orin-kit-eeprom":   {"orin-agx devkit, this machine, /proc/device-tree/chosen/ids: 3701-0005-500 3737-0000-300"},
		"orin-nano-super-kit":   {"orin-nano devkit super, this machine, /proc/device-tree/compatible: nvidia,p3768-0000+p3767-0005-super"},
		"orin-nx-own-carrier":   {"orin-nx, this machine, /proc/device-tree/chosen/ids: 3767-0000-303"},
		"orin-nx-in-xavier-kit": {"orin-nx xavierNxDevkit, this machine, /proc/device-tree/compatible: nvidia,p3509-0000+p3767-0000"},
		"igx-orin":              {"orin-agx-industrial, this machine, /proc/device-tree/compatible: nvidia,p3740-0002+p3701-0008"},
		"agx-thor-kit":          {"thor-agx devkit, this machine, /proc/device-tree/compatible: nvidia,p4071-0000+p3834-0008"},
		"thor-reference":        {"thor-agx, this machine, /proc/device-tree/compatible: nvidia,p3971-0089+p3834-0008"},
		"thor-other-module":     {"/proc/device-tree/compatible names the module P3834-0005, for which jetpack-nixos has no som"},
		"agx-xavier-kit":        {"xavier-agx devkit, this machine, /proc/device-tree/compatible: nvidia,p2972-0000"},
		"xavier-nx-kit":         {"xavier-nx devkit, this machine, /proc/device-tree/compatible: nvidia,p3509-0000+p3668-0000"},
		"xavier-jetpack-4":      {"xavier-agx devkit, this machine, /proc/device-tree/chosen/plugin-manager/ids: 2822-0000-600 2888-0004-400"},
		"other-board":           nil,
		"usb-agx-orin": {
			"orin-agx, in recovery mode on USB, /sys/bus/usb/devices/1-1: 0955:7023",
			"orin-agx-industrial, in recovery mode on USB, /sys/bus/usb/devices/1-1: 0955:7023",
		},
		"usb-two": {
			"orin-nano, in recovery mode on USB, /sys/bus/usb/devices/1-1: 0955:7523",
			"xavier-nx, in recovery mode on USB, /sys/bus/usb/devices/2-3.1: 0955:7e19",
			"xavier-nx-emmc, in recovery mode on USB, /sys/bus/usb/devices/2-3.1: 0955:7e19",
		},
		"usb-running": {"/sys/bus/usb/devices/1-1 is a Jetson that runs Linux, which does not say which one: put it into recovery mode"},
		"usb-other":   nil,
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	modules, trees := soms(t), 0
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		trees++
		if !strings.Contains(string(readme), "\n| `"+e.Name()+"` | ") {
			t.Errorf("README.md does not say where %s comes from", e.Name())
		}
		if diff := cmp.Diff(want[e.Name()], shown(jetson.Look(filepath.Join(root, e.Name()), modules))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Name(), diff)
		}
	}
	if trees != len(want) {
		t.Errorf("%d machines, want %d", trees, len(want))
	}
}

// TestProducts holds the table of products in pill 08 to what is found by them, and what is found to the modules of jetpack-nixos.
func TestProducts(t *testing.T) {
	page, err := os.ReadFile("../../pills/08-flashing-firmware-ota.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| after `0955:` | module |\n|---|---|\n")
	table, _, ok := strings.Cut(table, "\n\n")
	if !ok {
		t.Fatal("pill 08 has no table of products")
	}
	found := map[string]bool{}
	for line := range strings.Lines(table + "\n") {
		cells := strings.Split(line, "|")
		for product := range strings.SplitSeq(cells[1], ";") {
			product = strings.TrimSpace(product)
			root := t.TempDir()
			write(t, root, "sys/bus/usb/devices/1-1/idVendor", "0955\n")
			write(t, root, "sys/bus/usb/devices/1-1/idProduct", product+"\n")
			r := jetson.Look(root, soms(t))
			if len(r.Boards) == 0 || len(r.Others) > 0 {
				t.Errorf("%s is no Jetson: %v", product, shown(r))
			}
			for _, b := range r.Boards {
				found[b.SoM] = true
				// orin-agx: AGX Orin 64 GB
				for word := range strings.SplitSeq(b.SoM, "-") {
					isModel := !slices.Contains([]string{"industrial", "emmc"}, word)
					if isModel && !strings.Contains(strings.ToLower(cells[2]), word) {
						t.Errorf("%s is a %s, and pill 08 says:%s", product, b.SoM, cells[2])
					}
				}
			}
		}
	}
	for _, s := range soms(t)() {
		if s.Name != "generic" && !found[s.Name] {
			t.Errorf("no product is a %s", s.Name)
		}
	}
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestHostile holds that files which are none of a machine's are read in part or not at all, and never end in a Jetson that is not there.
func TestHostile(t *testing.T) {
	const compatible = "proc/device-tree/compatible"
	for name, content := range map[string]string{
		"empty":         "",
		"zeros":         strings.Repeat("\x00", 1<<16),
		"no UTF-8":      "nvidia,p3737-0000+p3701-0005\x00\xff\xfe\x00",
		"huge":          strings.Repeat("x", 64<<20),
		"within a word": "my-nvidia,p3737-0000+p3701-0005\x00",
		"letters":       "nvidia,p3737-0000+pabcd-0005\x00nvidia,p3737-0000+p3701-\x00nvidia,\x00+\x00",
		"escapes":       "nvidia,p3737-0000+p3701-0005\x1b[31m\x00",
	} {
		root := t.TempDir()
		write(t, root, compatible, content)
		write(t, root, "sys/bus/usb/devices/1-1/idVendor", content)
		write(t, root, "sys/bus/usb/devices/1-1/idProduct", "7023\n")
		begin := time.Now()
		if r := jetson.Look(root, soms(t)); len(r.Boards)+len(r.Others) > 0 {
			t.Errorf("%s: %v", name, shown(r))
		}
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("%s took %v", name, took)
		}
	}
	root := t.TempDir()
	write(t, root, compatible, "nvidia,p3737-0000+p3701-0005\x00"+strings.Repeat("nvidia,tegra234\x00", 1<<16))
	if got := shown(jetson.Look(root, soms(t))); len(got) != 1 || !strings.HasPrefix(got[0], "orin-agx devkit, ") {
		t.Errorf("the beginning of a long file: %v", got)
	}
	for i := range 3000 {
		write(t, root, filepath.Join("sys/bus/usb/devices", strings.Repeat("d", 1+i%60)+string(rune('a'+i%26)), "idVendor"), "1d6b\n")
	}
	if got := shown(jetson.Look(root, soms(t))); len(got) != 1 {
		t.Errorf("beside many devices: %v", got)
	}
	if r := jetson.Look(filepath.Join(root, "no-such-folder"), soms(t)); len(r.Boards)+len(r.Others) > 0 {
		t.Errorf("no root: %v", shown(r))
	}
}
