package ide

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// InlayHint is what something in a document comes to. It is shown behind that, as if it were part of the text.
type InlayHint struct {
	// Offset is where it stands.
	Offset int
	// Label is plain text on one line.
	Label string
	Page  // explains it
}

// InlayHints are the hints of a part of a document, in order: the versions that follow from a SoM or a generation, behind the
// definition; and the value of an option, behind a definition that does not have it as a literal, and behind a name that reads
// the option. They hold for all hosts that the document is a part of; what differs between these is left out. Where the hosts
// are not known yet, there are none. In a document that belongs to no host, they say what its own board comes to.
func InlayHints(sn *workspace.Snapshot, doc *workspace.Document, within text.Span) []InlayHint {
	if doc.Problem() != nil || !sn.Settings().InlayHints {
		return nil
	}
	h := hinter{query: newQuery(sn, doc), within: within}
	switch c := h.knownConfiguration(); {
	case c != nil && len(c.Of(doc.Path)) > 0:
		h.c = c
		h.hosts = slices.DeleteFunc(c.Of(doc.Path), func(h *host.Host) bool { return h.Jetpack == host.No || h.Replaced })
		h.definitions()
		h.reads()
	case (c != nil || sn.EntryOf(doc.Dir()) == "") && mayDefine(h.pinned.Catalog, doc.Text):
		h.ownBoards()
	}
	slices.SortStableFunc(h.found, func(a, b InlayHint) int { return cmp.Compare(a.Offset, b.Offset) })
	return h.found
}

// hinter collects the hints of one document.
type hinter struct {
	*query
	within text.Span
	c      *workspace.Configuration
	hosts  []*host.Host
	found  []InlayHint
}

// add adds a hint about a value of an option. What inherits the SoM and the generation together gets their versions once.
func (h *hinter) add(offset int, label, path string, value any) {
	isThere := func(f InlayHint) bool { return f.Offset == offset && f.Label == label }
	if label == "" || offset < h.within.Start || offset > h.within.End || slices.ContainsFunc(h.found, isThere) {
		return
	}
	o, ok := h.pinned.Catalog.Option(path)
	if !ok {
		return
	}
	about := subject(option{Option: o, topics: optionTopics(o)})
	if value, isString := value.(string); isString && slices.Contains(o.Values, value) {
		about = enumValue{option: option{Option: o, topics: valueTopics(o, value)}, value: value}
	}
	h.found = append(h.found, InlayHint{offset, text.Visible(label, ""), h.page(about)})
}

// hintedOptions are those whose definitions decide on versions.
var hintedOptions = []string{catalog.SoMOption, catalog.MajorVersionOption}

// definitions adds the hints of what the document defines.
func (h *hinter) definitions() {
	type value struct {
		option   string
		path, at host.Location // as in host.Definition
	}
	var order []value
	given := map[value]any{}                   // what the definition gives
	labels := map[value][]string{}             // the same on each host
	versions := map[host.Location][][]string{} // on each host that has its value from the definition, by where it has its name
	for _, on := range h.hosts {
		for _, v := range on.Values {
			option := strings.Join(v.Path, ".")
			for _, d := range v.Definitions {
				if !isIn(d.Path, h.doc) || d.Condition == host.No || IsAlias(h.c, on, v) {
					continue
				}
				key := value{option, d.Path, d.Value}
				if _, ok := labels[key]; !ok {
					order, given[key] = append(order, key), d.Plain
				}
				labels[key] = append(labels[key], assigned(d.Plain, d.Why == nil))
				if d.Wins && slices.Contains(hintedOptions, option) && isBuilt(h.c, on) {
					versions[d.Path] = append(versions[d.Path], h.versionsOf(FactsOf(h.c, on)))
				}
			}
		}
	}
	for _, key := range order {
		statement, end, isLiteral := h.written(key.path.Span, key.at)
		if statement.IsZero() {
			continue
		}
		label, value := common(labels[key]), given[key]
		if label == "" {
			value = nil
		}
		if !isLiteral {
			h.add(end, label, key.option, value)
		}
		h.add(statement.Span().End, joined(versions[key.path]), key.option, value)
	}
}

