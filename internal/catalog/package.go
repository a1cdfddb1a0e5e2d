package catalog

import "slices"

// Package is one member of the nvidia-jetpack scope.
type Package struct {
	Name string `json:"-"`
	// Kind is derivation, function, packageSet, attrset, string or another word for the kind of value.
	Kind string `json:"kind,omitzero"`
	// Generations are the JetPack majors whose scope has the member, oldest first.
	Generations []string `json:"generations,omitzero"`
	// File is where the name is bound, within jetpack-nixos; Line and Column are 1-based and 0 where the file as a whole is meant.
	// It is empty for what nixpkgs' makeScope adds.
	File   string `json:"file,omitzero"`
	Line   int    `json:"-"`
	Column int    `json:"column,omitzero"`
	// Source is the file or folder the member is built from, where that is another one. It may hold ${…} for the L4T major.
	Source string `json:"source,omitzero"`
	// DeviceOnly is set for members that exist only inside a NixOS configuration with hardware.nvidia-jetpack.enable.
	DeviceOnly bool `json:"deviceOnly,omitzero"`
	// DeviceFile and DeviceLine say where such a configuration adds or overrides the member; empty where it does not.
	DeviceFile string `json:"deviceFile,omitzero"`
	DeviceLine int    `json:"-"`
	// Summary is the project's own description; empty where there is none.
	Summary string `json:"-"`
}

// Attribute is a name that the overlay puts into the package set itself, or that system.build gets.
type Attribute struct {
	Name string `json:"name,omitzero"`
	File string `json:"file,omitzero"`
	Line int    `json:"line,omitzero"`
	// Equals is the expression that has the same value, where there is one.
	Equals string `json:"equals,omitzero"`
	// OnOthers says, for the scope of one JetPack, what it is on a NixOS host of another one.
	OnOthers OnOthers `json:"onOthers,omitzero"`
}

// OnOthers says what becomes of the scope of one JetPack on a NixOS host of another one; empty where that is not known.
type OnOthers string

// What becomes of a scope: evaluation warns, and it has its members, or none.
const (
	OthersWarn  OnOthers = "warning"
	OthersEmpty OnOthers = "empty"
)

// The package sets besides the scope whose members catalogs know, beside samples and tests.
const (
	CUDASet   = "cudaPackages"   // of pkgs and of the scope
	KernelSet = "kernelPackages" // what a host's boot.kernelPackages has besides nixpkgs' own
	// ScopeKernelSet is what the kernelPackages of the scope have besides nixpkgs' own.
	ScopeKernelSet = "scope-kernelPackages"
)

// SetMember is a name that jetpack-nixos sets or overrides in a package set besides its scope.
type SetMember struct {
	// Set is CUDASet, KernelSet, ScopeKernelSet, samples or tests.
	Set  string `json:"-"`
	Name string `json:"-"`
	// Generations are the JetPack majors whose scope has the set with the member; none where every set has it.
	Generations []string `json:"generations,omitzero"`
	// File is where the member is made, within jetpack-nixos; Line is 1-based, and 0 where the file as a whole is meant.
	File string `json:"file"`
	Line int    `json:"-"`
}

// Output is one kind of flake output and the names below it.
type Output struct {
	// Name is the output, with the system for those that have one: packages.x86_64-linux.
	Name  string   `json:"name"`
	Names []string `json:"names"`
}

// FlashTarget is one combination that upstream supports and builds a flash package for.
type FlashTarget struct {
	// Name is the entry's name in nixosConfigurations, Package the one in packages.x86_64-linux, Binary the program in it.
	Name         string `json:"name"`
	Package      string `json:"package"`
	Binary       string `json:"binary"`
	SoM          string `json:"som"`
	CarrierBoard string `json:"carrierBoard"`
	Super        bool   `json:"super,omitzero"`
	// Major is the JetPack major it evaluates to.
	Major       string `json:"majorVersion"`
	TargetBoard string `json:"targetBoard,omitzero"`
}

type packageSet struct {
	Contents
	targets []FlashTarget
}

// HasPackages reports whether the packages of this revision are known at all.
// Where they are not, the methods below return nothing: that says nothing about the revision.
func (c *Catalog) HasPackages() bool {
	s := c.packages()
	return len(s.Packages)+len(s.Overlay) > 0
}

// Packages returns the members of the nvidia-jetpack scope, sorted by name. Kind is known of all of them in few revisions
// but the newest.
func (c *Catalog) Packages() []Package { return c.packages().Packages }

// Package finds a member of the nvidia-jetpack scope.
func (c *Catalog) Package(name string) (Package, bool) {
	return find(c.packages().Packages, name, func(p *Package) string { return p.Name })
}

// OverlayAttributes returns the attributes that the overlay sets at the top level of the package set, sorted by name.
func (c *Catalog) OverlayAttributes() []Attribute { return c.packages().Overlay }

// SystemBuild returns the attributes that the modules add to config.system.build, sorted by name.
func (c *Catalog) SystemBuild() []Attribute { return c.packages().Build }

// BuildProduct finds an attribute that the modules add to config.system.build.
func (c *Catalog) BuildProduct(name string) (Attribute, bool) {
	return find(c.SystemBuild(), name, func(a *Attribute) string { return a.Name })
}

// SetMembers returns what jetpack-nixos sets or overrides in a package set besides its scope, sorted by name.
func (c *Catalog) SetMembers(set string) []SetMember {
	all := c.packages().Members
	from := slices.IndexFunc(all, func(m SetMember) bool { return m.Set == set })
	if from < 0 {
		return nil
	}
	n := slices.IndexFunc(all[from:], func(m SetMember) bool { return m.Set != set })
	if n < 0 {
		return all[from:]
	}
	return all[from : from+n]
}

// SetMember finds a member of a package set besides the scope.
func (c *Catalog) SetMember(set, name string) (SetMember, bool) {
	return find(c.SetMembers(set), name, func(m *SetMember) string { return m.Name })
}

// Outputs returns those of the flake's outputs all of whose names are known, sorted by name.
func (c *Catalog) Outputs() []Output {
	all := c.packages().Outputs
	if len(all) > 0 && all[0].Name == "" {
		return all[1:]
	}
	return all
}

// FlashTargets returns the combinations that upstream supports, in upstream's order; nothing where they are not known for the revision.
func (c *Catalog) FlashTargets() []FlashTarget { return c.packages().targets }

// SuperMajor is the least JetPack major with which upstream flashes a SoM in super mode, where that is later than the SoM's own:
// NVIDIA's earlier releases have no such board configuration. It is empty where nothing says so.
func (c *Catalog) SuperMajor(som string) string {
	known, ok := c.SoM(som)
	least := ""
	for _, t := range c.FlashTargets() {
		if t.SoM == som && t.Super && (least == "" || t.Major < least) {
			least = t.Major
		}
	}
	if !ok || least <= known.DefaultMajor {
		return ""
	}
	return least
}
