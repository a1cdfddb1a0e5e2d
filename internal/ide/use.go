package ide

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// uses are how many configurations set an option, or one below it, and give it a value. They are counted in 45 files of public
// repositories that a search for nvidia-jetpack found on GitHub in 2026, one of each project that has copies, without forks of
// jetpack-nixos. What is not here is in none of them.
var uses = map[string]int{
	"enable": 35, "som": 34, "carrierBoard": 33, "firmware": 12, "modesetting": 9, "modesetting.enable": 9, "flashScriptOverrides": 7,
	"super": 6, "majorVersion": 4, "configureCuda": 2, "console": 1, "kernel": 1,
	"firmware.uefi": 4, "firmware.initialBootOrder": 3, "firmware.autoUpdate": 2, "firmware.eksFile": 1, "firmware.optee": 1, "firmware.variants": 1,
	"firmware.uefi.logo": 3, "firmware.uefi.edk2NvidiaPatches": 2, "firmware.uefi.secureBoot": 1,
	"flashScriptOverrides.flashArgs": 6, "flashScriptOverrides.partitionTemplate": 1,

	"som=orin-agx": 15, "som=orin-nano": 6, "som=xavier-agx": 5, "som=orin-nx": 3, "som=thor-agx": 2, "som=orin-agx-industrial": 1,
	"carrierBoard=devkit":            32,
	"firmware.initialBootOrder=nvme": 3, "firmware.initialBootOrder=usb": 2, "firmware.initialBootOrder=emmc": 2, "firmware.initialBootOrder=sd": 2,
	"firmware.initialBootOrder=scsi": 1,
}

// memberUses are the same of members of the package scope.
var memberUses = map[string]int{
	"cudaPackages": 5, "l4t-cuda": 5, "bspSrc": 4, "l4t-tools": 3, "l4t-3d-core": 3, "l4t-core": 3, "l4t-nvsci": 3, "l4t-wayland": 3,
	"kernelPackages": 2, "samples": 2, "l4t-gstreamer": 1, "nvidia-smi": 1, "l4t-bootloader-utils": 1, "flashScript": 1, "kernel": 1,
}

// useOf is how many configurations set an option of jetpack-nixos, or give it a value, which may be empty.
func useOf(path, value string) int {
	key := strings.TrimPrefix(path, catalog.Namespace+".")
	if value != "" {
		key += "=" + value
	}
	return uses[key]
}

// byUse are the values of an option, those that are used most first, and last the one that names no board.
func byUse(o catalog.Option) []string {
	rank := func(value string) int {
		if value == catalog.NoBoard {
			return -1
		}
		return useOf(o.Path, value)
	}
	values := slices.Clone(o.Values)
	slices.SortStableFunc(values, func(a, b string) int { return rank(b) - rank(a) })
	return values
}
