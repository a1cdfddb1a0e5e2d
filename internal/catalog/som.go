package catalog

import "slices"

// SoM is one value of hardware.nvidia-jetpack.som. Fields that are not known for the revision are empty.
type SoM struct {
	// Name is the option's value, e.g. orin-agx.
	Name string `json:"name"`
	// Family is the prefix upstream groups SoMs by: xavier, orin or thor; empty for generic.
	Family string `json:"family,omitzero"`
	// SoC is the chip type (t194, t234, t264) and ChipID its number, both empty for generic.
	SoC    string `json:"soc,omitzero"`
	ChipID string `json:"chipId,omitzero"`
	// DefaultMajor is the JetPack major this SoM gets where majorVersion is not set; Majors are those it is allowed with.
	DefaultMajor string   `json:"defaultMajor,omitzero"`
	Majors       []string `json:"majors,omitzero"`
	// CUDACapabilities are those set in nixpkgs.config when hardware.nvidia-jetpack.configureCuda is on.
	CUDACapabilities []string `json:"cudaCapabilities,omitzero"`
	// TargetBoard is the board configuration that is flashed, SuperTargetBoard the one with hardware.nvidia-jetpack.super on.
	// On the carrier board xavierNxDevkit another one is taken: ask TargetBoardOn.
	TargetBoard      string `json:"targetBoard,omitzero"`
	SuperTargetBoard string `json:"superTargetBoard,omitzero"`
	// BoardIDs and BoardSKUs name the modules whose firmware is built, one entry per firmware variant for the SKUs.
	BoardIDs  []string `json:"boardIds,omitzero"`
	BoardSKUs []string `json:"boardSkus,omitzero"`
	// Since is the mainline revision that brought the value.
	Since Revision `json:"-"`
	// Summary is the project's own description; empty where there is none.
	Summary string `json:"-"`
}

// Generation is one JetPack generation that a revision carries.
type Generation struct {
	// Major is the value of hardware.nvidia-jetpack.majorVersion: 5, 6 or 7.
	Major   string `json:"major"`
	JetPack string `json:"jetpack,omitzero"`
	L4T     string `json:"l4t,omitzero"`
	// CUDA is the toolkit's version, Driver the CUDA driver's; Driver is empty where the L4T version serves as such.
	CUDA   string `json:"cuda,omitzero"`
	Driver string `json:"driver,omitzero"`
	// Kernel is the kernel's version; RealtimeSuffix is appended to it with kernel.realtime, where that changes the version.
	Kernel         string `json:"kernel,omitzero"`
	RealtimeSuffix string `json:"realtimeSuffix,omitzero"`
	// SoMFamilies are the prefixes of the SoMs that upstream's assertions accept; the SoM generic is always accepted.
	// It is empty for revisions without such an assertion.
	SoMFamilies []string `json:"somFamilies,omitzero"`
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

// NoBoard is the value of som and of carrierBoard that names no board: with it, nothing can be flashed.
const NoBoard = "generic"

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

// Combination is an evaluated combination of SoM, carrier board and JetPack, without super, which changes no verdict.
type Combination struct {
	SoM          string `json:"som"`
	CarrierBoard string `json:"carrierBoard"`
	// Major is what majorVersion was set to; empty for not set.
	Major       string  `json:"majorVersion,omitzero"`
	TargetBoard string  `json:"targetBoard,omitzero"`
	Clashes     []Clash `json:"clashes,omitzero"`
}

type fitKey struct{ som, carrier, major string }

// Fits judges a combination of hardware.nvidia-jetpack.som, .carrierBoard and .majorVersion (empty: not set).
// FitNo comes with what is broken; anything that is not certain to be refused or to work is FitUnknown.
func (c *Catalog) Fits(som, carrierBoard, majorVersion string) (Verdict, []Clash) {
	if carrierBoard == "" {
		carrierBoard = NoBoard
	}
	b := c.boards()
	if b.wholly {
		cell, ok := b.cells[fitKey{som, carrierBoard, majorVersion}]
		if !ok {
			return FitUnknown, nil
		}
		if len(cell.Clashes) > 0 {
			return FitNo, cell.Clashes
		}
		return FitYes, nil
	}
	known, ok := c.SoM(som)
	if !ok {
		return FitUnknown, nil
	}
	var clashes []Clash
	if _, ok := c.Generation(majorVersion); ok && known.Majors != nil && !slices.Contains(known.Majors, majorVersion) {
		clashes = append(clashes, ClashMajor)
	}
	// The assertion on carrier boards looks at no major, so any combination says it.
	if b.carriers && slices.Contains(b.cells[fitKey{som, carrierBoard, ""}].Clashes, ClashCarrier) {
		clashes = append(clashes, ClashCarrier)
	}
	if len(clashes) > 0 {
		return FitNo, clashes
	}
	return FitUnknown, nil
}

// TargetBoardOn returns the board configuration flashed for a combination without super; nothing where it is not known or there is none.
func (c *Catalog) TargetBoardOn(som, carrierBoard, majorVersion string) string {
	b := c.boards()
	if !b.wholly {
		return ""
	}
	return b.cells[fitKey{som, carrierBoard, majorVersion}].TargetBoard
}
