package module

import (
	"slices"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// PlaceKind says what stands under a cursor.
type PlaceKind uint8

// What can stand under a cursor.
const (
	Nothing         PlaceKind = iota
	DefinedName               // a name of a path that a binding or an inherit defines
	ReferredName              // a name in an expression
	ValuePlace                // a string, number or word that is an option's value
	OverlayArgument           // final or prev of an overlay, where it is named or used
	FilePlace                 // a path
	CommentPlace              // a word of a comment
	SyntaxPlace               // a keyword or an operator: see SyntaxAt
	TextPlace                 // a string with interpolations, or a URI without quotes
)

// Place is what stands under a cursor.
type Place struct {
	Kind PlaceKind
	// Span is the name, string or path under the cursor, quotes included; for a
	// CommentPlace what stands there between white space.
	Span text.Span
	// Path ends at the name under the cursor: for DefinedName it is what the
	// binding defines, for ReferredName and OverlayArgument what the name refers
	// to. For a ValuePlace and a FilePlace it is the path of the option whose
	// value it is.
	Path Path
	// Defines is, for a ReferredName of an inherit, what that defines by the name.
	Defines Path
	// Written is how many of the path's last parts stand here, dot by dot.
	Written int
	// Origin tells for ReferredName how the path's first name came into scope,
	// Binder which lambda takes it, if it is an Argument, or for an OverlayArgument.
	Origin Origin
	Binder syntax.Node
	// Bound is, for a Local, the expression that makes its value, if that is in the text.
	Bound syntax.Node
	// Value is, for a ValuePlace, what the string or word says.
	Value string
	// Compared says that the value is compared with the option, not given to it.
	Compared bool
	// Line is, for a CommentPlace, what the comment has of the word's line.
	Line text.Span
	// Token is, for a SyntaxPlace, the keyword or the operator.
	Token syntax.Kind
	// Layer is, where Path stands for a name of an argument of a function, as prev.nvidia-jetpack stands for the argument
	// of its overrideScope, that function; InLayer is the path in that.
	Layer   syntax.Node
	InLayer Path
	// Offset is where the cursor stands; 0 for a place that Places has found.
	Offset int
	// Node is the innermost node.
	Node syntax.Node

	reader *reader // that found the place
	binds  bool    // it is AsUsed
}

// At says what stands under a cursor at a byte offset. Between two tokens the
// name wins.
func At(t *syntax.Tree, offset int) Place {
	token := t.TokenAt(offset, nil)
	switch {
	case token.Kind == syntax.Comment:
		return commentPlace(t.Source(), token.Span, offset)
	case token.Kind == syntax.EOF, token.Kind.IsTrivia():
		return Place{}
	}
	n := t.NodeOf(token)
	if IsString(n) && n.Parent().Kind() == syntax.Dynamic {
		n = n.Parent()
	}
	place := new(reader).placeOf(n)
	if place.Kind == Nothing && (IsString(n) || n.Kind() == syntax.URI) {
		place = Place{Kind: TextPlace, Span: n.Span(), Node: n}
	}
	place.Offset = offset
	return place
}

// CertainAt is At for those who act on the answer: what a name refers to is only
// what it does however functions are called and whatever tests give.
func CertainAt(t *syntax.Tree, offset int) Place {
	r := reader{certain: true}
	return r.placeOf(t.NodeOf(t.TokenAt(offset, nil)))
}

// mostSpent is how many expressions of one text Places evaluates that take the
// whole budget.
const mostSpent = 8

// Places calls visit with all that a cursor can be on, in the order of the text,
// each as At has it, until visit returns false. It reports whether it went through
// the whole text: it stops where too much of that cannot be evaluated in time.
func Places(t *syntax.Tree, visit func(Place) bool) (whole bool) {
	return (&reader{climber: climber{}}).places(t, visit)
}

// CertainPlaces is Places for what holds however functions are called and whatever tests give: a name
// that stands for one of several things refers to none of them.
func CertainPlaces(t *syntax.Tree, visit func(Place) bool) (whole bool) {
	return (&reader{climber: climber{}, certain: true}).places(t, visit)
}

func (r *reader) places(t *syntax.Tree, visit func(Place) bool) (whole bool) {
	return r.each(t, func(n syntax.Node) func() bool {
		if IsString(n) && n.Parent().Kind() == syntax.Dynamic {
			return nil
		}
		place := r.placeOf(n)
		return func() bool { return place.Kind == Nothing || visit(place) }
	})
}

// each has look evaluate what it needs of each node of a text, and then calls what look
// gives, which says whether to go on. It reports whether it went through the whole text: it
// stops where too much of that cannot be evaluated in time.
func (r *reader) each(t *syntax.Tree, look func(syntax.Node) func() bool) (whole bool) {
	spent := 0
	for n := range syntax.Descendants(t.Root()) {
		visit := look(n)
		if r.isSpent() { // by the expressions before, perhaps
			r.evaluator = nil
			visit = look(n)
		}
		if r.isSpent() {
			r.evaluator = nil
			if spent++; spent > mostSpent {
				return false
			}
		}
		if visit != nil && !visit() {
			return false
		}
	}
	return true
}

func (r *reader) isSpent() bool { return r.evaluator != nil && r.evaluator.Spent() != nil }

// placeOf is what stands at an innermost node. A string that makes a name is a part
// of the Dynamic around it.
func (r *reader) placeOf(n syntax.Node) Place {
	place := r.standing(n)
	place.reader = r
	return place
}

func (r *reader) standing(n syntax.Node) Place {
	switch n.Kind() {
	case syntax.Name, syntax.Dynamic:
		return r.named(n)
	case syntax.String, syntax.IndentedString:
		if isAttrName(n) {
			return r.named(n)
		}
		if set, names := asked(n); !set.IsZero() {
			return Place{Span: n.Span(), Node: n, Written: 1}.referring(r.selected(set, names))
		}
		if path, kind := r.listedName(n); kind != Nothing {
			return Place{Kind: kind, Path: path, Span: n.Span(), Node: n, Written: 1}
		}
		return r.valuePlace(n)
	case syntax.Identifier:
		return r.identifier(n)
	case syntax.Parameter:
		return parameter(n)
	case syntax.IntegerLiteral, syntax.FloatLiteral:
		return r.valuePlace(n)
	case syntax.Path, syntax.SearchPath:
		place := Place{Kind: FilePlace, Span: n.Span(), Node: n, Value: n.Text()}
		place.Path, place.Compared = r.valuePath(n)
		return place
	}
	return Place{}
}

// IsVariable reports whether what stands under the cursor is the name of a variable,
// which something in the text binds, or binds it there.
func (p Place) IsVariable() bool {
	return p.binds || p.Node.Kind() == syntax.Identifier && p.reader.values().ScopeAt(p.Node).Binds(p.Node.Text())
}

// AsUsed is the place that a use of a name would be, where a let, a rec set or the default of an argument gives it a value: cfg in
// let cfg = config.hardware.nvidia-jetpack; in cfg.som. It is false for any other place.
func (p Place) AsUsed() (Place, bool) {
	var value syntax.Node
	up := p.Node.Parent()
	switch path, isPath := syntax.AsAttrPath(up); {
	case p.reader == nil:
		return Place{}, false
	case isPath && p.Kind == DefinedName && path.Last() == p.Node && p.Written == 1:
		b, _ := syntax.AsBinding(up.Parent())
		if set, isSet := syntax.AsAttrSet(b.Parent()); isLet(b.Parent()) || isSet && set.Recursive() {
			value = b.Value()
		}
	case p.Node.Kind() == syntax.Parameter && up.Kind() == syntax.Formal:
		value = up.Child(1)
	}
	if value.IsZero() {
		return Place{}, false
	}
	ref, ok := p.reader.resolve(value)
	if !ok {
		return Place{}, false
	}
	if len(ref.path) > 1 {
		ref = p.reader.inScope(ref)
	}
	p.binds = true
	return p.referring(ref), true
}

// IsBound reports whether the text itself says where a name that is used under the cursor comes from: a let, a recursive
// set, a function or a with brings it into view.
func (p Place) IsBound() bool {
	if i, ok := syntax.AsInherit(p.Node.Parent()); p.Node.Kind() != syntax.Identifier && (!ok || !i.From().IsZero()) {
		return false
	}
	name, scope := partOf(p.Node).Name, p.reader.values().ScopeAt(p.Node)
	withs, isFree := p.reader.values().Withs(name, scope)
	return scope.Binds(name) || isFree && len(withs) > 0
}

// namers are the functions of nixpkgs' lib that make a module of the names of options, and which of their arguments, from 0 on, are lists
// of such names.
var namers = map[string]int{
	"mkAliasOptionModule": 2, "mkAliasOptionModuleMD": 2, "mkRenamedOptionModule": 2, "mkRenamedOptionModuleWith": 0, "mkChangedOptionModule": 2,
	"mkRemovedOptionModule": 1,
}

// listedName is the path that a string ends as an element of a list of names: of what setAttrByPath defines, or of an option that a module of
// lib's gives another name.
func (r *reader) listedName(n syntax.Node) (Path, PlaceKind) {
	list := n.Parent()
	if list.Kind() != syntax.List {
		return nil, Nothing
	}
	function, index := callOf(list)
	kind, path := Nothing, Path(nil)
	switch w := wrappers[function]; {
	case w.named && index == w.argument-1:
		call := outOfParens(list).Parent()
		for range w.argument - index {
			call = outOfParens(call).Parent()
		}
		if call.Kind() != syntax.Apply {
			return nil, Nothing // still being typed
		}
		kind, path = DefinedName, r.pathOf(call)
	case index < namers[function]:
		kind = ReferredName
	default:
		return nil, Nothing
	}
	for name := range list.Children() {
		if path = append(slices.Clip(path), textPart(name)); name == n || len(path) > mostNames {
			break
		}
	}
	return path, kind
}

func isAttrName(n syntax.Node) bool {
	up := n.Parent().Kind()
	return up == syntax.AttrPath || up == syntax.Inherit
}

// named is the place of a name in an attribute path or an inherit.
func (r *reader) named(n syntax.Node) Place {
	up := n.Parent()
	place := Place{Span: n.Span(), Node: n, Written: 1}
	if i, ok := syntax.AsInherit(up); ok {
		if from := i.From(); !from.IsZero() {
			place = place.referring(r.selected(from, Path{partOf(n)}))
			place.Defines = r.pathInside(up.Parent(), Path{partOf(n)})
			return place
		}
		place.Kind = DefinedName
		place.Path = r.pathInside(up.Parent(), Path{partOf(n)})
		return place
	}
	path, ok := syntax.AsAttrPath(up)
	if !ok {
		return Place{}
	}
	written := namesUpTo(path, n)
	if len(written) > mostNames {
		return Place{}
	}
	place.Written = len(written)
	switch owner := path.Parent(); owner.Kind() {
	case syntax.Binding:
		place.Kind = DefinedName
		place.Path = r.filled(path.Tree(), r.pathInside(owner.Parent(), written))
		if written[0].Known && startsReference(owner, written) {
			place.Kind = ReferredName
		}
	case syntax.Select:
		s, _ := syntax.AsSelect(owner)
		place.Written += len(writtenOf(s.From()))
		return place.referring(r.selected(s.From(), r.evaluated(path, written)))
	case syntax.HasAttr:
		return place.referring(r.selected(owner.Child(0), r.evaluated(path, written)))
	default:
		return Place{}
	}
	return place
}

// referring is the place of a name with what it refers to.
func (p Place) referring(ref reference) Place {
	p.Kind, p.Path, p.Origin, p.Binder, p.Bound = ReferredName, ref.path, ref.origin, ref.lambda, ref.value
	p.Layer, p.InLayer = ref.layer, ref.inLayer
	return p
}

// startsReference reports whether a binding without an equals sign is rather an
// expression that stands where a binding should: pkgs.nvidia-jetpack.x alone.
func startsReference(binding syntax.Node, written Path) bool {
	b, _ := syntax.AsBinding(binding)
	return !b.HasEquals() && slices.Contains([]string{"pkgs", "final", "prev", "lib"}, written[0].Name)
}

// writtenOf are the names that an expression is written with.
func writtenOf(n syntax.Node) Path {
	switch n.Kind() {
	case syntax.Identifier:
		return Path{partOf(n)}
	case syntax.Select:
		s, _ := syntax.AsSelect(n)
		return append(writtenOf(s.From()), names(s.Path())...)
	}
	return nil
}

func (r *reader) identifier(n syntax.Node) Place {
	ref, ok := r.resolve(n)
	if !ok {
		return Place{}
	}
	if len(ref.path) > 1 {
		ref = r.inScope(ref)
	}
	place := Place{Span: n.Span(), Written: 1, Node: n}.referring(ref)
	if place.Origin == Argument && len(place.Path) == 1 && !ref.inPart {
		if _, ok := AsOverlay(place.Binder); ok {
			place.Kind = OverlayArgument
			return place
		}
	}
	// A bare word where a value is wanted is a value that lacks its quotes, or
	// true, false, null.
	if isUnbound := len(place.Path) == 1 && place.Origin == Free && place.Path.Last() == n.Text(); isUnbound && isValue(n) {
		place.Kind, place.Value = ValuePlace, n.Text()
		place.Path, place.Compared = r.valuePath(n)
	}
	return place
}

// isValue reports whether an expression is all that stands where a value does.
func isValue(n syntax.Node) bool {
	switch up := n.Parent(); up.Kind() {
	case syntax.Binding, syntax.List, syntax.Paren:
		return true
	case syntax.Apply:
		a, _ := syntax.AsApply(up)
		return a.Argument() == n
	case syntax.If:
		return up.Child(0) != n
	case syntax.Binary:
		_, op := syntax.Operator(up)
		return op == syntax.Equal || op == syntax.NotEqual
	}
	return false
}

func parameter(n syntax.Node) Place {
	up := n.Parent()
	if up.Kind() == syntax.Lambda {
		if _, ok := AsOverlay(up); ok {
			return Place{Kind: OverlayArgument, Span: n.Span(), Path: Path{partOf(n)}, Written: 1, Binder: up, Node: n}
		}
	}
	place := Place{
		Kind: ReferredName, Span: n.Span(), Path: Path{partOf(n)}, Written: 1,
		Origin: Argument, Node: n,
	}
	for place.Binder = up; place.Binder.Kind() != syntax.Lambda && !place.Binder.IsZero(); {
		place.Binder = place.Binder.Parent()
	}
	return place
}

// valuePlace is the place of a literal.
func (r *reader) valuePlace(n syntax.Node) Place {
	place := Place{Kind: ValuePlace, Span: n.Span(), Node: n, Value: n.Text()}
	place.Path, place.Compared = r.valuePath(n)
	if IsString(n) {
		value, ok := syntax.StringValue(n)
		if !ok {
			return Place{}
		}
		place.Value = value
	}
	return place
}

// IsString reports whether a node is a string in either kind of quotes.
func IsString(n syntax.Node) bool {
	return n.Kind() == syntax.String || n.Kind() == syntax.IndentedString
}

// valuePath is the path of the option that an expression is a value of, or is
// compared with.
func (r *reader) valuePath(n syntax.Node) (path Path, compared bool) {
	up, literal := n.Parent(), IsString(n)
	for up.Kind() == syntax.Paren || up.Kind() == syntax.Apply && literal && up.Child(0) == n {
		n, up = up, up.Parent() // a string is no function: what follows it is not its argument
	}
	switch up.Kind() {
	case syntax.Binary:
		if _, op := syntax.Operator(up); op == syntax.Equal || op == syntax.NotEqual {
			other := up.Child(0)
			if other == n {
				other = up.Child(1)
			}
			ref, _ := r.resolve(other)
			return ref.path, true
		}
	case syntax.List:
		return r.elementPath(up), isTested(up)
	}
	return r.filled(n.Tree(), r.pathOf(n)), false
}

// isTested reports whether a list is one that something is looked for in:
// elem config.….som [ "orin-agx" ].
func isTested(list syntax.Node) bool {
	f, index := callOf(list)
	return f == "elem" && index == 1
}

// elementPath is the path of the option that the elements of a list are values
// of, or are compared with.
func (r *reader) elementPath(list syntax.Node) Path {
	if isTested(list) {
		call, _ := syntax.AsApply(outOfParens(list).Parent())
		inner, _ := syntax.AsApply(call.Function())
		ref, _ := r.resolve(inner.Argument())
		return ref.path
	}
	path := r.filled(list.Tree(), r.pathOf(list))
	if f, index := callOf(list); wrappers[f].merges && index == wrappers[f].argument {
		return path
	}
	return append(path, Part{Name: Element, Known: true})
}
