package upstream

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// Bounds of what is kept of an effect.
const (
	maxEffects     = 1024
	maxEffectValue = 60  // bytes
	maxEffectTest  = 160 // bytes
)

// effects are what the modules of one source tree do with the options of NixOS.
type effects struct {
	*uses
	modules []string // the files that are modules; others get the configuration
	found   []catalog.Effect
	done    map[string]bool
}

// effects finds what the modules, and the files that get the configuration of them, do with options that are not theirs.
func (u *uses) effects(modules []string) []catalog.Effect {
	f := &effects{uses: u, modules: modules, done: map[string]bool{}}
	for _, name := range u.files {
		file := u.open(name)
		if file == nil {
			continue
		}
		if slices.Contains(modules, name) {
			f.definitions(file)
		}
		module.Takes(u.Evaluator, file.tree, f.take)
	}
	slices.SortStableFunc(f.found, catalog.CompareEffects)
	return f.found[:min(len(f.found), maxEffects)]
}

// definitions notes what a module sets.
func (f *effects) definitions(file *file) {
	for n := range syntax.Descendants(file.tree.Root()) {
		b, ok := syntax.AsBinding(n)
		if !ok {
			continue
		}
		names := f.defined(b)
		option, isEntry := catalog.NixOSOption(names)
		value, priority := given(b.Value())
		if option == nil || !isEntry && (value.Kind() == syntax.AttrSet || isMerge(value)) || isEntry && len(names) > len(option) && f.isWithin(b, option) {
			continue
		}
		e := catalog.Effect{Option: catalog.NixOSPath(option), Does: catalog.EffectSets, Priority: priority, When: f.tests(value)}
		if !isEntry || value.Kind() != syntax.AttrSet {
			e.Value = f.shown(value, maxEffectValue)
		}
		f.note(e, b.Path().Node)
	}
}

// defined are the names of the option of NixOS that a binding of a module defines, and of what stands below it; nil for none.
func (f *effects) defined(b syntax.BindingNode) []string {
	p := module.PathOf(b.Value())
	names := p.Names(len(p))
	if len(names) == 0 || slices.ContainsFunc(p, func(part module.Part) bool { return part.Variable }) {
		return nil
	}
	if names[0] == "config" {
		names = names[1:]
	}
	if len(names) == 0 || slices.Contains(names, module.Element) || f.isOwn(names) {
		return nil
	}
	return names
}

// isWithin reports whether a binding stands in one of the same entry of a set: serviceConfig in systemd.services.x.
func (f *effects) isWithin(b syntax.BindingNode, option []string) bool {
	for up := b.Parent(); !up.IsZero(); up = up.Parent() {
		if outer, ok := syntax.AsBinding(up); ok {
			if names := f.defined(outer); len(names) >= len(option) && slices.Equal(names[:len(option)], option) {
				return true
			}
		}
	}
	return false
}

// isOwn reports whether a path is an option of jetpack-nixos, lies below one, is a product of the build, or is no option at all.
func (f *effects) isOwn(names []string) bool {
	switch names[0] {
	case "options", "imports", "assertions", "warnings", "meta", "key", "disabledModules", "_module", "_file":
		return true
	}
	path := dotted(names)
	if f.sets[path] || strings.HasPrefix(path, "system.build.") || strings.HasPrefix(path, catalog.Namespace+".") {
		return true
	}
	for i := range names {
		if f.own[dotted(names[:i+1])] {
			return true
		}
	}
	return false
}

// isMerge reports whether an expression merges sets, whose bindings count by themselves.
func isMerge(n syntax.Node) bool {
	call, ok := syntax.AsApply(n)
	return ok && module.CalleeName(call.Function()) == "mkMerge"
}

// given is what a value comes to behind mkIf, mkForce and the like, and its priority; 0 for one that is not known.
func given(n syntax.Node) (value syntax.Node, priority int) {
	priority = plain
	for {
		call, ok := syntax.AsApply(n)
		switch n.Kind() {
		case syntax.Paren:
			n = n.Child(0)
			continue
		case syntax.LetIn, syntax.Assert:
			var body syntax.Node
			for inside := range n.Children() {
				if inside.Kind().IsExpression() {
					body = inside
				}
			}
			if !body.IsZero() {
				n = body
				continue
			}
		}
		if !ok {
			return n, priority
		}
		f := module.CalleeName(call.Function())
		if inner, isInner := syntax.AsApply(call.Function()); isInner {
			switch outer := module.CalleeName(inner.Function()); outer {
			case "mkIf":
			case "mkOverride":
				priority = 0
			default:
				return n, priority
			}
			n = call.Argument()
			continue
		}
		switch f {
		case "mkForce":
			priority = 50
		case "mkDefault":
			priority = 1000
		case "mkOptionDefault":
			priority = 1500
		case "mkVMOverride", "mkImageMediaOverride":
			priority = 0
		case "mkBefore", "mkAfter":
		default:
			return n, priority
		}
		n = call.Argument()
	}
}

