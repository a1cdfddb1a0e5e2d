package syntax_test

import (
	"math/rand/v2"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// variant is a damaged text, and what a reader still sees in it.
type variant struct {
	src    string
	cursor int    // where the damage was done
	path   string // the path that a reader sees there
	damage text.Span
	// bindings are the paths of the original's bindings, by offset in the
	// damaged text, those left out whose head was damaged.
	bindings map[int]string
	// free is where there may be more bindings than that.
	free []text.Span
}

// damageClasses are the ways in which a text is damaged, in the order in which
// they are reported.
var damageClasses = []struct {
	name string
	do   func(*original, *rand.Rand) (variant, bool)
}{
	{"delete ;", deleting(syntax.Semicolon)},
	{"delete =", deleting(syntax.Equals)},
	{"delete opener", deleting(syntax.LBrace, syntax.LBracket, syntax.LParen)},
	{"delete closer", deleting(syntax.RBrace, syntax.RBracket, syntax.RParen)},
	{"delete quote", deleting(syntax.StringClose, syntax.IndentClose)},
	{"insert a.b.", inserting("a.b.", "a.b")},
	{"insert a.b.so", inserting("a.b.so", "a.b.so")},
	{"insert x =", inserting("x =", "x")},
	{"insert x = \"", inserting(`x = "`, "x")},
	{"insert word", inserting("word", "word")},
	{"insert )", insertParenthesis},
	{"empty value", emptyValue},
	{"cut off", cutOff},
	{"swap lines", swapLines},
	{"paste half", pasteHalf},
}

// head is the part of a binding that says what is bound: its path and its
// equals sign, or an inherited name.
type head struct {
	text.Span
	path string
}

// original is a text without errors, with what damage needs to know of it.
type original struct {
	src      string
	tree     *syntax.Tree
	tokens   []syntax.Token // without trivia
	heads    []head
	bindings []syntax.Node // Binding and Inherit nodes that begin a line
	values   []text.Span
	lines    []text.Span // with their line breaks
}

func newOriginal(src string) *original {
	o := &original{src: src, tree: syntax.Parse(src)}
	for t := range o.tree.Tokens() {
		if !t.Kind.IsTrivia() {
			o.tokens = append(o.tokens, t)
		}
	}
	ends := map[int]int{}
	for n := range syntax.Descendants(o.tree.Root()) {
		if b, ok := syntax.AsBinding(n); ok {
			ends[n.Span().Start] = equalsEnd(o.tokens, b)
			o.values = append(o.values, b.Value().Span())
		} else if _, ok := syntax.AsInherit(n); !ok {
			continue
		}
		if start := n.Span().Start; strings.TrimSpace(src[lineStart(src, start):start]) == "" {
			o.bindings = append(o.bindings, n)
		}
	}
	for b := range o.tree.BindingPaths() {
		end := b.End
		if e, ok := ends[b.Offset]; ok {
			end = e
		}
		o.heads = append(o.heads, head{text.Span{Start: b.Offset, End: end}, b.Path})
	}
	for at := 0; at < len(src); {
		end := len(src)
		if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		o.lines = append(o.lines, text.Span{Start: at, End: end})
		at = end
	}
	return o
}

// equalsEnd is where the equals sign of a binding ends.
func equalsEnd(tokens []syntax.Token, b syntax.BindingNode) int {
	end := b.Path().Span().End
	i := slices.IndexFunc(tokens, func(t syntax.Token) bool { return t.Start >= end && t.Kind == syntax.Equals })
	return tokens[i].End
}

func lineStart(src string, at int) int { return strings.LastIndexByte(src[:at], '\n') + 1 }

// replace is the original with one part replaced. Bindings whose head is
// touched are not expected to be found, unless keep says so.
func (o *original) replace(at text.Span, with string, keep bool) variant {
	v := variant{
		src:      o.src[:at.Start] + with + o.src[at.End:],
		cursor:   at.Start,
		path:     o.tree.PathAt(at.Start),
		damage:   text.Span{Start: at.Start, End: at.Start + len(with)},
		bindings: map[int]string{},
	}
	for _, h := range o.heads {
		switch {
		case h.End <= at.Start:
			v.bindings[h.Start] = h.path
		case h.Start >= at.End:
			v.bindings[h.Start+len(with)-at.Len()] = h.path
		case keep:
			v.bindings[h.Start] = h.path
		case h.Start < at.Start || h.End > at.End:
			v.free = append(v.free, text.Span{Start: min(h.Start, at.Start), End: at.Start + len(with) + max(0, h.End-at.End)})
		}
	}
	if with != "" {
		v.free = append(v.free, text.Span{Start: at.Start, End: at.Start + len(with)})
	}
	return v
}

func pick[T any](r *rand.Rand, from []T) (T, bool) {
	if len(from) == 0 {
		var none T
		return none, false
	}
	return from[r.IntN(len(from))], true
}

// deleting takes out a token of one of some kinds.
func deleting(kinds ...syntax.Kind) func(*original, *rand.Rand) (variant, bool) {
	return func(o *original, r *rand.Rand) (variant, bool) {
		var found []syntax.Token
		for _, t := range o.tokens {
			for _, k := range kinds {
				if t.Kind == k {
					found = append(found, t)
				}
			}
		}
		t, ok := pick(r, found)
		if !ok {
			return variant{}, false
		}
		v := o.replace(t.Span, "", t.Kind == syntax.Equals)
		for n := range syntax.Ancestors(o.tree.NodeAt(t.Start)) {
			// A dynamic name is known by its text, which lacks the token now.
			if span := n.Span(); n.Kind() == syntax.Dynamic && span.Covers(t.Span) {
				v.path = strings.Replace(v.path, n.Text(), o.src[span.Start:t.Start]+o.src[t.End:span.End], 1)
			}
		}
		return v, true
	}
}

// inserting puts a line of its own before or after a binding, as if somebody
// was typing it.
func inserting(line, path string) func(*original, *rand.Rand) (variant, bool) {
	return func(o *original, r *rand.Rand) (variant, bool) { return o.insertLine(r, line, path) }
}

func (o *original) insertLine(r *rand.Rand, line, path string) (variant, bool) {
	n, ok := pick(r, o.bindings)
	if !ok {
		return variant{}, false
	}
	start := n.Span().Start
	begin := lineStart(o.src, start)
	indent := o.src[begin:start]
	line = indent + strings.ReplaceAll(line, "\n", "\n"+indent)
	at, before := begin, 0
	line += "\n"
	if end := n.Span().End; r.IntN(2) == 0 && (end == len(o.src) || o.src[end] == '\n') {
		at, before = end, 1
		line = "\n" + line[:len(line)-1]
	}
	v := o.replace(text.Span{Start: at, End: at}, line, false)
	v.cursor = at + len(line) - (1 - before)
	if v.path = o.tree.PathAt(start); v.path != "" {
		v.path += "."
	}
	v.path += path
	return v, true
}

func insertParenthesis(o *original, r *rand.Rand) (variant, bool) {
	t, ok := pick(r, o.tokens)
	if !ok || t.Kind == syntax.StringText || t.Kind == syntax.StringOpen || t.Kind == syntax.IndentOpen {
		return variant{}, false // text in a string is no damage
	}
	at := t.End
	for n := range syntax.Ancestors(o.tree.NodeAt(at)) {
		if n.Kind() == syntax.AttrPath && n.Span().End > at {
			return variant{}, false // it would be part of a path's text
		}
	}
	v := o.replace(text.Span{Start: at, End: at}, ")", true)
	v.path = o.tree.PathAt(at)
	v.cursor = at
	return v, true
}

func emptyValue(o *original, r *rand.Rand) (variant, bool) {
	value, ok := pick(r, o.values)
	if !ok {
		return variant{}, false
	}
	return o.replace(value, "", false), true
}

func cutOff(o *original, r *rand.Rand) (variant, bool) {
	at := r.IntN(len(o.src) + 1)
	v := o.replace(text.Span{Start: at, End: len(o.src)}, "", false)
	// A name that is cut is as long as what is left of it.
	for n := range syntax.Ancestors(o.tree.NodeAt(at)) {
		span := n.Span()
		switch n.Kind() {
		case syntax.Inherit:
			// A keyword that is cut is the beginning of a name.
			if typed := o.src[span.Start:at]; strings.HasPrefix("inherit", typed) && typed != "inherit" && typed != "in" && typed != "" {
				if v.path != "" {
					v.path += "."
				}
				v.path += typed
			}
		case syntax.Name:
			if k := n.Parent().Parent().Kind(); k != syntax.Binding && n.Parent().Kind() != syntax.Inherit {
				continue
			}
			if span.Start < at && at < span.End {
				switch o.src[span.Start:at] {
				case "in", "if", "let", "rec", "with", "then", "else", "assert", "inherit":
					return variant{}, false // what is left is no name
				}
				v.path = v.path[:len(v.path)-(span.End-at)]
			}
		case syntax.String, syntax.Dynamic:
			if k := n.Parent().Kind(); k == syntax.AttrPath || k == syntax.Inherit {
				return variant{}, false
			}
		}
	}
	return v, true
}

// swapLines exchanges a line with the next one. What is bound on the two lines
// may be anything then, with all that is in it; everything else is where it was.
func swapLines(o *original, r *rand.Rand) (variant, bool) {
	if len(o.lines) < 4 {
		return variant{}, false
	}
	i := r.IntN(len(o.lines) - 2)
	first, second := o.lines[i], o.lines[i+1]
	if strings.TrimSpace(first.Of(o.src)) == "" || strings.TrimSpace(second.Of(o.src)) == "" {
		return variant{}, false
	}
	both := text.Span{Start: first.Start, End: second.End}
	v := o.replace(both, second.Of(o.src)+first.Of(o.src), false)
	end := both.End
	for n := range syntax.Descendants(o.tree.Root()) {
		if span := n.Span(); n.Kind() == syntax.Binding && both.Contains(span.Start) {
			end = max(end, span.End)
			v.free = append(v.free, text.Span{Start: both.Start, End: span.End})
		}
	}
	for offset := range v.bindings {
		if both.Start <= offset && offset < end {
			delete(v.bindings, offset)
		}
	}
	// Whatever the two lines are now, the next binding is where it was.
	v.cursor, v.path = len(o.src), o.tree.PathAt(len(o.src))
	for _, h := range o.heads {
		if h.Start >= end && h.Start < v.cursor {
			v.cursor, v.path = h.Start, o.tree.PathAt(h.Start)
		}
	}
	return v, true
}

// pasteHalf puts the beginning of a function on lines of its own.
func pasteHalf(o *original, r *rand.Rand) (variant, bool) {
	half, _ := pick(r, []struct{ text, path string }{
		{"f = { pkgs, lib, ... }:", "f"},
		{"f = { pkgs, lib, ... }:\n  let\n    x = 1;", "f"},
		{"mkFoo = name: value: {\n  inherit name;", "mkFoo"},
		{"f = { pkgs,", "f"},
		{"f = x:\n  if x then", "f"},
		{"f = final: prev: {\n  foo = prev.foo.overrideAttrs (old: {", "f.foo"},
		{"f = pkgs.callPackage (\n  { stdenv }:\n  stdenv.mkDerivation {\n    name = \"x\";", "f"},
		{"f = map (x:", "f"},
	})
	return o.insertLine(r, half.text, half.path)
}
