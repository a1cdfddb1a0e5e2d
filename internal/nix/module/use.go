package module

import (
	"slices"

	"jetpills/internal/nix/syntax"
)

// Use is a place to which a value comes through names: hardware.nvidia-jetpack.som = board uses what board has.
type Use struct {
	// Path is what the value is given to there.
	Path Path
	// Names are those through which it comes, each where it is used, the last one last.
	Names []syntax.Node
	// Certain says that the value is what stands there however functions are called: no argument lies between, and no other set that
	// may put something else in its place.
	Certain bool
}

// Bounds of how a value is followed.
const (
	mostHops     = 8   // names in a row
	mostUses     = 64  // of one value
	mostFollowed = 256 // names that are looked at for one value
)

// Uses are the places to which what stands at a place comes through the names of lets and of arguments, in the order of the text for
// each name; none for what is given to no name. An argument gets its default, and what it is called with in this text. They are of
// a ValuePlace, and of a DefinedName that a set of such a value defines.
func (p Place) Uses() []Use {
	switch {
	case p.reader == nil || p.Compared:
		return nil
	case p.Kind == ValuePlace || p.Kind == FilePlace:
		n := p.Node
		if IsString(n) && n.Parent().Kind() == syntax.Apply && n.Parent().Child(0) == n {
			return nil
		}
		return p.reader.usesOf(n, nil)
	case p.Kind == DefinedName || p.Defines != nil:
		owner := p.Node.Parent()
		written := Path{partOf(p.Node)}
		if path, ok := syntax.AsAttrPath(owner); ok {
			owner, written = path.Parent(), namesUpTo(path, p.Node)
		}
		if set := owner.Parent(); !isLet(set) || len(written) > 1 { // what a let names is a variable
			return p.reader.usesOf(set, written)
		}
	}
	return nil
}

// usesOf are the uses of what stands below a node, under names.
func (r *reader) usesOf(n syntax.Node, below Path) []Use {
	if path := r.pathInside(n, below); !slices.ContainsFunc(path, Part.opens) {
		return nil // it is no name's value
	}
	f := follower{reader: r, seen: map[syntax.Node]bool{}}
	f.from(n, below, true, mostHops)
	return f.found
}

type follower struct {
	*reader
	found   []Use
	through []syntax.Node        // the names up to here
	seen    map[syntax.Node]bool // names that were followed
}

// from follows what stands below a node, under names, to where a name gets it, and from there on.
func (f *follower) from(n syntax.Node, below Path, certain bool, left int) {
	if left == 0 || len(f.found) >= mostUses {
		return
	}
	if isLet(n) {
		if len(below) > 0 {
			f.name(n, below, certain, left)
		}
		return
	}
	at, up, path, ok := f.outermost(n, below)
	if !ok {
		return
	}
	switch up.Kind() {
	case syntax.LetIn, syntax.LetBody:
		if at.Kind() == syntax.Binding && len(path) > 0 {
			f.name(up, path, certain, left)
		}
	case syntax.Formal:
		f.name(up.Parent().Parent(), append(Path{partOf(up.Child(0))}, path...), false, left)
	case syntax.Apply:
		f.argument(at, path, left)
	}
}

// outermost is the node next to where the path of a node begins, what is around that, and the path up to there, with the names below
// the node behind it.
func (f *follower) outermost(n syntax.Node, below Path) (at, up syntax.Node, path Path, ok bool) {
	var climbed []Path
	levels := 0
	for at, up = n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		parts, goOn := outward(at, up)
		if levels++; levels > mostLevels {
			return at, up, nil, false
		}
		if !goOn {
			break
		}
		climbed = append(climbed, parts)
	}
	for _, parts := range slices.Backward(climbed) {
		path = append(path, parts...)
	}
	path = append(path, below...)
	return at, up, path, !up.IsZero() && len(path) <= mostNames
}

// name follows the name that begins a path, which a let or a function binds.
func (f *follower) name(binder syntax.Node, path Path, certain bool, left int) {
	name := path[0].Name
	if !path[0].Known {
		return
	}
	for _, use := range f.namesIn(binder, name) {
		if f.seen[use] || len(f.found) >= mostUses || len(f.seen) >= mostFollowed {
			continue
		}
		f.seen[use] = true
		f.through = append(f.through, use)
		f.use(use, path[1:], certain, left-1)
		f.through = f.through[:len(f.through)-1]
	}
}

