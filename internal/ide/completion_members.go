package ide

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// members offers the members of the package scope.
func (c *completer) members() []Item {
	known := c.cursor.Path.Known()
	last := len(known) - 1
	switch {
	case last < 0 || !c.sn.DealsWithJetpack(c.doc):
		return nil
	case known[last].Name == "pkgs":
		return append(c.scopes(), c.cudaSets()...)
	case c.cursor.Kind == module.TypesSelection && isBuild(known):
		return c.buildProducts()
	case !isScope(known, last) || last == 0 && !known[0].Variable:
		return c.setMembers(known)
	}
	return c.membersOf(known[last].Name)
}

// membersOf offers the members of a package scope of jetpack-nixos.
func (c *completer) membersOf(scope string) []Item {
	major, _ := catalog.ScopeMajor(scope)
	inList := c.inList()
	var items []Item
	for _, p := range c.catalog.Packages() {
		if major != "" && !slices.Contains(p.Generations, major) {
			continue
		}
		item := c.item(ItemPackage, p.Name, c.written(p.Name), bySort("1", memberUses[p.Name], p.Name), ItemTopic{Package: p.Name, Scope: scope})
		item.Detail = memberKind(p)
		if inList {
			item.Sort = listRank(p) + item.Sort
		}
		if len(p.Generations) > 0 && major == "" {
			item.Detail = c.inGenerations(item.Detail, p.Generations)
			if hosts, has := c.beside().lacking(p.Generations); len(hosts) > 0 {
				item.putLast("not in JetPack "+text.List(has, "and")+" on "+some(hosts, itself), hosts)
			}
		}
		items = append(items, item)
	}
	return items
}

// inList reports whether what is being typed is an element of a list, which mostly is one of packages.
func (c *completer) inList() bool {
	for n := range syntax.Ancestors(c.doc.Tree().NodeAt(c.cursor.Replace.Start)) {
		switch n.Kind() {
		case syntax.List:
			return true
		case syntax.AttrSet, syntax.Lambda, syntax.Apply, syntax.LetIn:
			return false
		}
	}
	return false
}

// listRank orders what may stand in a list of packages: packages, sets that have some, and what cannot.
func listRank(p catalog.Package) string {
	switch p.Kind {
	case "derivation", "":
		return "1"
	case "packageSet", "attrset":
		return "2"
	}
	return "3"
}

// inGenerations adds to a detail the JetPacks that have something, where that is not each and there is room.
func (c *completer) inGenerations(detail string, majors []string) string {
	if len(majors) == len(c.catalog.Generations()) {
		return detail
	}
	return brief(detail+", JetPack "+strings.Join(majors, ", "), brief("JetPack "+strings.Join(majors, ", "), detail))
}

// cudaSets offers the package sets for CUDA that the overlay sets, once something of their names is typed.
func (c *completer) cudaSets() []Item {
	if c.cursor.Typed == "" {
		return nil
	}
	var items []Item
	for _, a := range c.catalog.OverlayAttributes() {
		if !isCUDASet(a.Name) || !c.matches(a.Name) {
			continue
		}
		item := c.item(ItemPackage, a.Name, c.written(a.Name), "1"+a.Name, ItemTopic{Scope: a.Name})
		item.Detail = "CUDA package set"
		if runs := c.jetpacksWith(a.Name); !runs.Empty() {
			item.Detail = brief("for JetPack "+runs.Plain(), item.Detail)
		}
		items = append(items, item)
	}
	return items
}

