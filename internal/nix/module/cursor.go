package module

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// CursorKind says what can be typed at a cursor.
type CursorKind uint8

// What can be typed at a cursor.
const (
	TypesNothing   CursorKind = iota
	TypesName                 // a name of a path that a binding defines
	TypesSelection            // a name of a selection in an expression
	TypesValue                // a value of an option
	TypesArgument             // a name among those that a function takes: { lib, a }: …
)

// Cursor is what can be typed at a place, and what is there already.
type Cursor struct {
	Kind CursorKind
	// Path is, for names, what stands before the name that is being typed; for
	// a value it is the path of the option.
	Path Path
	// Typed is what stands left of the cursor of the name or the value.
	Typed string
	// Replace is what the typed name or value takes up, left and right of the
	// cursor. For a string it is what is between the quotes.
	Replace text.Span
	// Quoted says for a value that the cursor is between quotes, Closed that the
	// closing one is there.
	Quoted, Closed bool
	// InList says that the value is an element of a list.
	InList bool
	// HasValue says for a name that an equals sign follows it.
	HasValue bool
	// Defined are the whole paths that the same set defines already, as far as
	// they are known, the binding that is being typed left out.
	Defined []Path
	// Present are, in a list, the literal elements that are there already; for an argument, the others.
	Present []string
	// With is, for a value, the path of the set that the innermost with around it
	// brings into scope: what is being typed may be a name of that.
	With Path
	// Binder is, for an argument of a function, and for a selection from one or from a part of that, the function. Origin, Layer and
	// InLayer are, for a selection, as Place has them.
	Binder, Layer syntax.Node
	Origin        Origin
	InLayer       Path
	// Set is, for the first name of a binding, the set that has it.
	Set syntax.Node

	reader *reader     // that found the cursor
	from   syntax.Node // what is being typed stands below it, under the names below; the zero Node for a selection
	below  Path
}

// selecting is the cursor where a name is selected from what a reference leads to.
func (c Cursor) selecting(ref reference) Cursor {
	c.Kind, c.Path, c.Origin, c.Binder, c.Layer, c.InLayer = TypesSelection, ref.path, ref.origin, ref.lambda, ref.layer, ref.inLayer
	return c
}

// Uses are the places to which what has the cursor's path comes through names.
func (c Cursor) Uses() []Use {
	if c.from.IsZero() {
		return nil
	}
	return c.reader.usesOf(c.from, c.below)
}

// CursorAt says what can be typed at a byte offset.
func CursorAt(t *syntax.Tree, offset int) Cursor {
	r := new(reader)
	c := r.cursorAt(t, offset)
	c.Path = r.filled(t, c.Path)
	c.reader = r
	return c
}

func (r *reader) cursorAt(t *syntax.Tree, offset int) Cursor {
	offset = min(max(offset, 0), len(t.Source()))
	if n, ok := stringAt(t, offset); ok {
		return r.inString(t, n, offset)
	}
	if offset > 0 {
		if before := t.TokenAt(offset, leftmost); before.Kind == syntax.Comment && before.Start < offset {
			return Cursor{}
		}
	}
	left := t.TokenBefore(offset)
	switch {
	case syntax.KeywordIf <= left.Kind && left.Kind < syntax.KeywordOr && left.End >= offset:
		return r.inKeyword(t, left, offset)
	case left.End >= offset && (left.Kind == syntax.Word || left.Kind == syntax.KeywordOr || left.Kind == syntax.Integer):
		return r.inWord(t, t.NodeOf(left), offset)
	case left.Kind == syntax.Dot && sameLine(t, left.End, offset):
		return r.afterDot(t, left, offset)
	case left.Kind == syntax.EOF:
		return Cursor{}
	}
	return r.inGap(t, left, offset)
}

func leftmost(k syntax.Kind) int {
	if k == syntax.Comment {
		return 1
	}
	return 0
}

func sameLine(t *syntax.Tree, from, to int) bool {
	return from <= to && !strings.ContainsAny(t.Source()[from:to], "\r\n")
}

// stringAt is the string whose quotes the cursor stands between.
func stringAt(t *syntax.Tree, offset int) (syntax.Node, bool) {
	n := t.NodeAt(offset)
	for candidate := range syntax.Ancestors(n) {
		switch candidate.Kind() {
		case syntax.Interpolation, syntax.Dynamic:
			s := candidate.Span()
			if !strings.HasSuffix(candidate.Text(), "}") {
				s.End++ // it is still open at its end
			}
			if s.Start+2 <= offset && offset < s.End {
				return syntax.Node{}, false
			}
		case syntax.String, syntax.IndentedString:
			if syntax.StringContent(candidate).Touches(offset) {
				return candidate, true
			}
		}
	}
	// A string without its closing quote ends before the white space that is
	// being typed in it.
	if left := t.TokenBefore(offset); left.End <= offset && sameLine(t, left.End, offset) &&
		(left.Kind == syntax.StringText || left.Kind == syntax.StringOpen) {
		for candidate := range syntax.Ancestors(t.NodeOf(left)) {
			if candidate.Kind() == syntax.String && !syntax.IsClosed(candidate) {
				return candidate, true
			}
		}
	}
	return syntax.Node{}, false
}

