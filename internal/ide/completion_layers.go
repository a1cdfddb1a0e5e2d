package ide

import (
	"slices"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/workspace"
)

// ownNames offers names that overlays and scopes of the user's give: behind pkgs, an argument of an overlay or of a scope, and a scope.
func (c *completer) ownNames() []Item {
	if !c.sn.DealsWithJetpack(c.doc) {
		return nil
	}
	path, lambda := c.cursor.Path.Known(), c.cursor.Binder
	if !c.cursor.Layer.IsZero() {
		path, lambda = c.cursor.InLayer, c.cursor.Layer
	}
	if n := len(path); n == 0 || n > 2 {
		return nil
	}
	l, _, isLayer := c.layerOf(lambda)
	isPackages := isLayer && l.Set == module.PackageSet || !isLayer && packageSetNames[path[0].Name]
	switch {
	case len(path) == 2 && isPackages:
		return c.userNames(path[1].Name)
	case len(path) != 1, !isLayer && !c.cursor.Layer.IsZero():
		return nil
	case isPackages && isLayer:
		return append(c.scopesTyped(), c.withoutScopes(append(c.layerKeys(l), c.userNames("")...))...)
	case isPackages:
		return c.withoutScopes(c.userNames(""))
	case isLayer:
		return once(append(c.layerKeys(l), c.userNames(l.Name)...))
	}
	return nil
}

// withoutScopes leaves out the package scopes of jetpack-nixos, which are offered as such.
func (c *completer) withoutScopes(items []Item) []Item {
	return slices.DeleteFunc(once(items), func(i Item) bool {
		_, isScope := catalog.ScopeMajor(i.Label)
		return isScope
	})
}

// once leaves out items that are offered before.
func once(items []Item) []Item {
	seen := map[string]bool{}
	return slices.DeleteFunc(items, func(i Item) bool {
		isAgain := seen[i.Label]
		seen[i.Label] = true
		return isAgain
	})
}

// userNames offers what files of the user's give a scope, or the package set, once each.
func (c *completer) userNames(set string) []Item {
	var items []Item
	all := c.sn.UserMembers(c.doc, set)
	for _, m := range slices.CompactFunc(all, func(a, b workspace.UserMember) bool { return a.Name == b.Name }) {
		if _, ok := c.catalog.Package(m.Name); ok && set != "" && isScope(module.Path{{Name: set, Known: true}}, 0) {
			continue // is offered as upstream's
		}
		item := c.item(ItemPackage, m.Name, c.written(m.Name), "1"+m.Name, ItemTopic{Own: m.Name, Scope: set})
		item.note("yours, "+c.lineIn(m.File, m.Line), "yours")
		items = append(items, item)
	}
	return items
}

// layerKeys offers the names that a layer of the document gives.
func (c *completer) layerKeys(l module.Layer) []Item {
	var items []Item
	keys, _ := l.Keys()
	for _, key := range keys {
		if key.Node.Span().Touches(c.cursor.Replace.Start) {
			continue
		}
		topic := ItemTopic{Own: key.Name, At: key.Node.Span().Start}
		if l.Set == module.ScopeSet {
			topic.Scope = l.Name
		}
		item := c.item(ItemPackage, key.Name, c.written(key.Name), "1"+key.Name, topic)
		at := c.at(key.Node)
		item.note("yours, "+c.lineIn(at.File, at.Line), "yours")
		items = append(items, item)
	}
	return items
}

// overlayKeys offers, for a name that an overlay gives, those of jetpack-nixos that it may replace.
func (c *completer) overlayKeys() []Item {
	if c.cursor.Set.IsZero() || !c.sn.DealsWithJetpack(c.doc) {
		return nil
	}
	l, _, ok := c.layerOf(module.LambdaAround(c.cursor.Set))
	if !ok || l.Prev.IsZero() || l.Final.IsZero() {
		return nil
	}
	keys, _ := l.Keys()
	var items []Item
	switch {
	case l.Set == module.PackageSet:
		for _, a := range c.catalog.OverlayAttributes() {
			item := c.item(ItemPackage, a.Name, c.written(a.Name), "1"+a.Name, ItemTopic{Own: a.Name})
			item.Detail = "of jetpack-nixos"
			if _, isScope := catalog.ScopeMajor(a.Name); isScope {
				item.Detail, item.Topic = "package scope", ItemTopic{Scope: a.Name}
			}
			items = append(items, item)
		}
	case l.Set == module.ScopeSet && isScope(module.Path{{Name: l.Name, Known: true}}, 0):
		items = c.membersOf(l.Name)
	}
	return slices.DeleteFunc(items, func(i Item) bool {
		return slices.ContainsFunc(keys, func(k module.Key) bool {
			return k.Name == i.Label && !k.Node.Span().Touches(c.cursor.Replace.Start)
		})
	})
}

// overlaidName is the subject of a name that an overlay gives: one of the user's, or that of jetpack-nixos.
func (q *query) overlaidName(topic ItemTopic) (subject, bool) {
	if s, ok := q.userMember(topic.Scope, topic.Own); ok {
		return s, true
	}
	for _, a := range q.pinned.Catalog.OverlayAttributes() {
		if a.Name == topic.Own && topic.At == 0 {
			return overlayAttribute{topics{output("overlays.default"), output("overlays")}, a}, true
		}
	}
	if s, span, ok := q.subjectAt(topic.At); ok && q.doc.Text[span.Start:span.End] == topic.Own {
		return s, true
	}
	return nil, false
}

// overlayAttribute is the subject of a name that the overlay of jetpack-nixos sets, other than a package scope.
type overlayAttribute struct {
	topics
	catalog.Attribute
}

func (a overlayAttribute) sheet(q *query) sheet {
	return sheet{
		title: a.Name, what: markup.Prose("attribute that the overlay of jetpack-nixos sets"),
		summary: summary{first: markup.Format("The overlay of jetpack-nixos sets %s in the package set. An overlay of yours that comes later may replace it.", markup.Code(a.Name))},
		rows:    []row{q.declaredRow(a.File, a.Line)},
	}
}

func (a overlayAttribute) declaration(q *query) (Location, bool) {
	return q.declared(func(*catalog.Catalog) (string, int, int) { return a.File, a.Line, 1 })
}
