package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// values looks at the literals that options are given or compared with.
func (d *diagnoser) values() {
	for place := range module.Values(d.doc.Tree()) {
		if d.isEnough() {
			break
		}
		names := d.optionOf(place.Path)
		if names == nil {
			d.namedValue(place)
			continue
		}
		o, inList, ok := valueOption(d.pinned.Catalog, names)
		if !ok && !place.Compared && d.pinned.Catalog.IsPrefix(names) {
			d.valueOfSet(place, names)
		}
		if !ok || d.isUnused(place, names) {
			continue
		}
		if found, ok := d.wrongValue(o, place, inList); ok {
			d.report(found)
		}
	}
}

// wrongValue says what is wrong with a literal as the value of an option; nothing if it may be right.
func (d *diagnoser) wrongValue(o catalog.Option, place module.Place, inList bool) (found Diagnostic, ok bool) {
	switch {
	case len(o.Values) > 0 && module.IsString(place.Node) && (o.ValuesInList == inList || place.Compared):
		return d.unknownValue(o, place.Value, place.Span, place.Compared)
	case !place.Compared:
		return d.wrongType(o, place, inList)
	}
	return Diagnostic{}, false
}

// namedValue looks at a literal that has a name, and that an option is certainly given by that: let board = "orin-agx"; in …. What mends
// the option may be wrong for others that use the name.
func (d *diagnoser) namedValue(place module.Place) {
	if place.Node.Kind() == syntax.AttrSet {
		return
	}
	certain := slices.DeleteFunc(place.Uses(), func(u module.Use) bool { return !u.Certain || d.optionOf(u.Path) == nil })
	names, use := oneOption(d.pinned.Catalog, certain)
	if names == nil {
		return
	}
	o, inList, ok := valueOption(d.pinned.Catalog, names)
	if !ok || !d.regardOf(place.Node).value || slices.ContainsFunc(use.Names, func(n syntax.Node) bool { return !d.regardOf(n).value }) {
		return
	}
	if d.isOff(use.Names[len(use.Names)-1], names) {
		return
	}
	if found, ok := d.wrongValue(o, place, inList); ok {
		for i := range found.Fixes {
			found.Fixes[i].Certain = false
		}
		if place.Path.Last() != names[len(names)-1] {
			found.Related = append(found.Related, Related{d.doc.Path, definedBy(use.Names[len(use.Names)-1]), shortName(o.Path) + " gets this value here"})
		}
		d.report(found)
	}
}

// isUnused reports whether NixOS certainly does not use a value.
func (d *diagnoser) isUnused(place module.Place, names []string) bool {
	return !d.regardOf(place.Node).value || !place.Compared && d.isOff(place.Node, names)
}

// unknownValue says of a text where an option takes one of a list that it is none of these; nothing if it is one, or may be.
func (d *diagnoser) unknownValue(o catalog.Option, value string, at text.Span, isTest bool) (found Diagnostic, ok bool) {
	known := o.Values
	for _, v := range d.userValues(o) {
		known = append(slices.Clip(known), v.Value)
	}
	if slices.Contains(known, value) || !d.sn.SawUserValues(d.doc, o.Path) {
		return Diagnostic{}, false
	}
	found = Diagnostic{
		Span: at, Code: CodeUnknownValue, Section: d.explain(o.Parts()),
		Message: fmt.Sprintf("No value %q for %s in %s", value, shortName(o.Path), d.revision()),
	}
	if isTest {
		found.Severity = SeverityWarning
		found.Message = fmt.Sprintf("%s is never %q in %s", shortName(o.Path), value, d.revision())
	}
	near := nearest(value, known)
	if o.Path == catalog.MajorVersionOption {
		d.byFit(near)
	}
	since := d.sn.Library().ValueSince(o.Path, value)
	switch {
	case d.mayBeOther() && (since.Known() || len(near) == 0):
		return Diagnostic{}, false
	case since.Known():
		found.Message += fmt.Sprintf("; upstream added it in %s (%s)", since.Short(), since.Day())
	case len(near) > 0:
		said := fmt.Sprintf("did you mean %s?", oneOf(near, syntax.Quoted))
		if isTest {
			found.Message = d.saying(found.Message, said)
		} else {
			found.Message = fmt.Sprintf("No value %q; %s (%s in %s)", value, said, shortName(o.Path), d.revisionInside())
		}
		for _, value := range near {
			found.Fixes = append(found.Fixes, changeTo(at, syntax.Quoted(value)))
		}
		if isMisspelling(value, near[0]) {
			found.Fixes = certainIfOne(found.Fixes)
		}
	case !isTest:
		found.Message = d.saying(found.Message, "it takes "+oneOf(known, syntax.Quoted))
	}
	return found, true
}

