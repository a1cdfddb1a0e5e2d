package host

import (
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// level is a path of a system's configuration: an option, or a set of options.
type level struct {
	system *system
	up     *level
	path   []string
	known  *declared // what the schema has here
	// declares are what modules of the workspace declare here: options, or sets of
	// them.
	declares []*eval.Thunk
	// typ is the type of what is here, where an option above it says so.
	typ      *Type
	raw      []def
	holes    []hole // which may define something here
	children map[string]*level
	names    []string        // of children
	needs    *eval.Questions // of what is kept of the level
	isSplit  bool
	// isDeclared says that what is declared here has been brought to the levels below.
	isDeclared bool
	// splitting says that split goes on: what is below is not complete.
	splitting bool
	aliases   []*Option // which modules of the workspace rename to this path
	renamed   *Option   // what renames this path
	option    *option   // what is declared here
	asked     bool      // option is known
	busy      bool
	merged    *merged
}

// def is a definition, or part of one: what a module says of a path.
type def struct {
	*eval.Thunk
	// conditions are those of each mkIf around the definition.
	conditions []*eval.Thunk
	// perhaps says why it is not certain that there is the definition at all; nil if
	// it is.
	perhaps *eval.Unknown
	// priority is that of the mkOverride around; 0 for none, notKnown for one that is
	// not known.
	priority int
	// order is that of the mkOrder around; 0 for none.
	order int
	// bad says that there are more wrappers than NixOS looks into.
	bad bool
	at  syntax.Node // the attribute path, or the nearest one around that is written
	// around is the nearest expression around the definition that is written.
	around syntax.Node
	alias  *Option
}

// hole is something that may define any option at a path and below.
type hole struct {
	def
	why *eval.Unknown
	// foreign says that it is a module from outside of the workspace, which knows of no
	// option that the workspace declares.
	foreign bool
	// unrelated says that it is such a module, and defines options of NixOS at most.
	unrelated bool
	// missing is the file of a module that is certainly imported, and is not there.
	missing string
}

const (
	plain         = 100
	optionDefault = 1500
	defaultOrder  = 1000
	strongest     = -1 // mkOverride 0, of which 0 is taken
	notKnown      = -2
)

// kindOf is what a set is for the module system: if, merge, override, order,
// definition, option; empty for any other.
func kindOf(e *eval.Evaluator, s *eval.Attrs) string {
	a, ok := s.Get("_type")
	if !ok {
		return ""
	}
	kind, _ := e.Force(a.Thunk).(eval.String)
	return string(kind)
}

func attr(s *eval.Attrs, name string) *eval.Thunk {
	a, _ := s.Get(name)
	return a.Thunk
}

// discharge goes through mkMerge, mkIf and, where below says that what is wrapped is
// a set of definitions, mkOverride; it yields what is inside. At an option, one
// mkOverride and one mkOrder in it are looked into.
func (s *system) discharge(d def, below bool, yield func(def)) {
	if !s.enter() {
		u := &eval.Unknown{Reason: eval.Depth, What: "definitions in definitions"}
		d.Thunk, d.perhaps, d.priority = eval.Known(u), u, notKnown // whatever is inside
		yield(d)
		return
	}
	defer s.leave()
	s.unwrap(d, below, yield)
}

func (s *system) unwrap(d def, below bool, yield func(def)) {
	v := s.Force(d.Thunk)
	if c, ok := v.(*eval.Choice); ok {
		s.alternatives(c, d, below, yield)
		return
	}
	set, ok := v.(*eval.Attrs)
	if !ok {
		yield(d)
		return
	}
	switch kindOf(s.Evaluator, set) {
	case "merge":
		d.bad = d.bad || !below && d.priority != 0
		items, open := s.items(attr(set, "contents"))
		for _, item := range items {
			one := d
			one.Thunk = item.Thunk
			if item.perhaps != nil {
				one.perhaps = item.perhaps
			}
			s.discharge(one, below, yield)
		}
		if open != nil {
			d.Thunk = eval.Known(open)
			yield(d)
		}
	case "if":
		d.bad = d.bad || d.priority != 0 // NixOS pushes the condition inside, where nobody looks
		d.conditions = append(d.conditions[:len(d.conditions):len(d.conditions)], attr(set, "condition"))
		d.Thunk = attr(set, "content")
		s.discharge(d, below, yield)
	case "override":
		d.bad = d.bad || d.priority != 0
		if d.priority = s.number(attr(set, "priority")); d.priority == 0 {
			d.priority = strongest
		}
		d.Thunk = attr(set, "content")
		if below {
			s.discharge(d, below, yield)
			return
		}
		s.inside(d, yield)
	case "order":
		if below {
			yield(d)
			return
		}
		s.inside(d, yield)
	case "definition":
		d.Thunk = attr(set, "value")
		s.discharge(d, below, yield)
	default:
		yield(d)
	}
}

// inside looks into the mkOrder that may be the rest of a definition.
func (s *system) inside(d def, yield func(def)) {
	if set, ok := s.Force(d.Thunk).(*eval.Attrs); ok {
		switch kindOf(s.Evaluator, set) {
		case "order":
			d.bad = d.bad || d.order != 0
			if d.order = s.number(attr(set, "priority")); d.order == 0 {
				d.order = notKnown
			}
			d.Thunk = attr(set, "content")
			s.inside(d, yield)
			return
		case "if", "merge", "override":
			d.bad = true
		}
	}
	yield(d)
}

// number is an integer; negative if it is not known.
func (s *run) number(t *eval.Thunk) int {
	if i, ok := s.Force(t).(eval.Int); ok && i >= 0 {
		return int(i)
	}
	return notKnown
}

// alternatives yields what a definition may be of which only one of several values
// is. A choice of simple values at an option stays one definition.
func (s *system) alternatives(c *eval.Choice, d def, below bool, yield func(def)) {
	of, ok := s.Alternatives(eval.Known(c))
	isSet := slices.ContainsFunc(of, func(t *eval.Thunk) bool { _, ok := s.Force(t).(*eval.Attrs); return ok })
	if !ok || !isSet && !below {
		yield(d)
		return
	}
	for _, t := range of {
		one := d
		one.Thunk, one.perhaps = t, unsure("it is one of several values")
		s.discharge(one, below, yield)
	}
}

// item is an element of a list, which may be missing.
type item struct {
	*eval.Thunk
	perhaps *eval.Unknown
}

// items are the elements of a list, and why there may be others; nil if there may
// not.
func (s *run) items(t *eval.Thunk) (all []item, open *eval.Unknown) {
	switch v := s.Force(t).(type) {
	case *eval.List:
		for i, t := range v.Items {
			one := item{Thunk: t}
			if !v.Has(i) {
				one.perhaps = unsure("a list is one of several")
			}
			all = append(all, one)
		}
		if v.Open {
			open = outside("a part of a list comes from outside")
		}
	case *eval.Choice:
		of, ok := s.Alternatives(t)
		if !ok {
			return nil, unsure("a list is one of several")
		}
		for _, t := range of {
			more, why := s.items(t)
			for _, one := range more {
				one.perhaps = unsure("it is one of several lists")
				all = append(all, one)
			}
			if why != nil {
				open = why
			}
		}
	default:
		open = why(v)
	}
	return all, open
}

func ambiguous(what string) *eval.Unknown { return &eval.Unknown{Reason: eval.Ambiguous, What: what} }

// unsure is an unknown that is one of several values for a reason that is said in a sentence.
func unsure(says string) *eval.Unknown { return &eval.Unknown{Reason: eval.Ambiguous, Says: says} }

// outside is an unknown that hangs on what is not in the workspace, for a reason that is said in a sentence.
func outside(says string) *eval.Unknown { return &eval.Unknown{Reason: eval.Outside, Says: says} }

// why is why a value is not known as data.
func why(v eval.Value) *eval.Unknown {
	switch v := v.(type) {
	case *eval.Unknown:
		return v
	case *eval.Symbol:
		return &eval.Unknown{Reason: eval.Outside, What: v.String()}
	case *eval.Call:
		return &eval.Unknown{Reason: eval.Outside, What: v.Function.String(), Node: v.Node}
	case *eval.Choice:
		return unsure("it is one of several values")
	}
	switch v.(type) {
	case *eval.List, *eval.Attrs:
		return &eval.Unknown{Reason: eval.Unsupported, Says: "only a part of it is known"}
	}
	return &eval.Unknown{Reason: eval.Unsupported, Says: "it is no data"}
}

// holds says whether a definition is there: whether all conditions hold.
func (s *system) holds(d def) Answer {
	answer, _ := s.test(d)
	return answer
}

// test says whether a definition is there, and why Nix refuses to tell; nil if it does
// not.
func (s *system) test(d def) (answer Answer, refused *eval.Unknown) {
	answer = Yes
	if d.perhaps != nil {
		answer = NotKnown
	}
	for _, c := range d.conditions {
		switch v := s.Force(c).(type) {
		case eval.Bool:
			if !v {
				return No, nil
			}
			continue
		case *eval.Unknown:
			if v.Fails() && refused == nil {
				refused = v
			}
		}
		answer = NotKnown
	}
	return answer, refused
}

// child is a level below, made if there is none yet.
func (l *level) child(name string) *level {
	if below, ok := l.children[name]; ok {
		return below
	}
	below := &level{system: l.system, up: l, path: append(l.path[:len(l.path):len(l.path)], name), holes: l.holes}
	if l.known != nil {
		below.known = l.known.children[name]
	}
	switch {
	case l.typ != nil:
		below.typ = l.typ.Elem
	case l.up == nil:
		below.typ = l.system.freeform
	}
	if l.children == nil {
		l.children = map[string]*level{}
	}
	l.children[name] = below
	l.names = append(l.names, name)
	return below
}

// below is the level of a path below, whatever is declared between.
func (l *level) below(path []string) *level {
	for _, name := range path {
		l = l.child(name)
	}
	return l
}

// declare brings what is declared in a set of options to the levels below. It needs no definitions, so that these can ask for it.
func (l *level) declare() {
	if l.isDeclared && l.needs == nil {
		return
	}
	l.system.Kept(&l.needs, l.declareOnce)
}

func (l *level) declareOnce() {
	if l.isDeclared {
		return
	}
	l.isDeclared = true
	s := l.system
	if l.known != nil {
		for _, name := range l.known.names {
			l.child(name)
		}
	}
	for _, t := range l.declares {
		set, ok := s.Merged(s.Force(t)).(*eval.Attrs)
		if !ok {
			continue
		}
		for a := range set.All() {
			below := l.child(a.Name)
			below.declares = append(below.declares, a.Thunk)
		}
	}
	for _, below := range l.children {
		below.asked, below.option = false, nil // what was asked too early
	}
}

// split brings the definitions of a set of options to the levels below.
func (l *level) split() {
	if l.isSplit && l.needs == nil {
		return
	}
	l.system.Kept(&l.needs, l.splitOnce)
}

func (l *level) splitOnce() {
	if l.isSplit {
		return
	}
	l.isSplit, l.splitting = true, true
	defer func() { l.splitting = false }()
	s := l.system
	l.declare()
	var found []def
	for _, d := range l.raw {
		s.discharge(d, true, func(d def) { found = append(found, d) })
	}
	var holes []hole
	for _, d := range found {
		v := s.Merged(s.Force(d.Thunk))
		set, ok := v.(*eval.Attrs)
		if !ok {
			if u, isUnknown := v.(*eval.Unknown); !isUnknown || !u.Fails() {
				holes = append(holes, hole{def: d, why: why(v)})
			}
			continue
		}
		if rest := set.Rest(); rest != nil {
			holes = append(holes, hole{def: d, why: why(rest)})
		}
		for a := range set.All() {
			one := d
			if one.Thunk = a.Thunk; !a.At.IsZero() {
				one.at = a.At
			}
			if n := d.Node(); !n.IsZero() {
				one.around = n
			}
			if a.Maybe {
				one.perhaps = ambiguous(a.Name)
			}
			below := l.child(a.Name)
			below.raw = append(below.raw, one)
		}
	}
	if len(holes) > 0 {
		l.holes = append(l.holes[:len(l.holes):len(l.holes)], holes...)
		for _, below := range l.children {
			below.holes = l.holes
		}
	}
}

// hangs is why nothing is known of a level while it, or one above, is split: what is asked of it then is asked for what it is
// made of itself. It is nil otherwise.
func (l *level) hangs() *eval.Unknown {
	for up := l; up != nil; up = up.up {
		if up.splitting {
			return outside(strings.Join(l.path, ".") + " depends on itself")
		}
	}
	return nil
}

// at is the level of a path, which ends at an option above it if there is one.
func (l *level) at(path []string) *level {
	for i, name := range path {
		if l.splitting {
			return l.below(path[i:])
		}
		if l.declared() != nil || l.typ != nil {
			return l
		}
		l.split()
		l = l.child(name)
	}
	return l
}

// value is what config has here, and the definition that it is the value of, if there
// is one.
func (l *level) value() (eval.Value, *eval.Thunk) {
	if u := l.hangs(); u != nil {
		return u, nil
	}
	isOption := l.declared() != nil || l.typ != nil
	switch {
	case !isOption && l.isSet():
		return l.set(), nil
	case !isOption && len(l.raw) == 0:
		return eval.NewSymbol(append([]string{"config"}, l.path...)...), nil
	}
	m := l.merge()
	return m.value, m.from
}

// isSet reports whether there are options below, and none is known here.
func (l *level) isSet() bool {
	if l.up == nil || l.known != nil && len(l.known.children) > 0 || len(l.declares) > 0 {
		return true
	}
	s := l.system
	is := false
	for _, d := range l.raw {
		s.discharge(d, false, func(d def) {
			_, ok := s.Force(d.Thunk).(*eval.Attrs)
			is = is || ok
		})
	}
	return is
}

// set is the set of what is below. What may be there besides is a symbol.
func (l *level) set() *eval.Attrs {
	l.split()
	attrs := make([]eval.Attr, 0, len(l.names))
	for _, name := range l.names {
		below := l.children[name]
		a := eval.Attr{Name: name, Thunk: l.system.Through(func(*eval.Evaluator) (eval.Value, *eval.Thunk) { return below.value() })}
		if below.typ != nil && !below.isOption() {
			if len(below.raw) == 0 || l.typ != nil && !l.typ.Lazy && !below.isDefined(&a) {
				continue
			}
		}
		if len(below.raw) > 0 {
			a.At = below.raw[len(below.raw)-1].at
		}
		attrs = append(attrs, a)
	}
	var rest eval.Value
	switch {
	case l.typ != nil || l.system.isOwn(l.path):
		for _, h := range l.holes {
			if l.system.holds(h.def) != No {
				rest = h.why
			}
		}
	default:
		rest = eval.NewSymbol(append([]string{"config"}, l.path...)...)
	}
	return eval.NewAttrs(rest, attrs...)
}

// isOption reports whether the schema has an option here.
func (l *level) isOption() bool { return l.known != nil && l.known.option != nil }

// isNixOS reports whether what is here is NixOS's, or of a module of the workspace: not
// an option of jetpack-nixos, or part of one.
func (l *level) isNixOS() bool {
	for ; l != nil; l = l.up {
		if l.isOption() {
			return l.known.option.NixOS
		}
	}
	return true
}

// isOwnOption reports whether modules of the workspace alone declare what is here.
func (l *level) isOwnOption() bool {
	for ; l.up != nil && !l.isOption(); l = l.up {
		if l.option != nil {
			return true
		}
	}
	return false
}

// isDefined reports whether an attribute of a set of any names has a definition, and
// says in the attribute where that is not known.
func (l *level) isDefined(a *eval.Attr) bool {
	s := l.system
	answer := No
	for _, d := range l.raw {
		s.discharge(d, false, func(d def) {
			switch s.holds(d) {
			case Yes:
				answer = Yes
			case NotKnown:
				if answer == No {
					answer = NotKnown
				}
			}
		})
	}
	a.Maybe = answer == NotKnown
	return answer != No
}
