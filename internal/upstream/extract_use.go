package upstream

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// Bounds of what is read of the uses of options.
const (
	maxUseFiles  = 48
	maxUses      = 64      // of one option, and of one variable
	maxUseText   = 4 << 10 // bytes of when an option is used
	maxUseNested = 24      // variables and options that each other's uses hang on
)

// plain is the priority of a definition without a wrapper.
const plain = 100

// uses finds when the modules look at the value of each option: by the conditions that the places stand under at which it is
// read. Reading what is not read for certain makes an option's use wider, and never narrower.
type uses struct {
	*extractor
	options map[string]bool
	own     map[string]bool // the options, with those whose use is not asked for
	sets    map[string]bool // that options lie in; "" is the whole configuration
	files   []string
	reads   map[string][]use
}

// use is a place at which an option is read.
type use struct {
	when []string // tests that all hold where its value matters, as Nix source
	// into is the option that the value becomes a part of, by a definition with a priority; empty for anything else.
	into     string
	priority int
}

// use sets when each option of an extraction is used, where that is not always.
func (x *extractor) use(e *Extraction, files []string) {
	u := &uses{extractor: x, options: map[string]bool{}, own: map[string]bool{}, sets: map[string]bool{"": true}, files: slices.Clone(files), reads: map[string][]use{}}
	for _, o := range slices.Concat(e.Options, e.Removed) {
		u.own[o.Path] = true
	}
	for _, o := range e.Options {
		if o.Field || o.RenamedTo != "" || o.ReadOnly { // what is read-only is there for others to read
			continue
		}
		u.options[o.Path] = true
		for set := o.Path; set != ""; {
			set = set[:max(0, strings.LastIndexByte(set, '.'))]
			u.sets[set] = true
		}
	}
	for i := 0; i < len(u.files); i++ {
		if i >= maxUseFiles || !u.file(u.files[i], i >= len(files)) {
			return
		}
	}
	e.Effects = u.effects(files)
	if x.Spent() != nil || slices.ContainsFunc(x.problems, func(p Problem) bool { return strings.HasSuffix(p.File, ".nix") }) {
		return // a file that was left out may look at anything
	}
	for i := range e.Options {
		if o := &e.Options[i]; u.options[o.Path] {
			o.Used = u.used(o.Path, nil)
		}
	}
}

// used is when an option is used; empty for always, and where nothing is known to read it.
func (u *uses) used(option string, through []string) string {
	if len(u.reads[option]) == 0 || len(u.reads[option]) > maxUses || slices.Contains(through, option) || len(through) > maxUseNested {
		return ""
	}
	var all [][]string
	for _, r := range u.reads[option] {
		when := slices.Clone(r.when)
		if r.into != "" {
			if into := u.used(r.into, append(through, option)); into != "" {
				when = append(when, "("+into+")")
			}
			if r.priority != 0 {
				when = append(when, fmt.Sprintf("(priorities.%s >= %d)", syntax.Quoted(r.into), r.priority))
			}
		}
		if len(when) == 0 {
			return ""
		}
		slices.Sort(when)
		all = append(all, slices.Compact(when))
	}
	slices.SortFunc(all, func(a, b []string) int { return cmp.Or(len(a)-len(b), slices.Compare(a, b)) })
	var texts []string
	for i, when := range all {
		// A place that is read where another one is, too, says nothing more.
		isWithin := func(other []string) bool {
			return !slices.ContainsFunc(other, func(test string) bool { return !slices.Contains(when, test) })
		}
		if !slices.ContainsFunc(all[:i], isWithin) {
			texts = append(texts, strings.Join(when, " && "))
		}
	}
	text := strings.Join(texts, " || ")
	if len(text) > maxUseText {
		return ""
	}
	return text
}

// file finds what a file reads. One that is followed is called with the configuration, or a part of it, under any name.
func (u *uses) file(name string, followed bool) bool {
	f := u.open(name)
	if f == nil {
		return false
	}
	module.Takes(u.Evaluator, f.tree, func(r module.Take) { u.mention(r, followed) })
	return true
}

