package ide

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// ItemKind says what a completion offers.
type ItemKind uint8

// What completions offer.
const (
	ItemOption ItemKind = iota + 1
	ItemSet
	ItemValue
	ItemBool
	ItemPackage
)

// String names the kind as the command line shows it.
func (k ItemKind) String() string {
	switch k {
	case ItemOption:
		return "option"
	case ItemSet:
		return "set"
	case ItemValue:
		return "value"
	case ItemBool:
		return "boolean"
	}
	return "package"
}

// Item is one completion.
type Item struct {
	Label  string // one line
	Kind   ItemKind
	Detail string // one line
	// Edit replaces exactly what is typed of the name or the value.
	Edit text.Edit
	// Snippet is the edit's text with a place for the value as LSP's snippets
	// have it, for clients that take those; empty if the plain text is as good.
	Snippet string
	// Filter is what the client matches what is typed against.
	Filter string
	// Sort orders the items.
	Sort string
	// Deprecated items are shown struck through.
	Deprecated bool
	// Topic finds the item's documentation again: see Resolve.
	Topic ItemTopic
}

// ItemTopic names what an item is about.
type ItemTopic struct {
	Option  string `json:"option,omitempty"`
	Value   string `json:"value,omitempty"`
	Package string `json:"package,omitempty"`
	Scope   string `json:"scope,omitempty"`
}

// Complete offers what can be typed at the cursor, the best first.
func Complete(sn *workspace.Snapshot, doc *workspace.Document, offset int) []Item {
	cursor := module.CursorAt(doc.Tree(), offset)
	if cursor.Kind == module.TypesNothing {
		return nil
	}
	c := completer{sn: sn, doc: doc, cursor: cursor, catalog: sn.Catalog(doc).Catalog}
	var items []Item
	switch cursor.Kind {
	case module.TypesValue:
		if items = c.spaced(c.values()); items == nil && !cursor.Quoted && cursor.With != nil {
			c.cursor.Kind, c.cursor.Path = module.TypesSelection, cursor.With
			items = append(c.names(), c.members()...)
		}
	case module.TypesName:
		items = c.names()
	default:
		items = append(c.names(), c.members()...)
	}
	slices.SortStableFunc(items, func(a, b Item) int { return strings.Compare(a.Sort, b.Sort) })
	for i := range items {
		items[i].Label, items[i].Detail = text.Visible(items[i].Label, ""), text.Visible(items[i].Detail, "")
	}
	return items
}

type completer struct {
	sn      *workspace.Snapshot
	doc     *workspace.Document
	cursor  module.Cursor
	catalog *catalog.Catalog
}

// spaced puts a space between an equals sign right before the cursor and the value.
func (c completer) spaced(items []Item) []Item {
	at := c.cursor.Replace
	if c.cursor.Quoted || at.Len() > 0 || at.Start == 0 || c.doc.Text[at.Start-1] != '=' {
		return items
	}
	for i := range items {
		items[i].Edit.NewText = " " + items[i].Edit.NewText
		if items[i].Snippet != "" {
			items[i].Snippet = " " + items[i].Snippet
		}
	}
	return items
}

// declares reports whether the cursor's path, which names are the end of, is that of an option's declaration:
// options.hardware.nvidia-jetpack.som. What stands there is no value.
func (c completer) declares(names []string) bool {
	known := c.cursor.Path.Known()
	i := len(known) - len(names)
	return i > 0 && known[i-1].Name == "options"
}

// values offers the values of an option.
func (c completer) values() []Item {
	names := optionPath(c.catalog, c.cursor.Path)
	if names == nil || c.declares(names) {
		return nil
	}
	o, inList, ok := valueOption(c.catalog, names)
	if !ok {
		return nil
	}
	switch {
	case len(o.Values) > 0 && o.ValuesInList == inList:
		return c.enumValues(o)
	case len(o.Values) > 0 && o.ValuesInList && !c.cursor.Quoted:
		return c.emptyList(o)
	case o.Kind == catalog.KindBool && !inList && !c.cursor.Quoted:
		return c.booleans(o)
	}
	return nil
}

