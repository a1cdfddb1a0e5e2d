package host

import (
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
)

// merged is what the definitions of an option come to.
type merged struct {
	// value is what config has for the option: a choice or an unknown where it is not
	// certain.
	value eval.Value
	// shown is the value as it is defined, where that is certain, or one of several.
	shown     eval.Value
	from      *eval.Thunk // the definition that value is that of; nil if it is none's alone
	certainty Certainty
	conflict  bool
	all       []candidate
}

// candidate is a definition of an option, without its wrappers.
type candidate struct {
	def
	value     eval.Value
	holds     Answer
	refused   *eval.Unknown // why Nix does not tell whether it holds
	wins      bool
	isDefault bool
}

// merge evaluates an option, as evalOptionValue of nixpkgs' lib does.
func (l *level) merge() (m *merged) {
	if l.merged != nil && l.needs == nil {
		return l.merged
	}
	l.system.Kept(&l.needs, func() { m = l.mergeOnce() })
	return m
}

func (l *level) mergeOnce() *merged {
	if l.merged != nil {
		return l.merged
	}
	if u := l.hangs(); u != nil {
		return &merged{value: u}
	}
	if l.busy || !l.system.enter() {
		u := outside(strings.Join(l.path, ".") + " depends on itself")
		return &merged{value: u}
	}
	defer l.system.leave()
	l.busy = true
	m := l.evaluate()
	l.busy, l.merged = false, m
	return m
}

func (l *level) evaluate() *merged {
	o := l.declared()
	var t *Type
	switch {
	case o != nil && o.renamedTo != nil:
		return l.system.root.at(o.renamedTo).merge()
	case o != nil:
		t = &o.typ
	case l.typ != nil:
		t = l.typ
	}
	m := &merged{all: l.candidates(o)}
	if o != nil && o.missing && len(m.all) == 0 {
		m.value = &eval.Unknown{Reason: eval.Refused, What: "no module declares " + strings.Join(l.path, ".")}
		return m
	}
	f := l.filter(m.all)
	if t == nil {
		t = &Type{}
		f.strongest = min(f.strongest, plain) // NixOS declares it, and may define it
		f.why = &eval.Unknown{Reason: eval.Outside, What: strings.Join(l.path, ".")}
	}
	if o != nil && o.elsewhere != 0 && o.elsewhere <= f.strongest && l.system.isDefinedElsewhere(o) {
		f.strongest = o.elsewhere
		f.why = outside("a module outside the workspace may define it")
	}
	if m.value = refusedBy(m.all, f); m.value != nil {
		return m
	}
	m.value = l.mergeAs(t, f, m)
	if o != nil && o.apply != nil {
		value := m.value
		m.value = l.system.Apply(l.system.Force(o.apply), eval.Known(value))
	}
	l.judge(m, f)
	if m.shown = m.value; t.Kind == Platform {
		m.value = l.system.elaborated(m.value)
	}
	return m
}

// isDefinedElsewhere reports whether the test may hold under which modules outside of the workspace define an option.
func (s *system) isDefinedElsewhere(o *option) bool {
	return o.elsewhereIf == nil || s.Force(o.elsewhereIf) != eval.Value(eval.Bool(false))
}

// refusedBy is why Nix refuses to evaluate definitions, or may refuse a wrapper in a
// wrapper; nil if neither is known.
func refusedBy(all []candidate, f filtered) eval.Value {
	for _, c := range all {
		if c.refused != nil {
			return c.refused
		}
	}
	for _, c := range f.winners {
		if u, ok := c.value.(*eval.Unknown); ok && (u.Fails() || c.bad) {
			return u
		}
	}
	return nil
}

// candidates are all definitions of an option, its default among them.
func (l *level) candidates(o *option) []candidate {
	s := l.system
	var all []candidate
	if o != nil && o.byDefault != nil {
		d := def{Thunk: o.byDefault, priority: optionDefault}
		all = append(all, candidate{def: d, value: s.Force(o.byDefault), holds: Yes, isDefault: true})
	}
	raw := l.raw
	aliases := l.aliases
	if l.known != nil {
		aliases = slices.Concat(aliases, l.known.aliases)
	}
	for _, alias := range aliases {
		for _, d := range s.root.at(alias.Path).raw {
			d.alias = alias
			raw = append(raw[:len(raw):len(raw)], d)
		}
	}
	for _, d := range raw {
		s.discharge(d, false, func(d def) {
			isBare := d.priority == 0 && d.order == 0
			if d.priority == 0 {
				d.priority = plain
			}
			c := candidate{def: d}
			c.holds, c.refused = s.test(d)
			if c.holds != No { // a value under a false condition is never looked at
				c.value = s.Force(d.Thunk)
			}
			if u, ok := c.value.(*eval.Unknown); ok && u.Fails() && isBare && c.holds == Yes && c.refused == nil {
				c.refused = u // to find wrappers, Nix looks at the value of each definition
			}
			if s.isWrapper(c.value) {
				c.priority = notKnown
			}
			if d.bad {
				u := &eval.Unknown{Reason: eval.Unsupported, What: "a wrapper in a wrapper"}
				if o != nil && (o.typ.Kind == Equal || o.typ.Kind == List || o.typ.Kind == Lines) {
					u.Reason = eval.Refused // NixOS takes the inner one for a set
				}
				c.value = u
			}
			all = append(all, c)
		})
	}
	return all
}