// setMembers offers what jetpack-nixos sets in a package set besides its scope.
func (c *completer) setMembers(known module.Path) []Item {
	of, set, ok := c.setAround(&module.Place{Path: known, Origin: c.cursor.Origin, Binder: c.cursor.Binder}, known)
	if !ok || set == catalog.CUDASet && !strings.Contains(of, ".") && !c.adaptsCUDASet(of) {
		return nil
	}
	scope, _, _ := strings.Cut(of, ".")
	major, _ := catalog.ScopeMajor(scope)
	var items []Item
	for _, m := range c.catalog.SetMembers(set) {
		if major != "" && len(m.Generations) > 0 && !slices.Contains(m.Generations, major) {
			continue
		}
		item := c.item(ItemPackage, m.Name, c.written(m.Name), "1"+m.Name, ItemTopic{Package: m.Name, Scope: of})
		item.Detail = brief(setMember{SetMember: m}.what(), "package")
		if len(m.Generations) > 0 && major == "" {
			item.Detail = c.inGenerations(item.Detail, m.Generations)
		}
		items = append(items, item)
	}
	return items
}

// buildProducts offers what jetpack-nixos sets in system.build.
func (c *completer) buildProducts() []Item {
	var items []Item
	for _, a := range c.catalog.SystemBuild() {
		item := c.item(ItemPackage, a.Name, c.written(a.Name), "1"+a.Name, ItemTopic{Package: a.Name, Scope: buildSet})
		item.Detail = "build product"
		switch a.Name {
		case "flashScript": // the one to take
			item.Sort = "0" + a.Name
		case deviceSet:
			item.Deprecated, item.Sort = true, "3"+a.Name
		}
		items = append(items, item)
	}
	return items
}

// arguments offers what callPackage finds in the scope for an argument of a package file.
func (c *completer) arguments() []Item {
	place := module.Place{Kind: module.ReferredName, Origin: module.Argument, Binder: c.cursor.Binder}
	if c.cursor.Typed == "" || !c.sn.DealsWithJetpack(c.doc) || !c.inPackageFile(&place) {
		return nil
	}
	items := append(c.scopes(), c.cudaSets()...)
	add := func(name, of, detail string) {
		if c.matches(name) && !ofBuilder[name] && (c.inCheckout() || !alsoOfNixpkgs[name]) {
			item := c.item(ItemPackage, name, name, "1"+name, ItemTopic{Package: name, Scope: of})
			item.Detail = detail
			items = append(items, item)
		}
	}
	for _, set := range c.setsOfFile() {
		for _, m := range c.catalog.SetMembers(set) {
			add(m.Name, c.ownSet(set), brief(setMember{SetMember: m}.what(), "package"))
		}
	}
	for _, p := range c.catalog.Packages() {
		add(p.Name, catalog.ScopeName, memberKind(p))
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(items, func(i Item) bool {
		isKnown := seen[i.Label] || slices.Contains(c.cursor.Present, i.Label)
		seen[i.Label] = true
		return isKnown
	})
}

// putLast puts an item behind the others, and says why, and on which hosts.
func (i *Item) putLast(note string, hosts []string) {
	i.Sort = "2" + i.Label
	i.note(note, brief("not on "+some(hosts, itself), "not on some hosts"))
}

// scopes offers the package scopes, once something of their names is typed: the package set has thousands of others. Those of
// another JetPack than the hosts' are the last.
func (c *completer) scopes() []Item {
	if c.cursor.Typed == "" {
		return nil
	}
	return c.scopesTyped()
}

// scopesTyped offers the package scopes that match what is typed.
func (c *completer) scopesTyped() []Item {
	var items []Item
	for _, a := range c.catalog.OverlayAttributes() {
		major, ok := catalog.ScopeMajor(a.Name)
		if !ok || !c.matches(a.Name) {
			continue
		}
		item := c.item(ItemPackage, a.Name, c.written(a.Name), "1"+a.Name, ItemTopic{Scope: a.Name})
		item.Detail = "package scope"
		if g, ok := c.catalog.Generation(major); ok {
			item.Detail = brief("scope, JetPack "+g.JetPack, item.Detail)
		}
		if major != "" {
			if hosts, _ := c.beside().lacking([]string{major}); len(hosts) > 0 {
				item.putLast("not the JetPack of "+some(hosts, itself), hosts)
			}
		}
		items = append(items, item)
	}
	return items
}