// isBuilt reports whether a host of a configuration may become a Jetson: it does not turn jetpack-nixos off, which does not refuse
// its board either.
func isBuilt(c *workspace.Configuration, h *host.Host) bool {
	enabled, _ := certain(h, catalog.EnableOption)
	return enabled != false && len(Refused(c, h)) == 0
}

// written is the binding or the inherit that defines a name, where the value ends that it gives, and whether that is a literal.
// The statement is the zero Node where the name is not written as one.
func (h *hinter) written(name text.Span, value host.Location) (statement syntax.Node, end int, isLiteral bool) {
	statement = h.statementAt(name.Start)
	b, ok := syntax.AsBinding(statement)
	switch {
	case !ok:
		return statement, name.End, false
	case name.Start < b.Path().Span().Start || name.End > b.Path().Span().End || b.Value().IsZero():
		return syntax.Node{}, 0, false // a function makes the name
	}
	whole := b.Value().Span()
	if !isIn(value, h.doc) || value.Span.Start < whole.Start || value.Span.End > whole.End {
		return statement, whole.End, false
	}
	for n := range syntax.Ancestors(h.doc.Tree().NodeAt(value.Span.Start)) {
		if n.Span() == value.Span {
			_, _, isLiteral = module.Literal(n)
		}
	}
	return statement, value.Span.End, isLiteral
}

// statementAt is the innermost binding or inherit that an offset is in; the zero Node if it is in none.
func (h *hinter) statementAt(offset int) syntax.Node {
	for n := range syntax.Ancestors(h.doc.Tree().NodeAt(offset)) {
		if n.Kind() == syntax.Binding || n.Kind() == syntax.Inherit {
			return n
		}
	}
	return syntax.Node{}
}

// reads adds the values of the options that the document reads, but for those that are on or off: a test says as much.
func (h *hinter) reads() {
	values := map[string]any{}
	labels := map[string]string{} // of what all hosts share
	names := map[string]bool{}    // the last of each option
	for i, on := range h.hosts {
		for _, v := range on.Values {
			option, label := strings.Join(v.Path, "."), ""
			isKnown := v.Certainty == host.Certain || v.Certainty == host.Default && !h.mayBeOther()
			if len(v.Values) == 1 && isKnown {
				if _, isBool := v.Values[0].(bool); !isBool && v.Values[0] != nil {
					label = assigned(v.Values[0], true)
				}
			}
			if i > 0 && labels[option] != label {
				label = ""
			}
			labels[option], names[shortName(option)] = label, true
			if label != "" {
				values[option] = v.Values[0]
			}
		}
	}
	for n := range syntax.Descendants(h.doc.Tree().Root()) {
		if h.sn.Done() {
			return
		}
		end := n.Span().End
		if end < h.within.Start || n.Span().Start > h.within.End || !names[n.Text()] || !isRead(n) {
			continue
		}
		place := module.CertainAt(h.doc.Tree(), n.Span().Start)
		option := h.optionOf(place.Path)
		own := len(place.Path) - len(option) // the names before
		if place.Kind != module.ReferredName || option == nil || own != 1 || place.Path[0].Name != "config" || !isModule(place.Binder) {
			continue // of another host, perhaps
		}
		path := strings.Join(option, ".")
		if o, ok := h.pinned.Catalog.Option(path); ok && o.RenamedTo != "" {
			path = o.RenamedTo
		}
		h.add(end, labels[path], path, values[path])
	}
}

// isRead reports whether a name is the last of a selection, or is inherited from a set.
func isRead(n syntax.Node) bool {
	switch up := n.Parent(); up.Kind() {
	case syntax.AttrPath:
		path, _ := syntax.AsAttrPath(up)
		return up.Parent().Kind() == syntax.Select && path.Last() == n
	case syntax.Inherit:
		i, _ := syntax.AsInherit(up)
		return !i.From().IsZero()
	}
	return false
}