func (r *reader) inString(t *syntax.Tree, n syntax.Node, offset int) Cursor {
	content := syntax.StringContent(n)
	closed := syntax.IsClosed(n)
	if !n.First().IsZero() || n.Kind() == syntax.IndentedString {
		return Cursor{} // no name and no enum value has an interpolation
	}
	if !closed {
		if !sameLine(t, content.Start, offset) {
			return Cursor{} // only the end of the text ends it
		}
		content.End = max(content.End, offset)
		if i := strings.IndexAny(t.Source()[offset:content.End], "\r\n"); i >= 0 {
			content.End = offset + i
		}
	}
	if !sameLine(t, content.Start, content.End) {
		return Cursor{} // no name and no value has a line break either
	}
	typed := t.Source()[content.Start:offset]
	var c Cursor
	if set, names := asked(n); !set.IsZero() {
		c = Cursor{}.selecting(r.selected(set, names[:len(names)-1]))
	} else if path, kind := r.listedName(n); kind != Nothing {
		c = Cursor{Kind: TypesSelection, Path: path[:len(path)-1]}
	} else if isAttrName(n) {
		c = r.nameCursor(n, offset)
	} else {
		c = r.valueCursor(n)
	}
	c.Typed, c.Replace, c.Quoted, c.Closed = typed, content, true, closed
	return c
}

func (r *reader) valueCursor(n syntax.Node) Cursor {
	c := Cursor{Kind: TypesValue, from: n}
	c.Path, _ = r.valuePath(n)
	c.With = r.withAround(n)
	if list := n.Parent(); list.Kind() == syntax.List {
		c.InList = true
		c.Present = literalElements(list, n)
	}
	return c
}

// literalElements are the elements of a list that are plain strings, but for
// one of them.
func literalElements(list, except syntax.Node) []string {
	var present []string
	for e := range list.Children() {
		if e == except {
			continue
		}
		if value, ok := syntax.StringValue(e); ok {
			present = append(present, value)
		}
	}
	return present
}

func (r *reader) inWord(t *syntax.Tree, n syntax.Node, offset int) Cursor {
	span := n.Span()
	word := t.Source()[span.Start:offset]
	switch n.Kind() {
	case syntax.Name:
		c := r.nameCursor(n, offset)
		c.Typed, c.Replace = word, span
		return c
	case syntax.Parameter:
		formals := n.Parent().Parent()
		if formals.Kind() != syntax.Formals {
			break
		}
		c := Cursor{Kind: TypesArgument, Typed: word, Replace: span, Binder: formals.Parent()}
		for f := range formals.Children() {
			if name := f.First(); name != n {
				c.Present = append(c.Present, name.Text())
			}
		}
		return c
	case syntax.Identifier, syntax.IntegerLiteral:
		b, isBound := syntax.AsBinding(n.Parent())
		isName := n.Kind() == syntax.Identifier
		switch {
		case isName && isBound && !b.HasEquals():
		case isValue(n):
			c := r.valueCursor(n)
			c.Typed, c.Replace = word, span
			return c
		case isName:
			return Cursor{Kind: TypesSelection, Path: r.withAround(n), Typed: word, Replace: span}
		}
	}
	return Cursor{}
}

// withAround is the path of the set that the innermost with around an expression
// brings into scope; nil if there is none.
func (r *reader) withAround(n syntax.Node) Path {
	for up := n.Parent(); !up.IsZero(); n, up = up, up.Parent() {
		if up.Kind() == syntax.With && up.Child(1) == n {
			return r.selected(up.Child(0), nil).path
		}
	}
	return nil
}

// inKeyword is the cursor in a word that is a keyword so far, like the in that
// initialBootOrder begins with: where a name can stand, it is one.
func (r *reader) inKeyword(t *syntax.Tree, word syntax.Token, offset int) Cursor {
	var c Cursor
	switch left := t.TokenBefore(word.Start); left.Kind {
	case syntax.Dot:
		c = r.afterDot(t, left, word.Start)
	case syntax.LBrace, syntax.Semicolon:
		c = r.inGap(t, left, word.Start)
	default:
		if i, ok := syntax.AsInherit(t.NodeOf(left).Parent()); ok {
			c = r.inheritCursor(i, text.Span{Start: word.Start, End: word.Start})
		}
	}
	c.Typed, c.Replace = t.Source()[word.Start:offset], word.Span
	return c
}

