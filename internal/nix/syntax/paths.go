package syntax

import (
	"iter"
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
		type open struct {
			binding Node
			before  int // the prefix's length without the binding's names
		}
		var around []open
		var prefix []byte
		done := false
		say := func(n, name Node, path string) {
			end := n.Span().End
			if n.Kind() == Inherit {
				end = name.Span().End
			}
			done = done || !yield(BindingPath{name.Span().Start, end, path})
		}
		enter := func(n Node) bool {
			switch n.Kind() {
			case Binding:
				b := BindingNode{n}
				around = append(around, open{n, len(prefix)})
				prefix = appendNames(prefix, b.Path().Names())
				if b.binds() {
					say(n, b.Path().Node, string(prefix))
				}
			case AttrPath:
				// What is bound inside a dynamic name is not part of the
				// binding that is named.
				if len(around) > 0 && around[len(around)-1].binding == n.Parent() {
					prefix = prefix[:around[len(around)-1].before]
				}
			case Name, String, Dynamic:
				if up := n.Parent(); up.Kind() == Inherit {
					before := len(prefix)
					prefix = appendNames(prefix, one(n))
					say(up, n, string(prefix))
					prefix = prefix[:before]
				}
			}
			return !done
		}
		leave := func(n Node) {
			if len(around) == 0 {
				return
			}
			switch last := around[len(around)-1]; {
			case n == last.binding:
				prefix = prefix[:last.before]
				around = around[:len(around)-1]
			case n.Kind() == AttrPath && n.Parent() == last.binding:
				prefix = appendNames(prefix, AttrPathNode{n}.Names())
			}
		}
		Walk(t.Root(), enter, leave)
	}
}

// binds reports whether the binding has an equals sign or a value.
func (b BindingNode) binds() bool { return b.HasEquals() || !b.Value().IsZero() }

// PathAt is the dotted path that a cursor at a byte offset stands in: the names
// of all bindings whose value the cursor is in and, if it stands in an
// attribute path, the path's names that begin left of it. A binding begins
// behind its first byte and ends behind its semicolon. One that has lost its
// semicolon goes on to the end of its line, and on lines below as far as they
// are indented more than its own; at the end of the text it goes on. The path
// is empty outside of all bindings.
func (t *Tree) PathAt(offset int) string {
	offset = min(max(offset, 0), len(t.src))
	var path []string
	var inner Node
	for n := t.leftOf(offset); !n.IsZero(); inner, n = n, n.Parent() {
		switch n.Kind() {
		case Binding:
			if len(path) > 0 && inner.Kind() == AttrPath {
				continue // what is bound inside a dynamic name is not under that name
			}
			if t.reaches(BindingNode{n}, offset) {
				path = append(path, string(appendNames(nil, startingBefore(offset, BindingNode{n}.Path().Names()))))
			}
		case Inherit:
			for name := range (InheritNode{n}).Names() {
				if span := name.Span(); span.Start < offset && offset <= span.End && (len(path) == 0 || inner != name) {
					path = append(path, NameText(name))
				}
			}
		}
	}
	var out strings.Builder
	for i := len(path) - 1; i >= 0; i-- {
		if out.Len() > 0 {
			out.WriteByte('.')
		}
		out.WriteString(path[i])
	}
	return out.String()
}

// leftOf is the innermost node of the last token that begins before an offset.
func (t *Tree) leftOf(offset int) Node {
	i := t.index(offset)
	for i >= len(t.tokens) || i >= 0 && (int(t.tokens[i].start) >= offset || t.tokens[i].flags&absent != 0) {
		i--
	}
	if i < 0 {
		return Node{}
	}
	at := t.tokens[i].start
	n := t.Root()
	for {
		inner := Node{}
		for c := range n.Children() {
			if r := c.raw(); r.start <= at && at < r.end {
				inner = c
				break
			}
		}
		if inner.IsZero() {
			return n
		}
		n = inner
	}
}

// reaches reports whether a cursor behind the start of a binding is still in
// it.
func (t *Tree) reaches(b BindingNode, offset int) bool {
	end := b.Span().End
	if offset < end || b.HasSemicolon() {
		return offset < end
	}
	next := t.index(end)
	for next < len(t.tokens) && t.tokens[next].flags&absent != 0 {
		next++
	}
	if next == len(t.tokens) || t.tokens[next].kind == EOF {
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

// startingBefore leaves out the names that begin at an offset or after it, and
// missing ones.
func startingBefore(offset int, names iter.Seq[Node]) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for n := range names {
			if span := n.Span(); span.Start >= offset || n.Kind() == Missing && offset <= span.End {
				return
			}
			if !yield(n) {
				return
			}
		}
	}
}

func one(n Node) iter.Seq[Node] {
	return func(yield func(Node) bool) { yield(n) }
}

// appendNames adds names to a dotted path.
func appendNames(path []byte, names iter.Seq[Node]) []byte {
	for n := range names {
		if len(path) > 0 {
			path = append(path, '.')
		}
		path = append(path, NameText(n)...)
	}
	return path
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
	case n.Kind() == Missing || IsName(name):
		return name
	}
	return quote(name)
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

// quote is a string as Nix writes it.
func quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '$' && i+1 < len(s) && s[i+1] == '{':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c == '\n':
			out.WriteString(`\n`)
		case c == '\r':
			out.WriteString(`\r`)
		case c == '\t':
			out.WriteString(`\t`)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}
