package syntax

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Dump writes the tree for people to read: a node a line, indented as they
// nest, with its span, and with its text if no other node is below it. What is
// missing in a node, and what the node is marked with, stands behind it.
func (t *Tree) Dump(w io.Writer) error {
	out := bufio.NewWriter(w)
	depth := 0
	Walk(t.Root(), func(n Node) bool {
		for range min(depth, mostIndented) {
			out.WriteString("  ")
		}
		span := n.Span()
		fmt.Fprintf(out, "%v %d-%d", n.Kind(), span.Start, span.End)
		if n.First().IsZero() && span.Len() > 0 {
			out.WriteByte(' ')
			out.WriteString(quoteShort(n.Text()))
		}
		for _, mark := range n.marks() {
			out.WriteString(" " + mark)
		}
		out.WriteByte('\n')
		depth++
		return true
	}, func(Node) { depth-- })
	return out.Flush()
}

// mostIndented bounds the indentation of a dump, so that one of a deep tree
// stays of a size like the tree's.
const mostIndented = 100

// marks are the words for a node's flags.
func (n Node) marks() []string {
	var marks []string
	for _, m := range [...]struct {
		flag nodeFlags
		name string
	}{
		{flagRec, "rec"}, {flagEllipsis, "..."}, {flagNoEquals, "(no =)"},
		{flagNoSemicolon, "(no ;)"}, {flagNoBraces, "(no braces)"}, {flagNoQuote, "(no closing quote)"},
	} {
		if n.is(m.flag) {
			marks = append(marks, m.name)
		}
	}
	if n.Kind() == Unary || n.Kind() == Binary {
		_, operator := Operator(n)
		marks = append(marks, operator.String())
	}
	return marks
}

// quoteShort is a text on one line, its middle left out if it is long.
func quoteShort(s string) string {
	const most = 60
	if len(s) <= most {
		return strconv.Quote(s)
	}
	return strconv.Quote(s[:most/2]) + "…" + strconv.Quote(s[len(s)-most/4:])
}
