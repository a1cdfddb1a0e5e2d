package catalog

import "sort"

// Package is one member of the nvidia-jetpack scope.
type Package struct {
	Name string
	// Kind is derivation, function, packageSet, attrset, string or another word for the value's shape.
	Kind string
	// Generations are the JetPack majors whose scope has the member, oldest first.
	Generations []string
	// File is where the name is bound, within jetpack-nixos; Line and Column are 1-based and 0 where the file as a whole is meant.
	// It is empty for what nixpkgs' makeScope adds.
	File   string
	Line   int
	Column int
	// Source is the file or folder the member is built from, where that is another one. It may hold ${…} for the L4T major.
	Source string
	// DeviceOnly is set for members that exist only inside a NixOS configuration with hardware.nvidia-jetpack.enable.
	DeviceOnly bool
	// DeviceFile and DeviceLine say where such a configuration adds or overrides the member; empty where it does not.
	DeviceFile string
	DeviceLine int
	// Summary is the project's own description; empty where there is none.
	Summary string
}

// Attribute is a name that the overlay puts into the package set itself, or that system.build gets.
type Attribute struct {
	Name string
	File string
	Line int
	// Equals is the expression that has the same value, where there is one.
	Equals string
}

// Output is one kind of flake output and the names below it.
type Output struct {
	// Name is the output, with the system for those that have one: packages.x86_64-linux.
	Name  string
	Names []string
}

// FlashTarget is one combination that upstream supports and builds a flash package for.
type FlashTarget struct {
	// Name is the entry's name in nixosConfigurations, Package the one in packages.x86_64-linux, Binary the program in it.
	Name, Package, Binary string
	SoM, CarrierBoard     string
	Super                 bool
	// Major is the JetPack major it evaluates to.
	Major       string
	TargetBoard string
}

type packageSet struct {
	packages []Package
	byName   map[string]int
	topLevel []Attribute
	build    []Attribute
	outputs  []Output
	targets  []FlashTarget
}

func (c *Catalog) packageSet() *packageSet {
	if c.packages == nil {
		return &packageSet{}
	}
	return c.packages()
}

// HasPackages reports whether the packages of this revision are known at all.
// Where they are not, the methods below return nothing: that says nothing about the revision.
func (c *Catalog) HasPackages() bool { return c.packages != nil }

// Packages returns the members of the nvidia-jetpack scope, sorted by name. In most revisions but the newest,
// only Name, Generations, DeviceOnly and Summary are known.
func (c *Catalog) Packages() []Package { return c.packageSet().packages }

// Package finds a member of the nvidia-jetpack scope.
func (c *Catalog) Package(name string) (Package, bool) {
	s := c.packageSet()
	i, ok := s.byName[name]
	if !ok {
		return Package{}, false
	}
	return s.packages[i], true
}

// OverlayAttributes returns the attributes that the overlay sets at the top level of the package set, sorted by name;
// without places in most revisions but the newest.
func (c *Catalog) OverlayAttributes() []Attribute { return c.packageSet().topLevel }

// SystemBuild returns the attributes that the modules add to config.system.build, sorted by name;
// it and the methods below return nothing where they are not known for the revision.
func (c *Catalog) SystemBuild() []Attribute { return c.packageSet().build }

// Outputs returns the flake's outputs, sorted by name.
func (c *Catalog) Outputs() []Output { return c.packageSet().outputs }

// FlashTargets returns the combinations that upstream supports, in upstream's order.
func (c *Catalog) FlashTargets() []FlashTarget { return c.packageSet().targets }

func (s *packageSet) index() {
	sort.Slice(s.packages, func(i, j int) bool { return s.packages[i].Name < s.packages[j].Name })
	s.byName = make(map[string]int, len(s.packages))
	for i, p := range s.packages {
		s.byName[p.Name] = i
	}
}
