package eval

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

func attrsetTable() table {
	return table{
		"attrByPath":      {arity: 3, run: attrByPath},
		"getAttrFromPath": {arity: 2, run: func(c *call) Value { return c.At(c.force(1), c.strs(0)...) }},
		"hasAttrByPath":   {arity: 2, run: func(c *call) Value { return c.hasPath(c.force(1), c.strs(0)) }},
		"setAttrByPath":   {arity: 2, run: func(c *call) Value { return c.Force(c.underPath(c.items(0), c.args[1])) }},
		"attrVals": {arity: 2, run: func(c *call) Value {
			return c.mapped(&List{Items: c.items(0)}, func(_ int, t *Thunk) *Thunk {
				name := c.strOf(t)
				set := c.args[1]
				return lazy(func(e *Evaluator) Value { return e.Select(e.Force(set), name) })
			})
		}},
		"getAttrs":      {arity: 2, run: getAttrs},
		"nameValuePair": {arity: 2, run: func(c *call) Value { return pair(c.args[0], c.args[1]) }},
		"attrsToList": {arity: 1, run: func(c *call) Value {
			return c.inOrder(c.attrs(0), func(a Attr) *Thunk { return Known(pair(nameOf(a), a.Thunk)) })
		}},
		"mapAttrs'": {arity: 2, run: mapAttrsPrime},
		"mapAttrsToList": {arity: 2, run: func(c *call) Value {
			return c.inOrder(c.attrs(1), func(a Attr) *Thunk { return c.apply(0, nameOf(a), a.Thunk) })
		}},
		"concatMapAttrs":        {arity: 2, run: concatMapAttrs},
		"foldlAttrs":            {arity: 3, run: foldlAttrs},
		"foldAttrs":             {arity: 3, run: foldAttrs},
		"filterAttrs":           {arity: 2, run: filterAttrs},
		"filterAttrsRecursive":  {arity: 2, run: filterAttrsRecursive},
		"mapAttrsRecursive":     {arity: 2, run: func(c *call) Value { return c.mapRecursive(nil, c.args[0], c.attrs(1), nil) }},
		"mapAttrsRecursiveCond": {arity: 3, run: func(c *call) Value { return c.mapRecursive(c.args[0], c.args[1], c.attrs(2), nil) }},
		"genAttrs":              {arity: 2, run: genAttrs},
		"genAttrs'": {arity: 2, run: func(c *call) Value {
			return c.fromPairs(c.mapped(c.list(0), func(_ int, t *Thunk) *Thunk { return c.apply(1, t) }))
		}},
		"optionalAttrs": {arity: 2, run: func(c *call) Value { return c.onCondition(0, c.args[1], &Attrs{}) }},
		"zipAttrs": {arity: 1, run: func(c *call) Value {
			return c.zip(nil, c.items(0), func(_ *Thunk, values *List) *Thunk { return Known(values) })
		}},
		"zipAttrsWithNames": {arity: 3, run: func(c *call) Value {
			return c.zip(c.strs(0), c.items(2), func(name *Thunk, values *List) *Thunk { return c.apply(1, name, Known(values)) })
		}},
		"recursiveUpdate":      {arity: 2, run: func(c *call) Value { return c.updateRecursively(nil, nil, c.force(0), c.force(1)) }},
		"recursiveUpdateUntil": {arity: 3, run: func(c *call) Value { return c.updateRecursively(c.args[0], nil, c.force(1), c.force(2)) }},
		"mergeAttrsList":       {arity: 1, run: mergeAttrsList},
		"isDerivation":         {arity: 1, run: func(c *call) Value { return hasType(c, 0, "type", "derivation") }},
		"dontRecurseIntoAttrs": {arity: 1, run: func(c *call) Value { return c.with(0, "recurseForDerivations", Known(Bool(false))) }},
		"recurseIntoAttrs": {arity: 1, run: func(c *call) Value {
			return made(c.with(0, "recurseForDerivations", Known(Bool(true))), "recurseIntoAttrs")
		}},
		"cartesianProduct": {arity: 1, run: cartesianProduct},
		"mapCartesianProduct": {arity: 2, run: func(c *call) Value {
			own := *c
			own.args = c.args[1:]
			l, _ := cartesianProduct(&own).(*List)
			c.fail(own.bad)
			if l == nil {
				return nil
			}
			return c.mapped(l, func(_ int, t *Thunk) *Thunk { return c.apply(0, t) })
		}},
		"collect":          {arity: 2, run: func(c *call) Value { return c.collect(c.args[0], c.args[1]) }},
		"overrideExisting": {arity: 2, run: overrideExisting},
		"showAttrPath": {arity: 1, run: func(c *call) Value {
			if len(c.items(0)) == 0 {
				return String("<root attribute path>")
			}
			return c.showPath(c.strs(0))
		}},
	}
}

