package ide

import (
	"cmp"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

// option is the subject of an option's name, or of a value that says nothing by itself.
type option struct {
	topics
	catalog.Option
	refused string // what is written as its value and is none of its values; mostly empty
	element string // what is written as an element of its list; mostly empty
}

// optionSet is the subject of a name that options stand below: hardware.nvidia-jetpack.firmware.
type optionSet struct {
	undeclared
	topics
	path []string
}

// otherOption is the subject of an option that the pinned revision does not have, but another one.
type otherOption struct {
	topics
	catalog.History
}

// option finds the subject of a name in an option path.
func (q *query) option(place *module.Place) (subject, bool) {
	c := q.pinned.Catalog
	names := q.optionOfPlace(place)
	if names == nil && place.Defines != nil {
		names = optionPath(c, place.Defines) // { inherit (config.mine) som; }
	}
	if names == nil {
		// hardware in hardware.nvidia-jetpack.som: the name alone is NixOS's, but
		// the path that it begins is ours.
		if q.exact {
			return nil, false
		}
		whole, span, ok := wholePath(place)
		if !ok {
			return nil, false
		}
		if names = optionPath(c, whole); names == nil || !begins(place.Path, len(whole)-len(names)) {
			return nil, false
		}
		place.Span = span
	}
	return q.optionNamed(names)
}

// begins reports whether the last name of a path is one of an option's, or the config or options before it, where the option's first
// name is so many names behind the path's first. What stands before leads to a system, and says nothing about the option.
func begins(path module.Path, first int) bool {
	return len(path) > first || len(path) == 1 && first == 1 && (path.Last() == "config" || path.Last() == "options")
}

func (q *query) optionNamed(names []string) (subject, bool) {
	c := q.pinned.Catalog
	if o, ok := c.Lookup(names); ok {
		s := option{Option: o, topics: optionTopics(o)}
		if now, ok := q.later(o); ok {
			s.topics = append(topics{optionTopic(now.Path)}, s.topics...)
		}
		return s, true
	}
	path := strings.Join(names, ".")
	if c.IsPrefix(names) {
		return optionSet{path: names, topics: topics{optionTopic(path), concept("option-path")}}, true
	}
	if h, ok := q.sn.Library().History(path); ok {
		return otherOption{topics{optionTopic(path), concept("renamed-options")}, h}, true
	}
	return nil, false
}

func optionTopic(path string) pill.Topic { return pill.Topic{Kind: pill.OptionTopic, Name: path} }

func optionTopics(o catalog.Option) topics {
	if o.RenamedTo != "" {
		return topics{optionTopic(o.Path), optionTopic(o.RenamedTo), concept("renamed-options")}
	}
	return topics{optionTopic(o.Path)}
}

// later is what became, in the newest revision, of an option that is none by that name any more: the option it was
// renamed to.
func (q *query) later(o catalog.Option) (catalog.Option, bool) {
	newest := q.sn.Library().Newest()
	now, ok := newest.Option(o.Path)
	if !ok || o.RenamedTo != "" || now.RenamedTo == "" {
		return catalog.Option{}, false
	}
	return newest.Option(now.RenamedTo)
}

// section is, for an option that no pill knows, such as a fork's, the section on what options are.
func (o option) section(q *query) (pill.Section, bool) {
	if section, ok := o.topics.section(q); ok {
		return section, true
	}
	return q.sn.Pills().Declares(concept("option-path"))
}

// section is what explains most of the options in the set, if one section explains more than half of them.
func (s optionSet) section(q *query) (pill.Section, bool) {
	explains := map[string]int{}
	all, most := 0, 0
	var best pill.Section
	within := strings.Join(s.path, ".") + "."
	for _, o := range q.pinned.Catalog.Options() {
		if !strings.HasPrefix(o.Path, within) {
			continue
		}
		all++
		if section, ok := q.sn.Pills().For(optionTopic(o.Path)); ok {
			ref := section.Ref()
			if explains[ref]++; explains[ref] > most {
				best, most = section, explains[ref]
			}
		}
	}
	if 2*most > all {
		return best, true
	}
	return s.topics.section(q)
}

func (o option) declaration(q *query) (Location, bool) { return q.optionDeclared(o.Path) }

func (q *query) optionDeclared(path string) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		o, _ := c.Option(path)
		return o.DeclaredIn, o.Line, o.Column
	})
}

func (o otherOption) declaration(q *query) (Location, bool) {
	if at, ok := q.optionDeclared(o.Path); ok {
		return at, true
	}
	return q.declared(func(*catalog.Catalog) (string, int, int) {
		r, _ := q.pinned.Source.Removed(o.Path)
		return r.DeclaredIn, r.Line, r.Column
	})
}

// strongWrappers are functions of nixpkgs' lib by which a definition replaces plain ones.
var strongWrappers = []string{"mkForce", "mkVMOverride", "mkImageMediaOverride"}

// addWrapped says what the functions that a definition stands in make of the definitions that jetpack-nixos has of the same option.
func (q *query) addWrapped(s *sheet, o catalog.Option) {
	for _, f := range q.place.Wrappers() {
		if slices.Contains(strongWrappers, f) {
			f = strongWrappers[0]
		}
		if name, ok := q.sn.Library().Name(f + "." + cmp.Or(o.RenamedTo, o.Path)); ok {
			if words := q.sn.Shelf().Description(name.Summary, o.Path, q.pinned.Catalog).Text; words != "" {
				s.remark("%s", markup.Prose(words))
			}
			return
		}
	}
}

