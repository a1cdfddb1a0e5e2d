package ide

import (
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// regard is what NixOS looks at of a definition: whether there is such an option, and what value it gets.
type regard struct{ name, value bool }

// regardOf is what NixOS looks at of what a node is part of, as far as the tests around it tell. Where a test asks which
// options there are, and it is not known what it gives, the author has thought of revisions that lack one.
func (d *diagnoser) regardOf(n syntax.Node) regard {
	all := regard{true, true}
	for c := range module.Conditions(n) {
		r, ok := d.regards[c]
		if !ok {
			r = d.regardUnder(c)
			d.regards[c] = r
		}
		all = regard{all.name && r.name, all.value && r.value}
	}
	return all
}

func (d *diagnoser) regardUnder(c module.Condition) regard {
	test := module.Test{Has: d.hasOption}
	if value, known := test.Truth(c.Test); known {
		passes := value == c.Wanted
		return regard{passes || !c.Drops, passes}
	}
	return regard{!c.Drops || !test.RefersToOptions(c.Test), true}
}

// hasOption says whether the pinned revision, or a module of the user's, has an option or a set of options.
func (d *diagnoser) hasOption(path module.Path) (present, known bool) {
	c := d.pinned.Catalog
	names := optionPath(c, path)
	if names == nil {
		return false, false
	}
	if _, ok := c.Lookup(names); ok || c.IsPrefix(names) {
		return true, true
	}
	_, wrong := wrongName(c, names)
	return false, wrong && !d.sn.MayDeclareOption(d.doc, strings.Join(names, "."))
}

// off is a set of options that one module surely turns off: what they are set to is never looked at.
type off struct {
	enable     string // the option that is false
	module     syntax.Node
	conditions []module.Condition
}

// isOff reports whether an option, by its path and where its value stands, belongs to what the same module turns off.
func (d *diagnoser) isOff(value syntax.Node, names []string) bool {
	option := strings.Join(names, ".")
	return slices.ContainsFunc(d.turnedOff(), func(o off) bool {
		if option == o.enable || !strings.HasPrefix(option, strings.TrimSuffix(o.enable, "enable")) {
			return false
		}
		if module.ModuleAround(value, len(names)) != o.module {
			return false
		}
		around := slices.Collect(module.Conditions(value))
		return !slices.ContainsFunc(o.conditions, func(c module.Condition) bool { return !slices.Contains(around, c) })
	})
}

// turnedOff are the sets that the document turns off, so that no other module can turn them on: not where one could.
func (d *diagnoser) turnedOff() []off {
	if d.offs != nil {
		return *d.offs
	}
	var offs []off
	raised := map[string]bool{} // options that another definition may override
	for definition := range module.Definitions(d.doc.Tree(), "enable") {
		names := d.optionOf(definition.Path)
		if len(names) < 2 || !slices.Contains(d.pinned.Catalog.Roots(), strings.Join(names[:len(names)-1], ".")) {
			continue
		}
		option, value := strings.Join(names, "."), definition.Binding.Value()
		literal := module.Innermost(value)
		priorities := module.Priorities(literal)
		weak := slices.ContainsFunc(priorities, func(f string) bool { return f != "mkForce" })
		switch word := literal.Text(); {
		case literal.Kind() != syntax.Identifier || word != "true" && word != "false":
			raised[option] = true
		case word == "true":
			raised[option] = raised[option] || slices.ContainsFunc(priorities, func(f string) bool {
				return f != "mkDefault" && f != "mkOptionDefault"
			})
		case !weak:
			offs = append(offs, off{option, module.ModuleAround(value, len(names)), slices.Collect(module.Conditions(literal))})
		}
	}
	offs = slices.DeleteFunc(offs, func(o off) bool { return raised[o.enable] })
	d.offs = &offs
	return offs
}