func (c completer) enumValues(o catalog.Option) []Item {
	var items []Item
	config := configured(c.sn, c.catalog, c.doc)
	for i, value := range o.Values {
		if slices.Contains(c.cursor.Present, value) {
			continue
		}
		rank, detail := 1000, ""
		switch c.fits(o, config, value) {
		case catalog.FitYes:
			rank, detail = c.rank(o, config, value), "fits "+config.partner(o.Path)
		case catalog.FitNo:
			rank, detail = 2000, "not with "+config.partner(o.Path)
		}
		items = append(items, c.valueItem(o, value, rank+i, detail))
	}
	for i, own := range ownValues(c.sn, c.doc, o) {
		if slices.Contains(c.cursor.Present, own.Value) {
			continue
		}
		items = append(items, c.valueItem(o, own.Value, 900+i, "your own, "+ownPlace(c.doc, own)))
	}
	if o.Nullable && !o.ValuesInList && !c.cursor.Quoted {
		items = append(items, c.word("null", ItemValue, o, len(o.Values)))
	}
	return items
}

// valueItem offers a value with the quotes that are missing around it.
func (c completer) valueItem(o catalog.Option, value string, rank int, detail string) Item {
	newText := nixText(value)
	switch {
	case !c.cursor.Quoted:
		newText = `"` + newText + `"`
	case !c.cursor.Closed:
		newText += `"`
	}
	return Item{
		Label: value, Kind: ItemValue, Detail: detail,
		Edit:   text.Edit{Span: c.cursor.Replace, NewText: newText},
		Filter: value, Sort: fmt.Sprintf("%04d", rank),
		Topic: ItemTopic{Option: o.Path, Value: value},
	}
}

// nixString is a text as a string in quotes.
func nixString(s string) string { return `"` + nixText(s) + `"` }

// nixText is a text as it is written between quotes.
func nixText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s)
}

// fits judges a value together with the rest of what the document configures.
// Where that says nothing, neither does the verdict.
func (c completer) fits(o catalog.Option, config configuration, value string) catalog.Verdict {
	if o.Path == somOption && config.carrier == "" && config.major == "" {
		return catalog.FitUnknown // nothing to judge it by
	}
	config.set(o.Path, value)
	if config.get(o.Path) == "" {
		return catalog.FitUnknown // an option that no other one depends on
	}
	if config.som == "" {
		return catalog.FitUnknown
	}
	verdict, _ := c.catalog.Fits(config.som, config.carrier, config.major)
	return verdict
}

// rank orders the values that fit, the lowest first: what the SoM takes if
// nothing is said, and what goes with few other SoMs, lead.
func (c completer) rank(o catalog.Option, config configuration, value string) int {
	switch o.Path {
	case majorOption:
		if som, ok := c.catalog.SoM(config.som); ok && som.DefaultMajor == value {
			return 0
		}
	case carrierOption:
		rank := 0
		for _, som := range c.catalog.SoMs() {
			if verdict, _ := c.catalog.Fits(som.Name, value, ""); verdict == catalog.FitYes {
				rank += 20
			}
		}
		return rank
	}
	return 500
}

// partner names what a value of an option is judged against.
func (c configuration) partner(path string) string {
	if path != somOption {
		return c.som
	}
	var rest []string
	if c.carrier != "" {
		rest = append(rest, c.carrier)
	}
	if c.major != "" {
		rest = append(rest, "JetPack "+c.major)
	}
	return strings.Join(rest, ", ")
}

func (c completer) booleans(o catalog.Option) []Item {
	items := []Item{c.word("true", ItemBool, o, 0), c.word("false", ItemBool, o, 1)}
	if o.Nullable {
		items = append(items, c.word("null", ItemBool, o, 2))
	}
	return items
}

// word is an item for a value without quotes.
func (c completer) word(value string, kind ItemKind, o catalog.Option, place int) Item {
	detail := ""
	if o.HasDefault && o.Default == value {
		detail = "default"
	}
	return Item{
		Label: value, Kind: kind, Detail: detail,
		Edit:   text.Edit{Span: c.cursor.Replace, NewText: value},
		Filter: value, Sort: fmt.Sprintf("1%03d", place), Topic: ItemTopic{Option: o.Path},
	}
}

// emptyList offers the brackets of a list of values.
func (c completer) emptyList(o catalog.Option) []Item {
	items := []Item{{
		Label: "[ … ]", Kind: ItemValue, Detail: "list of values",
		Edit:    text.Edit{Span: c.cursor.Replace, NewText: "[ ]"},
		Snippet: `[ "` + c.choice(o) + `" ]`,
		Filter:  c.cursor.Typed, Sort: "1000", Topic: ItemTopic{Option: o.Path},
	}}
	if o.Nullable {
		items = append(items, c.word("null", ItemValue, o, 1))
	}
	return items
}

