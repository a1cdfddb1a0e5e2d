package syntax

// attrSet is the attributes of a set or a let as Nix sees them: a.b = 1; and
// a = { c = 2; }; define two attributes of one set a.
type attrSet struct {
	recursive bool
	static    map[string]*attr
	dynamic   []dynamicAttr
}

// attr is an attribute whose name is known.
type attr struct {
	at    Node // the name where it is defined
	value Node // zero if set is there or the attribute is inherited
	set   *attrSet
	// inherits says that the value is the attribute of the same name of from,
	// or of the scope if from is the zero Node.
	inherits bool
	from     Node
}

// dynamicAttr is an attribute whose name is only known after evaluation.
type dynamicAttr struct {
	name  Node
	value Node
	set   *attrSet
}

// attrsOf are the attributes of an AttrSet, LetBody or LetIn node. What Nix
// refuses is reported and left out; report may be nil.
func attrsOf(n Node, report func(SyntaxError)) *attrSet {
	if report == nil {
		report = func(SyntaxError) {}
	}
	s := &attrSet{recursive: AttrSetNode{n}.Recursive(), static: map[string]*attr{}}
	for c := range Bindings(n) {
		if c.Kind() == Inherit {
			s.inherit(InheritNode{c}, report)
			continue
		}
		s.bind(BindingNode{c}, n.Kind() == LetIn, report)
	}
	return s
}

func (s *attrSet) inherit(i InheritNode, report func(SyntaxError)) {
	for name := range i.Names() {
		known, ok := AttrName(name)
		switch earlier := s.static[known]; {
		case !ok:
			report(notAllowed(name, "an inherited name has to be known without evaluation", Node{}))
		case earlier != nil:
			report(alreadyDefined(name, earlier.at))
		default:
			s.static[known] = &attr{at: name, inherits: true, from: i.From()}
		}
	}
}

// bind adds a binding, which may define an attribute of a set inside.
func (s *attrSet) bind(b BindingNode, inLet bool, report func(SyntaxError)) {
	var last Node
	for name := range b.Path().Names() {
		if !last.IsZero() {
			if s = s.inner(last, report); s == nil {
				return
			}
			inLet = false
		}
		if last = name; last.Kind() == Missing {
			return
		}
		if _, ok := AttrName(last); !ok && inLet {
			report(notAllowed(last, "a let binds only names that are known without evaluation", Node{}))
			return
		}
	}
	if last.IsZero() || b.Value().IsZero() {
		return
	}
	value := withoutParens(b.Value())
	var set *attrSet
	if value.Kind() == AttrSet {
		set = attrsOf(value, report)
	}
	known, ok := AttrName(last)
	if !ok {
		s.dynamic = append(s.dynamic, dynamicAttr{last, value, set})
		return
	}
	earlier := s.static[known]
	switch {
	case earlier == nil:
		s.static[known] = &attr{at: last, value: value, set: set}
	case earlier.set == nil || set == nil:
		report(alreadyDefined(last, earlier.at))
	default:
		earlier.set.merge(set, report)
	}
}

// inner is the set that the name of a path leads to; nil if the name leads to
// something else.
func (s *attrSet) inner(name Node, report func(SyntaxError)) *attrSet {
	known, ok := AttrName(name)
	if !ok {
		set := &attrSet{static: map[string]*attr{}}
		s.dynamic = append(s.dynamic, dynamicAttr{name: name, set: set})
		return set
	}
	earlier := s.static[known]
	if earlier == nil {
		earlier = &attr{at: name, set: &attrSet{static: map[string]*attr{}}}
		s.static[known] = earlier
	}
	if earlier.set == nil {
		report(alreadyDefined(name, earlier.at))
	}
	return earlier.set
}

// merge adds the attributes of a set that is defined once more. Sets inside merge
// as well, which newer versions of Nix do and 2.8 refuses; as in 2.8, names that
// only evaluation tells get lost.
func (s *attrSet) merge(other *attrSet, report func(SyntaxError)) {
	for name, a := range other.static {
		switch earlier := s.static[name]; {
		case earlier == nil:
			s.static[name] = a
		case earlier.set != nil && a.set != nil:
			earlier.set.merge(a.set, report)
		default:
			report(alreadyDefined(a.at, earlier.at))
		}
	}
}

func alreadyDefined(name, earlier Node) SyntaxError {
	return notAllowed(name, "attribute "+NameText(name)+" is defined already", earlier)
}

func notAllowed(n Node, why string, earlier Node) SyntaxError {
	e := SyntaxError{Span: n.Span(), Code: CodeNotAllowed, Found: why}
	if !earlier.IsZero() {
		e.Opener = earlier.Span()
	}
	return e
}

// withoutParens is an expression without the parentheses around it.
func withoutParens(n Node) Node {
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
