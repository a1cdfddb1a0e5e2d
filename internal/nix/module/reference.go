package module

import (
	"slices"

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
	mostAliases = 8 // names in a row whose value is not known
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
}

// reader reads the text around places. It is not safe for concurrent use.
type reader struct {
	climber
	evaluator *eval.Evaluator // see values
	// certain takes only what holds however functions are called and whatever
	// tests give.
	certain bool
	has     func(Path) (has, known bool) // of what tests ask for; may be nil
}

// values evaluates what the text says.
func (r *reader) values() *eval.Evaluator {
	if r.evaluator == nil {
		itself := func(name string) (eval.Value, bool) { return eval.NewSymbol(name), true }
		options := eval.Options{Steps: mostSteps, Free: itself}
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

// resolve finds what an expression refers to; false for one that is neither a name
// nor a selection, and whose value is nothing that comes from outside.
func (r *reader) resolve(n syntax.Node) (reference, bool) { return r.refer(r.at(n), "", mostAliases) }

// selected is what names refer to that are selected from an expression.
func (r *reader) selected(from syntax.Node, written Path) reference {
	return r.selection(r.at(from), written, mostAliases)
}

// refer finds what a thunk refers to. below is the name that is selected from it,
// if one is.
func (r *reader) refer(t *eval.Thunk, below string, left int) (reference, bool) {
	if left == 0 {
		return reference{}, false
	}
	e := r.values()
	v := e.Force(t)
	if ref, ok := r.symbolic(v, below); ok {
		return ref, true
	}
	if e.Spent() != nil {
		return reference{}, false
	}
	u, ok := v.(*eval.Unknown)
	isCyclic := ok && u.Reason == eval.Cyclic
	var last *eval.Thunk // of the last name that the value came through
	var self Part
	for step := range t.Through() {
		n := withoutParens(step.Node())
		inherit, inherits := syntax.AsInherit(n.Parent())
		switch {
		case n.IsZero(): // the library's, or what a function is called with
			continue
		case n.Kind() == syntax.Identifier, inherits && inherit.From().IsZero():
			last, self = step, partOf(n)
			if !isCyclic {
				continue
			}
		case n.Kind() == syntax.Select:
			s, _ := syntax.AsSelect(n)
			return r.selection(e.Thunk(s.From(), step.Scope()), r.names(s.Path(), step.Scope()), left-1), true
		case inherits:
			return r.selection(e.Thunk(inherit.From(), step.Scope()), Path{partOf(n)}, left-1), true
		}
		return boundTo(self, n), last != nil
	}
	switch {
	case last == nil:
		return reference{}, false
	case last.Scope().Binds(self.Name):
		return boundTo(self, syntax.Node{}), true
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
func boundTo(name Part, value syntax.Node) reference {
	name.Variable = true
	if formal := outOfParens(value).Parent(); formal.Kind() == syntax.Formal {
		return reference{path: Path{name}, origin: Argument, lambda: formal.Parent().Parent()}
	}
	return reference{path: Path{name}, origin: Local, value: value}
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
	if ref, ok := r.symbolic(v, ""); ok {
		return ref
	}
	ref, ok := r.refer(from, first, left)
	if !ok {
		ref.path = Path{expression}
	}
	ref.path = append(slices.Clip(ref.path), written...)
	return ref
}

// symbolic is the reference to what comes from outside that a value is, at least
// in part: config.hardware // { a = 1; } is config.hardware, for all names below
// but a.
func (r *reader) symbolic(v eval.Value, below string) (reference, bool) {
	switch v := v.(type) {
	case *eval.Symbol:
		return referenceOf(v)
	case *eval.Attrs:
		if _, own := v.Get(below); !own && v.Rest() != nil {
			return r.symbolic(v.Rest(), below)
		}
	case *eval.Choice:
		if r.certain {
			break
		}
		for _, t := range v.Of {
			if ref, ok := r.symbolic(r.values().Force(t), below); ok {
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
	}
	return ref, true
}

// names are the parts of an attribute path in an expression, with what
// interpolations in it come to.
func (r *reader) names(p syntax.AttrPathNode, scope *eval.Scope) Path {
	parts := names(p)
	i := 0
	for n := range p.Names() {
		if i == len(parts) {
			break
		}
		if !parts[i].Known && n.Kind() == syntax.Dynamic {
			if name, ok := r.values().Force(r.values().Thunk(n.Child(0), scope)).(eval.String); ok {
				parts[i].Name, parts[i].Known = string(name), true
			}
		}
		i++
	}
	return parts
}

func withoutParens(n syntax.Node) syntax.Node {
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	return n
}