// isWrapper reports whether a value that is not known may be mkForce or the like: what
// a function gives that is not nixpkgs' own.
func (r *run) isWrapper(v eval.Value) bool {
	call, ok := v.(*eval.Call)
	if !ok || len(call.Function.Path) == 0 {
		return false
	}
	switch call.Function.Path[0] {
	case "pkgs", "builtins":
		return false
	}
	return r.expand(r.Evaluator, call) == nil
}

// filtered are the definitions that an option hangs on.
type filtered struct {
	best int // the priority of the winners
	// counted are the definitions that count, in the order of the modules: winners,
	// which have that priority and are certainly there, and perhaps, which may be there
	// besides, or instead if they are stronger.
	counted, winners, perhaps []*candidate
	// strongest is the priority that something unseen has at best, and why it is not
	// seen; more than any priority if there is none.
	strongest int
	why       *eval.Unknown
}

const weakest = 1 << 30

// filter finds which definitions count.
func (l *level) filter(all []candidate) filtered {
	f := filtered{best: weakest, strongest: weakest}
	for _, c := range all {
		if c.holds == Yes && c.priority != notKnown {
			f.best = min(f.best, c.priority)
		}
	}
	for i := range all {
		c := &all[i]
		if c.holds == No || c.priority > f.best {
			continue
		}
		f.counted = append(f.counted, c)
		if c.holds == Yes && c.priority == f.best {
			f.winners = append(f.winners, c)
		} else {
			f.perhaps = append(f.perhaps, c)
		}
	}
	isOwn, isNixOS := l.isOwnOption(), l.isNixOS()
	for _, h := range l.holes {
		if h.foreign && isOwn || h.unrelated && !isNixOS || l.system.holds(h.def) == No {
			continue
		}
		priority := h.priority
		if priority == 0 {
			priority = plain
		}
		if priority < f.strongest {
			f.strongest, f.why = priority, h.why
		}
	}
	return f
}

// unseen is why definitions that are not seen may change a value; nil if they may
// not. Those of the winners' priority may add to it, but where values have to be
// equal.
func (f filtered) unseen(adds bool) *eval.Unknown {
	if f.strongest < f.best || adds && f.strongest == f.best {
		return f.why
	}
	return nil
}

// mergeAs merges definitions as a type does.
func (l *level) mergeAs(t *Type, f filtered, m *merged) eval.Value {
	for _, c := range f.winners {
		c.wins = true
	}
	isNull := func(c *candidate) bool { return c.value == eval.Value(eval.Null{}) }
	if t.Nullable {
		if u := f.unseen(true); len(f.winners) == 0 && len(f.perhaps) == 0 && u == nil {
			return eval.Null{}
		}
		if len(f.winners) > 0 && !slices.ContainsFunc(f.winners, func(c *candidate) bool { return !isNull(c) }) {
			return l.equal(f, m)
		}
	}
	switch t.Kind {
	case List:
		return l.list(t, f)
	case Lines:
		return l.lines(t, f)
	case Attrs, Submodule, Deferred:
		return l.container(t, f)
	case Raw:
		return l.single(f)
	case Unmergeable:
		l.single(f)
		return &eval.Unknown{Reason: eval.Unsupported, What: "the type of the option"}
	}
	isSet := func(c *candidate) bool { _, ok := c.value.(*eval.Attrs); return ok }
	if t.Kind == Anything && slices.ContainsFunc(f.counted, isSet) {
		return l.container(&Type{Kind: Attrs, Elem: t}, f)
	}
	isList := func(c *candidate) bool { _, ok := c.value.(*eval.List); return ok }
	if t.Kind == Opaque && slices.ContainsFunc(f.winners, isList) {
		return l.list(&Type{Kind: List}, f)
	}
	return l.equal(f, m)
}

