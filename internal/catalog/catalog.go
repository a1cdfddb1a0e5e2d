// Package catalog holds what is known about every revision of jetpack-nixos: its options, SoMs, JetPack generations and packages.
// A catalog is made of one source, which was read without running Nix; the sources of all known commits are embedded.
package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Revision names one commit of jetpack-nixos. The zero value stands for "not known".
type Revision struct {
	// Hash is the full commit hash, 40 lower-case hexadecimal digits.
	Hash string
	// Date is the day of the commit, at midnight UTC.
	Date time.Time
}

// Known reports whether r names a commit.
func (r Revision) Known() bool { return r.Hash != "" }

// Short returns the first seven digits of the hash, or nothing for an unknown revision.
func (r Revision) Short() string { return fmt.Sprintf("%.7s", r.Hash) }

// Day returns the date as 2006-01-02, or nothing for an unknown revision.
func (r Revision) Day() string {
	if !r.Known() {
		return ""
	}
	return r.Date.Format(time.DateOnly)
}

// Match says how a catalog relates to the revision that was asked for.
type Match int

const (
	// Exact: the catalog is the one of the revision asked for.
	Exact Match = iota
	// Unknown: the revision is in no known history; the catalog is the newest.
	Unknown
	// NoModules: the revision declares no options, or cannot be evaluated.
	// The catalog is that of its nearest ancestor that can, or an empty one where there is none.
	NoModules
)

func (m Match) String() string {
	switch m {
	case Exact:
		return "exact"
	case NoModules:
		return "no modules"
	default:
		return "unknown"
	}
}

// Catalog is what one revision declares. All its methods are safe for concurrent use;
// the slices they return are shared and must not be changed.
type Catalog struct {
	// Revision is the commit the facts hold for.
	Revision Revision
	// Root is the root module; the zero RootModule where that is not known.
	Root RootModule

	// NixOS is the release of NixOS whose nixpkgs upstream's flake takes, such as 25.11; that of the newest revision for a source
	// whose commit is not known.
	NixOS string

	*tree
	generations []Generation
	assertions  func() []Assertion
	boards      func() boards
	packages    func() packageSet
	effects     func() []Effect
}

// Assertions are the assertions and warnings that the revision's modules have, sorted by ID.
func (c *Catalog) Assertions() []Assertion { return c.assertions() }

// HasAssertion reports whether the modules of the revision have one of some assertions, given by their IDs.
func (c *Catalog) HasAssertion(ids ...string) bool {
	return slices.ContainsFunc(c.assertions(), func(a Assertion) bool { return slices.Contains(ids, a.ID) })
}

// tree is the options of a catalog, and how to find them.
type tree struct {
	options   []Option
	root      *node
	roots     []string
	rootPaths [][]string // roots, name by name
}

// node is one attribute of the tree of option paths.
type node struct {
	option   int // index into tree.options, or -1
	children map[string]*node
	names    []string // the keys of children, sorted
}

// Child is one attribute right below a prefix of option paths.
type Child struct {
	// Name is the attribute's name; "*" stands for any element of a list of submodules.
	Name string
	// Option is set where the child is an option itself.
	Option *Option
	// HasChildren reports whether longer option paths go through the child.
	HasChildren bool
}

// Options returns every option and submodule field, sorted by path.
func (c *Catalog) Options() []Option { return c.options }

// Lookup finds the option with exactly this path.
// A component "*" of a declared path (variants.*.boardid) matches any one component of the path asked for.
func (c *Catalog) Lookup(path []string) (Option, bool) {
	n := c.find(path)
	if n == nil || n.option < 0 {
		return Option{}, false
	}
	return c.options[n.option], true
}

// Option finds an option by its dotted path, as Options spells it.
func (c *Catalog) Option(path string) (Option, bool) {
	return find(c.options, path, func(o *Option) string { return o.Path })
}

