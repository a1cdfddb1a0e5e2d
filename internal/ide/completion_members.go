package ide

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
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
		return c.scopes()
	case last == 0 || !isScope(known, last):
		return nil
	}
	return c.membersOf(known[last].Name)
}

// membersOf offers the members of a package scope of jetpack-nixos.
func (c *completer) membersOf(scope string) []Item {
	major, _ := catalog.ScopeMajor(scope)
	var items []Item
	for _, p := range c.catalog.Packages() {
		if major != "" && !slices.Contains(p.Generations, major) {
			continue
		}
		item := c.item(ItemPackage, p.Name, c.written(p.Name), "1"+p.Name, ItemTopic{Package: p.Name, Scope: scope})
		item.Detail = memberKind(p)
		if len(p.Generations) > 0 && major == "" {
			item.Detail += ", JetPack " + strings.Join(p.Generations, ", ")
			if hosts, has := c.beside().lacking(p.Generations); len(hosts) > 0 {
				item.putLast("not in JetPack " + text.List(has, "and") + " on " + some(hosts, itself))
			}
		}
		items = append(items, item)
	}
	return items
}

// putLast puts an item behind the others, and says why.
func (i *Item) putLast(note string) {
	i.Sort, i.Note = "2"+i.Label, note
	i.Detail += ", " + note
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
			item.Detail += ", JetPack " + g.JetPack
		}
		if major != "" {
			if hosts, _ := c.beside().lacking([]string{major}); len(hosts) > 0 {
				item.putLast("not the JetPack of " + some(hosts, itself))
			}
		}
		items = append(items, item)
	}
	return items
}