// single is the value of an option that takes one definition.
func (l *level) single(f filtered) eval.Value {
	if u := f.unseen(false); u != nil {
		return u
	}
	if len(f.winners) == 1 && len(f.perhaps) == 0 {
		return f.winners[0].value
	}
	return l.choiceOf(f.counted)
}

func (l *level) choiceOf(all []*candidate) eval.Value {
	if len(all) == 0 {
		return &eval.Unknown{Reason: eval.Refused, What: strings.Join(l.path, ".") + " is not defined"}
	}
	c := &eval.Choice{}
	for _, one := range all {
		c.Of = append(c.Of, one.Thunk)
	}
	return c
}

// isSimple reports whether values of a type are equal where Go says so.
func isSimple(v eval.Value) bool {
	switch v.(type) {
	case eval.Null, eval.Bool, eval.Int, eval.Float, eval.String, eval.Path:
		return true
	}
	return false
}

// mayBe reports whether one of several values may be a value.
func (l *level) mayBe(c *candidate, value eval.Value) bool {
	of, ok := l.system.Alternatives(c.Thunk)
	return !ok || slices.ContainsFunc(of, func(t *eval.Thunk) bool {
		v := l.system.Force(t)
		return !isSimple(v) || v == value
	})
}

// alike reports whether definitions are one and the same thing from outside.
func alike(all []*candidate) bool {
	first, ok := all[0].value.(*eval.Symbol)
	return ok && !slices.ContainsFunc(all, func(c *candidate) bool {
		other, ok := c.value.(*eval.Symbol)
		return !ok || !slices.Equal(first.Path, other.Path)
	})
}

// equal is the value of an option whose definitions have to be equal.
func (l *level) equal(f filtered, m *merged) eval.Value {
	if u := f.unseen(false); u != nil {
		return u
	}
	s := l.system
	value, differ := l.agreed(f.winners)
	isStronger := func(c *candidate) bool { return c.priority != f.best }
	switch stronger := slices.ContainsFunc(f.perhaps, isStronger); {
	case differ && !stronger:
		m.conflict = true
		return &eval.Unknown{Reason: eval.Refused, What: strings.Join(l.path, ".") + " has conflicting definitions"}
	case !differ && !stronger && value != nil:
		return value
	}
	var of []*eval.Thunk
	if value != nil && !differ {
		of = append(of, eval.Known(value))
	}
	for _, c := range f.perhaps {
		of = append(of, eval.Known(c.value))
	}
	if len(of) == 0 {
		return l.choiceOf(nil)
	}
	choice := &eval.Choice{Of: of}
	all, ok := s.Alternatives(eval.Known(choice))
	if !ok || len(all) == 0 {
		return unsure(strings.Join(l.path, ".") + " may have other definitions")
	}
	first := s.Force(all[0])
	for _, t := range all[1:] {
		if v := s.Force(t); !isSimple(v) || v != first {
			return choice
		}
	}
	return first
}

// agreed is the value that definitions agree on, nil for none, and whether two of them
// certainly differ.
func (l *level) agreed(all []*candidate) (value eval.Value, differ bool) {
	for _, c := range all {
		switch {
		case !isSimple(c.value):
		case value == nil:
			value = c.value
		case value != c.value:
			return value, true
		}
	}
	for _, c := range all {
		if _, ok := c.value.(*eval.Choice); ok && value != nil && !l.mayBe(c, value) {
			return value, true
		}
	}
	if value == nil && len(all) > 0 {
		if value = all[0].value; len(all) > 1 && !alike(all) {
			return unsure("how its definitions are merged is not known"), false
		}
	}
	return value, false
}

// inOrder sorts definitions by mkOrder, as sortProperties does.
func inOrder(all []*candidate) (sorted []*candidate, known bool) {
	sorted = slices.Clone(all)
	order := func(c *candidate) int {
		if c.order == 0 {
			return defaultOrder
		}
		return c.order
	}
	// Where the modules that rename options come among the others is not known.
	aliases := 0
	known = true
	for _, c := range all {
		if known = known && c.order != notKnown; c.alias != nil {
			aliases++
		}
	}
	known = known && (aliases == 0 || aliases == 1 && len(all) == 1)
	slices.SortStableFunc(sorted, func(a, b *candidate) int { return order(a) - order(b) })
	return sorted, known
}

