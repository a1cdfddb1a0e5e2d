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

// names looks at the names of what the document defines.
func (d *diagnoser) names() {
	for definition := range module.Definitions(d.doc.Tree()) {
		if d.isEnough() {
			break
		}
		b := definition.Binding
		if !b.HasEquals() || b.Value().Kind() == syntax.Missing {
			continue // still being typed
		}
		names := d.optionOf(definition.Path)
		if names == nil {
			continue
		}
		o, ok := d.pinned.Catalog.Lookup(names)
		switch {
		case ok && o.RenamedTo != "":
			if r := d.regardOf(module.Innermost(b.Value())); r.name && r.value {
				d.renamed(definition, names, o)
			}
		case ok && o.ReadOnly && !d.inCheckout() && d.regardOf(b.Node).name:
			d.report(Diagnostic{
				Span: definition.Path[len(definition.Path)-1].Span, Code: CodeReadOnlyOption, Section: d.explain(names),
				Message: shortPath(o.Path) + " is read-only: jetpack-nixos sets it itself",
			})
		case !ok && !d.pinned.Catalog.IsPrefix(names):
			d.unknown(definition, names)
		}
	}
}

func (d *diagnoser) renamed(definition module.Definition, names []string, o catalog.Option) {
	d.report(Diagnostic{
		Span: pathSpan(definition, names, strings.Split(o.RenamedTo, ".")), Code: CodeRenamedOption,
		Section: d.explain(names),
		Message: fmt.Sprintf("%s is called %s in %s", shortPath(o.Path), shortPath(o.RenamedTo), d.revision()),
		Fixes:   certainIfOne(renames(definition, names, o.RenamedTo)),
	})
}

// unknown is about a path that neither is an option nor leads to one.
func (d *diagnoser) unknown(definition module.Definition, names []string) {
	path := definition.Path[len(definition.Path)-len(names):]
	wrong, ok := wrongName(d.pinned.Catalog, names)
	option := strings.Join(names, ".")
	if !ok || path[wrong].Span.Len() == 0 || d.sn.UserMayDeclare(d.doc, option) || !d.regardOf(definition.Binding.Node).name || d.isUnchecked() {
		return
	}
	found := Diagnostic{
		// A warning, because another flake's modules may declare it.
		Span: path[wrong].Span, Severity: SeverityWarning, Code: CodeUnknownOption,
		Message: fmt.Sprintf("%s has no option %s", d.revision(), strings.Join(names[:wrong+1], ".")),
	}
	if h, ok := d.sn.Library().History(option); ok {
		found.Severity, found.Section = SeverityError, d.explain(names)
		removed := h.IsRemoved() && !d.pinned.Catalog.Revision.Date.Before(h.Removed.Date)
		if removed {
			found.Code = CodeRemovedOption
		}
		switch other := d.otherName(h); {
		case other != "":
			found.Span = pathSpan(definition, names, strings.Split(other, "."))
			found.Message = fmt.Sprintf("%s has no option %s: it is called %s there", d.revision(), option, shortPath(other))
			found.Fixes = certainIfOne(renames(definition, names, other))
		case removed:
			found.Message += fmt.Sprintf("; upstream removed it in %s (%s)", h.Removed.Short(), h.Removed.Day())
		case d.mayBeOther():
			return
		case h.Introduced.Known():
			found.Message += fmt.Sprintf("; upstream has it since %s (%s)", h.Introduced.Short(), h.Introduced.Day())
		}
		d.report(found)
		return
	}
	if d.reported[diagnosticKey{found.Span, found.Code}] {
		return // a set that is named wrongly, for each option in it
	}
	near, spelled := d.nearOptions(names, wrong)
	if len(near) == 0 && d.mayBeOther() {
		return
	}
	if len(near) > 0 {
		found.Section = d.explain(strings.Split(near[0], "."))
		found.Message += "; did you mean " + oneOf(near, shortPath) + "?"
		for _, option := range near {
			found.Fixes = append(found.Fixes, renames(definition, names, option)...)
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
func (d *diagnoser) otherName(h catalog.History) string {
	isOption := func(path string) bool {
		o, ok := d.pinned.Catalog.Option(path)
		return ok && o.RenamedTo == ""
	}
	if isOption(h.RenamedTo) {
		return h.RenamedTo
	}
	for _, alias := range d.sn.Library().Newest().Options() {
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

// pathSpan is where the names of an option path stand that differ from another path's, as far as the binding itself has them.
func pathSpan(definition module.Definition, names, other []string) text.Span {
	path := definition.Path[len(definition.Path)-len(names):]
	written := len(slices.Collect(definition.Binding.Path().Names()))
	first := min(max(commonPrefix(names, other, func(a, b string) bool { return a == b }), len(path)-written), len(path)-1)
	return text.Span{Start: path[first].Span.Start, End: path[len(path)-1].Span.End}
}

// commonPrefix is how many elements two lists have in common from their beginnings on.
func commonPrefix[A, B any](a []A, b []B, equal func(A, B) bool) int {
	n := 0
	for n < min(len(a), len(b)) && equal(a[n], b[n]) {
		n++
	}
	return n
}
