package catalog

import (
	"slices"
	"strings"
	"sync"
)

// Source is what was read from the source of one revision, without running Nix. The embedded data holds one for every
// known commit; a checkout or a fork that lies on disk gives another.
type Source struct {
	// Revision is the commit whose source it is, unchanged; the zero Revision where that is not known, as in a checkout.
	Revision Revision
	// Options have what their declarations say.
	Options []Option
	Contents
	// Generations are oldest first. A generation without SoM families takes every SoM, if it is the only one.
	Generations []Generation
	// DefaultMajors are the JetPack majors that SoMs get where majorVersion is not set, by SoM.
	DefaultMajors map[string]string
	// Holds names the evaluated tables that hold for the source.
	Holds []Table
	// Assertions are the assertions and warnings of the modules, sorted by ID.
	Assertions []Assertion
	// Effects are what the modules do with options of NixOS, sorted by option, file and line.
	Effects []Effect
	// Root is the root module, which imports all others.
	Root RootModule
}

// RootModule is the file with the module that imports all modules of jetpack-nixos.
type RootModule struct {
	// File is where it is: modules/default.nix, or module.nix.
	File string `json:"-"`
	// Of is the argument that the file wants before it gives the module: overlay. It is empty where the file is the module.
	Of string `json:"of"`
}

// Contents are what a source has besides modules.
type Contents struct {
	// Packages and Overlay are the members of the nvidia-jetpack scope and the attributes of the overlay.
	Packages []Package
	Overlay  []Attribute
	// Members are what jetpack-nixos sets or overrides in other package sets, sorted by set and name.
	Members []SetMember
	// Build are the attributes of config.system.build that the modules set, sorted.
	Build []Attribute
	// Whole names what was read as a whole, sorted: the scopes all of whose members are among the packages, and
	// WholeOverlay. A scope without a number is that of a configured device.
	Whole []string
	// Outputs are the outputs of the flake all of whose names are known, sorted. One without a name has those of all outputs.
	Outputs []Output
}

// WholeOverlay says in [Contents.Whole] that Overlay has all attributes of the overlay.
const WholeOverlay = "overlay"

// Assertion is an assertion or a warning in the modules of jetpack-nixos.
type Assertion struct {
	// ID is a hash of the condition, of the conditions around it, and of what the names in these are bound to in the
	// same file. It outlives a change of the message, of comments, and of the file that the assertion is in.
	ID string `json:"-"`
	// File and Line are where it is written; the line is 1-based.
	File string `json:"file"`
	Line int    `json:"-"`
}

// Table names a part of what was evaluated at one revision. It holds for others whose files it depends on are the same.
type Table string

// The evaluated tables. TableCarriers is only the rule for carrier boards, which changes less often than TableBoards.
const (
	TableBoards       Table = "boards"
	TableCarriers     Table = "carriers"
	TableCapabilities Table = "capabilities"
	TablePackages     Table = "packages"
)

func (s Source) holds(t Table) bool { return slices.Contains(s.Holds, t) }

// Of makes the catalog of a source that was read. It adds history and the project's descriptions of the same options, values
// and packages. For the source of a known commit it adds what was evaluated too: kernels, boards, combinations, kinds of
// packages, outputs and flash targets.
func (l *Library) Of(s Source) *Catalog {
	if i, ok := l.find(s.Revision.Hash); ok && l.commits[i].Catalog == i {
		known := l.state(l.commits[i].Source)
		s.Holds, s.Generations, s.DefaultMajors = known.Holds, known.Generations, known.DefaultMajors
	}
	c := l.catalog(s, l.tree(s.Options), func() []Assertion { return s.Assertions }, func() Contents { return s.Contents })
	c.effects = func() []Effect { return s.Effects }
	return c
}