// mention notes what a place reads.
func (u *uses) mention(r module.Take, followed bool) {
	rest := r.Path[1:]
	switch {
	case r.Path[0] == "lib" || r.Path[0] == "builtins":
	case r.Path[0] == "options":
		u.read(r, rest)
	case r.Path[0] == "config" && u.isConfiguration(r.Node):
		u.read(r, rest)
	case followed:
		for option := range u.options {
			for at := rest; len(at) > 0; at = at[:len(at)-1] {
				if strings.HasSuffix("."+option, "."+dotted(at)) {
					u.add(r.Node, option)
					break
				}
			}
		}
	}
}

// read notes a mention of what lies at a path of the configuration, or of the declarations.
func (u *uses) read(r module.Take, p []string) {
	declared := r.Path[0] == "options"
	for i := range p {
		if at := dotted(p[:i+1]); u.options[at] {
			if !declared || len(p) > i+1 && p[i+1] != "type" {
				u.add(r.Node, at)
			}
			return
		}
	}
	set := dotted(p)
	if declared || !u.sets[set] || r.IsVariable() {
		return
	}
	if file, ok := u.follows(r.Node); ok && !r.Open {
		if !slices.Contains(u.files, file) {
			u.files = append(u.files, file)
		}
		return
	}
	for option := range u.options {
		if set == "" || strings.HasPrefix(option, set+".") {
			u.add(r.Node, option)
		}
	}
}

// follows is the file that an expression is an argument of, itself or in a set: import ./FILE { inherit config; }.
func (u *uses) follows(n syntax.Node) (string, bool) {
	f := u.trees[n.Tree()]
	for up := n.Parent(); f != nil && !up.IsZero(); up = up.Parent() {
		switch up.Kind() {
		case syntax.Apply:
			for at := up; at.Kind() == syntax.Apply || at.Kind() == syntax.Paren; at = at.Child(0) {
				if a, ok := syntax.AsApply(at); ok && a.Argument().Kind() == syntax.Path && a.Argument().First().IsZero() {
					name := path.Join(path.Dir(f.path), a.Argument().Text())
					if opened := u.open(name); opened != nil {
						return opened.path, true
					}
				}
			}
			return "", false
		case syntax.Paren, syntax.AttrSet, syntax.Binding, syntax.Inherit, syntax.List:
		default:
			return "", false
		}
	}
	return "", false
}

// isConfiguration reports whether config, where a node stands, is that of the system, and not that of a submodule.
func (u *uses) isConfiguration(n syntax.Node) bool {
	for up := n.Parent(); !up.IsZero(); up = up.Parent() {
		if l, ok := syntax.AsLambda(up); ok && takes(l, "config") {
			return isOutermost(up)
		}
	}
	return false
}

// takes reports whether a function has an argument of a name.
func takes(l syntax.LambdaNode, name string) bool {
	if l.Parameter().Text() == name {
		return true
	}
	for formal := range l.Formals().All() {
		if formal.Child(0).Text() == name {
			return true
		}
	}
	return false
}

// isOutermost reports whether a function is what a file gives, or what that gives.
func isOutermost(lambda syntax.Node) bool {
	for up := lambda.Parent(); !up.IsZero(); lambda, up = up, up.Parent() {
		switch up.Kind() {
		case syntax.Lambda, syntax.Paren, syntax.File:
		default:
			return false
		}
	}
	return true
}

// add notes that an option is read at a node.
func (u *uses) add(n syntax.Node, option string) {
	for _, one := range u.around(n, plain, nil) {
		if one.into == option {
			continue // its own declaration
		}
		u.reads[option] = append(u.reads[option], one)
	}
}

