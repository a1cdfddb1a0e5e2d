package catalog

import "slices"

// anyScope are members that a scope may have for the nixpkgs that makes it: makeScope of some releases adds overrideScope', and
// callPackage the first two.
var anyScope = []string{"override", "overrideDerivation", "overrideScope'", "recurseForDerivations"}

// HasMember reports whether a package scope has a member; known is false where the catalog does not have all of its members. host is
// the JetPack of the host whose scope it is, for a scope without a number. Where that is empty, the scope has what any may have.
func (c *Catalog) HasMember(scope, host, member string) (has, known bool) {
	if slices.Contains(anyScope, member) {
		return true, true
	}
	major, isScope := ScopeMajor(scope)
	known = isScope && c.isWhole(scope)
	p, ok := c.Package(member)
	if !ok {
		return false, known
	}
	of := major
	if major == "" {
		of = host
		if host == "" || p.DeviceFile != "" {
			return true, known
		}
	}
	return slices.Contains(p.Generations, of), known
}

// HasScope reports whether the overlay has a package scope; known is false where the catalog does not have all that it sets.
func (c *Catalog) HasScope(name string) (has, known bool) {
	_, has = find(c.OverlayAttributes(), name, func(a *Attribute) string { return a.Name })
	return has, c.isWhole(WholeOverlay)
}

// Scopes are the names of the package scopes that the overlay sets, sorted.
func (c *Catalog) Scopes() []string {
	var names []string
	for _, a := range c.OverlayAttributes() {
		if _, ok := ScopeMajor(a.Name); ok {
			names = append(names, a.Name)
		}
	}
	return names
}

// ScopesWith are the scopes of one generation that have a member, sorted.
func (c *Catalog) ScopesWith(p Package) []string {
	return slices.DeleteFunc(c.Scopes(), func(scope string) bool {
		major, _ := ScopeMajor(scope)
		return !slices.Contains(p.Generations, major)
	})
}

// OnOthers says what the scope of one JetPack is on a NixOS host of another one.
func (c *Catalog) OnOthers(scope string) OnOthers {
	a, _ := find(c.OverlayAttributes(), scope, func(a *Attribute) string { return a.Name })
	return a.OnOthers
}

// Output returns the names in an output of the flake, as Outputs has it, or the names of the outputs themselves for an empty name; it
// is not ok where they are not all known.
func (c *Catalog) Output(name string) (Output, bool) {
	return find(c.packages().Outputs, name, func(o *Output) string { return o.Name })
}

func (c *Catalog) isWhole(name string) bool { return slices.Contains(c.packages().Whole, name) }
