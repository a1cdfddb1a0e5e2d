//go:build unix

package jetson_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"jetpills/internal/jetson"
)

// TestLinks holds that links are followed within the root alone, in no circle, and that nobody waits for a FIFO.
func TestLinks(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	link := func(to, name string) {
		t.Helper()
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
	}
	write(t, outside, "compatible", "nvidia,p3737-0000+p3701-0005\x00")
	link("loop", "proc/device-tree")
	link("device-tree", "proc/loop")
	link(filepath.Join(outside, "compatible"), "sys/firmware/devicetree/base/compatible")
	fifo := filepath.Join(root, "sys/firmware/devicetree/base/chosen/ids")
	if err := os.MkdirAll(filepath.Dir(fifo), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	// The kernel's own folder of devices has links like this one.
	write(t, root, "sys/devices/usb1/1-1/idVendor", "0955\n")
	write(t, root, "sys/devices/usb1/1-1/idProduct", "7223\n")
	link("../../../devices/usb1/1-1", "sys/bus/usb/devices/1-1")
	link("1-2", "sys/bus/usb/devices/1-2")
	got := shown(jetson.Look(root, soms(t)))
	if len(got) != 1 || got[0] != "orin-agx, in recovery mode on USB, /sys/bus/usb/devices/1-1: 0955:7223" {
		t.Errorf("%q", got)
	}

	// On a running machine, /proc/device-tree is an absolute link to the tree in /sys.
	root = t.TempDir()
	link("/sys/firmware/devicetree/base", "proc/device-tree")
	write(t, root, "sys/firmware/devicetree/base/compatible", "nvidia,p3737-0000+p3701-0005\x00")
	if got := shown(jetson.Look(root, soms(t))); len(got) != 1 || got[0] != "orin-agx devkit, this machine, /sys/firmware/devicetree/base/compatible: nvidia,p3737-0000+p3701-0005" {
		t.Errorf("%q", got)
	}
}
