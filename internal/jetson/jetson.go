// Package jetson reads which Jetson a machine is, or has on USB in recovery mode. It reads a few small files and writes nothing.
package jetson

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/pattern"
)

// Board is a Jetson that was found.
type Board struct {
	// SoM and CarrierBoard are values of the options; an empty CarrierBoard is not known, as on USB, which names the module alone.
	SoM, CarrierBoard string
	// Super says that the firmware of the running Jetson offers the higher power modes.
	Super bool
	// From is the file that says so, seen from the root, and what it says.
	From string
	// InRecovery is set for a Jetson on USB; otherwise it is the machine itself.
	InRecovery bool
}

// Where is where the Jetson is, as words behind a value.
func (b Board) Where() string {
	if b.InRecovery {
		return "in recovery mode on USB"
	}
	return "this machine"
}

// Unknown is the value of carrierBoard for one that jetpack-nixos has no value for; empty where the Jetson may sit on any, as on USB.
func (b Board) Unknown() string {
	if b.InRecovery || b.CarrierBoard != "" {
		return ""
	}
	return "generic"
}

// Report is what was found below a root.
type Report struct {
	// Boards are the candidates; several of one Jetson have the same From.
	Boards []Board
	// Others are Jetsons that no value of som is for, or that do not say which they are: a clause each.
	Others []string
}

// The folders that are looked at, below the root. On a running machine, the first is a link to the second.
var (
	deviceTrees = []string{"proc/device-tree", "sys/firmware/devicetree/base"}
	usbDevices  = "sys/bus/usb/devices"
)

// module is a module by the numbers in its EEPROM: P3701-0005. An empty sku is any.
type module struct{ id, sku string }

func (m module) String() string {
	if m.sku == "" {
		return "P" + m.id
	}
	return "P" + m.id + "-" + m.sku
}

// inRecovery are the modules by the USB product that the boot ROM shows in recovery mode.
//
// The Orin and Xavier ones are listed under "To determine whether the developer kit is in force recovery mode" in the Quick Start of
// NVIDIA's Jetson Linux Developer Guide (docs.nvidia.com/jetson/archives/r36.2/DeveloperGuide/IN/QuickStart.html, and r35.4.1 for
// Xavier), the Thor ones in Seeed's guides to the J601 carrier board (github.com/Seeed-Studio/wiki-documents, pull request 5371).
var inRecovery = map[string][]module{
	"7023": {{"3701", "0000"}, {"3701", "0005"}, {"3701", "0008"}},
	"7223": {{"3701", "0004"}},
	"7323": {{"3767", "0000"}},
	"7423": {{"3767", "0001"}},
	"7523": {{"3767", "0003"}, {"3767", "0005"}},
	"7623": {{"3767", "0004"}},
	"7019": {{"2888", "0001"}, {"2888", "0004"}, {"2888", "0005"}, {"2888", "0008"}},
	"7e19": {{"3668", ""}},
	"7026": {{"3834", "0008"}},
	"7226": {{"3834", "0000"}},
}

// The products of NVIDIA, vendor 0955, that say no module: the USB device of Linux on a Jetson.
const (
	vendor       = "0955"
	runningLinux = "7020"
)

// carriers are the values of carrierBoard by the numbers of module and carrier board. That of an Orin NX on P3509 is what
// modules/default.nix of jetpack-nixos says of xavierNxDevkit; the developer kits are those of the device trees in Linux
// (arch/arm64/boot/dts/nvidia: P3737, P3768, P3509, P2822 as the carrier board of P2972, P4071).
var carriers = map[[2]string]string{
	{"3701", "3737"}: "devkit",
	{"3767", "3768"}: "devkit",
	{"3767", "3509"}: "xavierNxDevkit",
	{"3668", "3509"}: "devkit",
	{"2888", "2822"}: "devkit",
	{"3834", "4071"}: "devkit",
}

// Look finds the Jetsons of a machine whose files lie below a root. It follows no link out of the root, and opens regular files alone.
// It asks for the modules that are known where there is a Jetson.
func Look(root string, soms func() []catalog.SoM) (r Report) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return r
	}
	defer dir.Close()
	l := looker{root: dir, soms: soms}
	l.machine()
	l.usb()
	return l.Report
}

type looker struct {
	Report
	root  *os.Root
	soms  func() []catalog.SoM
	super bool // of the running machine
}

// mostBytes is how much of a file is read: more than any of them has.
const mostBytes = 4 << 10

// read is the text of a small file, its parts separated by zeros; empty where there is none that can be read.
func (l *looker) read(name string) string {
	info, err := l.root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	file, err := l.root.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return ""
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, mostBytes))
	if err != nil || !utf8.Valid(content) {
		return ""
	}
	return string(content)
}

// mostEntries is how many names of a folder are read.
const mostEntries = 1000

// list are the names in a folder, in order.
func (l *looker) list(name string) (names []string) {
	info, err := l.root.Stat(name)
	if err != nil || !info.IsDir() {
		return nil
	}
	dir, err := l.root.Open(name)
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ = dir.Readdirnames(mostEntries) // those that were read before an error
	slices.Sort(names)
	return names
}

// fields are the words of a text between zeros and spaces.
func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == 0 || unicode.IsSpace(r) })
}

