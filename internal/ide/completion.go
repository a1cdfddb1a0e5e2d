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
	return [...]string{ItemOption: "option", ItemSet: "set", ItemValue: "value", ItemBool: "boolean", ItemPackage: "package"}[k]
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
	q := newQuery(sn, doc)
	c := completer{query: q, cursor: cursor, catalog: q.pinned.Catalog}
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
	*query
	cursor  module.Cursor
	catalog *catalog.Catalog
}

// item offers a text in place of what is typed.
func (c *completer) item(kind ItemKind, label, newText, sort string, topic ItemTopic) Item {
	return Item{
		Label: label, Kind: kind, Filter: label, Sort: sort, Topic: topic,
		Edit: text.Edit{Span: c.cursor.Replace, NewText: newText},
	}
}

// spaced puts a space between an equals sign right before the cursor and the value.
func (c *completer) spaced(items []Item) []Item {
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

// values offers the values of an option.
func (c *completer) values() []Item {
	names := c.optionOf(c.cursor.Path)
	if names == nil {
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

func (c *completer) enumValues(o catalog.Option) []Item {
	var items []Item
	b := c.board()
	for i, value := range o.Values {
		if slices.Contains(c.cursor.Present, value) {
			continue
		}
		rank, detail := 1000, ""
		switch c.verdict(b, o.Path, value) {
		case catalog.FitYes:
			rank, detail = c.rank(b, o.Path, value), "fits "+b.besides(o.Path)
		case catalog.FitNo:
			rank, detail = 2000, "not with "+b.besides(o.Path)
		}
		items = append(items, c.valueItem(o, value, rank+i, detail))
	}
	for i, v := range c.userValues(o) {
		if !slices.Contains(c.cursor.Present, v.Value) {
			items = append(items, c.valueItem(o, v.Value, 900+i, "your own, "+c.lineOf(v)))
		}
	}
	if o.Nullable && !o.ValuesInList && !c.cursor.Quoted {
		items = append(items, c.word("null", ItemValue, o, len(o.Values)))
	}
	return items
}

// valueItem offers a value with the quotes that are missing around it.
func (c *completer) valueItem(o catalog.Option, value string, rank int, detail string) Item {
	newText := syntax.Escaped(value)
	switch {
	case !c.cursor.Quoted:
		newText = syntax.Quoted(value)
	case !c.cursor.Closed:
		newText += `"`
	}
	item := c.item(ItemValue, value, newText, fmt.Sprintf("%04d", rank), ItemTopic{Option: o.Path, Value: value})
	item.Detail = detail
	return item
}

// verdict judges a value of an option together with the rest of what the document configures. Where that says nothing,
// neither does the verdict.
func (c *completer) verdict(b board, option, value string) catalog.Verdict {
	if option == catalog.SoMOption && b.carrier == "" && b.major == "" {
		return catalog.FitUnknown // nothing to judge it by
	}
	b, ok := b.with(option, value)
	if !ok || b.som == "" {
		return catalog.FitUnknown
	}
	verdict, _ := b.fits(c.catalog)
	return verdict
}

// rank orders the values that fit, the lowest first: what the SoM takes if
// nothing is said, and what goes with few other SoMs, lead.
func (c *completer) rank(b board, option, value string) int {
	switch option {
	case catalog.MajorVersionOption:
		if som, ok := c.catalog.SoM(b.som); ok && som.DefaultMajor == value {
			return 0
		}
	case catalog.CarrierBoardOption:
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

// besides names what a value of an option is judged by.
func (b board) besides(option string) string {
	if option != catalog.SoMOption {
		return b.som
	}
	if b.major == "" {
		return b.carrier
	}
	return strings.TrimPrefix(b.carrier+", JetPack "+b.major, ", ")
}

func (c *completer) booleans(o catalog.Option) []Item {
	items := []Item{c.word("true", ItemBool, o, 0), c.word("false", ItemBool, o, 1)}
	if o.Nullable {
		items = append(items, c.word("null", ItemBool, o, 2))
	}
	return items
}

// word is an item for a value without quotes.
func (c *completer) word(value string, kind ItemKind, o catalog.Option, rank int) Item {
	item := c.item(kind, value, value, fmt.Sprintf("1%03d", rank), ItemTopic{Option: o.Path})
	if o.HasDefault && o.Default == value {
		item.Detail = "default"
	}
	return item
}

// emptyList offers the brackets of a list of values.
func (c *completer) emptyList(o catalog.Option) []Item {
	item := c.item(ItemValue, "[ … ]", "[ ]", "1000", ItemTopic{Option: o.Path})
	item.Detail, item.Snippet, item.Filter = "list of values", c.valueSnippet(o), c.cursor.Typed
	if o.Nullable {
		return []Item{item, c.word("null", ItemValue, o, 1)}
	}
	return []Item{item}
}

// names offers the next name of an option path.
func (c *completer) names() []Item {
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
func (c *completer) prefix() ([]string, bool) {
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
func (c *completer) isMeant(child catalog.Child) bool {
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
func (c *completer) name(prefix []string, child catalog.Child, defined map[string]bool) (Item, bool) {
	path := append(slices.Clip(prefix), child.Name)
	dotted := strings.Join(path, ".")
	if defined[dotted] && !child.HasChildren || !c.catalog.IsOwn(path) { // hardware.nvidia is NixOS's own, but for one option
		return Item{}, false
	}
	item := c.item(ItemSet, child.Name, c.written(child.Name), "1"+child.Name, ItemTopic{Option: dotted})
	item.Detail = "options"
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
		if c.cursor.Kind == module.TypesName && !c.cursor.HasValue && !c.cursor.Quoted && !child.HasChildren && !isDeclaration(c.cursor.Path, len(prefix)) {
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
func (c *completer) holdsOldNames(path string) bool {
	for _, o := range c.catalog.Options() {
		if o.RenamedTo == "" && strings.HasPrefix(o.Path, path+".") {
			return false
		}
	}
	return true
}

// semicolonFollows reports whether a semicolon ends the line of the cursor.
func (c *completer) semicolonFollows() bool {
	rest, _, _ := strings.Cut(c.doc.Text[c.cursor.Replace.End:], "\n")
	return strings.HasPrefix(strings.TrimSpace(rest), ";")
}

// written is a name as it is written at the cursor, where quotes may stand already.
func (c *completer) written(name string) string {
	if c.cursor.Quoted {
		return syntax.Escaped(name)
	}
	return syntax.WrittenName(name)
}

// snippetText is a text as it is written in a snippet.
func snippetText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "}", `\}`).Replace(s)
}

// choice is a place for one of an option's values. A value with one of the characters that clients read in different
// ways within a choice is left out.
func (c *completer) choice(o catalog.Option) string {
	all := slices.Clone(o.Values)
	for _, v := range c.userValues(o) {
		all = append(all, v.Value)
	}
	escape := strings.NewReplacer(`\`, `\\`, ",", `\,`, "|", `\|`)
	var values []string
	for _, value := range all {
		if written := syntax.Escaped(value); !strings.ContainsAny(written, "$}") {
			values = append(values, escape.Replace(written))
		}
	}
	if values == nil {
		return "$1"
	}
	return "${1|" + strings.Join(values, ",") + "|}"
}

// valueSnippet is the place for an option's value.
func (c *completer) valueSnippet(o catalog.Option) string {
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
func (c *completer) defined() map[string]bool {
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
		}
		items = append(items, item)
	}
	return items
}

// Resolve is the documentation of an item that Complete offered for a document.
func Resolve(sn *workspace.Snapshot, doc *workspace.Document, topic ItemTopic) (Page, bool) {
	q := newQuery(sn, doc)
	s, ok := q.subjectOf(topic)
	if !ok {
		return Page{}, false
	}
	return q.page(s), true
}

func (q *query) subjectOf(topic ItemTopic) (subject, bool) {
	switch c := q.pinned.Catalog; {
	case topic.Package != "":
		p, ok := c.Package(topic.Package)
		return newMember(p, topic.Scope), ok
	case topic.Value != "":
		o, ok := c.Lookup(strings.Split(topic.Option, "."))
		if v, isUser := q.userValue(o, topic.Value); isUser {
			return v, ok
		}
		return enumValue{option: option{Option: o, topics: valueTopics(o, topic.Value)}, value: topic.Value}, ok
	case topic.Option != "":
		return q.optionNamed(strings.Split(topic.Option, "."))
	}
	return nil, false
}