// use follows what a name has below it to where the name is used.
func (f *follower) use(n syntax.Node, below Path, certain bool, left int) {
	if inherit, ok := syntax.AsInherit(n.Parent()); ok { // inherit board;
		f.reaches(inherit.Parent(), append(Path{partOf(n)}, below...), certain, left)
		return
	}
	n = outOfParens(n)
	if inherit, ok := syntax.AsInherit(n.Parent()); ok { // inherit (jp) som;
		for name := range inherit.Names() {
			if len(below) > 0 && partOf(name).Name == below[0].Name {
				f.reaches(inherit.Parent(), below, certain, left)
			}
		}
		return
	}
	for {
		s, ok := syntax.AsSelect(n.Parent())
		if !ok || s.From() != n {
			break
		}
		written := names(s.Path())
		if len(written) > len(below) {
			return
		}
		for i, part := range written {
			if !part.Known || !below[i].Known || part.Name != below[i].Name {
				return
			}
		}
		n, below = outOfParens(s.Node), below[len(written):]
	}
	if a, ok := syntax.AsApply(n.Parent()); ok && a.Function() == n {
		return // its argument is another value
	}
	f.reaches(n, below, certain, left)
}

// reaches adds what a node, where a name is used, has its value for, and follows that.
func (f *follower) reaches(n syntax.Node, below Path, certain bool, left int) {
	if other, ok := comparedWith(n, below); ok {
		ref, _ := f.resolve(other)
		f.found = append(f.found, Use{ref.path, slices.Clone(f.through), false})
		return
	}
	path := f.pathInside(n, below)
	if list := n.Parent(); list.Kind() == syntax.List && !isLet(n) {
		if path = append(f.elementPath(list), below...); isTested(list) {
			f.found = append(f.found, Use{path, slices.Clone(f.through), false})
			return
		}
	}
	certain = certain && (len(below) == 0 || !isUpdated(n))
	f.found = append(f.found, Use{path, slices.Clone(f.through), certain})
	f.from(n, below, certain, left)
}

// comparedWith is the expression that a name is compared with, or that is looked for in a list which a name has.
func comparedWith(n syntax.Node, below Path) (other syntax.Node, ok bool) {
	n = outOfParens(n)
	up := n.Parent()
	if _, op := syntax.Operator(up); up.Kind() == syntax.Binary && len(below) == 0 && (op == syntax.Equal || op == syntax.NotEqual) {
		if other = up.Child(0); other == n {
			other = up.Child(1)
		}
		return other, true
	}
	if f, index := callOf(n); f == "elem" && index == 1 && len(below) == 1 && below[0].Name == Element {
		call, _ := syntax.AsApply(up)
		inner, _ := syntax.AsApply(call.Function())
		return inner.Argument(), true
	}
	return syntax.Node{}, false
}

// isUpdated reports whether a set that an expression gives may be updated with another one before it is anything's value.
func isUpdated(n syntax.Node) bool {
	for at, up := n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		switch up.Kind() {
		case syntax.Binary:
			return true
		case syntax.Apply:
			if f, _ := callOf(at); wrappers[f].argument == anyArgument {
				return true
			}
		case syntax.Binding, syntax.Inherit, syntax.Lambda:
			return false
		}
	}
	return false
}

// mappers are the functions that call a function with each element of a list, or value of a set: which argument the function is, which
// the list or the set, and which argument of the function gets an element.
var mappers = map[string]struct{ function, data, parameter int }{
	"map": {0, 1, 0}, "concatMap": {0, 1, 0}, "forEach": {1, 0, 0}, "genAttrs": {1, 0, 0},
	"mapAttrs": {0, 1, 1}, "mapAttrs'": {0, 1, 1}, "mapAttrsToList": {0, 1, 1}, "concatMapAttrs": {0, 1, 1},
}

// argument follows a path in what a call has for an argument into the function, where the text has that.
func (f *follower) argument(at syntax.Node, path Path, left int) {
	at = outOfParens(at)
	call, ok := syntax.AsApply(at.Parent())
	if !ok || call.Argument() != at {
		return
	}
	head, index := calleeOf(call.Function())
	if head.IsZero() {
		return
	}
	if m, isMapper := mappers[CalleeName(head)]; isMapper && m.data == index && len(path) > 0 {
		whole := call.Node
		for i := index; i < m.function; i++ {
			whole = outOfParens(whole).Parent()
		}
		arguments := argumentsOf(whole)
		if len(arguments) > m.function {
			f.parameter(arguments[m.function], m.parameter, path[1:], left)
		}
		return
	}
	f.parameter(head, index, path, left)
}

// argumentsOf are what a call gives its function, the first one first.
func argumentsOf(call syntax.Node) []syntax.Node {
	var all []syntax.Node
	for a, ok := syntax.AsApply(call); ok && len(all) < mostArguments; a, ok = syntax.AsApply(syntax.WithoutParens(a.Function())) {
		all = append(all, a.Argument())
	}
	slices.Reverse(all)
	return all
}