// around are the uses that a place is one of: several where it belongs to a variable. priority is that of what it is a part of.
func (u *uses) around(n syntax.Node, priority int, through []syntax.Node) []use {
	var when []string
	into := ""
	test := func(test syntax.Node, wanted bool) {
		text, ok := u.closed(test, 0)
		switch {
		case !ok || text == "config.hardware.nvidia-jetpack.enable":
		case wanted:
			when = append(when, "("+text+")")
		default:
			when = append(when, "!("+text+")")
		}
	}
	for at, up := n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		switch up.Kind() {
		case syntax.If:
			if up.Child(0) != at {
				test(up.Child(0), up.Child(1) == at)
			}
		case syntax.Apply:
			call, _ := syntax.AsApply(up)
			inner, ok := syntax.AsApply(call.Function())
			if ok && call.Argument() == at && slices.Contains(tested, module.CalleeName(inner.Function())) {
				test(inner.Argument(), true)
			}
			if given, ok := overriding[module.CalleeName(call.Function())]; ok && into == "" && call.Argument() == at {
				priority = given
			}
		case syntax.Binary:
			other := up.Child(0)
			isLeft := other == at
			if isLeft {
				other = up.Child(1)
			}
			switch _, op := syntax.Operator(up); op {
			case syntax.And:
				test(other, true)
			case syntax.OrOp:
				test(other, false)
			case syntax.Implies:
				test(other, !isLeft)
			}
		case syntax.Binding:
			if up.Parent().Kind() == syntax.LetIn {
				if into == "" {
					return u.ofVariable(n, up, when, priority, through)
				}
				continue
			}
			b, _ := syntax.AsBinding(up)
			if text, ok := u.picked(b); ok {
				when = append(when, text)
			}
			if option, defines := u.target(b); option != "" && into == "" {
				if into = option; !defines {
					priority = 0
				}
			}
		}
	}
	return []use{{when, into, priority}}
}

// picked is the test by which a binding is the one that is taken of a set: { orin = …; }.${cfg.som}.
func (u *uses) picked(b syntax.BindingNode) (string, bool) {
	set := b.Parent()
	s, ok := syntax.AsSelect(set.Parent())
	names := slices.Collect(b.Path().Names())
	name, known := syntax.AttrName(names[0])
	if !ok || s.From() != set || !known || len(names) != 1 {
		return "", false
	}
	if _, isKnown := syntax.AttrName(s.Path().First()); isKnown {
		return "", false
	}
	text, ok := u.closedName(s.Path().First())
	return "(" + text + " == " + syntax.Quoted(name) + ")", ok
}

// tested are the functions of lib whose second argument counts only if the first is true.
var tested = []string{"mkIf", "optional", "optionals", "optionalAttrs", "optionalString"}

// target is the option that a binding defines or declares, and whether it defines one; empty for any other binding.
func (u *uses) target(b syntax.BindingNode) (option string, defines bool) {
	p := module.PathOf(b.Value())
	names := p.Names(len(p))
	if len(names) == 0 || slices.ContainsFunc(p, func(part module.Part) bool { return part.Variable }) {
		return "", false
	}
	defines = names[0] != "options"
	if !defines || names[0] == "config" {
		names = names[1:]
	}
	at := dotted(names)
	if !u.options[at] && !slices.Contains(replaceable, at) {
		return "", false
	}
	return at, defines
}

// replaceable are the options of NixOS that jetpack-nixos defines and that users define in its place.
var replaceable = []string{"boot.kernelPackages"}

// overriding are the priorities that functions of lib give a definition; 0 for one that is not known.
var overriding = map[string]int{
	"mkDefault": 1000, "mkOptionDefault": 1500, "mkForce": 0, "mkOverride": 0, "mkVMOverride": 0, "mkImageMediaOverride": 0,
}

// ofVariable are the uses of a variable, by a place in its value that stands under some tests there.
func (u *uses) ofVariable(n, binding syntax.Node, when []string, priority int, through []syntax.Node) []use {
	b, _ := syntax.AsBinding(binding)
	name, known := "", false
	for one := range b.Path().Names() {
		name, known = syntax.AttrName(one)
		break
	}
	if !known || slices.Contains(through, binding) || len(through) > maxUseNested {
		return []use{{}}
	}
	attribute := attributeOf(n, b.Value())
	var all []use
	for r := range syntax.Descendants(binding.Parent()) {
		if r.Kind() != syntax.Identifier && !(r.Kind() == syntax.Name && r.Parent().Kind() == syntax.Inherit) || r.Text() != name {
			continue
		}
		if i, ok := syntax.AsInherit(r.Parent()); ok && !i.From().IsZero() {
			continue
		}
		tests := when
		if up := r.Parent(); up.Kind() == syntax.HasAttr && up.Child(0) == r {
			continue
		} else if s, ok := syntax.AsSelect(up); ok && s.From() == r && attribute != "" {
			first := s.Path().First()
			if selected, known := syntax.AttrName(first); known && selected != attribute {
				continue
			} else if !known {
				if text, ok := u.closedName(first); ok {
					tests = append(slices.Clip(when), "("+text+" == "+syntax.Quoted(attribute)+")")
				}
			}
		}
		for _, one := range u.around(r, priority, append(through, binding)) {
			one.when = append(slices.Clip(one.when), tests...)
			if all = append(all, one); len(all) > maxUses {
				return []use{{}}
			}
		}
	}
	return all
}

