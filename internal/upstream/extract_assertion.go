package upstream

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// Bounds of the assertions of one file.
const (
	maxAssertions = 256
	maxCondition  = 16 << 10 // bytes of a condition with all that it hangs on
)

// assertions reads the assertions and warnings that a module defines.
func (m *modules) assertions(f *file) {
	tokens := slices.DeleteFunc(slices.Collect(f.tree.Tokens()), func(t syntax.Token) bool { return t.Kind.IsTrivia() })
	for n := range syntax.Descendants(f.tree.Root()) {
		b, ok := syntax.AsBinding(n)
		if !ok || !isAssertion(b) || len(m.into.AssertionIDs) >= maxAssertions {
			continue
		}
		c := canonical{extractor: m.extractor, tokens: tokens, seen: map[syntax.Node]bool{}}
		c.expression(b.Value())
		for around := range module.Conditions(b.Value()) {
			if around.Wanted {
				c.text.WriteString("\nwhere ")
			} else {
				c.text.WriteString("\nwhere not ")
			}
			c.expression(around.Test)
		}
		sum := sha256.Sum256([]byte(c.text.String()))
		a := catalog.Assertion{ID: hex.EncodeToString(sum[:6])}
		a.File, a.Line, _ = m.position(b.Path().Node)
		m.into.AssertionIDs[Place{a.File, b.Path().Span().Start}] = a.ID
		if !slices.ContainsFunc(m.into.Assertions, func(other catalog.Assertion) bool { return other.ID == a.ID }) {
			m.into.Assertions = append(m.into.Assertions, a)
		}
	}
}

// isAssertion reports whether a binding is the condition of an assertion, beside its message, or defines warnings.
func isAssertion(b syntax.BindingNode) bool {
	switch lastName(b) {
	case "warnings":
		return b.Parent().Kind() == syntax.AttrSet
	case "assertion":
		for n := range syntax.Bindings(b.Parent()) {
			if other, ok := syntax.AsBinding(n); ok && lastName(other) == "message" {
				return true
			}
		}
	}
	return false
}

func lastName(b syntax.BindingNode) (name string) {
	for n := range b.Path().Names() {
		name, _ = syntax.AttrName(n)
	}
	return name
}

// canonical is the text of a condition, the same however it is laid out, with what its names stand for.
type canonical struct {
	*extractor
	tokens []syntax.Token // of the file, without white space and comments
	text   strings.Builder
	seen   map[syntax.Node]bool
}

// expression adds an expression, and what the names in it are bound to in the same file.
func (c *canonical) expression(n syntax.Node) {
	if c.seen[n] || c.text.Len() > maxCondition {
		return
	}
	c.seen[n] = true
	span := n.Span()
	from, _ := slices.BinarySearchFunc(c.tokens, span.Start, func(t syntax.Token, at int) int { return t.Start - at })
	for _, t := range c.tokens[from:] {
		if t.Start >= span.End {
			break
		}
		c.text.WriteString(t.Of(n.Tree().Source()) + " ")
	}
	for inside := range syntax.Descendants(n) {
		if inside.Kind() != syntax.Identifier {
			continue
		}
		bound := c.Lookup(inside.Text(), c.ScopeAt(inside)).Node()
		if bound.Tree() == n.Tree() && !c.seen[bound] {
			c.text.WriteString("\n" + inside.Text() + " = ")
			c.expression(bound)
		}
	}
}
