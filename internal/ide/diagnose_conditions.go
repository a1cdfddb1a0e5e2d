package ide

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// regard is what NixOS does with a definition: whether it checks that there is an option of that name, and whether it uses
// the value. asks says that a test whose result is not known asks which options exist.
type regard struct{ name, value, asks bool }

// regardOf says what NixOS does with the definition that a node is part of, judging by the conditions around it. Under a
// false condition NixOS does not use the value; under one that drops the definition, as optionalAttrs does, it does not
// check the name either. A condition whose result is not known counts as true, with one exception: if it drops the
// definition and asks which options exist, the author has prepared for revisions that lack one, so the name is not checked.
func (d *diagnoser) regardOf(n syntax.Node) regard {
	all := regard{name: true, value: true}
	for c := range module.Conditions(n) {
		r, ok := d.regards[c]
		if !ok {
			r = d.regardUnder(c)
			d.regards[c] = r
		}
		all = regard{all.name && r.name, all.value && r.value, all.asks || r.asks}
	}
	all.value = all.value && !isReplaced(n)
	if set, binding, ok := variableOf(n); ok && all.value {
		switch use := d.useOf(set, binding, n); {
		case use.isData:
			all.name, all.value = false, false
		case use.isReplaced:
			all.value = false
		}
	}
	return all
}

// mostUpdates bounds how many sets are looked through that one is updated with.
const mostUpdates = 32

// isReplaced reports whether an update with // may put something else in the place of a definition that a node is part of.
// The names of a rec set may be used inside of it.
func isReplaced(n syntax.Node) bool {
	name := "" // the attribute of the set at hand that the node is part of
	for at := range syntax.Ancestors(n) {
		switch up := at.Parent(); up.Kind() {
		case syntax.AttrSet:
			set, _ := syntax.AsAttrSet(up)
			name = ""
			if b, ok := syntax.AsBinding(at); ok && !set.Recursive() {
				name = firstName(b.Path().Names())
			}
		case syntax.Binary:
			if _, op := syntax.Operator(up); op != syntax.Update {
				name = ""
			}
			if name != "" && up.Child(0) == at && mayGive(up.Child(1), name, mostUpdates) {
				return true
			}
		case syntax.Paren:
		default:
			name = ""
		}
	}
	return false
}

// setUse is what becomes of a set that a variable stands for.
type setUse struct {
	// isData says that it is only compared, written, or taken apart by the names in it, or not used at all: it is no module.
	isData bool
	// isReplaced says that an update may put something else in the place of a definition.
	isReplaced bool
}

// variableOf is the outermost set around a node that is the value of a variable of a let, and the variable's binding.
func variableOf(n syntax.Node) (set, binding syntax.Node, ok bool) {
	for at := range syntax.Ancestors(n) {
		up := at.Parent()
		if at.Kind() == syntax.Lambda {
			break // which others may call
		}
		if b, isBinding := syntax.AsBinding(up); isBinding && at.Kind() == syntax.AttrSet && up.Parent().Kind() == syntax.LetIn && len(slices.Collect(b.Path().Names())) == 1 {
			set, binding, ok = at, up, true
		}
	}
	return set, binding, ok
}

// useOf says what becomes of a set that a variable stands for, as far as a definition in it is concerned. A variable of the same name
// further in counts as this one.
func (d *diagnoser) useOf(set, binding, definition syntax.Node) setUse {
	b, _ := syntax.AsBinding(binding)
	variable := b.Path().Text()
	uses, ok := d.variables[binding.Span().Start]
	if !ok {
		for n := range syntax.Descendants(binding.Parent()) {
			isInherited := n.Parent().Kind() == syntax.Inherit
			if n.Text() == variable && (n.Kind() == syntax.Identifier || isInherited) {
				for n.Parent().Kind() == syntax.Paren {
					n = n.Parent()
				}
				uses = append(uses, n)
			}
		}
		d.variables[binding.Span().Start] = uses
	}
	name := ""
	for at := range syntax.Ancestors(definition) {
		if b, ok := syntax.AsBinding(at); ok && at.Parent().Span() == set.Span() {
			name = firstName(b.Path().Names())
		}
	}
	use := setUse{isData: true}
	for _, n := range uses {
		isData := false
		switch up := n.Parent(); up.Kind() {
		case syntax.Select:
			s, _ := syntax.AsSelect(up)
			isData = s.From() == n
		case syntax.Binary:
			if _, op := syntax.Operator(up); op == syntax.Update && up.Child(0) == n {
				use.isReplaced = use.isReplaced || mayGive(up.Child(1), name, mostUpdates)
			}
		case syntax.Apply:
			a, _ := syntax.AsApply(up)
			if a.Argument() == n {
				callee := module.CalleeName(a.Function())
				isData = callee == "toJSON"
				use.isReplaced = use.isReplaced || callee == "recursiveUpdate"
			}
		}
		use.isData = use.isData && isData
	}
	return use
}

