package ide

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// beside is what is set beside the name or the value that is being typed: on the hosts that the cursor is a part of, as far as
// they are known without an evaluation, or else in the document alone.
type beside struct {
	*completer
	hosts     []*host.Host
	rewritten workspace.Rewritten            // of the document, since the hosts were evaluated
	alone     map[string][]module.Definition // by option: what the document says of the board
	boards    []sharedBoard                  // at least one
}

// sharedBoard is the board that hosts have in common; that of the document where no hosts are known.
type sharedBoard struct {
	board
	uncertain map[string]bool // options whose values are not known
	scope     string          // the JetPack of pkgs.nvidia-jetpack; empty if it is not known
	hosts     []string
	from      []map[string]host.Location // by host and option: what sets it in another file
}

func (c *completer) lookBeside() beside {
	b := beside{completer: c, alone: map[string][]module.Definition{}}
	alone := boardIn(func(yield func(string, module.Definition) bool) {
		for option, d := range c.boardDefinitions() {
			if b.alone[option] = append(b.alone[option], d); !yield(option, d) {
				return
			}
		}
	})
	if b.findHosts(); len(b.hosts) == 0 {
		b.boards = []sharedBoard{{board: alone}}
		return b
	}
	index := map[string]int{}
	for _, h := range b.hosts {
		on, from := b.boardOn(h, alone)
		key := fmt.Sprint(on)
		i, ok := index[key]
		if !ok {
			i = len(b.boards)
			index[key], b.boards = i, append(b.boards, on)
		}
		b.boards[i].hosts, b.boards[i].from = append(b.boards[i].hosts, HostName(h)), append(b.boards[i].from, from)
	}
	return b
}

// findHosts finds the hosts that the innermost set around the cursor is a part of which defines anything on a host; all hosts
// that are made of the document, if none does. A set that says something of the board, and that no host has, is none of theirs.
func (b *beside) findHosts() {
	known, rewritten := b.sn.LatestConfiguration(b.doc)
	if known == nil {
		return
	}
	b.rewritten = rewritten
	all := slices.DeleteFunc(known.HostsOf(b.doc.Path, b.pinned), func(h *host.Host) bool { return h.Jetpack == host.No })
	if len(all) == 0 {
		return
	}
	definedAt := make([][]int, len(all)) // offsets
	for i, h := range all {
		for _, v := range h.Values {
			for _, d := range v.Definitions {
				if now, ok := b.now(d.Path); ok && isIn(d.Path, b.doc) {
					definedAt[i] = append(definedAt[i], now.Span.Start)
				}
			}
		}
	}
	cursor := b.cursor.Replace.Start
	for n := range syntax.Ancestors(b.doc.Tree().NodeAt(cursor)) {
		if n.Kind() != syntax.AttrSet {
			continue
		}
		inSet := n.Span().Contains
		saysElse := func(d module.Definition) bool {
			span := d.Binding.Span()
			return inSet(span.Start) && !span.Touches(cursor)
		}
		for i, h := range all {
			if slices.ContainsFunc(definedAt[i], inSet) {
				b.hosts = append(b.hosts, h)
			}
		}
		if len(b.hosts) > 0 {
			return
		}
		for _, definitions := range b.alone {
			if slices.ContainsFunc(definitions, saysElse) {
				return
			}
		}
	}
	b.hosts = all
}

// now is where a location is now; false if edits of the document changed it.
func (b *beside) now(at host.Location) (host.Location, bool) {
	if !isIn(at, b.doc) {
		return at, true
	}
	span, ok := b.rewritten.Now(at.Span)
	return host.Location{File: at.File, Span: span}, ok
}

// isOld reports whether edits of the document changed a definition of an option.
func (b *beside) isOld(v host.Value) bool {
	return slices.ContainsFunc(v.Definitions, func(d host.Definition) bool {
		return slices.ContainsFunc([]host.Location{d.Path, d.Value, d.Origin}, func(at host.Location) bool {
			_, ok := b.now(at)
			return !ok
		})
	})
}

