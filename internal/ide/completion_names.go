package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// firstOptions are the options that a first configuration needs, in the order in which a person sets them. They lead until
// they are set.
var firstOptions = []string{catalog.EnableOption, catalog.SoMOption, catalog.CarrierBoardOption}

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
	return c.matches(child.Name) && (child.HasChildren || c.cursor.Typed != "" && c.sn.DealsWithJetpack(c.doc))
}

// matches reports whether what is typed may be the beginning of a name, as clients see it: its letters are in the name, in order.
func (c *completer) matches(name string) bool {
	rest := strings.ToLower(name)
	for _, r := range strings.ToLower(c.cursor.Typed) {
		i := strings.IndexRune(rest, r)
		if i < 0 {
			return false
		}
		rest = rest[i+utf8.RuneLen(r):]
	}
	return true
}

// name offers a name behind a prefix, but for an option that the set defines already.
func (c *completer) name(prefix []string, child catalog.Child, defined map[string]bool) (Item, bool) {
	path := append(slices.Clip(prefix), child.Name)
	dotted := strings.Join(path, ".")
	if defined[dotted] && !child.HasChildren || !c.catalog.IsOwn(path) { // hardware.nvidia is NixOS's own, but for one option
		return Item{}, false
	}
	item := c.item(ItemSet, child.Name, c.written(child.Name), bySort("1", useOf(dotted, ""), child.Name), ItemTopic{Option: dotted})
	item.Detail = "options"
	if o := child.Option; o != nil {
		if o.ReadOnly && c.cursor.Kind == module.TypesName {
			return Item{}, false // cannot be set
		}
		item.Kind, item.Detail = ItemOption, typeWord(*o)
		item.Deprecated = o.RenamedTo != ""
		switch {
		case item.Deprecated:
			item.Sort = "3" + child.Name
			item.Detail = "renamed"
		case o.Internal:
			item.Sort = "2" + child.Name
		case c.cursor.Kind == module.TypesName && !isDeclaration(c.cursor.Path, len(prefix)):
			if set := c.beside().setIn(dotted); set != "" {
				item.note(set, "set elsewhere")
			} else if i := slices.Index(firstOptions, dotted); i >= 0 {
				item.Sort = fmt.Sprint("0", i)
			}
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

// bySort is the text by which an item is ordered in a class of items: those that are used most first, and then by name.
func bySort(class string, use int, name string) string {
	return fmt.Sprintf("%s%03d%s", class, 999-use, name)
}

// kindWords are the types of options in a word.
var kindWords = map[catalog.Kind]string{
	catalog.KindBool: "boolean", catalog.KindInt: "integer", catalog.KindString: "string", catalog.KindLines: "text", catalog.KindPath: "path",
	catalog.KindPackage: "package", catalog.KindEnum: "enum", catalog.KindList: "list", catalog.KindAttrs: "set", catalog.KindSubmodule: "submodule",
}

// typeWord is an option's type in a word or two; its documentation has the type in whole.
func typeWord(o catalog.Option) string {
	if len(o.Values) > 0 {
		return typeName(o)
	}
	word := cmp.Or(kindWords[o.Kind], "value")
	if o.Nullable {
		word = "null or " + word
	}
	return word
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