// attributeOf is the attribute of a set that is written out which a node is part of; empty if it is of none.
func attributeOf(n, set syntax.Node) string {
	for set.Kind() == syntax.Paren {
		set = set.Child(0)
	}
	for up := n.Parent(); !up.IsZero(); n, up = up, up.Parent() {
		b, ok := syntax.AsBinding(n)
		if up != set || !ok || set.Kind() != syntax.AttrSet {
			continue
		}
		names := slices.Collect(b.Path().Names())
		name, known := syntax.AttrName(names[0])
		if !known || len(names) != 1 {
			return ""
		}
		return name
	}
	return ""
}

// closedName is the expression that computes a name: ${cfg.som}, "${cfg.som}".
func (u *uses) closedName(n syntax.Node) (string, bool) {
	inside := n
	for range 3 {
		switch inside.Kind() {
		case syntax.Dynamic, syntax.Interpolation:
			inside = inside.First()
		case syntax.String:
			if inside.Text() != `"`+inside.First().Text()+`"` {
				return u.closed(inside, 0)
			}
			inside = inside.First()
		default:
			return u.closed(inside, 0)
		}
	}
	return u.closed(inside, 0)
}

// closed is an expression as source that hangs on config, lib and pkgs alone: with what its variables stand for in their places.
func (u *uses) closed(n syntax.Node, nested int) (string, bool) {
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	if nested > maxUseNested || n.Kind() == syntax.Missing || n.Kind() == syntax.Error {
		return "", false
	}
	var out strings.Builder
	last := n.Span().Start
	source := n.Tree().Source()
	for inside := range syntax.Descendants(n) {
		switch inside.Kind() {
		case syntax.Inherit, syntax.LetIn, syntax.With, syntax.Path, syntax.AttrSet:
			return "", false
		case syntax.Identifier:
			text, ok := u.meaning(inside, n, nested)
			if !ok {
				return "", false
			}
			out.WriteString(source[last:inside.Span().Start] + text)
			last = inside.Span().End
		}
		if out.Len() > maxUseText {
			return "", false
		}
	}
	out.WriteString(source[last:n.Span().End])
	if strings.ContainsAny(out.String(), "#\t") || strings.Contains(out.String(), "/*") || strings.Contains(out.String(), "''") {
		return "", false // a comment, or a text in which white space counts
	}
	return strings.Join(strings.Fields(out.String()), " "), out.Len() <= maxUseText
}

// meaning is a name within an expression as source: itself where a function in the expression binds it, or Nix does.
func (u *uses) meaning(n, within syntax.Node, nested int) (string, bool) {
	name := n.Text()
	for up := n.Parent(); up != within.Parent() && !up.IsZero(); up = up.Parent() {
		if l, ok := syntax.AsLambda(up); ok && takes(l, name) {
			return name, true
		}
	}
	bound := u.Lookup(name, u.ScopeAt(n))
	if v, ok := u.Force(bound).(*eval.Symbol); ok {
		if v.Path[0] == "config" && !u.isConfiguration(n) || !slices.Contains([]string{"config", "lib", "pkgs", "builtins"}, v.Path[0]) {
			return "", false
		}
		return dotted(v.Path), true
	}
	if value := bound.Node(); value.Tree() == n.Tree() && !value.IsZero() {
		text, ok := u.closed(value, nested+1)
		return "(" + text + ")", ok
	}
	return name, eval.IsGlobal(name)
}