// isNew reports whether the edits of the document made a definition, or changed it.
func (b *beside) isNew(d module.Definition) bool {
	span, changed := d.Binding.Span(), b.rewritten.After
	return b.rewritten.IsAny() && span.Start <= changed.End && changed.Start <= span.End
}

// boardOn is the board of one host, and what sets it in other files. What is not certain there, or older than the edits of the document, is what the document
// says alone. An option that nothing sets is empty, as in a document.
func (b *beside) boardOn(h *host.Host, alone board) (s sharedBoard, from map[string]host.Location) {
	s.uncertain, from = map[string]bool{}, map[string]host.Location{}
	defaultSoM := ""
	for _, option := range fitOptions {
		v, ok := h.Get(strings.Split(option, ".")...)
		if !ok {
			continue // the revision does not have it
		}
		field := s.field(option)
		if slices.ContainsFunc(b.alone[option], b.isNew) || b.isOld(v) || v.Certainty < host.Default {
			*field = *alone.field(option)
			s.uncertain[option] = *field == ""
			continue
		}
		value, isString := v.Values[0].(string)
		s.uncertain[option] = !isString
		if at, ok := winner(v); ok {
			*field = value
			if !isIn(at, b.doc) {
				from[option] = at
			}
		} else if option == catalog.SoMOption {
			defaultSoM = value
		}
	}
	enable, ok := h.Get(strings.Split(catalog.EnableOption, ".")...)
	isEnabled := ok && enable.Certainty == host.Certain && enable.Values[0] == true && !b.isOld(enable)
	if isEnabled && !s.uncertain[catalog.SoMOption] && !s.uncertain[catalog.MajorVersionOption] {
		som, _ := b.catalog.SoM(cmp.Or(s.som, defaultSoM))
		s.scope = cmp.Or(s.major, som.DefaultMajor)
	}
	return s, from
}

// setIn says where an option is set that every host has from elsewhere than the set that is being typed; empty if it is not.
func (b beside) setIn(option string) string {
	names := strings.Split(option, ".")
	var from []host.Location
	for _, h := range b.hosts {
		v, _ := h.Get(names...)
		at, ok := winner(v)
		if !ok || b.isOld(v) {
			return ""
		}
		at, _ = b.now(at)
		from = append(from, at)
	}
	return b.lines(from)
}

// mostNamed is how many lines, hosts or boards a note names.
const mostNamed = 2

// lines says in which lines something is set; empty if there are none.
func (b beside) lines(from []host.Location) string {
	var once []host.Location
	for _, at := range from {
		if !slices.Contains(once, at) {
			once = append(once, at)
		}
	}
	if len(once) == 0 {
		return ""
	}
	return "set in " + some(once, func(at host.Location) string { return cmp.Or(b.locationIn(at), path.Base(at.File)) })
}

// some names things, or the first of many.
func some[T any](all []T, name func(T) string) string {
	var names []string
	for _, one := range all[:min(len(all), mostNamed)] {
		names = append(names, name(one))
	}
	if rest := len(all) - mostNamed; rest > 0 {
		names = append(names, fmt.Sprintf("%d more", rest))
	}
	return text.List(names, "and")
}

// lacking are the hosts whose JetPack is known and none of some, and what they have instead.
func (b beside) lacking(generations []string) (hosts, majors []string) {
	for _, s := range b.boards {
		if s.scope != "" && !slices.Contains(generations, s.scope) {
			hosts, majors = append(hosts, s.hosts...), append(majors, s.scope)
		}
	}
	slices.Sort(majors)
	return hosts, slices.Compact(majors)
}

func itself(name string) string { return name }

// fit is how a value goes with what is set beside it.
type fit struct {
	verdict   catalog.Verdict
	isDefault bool // it is what the SoM takes if nothing is said
	rank      int  // by which values are ordered, the lowest first
	note      string
	short     string // the note in 20 characters
}

// Ranks of values. Those of a Jetson at hand are the first, and those that fit are before those of which nothing is known.
const (
	rankHere    = 0
	rankDefault = 50
	rankFits    = 100
	rankUnknown = 1000
	rankRefused = 2000
)