// nameOf is an attribute's name as a value, which came from where the name stands.
func nameOf(a Attr) *Thunk { return &Thunk{value: String(a.Name), node: a.At} }

// named are the attributes in the order of their names, which is Nix's.
func (s *Attrs) inOrder() []Attr {
	all := slices.Clone(s.attrs)
	slices.SortFunc(all, func(a, b Attr) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// inOrder is a list of what a function gives for each attribute. It is open where
// an attribute may be missing.
func (c *call) inOrder(s *Attrs, f func(Attr) *Thunk) Value {
	if c.bad != nil || !c.grow(len(s.attrs)) {
		return nil
	}
	out := &List{Open: !s.certain()}
	for _, a := range s.inOrder() {
		out.Items = append(out.Items, f(a))
	}
	return out
}

func attrNames(c *call) Value  { return c.inOrder(c.attrs(0), nameOf) }
func attrValues(c *call) Value { return c.inOrder(c.attrs(0), func(a Attr) *Thunk { return a.Thunk }) }

func pair(name, value *Thunk) *Attrs {
	return &Attrs{attrs: []Attr{{Name: "name", Thunk: name}, {Name: "value", Thunk: value}}}
}

// made notes which function made a set.
func made(v Value, by string) Value {
	if s, ok := v.(*Attrs); ok {
		of := *s
		of.by = by
		return &of
	}
	return v
}

// with is an argument that is a set with one more attribute.
func (c *call) with(i int, name string, t *Thunk) Value {
	return c.update(c.force(i), NewAttrs(nil, Attr{Name: name, Thunk: t}))
}

func attrByPath(c *call) Value {
	path := c.strs(0)
	if c.bad != nil {
		return nil
	}
	switch v := c.hasPath(c.force(2), path).(type) {
	case Bool:
		if v {
			return c.At(c.force(2), path...)
		}
		return c.force(1)
	default:
		if fails(v) {
			return v
		}
		set := c.args[2]
		return c.choice(nil, lazy(func(e *Evaluator) Value { return e.At(e.Force(set), path...) }), c.args[1])
	}
}

// underPath is a set with one value at a path.
func (c *call) underPath(path []*Thunk, t *Thunk) *Thunk {
	for _, at := range slices.Backward(path) {
		t = Known(NewAttrs(nil, Attr{Name: c.strOf(at), Thunk: t, At: originOf(c.Evaluator, at)}))
	}
	return t
}

// originOf is where a name that a function makes an attribute of is written.
func originOf(e *Evaluator, name *Thunk) syntax.Node {
	e.Force(name)
	return name.Origin()
}

func getAttrs(c *call) Value {
	out := &Attrs{}
	for _, t := range c.items(0) {
		name := c.strOf(t)
		set := c.args[1]
		a := Attr{Name: name, Thunk: lazy(func(e *Evaluator) Value { return e.Select(e.Force(set), name) })}
		if s, ok := c.force(1).(*Attrs); ok {
			if of, ok := s.Get(name); ok {
				a = of
				a.Maybe = false
			} else if s.rest == nil {
				return c.fail(refused("attribute " + name + " missing"))
			}
		}
		out.put(a)
	}
	return out
}

func mapAttrs(c *call) Value {
	s := c.attrs(1)
	if !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(s), by: ""}
	for _, a := range s.attrs {
		a.Thunk = c.apply(0, nameOf(a), a.Thunk)
		out.put(a)
	}
	return out
}

// mappedRest is what a set may have besides where a function made its values: it
// cannot be told.
func mappedRest(s *Attrs) Value {
	if s.rest == nil {
		return nil
	}
	return opaque(s.rest, "a set")
}

func mapAttrsPrime(c *call) Value {
	s := c.attrs(1)
	l, _ := c.inOrder(s, func(a Attr) *Thunk { return c.apply(0, nameOf(a), a.Thunk) }).(*List)
	if l == nil {
		return nil
	}
	return c.fromPairs(l)
}

func listToAttrs(c *call) Value { return c.fromPairs(c.list(0)) }

// fromPairs is the set of a list of { name, value }; the first of two with one
// name counts.
func (c *call) fromPairs(v Value) Value {
	l, ok := v.(*List)
	if !ok || !c.grow(len(l.Items)) {
		return nil
	}
	out := &Attrs{}
	if l.Open {
		out.rest = unknown(Outside, "a list")
	}
	for i, t := range l.Items {
		pair := c.Force(t)
		if fails(pair) {
			return pair
		}
		name := c.Select(pair, "name")
		text, ok := name.(String)
		if !ok {
			if fails(name) || !isOpaque(name) {
				return opaque(name, "a string")
			}
			out.rest = opaque(name, "a string")
			continue
		}
		if _, ok := out.Get(string(text)); ok {
			continue
		}
		a := Attr{Name: string(text), Maybe: l.Open && i >= l.Gap}
		a.Thunk = lazy(func(e *Evaluator) Value { return e.Select(pair, "value") })
		if s, ok := pair.(*Attrs); ok {
			if name, ok := s.Get("name"); ok {
				a.At = originOf(c.Evaluator, name.Thunk)
			}
			if value, ok := s.Get("value"); ok && !value.Maybe {
				a.Thunk = value.Thunk
			}
		}
		out.put(a)
	}
	return out
}

func concatMapAttrs(c *call) Value {
	var v Value = &Attrs{}
	s := c.attrs(1)
	for _, a := range s.inOrder() {
		one := c.ApplyAll(c.force(0), nameOf(a), a.Thunk)
		if a.Maybe {
			one = c.choice(nil, Known(one), Known(&Attrs{}))
		}
		if v = c.update(v, one); fails(v) {
			return v
		}
	}
	if s.rest != nil {
		v = c.update(v, mappedRest(s))
	}
	return v
}

func foldlAttrs(c *call) Value {
	v := c.args[1]
	for _, a := range c.whole(2).inOrder() {
		next := c.ApplyAll(c.force(0), v, nameOf(a), a.Thunk)
		if c.spent != nil {
			return next
		}
		v = Known(next)
	}
	return c.Force(v)
}

func foldAttrs(c *call) Value {
	values := map[string]*Thunk{}
	for _, t := range slices.Backward(c.items(2)) {
		s := c.attrsOf(c.Force(t))
		if !s.certain() {
			return c.fail(openSet(s))
		}
		if !c.grow(len(s.attrs)) {
			return nil
		}
		for _, a := range s.attrs {
			below, ok := values[a.Name]
			if !ok {
				below = c.args[1]
			}
			values[a.Name] = c.apply(0, a.Thunk, below)
		}
	}
	out := &Attrs{}
	for _, name := range sortedKeys(values) {
		out.put(Attr{Name: name, Thunk: values[name]})
	}
	return out
}

func filterAttrs(c *call) Value {
	s := c.attrs(1)
	if !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(s)}
	for _, a := range s.attrs {
		switch v := c.ApplyAll(c.force(0), nameOf(a), a.Thunk).(type) {
		case Bool:
			if v {
				out.put(a)
			}
		default:
			if fails(v) || !isOpaque(v) {
				return opaque(v, "a boolean")
			}
			a.Maybe = true
			out.put(a)
		}
	}
	return out
}