// definedBy is the path of the binding that a name is used in, or the name where an inherit has it.
func definedBy(name syntax.Node) text.Span {
	for n := range syntax.Ancestors(name) {
		if b, ok := syntax.AsBinding(n); ok {
			return b.Path().Span()
		}
		if n.Kind() == syntax.Inherit {
			break
		}
	}
	return name.Span()
}

// wrongType says of a literal that it is of a type which an option does not take; nothing if it may be right.
func (d *diagnoser) wrongType(o catalog.Option, place module.Place, inList bool) (found Diagnostic, ok bool) {
	wanted := refusal(o, place, inList)
	if wanted == "" {
		return Diagnostic{}, false
	}
	return Diagnostic{
		Span: place.Span, Code: CodeWrongType, Section: d.explain(o.Parts()),
		Message: fmt.Sprintf("%s takes %s, not %s", shortPath(o.Path), wanted, refusedName(o, place)),
		Fixes:   retyped(o, place, inList),
	}, true
}

// valueOfSet is about a value that is given to a set of options, which NixOS refuses even where it does not use it.
func (d *diagnoser) valueOfSet(place module.Place, names []string) {
	set := strings.Join(names, ".")
	if place.Node.Kind() == syntax.AttrSet || !d.regardOf(place.Node).name || d.sn.UserMayDeclare(d.doc, set) {
		return
	}
	found := Diagnostic{
		Span: place.Span, Code: CodeWrongType, Section: d.explain(names),
		Message: fmt.Sprintf("%s is a set of options, not %s", shortPath(set), refusedName(catalog.Option{}, place)),
	}
	if enable, ok := d.pinned.Catalog.Option(set + ".enable"); ok && refusal(enable, place, false) == "" {
		found.Message += "; set its enable"
		if b, ok := bindingOf(place.Node); ok && module.PathOf(b.Value()).Last() == names[len(names)-1] {
			end := b.Path().Span().End
			found.Fixes = certainIfOne([]Fix{{
				Title: "Change to " + b.Path().Text() + ".enable",
				Edits: here(text.Edit{Span: text.Span{Start: end, End: end}, NewText: ".enable"}),
			}})
		}
	} else if option, ok := d.someOption(names, place); ok {
		found.Message += "; set an option in it, such as " + shortPath(option)
	}
	d.report(found)
}

// someOption is an option in a set that a person may set: one that takes a literal, if one does.
func (d *diagnoser) someOption(set []string, literal module.Place) (option string, ok bool) {
	for _, child := range d.pinned.Catalog.Children(set) {
		o := child.Option
		if o == nil || o.Internal || o.ReadOnly || o.RenamedTo != "" {
			continue
		}
		if takes := refusal(*o, literal, false) == ""; takes || option == "" {
			if option = o.Path; takes {
				break
			}
		}
	}
	return option, option != ""
}

// bindingOf is the binding that an expression is the value of, perhaps within mkForce and its kin.
func bindingOf(value syntax.Node) (syntax.BindingNode, bool) {
	for n := range syntax.Ancestors(value) {
		if b, ok := syntax.AsBinding(n); ok {
			return b, module.Innermost(b.Value()) == value
		}
	}
	return syntax.BindingNode{}, false
}

// refusal says what an option takes instead of a literal, as a noun; it is empty where the literal may be right.
func refusal(o catalog.Option, place module.Place, inList bool) string {
	kind := place.Node.Kind()
	word := kind == syntax.Identifier
	isBool := word && place.Value != "null"
	isText := module.IsString(place.Node)
	switch {
	case word && !isBool && (o.Nullable || inList):
		return ""
	case inList:
		if o.ValuesInList || o.Kind == catalog.KindList && o.Elem == catalog.KindString && !isText {
			return "strings in its list"
		}
		return ""
	case o.ValuesInList || o.Kind == catalog.KindList:
		if kind == syntax.List {
			return ""
		}
	case len(o.Values) > 0:
		if isText {
			return ""
		}
	case o.Kind == catalog.KindBool && isBool, o.Kind == catalog.KindInt && kind == syntax.IntegerLiteral:
		return ""
	case (o.Kind == catalog.KindString || o.Kind == catalog.KindLines) && isText:
		return ""
	case o.Kind == catalog.KindPath && isText && strings.HasPrefix(place.Value, "/"):
		return ""
	}
	return wants(o)
}

