package ide

import (
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// respell is the fix that puts other names in the place of some of a path that a definition names, where they stand together
// in the path of one binding. It is for names that lead nowhere: what else stands in a set of that name goes along. There is
// none where that would change more, or where the text defines the other path beside it.
func respell(parts module.Path, first, last int, to []string, tree *syntax.Tree) []Fix {
	path, names := attrPathAt(tree, parts[first].Span)
	from := slices.IndexFunc(names, func(n syntax.Node) bool { return n.Span().Touches(parts[first].Span.Start) })
	b, ok := syntax.AsBinding(path.Parent())
	if !ok || from < 0 || from+last-first > len(names) || !names[from+last-first-1].Span().Touches(parts[last-1].Span.End) {
		return nil
	}
	set, isSet := syntax.AsAttrSet(b.Parent())
	before := module.PathOf(b.Parent())
	names = names[from : from+last-first]
	if !isSet || set.Recursive() || len(before)+from < first {
		return nil
	}
	at := len(before) + from // index of the first of the names in whole paths
	changed := func(p module.Path) module.Path {
		other := slices.Clone(p[:at])
		for _, name := range to {
			other = append(other, module.Part{Name: name, Known: true})
		}
		return append(other, p[at+last-first:]...)
	}
	whole := module.PathOf(b.Value())
	defines := []module.Path{whole}
	if b.Value().Kind() == syntax.AttrSet {
		defines = module.DefinedIn(b.Value(), syntax.Node{})
	}
	beside := module.DefinedIn(module.OutermostSet(b.Parent()), b.Node)
	if leavesOperand(module.Definition{Path: whole, Binding: b}, changed(whole)) {
		return nil
	}
	fix := writtenAs(names, to)
	for _, p := range defines {
		if p = changed(p); slices.ContainsFunc(beside, func(q module.Path) bool { return overlaps(p, q) }) {
			return nil
		}
		fix.defines = append(fix.defines, definedAs(p))
	}
	return []Fix{fix}
}

// deletion is the fix that deletes the binding whose path has a name.
func deletion(name module.Part, tree *syntax.Tree) []Fix {
	path, _ := attrPathAt(tree, name.Span)
	b, ok := syntax.AsBinding(path.Parent())
	set, isSet := syntax.AsAttrSet(b.Parent())
	if !ok || !isSet || set.Recursive() || !b.HasSemicolon() {
		return nil
	}
	_, gap, _ := blockOf(tree, b.Span())
	return []Fix{{Title: "Delete " + path.Text(), Edits: here(text.Edit{Span: gap})}}
}

// overlaps reports whether one path is the other, or leads into its value.
func overlaps(a, b module.Path) bool {
	same := commonPrefix(a, b, func(a, b module.Part) bool { return a.Known == b.Known && a.Name == b.Name })
	return same == min(len(a), len(b))
}

// attrPathAt is the attribute path that has a name at a span, and its names.
func attrPathAt(tree *syntax.Tree, at text.Span) (syntax.AttrPathNode, []syntax.Node) {
	for n := range syntax.Ancestors(tree.NodeAt(at.Start)) {
		if path, ok := syntax.AsAttrPath(n); ok {
			return path, slices.Collect(path.Names())
		}
	}
	return syntax.AttrPathNode{}, nil
}

// writtenAs is the fix that writes names over others that stand together, with dots.
func writtenAs(names []syntax.Node, to []string) Fix {
	return changeTo(text.Span{Start: names[0].Span().Start, End: names[len(names)-1].Span().End}, writtenPath(to))
}

// inheritAs is the fix that gives an option another name which an inherit defines: it becomes a definition of its own.
func inheritAs(i module.Inherited, names []string, option string) []Fix {
	other := strings.Split(option, ".")
	last := len(names) - 1
	if len(other) <= last || !slices.Equal(other[:last], names[:last]) {
		return nil // of another set
	}
	target := slices.Clone(i.Path)[:len(i.Path)-1]
	for _, name := range other[last:] {
		target = append(target, module.Part{Name: name, Known: true})
	}
	beside := module.DefinedIn(module.OutermostSet(i.Inherit.Parent()), syntax.Node{})
	if slices.ContainsFunc(beside, func(p module.Path) bool { return overlaps(p, target) }) {
		return nil
	}
	value := i.Name.Text()
	if from := i.Inherit.From(); !from.IsZero() {
		value = selectedFrom(from, value)
	}
	fixes := bindInstead(i.Inherit, i.Name, strings.Join(other[last:], "."), value)
	for j := range fixes {
		fixes[j].defines = []string{definedAs(target)}
	}
	return fixes
}

// bindInstead is the fix that takes a name out of an inherit and binds a name to an expression behind it.
func bindInstead(i syntax.InheritNode, name syntax.Node, bound, value string) []Fix {
	set, isSet := syntax.AsAttrSet(i.Parent())
	source := i.Tree().Source()
	if isSet && set.Recursive() && bound != name.Text() || !strings.HasSuffix(i.Text(), ";") || name.Kind() != syntax.Name {
		return nil
	}
	binding := bound + " = " + value + ";"
	edits := []text.Edit{{Span: i.Span(), NewText: binding}}
	if len(slices.Collect(i.Names())) > 1 {
		gap := name.Span()
		gap.Start = len(strings.TrimRight(source[:gap.Start], " \t\r\n"))
		behind := text.Span{Start: i.Span().End, End: i.Span().End}
		edits = []text.Edit{{Span: gap}, {Span: behind, NewText: " " + binding}}
	}
	return []Fix{{Title: "Change to " + binding, Edits: here(edits...)}}
}

// selectedFrom is a selection from an expression.
func selectedFrom(from syntax.Node, names string) string {
	s, isSelect := syntax.AsSelect(from)
	if from.Kind() == syntax.Identifier || isSelect && s.Default().IsZero() {
		return from.Text() + "." + names
	}
	return "(" + from.Text() + ")." + names
}
