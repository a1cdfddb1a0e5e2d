package module

import (
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Origin says how a name came into scope.
type Origin uint8

// The ways in which a name comes into scope.
const (
	Free     Origin = iota // by nothing in this text, or by nothing that can be told
	Argument               // a lambda's argument, or a formal
	Local                  // a let, a rec set
)

// Bounds of how an expression is evaluated for one question.
const (
	mostSteps   = 300_000
	mostAliases = 8  // names in a row whose value is not known
	mostChoices = 64 // values that one expression may have
)

// reference is what an expression refers to.
type reference struct {
	// path begins with a name that nothing in the text gives a value: config,
	// pkgs, a function's argument. cfg.som under cfg = config.hardware.nvidia-jetpack
	// is config.hardware.nvidia-jetpack.som. Where the value is known, or is what
	// a call gives, the path begins with the name that has it.
	path Path
	// origin says how the path's first name came into scope.
	origin Origin
	// lambda is what takes the path's first name, if that is an Argument.
	lambda syntax.Node
	// value is what the path's first name has, if that is Local.
	value syntax.Node
	// layer is the overlay for whose argument the path stands, and inLayer the path in that: see inScope.
	layer   syntax.Node
	inLayer Path
	// inPart says that the expression has other values too, or more than what the
	// path stands for.
	inPart bool
}

// reader reads the text around places. It is not safe for concurrent use.
type reader struct {
	climber
	evaluator *eval.Evaluator // see values
	// certain takes only what holds however functions are called and whatever
	// tests give.
	certain bool
	has     func(Path) (has, known bool) // of the attributes that tests ask for; may be nil
	// occurrences are the names in expressions and inherits, by name: see namesIn.
	occurrences map[string][]syntax.Node
	bound       map[syntax.Node]map[string]syntax.Node // see boundIn
}

// values evaluates what the text says.
func (r *reader) values() *eval.Evaluator {
	if r.evaluator == nil {
		itself := func(name string) (eval.Value, bool) { return eval.NewSymbol(name), true }
		options := eval.Options{Steps: mostSteps, Free: itself, Tolerant: !r.certain}
		if r.certain {
			options.Argument = itself // not what a formal has otherwise
		}
		if r.has != nil {
			options.Has = func(s *eval.Symbol) (has, known bool) {
				ref, ok := referenceOf(s)
				if !ok {
					return false, false
				}
				return r.has(ref.path)
			}
		}
		r.evaluator = eval.New(options)
	}
	return r.evaluator
}

// at is an expression where it stands.
func (r *reader) at(n syntax.Node) *eval.Thunk {
	e := r.values()
	return e.Thunk(n, e.ScopeAt(n))
}

// resolve finds what an expression refers to. It reports false for one that is
// neither a name nor a selection and whose value does not come from outside.
func (r *reader) resolve(n syntax.Node) (reference, bool) { return r.refer(r.at(n), "", mostAliases) }

// selected is what names refer to that are selected from an expression.
func (r *reader) selected(from syntax.Node, written Path) reference {
	return r.inScope(r.selection(r.at(from), written, mostAliases))
}

// inScope puts the scope in place of an argument of the overlay that changes it:
// prev.nvidia-jetpack.overrideScope calls its overlay with prev.nvidia-jetpack.
func (r *reader) inScope(ref reference) reference {
	if o, ok := AsOverlay(ref.lambda); ok {
		if from, written := o.scope(); !from.IsZero() {
			of := r.selected(from, written)
			of.path = append(slices.Clip(of.path), ref.path[1:]...)
			of.layer, of.inLayer = ref.lambda, ref.path
			return of
		}
	}
	return ref
}

// refer finds what a thunk refers to. below is the name that is selected from it,
// if one is.
func (r *reader) refer(t *eval.Thunk, below string, left int) (reference, bool) {
	if left == 0 {
		return reference{}, false
	}
	e := r.values()
	v := e.Force(t)
	if ref, ok := r.symbolic(v, below, new(int)); ok {
		return ref, true
	}
	u, ok := v.(*eval.Unknown)
	isCyclic := ok && u.Reason == eval.Cyclic
	var through []*eval.Thunk // of names that the value came through
	for step := range t.Through() {
		n := syntax.WithoutParens(step.Node())
		inherit, inherits := syntax.AsInherit(n.Parent())
		isDefault := len(through) > 0 && outOfParens(n).Parent().Kind() == syntax.Formal
		switch {
		case n.IsZero(): // the library's, or what a function is called with
			continue
		case isDefault:
		case n.Kind() == syntax.Identifier, inherits && inherit.From().IsZero():
			if through = append(through, step); !isCyclic {
				continue
			}
		case n.Kind() == syntax.Select:
			s, _ := syntax.AsSelect(n)
			return r.selection(e.Thunk(s.From(), step.Scope()), r.evaluated(s.Path(), names(s.Path())), left-1), true
		case inherits:
			return r.selection(e.Thunk(inherit.From(), step.Scope()), Path{partOf(n)}, left-1), true
		}
		if len(through) == 0 {
			return reference{}, false
		}
		return boundTo(through[len(through)-1], n), true
	}
	if len(through) == 0 {
		return reference{}, false
	}
	last := through[len(through)-1]
	self := partOf(syntax.WithoutParens(last.Node()))
	switch v.(type) {
	case eval.Bool, eval.Null:
		last = through[0] // true and false are values, not what a variable stands for
	}
	if name := partOf(syntax.WithoutParens(last.Node())).Name; last.Scope().Binds(name) {
		return boundTo(last, syntax.Node{}), true
	}
	if with := e.With(self.Name, last.Scope()); with != nil {
		if ref, ok := r.refer(with, self.Name, left-1); ok {
			ref.path = append(slices.Clip(ref.path), self)
			return ref, true
		}
	}
	return reference{path: Path{self}}, true
}

// boundTo is the reference of a name that has a value of its own, made by an
// expression.
func boundTo(name *eval.Thunk, value syntax.Node) reference {
	self := partOf(syntax.WithoutParens(name.Node()))
	self.Variable = true
	if formal := outOfParens(value).Parent(); formal.Kind() == syntax.Formal {
		return reference{path: Path{self}, origin: Argument, lambda: formal.Parent().Parent()}
	}
	return reference{path: Path{self}, origin: Local, value: value}
}

// selection is what names refer to that are selected from a thunk.
func (r *reader) selection(from *eval.Thunk, written Path, left int) reference {
	e := r.values()
	v, first := e.Force(from), ""
	for i, part := range written {
		if !part.Known || len(written) > mostNames {
			v = nil
			break
		}
		if i == 0 {
			first = part.Name
		}
		v = e.Select(v, part.Name)
	}
	if ref, ok := r.symbolic(v, "", new(int)); ok {
		return ref
	}
	ref, ok := r.refer(from, first, left)
	if !ok {
		ref = reference{path: Path{expression}, origin: Local}
	}
	ref.path[0].Own = ref.path[0].Own || ref.origin == Local && isWritten(v)
	ref.path = append(slices.Clip(ref.path), written...)
	return ref
}

// isWritten reports whether a value is what the text says, as a whole: nothing of it comes from outside. An attribute that is
// missing in a set that is written out is so too.
func isWritten(v eval.Value) bool {
	switch v := v.(type) {
	case *eval.Attrs:
		return v.Rest() == nil
	case eval.String, eval.Int, eval.Float, eval.Bool, eval.Null, eval.Path, *eval.List:
		return true
	case *eval.Unknown:
		return v.Reason == eval.Refused
	}
	return false
}

// symbolic is the reference to what comes from outside that a value is, at least
// in part: config.hardware // { a = 1; } is config.hardware, for all names below
// but a. Of several values, the first that comes from outside counts. A choice may
// hold itself: looked counts what was looked at.
func (r *reader) symbolic(v eval.Value, below string, looked *int) (reference, bool) {
	if *looked++; *looked > mostChoices {
		return reference{}, false
	}
	switch v := v.(type) {
	case *eval.Symbol:
		return referenceOf(v)
	case *eval.Attrs:
		if _, own := v.Get(below); !own && v.Rest() != nil {
			ref, ok := r.symbolic(v.Rest(), below, looked)
			ref.inPart = true
			return ref, ok
		}
	case *eval.Choice:
		if r.certain {
			break
		}
		for _, t := range v.Of {
			if ref, ok := r.symbolic(r.values().Force(t), below, looked); ok {
				ref.inPart = true
				return ref, true
			}
		}
	}
	return reference{}, false
}

// referenceOf is the reference to a symbol that a function of the text takes, or
// that nothing binds.
func referenceOf(s *eval.Symbol) (reference, bool) {
	l, isTaken := syntax.AsLambda(s.Lambda)
	names := s.Path
	if isTaken && len(names) == 0 && !l.Parameter().IsZero() {
		names = []string{l.Parameter().Text()}
	}
	ref := reference{origin: Free}
	switch {
	case len(names) == 0, s.IsLibrary():
		return ref, false
	case len(names) > mostNames:
		ref.path = Path{beyond}
		return ref, true
	}
	ref.path = make(Path, len(names))
	for i, name := range names {
		ref.path[i] = Part{Name: name, Known: true}
	}
	if isTaken {
		ref.origin, ref.lambda = Argument, l.Node
		ref.path[0].Variable = true
		ref.path[0].Own = isConfiguration(names[0]) && isOtherModule(l.Node)
	}
	return ref, true
}

// evaluated fills in those of the first names of an attribute path that are
// interpolations of known text.
func (r *reader) evaluated(p syntax.AttrPathNode, written Path) Path {
	i := 0
	for n := range p.Names() {
		if i == len(written) {
			break
		}
		if part := &written[i]; !part.Known && n.Kind() == syntax.Dynamic {
			if name, ok := r.values().Force(r.at(n.Child(0))).(eval.String); ok {
				part.Name, part.Known = string(name), len(name) <= mostName
			}
		}
		i++
	}
	return written
}

// filled fills in those names of a path that are interpolations of known text.
func (r *reader) filled(t *syntax.Tree, p Path) Path {
	isCopy := false
	for i, part := range p {
		if part.Known || part.Span.Len() == 0 {
			continue
		}
		n := t.NodeAt(part.Span.Start)
		for n.Span() != part.Span && !n.Parent().IsZero() {
			n = n.Parent()
		}
		if n.Kind() != syntax.Dynamic {
			continue
		}
		if name, ok := r.values().Force(r.at(n.Child(0))).(eval.String); ok && len(name) <= mostName {
			if !isCopy {
				p, isCopy = slices.Clone(p), true
			}
			p[i].Name, p[i].Known = string(name), true
		}
	}
	return p
}

// asksFor are the functions that select by names that strings have, and which of
// their arguments they select from. The first one is the names.
var asksFor = map[string]int{
	"getAttr": 1, "hasAttr": 1, "getAttrFromPath": 1, "hasAttrByPath": 1, "attrByPath": 2,
}

// IsAsked reports whether a string is the name of an attribute that a function of lib selects or asks for.
func IsAsked(n syntax.Node) bool {
	set, _ := asked(n)
	return !set.IsZero()
}

// asked is the set that a string is the name of an attribute for: "som" in
// getAttrFromPath [ "hardware" "som" ] config, and the names up to that; the zero
// Node if the string is no such name.
func asked(n syntax.Node) (set syntax.Node, names Path) {
	argument := n
	if list := n.Parent(); list.Kind() == syntax.List {
		argument = list
		for c := range list.Children() {
			if names = append(names, textPart(c)); c == n || len(names) > mostNames {
				break
			}
		}
	} else {
		names = Path{textPart(n)}
	}
	function, index := callOf(argument)
	from, ok := asksFor[function]
	if isList := argument != n; !ok || index != 0 || isList != strings.HasSuffix(function, "Path") {
		return syntax.Node{}, nil
	}
	call := outOfParens(argument).Parent()
	for range from {
		call = call.Parent()
	}
	a, ok := syntax.AsApply(call)
	if !ok {
		return syntax.Node{}, nil // still being typed
	}
	return a.Argument(), names
}