func filterAttrsRecursive(c *call) Value { return c.filterBelow(c.whole(1)) }

func (c *call) filterBelow(s *Attrs) Value {
	if u := c.enter(); u != nil {
		return c.fail(u)
	}
	defer c.leave()
	out := &Attrs{}
	if !s.certain() {
		return c.fail(openSet(s))
	}
	for _, a := range s.attrs {
		if !c.test(0, nameOf(a), a.Thunk) {
			continue
		}
		t := a.Thunk
		a.Thunk = lazy(func(e *Evaluator) Value {
			v := e.Force(t)
			below, ok := v.(*Attrs)
			if !ok {
				return v
			}
			own := call{Evaluator: e, args: c.args, split: -1}
			if v = own.filterBelow(below); own.bad != nil {
				return own.bad
			}
			return v
		})
		out.put(a)
	}
	return out
}

// mapRecursive maps the leaves of nested sets by their paths; cond, if there is
// one, tells which sets are none.
func (c *call) mapRecursive(cond, f *Thunk, s *Attrs, path []*Thunk) Value {
	if !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(s)}
	for _, a := range s.attrs {
		t, at := a.Thunk, append(slices.Clip(path), nameOf(a))
		a.Thunk = lazy(func(e *Evaluator) Value {
			v := e.Force(t)
			below, ok := v.(*Attrs)
			if !ok && isOpaque(v) {
				return opaque(v, "a value")
			}
			own := call{Evaluator: e, split: -1}
			if ok && (cond == nil || own.boolOf(e.Apply(e.Force(cond), t))) {
				v := own.mapRecursive(cond, f, below, at)
				if own.bad != nil {
					return own.bad
				}
				return v
			}
			if own.bad != nil {
				return own.bad
			}
			return e.ApplyAll(e.Force(f), Known(NewList(at...)), t)
		})
		out.put(a)
	}
	return out
}