// names offers the next name of an option path.
func (c completer) names() []Item {
	prefix, ok := c.prefix()
	if !ok {
		return nil
	}
	isOurs := c.catalog.IsOwn(prefix)
	defined := c.defined()
	var items []Item
	for _, child := range c.catalog.Children(prefix) {
		if child.Name == module.Element || !isOurs && !c.isMeant(child) {
			continue
		}
		if item, ok := c.name(prefix, child, defined); ok {
			items = append(items, item)
		}
	}
	return items
}

// prefix is the part of the cursor's path that option paths begin with. A path
// that is only NixOS's so far, such as hardware, counts in a document about
// jetpack-nixos, and in others once something is typed.
func (c completer) prefix() ([]string, bool) {
	if names := optionPath(c.catalog, c.cursor.Path); names != nil {
		return names, c.catalog.IsPrefix(names)
	}
	if c.cursor.Typed == "" && !c.sn.DealsWithJetpack(c.doc) {
		return nil, false
	}
	for names, before := range optionNames(c.cursor.Path) {
		if c.catalog.IsPrefix(names) && before.IsRoot() {
			return names, true
		}
	}
	return nil, false
}

// isMeant reports whether a name among NixOS's own may be the one that is being typed: whoever types services.openssh is
// not to be shown services.nvpmodel, nor whoever configures another machine what a Jetson has beside NixOS's options.
func (c completer) isMeant(child catalog.Child) bool {
	rest := strings.ToLower(child.Name)
	for _, r := range strings.ToLower(c.cursor.Typed) {
		i := strings.IndexRune(rest, r)
		if i < 0 {
			return false
		}
		rest = rest[i+utf8.RuneLen(r):]
	}
	return child.HasChildren || c.cursor.Typed != "" && c.sn.DealsWithJetpack(c.doc)
}

// name offers a name behind a prefix, but for an option that the set defines already.
func (c completer) name(prefix []string, child catalog.Child, defined map[string]bool) (Item, bool) {
	path := append(slices.Clip(prefix), child.Name)
	dotted := strings.Join(path, ".")
	if defined[dotted] && !child.HasChildren {
		return Item{}, false
	}
	item := Item{
		Label: child.Name, Kind: ItemSet, Detail: "options", Filter: child.Name, Sort: "1" + child.Name,
		Edit:  text.Edit{Span: c.cursor.Replace, NewText: c.nixName(child.Name)},
		Topic: ItemTopic{Option: dotted},
	}
	if !c.catalog.IsOwn(path) {
		return Item{}, false // hardware.nvidia is NixOS's own, but for one option
	}
	if o := child.Option; o != nil {
		if o.ReadOnly && c.cursor.Kind == module.TypesName {
			return Item{}, false // cannot be set
		}
		item.Kind, item.Detail = ItemOption, o.Type
		item.Deprecated = o.RenamedTo != ""
		switch {
		case item.Deprecated:
			item.Sort = "3" + child.Name
			item.Detail = "renamed to " + o.RenamedTo
		case o.Internal:
			item.Sort = "2" + child.Name
		}
		if c.cursor.Kind == module.TypesName && !c.cursor.HasValue && !c.cursor.Quoted && !child.HasChildren && !c.declares(prefix) {
			item.Snippet = snippetText(item.Edit.NewText) + " = " + c.valueSnippet(*o) + ";"
			if c.semicolonFollows() {
				item.Snippet = strings.TrimSuffix(item.Snippet, ";")
			}
		}
	}
	if child.Option == nil && c.holdsOldNames(dotted) {
		item.Deprecated, item.Detail, item.Sort = true, "old names of options", "3"+child.Name
	}
	if c.cursor.Quoted && !c.cursor.Closed {
		item.Edit.NewText += `"`
	}
	return item, true
}

// holdsOldNames reports whether all options below a path are renamed ones.
func (c completer) holdsOldNames(path string) bool {
	for _, o := range c.catalog.Options() {
		if o.RenamedTo == "" && strings.HasPrefix(o.Path, path+".") {
			return false
		}
	}
	return true
}

