package host

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
)

// Kind says how NixOS merges the definitions of an option.
type Kind uint8

// The ways to merge.
const (
	Opaque      Kind = iota // not known: a single simple value is the option's
	Equal                   // all definitions have to be equal
	List                    // lists are concatenated
	Lines                   // strings are joined with a separator
	Attrs                   // sets are merged, attribute by attribute, as Elem says
	Submodule               // sets, functions and files are modules of their own
	Anything                // sets as Attrs, everything else as Equal
	Raw                     // a single definition, which is not looked into
	Deferred                // modules, merged into one that imports them all
	Platform                // a platform's name, or a set with it; config has all that follows from it
	Unmergeable             // a type that gives another value than the one that is defined
)

// Type is the type of an option, as far as merging goes.
type Type struct {
	Kind Kind
	// Nullable says that the option takes null besides.
	Nullable bool
	// Elem is the type of the elements of a List and of the attributes of Attrs; nil
	// for one that is not known.
	Elem *Type
	// Lazy says that Attrs have the attributes whose definitions a condition rules
	// out, too.
	Lazy bool
	// Separator stands between the strings of Lines.
	Separator string

	schema *Schema    // the fields of a Submodule that a catalog declares
	of     *submodule // the modules of a Submodule that a text declares
	// freeform is the type of what a Submodule has besides its fields; nil for nothing.
	freeform *Type
}

// Option is an option that modules outside of the workspace declare.
type Option struct {
	// Path is the option's path; the fields of a list or a set of submodules stand
	// below "*".
	Path []string
	Type Type
	// HasDefault says that the option has a default. Default is its Nix source, empty
	// where that is not known; in it, config, lib and pkgs are a module's arguments,
	// and cfg is the part of config around the option that has what is taken from it.
	HasDefault bool
	Default    string
	// RenamedTo is the path of the option that this one is an alias of.
	RenamedTo []string
	// Elsewhere is the priority of the strongest definition that the modules outside
	// of the workspace give the option; 0 where they give none.
	Elsewhere int
	// ElsewhereIf is the test without which these give none, in the words of a module; empty
	// for always.
	ElsewhereIf string
	// NixOS says that the option exists in every NixOS configuration, with
	// jetpack-nixos or without.
	NixOS bool

	test *syntax.Tree // of ElsewhereIf
	tree *syntax.Tree // of Default
	cfg  int          // how much of the path cfg stands for in Default
}

// Schema is a set of options. It does not change once it is made, and is safe for
// concurrent use.
type Schema struct {
	root    declared
	options []Option
	indexes map[string]int // of the options in Host.Values, by path
}

// declared is what a schema has at a path and below.
type declared struct {
	option   *Option
	children map[string]*declared
	names    []string // of children, in the order of the options
	aliases  []*Option
	depth    int
}

// isOne reports whether a system has the option once, and not for each of a set or a list.
func (o *Option) isOne() bool { return !slices.Contains(o.Path, "*") }

// NewSchema is the schema of these options.
func NewSchema(options ...Option) *Schema {
	s := &Schema{options: options, indexes: map[string]int{}}
	values := 0
	for i := range s.options {
		o := &s.options[i]
		if o.isOne() {
			s.indexes[strings.Join(o.Path, ".")] = values
			values++
		}
		if o.Default != "" {
			o.tree = syntax.Parse(o.Default)
		}
		if o.ElsewhereIf != "" {
			o.test = syntax.Parse(o.ElsewhereIf)
		}
		if at := s.root.make(o.Path); at.option == nil {
			at.option = o
		}
	}
	for i := range s.options {
		o := &s.options[i]
		if o.RenamedTo != nil {
			to := s.root.make(o.RenamedTo)
			to.aliases = append(to.aliases, o)
		}
		if o.tree != nil {
			o.cfg = s.root.scopeOf(o)
		}
	}
	s.root.nest()
	return s
}

// nest moves the fields of submodules into the types of their options.
func (d *declared) nest() {
	if fields := d.children["*"]; fields != nil && d.option != nil {
		t := &d.option.Type
		for t.Elem != nil && t.Kind != Submodule {
			t = t.Elem
		}
		if t.Kind == Submodule {
			t.schema = &Schema{root: *fields}
		}
		return
	}
	for _, below := range d.children {
		below.nest()
	}
}

// scopeOf is the length of the innermost path around an option that has all that its
// default takes from cfg.
func (d *declared) scopeOf(o *Option) int {
	for n := len(o.Path) - 1; n > 0; n-- {
		has := true
		for node := range syntax.Descendants(o.tree.Root()) {
			sel, ok := syntax.AsSelect(node)
			if !ok || sel.From().Kind() != syntax.Identifier || sel.From().Text() != "cfg" {
				continue
			}
			path := o.Path[:n:n]
			for part := range sel.Path().Names() {
				name, _ := syntax.AttrName(part)
				path = append(path, name)
			}
			has = has && d.at(path) != nil
		}
		if has {
			return n
		}
	}
	return 0
}

func (d *declared) make(path []string) *declared {
	for i, name := range path {
		below := d.children[name]
		if below == nil {
			if d.children == nil {
				d.children = map[string]*declared{}
			}
			below = &declared{depth: i + 1}
			d.children[name] = below
			d.names = append(d.names, name)
		}
		d = below
	}
	return d
}

// isNixOS reports whether every NixOS configuration has an option here or below.
func (d *declared) isNixOS() bool {
	if d.option != nil && d.option.NixOS {
		return true
	}
	for _, below := range d.children {
		if below.isNixOS() {
			return true
		}
	}
	return false
}

