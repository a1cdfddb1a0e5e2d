package syntax

import (
	"iter"
	"slices"
	"strings"
)

// BindingPath is a binding of a text with its full path.
type BindingPath struct {
	// Offset is where the binding's attribute path begins, or an inherited
	// name.
	Offset int
	// End is where the binding ends, its semicolon included if it is there, or
	// where an inherited name does.
	End int
	// Path is the dotted path from the root of the text: the names of all
	// bindings around it and its own, written as [NameText] has it.
	Path string
}

// BindingPaths are the bindings of the text in order, one that holds others
// before those. Lists, calls, parentheses, functions and let add nothing to a
// path; what is bound in a let is a binding like any other, under the path of
// the binding that the let stands in. Each inherited name is a binding of its
// own. A name that is still being typed, without equals sign and value, binds
// nothing and is left out.
func (t *Tree) BindingPaths() iter.Seq[BindingPath] {
	return func(yield func(BindingPath) bool) {
		var prefix []byte
		var outside []int // how long the prefix is outside of each binding around
		done := false
		enter := func(n Node) bool {
			switch n.Kind() {
			case Binding:
				if b := (BindingNode{n}); b.HasEquals() || !b.Value().IsZero() {
					path := appendNames(prefix, b.Path().Names())
					done = done || !yield(BindingPath{b.Path().Span().Start, n.Span().End, string(path)})
				}
			case Name, String, Dynamic:
				if n.Parent().Kind() == Inherit {
					done = done || !yield(BindingPath{n.Span().Start, n.Span().End, string(appendName(prefix, n))})
				}
			}
			return !done
		}
		leave := func(n Node) {
			switch {
			case n.Kind() == AttrPath && n.Parent().Kind() == Binding:
				// What is bound inside a dynamic name is not part of the binding
				// that is named: so the names count from here on.
				outside = append(outside, len(prefix))
				prefix = appendNames(prefix, AttrPathNode{n}.Names())
			case n.Kind() == Binding:
				last := len(outside) - 1
				prefix, outside = prefix[:outside[last]], outside[:last]
			}
		}
		Walk(t.Root(), enter, leave)
	}
}

// PathAt is the dotted path that a cursor at a byte offset stands in: the names
// of all bindings whose value the cursor is in and, if it stands in an
// attribute path, the path's names that begin left of it. A binding begins
// behind its first byte and ends behind its semicolon. One that has lost its
// semicolon goes on to the end of its line, and on lines below as far as they
// are indented more than its own; at the end of the text it goes on. The path
// is empty outside of all bindings.
func (t *Tree) PathAt(offset int) string {
	offset = min(max(offset, 0), len(t.src))
	left := t.TokenBefore(offset)
	if left.Kind == EOF {
		return ""
	}
	var path []string
	var inner Node
	for n := range Ancestors(t.NodeOf(left)) {
		switch n.Kind() {
		case Binding:
			if len(path) > 0 && inner.Kind() == AttrPath {
				break // what is bound inside a dynamic name is not under that name
			}
			if !t.reaches(BindingNode{n}, offset) {
				break
			}
			var names []byte
			for name := range (BindingNode{n}).Path().Names() {
				if span := name.Span(); span.Start >= offset || name.Kind() == Missing && offset <= span.End {
					break
				}
				names = appendName(names, name)
			}
			path = append(path, string(names))
		case Inherit:
			for name := range (InheritNode{n}).Names() {
				if span := name.Span(); span.Start < offset && offset <= span.End && (len(path) == 0 || inner != name) {
					path = append(path, NameText(name))
				}
			}
		}
		inner = n
	}
	var out []byte
	for _, names := range slices.Backward(path) {
		if len(out) > 0 {
			out = append(out, '.')
		}
		out = append(out, names...)
	}
	return string(out)
}

// reaches reports whether a cursor behind the start of a binding is still in
// it.
func (t *Tree) reaches(b BindingNode, offset int) bool {
	end := b.Span().End
	if offset < end || b.HasSemicolon() {
		return offset < end
	}
	next := t.index(end)
	for next < t.tokenCount() && t.token(next).flags&absent != 0 {
		next++
	}
	if next == t.tokenCount() || t.token(next).kind == EOF {
		return true
	}
	if strings.IndexByte(t.src[end:offset], '\n') < 0 {
		return true
	}
	start := b.Span().Start
	line := strings.LastIndexByte(t.src[:start], '\n') + 1
	column := offset - strings.LastIndexByte(t.src[:offset], '\n') - 1
	return column > indentation(t.src[line:])
}

// appendNames adds names to a dotted path.
func appendNames(path []byte, names iter.Seq[Node]) []byte {
	for n := range names {
		path = appendName(path, n)
	}
	return path
}

func appendName(path []byte, n Node) []byte {
	if len(path) > 0 {
		path = append(path, '.')
	}
	return append(path, NameText(n)...)
}

// NameText is an attribute name as Nix prints it: a word as it is, a quoted
// name without its quotes if it needs none, and a name that only evaluation
// tells as it stands in the source, ${…} or a string with ${…} in it, with the
// quote that it may lack. A name that is missing is empty.
func NameText(n Node) string {
	name, known := AttrName(n)
	switch {
	case !known && n.Kind() == String && !IsClosed(n):
		return n.Text() + `"`
	case !known:
		return n.Text()
	case n.Kind() == Missing:
		return name
	}
	return WrittenName(name)
}

// IsName reports whether a name can stand as an attribute name without quotes.
func IsName(name string) bool {
	if name == "" || !is(name[0], classLetter) {
		return false
	}
	for i := 1; i < len(name); i++ {
		if !is(name[i], classWord) {
			return false
		}
	}
	k := keyword(name)
	return k == Word || k == KeywordOr
}
