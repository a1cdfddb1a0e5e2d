package ide

import (
	"jetpills/internal/catalog"
	"slices"
	"strings"
)

// members offers the members of the package scope.
func (c *completer) members() []Item {
	known := c.cursor.Path.Known()
	last := len(known) - 1
	if last < 1 || !isScope(known, last) || !c.sn.DealsWithJetpack(c.doc) {
		return nil
	}
	scope := known[last].Name
	major, _ := catalog.ScopeMajor(scope)
	var items []Item
	for _, p := range c.catalog.Packages() {
		if major != "" && !slices.Contains(p.Generations, major) {
			continue
		}
		item := c.item(ItemPackage, p.Name, c.written(p.Name), "1"+p.Name, ItemTopic{Package: p.Name, Scope: scope})
		item.Detail = packageKind(p.Kind)
		if len(p.Generations) > 0 && major == "" {
			item.Detail += ", JetPack " + strings.Join(p.Generations, ", ")
			if item.Note = c.beside().lacks(p.Generations); item.Note != "" {
				item.Detail += ", " + item.Note
				item.Sort = "2" + p.Name
			}
		}
		items = append(items, item)
	}
	return items
}