// mayGive reports whether a set, or several with // between them, may have an attribute: one that is written out has those
// of its text, what lib.optionalAttrs gives as well, and any other may have all.
func mayGive(set syntax.Node, name string, most int) bool {
	for set.Kind() == syntax.Paren {
		set = set.Child(0)
	}
	switch set.Kind() {
	case syntax.Binary:
		_, op := syntax.Operator(set)
		return op != syntax.Update || most == 0 || mayGive(set.Child(0), name, most-1) || mayGive(set.Child(1), name, most-1)
	case syntax.Apply:
		call, _ := syntax.AsApply(set)
		if inner, ok := syntax.AsApply(call.Function()); ok && module.CalleeName(inner.Function()) == "optionalAttrs" {
			return mayGive(call.Argument(), name, most)
		}
		return true
	case syntax.AttrSet:
		for n := range syntax.Bindings(set) {
			if b, ok := syntax.AsBinding(n); ok && slices.Contains([]string{name, ""}, firstName(b.Path().Names())) {
				return true
			}
			if i, ok := syntax.AsInherit(n); ok {
				for inherited := range i.Names() {
					if given, _ := syntax.AttrName(inherited); given == name {
						return true
					}
				}
			}
		}
		return false
	}
	return true
}

// firstName is the first of some names; empty if it is only known after evaluation.
func firstName(names iter.Seq[syntax.Node]) string {
	for n := range names {
		name, _ := syntax.AttrName(n)
		return name
	}
	return ""
}

func (d *diagnoser) regardUnder(c module.Condition) regard {
	if d.tests == nil {
		d.tests = module.NewTest(d.hasOption)
	}
	if value, known := d.tests.Truth(c.Test); known {
		passes := value == c.Wanted
		return regard{name: passes || !c.Drops, value: passes}
	}
	asks := d.tests.RefersToOptions(c.Test)
	return regard{name: !c.Drops || !asks, value: true, asks: asks}
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
	return false, wrong && !d.sn.UserMayDeclare(d.doc, strings.Join(names, "."))
}

// off identifies where an option turns off the set that it is in: NixOS does not use what is set there.
type off struct {
	enable string // the option that is false
	module syntax.Node
	under  module.Condition // the innermost of the tests around; the zero Condition if there are none
}

// isOff reports whether the module that sets an option turns off a set that the option belongs to. The option is given by
// where its value stands and by its path.
func (d *diagnoser) isOff(value syntax.Node, names []string) bool {
	offs := d.turnedOff()
	if len(offs) == 0 {
		return false
	}
	within := module.ModuleAround(value, len(names))
	around := slices.Collect(module.Conditions(value))
	option := strings.Join(names, ".")
	for i := range names {
		enable := strings.Join(names[:i], ".") + ".enable"
		if enable == option {
			continue
		}
		for _, under := range append(slices.Clip(around), module.Condition{}) {
			for _, conditions := range offs[off{enable, within, under}] {
				if !slices.ContainsFunc(conditions, func(c module.Condition) bool { return !slices.Contains(around, c) }) {
					return true
				}
			}
		}
	}
	return false
}

// turnedOff are the sets that the document turns off and that no other definition in it may turn on. For each there are the
// conditions that each definition which turns it off stands under.
func (d *diagnoser) turnedOff() map[off][][]module.Condition {
	if d.offs != nil {
		return d.offs
	}
	d.offs = map[off][][]module.Condition{}
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
			conditions := slices.Collect(module.Conditions(literal))
			key := off{enable: option, module: module.ModuleAround(value, len(names))}
			if len(conditions) > 0 {
				key.under = conditions[0]
			}
			if same := d.offs[key]; len(same) == 0 || !slices.Equal(same[len(same)-1], conditions) {
				d.offs[key] = append(same, conditions)
			}
		}
	}
	maps.DeleteFunc(d.offs, func(o off, _ [][]module.Condition) bool { return raised[o.enable] })
	return d.offs
}

// isAlwaysUsed reports whether the module that takes a name as an argument always looks at what stands at a place, as far as its
// text tells: under no condition that may fail, in no function within, in no variable, which may not be used, and in no default.
func (d *diagnoser) isAlwaysUsed(at, binder syntax.Node) bool {
	for c := range module.Conditions(at) {
		if d.tests == nil {
			d.tests = module.NewTest(d.hasOption)
		}
		if value, known := d.tests.Truth(c.Test); !known || value != c.Wanted {
			return false
		}
	}
	if len(module.Priorities(at)) > 0 {
		return false
	}
	for n, up := at, at.Parent(); n != binder; n, up = up, up.Parent() {
		switch up.Kind() {
		case syntax.LetIn:
			if n.Kind() == syntax.Binding || n.Kind() == syntax.Inherit {
				return false
			}
		case syntax.Lambda:
			if up != binder {
				return false
			}
		case syntax.HasAttr, syntax.Assert:
			return false
		case syntax.Apply:
			if a, _ := syntax.AsApply(up); module.CalleeName(a.Function()) == "mkOption" {
				return false
			}
		case syntax.Binary:
			if _, op := syntax.Operator(up); op != syntax.Update && op != syntax.Concat {
				return false
			}
		}
		if up.IsZero() {
			return false
		}
	}
	return true
}