func genAttrs(c *call) Value {
	l := c.list(0)
	if !c.grow(len(l.Items)) {
		return nil
	}
	out := &Attrs{}
	if l.Open {
		out.rest = unknown(Outside, "a list")
	}
	for i, t := range l.Items {
		name, ok := c.Force(t).(String)
		if !ok {
			v := c.Force(t)
			if fails(v) || !isOpaque(v) {
				return opaque(v, "a string")
			}
			out.rest = opaque(v, "a string")
			continue
		}
		if _, ok := out.Get(string(name)); ok {
			continue
		}
		out.put(Attr{Name: string(name), Thunk: c.apply(1, t), At: t.Origin(), Maybe: l.Open && i >= l.Gap})
	}
	return out
}

func removeAttrs(c *call) Value {
	s := c.attrs(0)
	l := c.list(1)
	gone := map[string]bool{}
	for _, t := range l.Items {
		gone[c.strOf(t)] = true
	}
	if c.bad != nil || !c.grow(len(s.attrs)) {
		return nil
	}
	out := &Attrs{by: s.by, rest: mappedRest(s)}
	for _, a := range s.attrs {
		if gone[a.Name] && !l.Open {
			continue
		}
		a.Maybe = a.Maybe || l.Open
		out.put(a)
	}
	return out
}

func intersectAttrs(c *call) Value {
	names, values := c.attrs(0), c.attrs(1)
	if !c.grow(len(names.attrs) + len(values.attrs)) {
		return nil
	}
	out := &Attrs{}
	if values.rest != nil && (names.rest != nil || len(names.attrs) > 0) {
		out.rest = opaque(values.rest, "a set")
	}
	for _, a := range values.attrs {
		of, ok := names.Get(a.Name)
		switch {
		case ok:
			a.Maybe = a.Maybe || of.Maybe
		case names.rest != nil:
			a.Maybe = true
		default:
			continue
		}
		out.put(a)
	}
	return out
}

func catAttrs(c *call) Value {
	name, l := c.str(0), c.list(1)
	out := &List{}
	for i, t := range l.Items {
		if l.Open && l.Gap == i && !out.Open {
			out.Open, out.Gap = true, len(out.Items)
		}
		v := c.Force(t)
		if _, ok := v.(*Attrs); !ok && !isOpaque(v) {
			return c.fail(refused("not a set"))
		}
		has, found := c.has(v, name)
		if has == perhaps && !out.Open {
			out.Open, out.Gap = true, len(out.Items)
		}
		if found != nil {
			out.Items = append(out.Items, found)
		}
	}
	if l.Open && !out.Open {
		out.Open, out.Gap = true, len(out.Items)
	}
	return out
}

func zipAttrsWith(c *call) Value {
	return c.zip(nil, c.items(1), func(name *Thunk, values *List) *Thunk { return c.apply(0, name, Known(values)) })
}

// zip collects the values of each name of several sets; of some names only, if
// there are any.
func (c *call) zip(names []string, sets []*Thunk, f func(name *Thunk, values *List) *Thunk) Value {
	values := map[string][]*Thunk{}
	for _, t := range sets {
		s := c.attrsOf(c.Force(t))
		if !s.certain() {
			return c.fail(openSet(s))
		}
		if !c.grow(len(s.attrs)) {
			return nil
		}
		for _, a := range s.attrs {
			values[a.Name] = append(values[a.Name], a.Thunk)
		}
	}
	if names == nil {
		names = sortedKeys(values)
	}
	out := &Attrs{}
	for _, name := range names {
		out.put(Attr{Name: name, Thunk: f(Known(String(name)), NewList(values[name]...))})
	}
	return out
}

