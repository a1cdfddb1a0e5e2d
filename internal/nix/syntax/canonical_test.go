package syntax

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Canonical is the text in the form that nix-instantiate --parse of Nix 2.8
// prints: one line, all parentheses, what Nix replaces while it parses replaced
// (operators by calls, paths by absolute ones), sets merged and sorted.
// Relative paths start at dir and paths with a tilde at home; both are absolute.
// Nix prints the names of a let and the formals of a function in an order that
// changes from run to run: here they are sorted. The form of a text with errors
// has "«missing»" where something is.
func (t *Tree) Canonical(dir, home string) string {
	p := &printer{src: t.src, dir: dir, home: home}
	p.expr(t.Root().Child(0))
	return p.out.String()
}

type printer struct {
	src       string
	dir, home string
	out       strings.Builder
}

func (p *printer) write(parts ...string) {
	for _, s := range parts {
		p.out.WriteString(s)
	}
}

// expr writes an expression.
func (p *printer) expr(n Node) {
	n = WithoutParens(n)
	if p.isCall(n) {
		p.write("(")
		p.call(n)
		p.write(")")
		return
	}
	switch n.Kind() {
	case Identifier:
		p.write(n.Text())
	case IntegerLiteral:
		p.write(decimal(n.Text()))
	case FloatLiteral:
		p.float(n.Text())
	case URI:
		p.string(n.Text())
	case String, IndentedString:
		p.quoted(n)
	case Path:
		p.path(n)
	case List:
		p.write("[ ")
		for c := range n.Children() {
			p.write("(")
			p.expr(c)
			p.write(") ")
		}
		p.write("]")
	case AttrSet:
		p.attrs(n, attrsOf(n, ignore))
	case LetBody:
		p.write("(")
		p.attrs(n, attrsOf(n, ignore))
		p.write(").body")
	case LetIn:
		p.write("(let ")
		p.bindings(attrsOf(n, ignore), "inherit ", "; ")
		p.write("in ")
		p.expr(lastExpression(n))
		p.write(")")
	case With:
		p.write("(with ")
		p.expr(n.Child(0))
		p.write("; ")
		p.expr(n.Child(1))
		p.write(")")
	case Assert:
		p.write("assert ")
		p.expr(n.Child(0))
		p.write("; ")
		p.expr(n.Child(1))
	case If:
		p.write("(if ")
		p.expr(n.Child(0))
		p.write(" then ")
		p.expr(n.Child(1))
		p.write(" else ")
		p.expr(n.Child(2))
		p.write(")")
	case Lambda:
		p.lambda(LambdaNode{n})
	case Select:
		p.sel(SelectNode{n})
	case HasAttr:
		p.write("((")
		p.expr(n.Child(0))
		p.write(") ? ")
		p.attrPath(AttrPathNode{n.Child(1)})
		p.write(")")
	case Unary:
		p.write("(! ")
		p.expr(n.Child(0))
		p.write(")")
	case Binary:
		p.binary(n)
	default:
		p.write("«missing»")
	}
}

// isCall reports whether Nix reads an expression as a call: some operators, and
// <…>, are.
func (p *printer) isCall(n Node) bool {
	switch n.Kind() {
	case Apply, SearchPath:
		return true
	case Unary:
		_, operator := Operator(n)
		return operator == Minus
	case Binary:
		switch _, operator := Operator(n); operator {
		case Minus, Star, Slash, Less, Greater:
			return true
		}
	}
	return false
}

// call writes a call without its parentheses. A call of a call is one call with
// more arguments.
func (p *printer) call(n Node) {
	switch n.Kind() {
	case SearchPath:
		p.write("__findFile __nixPath ")
		p.string(strings.Trim(n.Text(), "<>"))
	case Unary:
		p.write("__sub 0 ")
		p.expr(n.Child(0))
	case Binary:
		left, right := n.Child(0), n.Child(1)
		switch _, operator := Operator(n); operator {
		case Minus:
			p.write("__sub ")
		case Star:
			p.write("__mul ")
		case Slash:
			p.write("__div ")
		case Less:
			p.write("__lessThan ")
		case Greater:
			p.write("__lessThan ")
			left, right = right, left
		}
		p.expr(left)
		p.write(" ")
		p.expr(right)
	default:
		if f := WithoutParens(n.Child(0)); p.isCall(f) {
			p.call(f)
		} else {
			p.expr(f)
		}
		p.write(" ")
		p.expr(n.Child(1))
	}
}