// machine reads the device tree of a running Jetson. The firmware copies there what the EEPROMs of module and carrier board say, as
// chosen/ids, or as names in chosen/plugin-manager/ids under the kernel of JetPack 4 (NVIDIA/jetson-gpio, gpio_pin_data.py, reads
// both): "3767-0000-301 3768-0000-ES1". Where it has not, compatible tells for which board the device tree was made.
func (l *looker) machine() {
	for _, tree := range deviceTrees {
		names := fields(l.read(path.Join(tree, "compatible")))
		// NVIDIA's board files of that name put it behind the board: nvidia,p3768-0000+p3767-0005-super.
		l.super = slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, "-super") })
		file := path.Join(tree, "chosen/ids")
		ids := fields(l.read(file))
		if len(ids) == 0 {
			file = path.Join(tree, "chosen/plugin-manager/ids")
			ids = l.list(file)
		}
		if l.numbered(file, ids) {
			return
		}
		file = path.Join(tree, "compatible")
		if l.compatible(file, names) {
			return
		}
		if slices.ContainsFunc(names, func(name string) bool { return slices.Contains(unsupported, name) }) {
			l.Others = append(l.Others, fmt.Sprintf("/%s names a Jetson Nano, TX1 or TX2, which jetpack-nixos does not support", file))
			return
		}
	}
}

// unsupported are the chips of the Jetson Nano, TX1 and TX2.
var unsupported = []string{"nvidia,tegra210", "nvidia,tegra186"}

// number is a board in the form of an EEPROM: 3701-0005-500, with the revision behind.
var number = pattern.New(`^(\d{4})-(\d{4})(?:-|$)`)

// numbered reads the numbers of boards, in any order. It reports whether a module is among them.
func (l *looker) numbered(file string, ids []string) bool {
	var modules []module
	var others []string
	for _, id := range ids {
		if m := number.FindStringSubmatch(id); m != nil {
			if l.isModule(m[1]) {
				modules = append(modules, module{m[1], m[2]})
			} else {
				others = append(others, m[1])
			}
		}
	}
	if len(modules) == 0 {
		return false
	}
	carrier := ""
	for _, other := range others {
		if c := carriers[[2]string{modules[0].id, other}]; c != "" {
			carrier = c
		}
	}
	l.found(file, strings.Join(ids, " "), false, carrier, modules[0])
	return true
}

// tree is a board in compatible: nvidia,p3737-0000+p3701-0005, or the module alone.
var tree = pattern.New(`^nvidia,(?:p(\d{4})-[0-9a-z]{4}\+)?p(\d{4})-(\d{4})(?:$|-)`)

// compatible reads what a device tree was made for. It reports whether a module is named.
func (l *looker) compatible(file string, all []string) bool {
	isXavier := slices.Contains(all, "nvidia,tegra194")
	for _, name := range all {
		m := tree.FindStringSubmatch(name)
		switch {
		case isXavier && strings.Contains(name, "agxi"): // as modules/nvpmodel.nix of jetpack-nixos tells it
			l.found(file, name, false, "", module{"2888", "0008"})
		case m == nil:
			continue
		case m[2] == "2972" && m[3] == "0000": // the developer kit of the AGX Xavier as a whole, which names no module
			l.found(file, name, false, "devkit", module{"2888", "0001"}, module{"2888", "0004"}, module{"2888", "0005"})
		case l.isModule(m[2]):
			l.found(file, name, false, carriers[[2]string{m[2], m[1]}], module{m[2], m[3]})
		default:
			continue
		}
		return true
	}
	return false
}

// isModule reports whether a number is that of a module that jetpack-nixos knows.
func (l *looker) isModule(id string) bool {
	return slices.ContainsFunc(l.soms(), func(s catalog.SoM) bool { return slices.Contains(s.BoardIDs, id) })
}

// usb reads the devices on USB.
func (l *looker) usb() {
	for _, name := range l.list(usbDevices) {
		device := path.Join(usbDevices, name)
		if strings.TrimSpace(l.read(path.Join(device, "idVendor"))) != vendor {
			continue
		}
		product := strings.TrimSpace(l.read(path.Join(device, "idProduct")))
		if modules := inRecovery[product]; modules != nil {
			l.found(device, vendor+":"+product, true, "", modules...)
		} else if product == runningLinux {
			l.Others = append(l.Others, fmt.Sprintf("/%s is a Jetson that runs Linux, which does not say which one: put it into recovery mode", device))
		}
	}
}

// found adds the values of som for a Jetson that is one of some modules.
func (l *looker) found(file, says string, inRecovery bool, carrier string, modules ...module) {
	from := "/" + file + ": " + says
	any := false
	for _, s := range l.soms() {
		if slices.ContainsFunc(modules, func(m module) bool {
			return slices.Contains(s.BoardIDs, m.id) && (m.sku == "" || slices.Contains(s.BoardSKUs, m.sku))
		}) {
			l.Boards, any = append(l.Boards, Board{s.Name, carrier, l.super && !inRecovery, from, inRecovery}), true
		}
	}
	if !any {
		l.Others = append(l.Others, fmt.Sprintf("/%s names the module %s, for which jetpack-nixos has no som", file, modules[0]))
	}
}
