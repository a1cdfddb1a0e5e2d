package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// desktopOptions are the names below hardware.nvidia, which nixpkgs declares in nixos/modules/hardware/video/nvidia.nix, in
// some release from 20.03 to 26.05. Left out are modesetting, which jetpack-nixos has too, and enable and enabled, which say
// nothing of a driver.
//
// What a Jetson has in their place is read in the modules of jetpack-nixos: the driver, its firmware and its kernel modules
// are packages of L4T in each revision (modules/graphics.nix, before 7c57366 modules/default.nix), and power modes have been
// those of services.nvpmodel since 935fe2f.
var desktopOptions = map[string]inPlace{
	"open":                         {says: "the kernel modules of a Jetson come with its JetPack"},
	"package":                      driver,
	"branch":                       driver,
	"gsp":                          {says: "the firmware of a Jetson's GPU comes with its JetPack"},
	"moduleParams":                 {says: "set parameters of kernel modules in boot.extraModprobeConfig"},
	"powerManagement":              power,
	"dynamicBoost":                 power,
	"prime":                        {says: "a Jetson has only one GPU"},
	"forceFullCompositionPipeline": nothing,
	"nvidiaSettings":               nothing,
	"nvidiaPersistenced":           nothing,
	"videoAcceleration":            nothing,
	"datacenter":                   nothing,
}

// inPlace is what a Jetson has in the place of an option.
type inPlace struct {
	says string
	// option is an option of jetpack-nixos that does it, and without what to say of revisions that lack it. Both may be empty.
	option, without string
}

var (
	nothing = inPlace{says: "jetpack-nixos has no option for this"}
	power   = inPlace{says: "services.nvpmodel sets the power modes of a Jetson", option: "services.nvpmodel.enable"}
	driver  = inPlace{
		"the driver of a Jetson comes with its JetPack, which majorVersion chooses", catalog.MajorVersionOption,
		"the driver of a Jetson comes with its JetPack, and JetPack with the revision of jetpack-nixos",
	}
)

// desktopOption reports whether a path that leads nowhere ends with an option of hardware.nvidia inside of jetpack-nixos's
// set, and what a Jetson has in its place.
func desktopOption(names []string) (inPlace, bool) {
	last := len(names) - 1
	place, ok := desktopOptions[names[last]]
	return place, ok && slices.Equal(names[:last], strings.Split(catalog.Namespace, "."))
}

// desktop reports an option of hardware.nvidia.
func (d *diagnoser) desktop(n naming, wrong int, found Diagnostic, place inPlace) {
	says := place.says
	if place.option != "" {
		if _, ok := d.pinned.Catalog.Option(place.option); ok {
			found.Section = d.explain(strings.Split(place.option, "."))
		} else {
			says = cmp.Or(place.without, nothing.says)
		}
	}
	found.Code = CodeDesktopOption
	found.Message = fmt.Sprintf("No option %s; hardware.nvidia has it, for PC graphics cards; %s", n.names[wrong], says)
	if d.reported[diagnosticKey{found.Span, found.Code}] {
		return // a set, for each option in it
	}
	if !n.isRead {
		found.Fixes = deletion(n.parts[wrong], n.node.Tree())
	}
	d.report(found)
}