// fit judges a value of an option together with what is set beside it, on all hosts. Where that says nothing, neither does the
// judgement.
func (c *completer) fit(option, value string) fit {
	if new(board).field(option) == nil {
		return fit{rank: rankUnknown}
	}
	b := c.beside()
	fits, isDefault := 0, option == catalog.MajorVersionOption
	var with, refusedHosts []string
	var from, refusedFrom []host.Location
	refused := ""
	for _, s := range b.boards {
		verdict, others := s.judge(c.catalog, option, value)
		if option == catalog.MajorVersionOption {
			som, _ := c.catalog.SoM(s.som)
			if isDefault = isDefault && som.DefaultMajor == value; isDefault && verdict == catalog.FitUnknown {
				others = []string{catalog.SoMOption}
			}
		}
		names := text.List(s.names(others), "and")
		switch verdict {
		case catalog.FitYes:
			fits++
		case catalog.FitNo:
			if refused == "" {
				refused = names
			}
			if refused == names {
				refusedHosts, refusedFrom = append(refusedHosts, s.hosts...), append(refusedFrom, s.set(others)...)
			}
		}
		if names != "" && !slices.Contains(with, names) {
			with = append(with, names)
		}
		from = append(from, s.set(others)...)
	}
	said := func(words string, from []host.Location) string {
		return strings.TrimSuffix(words+", "+b.lines(from), ", ")
	}
	if len(with) > 1 {
		from = nil // each is set elsewhere
	}
	switch {
	case refused != "":
		if len(refusedHosts) < len(b.hosts) {
			refused += " on " + some(refusedHosts, itself)
		}
		return fit{verdict: catalog.FitNo, rank: rankRefused, note: said("not with "+refused, refusedFrom), short: "refused"}
	case isDefault:
		return fit{catalog.FitYes, true, rankDefault, said("the default with "+some(with, itself), from), "default"}
	case fits == len(b.boards):
		return fit{verdict: catalog.FitYes, rank: rankFits, note: said("fits "+some(with, itself), from), short: "fits"}
	}
	return fit{verdict: catalog.FitUnknown, rank: rankUnknown}
}

// judge judges a value of an option on a board, and gives the options that it is judged by: those that it clashes with, or
// goes with.
func (s sharedBoard) judge(c *catalog.Catalog, option, value string) (catalog.Verdict, []string) {
	others := []string{catalog.SoMOption}
	if option == catalog.SoMOption {
		others = []string{catalog.CarrierBoardOption, catalog.MajorVersionOption}
	}
	b, ok := s.with(option, value)
	if !ok || b.som == "" || len(s.names(others)) == 0 {
		return catalog.FitUnknown, nil // nothing to judge it by
	}
	verdict, clashes := b.fits(c)
	if verdict == catalog.FitNo {
		clashing := against(option, clashes)
		if len(s.names(clashing)) > 0 && !slices.ContainsFunc(clashing, func(path string) bool { return s.uncertain[path] }) {
			return catalog.FitNo, clashing
		}
	}
	possible := []board{b}
	for _, other := range fitOptions {
		if o, ok := c.Option(other); ok && other != option && s.uncertain[other] {
			for _, b := range slices.Clone(possible) {
				for _, value := range o.Values {
					with, _ := b.with(other, value)
					possible = append(possible, with)
				}
			}
		}
	}
	for _, b := range possible {
		if verdict, clashes := b.fits(c); verdict == catalog.FitUnknown || len(against(option, clashes)) > 0 {
			return catalog.FitUnknown, nil
		}
	}
	return catalog.FitYes, others
}

// names are the values of options, where they are set, as a note calls them.
func (s sharedBoard) names(options []string) []string {
	var names []string
	for _, option := range options {
		switch value := *s.field(option); {
		case value == "":
		case option == catalog.MajorVersionOption:
			names = append(names, "JetPack "+value)
		default:
			names = append(names, value)
		}
	}
	return names
}

// set is what sets options in other files.
func (s sharedBoard) set(options []string) []host.Location {
	var all []host.Location
	for _, from := range s.from {
		for _, option := range options {
			if at, ok := from[option]; ok {
				all = append(all, at)
			}
		}
	}
	return all
}
