package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
)

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
	case o.Kind == catalog.KindBool && !inList && c.mayBeWord():
		return c.booleans(o)
	}
	return nil
}

func (c *completer) enumValues(o catalog.Option) []Item {
	var items []Item
	isAnyOther := false // than one that fits
	values := slices.DeleteFunc(byUse(o), func(value string) bool { return slices.Contains(c.cursor.Present, value) })
	for i, value := range values {
		fit := c.fit(o.Path, value)
		if where, ok := c.here(o.Path, value); ok && fit.verdict != catalog.FitNo {
			fit.rank, fit.note, fit.short, isAnyOther = rankHere, strings.TrimSuffix(where+"; "+fit.note, "; "), "at hand", true
		}
		isAnyOther = isAnyOther || fit.verdict != catalog.FitYes || fit.isDefault
		items = append(items, c.valueItem(o, value, fit.rank+i, fit.note, fit.short))
	}
	if !isAnyOther {
		for i := range items {
			items[i].note("", "") // what fits them all tells none apart
		}
	}
	for i, v := range c.userValues(o) {
		if !slices.Contains(c.cursor.Present, v.Value) {
			items = append(items, c.valueItem(o, v.Value, 900+i, "your own, "+c.lineOf(v), "your own"))
		}
	}
	if o.Nullable && !o.ValuesInList && c.mayBeWord() {
		items = append(items, c.word("null", ItemValue, o, len(o.Values)))
	}
	return items
}

// valueItem offers a value with the quotes that are missing around it.
func (c *completer) valueItem(o catalog.Option, value string, rank int, note, short string) Item {
	newText := syntax.Escaped(value)
	switch {
	case !c.cursor.Quoted:
		newText = syntax.Quoted(value)
	case !c.cursor.Closed:
		newText += `"`
	}
	item := c.item(ItemValue, value, newText, fmt.Sprintf("%04d", rank), ItemTopic{Option: o.Path, Value: value, Typing: true})
	item.note(note, short)
	return item
}

// mayBeWord reports whether true, false or null may be offered. Other Nix servers offer them by their first letter.
func (c *completer) mayBeWord() bool { return !c.cursor.Quoted && c.cursor.Typed == "" }

func (c *completer) booleans(o catalog.Option) []Item {
	items := []Item{c.word("true", ItemBool, o, 0), c.word("false", ItemBool, o, 1)}
	if o.Nullable {
		items = append(items, c.word("null", ItemBool, o, 2))
	}
	return items
}

// word is an item for a value without quotes.
func (c *completer) word(value string, kind ItemKind, o catalog.Option, rank int) Item {
	item := c.item(kind, value, value, fmt.Sprintf("1%03d", rank), ItemTopic{Option: o.Path, Typing: true})
	if o.HasDefault && o.Default == value {
		item.Detail = "default"
	}
	return item
}

// emptyList offers the brackets of a list of values.
func (c *completer) emptyList(o catalog.Option) []Item {
	item := c.item(ItemValue, "[ … ]", "[ ]", "1000", ItemTopic{Option: o.Path, Typing: true})
	item.Detail, item.Snippet, item.Filter = "list of values", c.valueSnippet(o), c.cursor.Typed
	if o.Nullable && c.mayBeWord() {
		return []Item{item, c.word("null", ItemValue, o, 1)}
	}
	return []Item{item}
}

// choice is a place for one of an option's values. A value with one of the characters that clients read in different
// ways within a choice is left out. Clients type the first one: it is not one that is refused.
func (c *completer) choice(o catalog.Option) string {
	all := byUse(o)
	rank := map[string]int{}
	for _, value := range all {
		switch fit := c.fit(o.Path, value); {
		case fit.isDefault:
			rank[value] = -1
		case fit.verdict == catalog.FitNo:
			rank[value] = 1
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return rank[a] - rank[b] })
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