// at is what a schema has at a path; nil for nothing.
func (d *declared) at(path []string) *declared {
	for _, name := range path {
		if d == nil {
			return nil
		}
		d = d.children[name]
	}
	return d
}

// Lookup finds the option of a path.
func (s *Schema) Lookup(path ...string) (Option, bool) {
	d := s.root.at(path)
	if d == nil || d.option == nil {
		return Option{}, false
	}
	return *d.option, true
}

// FromCatalog is the schema of a revision of jetpack-nixos, and of those options of
// NixOS that configurations around a Jetson turn on.
func FromCatalog(c *catalog.Catalog) *Schema {
	var all []Option
	for _, o := range c.Options() {
		if o.Kind == catalog.KindUnspecified && !o.HasDefault && o.RenamedTo == "" {
			continue // an option of NixOS that jetpack-nixos declares anew
		}
		option := Option{
			Path: o.Parts(), Type: typeOf(o.Type), HasDefault: o.HasDefault, Default: o.Default,
		}
		option.Elsewhere, option.ElsewhereIf = elsewhere(c.Revision, o.Path)
		if o.DeclaredWith == "mkEnableOption" && o.Default == "" {
			option.HasDefault, option.Default = true, "false"
		}
		if o.RenamedTo != "" {
			option.RenamedTo = strings.Split(o.RenamedTo, ".")
		}
		all = append(all, option)
	}
	for _, o := range nixos {
		if !slices.ContainsFunc(all, func(other Option) bool { return slices.Equal(other.Path, o.Path) }) {
			all = append(all, o)
		}
	}
	return NewSchema(all...)
}

// nixos are the options of NixOS that a configuration around a Jetson turns on: what
// defaults of jetpack-nixos read, what names and describes a system, and what takes one
// value and jetpack-nixos sets itself.
var nixos = []Option{
	nixosOption("networking.hostName", Equal, `"nixos"`, 1000),
	nixosOption("nixpkgs.hostPlatform", Platform, "", 0),
	nixosOption("nixpkgs.config", Anything, "{ }", 100),
	nixosOption("system.stateVersion", Equal, "", 0),
	nixosOption("console.enable", Equal, "true", 100),
	nixosOption("hardware.graphics.enable", Equal, "false", 100),
	nixosOption("hardware.nvidia-container-toolkit.enable", Equal, "false", 1000),
	nixosOption("virtualisation.docker.enable", Equal, "false", 100),
	nixosOption("virtualisation.podman.enable", Equal, "false", 100),
	nixosOption("virtualisation.docker.enableNvidia", Equal, "false", 1000),
	nixosOption("virtualisation.podman.enableNvidia", Equal, "false", 1000),
	nixosOption("boot.initrd.systemd.enable", Equal, "", 100),
	nixosOption("boot.loader.efi.canTouchEfiVariables", Equal, "false", 0),
	nixosOption("boot.kernelPackages", Raw, "", 100),
	nixosOption("boot.kernelPatches", List, "", 100),
	nixosOption("boot.initrd.includeDefaultModules", Equal, "", 100),
	nixosOption("hardware.deviceTree.enable", Equal, "", 100),
	nixosOption("hardware.deviceTree.overlays", List, "", 100),
	nixosOption("hardware.deviceTree.dtbSource", Raw, "", 100),
	nixosOption("hardware.deviceTree.kernelPackage", Raw, "", 100),
	nixosOption("hardware.deviceTree.filter", Equal, "", 100),
	nixosOption("hardware.graphics.package", Raw, "", 100),
	nixosOption("hardware.opengl.package", Raw, "", 100),
	nixosOption("hardware.opengl.setLdLibraryPath", Equal, "", 100),
	nixosOption("hardware.nvidia.package", Raw, "", 50),
	nixosOption("hardware.nvidia-container-toolkit.discovery-mode", Equal, "", 50),
	nixosOption("hardware.nvidia-container-toolkit.mount-nvidia-docker-1-directories", Equal, "", 50),
	nixosOption("hardware.nvidia-container-toolkit.mount-nvidia-executables", Equal, "", 50),
}

func nixosOption(path string, kind Kind, byDefault string, elsewhere int) Option {
	return Option{
		Path: strings.Split(path, "."), Type: Type{Kind: kind}, HasDefault: byDefault != "", Default: byDefault,
		Elsewhere: elsewhere, NixOS: true,
	}
}

// typeOf reads a type off its description, as nixpkgs' lib words it.
func typeOf(description string) Type {
	kind, _, nullable, _ := catalog.ReadType(description)
	t := Type{Nullable: nullable}
	of := strings.TrimPrefix(description, "null or ")
	for strings.HasPrefix(of, "(") && strings.HasSuffix(of, ")") {
		of = of[1 : len(of)-1]
	}
	elem := func(prefix string) *Type {
		of := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(of, prefix), "("), ")")
		e := typeOf(of)
		return &e
	}
	switch kind {
	case catalog.KindBool, catalog.KindInt, catalog.KindString, catalog.KindPath, catalog.KindPackage, catalog.KindEnum:
		t.Kind = Equal
	case catalog.KindLines:
		t.Kind, t.Separator = Lines, "\n"
	case catalog.KindList:
		t.Kind, t.Elem = List, elem("list of ")
	case catalog.KindAttrs:
		t.Kind, t.Elem = Attrs, elem("attribute set of ")
	case catalog.KindSubmodule:
		t.Kind = Submodule
	case catalog.KindAnything:
		t.Kind = Anything
	}
	return t
}
