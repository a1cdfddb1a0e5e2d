package syntax

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// nodeAt is the innermost node with a text, for a mark around it.
func nodeAt(t *testing.T, tree *Tree, written string) Node {
	t.Helper()
	var found Node
	for n := range Descendants(tree.Root()) {
		if n.Text() == written {
			found = n
		}
	}
	if found.IsZero() {
		t.Fatalf("no node %s in %s", written, tree.Source())
	}
	return found
}

// TestChange holds which nodes an edit reaches, and where the others are then.
func TestChange(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		looked         string // texts of nodes, separated by |
		reaches        bool
	}{
		{"a remark", `{ a = 1; b = [ 2 ]; }`, "{ # x\n a = 1; b = [ 2 ]; }", "1|2|[ 2 ]", false},
		{"a value that was looked at", `{ a = 1; b = 2; }`, `{ a = 3; b = 2; }`, "{ a = 1; b = 2; }|1", true},
		{"a value that was not", `{ a = 1; b = 2; }`, `{ a = 3; b = 2; }`, "{ a = 1; b = 2; }|2", false},
		{"an expression of another kind", `{ a = 1; b = 2; }`, `{ a = f 3 4; b = 2; }`, "{ a = 1; b = 2; }|2", false},
		{"a name of a set that was looked at", `{ a = 1; b = 2; }`, `{ c = 1; b = 2; }`, "{ a = 1; b = 2; }", true},
		{"a name in quotes", `{ "a" = 1; }`, `{ "c" = 1; }`, `{ "a" = 1; }`, true},
		{"a binding more", `{ a = { b = 1; }; }`, `{ a = { b = 1; c = 2; }; }`, "{ a = { b = 1; }; }|{ b = 1; }", true},
		{"a binding more in a set that was not", `{ a = { b = 1; }; }`, `{ a = { b = 1; c = 2; }; }`, "{ a = { b = 1; }; }", false},
		{"an argument of a call", "f a b", "f c b", "f a b|f a|f", false},
		{"the function of a call", "f a b", "g a b", "f a b|f a|f", true},
		{"a formal", "{ a, b }: a", "{ a, c }: a", "{ a, b }: a", true},
		{"the default of a formal", "{ a ? 1 }: a", "{ a ? 2 }: a", "{ a ? 1 }: a", false},
		{"an operator", "a + b", "a - b", "a + b|a", true},
		{"what stands behind an operator", "a && b", "a && c", "a && b|a", false},
		{"an operator more, which binds more loosely", "a + b", "a + b == c", "a + b|a", true},
		{"a branch", "if a then b else c", "if a then b else d", "if a then b else c|a|b", false},
		{"text in a string", `{ a = "x ${b} y"; }`, `{ a = "x ${b} z"; }`, `{ a = "x ${b} y"; }`, false},
		{"text in a string that was looked at", `"x ${b} y"`, `"x ${b} z"`, `"x ${b} y"|b`, true},
		{"a name of an inherit", "{ inherit (a) b; }", "{ inherit (a) c; }", "{ inherit (a) b; }", true},
		{"two values", "{ a = 1; b = 2; }", "{ a = 3; b = 4; }", "{ a = 1; b = 2; }", true},
		{"a quote that is not closed", `{ a = "x"; b = 1; }`, `{ a = "x; b = 1; }`, `{ a = "x"; b = 1; }|1`, true},
		{"a brace that is not closed", "{ a = { b = 1; }; c = 2; }", "{ a = { b = 1; ; c = 2; }", "{ a = { b = 1; }; c = 2; }|2", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := Parse(c.from), Parse(c.to)
			var looked NodeSet
			for written := range strings.SplitSeq(c.looked, "|") {
				looked.Add(nodeAt(t, from, written))
			}
			change := Compare(from, to)
			if reaches := change == nil || change.Reaches(&looked, nil); reaches != c.reaches {
				t.Fatalf("the edit reaches what was looked at: %v", reaches)
			}
			if c.reaches {
				return
			}
			moved := change.Moved(&looked)
			for written := range strings.SplitSeq(c.looked, "|") {
				was := nodeAt(t, from, written)
				span, ok := change.Span(was.Span())
				is := to.NodeAt(span.Start)
				for ; !is.IsZero() && (is.Span() != span || is.Kind() != was.Kind()); is = is.Parent() {
					continue
				}
				if !ok || is.IsZero() || !moved.Has(is) {
					t.Errorf("%s is at %v, %v now", written, span, ok)
				}
			}
		})
	}
}

// TestChangeReadsText holds that white space counts in a text that was taken as a whole.
func TestChangeReadsText(t *testing.T) {
	from := Parse("{ a = f  x; b = f y; }")
	var read NodeSet
	read.Add(nodeAt(t, from, "f y"))
	for to, want := range map[string]bool{
		"{ a = f x; b = f y; }":  false,
		"{ a = f  x; b = f  y;}": true,
	} {
		if got := Compare(from, Parse(to)).Reaches(&NodeSet{}, &read); got != want {
			t.Errorf("%s: %v", to, got)
		}
	}
}

// TestRandomChanges holds, after any edit of any text, that the nodes which correspond
// are of one kind, and have the same tokens where nothing of theirs changed.
func TestRandomChanges(t *testing.T) {
	parts := []string{"a", " ", "1", `"`, "''", "${", "{", "}", "[", "]", "(", ")", ";", "=", ":", ".", ",", "?", "@", "...", "let ", " in ", "rec ", "inherit ", "with ", "if ", " then ", " else ", "./p", "//", "++", "==", "-", "# r\n", "/* r */", "\n", "or "}
	words := func(tree *Tree, n Node) (all []string) {
		for token := range tree.Tokens() {
			if n.Span().Covers(token.Span) && !token.Kind.IsTrivia() {
				all = append(all, token.Of(tree.Source()))
			}
		}
		return all
	}
	same := 0
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(most int) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, most).Draw(rt, "parts"), "")
		}
		source := rapid.SampledFrom([]string{
			"{ a, b ? 1, ... }@c: let d = [ 1 (f x) ]; in { e.f = \"x ${d} y\"; inherit (c) g; h = rec { i = a + b; }; j = if a then b else ''\n  t\n''; }", draw(40),
		}).Draw(rt, "source")
		at := rapid.IntRange(0, len(source)).Draw(rt, "at")
		end := min(len(source), at+rapid.IntRange(0, 5).Draw(rt, "length"))
		from, to := Parse(source), Parse(source[:at]+draw(3)+source[end:])
		change := Compare(from, to)
		if change == nil {
			return
		}
		same++
		isAround := map[Node]bool{}
		for n := range Ancestors(change.around) {
			isAround[n] = true
		}
		Walk(from.Root(), func(n Node) bool {
			is := change.of(n)
			if is.IsZero() || n != change.around && n.Kind() != is.Kind() {
				rt.Fatalf("%q became %q: %s %q became %s", source, to.Source(), n.Kind(), n.Text(), is.Kind())
			}
			if !isAround[n] && strings.Join(words(from, n), "\x00") != strings.Join(words(to, is), "\x00") {
				rt.Fatalf("%q became %q: %q became %q", source, to.Source(), n.Text(), is.Text())
			}
			return n != change.around
		}, nil)
	})
	t.Logf("%d were compared", same)
}
