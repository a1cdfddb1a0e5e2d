package ide

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
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
	ItemTemplate
)

// String names the kind as the command line shows it.
func (k ItemKind) String() string {
	return [...]string{ItemOption: "option", ItemSet: "set", ItemValue: "value", ItemBool: "boolean", ItemPackage: "package", ItemTemplate: "snippet"}[k]
}

// Item is one completion.
type Item struct {
	Label string // one line
	Kind  ItemKind
	// Detail is what it is, or how it goes with the workspace, in at most 20 characters: lists have no room for more beside the label
	// and the documentation.
	Detail string
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
	Option string `json:"option,omitempty"`
	Value  string `json:"value,omitempty"`
	// Typing says that a value of the option is being typed: what hosts have there is no fact.
	Typing  bool   `json:"typing,omitempty"`
	Package string `json:"package,omitempty"`
	Scope   string `json:"scope,omitempty"`
	// Own is a name that an overlay gives, in Scope or in the package set; At is where the document gives it, if it does.
	Own string `json:"own,omitempty"`
	At  int    `json:"at,omitempty"`
	// Output is a path into the outputs of jetpack-nixos, Flake the input or the address whose outputs these are.
	Output string `json:"output,omitempty"`
	Flake  string `json:"flake,omitempty"`
	// Template is the name of a piece of code that is offered as a whole.
	Template string `json:"template,omitempty"`
	// Note says what holds of the item in this workspace alone: with what it goes, and where it is set. It begins the documentation.
	Note string `json:"note,omitempty"`
}

// mostOfDetail is how many characters a Detail has.
const mostOfDetail = 20

// brief is a detail, or a shorter one where that is too long.
func brief(detail, shorter string) string {
	if utf8.RuneCountInString(detail) > mostOfDetail {
		return shorter
	}
	return detail
}

// note says of an item what holds in this workspace alone, in whole and shorter.
func (i *Item) note(whole, shorter string) {
	i.Detail, i.Topic.Note = brief(whole, shorter), whole
}

// Words are what there is to say of the item where there is a line for it.
func (i Item) Words() string { return cmp.Or(i.Topic.Note, i.Detail) }

// Complete offers what can be typed at the cursor, the best first.
func Complete(sn *workspace.Snapshot, doc *workspace.Document, offset int) []Item {
	cursor := module.CursorAt(doc.Tree(), offset)
	word, isBare := whatIsTyped(doc, offset)
	if isBare { // beginnings of files alone
		cursor = module.Cursor{Typed: doc.Text[word.Start:min(max(offset, word.Start), word.End)], Replace: word}
	} else if cursor.Kind == module.TypesNothing && !mayBeFlakeText(doc, offset) {
		return nil
	}
	q := newQueryAt(sn, doc, offset)
	c := completer{query: q, cursor: cursor, catalog: q.pinned.Catalog}
	c.followNames()
	c.beside = sync.OnceValue(c.lookBeside)
	begin := c.templates(isBare)
	items, isText := c.flakeText(offset)
	switch {
	case isText:
	case cursor.Kind == module.TypesValue:
		if items = c.spaced(c.values()); items == nil && !cursor.Quoted && cursor.With != nil {
			c.cursor.Kind, c.cursor.Path = module.TypesSelection, cursor.With
			items = append(c.names(), c.members()...)
		}
	case cursor.Kind == module.TypesName:
		items = append(c.names(), c.overlayKeys()...)
	case cursor.Kind == module.TypesArgument:
		items = c.arguments()
	case cursor.Kind == module.TypesSelection:
		items = append(append(append(c.names(), c.members()...), c.ownNames()...), c.outputs()...)
	}
	items = append(c.typedFirst(items), begin...)
	slices.SortStableFunc(items, func(a, b Item) int { return strings.Compare(a.Sort, b.Sort) })
	for i := range items {
		for _, shown := range []*string{&items[i].Label, &items[i].Detail, &items[i].Topic.Note} {
			*shown = text.Visible(*shown, "")
		}
	}
	return items
}

// typedFirst leaves out the items that what is typed does not fit, and puts those first that begin with it.
func (c *completer) typedFirst(items []Item) []Item {
	typed := strings.ToLower(c.cursor.Typed)
	fitting := slices.DeleteFunc(items, func(i Item) bool { return !c.matches(i.Filter) })
	for i := range fitting {
		first := "0"
		if !strings.HasPrefix(strings.ToLower(fitting[i].Filter), typed) {
			first = "1"
		}
		fitting[i].Sort = first + fitting[i].Sort
	}
	return fitting
}

type completer struct {
	*query
	cursor  module.Cursor
	catalog *catalog.Catalog
	beside  func() beside // what is set beside the cursor
}

// followNames puts the one option path to which what is typed comes through names in the place of the cursor's own path, if that is none.
func (c *completer) followNames() {
	own := c.cursor.Path
	if optionPath(c.catalog, own) != nil {
		return
	}
	names, use := oneOption(c.catalog, c.cursor.Uses())
	if names == nil {
		return
	}
	c.cursor.Path = use.Path
	for i, defined := range c.cursor.Defined {
		if len(defined) >= len(own) {
			c.cursor.Defined[i] = append(slices.Clip(use.Path), defined[len(own):]...)
		}
	}
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

// Resolve is the documentation of an item that Complete offered for a document.
func Resolve(sn *workspace.Snapshot, doc *workspace.Document, topic ItemTopic) (Page, bool) {
	all := sn.Catalogs(doc)
	of := slices.IndexFunc(all, func(p workspace.Pinned) bool { // an item is one of what the code at the cursor goes by
		_, ok := p.Catalog.Lookup(strings.Split(topic.Option, "."))
		return ok
	})
	q := &query{sn: sn, doc: doc, pinned: all[max(of, 0)], typing: topic.Typing}
	s, ok := q.subjectOf(topic)
	if !ok {
		return Page{}, false
	}
	p := q.page(s)
	if topic.Note != "" {
		note := markup.Literal(strings.ToUpper(topic.Note[:1]) + topic.Note[1:] + ".")
		p.sheet.remarks = append([]markup.Text{note}, p.sheet.remarks...)
	}
	return p, true
}

func (q *query) subjectOf(topic ItemTopic) (subject, bool) {
	switch c := q.pinned.Catalog; {
	case topic.Own != "":
		return q.overlaidName(topic)
	case topic.Flake != "" || topic.Output != "":
		return q.flakeTopic(topic)
	case topic.Package != "" && topic.Scope == buildSet:
		return q.productNamed(topic.Package, "")
	case topic.Package != "" && !isScopeName(topic.Scope):
		set := topic.Scope[strings.LastIndexByte(topic.Scope, '.')+1:]
		if anyCUDASet.MatchString(set) {
			set = catalog.CUDASet
		}
		return q.setMemberNamed(topic.Scope, set, topic.Package)
	case topic.Template != "":
		return templateNamed(topic.Template)
	case topic.Package != "":
		p, ok := c.Package(topic.Package)
		return newMember(p, topic.Scope), ok
	case isCUDASet(topic.Scope):
		return q.cudaSetNamed(topic.Scope, false), true
	case topic.Scope != "":
		return newScope(topic.Scope, false), true
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