func (p *printer) binary(n Node) {
	left, right := n.Child(0), n.Child(1)
	_, operator := Operator(n)
	switch operator {
	case LessEq, GreaterEq:
		if operator == LessEq {
			left, right = right, left
		}
		p.write("(! (__lessThan ")
		p.expr(left)
		p.write(" ")
		p.expr(right)
		p.write("))")
		return
	}
	p.write("(")
	p.expr(left)
	p.write(" ", operator.String(), " ")
	p.expr(right)
	p.write(")")
}

func (p *printer) lambda(l LambdaNode) {
	p.write("(")
	if f := l.Formals(); !f.IsZero() {
		p.write("{ ")
		formals := slices.SortedFunc(f.All(), func(a, b Node) int {
			return strings.Compare(a.Child(0).Text(), b.Child(0).Text())
		})
		for i, formal := range formals {
			if i > 0 {
				p.write(", ")
			}
			p.write(formal.Child(0).Text())
			if d := formal.Child(1); !d.IsZero() {
				p.write(" ? ")
				p.expr(d)
			}
		}
		if f.HasEllipsis() {
			if len(formals) > 0 {
				p.write(", ")
			}
			p.write("...")
		}
		p.write(" }")
		if !l.Parameter().IsZero() {
			p.write(" @ ")
		}
	}
	p.write(l.Parameter().Text(), ": ")
	p.expr(l.Body())
	p.write(")")
}

func (p *printer) sel(s SelectNode) {
	p.write("(")
	p.expr(s.From())
	p.write(").")
	p.attrPath(s.Path())
	if d := s.Default(); !d.IsZero() {
		p.write(" or (")
		p.expr(d)
		p.write(")")
	}
}

func (p *printer) attrPath(path AttrPathNode) {
	first := true
	for name := range path.Names() {
		if !first {
			p.write(".")
		}
		first = false
		if known, ok := AttrName(name); ok {
			p.name(known)
		} else {
			p.dynamicName(name)
		}
	}
}

func (p *printer) dynamicName(n Node) {
	p.write(`"${`)
	if n.Kind() == Dynamic {
		n = n.Child(0)
	}
	p.expr(n)
	p.write(`}"`)
}

// name writes a known name, in quotes if Nix does.
func (p *printer) name(name string) {
	if IsName(name) || name != "if" && keyword(name) != Word {
		p.write(name)
		return
	}
	p.string(name)
}

// attrs writes a set, which n is too unless it is part of a longer path.
func (p *printer) attrs(n Node, s *attrSet) {
	if n.is(flagRec) || n.Kind() == LetBody {
		p.write("rec ")
	}
	p.write("{ ")
	p.bindings(s, "inherit ", " ; ")
	for _, a := range s.dynamic {
		p.dynamicName(a.name)
		p.write(" = ")
		p.value(a)
		p.write("; ")
	}
	p.write("}")
}

// bindings writes the attributes with known names, those inherited from the
// scope between two texts.
func (p *printer) bindings(s *attrSet, before, after string) {
	for _, name := range slices.Sorted(maps.Keys(s.static)) {
		a := s.static[name]
		i, inherits := AsInherit(a.name.Parent())
		if inherits && i.From().IsZero() {
			p.write(before)
			p.name(name)
			p.write(after)
			continue
		}
		p.name(name)
		p.write(" = ")
		if inherits {
			p.write("(")
			p.expr(i.From())
			p.write(").")
			p.name(name)
		} else {
			p.value(a)
		}
		p.write("; ")
	}
}

// value writes the value of an attribute that is bound.
func (p *printer) value(a *attr) {
	path := AttrPathNode{a.name.Parent()}
	isLast := false
	for name := range path.Names() {
		isLast = name == a.name
	}
	value := WithoutParens(BindingNode{path.Parent()}.Value())
	switch {
	case !isLast:
		p.attrs(Node{}, a.set)
	case a.set != nil:
		p.attrs(value, a.set)
	default:
		p.expr(value)
	}
}

func ignore(SyntaxError) {}

// A piece is what Nix joins to a string: a text or an expression.
type piece struct {
	text string
	expr Node
}