// parameter follows a path in what a function gets as one of its arguments.
func (f *follower) parameter(function syntax.Node, index int, path Path, left int) {
	l, ok := f.functionOf(function)
	for ; ok && index > 0; index-- {
		l, ok = syntax.AsLambda(syntax.WithoutParens(l.Body()))
	}
	if !ok {
		return
	}
	if p := l.Parameter(); !p.IsZero() {
		f.name(l.Node, append(Path{partOf(p)}, path...), false, left)
	}
	if l.Formals().IsZero() || len(path) == 0 {
		return
	}
	for formal := range l.Formals().All() {
		if partOf(formal.Child(0)).Name == path[0].Name {
			f.name(l.Node, path, false, left)
		}
	}
}

// functionOf is the function that an expression is, or that a let binds to its name.
func (f *follower) functionOf(n syntax.Node) (syntax.LambdaNode, bool) {
	for range mostAliases {
		n = syntax.WithoutParens(n)
		if n.Kind() != syntax.Identifier {
			return syntax.AsLambda(n)
		}
		binder := f.binderOf(n)
		if binder.Kind() != syntax.LetIn {
			break
		}
		if n = f.boundIn(binder)[n.Text()]; n.IsZero() {
			break
		}
	}
	return syntax.LambdaNode{}, false
}

// namesIn are where a name that a let or a function binds is used, in the order of the text.
func (r *reader) namesIn(binder syntax.Node, name string) []syntax.Node {
	if r.occurrences == nil {
		r.occurrences = map[string][]syntax.Node{}
		for n := range syntax.Descendants(binder.Tree().Root()) {
			switch inherit, isInherited := syntax.AsInherit(n.Parent()); {
			case n.Kind() == syntax.Identifier, isInherited && n.Kind() == syntax.Name && inherit.From().IsZero():
				r.occurrences[n.Text()] = append(r.occurrences[n.Text()], n)
			}
		}
	}
	all, within := r.occurrences[name], binder.Span()
	first, _ := slices.BinarySearchFunc(all, within.Start, func(n syntax.Node, at int) int { return n.Span().Start - at })
	var found []syntax.Node
	for i, n := range all[first:] {
		if i == mostFollowed || n.Span().Start >= within.End {
			break
		}
		if r.binderOf(n) == binder {
			found = append(found, n)
		}
	}
	return found
}

// binderOf is the let, the recursive set or the function that binds the name which an identifier, or a name of an inherit, uses; the
// zero Node if none does.
func (r *reader) binderOf(n syntax.Node) syntax.Node { return r.binderAt(n, n.Text()) }

// Binder is what binds a name at a node: a let, a recursive set or a function; the zero Node if nothing does.
func Binder(n syntax.Node, name string) syntax.Node {
	return (&reader{climber: climber{}, certain: true}).binderAt(n, name)
}

func (r *reader) binderAt(n syntax.Node, name string) syntax.Node {
	levels := 0
	for at, up := n, n.Parent(); !up.IsZero() && levels < mostLevels; at, up = up, up.Parent() {
		levels++
		switch up.Kind() {
		case syntax.LetIn, syntax.LetBody, syntax.AttrSet:
			if set, isSet := syntax.AsAttrSet(up); isSet && !set.Recursive() {
				continue
			}
			if i, ok := syntax.AsInherit(at); ok && i.From().IsZero() {
				continue // let inherit a; takes the a outside of it
			}
			if _, binds := r.boundIn(up)[name]; binds {
				return up
			}
		case syntax.Lambda:
			l, _ := syntax.AsLambda(up)
			if p := l.Parameter(); !p.IsZero() && p.Text() == name {
				return up
			}
			if l.Formals().IsZero() {
				continue
			}
			for formal := range l.Formals().All() {
				if formal.Child(0).Text() == name {
					return up
				}
			}
		}
	}
	return syntax.Node{}
}

// boundIn are the names that a let or a set binds, each with its value; the zero Node stands for one that is inherited, or a set of
// several bindings.
func (r *reader) boundIn(set syntax.Node) map[string]syntax.Node {
	if bound, ok := r.bound[set]; ok {
		return bound
	}
	bound := map[string]syntax.Node{}
	for child := range syntax.Bindings(set) {
		if b, ok := syntax.AsBinding(child); ok {
			path := namesUpTo(b.Path(), b.Path().Child(0))
			switch {
			case len(path) == 0 || !path[0].Known:
			case b.Path().Last() == b.Path().Child(0):
				bound[path[0].Name] = b.Value()
			default:
				bound[path[0].Name] = syntax.Node{}
			}
		} else if i, ok := syntax.AsInherit(child); ok {
			for n := range i.Names() {
				bound[partOf(n).Name] = syntax.Node{}
			}
		}
	}
	if r.bound == nil {
		r.bound = map[syntax.Node]map[string]syntax.Node{}
	}
	r.bound[set] = bound
	return bound
}
