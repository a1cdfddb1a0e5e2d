package catalog

import "slices"

// SoM is one value of hardware.nvidia-jetpack.som. Fields that are not known for the revision are empty.
type SoM struct {
	// Name is the option's value, e.g. orin-agx.
	Name string
	// Family is the prefix upstream groups SoMs by: xavier, orin or thor; empty for generic.
	Family string
	// SoC is the chip type (t194, t234, t264) and ChipID its number, both empty for generic.
	SoC    string
	ChipID string
	// DefaultMajor is the JetPack major this SoM gets where majorVersion is not set; Majors are those it is allowed with.
	DefaultMajor string
	Majors       []string
	// CUDACapabilities are those set in nixpkgs.config when hardware.nvidia-jetpack.configureCuda is on.
	CUDACapabilities []string
	// TargetBoard is the board configuration that is flashed, SuperTargetBoard the one with hardware.nvidia-jetpack.super on.
	// On the carrier board xavierNxDevkit another one is taken: ask TargetBoardOn.
	TargetBoard      string
	SuperTargetBoard string
	// BoardIDs and BoardSKUs name the modules whose firmware is built, one entry per firmware variant for the SKUs.
	BoardIDs  []string
	BoardSKUs []string
	// Since is the mainline revision that brought the value.
	Since Revision
	// Summary is the project's own description; empty where there is none.
	Summary string
}

// Generation is one JetPack generation that a revision carries.
type Generation struct {
	// Major is the value of hardware.nvidia-jetpack.majorVersion: 5, 6 or 7.
	Major   string
	JetPack string
	L4T     string
	// CUDA is the toolkit's version, Driver the CUDA driver's; Driver is empty where the L4T version serves as such.
	CUDA   string
	Driver string
	// Kernel is the kernel's version; RealtimeSuffix is appended to it with kernel.realtime, where that changes the version.
	Kernel         string
	RealtimeSuffix string
	// SoMFamilies are the prefixes of the SoMs that upstream's assertions accept; the SoM generic is always accepted.
	// It is empty for revisions without such an assertion.
	SoMFamilies []string
}

// Verdict says whether a combination of SoM, carrier board and JetPack works.
type Verdict int

const (
	// FitUnknown: a value upstream does not have, or a revision for which the rules are not known.
	FitUnknown Verdict = iota
	// FitYes: the combination evaluates.
	FitYes
	// FitNo: upstream refuses the combination.
	FitNo
)

// Clash is what a refused combination breaks.
type Clash string

const (
	// ClashMajor: the JetPack major is not offered for the SoM.
	ClashMajor Clash = "majorVersion"
	// ClashCarrier: the carrier board does not go with the SoM.
	ClashCarrier Clash = "carrierBoard"
	// ClashTargetBoard: the combination passes upstream's assertions, but there is no target board for it.
	ClashTargetBoard Clash = "targetBoard"
)

// fitRules are the evaluated combinations, as far as they hold for a revision.
type fitRules struct {
	cells  map[fitKey]fitCell
	majors map[string]majorRule // by SoM
	wholly bool                 // cells hold for this revision
	// carrier is set where at least the refusal of carrier boards holds for this revision.
	carrier bool
}

type fitKey struct{ som, carrier, major string }

type fitCell struct {
	clashes     []Clash
	targetBoard string
}

type majorRule struct {
	allowed []string // nil where not known
}

// Fits judges a combination of hardware.nvidia-jetpack.som, .carrierBoard and .majorVersion (empty: not set).
// FitNo comes with what is broken; anything that is not surely refused or surely fine is FitUnknown.
func (c *Catalog) Fits(som, carrierBoard, majorVersion string) (Verdict, []Clash) {
	if carrierBoard == "" {
		carrierBoard = "generic"
	}
	if c.fits.wholly {
		cell, ok := c.fits.cells[fitKey{som, carrierBoard, majorVersion}]
		if !ok {
			return FitUnknown, nil
		}
		if len(cell.clashes) > 0 {
			return FitNo, cell.clashes
		}
		return FitYes, nil
	}
	rule, ok := c.fits.majors[som]
	if !ok {
		return FitUnknown, nil
	}
	var clashes []Clash
	if _, ok := c.Generation(majorVersion); ok && rule.allowed != nil && !slices.Contains(rule.allowed, majorVersion) {
		clashes = append(clashes, ClashMajor)
	}
	// The assertion on carrier boards looks at no major, so any cell tells.
	if c.fits.carrier && slices.Contains(c.fits.cells[fitKey{som, carrierBoard, ""}].clashes, ClashCarrier) {
		clashes = append(clashes, ClashCarrier)
	}
	if len(clashes) > 0 {
		return FitNo, clashes
	}
	return FitUnknown, nil
}

// TargetBoardOn returns the board configuration flashed for a combination without super; nothing where it is not known or there is none.
func (c *Catalog) TargetBoardOn(som, carrierBoard, majorVersion string) string {
	if !c.fits.wholly {
		return ""
	}
	return c.fits.cells[fitKey{som, carrierBoard, majorVersion}].targetBoard
}
