package catalog

import "strings"

// Namespace is what the paths of most options of jetpack-nixos begin with.
const Namespace = "hardware.nvidia-jetpack"

// The options that decide which board a system is for. Each refuses values by those of the others.
const (
	SoMOption          = Namespace + ".som"
	CarrierBoardOption = Namespace + ".carrierBoard"
	MajorVersionOption = Namespace + ".majorVersion"
)

// ScopeName is the attribute of pkgs that has the packages of jetpack-nixos. Those of one generation stand in an attribute
// with its number behind: nvidia-jetpack6.
const ScopeName = "nvidia-jetpack"

// ScopeMajor is the generation that the name of a package scope says, empty for ScopeName itself; it reports false for a
// name of anything else.
func ScopeMajor(name string) (major string, ok bool) {
	major, ok = strings.CutPrefix(name, ScopeName)
	ok = ok && (major == "" || len(major) == 1 && '0' <= major[0] && major[0] <= '9')
	if !ok {
		return "", false
	}
	return major, true
}