// isModule reports whether a function is a module that a file has as a whole, so that its config is that of the hosts which
// the file is a part of.
func isModule(lambda syntax.Node) bool {
	if lambda.Kind() != syntax.Lambda {
		return false
	}
	for n := range syntax.Ancestors(lambda.Parent()) {
		switch n.Kind() {
		case syntax.Lambda, syntax.Paren, syntax.LetIn, syntax.With, syntax.Assert, syntax.File:
		default:
			return false
		}
	}
	return true
}

// ownBoards adds what the boards come to that the document sets by itself.
func (h *hinter) ownBoards() {
	d := newDiagnoser(h.sn, h.doc, h.pinned)
	prefixes := map[text.Span]string{} // of a value: what its option's path begins with
	for option, definition := range d.boardDefinitions() {
		literal, _ := certainString(definition.Binding.Value())
		prefixes[literal.Span()] = strings.TrimSuffix(definition.Path.String(), option)
	}
	for _, set := range d.boardSets() {
		if len(set.refused(h.pinned.Catalog)) > 0 {
			continue
		}
		major := set.major
		if _, isSet := set.at[catalog.MajorVersionOption]; !isSet {
			som, _ := h.pinned.Catalog.SoM(set.som)
			major = som.DefaultMajor
		}
		label := joined([][]string{h.versionsOf(factsOfBoard(h.pinned.Catalog, set.som, major))})
		first, isOne := "", true // a specialisation has a board of its own
		for _, at := range set.at {
			first = cmp.Or(first, prefixes[at]+".")
			isOne = isOne && first == prefixes[at]+"."
		}
		for _, option := range hintedOptions {
			if at, ok := set.at[option]; ok && isOne && *set.field(option) != "" {
				h.add(h.statementAt(at.Start).Span().End, label, option, *set.field(option))
			}
		}
	}
}

// mostHinted is how long a value may be, in characters, to stand behind a name.
const mostHinted = 40

// assigned is a value as it stands behind a name that has it; empty for one that is not known, or is too long.
func assigned(v any, isKnown bool) string {
	switch v.(type) {
	case []any, map[string]any:
		return ""
	}
	label := "= " + nixValue(v)
	if !isKnown || utf8.RuneCountInString(label) > mostHinted {
		return ""
	}
	return label
}

// versionsOf are the versions of a host that stand behind its SoM, each with its name; those that are not known are empty, and all
// are where another revision is pinned than the one that is known.
func (h *hinter) versionsOf(f HostFacts) []string {
	if h.mayBeOther() {
		return nil
	}
	named := func(name, version string) string {
		if version == "" {
			return ""
		}
		return name + version
	}
	cuda := f.CUDA // of which nixpkgs names the sets by two numbers
	if parts := strings.Split(cuda, "."); len(parts) > 2 {
		cuda = strings.Join(parts[:2], ".")
	}
	architectures := strings.ReplaceAll(strings.ReplaceAll(f.Capability, ".", ""), ", ", ", sm_") // as nvcc calls them
	return []string{named("JetPack ", f.JetPack), named("L4T ", f.L4T), named("CUDA ", cuda), named("sm_", architectures)}
}

// joined is what the versions of all hosts have in common, on one line.
func joined(all [][]string) string {
	var shown []string
	for i := 0; len(all) > 0 && i < len(all[0]); i++ {
		var ofHosts []string
		for _, versions := range all {
			ofHosts = append(ofHosts, versions[i])
		}
		if version := common(ofHosts); version != "" {
			shown = append(shown, version)
		}
	}
	return strings.Join(shown, " · ")
}

// common is the text that all are; empty if they differ.
func common(all []string) string {
	if len(all) == 0 || slices.ContainsFunc(all, func(s string) bool { return s != all[0] }) {
		return ""
	}
	return all[0]
}