// afterDot is the cursor behind a dot with nothing typed after it.
func (r *reader) afterDot(t *syntax.Tree, dot syntax.Token, offset int) Cursor {
	n := t.NodeOf(dot)
	if n.Kind() == syntax.Select {
		// The dot before the path: nothing of the path is there.
		s, _ := syntax.AsSelect(n)
		return Cursor{Replace: text.Span{Start: offset, End: offset}}.selecting(r.selected(s.From(), nil))
	}
	path, ok := syntax.AsAttrPath(n)
	if !ok {
		return Cursor{}
	}
	for name := range path.Names() {
		if name.Span().Start >= dot.End {
			c := r.nameCursor(name, offset)
			c.Replace = text.Span{Start: offset, End: offset}
			return c
		}
	}
	return Cursor{}
}

// nameCursor is the cursor in a name of an attribute path or an inherit.
func (r *reader) nameCursor(n syntax.Node, offset int) Cursor {
	up := n.Parent()
	if i, ok := syntax.AsInherit(up); ok {
		if from := i.From(); !from.IsZero() {
			return Cursor{}.selecting(r.selected(from, nil))
		}
		return Cursor{Kind: TypesSelection}
	}
	path, ok := syntax.AsAttrPath(up)
	if !ok {
		return Cursor{}
	}
	before := namesUpTo(path, n)
	if len(before) > mostNames {
		return Cursor{}
	}
	before = before[:len(before)-1]
	switch owner := path.Parent(); owner.Kind() {
	case syntax.Binding:
		b, _ := syntax.AsBinding(owner)
		if !b.HasEquals() && standsInExpression(owner) {
			return r.selectionCursor(path, before)
		}
		c := Cursor{Kind: TypesName, HasValue: b.HasEquals() && path.Last() == n}
		c.Path = r.pathInside(owner.Parent(), before)
		c.from, c.below = owner.Parent(), before
		if len(before) == 0 {
			c.Set = owner.Parent()
		}
		c.Defined = DefinedIn(OutermostSet(owner.Parent()), owner)
		return c
	case syntax.Select, syntax.HasAttr:
		return Cursor{}.selecting(r.selected(owner.Child(0), r.evaluated(path, before)))
	}
	return Cursor{}
}

// standsInExpression reports whether what was read as a binding without an equals
// sign, because the next line is a binding, is rather a selection that is being
// typed: one that follows something on its line, or something that wants an
// expression.
func standsInExpression(binding syntax.Node) bool {
	t := binding.Tree()
	start := binding.Span().Start
	switch left := t.TokenBefore(start); left.Kind {
	case syntax.EOF, syntax.LBrace, syntax.Semicolon, syntax.RBrace:
		return false
	case syntax.Equals, syntax.Colon, syntax.LParen, syntax.LBracket, syntax.InterpOpen,
		syntax.KeywordThen, syntax.KeywordElse, syntax.KeywordIn:
		return true
	default:
		return syntax.Not <= left.Kind && left.Kind <= syntax.Implies || sameLine(t, left.End, start)
	}
}

// selectionCursor is the cursor in a selection that is written as the path of a binding.
func (r *reader) selectionCursor(path syntax.AttrPathNode, before Path) Cursor {
	c := Cursor{Kind: TypesSelection}
	if len(before) == 0 || !before[0].Known {
		return c
	}
	scope := r.values().ScopeAt(path.Node)
	c = c.selecting(r.inScope(r.selection(r.values().Lookup(before[0].Name, scope), before[1:], mostAliases)))
	if c.Path[0] == expression {
		c.Path[0] = before[0]
		c.Path[0].Variable = scope.Binds(before[0].Name)
	}
	return c
}

// DefinedIn are the whole paths that a set defines, and the sets that are
// written directly in it, other than by one binding.
func DefinedIn(set, except syntax.Node) []Path {
	var defined []Path
	var collect func(set syntax.Node, around Path)
	collect = func(set syntax.Node, around Path) {
		for c := range syntax.Bindings(set) {
			if c == except {
				continue
			}
			if i, ok := syntax.AsInherit(c); ok {
				for n := range i.Names() {
					defined = append(defined, append(slices.Clip(around), partOf(n)))
				}
				continue
			}
			b, _ := syntax.AsBinding(c)
			path := append(slices.Clip(around), names(b.Path())...)
			if b.Value().Kind() == syntax.AttrSet {
				if len(path) <= mostNames {
					collect(b.Value(), path)
				}
				continue
			}
			if b.HasEquals() {
				defined = append(defined, path)
			}
		}
	}
	if set.Kind() == syntax.AttrSet {
		collect(set, PathOf(set))
	}
	return defined
}

