package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// outputs offers the outputs of the flake jetpack-nixos, and the names below them.
func (c *completer) outputs() []Item {
	if !c.sn.DealsWithJetpack(c.doc) {
		return nil
	}
	p := c.cursor.Path
	for i := len(p); i > max(len(p)-3, 0); i-- {
		from := p[:i].Known()
		if len(from) > 1 && from.Last() == "outputs" {
			from = from[:len(from)-1]
		}
		flake := from.Last()
		if flake == "" || flake == "self" || !c.isJetpackInput(flake) || !c.isFlake(&module.Place{}, from) {
			continue
		}
		if len(from) == 1 && !from[0].Variable {
			return nil
		}
		if pinned, isKnown := c.sn.InputPinned(c.doc, flake); isKnown {
			c.pinned, c.catalog = pinned, pinned.Catalog
		}
		return c.outputNames(flake, p[i:])
	}
	return nil
}

// outputNames offers the names right below a path into the outputs of jetpack-nixos.
func (c *completer) outputNames(flake string, path module.Path) []Item {
	if len(path) > 0 && !path[0].Known || len(path) > 2 || len(path) == 2 && !bySystem[path[0].Name] {
		return nil
	}
	var items []Item
	for _, parent := range c.outputsAt(path) {
		for _, name := range c.namesBelow(parent) {
			if i := slices.IndexFunc(items, func(item Item) bool { return item.Label == name }); i < 0 {
				items = append(items, c.outputItem(flake, parent, name))
			}
		}
	}
	return items
}

// outputsAt are the outputs that a path names: one for each system where that is not known.
func (c *completer) outputsAt(path module.Path) []string {
	if len(path) < 2 || path[1].Known {
		return []string{path.String()}
	}
	var all []string
	for _, system := range outputSystems {
		all = append(all, path[0].Name+"."+system)
	}
	return all
}

// namesBelow are the names below an output of jetpack-nixos that the revision has.
func (c *completer) namesBelow(output string) []string {
	if all, known := c.catalog.Output(output); known {
		return all.Names
	}
	var found []string
	kind, _, hasSystem := strings.Cut(output, ".")
	switch {
	case kind == "legacyPackages" && hasSystem:
		for _, p := range c.catalog.Packages() {
			if !p.DeviceOnly {
				found = append(found, p.Name)
			}
		}
	case bySystem[kind] && !hasSystem:
		for _, system := range outputSystems {
			if _, known := c.catalog.Output(kind + "." + system); known {
				found = append(found, system)
			}
		}
	}
	return found
}

// outputItem offers a name below an output.
func (c *completer) outputItem(flake, output, name string) Item {
	path := strings.TrimPrefix(output+"."+name, ".")
	kind := ItemPackage
	if output == "" || bySystem[output] {
		kind = ItemSet
	}
	item := c.item(kind, name, c.written(name), "1"+name, ItemTopic{Output: path, Flake: flake})
	item.Detail = "flake output"
	if made, ok := c.outputBelow(output, name); ok {
		item.Detail = brief(made.short(), item.Detail)
	}
	return item
}

// short says in a few words what it is for.
func (m madeOutput) short() string {
	var words []string
	if m.som != "" {
		words = append(words, m.som+" on "+m.carrier)
	}
	if m.super {
		words = append(words, "super mode")
	}
	if m.major != "" {
		words = append(words, "JetPack "+m.major)
	}
	if m.som == "" && strings.Contains(m.says, "installer") {
		words = append([]string{"installer"}, words...)
	}
	if words == nil {
		return "flake output"
	}
	return strings.Join(words, ", ")
}

// mayBeFlakeText tells most cursors apart, without a look at the tree, from those that type a reference to a flake.
func mayBeFlakeText(doc *workspace.Document, offset int) bool {
	typed, _ := typedFlake(doc.Text, text.Span{End: len(doc.Text)}, offset)
	return strings.ContainsAny(typed.Of(doc.Text), "#:")
}