// wants says what an option takes, as a noun; it is empty for types of several kinds of values.
func wants(o catalog.Option) string {
	switch {
	case o.ValuesInList || o.Kind == catalog.KindList:
		return "a list"
	case len(o.Values) > 0:
		return "a string"
	}
	switch o.Kind {
	case catalog.KindBool:
		return "true or false"
	case catalog.KindInt:
		return "a whole number"
	case catalog.KindString, catalog.KindLines:
		return "a string"
	case catalog.KindPath:
		return "an absolute path"
	}
	return ""
}

// refusedName names a literal that an option refuses. A path may be written as a string, so that is not what is wrong with it.
func refusedName(o catalog.Option, place module.Place) string {
	switch place.Node.Kind() {
	case syntax.IntegerLiteral, syntax.FloatLiteral:
		return "the number " + place.Value
	case syntax.Identifier:
		return place.Value
	case syntax.AttrSet:
		return "a set"
	case syntax.List:
		return "a list"
	case syntax.Lambda:
		return "a function"
	}
	if o.Kind == catalog.KindPath && len(o.Values) == 0 {
		return "a relative one"
	}
	return "a string"
}

// retyped is the fix that writes a literal as the option's type wants it; none where that is not certain.
func retyped(o catalog.Option, place module.Place, inList bool) []Fix {
	var newText string
	isNumber := place.Node.Kind() == syntax.IntegerLiteral
	only := onlyValue(place.Node)
	value, _, isLiteral := module.Literal(only)
	switch {
	case isLiteral && !inList && refusal(o, module.Place{Node: only, Value: value}, false) == "" && (len(o.Values) == 0 || slices.Contains(o.Values, value)):
		newText = only.Text()
	case inList && isNumber && slices.Contains(o.Values, place.Value):
		newText = syntax.Quoted(place.Value)
	case inList:
		return nil
	case o.ValuesInList && module.IsString(place.Node) && slices.Contains(o.Values, place.Value),
		o.Kind == catalog.KindList && o.Elem == catalog.KindString && module.IsString(place.Node):
		newText = "[ " + place.Node.Text() + " ]"
	case slices.Contains(o.Values, place.Value) && !o.ValuesInList,
		isNumber && (o.Kind == catalog.KindString || o.Kind == catalog.KindLines):
		newText = syntax.Quoted(place.Value)
	case o.Kind == catalog.KindBool && module.IsString(place.Node) && (place.Value == "true" || place.Value == "false"),
		o.Kind == catalog.KindInt && module.IsString(place.Node) && isWhole(place.Value),
		o.Kind == catalog.KindPath && module.IsString(place.Node) && isRelativePath(place.Value):
		newText = place.Value
	default:
		return nil
	}
	return certainIfOne([]Fix{changeTo(place.Span, newText)})
}

// onlyValue is what stands alone in a list, or alone in a set by the name of enable.
func onlyValue(n syntax.Node) syntax.Node {
	if n.Kind() != syntax.List && n.Kind() != syntax.AttrSet || n.First() != n.Child(0) || !n.Child(1).IsZero() {
		return syntax.Node{}
	}
	b, isBinding := syntax.AsBinding(n.First())
	switch {
	case !isBinding:
		return n.First()
	case b.Path().Text() == "enable":
		return b.Value()
	}
	return syntax.Node{}
}

func isWhole(s string) bool {
	return s != "" && len(s) < 19 && strings.Trim(s, "0123456789") == ""
}

// isRelativePath reports whether a text is a path literal if its quotes are left out.
func isRelativePath(s string) bool {
	if !strings.HasPrefix(s, "./") && !strings.HasPrefix(s, "../") {
		return false
	}
	tree := syntax.Parse(s)
	return len(tree.Errors()) == 0 && tree.Root().Child(0).Kind() == syntax.Path && tree.Root().Child(0).First().IsZero()
}

// byFit sorts JetPack generations: what the document's SoM runs by itself comes first, what it does not run last.
func (d *diagnoser) byFit(majors []string) {
	if d.ofDocument == nil {
		b := d.query.board()
		d.ofDocument = &b
	}
	som, ok := d.pinned.Catalog.SoM(d.ofDocument.som)
	if !ok {
		return
	}
	rank := func(major string) int {
		switch {
		case major == som.DefaultMajor:
			return -1
		case !slices.Contains(som.Majors, major):
			return 1
		}
		return 0
	}
	slices.SortStableFunc(majors, func(a, b string) int { return rank(a) - rank(b) })
}