// semicolonFollows reports whether a semicolon ends the line of the cursor.
func (c completer) semicolonFollows() bool {
	rest := c.doc.Text[c.cursor.Replace.End:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return strings.HasPrefix(strings.TrimSpace(rest), ";")
}

// nixName is a name as it is written at the cursor, where quotes may stand already.
func (c completer) nixName(name string) string {
	switch {
	case c.cursor.Quoted:
		return nixText(name)
	case syntax.IsName(name):
		return name
	}
	return nixString(name)
}

// snippetText is a text as it is written in a snippet.
func snippetText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "}", `\}`).Replace(s)
}

// choice is a place for one of an option's values. A value with one of the characters that clients read in different
// ways within a choice is left out.
func (c completer) choice(o catalog.Option) string {
	escape := strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`)
	var values []string
	add := func(value string) {
		if written := nixText(value); !strings.ContainsAny(written, "$}") {
			values = append(values, escape.Replace(written))
		}
	}
	for _, v := range o.Values {
		add(v)
	}
	for _, own := range ownValues(c.sn, c.doc, o) {
		add(own.Value)
	}
	if values == nil {
		return "$1"
	}
	return "${1|" + strings.Join(values, ",") + "|}"
}

// valueSnippet is the place for an option's value.
func (c completer) valueSnippet(o catalog.Option) string {
	switch {
	case len(o.Values) > 0 && o.ValuesInList:
		return `[ "` + c.choice(o) + `" ]`
	case len(o.Values) > 0:
		return `"` + c.choice(o) + `"`
	case o.Kind == catalog.KindBool:
		if o.Default == "true" {
			return "${1|false,true|}"
		}
		return "${1|true,false|}"
	case o.Kind == catalog.KindString:
		return `"$1"`
	case o.Kind == catalog.KindLines:
		return "''\n  $1\n''"
	case o.Kind == catalog.KindList:
		return "[ $1 ]"
	case o.Kind == catalog.KindPath:
		return "${1:./}"
	}
	return "$1"
}

// defined are the option paths that the set defines already.
func (c completer) defined() map[string]bool {
	if c.cursor.Kind != module.TypesName {
		return nil
	}
	defined := map[string]bool{}
	for _, path := range c.cursor.Defined {
		if c.sn.Done() {
			break
		}
		if names := optionPath(c.catalog, path); names != nil {
			defined[strings.Join(names, ".")] = true
		}
	}
	return defined
}

// members offers the members of the package scope.
func (c completer) members() []Item {
	known := c.cursor.Path.Known()
	if len(known) < 2 || !isScope(known.Last()) || known[len(known)-2].Name == "hardware" {
		return nil
	}
	if !c.sn.DealsWithJetpack(c.doc) {
		return nil
	}
	scope := known.Last()
	major := strings.TrimPrefix(scope, scopeName)
	var items []Item
	for _, p := range c.catalog.Packages() {
		if major != "" && !slices.Contains(p.Generations, major) {
			continue
		}
		detail := article(p.Kind)
		if len(p.Generations) > 0 && major == "" {
			detail += ", JetPack " + strings.Join(p.Generations, ", ")
		}
		items = append(items, Item{
			Label: p.Name, Kind: ItemPackage, Detail: detail, Filter: p.Name, Sort: "1" + p.Name,
			Edit:  text.Edit{Span: c.cursor.Replace, NewText: c.nixName(p.Name)},
			Topic: ItemTopic{Package: p.Name, Scope: scope},
		})
	}
	return items
}

// Resolve is the documentation of an item that Complete offered for a document.
func Resolve(sn *workspace.Snapshot, doc *workspace.Document, topic ItemTopic) (Page, bool) {
	f := finder{sn: sn, doc: doc, pinned: sn.Catalog(doc)}
	var s subject
	switch {
	case topic.Package != "":
		p, ok := f.pinned.Catalog.Package(topic.Package)
		if !ok {
			return Page{}, false
		}
		s = subject{kind: aboutPackage, pkg: p, scope: topic.Scope, name: p.Name, topics: packageTopics(p.Name)}
	case topic.Option != "":
		var ok bool
		if s, ok = f.optionNamed(strings.Split(topic.Option, "."), text.Span{}); !ok {
			return Page{}, false
		}
		if topic.Value != "" {
			if own, ok := ownValue(sn, doc, s.option, topic.Value); ok {
				s = s.ofOwn(own)
			} else {
				s.kind, s.value = aboutValue, topic.Value
				s.topics = valueTopics(s.option, topic.Value)
			}
		}
	default:
		return Page{}, false
	}
	s.pinned = f.pinned
	return s.page(sn, doc), true
}
