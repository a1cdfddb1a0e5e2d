package ide

import (
	"fmt"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// overrideScope is the member of a scope that lays an overlay over it.
const overrideScope = "overrideScope"

// replacedScopes looks for overlays that put a set of their own in the place of a scope.
func (d *diagnoser) replacedScopes() {
	if d.inCheckout() {
		return
	}
	for o, isCertain := range module.Overlays(d.doc.Tree()) {
		if d.isEnough() {
			break
		}
		if !o.IsOfPackages || !isCertain {
			continue // it may be a set of the user's own
		}
		l, _ := module.AsLayer(o.Final.Parent())
		keys, _ := l.Keys()
		for _, key := range keys {
			own, isReplaced := ownSetFor(key.Node.Parent().Parent())
			if has, _ := d.pinned.Catalog.HasScope(key.Name); !has || !isReplaced {
				continue
			}
			found := Diagnostic{Span: key.Node.Span(), Code: CodeScopeReplaced}
			found.Message = fmt.Sprintf("%s has %s after this overlay", key.Name, own.names())
			hasOverride, _ := d.pinned.Catalog.HasMember(key.Name, "", overrideScope)
			if prev := o.Prev.Text(); strings.Trim(prev, "_") != "" && hasOverride {
				found.Message += fmt.Sprintf("; %s.%s.overrideScope changes a package and keeps the others", prev, key.Name)
				found.Fixes = own.fixes(prev+"."+key.Name, d.doc.Text)
			}
			d.report(found)
		}
	}
}

// ownSet is a set that a text writes out for one name: with braces, or with names behind dots.
type ownSet struct {
	bindings []syntax.BindingNode // of the name
	members  []string
}

// ownSetFor is the set that a binding writes out for its first name, together with the bindings beside it. A set with names of
// another set, which an inherit takes from there, counts as a choice of these, and not as a set of its own.
func ownSetFor(binding syntax.Node) (own ownSet, ok bool) {
	first, isBinding := syntax.AsBinding(binding)
	if !isBinding {
		return own, false
	}
	name := firstName(first.Path().Names())
	for beside := range syntax.Bindings(binding.Parent()) {
		b, isBinding := syntax.AsBinding(beside)
		if !isBinding || firstName(b.Path().Names()) != name {
			continue
		}
		own.bindings = append(own.bindings, b)
		at := 0
		for part := range b.Path().Names() {
			if at++; at == 2 {
				member, _ := syntax.AttrName(part)
				own.members = append(own.members, member)
			}
		}
		if at > 1 {
			continue
		}
		set := syntax.WithoutParens(b.Value())
		if set.Kind() != syntax.AttrSet {
			return own, false
		}
		for below := range syntax.Bindings(set) {
			b, isBinding := syntax.AsBinding(below)
			if !isBinding {
				return own, false
			}
			own.members = append(own.members, firstName(b.Path().Names()))
		}
	}
	return own, true
}

// names say which members the set has.
func (o ownSet) names() string {
	var all []string
	for i, name := range o.members {
		if i == mostNamedMembers {
			all = append(all, fmt.Sprintf("%d more", len(o.members)-i))
			break
		}
		if name == "" {
			name = "a name that Nix makes"
		}
		all = append(all, name)
	}
	if len(all) == 0 {
		return "nothing"
	}
	return "only " + text.List(all, "and")
}

// mostNamedMembers is how many members of a set a message names.
const mostNamedMembers = 3

// fixes lay the set over the scope instead.
func (o ownSet) fixes(scope, content string) []Fix {
	if len(o.bindings) != 1 {
		return nil
	}
	b := o.bindings[0]
	value := b.Value().Span()
	open, end := scope+".overrideScope (_: _: ", ")"
	fix := Fix{Title: "Use " + scope + ".overrideScope"}
	for part := range b.Path().Names() {
		if rest := (text.Span{Start: part.Span().End, End: b.Path().Span().End}); rest.Start < rest.End {
			fix.Edits = here(text.Edit{Span: rest})
			open, end = open+"{ "+strings.TrimPrefix(rest.Of(content), ".")+" = ", "; })"
		}
		break
	}
	fix.Edits = append(fix.Edits, here(
		text.Edit{Span: text.Span{Start: value.Start, End: value.Start}, NewText: open},
		text.Edit{Span: text.Span{Start: value.End, End: value.End}, NewText: end},
	)...)
	return []Fix{fix}
}