// updateRecursively lays a set over another and the sets in it over those there;
// until, if there is one, tells where not to go on.
func (c *call) updateRecursively(until *Thunk, path []*Thunk, a, b Value) Value {
	if u := c.enter(); u != nil {
		return u
	}
	defer c.leave()
	bottom, ok := c.Merged(a).(*Attrs)
	if !ok {
		return c.update(a, b)
	}
	top, ok := c.Merged(b).(*Attrs)
	if !ok {
		return c.update(a, b)
	}
	out, ok := c.update(bottom, top).(*Attrs)
	if !ok {
		return c.update(bottom, top)
	}
	out = &Attrs{attrs: slices.Clone(out.attrs), index: out.index, rest: out.rest, by: out.by, node: out.node}
	for i := range out.attrs {
		over := &out.attrs[i]
		was, ok := bottom.Get(over.Name)
		is, has := top.Get(over.Name)
		if !ok || !has {
			continue
		}
		at := append(slices.Clip(path), nameOf(is))
		t := lazy(func(e *Evaluator) Value {
			x, y := e.Force(was.Thunk), e.Force(is.Thunk)
			own := call{Evaluator: e, split: -1}
			stop := false
			if until != nil {
				stop = own.boolOf(e.ApplyAll(e.Force(until), Known(NewList(at...)), was.Thunk, is.Thunk))
			} else {
				stop = own.isLeaf(x) || own.isLeaf(y)
			}
			if own.bad != nil {
				return e.choice(nil, is.Thunk, was.Thunk)
			}
			if stop {
				return y
			}
			return own.updateRecursively(until, at, x, y)
		})
		t.node = is.Thunk.node
		over.Thunk = t
		if is.Maybe {
			over.Thunk = Known(c.choice(nil, t, was.Thunk))
		} else if was.Maybe {
			over.Thunk = Known(c.choice(nil, t, is.Thunk))
		}
	}
	return out
}

// isLeaf reports whether a value is no set; it is not known of one that may be
// either.
func (c *call) isLeaf(v Value) bool {
	of := []*Thunk{Known(v)}
	if choice, ok := v.(*Choice); ok {
		if of, ok = c.alternatives(choice, nil); !ok {
			c.fail(unknown(Ambiguous, ""))
		}
	}
	sets := 0
	for _, t := range of {
		v := c.Force(t)
		if call, ok := v.(*Call); ok {
			v = c.Merged(call)
		}
		if _, ok := v.(*Attrs); ok {
			sets++
		} else if isOpaque(v) {
			c.fail(opaque(v, "a value"))
		}
	}
	if sets > 0 && sets < len(of) {
		c.fail(unknown(Ambiguous, ""))
	}
	return sets == 0
}

func mergeAttrsList(c *call) Value {
	var v Value = &Attrs{}
	for _, t := range c.items(0) {
		if v = c.update(v, c.Force(t)); fails(v) {
			return v
		}
	}
	return v
}

func overrideExisting(c *call) Value {
	old, over := c.attrs(0), c.attrs(1)
	if !c.grow(len(old.attrs)) {
		return nil
	}
	out := &Attrs{rest: mappedRest(old)}
	for _, a := range old.attrs {
		by, ok := over.Get(a.Name)
		switch {
		case ok && !by.Maybe:
			a.Thunk = by.Thunk
		case ok:
			a.Thunk = Known(c.choice(nil, by.Thunk, a.Thunk))
		case over.rest != nil:
			a.Thunk = Known(c.choice(nil, a.Thunk, Known(opaque(over.rest, "a set"))))
		}
		out.put(a)
	}
	return out
}

func cartesianProduct(c *call) Value {
	sets := []*Attrs{{}}
	for _, a := range c.whole(0).inOrder() {
		items := c.itemsOf(c.Force(a.Thunk))
		if !c.grow(len(items) * len(sets)) {
			return nil
		}
		var next []*Attrs
		for _, s := range sets {
			for _, t := range items {
				one := NewAttrs(nil, s.attrs...)
				one.put(Attr{Name: a.Name, Thunk: t})
				next = append(next, one)
			}
		}
		sets = next
	}
	out := &List{}
	for _, s := range sets {
		out.Items = append(out.Items, Known(s))
	}
	return out
}

// collect are the values in nested sets that pass a test.
func (c *call) collect(f, t *Thunk) Value {
	if u := c.enter(); u != nil {
		return c.fail(u)
	}
	defer c.leave()
	if c.boolOf(c.Apply(c.Force(f), t)) {
		return NewList(t)
	}
	v := c.Force(t)
	s, ok := v.(*Attrs)
	if !ok {
		if isOpaque(v) {
			c.fail(opaque(v, "a value"))
		}
		return &List{}
	}
	var lists []*List
	for _, a := range s.inOrder() {
		l, _ := c.collect(f, a.Thunk).(*List)
		if c.bad != nil || l == nil {
			return nil
		}
		lists = append(lists, l)
	}
	if !s.certain() {
		lists = append(lists, &List{Open: true})
	}
	return c.concatLists(lists)
}

// hasType reports whether an argument is a set whose attribute is a text.
func hasType(c *call, i int, attribute, text string) Value {
	v := c.force(i)
	if isOpaque(v) {
		return c.reject(i, v, "a value")
	}
	has, t := c.has(v, attribute)
	switch has {
	case no:
		return Bool(false)
	case perhaps:
		return unknownPart(v, attribute)
	}
	return c.equal(c.Force(t), String(text))
}