// tests are the conditions that a node stands under, the outermost first, without that jetpack-nixos is enabled. One that is too long
// to show is "…".
func (f *effects) tests(n syntax.Node) []string {
	var all []string
	for c := range module.Conditions(n) {
		text := f.shown(c.Test, maxEffectTest)
		switch {
		case text == catalog.EnableOption:
			continue
		case text == "", c.Test.Kind() == syntax.Identifier && text == c.Test.Text():
			text = "…"
		case !c.Wanted:
			text = "!(" + text + ")"
		}
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	slices.Reverse(all)
	return all
}

// shown is an expression as source on one line, with the paths of options for the variables that stand for these; empty for one that
// is too long, or that holds a comment.
func (f *effects) shown(n syntax.Node, most int) string {
	if n.Span().Len() > 8*most {
		return ""
	}
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	if bound := f.Lookup(n.Text(), f.ScopeAt(n)).Node(); n.Kind() == syntax.Identifier && bound.Tree() == n.Tree() && bound != n && !bound.IsZero() {
		if text := f.shown(bound, most); text != "" {
			return text
		}
	}
	var out strings.Builder
	last, source, inWith := n.Span().Start, n.Tree().Source(), false
	for inside := range syntax.Descendants(n) {
		switch inside.Kind() {
		case syntax.IndentedString, syntax.LetIn:
			return ""
		case syntax.With:
			inWith = true
		case syntax.Identifier:
			v, ok := f.Force(f.Lookup(inside.Text(), f.ScopeAt(inside))).(*eval.Symbol)
			if !ok || v.Path[0] != "config" || !f.isConfiguration(inside) {
				continue
			}
			if inWith {
				return "" // the names in it are not the whole paths
			}
			out.WriteString(source[last:inside.Span().Start])
			last = inside.Span().End
			if len(v.Path) > 1 {
				out.WriteString(dotted(v.Path[1:]))
			} else if last < len(source) && source[last] == '.' {
				last++
			}
		}
	}
	out.WriteString(source[last:n.Span().End])
	text := strings.Join(strings.Fields(out.String()), " ")
	if len(text) > most || strings.Contains(text, "#") || strings.Contains(text, "/*") {
		return ""
	}
	return text
}

// take notes what a place reads of the configuration, or of the package set that NixOS makes of it.
func (f *effects) take(t module.Take) {
	names := t.Path[1:]
	switch {
	case t.IsVariable() && !strings.HasPrefix(dotted(t.Path), "pkgs."):
		return
	case t.Path[0] == "config" && f.isConfiguration(t.Node):
	case t.Path[0] == "pkgs" && len(names) > 1 && names[0] == "config":
		names = append([]string{"nixpkgs"}, names...)
	case t.Path[0] == "pkgs" && len(names) > 1 && names[0] == "stdenv" && (names[1] == "hostPlatform" || names[1] == "buildPlatform"):
		names = append([]string{"nixpkgs"}, names[1:]...)
	default:
		return
	}
	if len(names) == 0 || f.isOwn(names) {
		return
	}
	option, _ := catalog.NixOSOption(names)
	if len(option) < 2 {
		return // a set of options
	}
	e := catalog.Effect{Option: catalog.NixOSPath(option), Does: catalog.EffectReads}
	file := f.trees[t.Node.Tree()]
	isModule := file != nil && slices.Contains(f.modules, file.path)
	for up := t.Node.Parent(); !up.IsZero(); up = up.Parent() {
		b, ok := syntax.AsBinding(up)
		if !ok {
			continue
		}
		if !isModule {
			break
		}
		if isAssertion(b) || lastName(b) == "assertions" {
			e.Does, e.Into = catalog.EffectAsserts, ""
			if lastName(b) == "warnings" {
				e.Does = catalog.EffectWarns
			}
			break
		}
		if own, defines := f.target(b); own != "" && e.Into == "" {
			if e.Into = own; !defines {
				e.Does = catalog.EffectDefaults
			}
		} else if names := f.defined(b); names != nil && e.Into == "" {
			into, isEntry := catalog.NixOSOption(names)
			if value, _ := given(b.Value()); isEntry || value.Kind() != syntax.AttrSet && !isMerge(value) {
				e.Into = catalog.NixOSPath(into)
			}
		}
	}
	if e.Into == e.Option {
		return
	}
	f.note(e, t.Node)
}

// note keeps an effect; of several alike in a file, the first.
func (f *effects) note(e catalog.Effect, at syntax.Node) {
	e.File, e.Line, _ = f.position(at)
	key := fmt.Sprint(e.Option, e.Does, e.Into, e.File, e.Value, e.When, e.Priority)
	if e.File == "" || len(e.Option) > maxName || f.done[key] {
		return
	}
	f.done[key] = true
	f.found = append(f.found, e)
}
