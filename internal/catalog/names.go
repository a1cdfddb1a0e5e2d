package catalog

import (
	"slices"
	"strings"
	"time"
)

// Namespace is what the paths of most options of jetpack-nixos begin with.
const Namespace = "hardware.nvidia-jetpack"

// EnableOption turns jetpack-nixos on.
const EnableOption = Namespace + ".enable"

// The options that decide which board a system is for. Each refuses values by those of the others.
const (
	SoMOption          = Namespace + ".som"
	CarrierBoardOption = Namespace + ".carrierBoard"
	MajorVersionOption = Namespace + ".majorVersion"
	TargetBoardOption  = Namespace + ".flashScriptOverrides.targetBoard"
)

// DevicePackagesOption holds all that is built for a configuration. Until devicePackagesMoved, the commit by which these became members
// of the scope, nothing else holds devicePackages.
const (
	DevicePackagesOption = Namespace + ".devicePkgs"
	devicePackagesMoved  = "1a54d38"
)

// devicePackages are what device-pkgs/default.nix gives at devicePackagesMoved's parent.
var devicePackages = []string{
	"nvLuksSrv", "hwKeyAgent", "mkFlashScript", "mkFlashCmdScript", "mkFlashScriptAuto", "flashScript", "initrdFlashScript", "tosImage",
	"taDevKit", "signedFirmware", "bup", "fuseScript", "uefiCapsuleUpdate", "mkRcmBootScript", "rcmBoot",
}

// IsDevicePackage reports whether a package stands in DevicePackagesOption alone, as all that is built for a configuration did before
// the scope had it.
func (l *Library) IsDevicePackage(c *Catalog, name string) bool {
	before, ok := l.IsBefore(c.Revision.Hash, devicePackagesMoved)
	_, hasOption := c.Option(DevicePackagesOption)
	return ok && before && hasOption && slices.Contains(devicePackages, name)
}

// builtFlashScript is the day of 1a54d38, by which the flash script came into system.build.
var builtFlashScript = time.Date(2024, 6, 17, 0, 0, 0, 0, time.UTC)

// FlashesFromBoard reports whether the flash script of a configuration is a program for the board, as it was before 1a54d38: the
// packages of the configuration make it.
func (c *Catalog) FlashesFromBoard() bool {
	at := c.Revision.Date
	return !at.IsZero() && at.Before(builtFlashScript)
}

// What the programs of the flake's flash scripts are called has changed: since FlashesByInitrd, a flash script is the one that boots an
// initrd, and its program is initrd-flash-NAME. From FlashScriptsCross until FlashScriptsNamed, the name ended in -cross.
const (
	FlashesByInitrd   = "afb6ecf"
	FlashScriptsCross = "2117c88"
	FlashScriptsNamed = "d155fcf"
)

// FlashProgram is what the name of the program begins with that a flash script of a configuration is; empty where that is not known.
func (l *Library) FlashProgram(c *Catalog, script string) string {
	before, ok := l.IsBefore(c.Revision.Hash, FlashesByInitrd)
	switch {
	case script == "initrdFlashScript", script == "flashScript" && ok && !before:
		return "initrd-flash-"
	case script == "legacyFlashScript", script == "flashScript" && ok:
		return "flash-"
	}
	return ""
}

// FlashScript is where a host's configuration has the script that flashes the host, in revisions since November 2022.
func (c *Catalog) FlashScript() string {
	if c.FlashesFromBoard() {
		return Namespace + ".flashScript"
	}
	return "system.build.flashScript"
}

// ScopeName is the attribute of pkgs that has the packages of jetpack-nixos. Those of one generation stand in an attribute
// with its number behind: nvidia-jetpack6.
const ScopeName = "nvidia-jetpack"

// ScopeMajor is the generation that the name of a package scope says, empty for ScopeName itself; it reports false for a
// name of anything else.
func ScopeMajor(name string) (major string, ok bool) {
	major, ok = strings.CutPrefix(name, ScopeName)
	if !ok || strings.Trim(major, "0123456789") != "" {
		return "", false
	}
	return major, true
}

// ScopeHas reports whether what is added to one package scope may be in another: ScopeName is the scope of one generation.
func ScopeHas(scope, changed string) bool {
	_, isScope := ScopeMajor(changed)
	return scope == changed || scope == ScopeName && isScope
}

// nixosReleases are the releases of NixOS that upstream's flake.nix has named, each since a commit of the mainline.
// TestNixOSUpstream reads them anew.
var nixosReleases = []struct{ since, release string }{
	{"0cf10e4", "22.05"}, {"c7ae133", "22.11"}, {"4da4bbe", "23.11"}, {"da50d96", "24.05"},
	{"561059d", "24.11"}, {"de01bba", "25.05"}, {"2770157", "25.11"}, {"f7e672c", "26.05"},
}

// nixOS is the release of NixOS at a commit, by its place in history.
func (l *Library) nixOS(commit int) string {
	for _, r := range slices.Backward(nixosReleases) {
		if i, ok := l.find(r.since); ok && i <= commit {
			return r.release
		}
	}
	return nixosReleases[0].release
}
