// Package ide is what the product knows how to do: hovers, completions, jumps.
// Its functions take a snapshot, a document and an offset, give plain structs,
// do no I/O, and know nothing of LSP.
package ide

import (
	"iter"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// subjectKind says what a subject is.
type subjectKind uint8

const (
	aboutOption subjectKind = iota + 1
	aboutSet                // an inner name of option paths: hardware.nvidia-jetpack.firmware
	aboutGone               // an option that the revision does not have, but another has
	aboutValue              // a value of an enum
	aboutPackage
	aboutOutput
	aboutConcept // overlays, functions, flake inputs: what only a pill explains
	aboutFile
)

// subject is what the cursor is about, with all that the catalog says of it.
type subject struct {
	kind   subjectKind
	span   text.Span
	pinned workspace.Pinned

	path    string             // of the option, the set or the file
	option  catalog.Option     // aboutOption, aboutValue
	value   string             // aboutValue; aboutOption for a value that is none
	isBad   bool               // the value is none of the option's
	isTest  bool               // the value is compared with the option's
	own     workspace.OwnValue // aboutValue: the user's own declaration of it; no Value for one of upstream's
	history catalog.History    // aboutGone
	pkg     catalog.Package    // aboutPackage
	scope   string             // aboutPackage: nvidia-jetpack, nvidia-jetpack6, …
	name    string             // aboutConcept: what stands under the cursor
	note    markup.Text        // aboutConcept: one line on what this very place is
	topics  []pill.Topic       // what a pill may explain, the best first
	section pill.Section       // the section that explains it, where that is not found by a topic
}

// subjectAt finds what the cursor is about; nothing if that is none of ours.
func subjectAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (subject, bool) {
	place := module.At(doc.Tree(), offset)
	if place.Kind == module.Nothing {
		return subject{}, false
	}
	f := finder{sn: sn, doc: doc, pinned: sn.Catalog(doc)}
	s, ok := f.find(place)
	s.pinned = f.pinned
	return s, ok
}

// finder finds the subject of one place.
type finder struct {
	sn     *workspace.Snapshot
	doc    *workspace.Document
	pinned workspace.Pinned
}

func (f finder) find(place module.Place) (subject, bool) {
	switch place.Kind {
	case module.DefinedName, module.ReferredName:
		if s, ok := f.option(place); ok {
			return s, true
		}
	case module.ValuePlace:
		if s, ok := f.value(place); ok {
			return s, true
		}
		return subject{}, false
	case module.FilePlace:
		if s, ok := f.value(place); ok {
			return s, true
		}
	}
	// The rest is anyone's Nix, and ours only in a document about jetpack-nixos.
	if !f.sn.DealsWithJetpack(f.doc) {
		return subject{}, false
	}
	switch place.Kind {
	case module.DefinedName:
		return f.definedConcept(place)
	case module.ReferredName:
		if s, ok := f.scopeMember(place); ok {
			return s, true
		}
		return f.referredConcept(place)
	case module.OverlayArgument:
		return f.overlayArgument(place)
	case module.FilePlace:
		return f.file(place)
	}
	return subject{}, false
}

// optionPath is the end of a path that is an option path, or the beginning of
// one; nil if there is none. Names before it, such as config or
// nixosConfigurations.x, are left out.
func optionPath(c *catalog.Catalog, path module.Path) []string {
	for names, before := range optionNames(path) {
		if c.IsOwn(names) && before.IsRoot() {
			return names
		}
	}
	return nil
}

// optionNames are the ends of a path that could be option paths, the shortest first, each with what stands before it: names
// that are known, and that no variable has.
func optionNames(path module.Path) iter.Seq2[[]string, module.Path] {
	return func(yield func([]string, module.Path) bool) {
		first := len(path)
		for first > 0 && path[first-1].Known && !path[first-1].Variable {
			first--
		}
		names := path.Names(len(path) - first)
		for i := len(names) - 1; i >= 0; i-- {
			if !yield(names[i:], path[:first+i]) {
				return
			}
		}
	}
}

// valueOption is the option that a path of a value leads to, and whether the value is an element of a list.
func valueOption(c *catalog.Catalog, names []string) (o catalog.Option, inList, ok bool) {
	if inList = names[len(names)-1] == module.Element; inList {
		names = names[:len(names)-1]
	}
	o, ok = c.Lookup(names)
	return o, inList, ok
}

// option is the subject of a name in an option path.
func (f finder) option(place module.Place) (subject, bool) {
	c := f.pinned.Catalog
	names := optionPath(c, place.Path)
	if names == nil && place.Defines != nil {
		names = optionPath(c, place.Defines) // { inherit (config.mine) som; }
	}
	if names == nil {
		// hardware in hardware.nvidia-jetpack.som: the name alone is NixOS's, but
		// the path that it begins is ours.
		whole, span, ok := wholePath(place)
		if !ok {
			return subject{}, false
		}
		if names = optionPath(c, whole); names == nil {
			return subject{}, false
		}
		place.Span = span
	}
	return f.optionNamed(names, place.Span)
}

func (f finder) optionNamed(names []string, span text.Span) (subject, bool) {
	c := f.pinned.Catalog
	path := strings.Join(names, ".")
	s := subject{span: span, path: path}
	if o, ok := c.Lookup(names); ok {
		s.kind, s.option, s.path = aboutOption, o, o.Path
		s.topics = optionTopics(o)
		if now, ok := later(f.sn.Library(), o); ok {
			s.topics = append([]pill.Topic{{Kind: pill.OptionTopic, Name: now.Path}}, s.topics...)
		}
		return s, true
	}
	if c.IsPrefix(names) {
		s.kind = aboutSet
		s.topics = []pill.Topic{{Kind: pill.OptionTopic, Name: path}, concept("option-path")}
		s.section = f.commonSection(path)
		return s, true
	}
	if h, ok := f.sn.Library().History(path); ok {
		s.kind, s.history = aboutGone, h
		s.topics = []pill.Topic{{Kind: pill.OptionTopic, Name: path}, concept("renamed-options")}
		return s, true
	}
	return subject{}, false
}

// commonSection is the section that explains most of the options below a path,
// if there is one that explains more than half of them.
func (f finder) commonSection(path string) pill.Section {
	pills := f.sn.Pills()
	explains := map[string]int{}
	all := 0
	var best pill.Section
	for _, o := range f.pinned.Catalog.Options() {
		if !strings.HasPrefix(o.Path, path+".") {
			continue
		}
		all++
		section, ok := pills.For(pill.Topic{Kind: pill.OptionTopic, Name: o.Path})
		if !ok {
			continue
		}
		explains[section.Ref()]++
		if best.Pill == nil || explains[section.Ref()] > explains[best.Ref()] {
			best = section
		}
	}
	if best.Pill == nil || 2*explains[best.Ref()] <= all {
		return pill.Section{}
	}
	return best
}

// explanation is the section of a pill that explains the subject.
func (s subject) explanation(sn *workspace.Snapshot) (pill.Section, bool) {
	if s.section.Pill != nil {
		return s.section, true
	}
	section, ok := sn.Pills().For(s.topics...)
	if !ok && s.kind == aboutOption {
		// An option that no pill knows, such as a fork's: what options are, where a pill declares to say so.
		if general := sn.Pills().Topics()[concept("option-path")]; len(general) > 0 {
			return general[0], true
		}
	}
	return section, ok
}

// later is what became, in the newest revision, of an option that is none by
// that name any more: the option it was renamed to.
func later(library *catalog.Library, o catalog.Option) (catalog.Option, bool) {
	newest := library.Newest()
	now, ok := newest.Option(o.Path)
	if !ok || o.RenamedTo != "" || now.RenamedTo == "" {
		return catalog.Option{}, false
	}
	return newest.Option(now.RenamedTo)
}

func optionTopics(o catalog.Option) []pill.Topic {
	topics := []pill.Topic{{Kind: pill.OptionTopic, Name: o.Path}}
	if o.RenamedTo != "" {
		topics = append(topics, pill.Topic{Kind: pill.OptionTopic, Name: o.RenamedTo}, concept("renamed-options"))
	}
	return topics
}

func concept(name string) pill.Topic { return pill.Topic{Kind: pill.ConceptTopic, Name: name} }

func function(name string) pill.Topic { return pill.Topic{Kind: pill.FunctionTopic, Name: name} }

// wholePath is the whole path that the attribute path under the cursor is a
// part of, and where it is written.
func wholePath(place module.Place) (module.Path, text.Span, bool) {
	up := place.Node.Parent()
	path, ok := syntax.AsAttrPath(up)
	if !ok {
		if place.Node.Kind() != syntax.Identifier || up.Kind() != syntax.Select {
			return nil, text.Span{}, false
		}
		// The first name of a selection.
		s, _ := syntax.AsSelect(up)
		if s.From() != place.Node {
			return nil, text.Span{}, false
		}
		path = s.Path()
	}
	var lastName syntax.Node
	for n := range path.Names() {
		if n.Kind() != syntax.Missing {
			lastName = n
		}
	}
	if lastName.IsZero() || lastName == place.Node {
		return nil, text.Span{}, false
	}
	end := lastName.Span().End
	whole := module.At(place.Node.Tree(), end)
	if whole.Kind != place.Kind && place.Kind != module.ReferredName {
		return nil, text.Span{}, false
	}
	start := path.Span().Start
	if path.Parent().Kind() == syntax.Select {
		start = path.Parent().Span().Start
	}
	return whole.Path, text.Span{Start: start, End: end}, true
}

// value is the subject of a literal that is the value of an option.
func (f finder) value(place module.Place) (subject, bool) {
	names := optionPath(f.pinned.Catalog, place.Path)
	if names == nil {
		return subject{}, false
	}
	o, _, ok := valueOption(f.pinned.Catalog, names)
	if !ok {
		return subject{}, false
	}
	s := subject{kind: aboutOption, span: place.Span, path: o.Path, option: o, topics: optionTopics(o)}
	if len(o.Values) == 0 {
		return s, true
	}
	s.value, s.isTest = place.Value, place.Compared
	if !slices.Contains(o.Values, place.Value) {
		if own, ok := ownValue(f.sn, f.doc, o, place.Value); ok {
			return s.ofOwn(own), true
		}
		if place.Value == "null" && o.Nullable {
			s.value = ""
		} else {
			s.isBad = f.sn.SawOwnValues(f.doc, o.Path)
		}
		return s, true
	}
	s.kind = aboutValue
	s.topics = valueTopics(o, place.Value)
	return s, true
}

// ofOwn is the subject of an option as that of a value which the user's own modules add to it.
func (s subject) ofOwn(own workspace.OwnValue) subject {
	s.kind, s.value, s.own = aboutValue, own.Value, own
	s.topics = append([]pill.Topic{concept("som-enum-extension")}, optionTopics(s.option)...)
	return s
}

func valueTopics(o catalog.Option, value string) []pill.Topic {
	topics := []pill.Topic{{Kind: pill.ValueTopic, Name: o.Path + "=" + value}}
	if o.RenamedTo != "" {
		topics = append(topics, pill.Topic{Kind: pill.ValueTopic, Name: o.RenamedTo + "=" + value})
	}
	switch o.Path {
	case somOption:
		topics = append(topics, pill.Topic{Kind: pill.SoMTopic, Name: value})
	case majorOption:
		topics = append(topics, pill.Topic{Kind: pill.JetPackTopic, Name: value})
	}
	return append(topics, optionTopics(o)...)
}

// The options that decide on each other's values.
const (
	somOption     = "hardware.nvidia-jetpack.som"
	carrierOption = "hardware.nvidia-jetpack.carrierBoard"
	majorOption   = "hardware.nvidia-jetpack.majorVersion"
)
