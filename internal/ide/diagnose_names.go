package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// A naming is where a text names an option: to define it, or to read it.
type naming struct {
	// parts are those of the option path. One that stands elsewhere has no span.
	parts module.Path
	names []string
	// written are the last names, those that stand in the binding, or in the expression, itself.
	written []syntax.Node
	// node stands under the conditions that decide on the name, and value under those that decide on the value.
	node, value syntax.Node
	isRead      bool
	// isUsed says that NixOS certainly looks at what is read, as far as the text tells.
	isUsed bool
	// renames are the fixes that give the option another path, and respells those that put other names in the place of some,
	// from an index up to another; none where that would change more.
	renames  func(option string) []Fix
	respells func(first, last int, to []string) []Fix
}

// newNaming is the naming of a definition of a path that an option path ends.
func newNaming(path module.Path, names []string, node syntax.Node) naming {
	n := naming{parts: path[len(path)-len(names):], names: names, node: node, value: node}
	n.respells = func(first, last int, to []string) []Fix { return respell(n.parts, first, last, to, node.Tree()) }
	return n
}

// defined is the naming of a definition whose path ends with an option path.
func defined(definition module.Definition, names []string) naming {
	n := newNaming(definition.Path, names, definition.Binding.Node)
	n.written, n.value = slices.Collect(definition.Binding.Path().Names()), module.Innermost(definition.Binding.Value())
	n.renames = func(option string) []Fix { return renames(definition, names, option) }
	return n
}

// inherited is the naming of a name of an inherit that defines an option.
func inherited(i module.Inherited, names []string) naming {
	n := newNaming(i.Path, names, i.Name)
	n.written = []syntax.Node{i.Name}
	n.renames = func(option string) []Fix { return inheritAs(i, names, option) }
	return n
}

// corrections are the fixes that give the option another path, where one of its names leads nowhere: nothing is right that
// stands in a set of that name.
func (n naming) corrections(option string, wrong int) []Fix {
	other := strings.Split(option, ".")
	if isInSet := wrong < len(n.names)-len(n.written); isInSet && slices.Equal(n.names[wrong+1:], other[min(wrong+1, len(other)):]) {
		return n.respells(wrong, wrong+1, other[wrong:wrong+1])
	}
	return n.renames(option)
}

// span is where the names of the option path stand that differ from another path's, as far as they are written here.
func (n naming) span(other []string) text.Span {
	first := min(max(commonPrefix(n.names, other, func(a, b string) bool { return a == b }), len(n.parts)-len(n.written)), len(n.parts)-1)
	return text.Span{Start: n.parts[first].Span.Start, End: n.parts[len(n.parts)-1].Span.End}
}

// names looks at the names of what the document defines.
func (d *diagnoser) names() {
	for _, definition := range d.definitions() {
		if d.isEnough() {
			break
		}
		b := definition.Binding
		if !b.HasEquals() || b.Value().Kind() == syntax.Missing {
			continue // still being typed
		}
		if names := d.optionOf(definition.Path); names != nil {
			d.definedName(defined(definition, names))
		}
	}
	for i := range module.InheritedNames(d.doc.Tree()) {
		if d.isEnough() {
			break
		}
		if names := d.optionOf(i.Path); names != nil {
			d.definedName(inherited(i, names))
		}
	}
}

// definitions are those of the document.
func (d *diagnoser) definitions() []module.Definition {
	if d.defined == nil {
		d.defined = slices.AppendSeq([]module.Definition{}, module.AllDefinitions(d.doc.Tree()))
	}
	return d.defined
}

func (d *diagnoser) definedName(n naming) {
	o, ok := d.pinned.Catalog.Lookup(n.names)
	switch {
	case ok && o.RenamedTo != "":
		if r := d.regardOf(n.value); r.name && r.value {
			d.renamed(n, o)
		}
	case ok && o.ReadOnly && !d.inCheckout() && d.regardOf(n.node).name:
		d.report(Diagnostic{
			Span: n.parts[len(n.parts)-1].Span, Code: CodeReadOnlyOption, Section: d.explain(n.names),
			Message: shortPath(o.Path) + " is read-only: jetpack-nixos sets it itself",
		})
	case !ok && !d.pinned.Catalog.IsPrefix(n.names):
		d.unknown(n)
	}
}

func (d *diagnoser) renamed(n naming, o catalog.Option) {
	found := Diagnostic{
		Span: n.span(strings.Split(o.RenamedTo, ".")), Severity: SeverityWarning, Tag: TagDeprecated, Code: CodeRenamedOption,
		Section: d.explain(n.names),
		Message: fmt.Sprintf("%s is called %s in %s", shortPath(o.Path), shortPath(o.RenamedTo), d.revision()),
		Fixes:   certainIfOne(n.renames(o.RenamedTo)),
	}
	if n.isRead {
		found.Code = CodeReads
	}
	d.report(found)
}