// Children returns the attributes right below prefix, sorted by name; none where prefix is not part of an option path.
func (c *Catalog) Children(prefix []string) []Child {
	n := c.find(prefix)
	if n == nil {
		return nil
	}
	out := make([]Child, 0, len(n.names))
	for _, name := range n.names {
		below := n.children[name]
		child := Child{Name: name, HasChildren: len(below.names) > 0}
		if below.option >= 0 {
			child.Option = &c.options[below.option]
		}
		out = append(out, child)
	}
	return out
}

// IsPrefix reports whether longer option paths go through path. Every path is a prefix of itself only if they do.
func (c *Catalog) IsPrefix(path []string) bool {
	n := c.find(path)
	return n != nil && len(n.names) > 0
}

// Roots returns the shortest paths below which everything this catalog knows is jetpack-nixos's own, sorted:
// hardware.nvidia-jetpack, services.nvpmodel and so on, and single options inside namespaces that belong to NixOS.
func (c *Catalog) Roots() []string { return c.roots }

// IsOwn reports whether a path is one of Roots or lies below one.
func (c *Catalog) IsOwn(path []string) bool {
	return slices.ContainsFunc(c.rootPaths, func(root []string) bool {
		return len(path) >= len(root) && slices.Equal(path[:len(root)], root)
	})
}

// SoMs returns the SoM values of this revision in upstream's order.
func (c *Catalog) SoMs() []SoM { return c.boards().soms }

// SoM finds a SoM by its option value.
func (c *Catalog) SoM(name string) (SoM, bool) {
	return find(c.SoMs(), name, func(s *SoM) string { return s.Name })
}

// Generations returns the JetPack generations this revision carries, oldest first.
// It is empty where the versions of a revision are not known.
func (c *Catalog) Generations() []Generation { return c.generations }

// Generation finds a JetPack generation by its major version ("6").
func (c *Catalog) Generation(major string) (Generation, bool) {
	return find(c.generations, major, func(g *Generation) string { return g.Major })
}

// find is the first member of a list with a name.
func find[T any](all []T, name string, nameOf func(*T) string) (T, bool) {
	for i := range all {
		if nameOf(&all[i]) == name {
			return all[i], true
		}
	}
	var none T
	return none, false
}

func (t *tree) find(path []string) *node {
	n := t.root
	for _, name := range path {
		below := n.children[name]
		if below == nil {
			below = n.children["*"]
		}
		if below == nil {
			return nil
		}
		n = below
	}
	return n
}

// shared are the namespaces that NixOS declares too: what lies below them is not all jetpack-nixos's own.
// hardware.nvidia.enabled is a NixOS option that jetpack-nixos declares once more: the set around it is NixOS's.
var shared = []string{"hardware", "hardware.nvidia", "services"}

// index builds the lookup structures over options, which must be sorted by path.
func (t *tree) index() {
	t.root = &node{option: -1, children: map[string]*node{}}
	for i, o := range t.options {
		n := t.root
		for name := range strings.SplitSeq(o.Path, ".") {
			below := n.children[name]
			if below == nil {
				below = &node{option: -1}
				if n.children == nil {
					n.children = map[string]*node{}
				}
				n.children[name] = below
				n.names = append(n.names, name)
			}
			n = below
		}
		n.option = i
	}
	t.root.finish("", &t.roots)
	slices.Sort(t.roots)
	for _, root := range t.roots {
		t.rootPaths = append(t.rootPaths, strings.Split(root, "."))
	}
}

// finish sorts the names below n and collects the roots: the first nodes on each path outside the shared namespaces.
func (n *node) finish(path string, roots *[]string) {
	slices.Sort(n.names)
	for _, name := range n.names {
		below := name
		if path != "" {
			below = path + "." + name
		}
		into := roots
		if roots != nil && !slices.Contains(shared, below) {
			*roots = append(*roots, below)
			into = nil
		}
		n.children[name].finish(below, into)
	}
}