// elementSheet is what is known of an element of an option's list: the option's page has the rest.
func (o option) elementSheet(q *query) sheet {
	out := sheet{title: oneLine(o.element), what: markup.Format("element of the list %s", markup.Code(o.Path)), isShort: true}
	out.summary.first = q.dated(o.Summary, o.Path).first
	out.rows = append(out.rows, q.declaredRow(o.DeclaredIn, o.Line))
	q.addWrapped(&out, o.Option)
	return out
}

func (o option) sheet(q *query) sheet {
	if o.element != "" {
		return o.elementSheet(q)
	}
	what := "option"
	out := sheet{title: o.Path, summary: q.dated(o.Summary, o.Path), rows: make([]row, 0, 6)}
	now, wasRenamed := q.later(o.Option)
	switch {
	case wasRenamed:
		out.summary = q.dated(now.Summary, now.Path)
		out.remark("Later revisions call it %s.", markup.Code(now.Path))
	case o.RenamedTo != "":
		what = "renamed option"
		to := markup.Code(o.RenamedTo)
		if o.AliasSince.Known() {
			to = markup.Format("%s since %s", to, dayOf(o.AliasSince))
		}
		out.addBrief("Now", to, markup.Format("now %s", markup.Code(o.RenamedTo)))
	case o.Field:
		what = "field of a submodule"
	}
	if o.Internal {
		what += ", internal"
	}
	if o.ReadOnly {
		what += ", read-only"
	}
	out.what = markup.Prose(what)
	out.addSignature(o.Option)
	if added := q.userValues(o.Option); len(added) > 0 {
		out.addBrief("Your own", q.shown(added), markup.Format("%s of your own", len(added)))
	}
	q.addHosts(&out, o.Option)
	if o.Path == catalog.SoMOption {
		q.addMachine(&out)
	}
	out.rows = append(out.rows, q.declaredRow(o.DeclaredIn, o.Line))
	q.addWrapped(&out, o.Option)
	if q.pinned.IsOwn() {
		out.quote = quotation(q.pinned.Source.Description(o.Path))
	}
	if o.refused != "" {
		out.remark("%s is not one of its values "+q.ofRevision("in this revision")+".", markup.Code(oneLine(o.refused)))
		leaf := o.Path[strings.LastIndexByte(o.Path, '.')+1:]
		if past, wasOnce := q.sn.Library().ValueHistory(leaf, strings.Trim(o.refused, `"`)); wasOnce {
			out.remark("%s", q.became(markup.Text{}, past))
		}
	}
	return out
}

// mostInline is how long a default or a list may be, in bytes, to stand in the line of facts.
const mostInline = 40

// mostInSet is the same of the names of a set of options, which has no type and no default beside them.
const mostInSet = 140

// addSignature adds an option's type, its default and, for an enum, its values.
func (s *sheet) addSignature(o catalog.Option) {
	kind := markup.Literal(typeName(o))
	s.addBrief("Type", kind, kind)
	if o.HasDefault {
		fallback := oneLine(o.ShownDefault())
		var brief markup.Text
		if len(fallback) <= mostInline {
			brief = markup.Format("default %s", markup.Code(fallback))
		}
		s.addBrief("Default", markup.Code(fallback), brief)
	}
	s.addNames("Values", o.Values, "value", mostInline)
}

// addNames adds a list of names. The line of facts has them where there is room, or else how many there are.
func (s *sheet) addNames(name string, all []string, noun string, most int) {
	names := markup.Codes(all)
	brief := names
	if len(names.Plain()) > most {
		brief = markup.Literal(text.Count(len(all), noun))
	}
	s.addBrief(name, names, brief)
}

// typeWords are what NixOS calls types, and what people do.
var typeWords = strings.NewReplacer("strings concatenated with \"\\n\"", "lines of text", "function that evaluates to a(n) ", "function that returns ")

// typeName is an option's type in words; the values of an enum stand elsewhere.
func typeName(o catalog.Option) string {
	if len(o.Values) == 0 {
		return typeWords.Replace(o.Type)
	}
	kind := "enum"
	if o.ValuesInList {
		kind = "list of enum"
	}
	if o.Nullable {
		kind = "null or " + kind
	}
	return kind
}

// oneLine is Nix text with its line breaks and indentation as single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (s optionSet) sheet(q *query) sheet {
	children := q.pinned.Catalog.Children(s.path)
	what := "set of options"
	var names []string
	for _, c := range children {
		switch isOld := c.Option != nil && (c.Option.Internal || c.Option.RenamedTo != ""); {
		case c.HasChildren:
			names = append(names, c.Name+".…")
		case !isOld:
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		what = "set of old names, which still work"
		for _, c := range children {
			names = append(names, c.Name)
		}
	}
	path := strings.Join(s.path, ".")
	out := sheet{title: path, what: markup.Prose(what), summary: q.dated(q.sn.Library().SetSummary(path), path)}
	out.addNames("Holds", names, "name", mostInSet)
	out.rows = append(out.rows, q.revisionRow())
	return out
}

func (o otherOption) sheet(q *query) sheet {
	out := sheet{title: o.Path, what: markup.Prose(q.ofRevision("not an option of this revision")), rows: []row{q.revisionRow()}}
	out.remark("%s", q.became(markup.Text{}, o.History))
	if name := q.otherName(o.History); name != "" {
		out.remark("The revision calls it %s.", markup.Code(name))
	} else if o.RenamedTo != "" && q.isPast(o.Removed) {
		out.remark("Renamed to %s.", markup.Code(o.RenamedTo))
	}
	if q.pinned.IsOwn() {
		if removed, ok := q.pinned.Source.Removed(o.Path); ok {
			out.quote = quotation(q.pinned.Source.Description(removed.Path))
		}
	}
	return out
}