// typedFlake is what stands left of a cursor of a reference to a flake, and right of it.
func typedFlake(source string, within text.Span, offset int) (left, right text.Span) {
	isPart := func(i int) bool { return source[i] != '\'' && strings.IndexByte(flakeCharacters, source[i]) >= 0 }
	left, right = text.Span{Start: offset, End: offset}, text.Span{Start: offset, End: offset}
	for left.Start > within.Start && isPart(left.Start-1) && left.Len() <= mostOfReference {
		left.Start--
	}
	for right.End < within.End && isPart(right.End) && right.Len() <= mostOfReference {
		right.End++
	}
	return left, right
}

// flakeText offers what can follow in a reference to a flake in a string: outputs behind the #, revisions behind the repository. It
// reports whether the cursor is in a reference to jetpack-nixos, or to the user's flake.
func (c *completer) flakeText(offset int) (items []Item, isText bool) {
	if !mayBeFlakeText(c.doc, offset) || !c.sn.DealsWithJetpack(c.doc) {
		return nil, false
	}
	place := module.At(c.doc.Tree(), offset)
	if place.Kind != module.ValuePlace && place.Kind != module.TextPlace || !module.IsString(place.Node) {
		return nil, false
	}
	within, ok := c.textAround(&place)
	if !ok {
		return nil, false
	}
	left, right := typedFlake(c.doc.Text, within, offset)
	f := flakeText{Span: left, address: left.Of(c.doc.Text), hash: -1, ends: true, line: c.doc.Text[max(within.Start, left.Start-mostOfReference):left.Start]}
	if i := strings.IndexByte(f.address, '#'); i >= 0 {
		f.address, f.output, f.hash = f.address[:i], f.address[i+1:], left.Start+i
	}
	f.line = f.line[strings.LastIndexAny(f.line, "\r\n")+1:]
	c.cursor.Quoted, c.cursor.Closed = true, true
	switch {
	case f.hash < 0:
		return c.revisions(f.address, right)
	case f.isLocal():
		return c.localOutputs(f, right)
	case !f.isFetched():
		return nil, false
	}
	pinned, ok := c.sn.AddressPinned(c.doc, f.address)
	if !ok {
		return nil, false
	}
	c.pinned, c.catalog = pinned, pinned.Catalog
	return c.textOutputs(f, right), true
}

// textOutputs offers the outputs of jetpack-nixos behind the # of a reference.
func (c *completer) textOutputs(f flakeText, right text.Span) []Item {
	before, typed := "", f.output
	if i := strings.LastIndexByte(f.output, '.'); i >= 0 {
		before, typed = f.output[:i], f.output[i+1:]
	}
	c.replace(typed, right)
	var path module.Path
	for name := range strings.SplitSeq(before, ".") {
		if name != "" {
			path = append(path, module.Part{Name: name, Known: true})
		}
	}
	items := c.outputNames(f.address, path)
	if len(path) > 0 {
		return items
	}
	for i := range items {
		items[i].Sort = "2" + items[i].Label
	}
	looksIn := module.Path{{Name: "packages", Known: true}, {}}
	if f.command().looksIn == "nixosConfigurations" {
		looksIn = module.Path{{Name: "nixosConfigurations", Known: true}}
	}
	return append(c.outputNames(f.address, looksIn), items...)
}

// localOutputs offers the outputs of the flake that a document belongs to.
func (c *completer) localOutputs(f flakeText, right text.Span) ([]Item, bool) {
	if c.inCheckout() {
		return c.textOutputs(f, right), true
	}
	known := c.knownConfiguration()
	typed, isPath := strings.CutPrefix(f.output, "nixosConfigurations.")
	if known == nil || strings.Contains(typed, ".") || !isPath && f.command().looksIn != "nixosConfigurations" {
		return nil, false
	}
	c.replace(typed, right)
	var items []Item
	for _, h := range known.Hosts {
		if h.Variant == "" && h.Name != "" && !slices.ContainsFunc(items, func(i Item) bool { return i.Label == h.Name }) {
			item := c.item(ItemValue, h.Name, h.Name, "1"+h.Name, ItemTopic{Output: "nixosConfigurations." + h.Name, Flake: "."})
			item.Detail = "NixOS configuration"
			items = append(items, item)
		}
	}
	return items, true
}

