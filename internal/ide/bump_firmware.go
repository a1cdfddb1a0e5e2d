package ide

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"jetpills/internal/catalog"
)

const (
	autoUpdateOption = catalog.Namespace + ".firmware.autoUpdate"
	otaPackage       = "otaUtils" // the scripts that stage and check capsules
)

// What jetpack-nixos says of firmware updates (4d857d6). Of what it says nothing, nothing is known here.
const (
	// firstCapsule is the L4T of JetPack 5.1, the first whose firmware takes a capsule: README.md, "Updating firmware from
	// device". That of JetPack 5.0 does not even say its version (modules/capsule-updates.nix).
	firstCapsule = "35.2.1"
	// from35 is the least L4T 35 whose firmware takes a capsule of L4T 36: modules/pre-switch-checks.nix, which goes by NVIDIA's
	// guide.
	from35 = "35.5.0"
)

// versionsHaveHashes is when ota-check-firmware began to compare a version of which a hash of the build is a part (59bd102, b6076f5):
// firmware that is built differently is other firmware then.
var versionsHaveHashes = time.Date(2025, 6, 20, 0, 0, 0, 0, time.UTC)

// stagesCapsules reports whether the host stages a capsule by itself where the firmware that runs is not that of the build.
func (c comparison) stagesCapsules() bool {
	isAutomatic, _ := certain(c.to.host, autoUpdateOption)
	r := c.to.catalog().Revision
	return isAutomatic == true && hasTargetBoard(c.to.host) && !r.Date.Before(versionsHaveHashes) && r != c.from.catalog().Revision
}

// firmware says whether the firmware of a host gets another L4T, and how it comes onto the device. The firmware that runs is
// taken to be that of the pinned revision.
func (c comparison) firmware(before, after HostFacts) (change HostChange, ok bool) {
	was, is := before.L4T, after.L4T
	if was == is || is == "" {
		return change, false
	}
	change = HostChange{What: "firmware", From: was, To: is, Section: c.section(concept("platform-firmware"))}
	if !hasTargetBoard(c.to.host) {
		change.Notes = []string{"no firmware is built for som = \"generic\"; build the firmware from a configuration for your board"}
		return change, true
	}
	sameMajor := l4tMajor(was) == l4tMajor(is)
	_, hasCapsules := c.to.catalog().Package(otaPackage)
	switch {
	case was == "":
		c.byUnknown(&change, "the firmware of the pinned revision is not known here")
	case compareVersions(is, was) < 0:
		c.byFlash(&change, "jetpack-nixos does not support a downgrade of L4T; flash the firmware")
	case compareVersions(was, firstCapsule) < 0:
		c.byFlash(&change, "firmware older than JetPack 5.1 accepts no capsule")
	case !hasCapsules:
		c.byFlash(&change, c.revision()+" has no capsule updates yet")
	case sameMajor:
		c.byCapsule(&change, "nixos-rebuild boot")
	case l4tMajor(was) == "35" && l4tMajor(is) == "36" && compareVersions(was, from35) >= 0:
		c.byCapsule(&change, "nixos-rebuild boot, not switch")
		change.Notes = append(change.Notes, pairing, atLeast35)
	case l4tMajor(was) == "35" && l4tMajor(is) == "36":
		c.byFlash(&change, fmt.Sprintf("a capsule of L4T 36 needs firmware %s or newer, and the pinned revision has %s", from35, was))
		if old, ok := c.to.catalog().Generation("5"); ok && compareVersions(old.L4T, from35) >= 0 {
			change.Notes = append(change.Notes, fmt.Sprintf(
				"without USB, take two steps: set majorVersion = \"5\" for a capsule of %s, then update by a second capsule to %s", old.L4T, is))
		}
		change.Notes = append(change.Notes, pairing)
	default:
		c.byUnknown(&change, fmt.Sprintf("jetpack-nixos does not say whether a capsule can go from L4T %s to %s", l4tMajor(was), l4tMajor(is)))
		if c.from.major() != c.to.major() {
			change.Notes = append(change.Notes, pairing)
		}
	}
	return change, true
}

const (
	pairing   = "the firmware of one JetPack generation does not work with the kernel of another; change both in one reboot"
	atLeast35 = "the device must run " + from35 + " or newer already; sudo ota-check-firmware -b shows what it runs"
)

// byCapsule says that a capsule update brings the firmware, and what starts it.
func (c comparison) byCapsule(change *HostChange, rebuild string) {
	change.To += " by a capsule update"
	change.Section = c.section(concept("capsule-updates"))
	note := "build config.system.build.uefiCapsuleUpdate, and pass it to ota-apply-capsule-update on the device"
	switch isAutomatic, isKnown := certain(c.to.host, autoUpdateOption); {
	case isAutomatic == true:
		note = "firmware.autoUpdate stages the capsule; run " + rebuild + ", then reboot"
	case !isKnown:
		note += ", unless firmware.autoUpdate does so"
	}
	change.Notes = append(change.Notes, note)
}

// byFlash says that only a flash over USB brings the firmware, and why.
func (c comparison) byFlash(change *HostChange, why string) {
	change.To += " by a USB flash"
	change.Section = c.section(concept("flash-script"))
	change.Notes = append(change.Notes, why)
}

// byUnknown says that nobody knows here whether a capsule is enough, and why.
func (c comparison) byUnknown(change *HostChange, why string) {
	change.To += " by a USB flash, or perhaps a capsule update"
	change.Section = c.section(concept("firmware-kernel-pairing"))
	change.Notes = append(change.Notes, why, "have a USB cable at hand when you try a capsule")
}

func l4tMajor(version string) string {
	major, _, _ := strings.Cut(version, ".")
	return major
}

// compareVersions compares versions number by number.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	return 0
}