// catalog is the one way to a Catalog: the source without its options, assertions and packages, and those.
func (l *Library) catalog(s Source, options *tree, assertions func() []Assertion, contents func() Contents) *Catalog {
	c := &Catalog{Revision: s.Revision, Root: s.Root, NixOS: l.nixOS(len(l.commits)), tree: options, generations: s.Generations}
	c.boards = sync.OnceValue(func() boards { return l.boards(c, s) })
	c.packages = sync.OnceValue(func() packageSet { return l.packageSet(s, contents()) })
	c.assertions = sync.OnceValue(assertions)
	return c
}

// tree adds history and the project's descriptions to the options of a source, and indexes them.
func (l *Library) tree(options []Option) *tree {
	t := &tree{options: slices.Clone(options)}
	slices.SortFunc(t.options, func(a, b Option) int { return strings.Compare(a.Path, b.Path) })
	for i := range t.options {
		o := &t.options[i]
		o.library, o.Summary = l, l.SetSummary(o.Path)
		p := l.pastOf(o.Path)
		o.Since = p.since
		if o.RenamedTo != "" {
			o.AliasSince = p.aliasSince
		}
	}
	t.index()
	return t
}

// boards are the SoMs of a catalog, and the combinations that fit.
type boards struct {
	soms []SoM
	// cells are all combinations that were evaluated. wholly is set where they hold, carriers where at least the
	// refusal of carrier boards does.
	cells            map[fitKey]Combination
	wholly, carriers bool
}

func (l *Library) boards(c *Catalog, s Source) boards {
	option, ok := c.Option(SoMOption)
	if !ok {
		return boards{}
	}
	evaluated := l.evaluated().SoMs
	b := boards{wholly: s.holds(TableBoards), carriers: s.holds(TableCarriers), cells: l.cells()}
	for _, name := range option.Values {
		som := SoM{Name: name}
		at := slices.IndexFunc(evaluated, func(s SoM) bool { return s.Name == name })
		if at >= 0 {
			known := evaluated[at]
			som.Family, som.SoC, som.ChipID = known.Family, known.SoC, known.ChipID
			if b.wholly {
				som.TargetBoard, som.SuperTargetBoard = known.TargetBoard, known.SuperTargetBoard
				som.BoardIDs, som.BoardSKUs = known.BoardIDs, known.BoardSKUs
			}
			if s.holds(TableCapabilities) {
				som.CUDACapabilities = known.CUDACapabilities
			}
		}
		som.DefaultMajor = s.DefaultMajors[name]
		for _, g := range s.Generations {
			// Upstream's assertions go by the beginning of a SoM's name, and accept SoMs without a family. Where there is
			// a single generation, every SoM that upstream has takes it.
			free := at >= 0 && (som.Family == "" || len(s.Generations) == 1)
			if free || slices.ContainsFunc(g.SoMFamilies, func(family string) bool { return strings.HasPrefix(name, family) }) {
				som.Majors = append(som.Majors, g.Major)
			}
		}
		if som.DefaultMajor == "" && len(s.Generations) == 1 {
			som.DefaultMajor = s.Generations[0].Major
		}
		som.Since, som.Summary = option.ValueSince(name), option.ValueSummary(name)
		b.soms = append(b.soms, som)
	}
	return b
}

// packageSet adds to the packages of a source what was evaluated, and the project's descriptions.
func (l *Library) packageSet(s Source, c Contents) packageSet {
	set := packageSet{Contents: c}
	set.Packages = slices.Clone(c.Packages)
	for i := range set.Packages {
		set.Packages[i].Summary = l.PackageSummary(set.Packages[i].Name)
	}
	if s.holds(TablePackages) {
		e := l.evaluated()
		for i := range set.Packages {
			if p := &set.Packages[i]; p.Kind == "" {
				p.Kind = e.Kinds[p.Name]
			}
		}
		set.targets = e.Targets
	}
	slices.SortFunc(set.Packages, func(a, b Package) int { return strings.Compare(a.Name, b.Name) })
	return set
}