// replace has items replace what is typed of a name, up to the next dot.
func (c *completer) replace(typed string, right text.Span) {
	end := right.Start
	for end < right.End && strings.IndexByte(".#^", c.doc.Text[end]) < 0 {
		end++
	}
	c.cursor.Typed, c.cursor.Replace = typed, text.Span{Start: right.Start - len(typed), End: end}
}

// mostRecent is how many of the newest revisions are offered; of the months before, the last revision of each is.
const mostRecent = 12

// revisions offers the default branch and revisions of jetpack-nixos that are known, the newest first; all that begin with what is
// typed.
func (c *completer) revisions(address string, right text.Span) ([]Item, bool) {
	const repository = "github:anduril/jetpack-nixos/"
	typed, isBranch := strings.CutPrefix(strings.ToLower(address), repository)
	isTyped := isBranch
	if !isTyped {
		var base string
		base, typed, isTyped = strings.Cut(strings.ToLower(address), "rev=")
		isTyped = isTyped && strings.Contains(base, "anduril/jetpack-nixos")
	}
	if !isTyped || strings.ContainsAny(typed, "/?&") {
		return nil, false
	}
	c.replace(typed, right)
	var items []Item
	if isBranch {
		item := c.item(ItemValue, "master", "master", "0", ItemTopic{Flake: repository + "master"})
		item.Detail = "the default branch"
		items = append(items, item)
	}
	library := c.sn.Library()
	newest, month := library.Newest().Revision.Hash, ""
	isMainline := map[string]bool{}
	for _, r := range library.Mainline() {
		isMainline[r.Hash] = true
	}
	for _, r := range slices.Backward(library.Revisions()) {
		isMeant := typed != "" && strings.HasPrefix(r.Hash, typed) || r.Hash == c.pinned.Catalog.Revision.Hash
		isOne := isMeant
		if isMainline[r.Hash] {
			isOne = isOne || len(items) <= mostRecent || month != r.Day()[:len("2006-01")]
			month = r.Day()[:len("2006-01")]
		}
		if !isOne {
			continue
		}
		item := c.item(ItemValue, r.Hash, r.Hash, fmt.Sprintf("1%04d", len(items)), ItemTopic{Flake: repository + r.Hash})
		item.Detail = r.Day()
		if r.Hash == newest {
			item.Detail += ", newest"
		}
		items = append(items, item)
	}
	return items, true
}

// flakeTopic is the subject of an output, or of an address, that was offered.
func (q *query) flakeTopic(topic ItemTopic) (subject, bool) {
	if pinned, ok := q.sn.InputPinned(q.doc, topic.Flake); ok {
		q.pinned = pinned
	} else if strings.Contains(topic.Flake, ":") {
		if pinned, ok := q.sn.AddressPinned(q.doc, topic.Flake); ok {
			q.pinned = pinned
		}
	}
	if topic.Output == "" {
		return q.addressOf(flakeText{address: topic.Flake}), true
	}
	if topic.Flake == "." && !q.inCheckout() {
		return q.ownOutputNamed(flakeText{output: topic.Output, ends: true})
	}
	var path module.Path
	for name := range strings.SplitSeq(topic.Output, ".") {
		path = append(path, module.Part{Name: name, Known: true})
	}
	s, ok := q.outputNamed("", topic.Output, path)
	if a, isAbsent := s.(absentOutput); isAbsent {
		return a.absent, ok
	}
	return s, ok && s != nil
}