// inGap is the cursor behind a token that is no part of what is being typed.
func (r *reader) inGap(t *syntax.Tree, left syntax.Token, offset int) Cursor {
	here := text.Span{Start: offset, End: offset}
	switch left.Kind {
	case syntax.Equals:
		if b, ok := syntax.AsBinding(t.NodeOf(left)); ok {
			if v := b.Value(); v.Kind() != syntax.Missing && v.Span().Start >= offset && sameLine(t, offset, v.Span().Start) {
				return Cursor{} // a value is there
			}
			return Cursor{Kind: TypesValue, Path: r.pathOfBinding(b), Replace: here, from: b.Parent(), below: names(b.Path())}
		}
	case syntax.Equal, syntax.NotEqual:
		n := t.NodeOf(left)
		if v := n.Child(1); v.Kind() != syntax.Missing && v.Span().Start >= offset && sameLine(t, offset, v.Span().Start) {
			return Cursor{} // a value is there
		}
		ref, _ := r.resolve(n.Child(0))
		return Cursor{Kind: TypesValue, Path: ref.path, Replace: here}
	case syntax.LBrace, syntax.Semicolon:
		set, ok := setAround(t, left, offset)
		if !ok {
			return Cursor{}
		}
		c := Cursor{Kind: TypesName, Path: PathOf(set), Replace: here, Set: set, from: set}
		c.Defined = DefinedIn(OutermostSet(set), syntax.Node{})
		return c
	}
	if list, ok := listAround(t, offset); ok && (left.End < offset || left.Kind == syntax.LBracket) {
		c := Cursor{Kind: TypesValue, Replace: here, InList: true, Present: literalElements(list, syntax.Node{})}
		c.from, c.below = list, Path{{Name: Element, Known: true}}
		c.Path, c.With = r.elementPath(list), r.withAround(list)
		return c
	}
	if left.End == offset || !sameLine(t, left.End, offset) {
		return Cursor{}
	}
	n := t.NodeOf(left)
	for _, up := range [...]syntax.Node{n, n.Parent()} {
		if i, ok := syntax.AsInherit(up); ok {
			return r.inheritCursor(i, here)
		}
	}
	if value, ok := valueAfter(n, left); ok {
		return Cursor{Kind: TypesValue, Path: PathOf(value), Replace: here, from: value}
	}
	return Cursor{}
}

// inheritCursor is the cursor where another name of an inherit can begin.
func (r *reader) inheritCursor(i syntax.InheritNode, here text.Span) Cursor {
	from := i.From()
	if from.IsZero() || from.Span().End > here.Start {
		return Cursor{}
	}
	return Cursor{Replace: here}.selecting(r.selected(from, nil))
}

// valueAfter is the expression that goes on behind a node that ends with the token
// left, with a value that is still to come: mkDefault and its kin, or a branch of
// an if.
func valueAfter(n syntax.Node, left syntax.Token) (syntax.Node, bool) {
	if n.Kind() == syntax.If {
		branch := n.Child(1)
		if left.Kind == syntax.KeywordElse {
			branch = n.Child(2)
		}
		return n, (left.Kind == syntax.KeywordThen || left.Kind == syntax.KeywordElse) && branch.Kind() == syntax.Missing
	}
	for ; !n.IsZero() && n.Span().End == left.End; n = n.Parent() {
		head, depth := calleeOf(n)
		if w, ok := wrappers[CalleeName(head)]; ok && !w.merges && !w.element && !w.named && w.argument == depth {
			return n, true
		}
	}
	return syntax.Node{}, false
}

// setAround is the set in which a new binding can begin at offset.
func setAround(t *syntax.Tree, left syntax.Token, offset int) (syntax.Node, bool) {
	n := t.NodeOf(left)
	if left.Kind == syntax.Semicolon && (n.Kind() == syntax.Binding || n.Kind() == syntax.Inherit) {
		n = n.Parent()
	}
	return n, n.Kind() == syntax.AttrSet
}

// listAround is the list in which a new element can begin at offset.
func listAround(t *syntax.Tree, offset int) (syntax.Node, bool) {
	for n := range syntax.Ancestors(t.NodeAt(offset)) {
		switch n.Kind() {
		case syntax.List:
			s := n.Span()
			return n, s.Start < offset && (offset < s.End || !strings.HasSuffix(n.Text(), "]"))
		case syntax.Binding, syntax.AttrSet, syntax.Paren, syntax.Lambda:
			return n, false
		}
	}
	return syntax.Node{}, false
}