// quoted writes a string in either kind of quotes.
func (p *printer) quoted(n Node) {
	var pieces []piece
	if n.Kind() == String {
		pieces = p.pieces(n, Unescape)
	} else {
		parts, nodes := indentedParts(n)
		for _, c := range stripIndentation(parts) {
			pieces = append(pieces, piece{c.text, nodes[c.part]})
		}
	}
	switch {
	case len(pieces) == 0:
		p.string("")
		return
	case len(pieces) == 1 && pieces[0].expr.IsZero():
		p.string(pieces[0].text)
		return
	case len(pieces) == 1 && n.Kind() == IndentedString:
		if e := WithoutParens(pieces[0].expr); e.Kind() == String || e.Kind() == IndentedString || e.Kind() == URI {
			p.expr(e) // a text already
			return
		}
	}
	p.joined(pieces)
}

// indentedParts are the parts of a ”…” string, and the expression of each that
// is an interpolation.
func indentedParts(n Node) (parts []IndentedPart, nodes []Node) {
	content := StringContent(n)
	at := content.Start
	text := func(end int) {
		if end > at {
			parts = append(parts, IndentedPart{Text: n.tree.src[at:end]})
			nodes = append(nodes, Node{})
		}
	}
	for c := range n.Children() {
		text(c.Span().Start)
		parts = append(parts, IndentedPart{IsInterpolated: true})
		nodes = append(nodes, c.Child(0))
		at = c.Span().End
	}
	text(content.End)
	return parts, nodes
}

// pieces are the pieces of a "…" string.
func (p *printer) pieces(n Node, value func(string) string) []piece {
	content := StringContent(n)
	at := content.Start
	var pieces []piece
	text := func(end int) {
		if end > at {
			pieces = append(pieces, piece{text: value(p.src[at:end])})
		}
	}
	for c := range n.Children() {
		text(c.Span().Start)
		pieces = append(pieces, piece{expr: c.Child(0)})
		at = c.Span().End
	}
	text(content.End)
	return pieces
}

func (p *printer) joined(pieces []piece) {
	p.write("(")
	for i, piece := range pieces {
		if i > 0 {
			p.write(" + ")
		}
		if piece.expr.IsZero() {
			p.string(piece.text)
		} else {
			p.expr(piece.expr)
		}
	}
	p.write(")")
}

// path writes a path. The part before its first interpolation is made absolute.
func (p *printer) path(n Node) {
	head := n.Text()
	if first := n.First(); !first.IsZero() {
		head = p.src[n.Span().Start:first.Span().Start]
	}
	absolute := ""
	switch {
	case strings.HasPrefix(head, "~"):
		absolute = p.home + head[1:]
	case strings.HasPrefix(head, "/"):
		absolute = path.Clean(head)
	default:
		absolute = path.Clean(p.dir + "/" + head)
	}
	if !strings.HasPrefix(head, "~") && len(head) > 1 && strings.HasSuffix(head, "/") {
		absolute += "/"
	}
	if n.First().IsZero() {
		p.write(absolute)
		return
	}
	p.write("(", absolute)
	at := 0
	for c := range n.Children() {
		if at > 0 && c.Span().Start > at {
			p.write(" + ")
			p.string(p.src[at:c.Span().Start])
		}
		p.write(" + ")
		p.expr(c.Child(0))
		at = c.Span().End
	}
	if end := n.Span().End; end > at {
		p.write(" + ")
		p.string(p.src[at:end])
	}
	p.write(")")
}

// string writes a text as Nix 2.8 does: every dollar sign is escaped.
func (p *printer) string(s string) {
	p.out.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\\', '$':
			p.out.WriteByte('\\')
			p.out.WriteByte(c)
		case '\n':
			p.out.WriteString(`\n`)
		case '\r':
			p.out.WriteString(`\r`)
		case '\t':
			p.out.WriteString(`\t`)
		default:
			p.out.WriteByte(c)
		}
	}
	p.out.WriteByte('"')
}

// decimal is an integer without leading zeros.
func decimal(s string) string {
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

// float writes a number as C++ streams do: six digits.
func (p *printer) float(s string) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		p.write(s)
		return
	}
	p.write(strconv.FormatFloat(f, 'g', 6, 64))
}