// unknown is about a path that neither is an option nor leads to one.
func (d *diagnoser) unknown(n naming) {
	wrong, ok := wrongName(d.pinned.Catalog, n.names)
	if !ok {
		d.belowOption(n)
		return
	}
	option := strings.Join(n.names, ".")
	isHere := wrong < len(n.parts) && n.parts[wrong].Span.Len() > 0 // else it is a finding of the place that has it
	if !isHere || d.sn.UserMayDeclare(d.doc, option) || !d.regardOf(n.node).name || d.isUnchecked() {
		return
	}
	found := Diagnostic{
		// A warning, because another flake's modules may declare it.
		Span: n.parts[wrong].Span, Severity: SeverityWarning, Code: CodeUnknownOption, undeclared: true,
		handed:  !n.isRead && module.IsHanded(n.value, len(n.names)),
		Message: fmt.Sprintf("No option %s in %s", shortPath(strings.Join(n.names[:wrong+1], ".")), d.revision()),
	}
	if n.isRead {
		found.Code = CodeReads
	}
	if h, ok := d.sn.Library().History(option); ok {
		if d.mayBeOther() {
			return // which may have it
		}
		if found.Section = d.explain(n.names); !n.isRead || n.isUsed {
			found.Severity = SeverityError
		}
		removed := h.IsRemoved() && d.pinned.Catalog.Revision.Known() && d.isPast(h.Removed)
		if removed && !n.isRead {
			found.Code = CodeRemovedOption
		}
		switch other := d.otherName(h); {
		case other != "":
			found.Span = n.span(strings.Split(other, "."))
			found.Message = fmt.Sprintf("%s is called %s in %s", shortPath(option), shortPath(other), d.revision())
			found.Fixes = certainIfOne(n.renames(other))
		default:
			d.tellHistory(&found, "it", h)
		}
		d.report(found)
		return
	}
	if place, ok := desktopOption(n.names[:wrong+1]); ok {
		d.desktop(n, wrong, found, place)
		return
	}
	if d.reported[diagnosticKey{found.Span, found.Code}] {
		return // a set that is named wrongly, for each option in it
	}
	near, spelled := d.nearOptions(n.names, wrong)
	if len(near) == 0 && d.mayBeOther() {
		return
	}
	if len(near) > 0 {
		found.Section = d.explain(strings.Split(near[0], "."))
		set := strings.Join(n.names[:wrong], ".") + "."
		inSet := func(option string) string { return shortPath(strings.TrimPrefix(option, set)) }
		found.Message = d.saying(fmt.Sprintf("No option %s in %s", n.names[wrong], d.revision()), "did you mean "+oneOf(near, inSet)+"?")
		for _, option := range near {
			found.Fixes = append(found.Fixes, n.corrections(option, wrong)...)
		}
		if spelled && len(near) == 1 {
			found.Fixes = certainIfOne(found.Fixes)
		}
	}
	d.report(found)
}

// isUnchecked reports whether a document as a module says that options need no declaration.
func isUnchecked(doc *workspace.Document) bool {
	for definition := range module.Definitions(doc.Tree(), "check", "freeformType") {
		switch definition.Path.String() {
		case "_module.check", "config._module.check", "freeformType":
			return true
		}
	}
	return false
}

// wrongName is the index of the first name that leads nowhere. There is none in a path that ends inside an option's value.
func wrongName(c *catalog.Catalog, names []string) (int, bool) {
	wrong := 0
	for wrong < len(names) && c.IsPrefix(names[:wrong+1]) {
		wrong++
	}
	if wrong == len(names) {
		return 0, false
	}
	_, isOption := c.Lookup(names[:wrong+1])
	return wrong, !isOption
}

// otherName is what an option of another revision is called in this one; empty if it has none like it.
func (q *query) otherName(h catalog.History) string {
	isOption := func(path string) bool {
		o, ok := q.pinned.Catalog.Option(path)
		return ok && o.RenamedTo == ""
	}
	if isOption(h.RenamedTo) {
		return h.RenamedTo
	}
	for _, alias := range q.sn.Library().Newest().Options() {
		if alias.RenamedTo == h.Path && isOption(alias.Path) {
			return alias.Path
		}
	}
	return ""
}

// nearOptions are options that may have been meant: those that are spelled nearly so, or else those of the same name in
// another set, which a revision that is not known may well have too. It says whether all are misspellings.
func (d *diagnoser) nearOptions(names []string, wrong int) (options []string, spelled bool) {
	c := d.pinned.Catalog
	var siblings []string
	for _, child := range c.Children(names[:wrong]) {
		if child.Option == nil || !child.Option.Internal && child.Option.RenamedTo == "" {
			siblings = append(siblings, child.Name)
		}
	}
	spelled = true
	for _, name := range nearest(names[wrong], siblings) {
		meant := slices.Concat(names[:wrong], []string{name}, names[wrong+1:])
		if _, ok := c.Lookup(meant); ok || c.IsPrefix(meant) {
			options = append(options, strings.Join(meant, "."))
			spelled = spelled && isMisspelling(names[wrong], name)
		}
	}
	if len(options) > 0 {
		return options, spelled
	}
	if d.mayBeOther() {
		return nil, false
	}
	for _, o := range c.Options() {
		if shortName(o.Path) == names[len(names)-1] && !o.Internal && o.RenamedTo == "" && !o.Field {
			options = append(options, o.Path)
		}
	}
	if len(options) > mostNear {
		return nil, false // enable is everywhere
	}
	return options, false
}

// commonPrefix is how many elements two lists have in common from their beginnings on.
func commonPrefix[A, B any](a []A, b []B, equal func(A, B) bool) int {
	n := 0
	for n < min(len(a), len(b)) && equal(a[n], b[n]) {
		n++
	}
	return n
}