// list is the value of an option whose definitions are concatenated.
func (l *level) list(t *Type, f filtered) eval.Value {
	s := l.system
	if f.unseen(false) != nil || slices.ContainsFunc(f.perhaps, func(c *candidate) bool { return c.priority != f.best }) {
		return l.instead(f)
	}
	added := f.unseen(true)
	all, known := inOrder(f.counted)
	if !known {
		return unsure("the order of its definitions is not known")
	}
	out := &eval.List{}
	open := func() {
		if !out.Open {
			out.Open, out.Gap = true, len(out.Items)
		}
	}
	if added != nil {
		open()
	}
	for _, c := range all {
		if c.holds != Yes {
			open()
		}
		items, why := s.items(eval.Known(c.value))
		if why != nil && len(items) == 0 {
			open()
		}
		for _, one := range items {
			if one.perhaps != nil {
				open()
			}
			s.discharge(def{Thunk: one.Thunk}, false, func(d def) {
				switch s.holds(d) {
				case No:
					return
				case NotKnown:
					open()
				}
				out.Items = append(out.Items, l.element(t, d.Thunk, len(out.Items)))
			})
		}
		if why != nil {
			open()
		}
	}
	return out
}

// element is an element of a list as the list's type has it.
func (l *level) element(t *Type, item *eval.Thunk, index int) *eval.Thunk {
	if t.Elem == nil || t.Elem.Kind != Submodule {
		return item
	}
	below := &level{system: l.system, up: l, path: append(l.path[:len(l.path):len(l.path)], "*"), typ: t.Elem}
	below.raw = []def{{Thunk: item}}
	return l.system.Lazy(func(*eval.Evaluator) eval.Value { return below.merge().value })
}

// instead is the value of an option of which stronger definitions than the known
// ones may be there.
func (l *level) instead(f filtered) eval.Value {
	if u := f.unseen(false); u != nil {
		return u
	}
	return unsure(strings.Join(l.path, ".") + " may have other definitions")
}

// lines is the value of an option whose definitions are strings to join.
func (l *level) lines(t *Type, f filtered) eval.Value {
	if u := f.unseen(true); u != nil {
		return u
	}
	if len(f.perhaps) > 0 {
		return l.instead(f)
	}
	all, known := inOrder(f.winners)
	if !known {
		return unsure("the order of its definitions is not known")
	}
	var parts []string
	for _, c := range all {
		text, ok := c.value.(eval.String)
		if !ok {
			return why(c.value)
		}
		parts = append(parts, string(text))
	}
	if len(parts) == 0 {
		return l.choiceOf(nil)
	}
	return eval.String(strings.Join(parts, t.Separator))
}

// container is the value of an option that holds options, or modules.
func (l *level) container(t *Type, f filtered) eval.Value {
	s := l.system
	if f.unseen(false) != nil || slices.ContainsFunc(f.perhaps, func(c *candidate) bool { return c.priority != f.best }) {
		return l.instead(f)
	}
	var defs []def
	all, known := inOrder(f.counted)
	if !known {
		return unsure("the order of its definitions is not known")
	}
	for _, c := range all {
		d := c.def
		d.priority, d.order = 0, 0
		defs = append(defs, d)
	}
	var holes []hole
	if u := f.unseen(true); u != nil {
		holes = append(holes, hole{why: u})
	}
	switch t.Kind {
	case Deferred:
		var modules []*eval.Thunk
		for _, d := range defs {
			if s.holds(d) != Yes {
				return unsure("a module in it is one of several")
			}
			modules = append(modules, d.Thunk)
		}
		if len(modules) == 1 {
			return s.Force(modules[0])
		}
		return eval.NewAttrs(nil, named("imports", eval.NewList(modules...)))
	case Submodule:
		return s.submodule(t, l.path, defs, holes)
	}
	below := &level{
		system: s, up: l, path: l.path, known: l.known, raw: defs, holes: holes,
		typ:   &Type{Kind: Attrs, Elem: t.Elem, Lazy: t.Lazy},
		asked: true, // what is declared here is what is being merged
	}
	if below.typ.Elem == nil {
		below.typ.Elem = &Type{Kind: Raw}
	}
	return below.set()
}

// judge says how certain the value of an option is.
func (l *level) judge(m *merged, f filtered) {
	switch v := m.value.(type) {
	case *eval.Unknown, *eval.Symbol, *eval.Call:
		m.certainty = Unknown
		if m.conflict {
			for i := range m.all {
				m.all[i].wins = false
			}
		}
		return
	case *eval.Choice:
		m.certainty = Possible
		return
	case *eval.List:
		if v.Open {
			m.certainty = Unknown
			return
		}
	}
	if i := slices.IndexFunc(f.winners, func(c *candidate) bool { return c.value == m.value }); i >= 0 {
		m.from = f.winners[i].Thunk
	}
	m.certainty = Certain
	if len(f.perhaps) == 0 && !slices.ContainsFunc(f.winners, func(c *candidate) bool { return !c.isDefault }) {
		m.certainty = Default
	}
}
