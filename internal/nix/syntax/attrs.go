package syntax

// attrSet is the attributes of a set or a let as Nix sees them: a.b = 1; and
// a = { c = 2; }; define two attributes of one set a.
type attrSet struct {
	static  map[string]*attr
	dynamic []*attr // whose names are only known after evaluation
}

// attr is an attribute.
type attr struct {
	name Node     // where it is defined
	set  *attrSet // its value, if that is written as a set or as a longer path
}

// attrsOf are the attributes of an AttrSet, LetBody or LetIn node. What Nix
// refuses is reported and left out.
func attrsOf(n Node, report func(SyntaxError)) *attrSet {
	s := newAttrSet()
	for c := range Bindings(n) {
		if c.Kind() == Binding {
			s.bind(BindingNode{c}, n.Kind() == LetIn, report)
			continue
		}
		for name := range (InheritNode{c}).Names() {
			if _, known := AttrName(name); known {
				s.define(name, nil, report)
			} else {
				report(notAllowed(name, "an inherited name has to be known without evaluation", Node{}))
			}
		}
	}
	return s
}

func newAttrSet() *attrSet { return &attrSet{static: map[string]*attr{}} }

// bind adds a binding, which may define an attribute of a set inside.
func (s *attrSet) bind(b BindingNode, inLet bool, report func(SyntaxError)) {
	var last Node
	for name := range b.Path().Names() {
		if !last.IsZero() {
			if s = s.define(last, newAttrSet(), report); s == nil {
				return
			}
			inLet = false
		}
		if last = name; last.Kind() == Missing {
			return
		}
		if _, known := AttrName(last); !known && inLet {
			report(notAllowed(last, "a let binds only names that are known without evaluation", Node{}))
			return
		}
	}
	if last.IsZero() || b.Value().IsZero() {
		return
	}
	var set *attrSet
	if value := WithoutParens(b.Value()); value.Kind() == AttrSet {
		set = attrsOf(value, report)
	}
	s.define(last, set, report)
}

// define adds an attribute, whose value is a set or, for nil, something else. The
// set may be there already: then it is returned with the new attributes. Sets
// inside merge as well, which newer versions of Nix do and 2.8 refuses; as in 2.8,
// names that only evaluation tells get lost.
func (s *attrSet) define(name Node, set *attrSet, report func(SyntaxError)) *attrSet {
	known, ok := AttrName(name)
	if !ok {
		s.dynamic = append(s.dynamic, &attr{name, set})
		return set
	}
	earlier := s.static[known]
	switch {
	case earlier == nil:
		s.static[known] = &attr{name, set}
		return set
	case earlier.set == nil || set == nil:
		report(notAllowed(name, "attribute "+NameText(name)+" is defined already", earlier.name))
		return nil
	}
	for _, a := range set.static {
		earlier.set.define(a.name, a.set, report)
	}
	return earlier.set
}

func notAllowed(n Node, why string, earlier Node) SyntaxError {
	e := SyntaxError{Span: n.Span(), Code: CodeNotAllowed, Found: why}
	if !earlier.IsZero() {
		e.Opener = earlier.Span()
	}
	return e
}

// WithoutParens is an expression without the parentheses around it.
func WithoutParens(n Node) Node {
	for n.Kind() == Paren {
		n = n.Child(0)
	}
	return n
}

// refused are the errors in what is well-formed and still refused by Nix's
// parser: attributes and formals that are defined twice, names that have to be
// known and are not.
func (t *Tree) refused() []SyntaxError {
	var found []SyntaxError
	report := func(e SyntaxError) { found = append(found, e) }
	Walk(t.Root(), func(n Node) bool {
		switch n.Kind() {
		case LetIn, LetBody:
			attrsOf(n, report)
		case AttrSet:
			up := n.Parent()
			for up.Kind() == Paren {
				up = up.Parent()
			}
			if up.Kind() != Binding { // or it was seen with the set around it
				attrsOf(n, report)
			}
		case Lambda:
			refuseFormals(LambdaNode{n}, report)
		}
		return true
	}, nil)
	return found
}

func refuseFormals(l LambdaNode, report func(SyntaxError)) {
	if l.Formals().IsZero() {
		return
	}
	seen := map[string]Node{}
	if p := l.Parameter(); !p.IsZero() {
		seen[p.Text()] = p
	}
	for f := range l.Formals().All() {
		name := f.Child(0)
		if earlier, ok := seen[name.Text()]; ok {
			report(notAllowed(name, "formal "+name.Text()+" is there already", earlier))
			continue
		}
		seen[name.Text()] = name
	}
}
