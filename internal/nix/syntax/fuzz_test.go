package syntax_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// longestFuzzed bounds the texts of fuzzing: what goes wrong goes wrong in short
// ones too.
const longestFuzzed = 1 << 12

// seeds gives a target the shipped test files and what they have not.
func seeds(f *testing.F, add func(src string)) {
	for _, src := range sources(f, "testdata/*/*.nix") {
		if len(src) <= longestFuzzed {
			add(src)
		}
	}
	for _, src := range []string{"", "\x00", "{ a = \"\xff", "\ufeff{ }", "a\r\nb\rc", "''\n  ${x}\n ''$ '''\n''"} {
		add(src)
	}
}

// fuzzTrees runs a check on the trees of any texts, and a place in them.
func fuzzTrees(f *testing.F, check func(t *testing.T, tree *syntax.Tree, offset int)) {
	seeds(f, func(src string) { f.Add(src, len(src)/2) })
	f.Fuzz(func(t *testing.T, src string, offset int) {
		if len(src) <= longestFuzzed {
			check(t, syntax.Parse(src), offset)
		}
	})
}

func FuzzParse(f *testing.F) {
	seeds(f, func(src string) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) <= longestFuzzed {
			checkTree(t, src)
		}
	})
}

// FuzzBindingPaths holds that bindings lie in the text and come in order, and
// that a cursor behind the first byte of one is in it.
func FuzzBindingPaths(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, _ int) {
		src, last := tree.Source(), 0
		for b := range tree.BindingPaths() {
			if b.Offset < last || b.End < b.Offset || b.End > len(src) {
				t.Fatalf("%q: binding %+v behind %d", src, b, last)
			}
			last = b.Offset
		}
	})
}

// FuzzTokenAt holds that every byte of a text has a token, and that a cursor
// means one that it touches.
func FuzzTokenAt(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, offset int) {
		src := tree.Source()
		tree.TokenAt(offset, nil)
		tree.TokenBefore(offset)
		for at := range len(src) + 1 {
			token := tree.TokenAt(at, nil)
			if !token.Touches(at) || token.End > len(src) {
				t.Fatalf("%q: at %d is %v %v", src, at, token.Kind, token.Span)
			}
			if before := tree.TokenBefore(at); before.Start >= at && before.Kind != syntax.EOF {
				t.Fatalf("%q: before %d is %v %v", src, at, before.Kind, before.Span)
			}
			leftmost := tree.TokenAt(at, func(syntax.Kind) int { return 0 })
			if at < len(src) && !leftmost.Contains(at) {
				t.Fatalf("%q: the byte at %d is in %v %v", src, at, leftmost.Kind, leftmost.Span)
			}
		}
	})
}

// FuzzNodeAt holds that the node at a place touches it, as all above it do, and
// that nothing inside it but what is missing does.
func FuzzNodeAt(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, offset int) {
		src := tree.Source()
		tree.NodeAt(offset)
		tree.PathAt(offset)
		for at := range len(src) + 1 {
			n := tree.NodeAt(at)
			for up := range syntax.Ancestors(n) {
				if !up.Span().Touches(at) {
					t.Fatalf("%q: %v %v does not touch %d", src, up.Kind(), up.Span(), at)
				}
			}
			for c := range n.Children() {
				if c.Span().Touches(at) {
					t.Fatalf("%q: at %d is %v, and not %v in it", src, at, n.Kind(), c.Kind())
				}
			}
			tree.PathAt(at)
		}
	})
}

// FuzzWalk holds that every node is entered and left once, and asks each all
// that can be asked.
func FuzzWalk(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, _ int) {
		var open []syntax.Node
		entered := 0
		syntax.Walk(tree.Root(), func(n syntax.Node) bool {
			if n.Parent() != (syntax.Node{}) && open[len(open)-1] != n.Parent() {
				t.Fatalf("%q: %v is entered outside of its parent", tree.Source(), n.Kind())
			}
			open = append(open, n)
			entered++
			views(n)
			return true
		}, func(n syntax.Node) {
			if open[len(open)-1] != n {
				t.Fatalf("%q: %v is left before what is in it", tree.Source(), n.Kind())
			}
			open = open[:len(open)-1]
		})
		if all := slices.Collect(syntax.Descendants(tree.Root())); len(all) != entered || len(open) > 0 {
			t.Fatalf("%q: %d nodes, %d entered, %d not left", tree.Source(), len(all), entered, len(open))
		}
	})
}

// views asks a node what its kind can be asked.
func views(n syntax.Node) {
	syntax.StringValue(n)
	syntax.StringContent(n)
	syntax.IsClosed(n)
	syntax.AttrName(n)
	syntax.NameText(n)
	syntax.Operator(n)
	if b, ok := syntax.AsBinding(n); ok {
		b.Value()
		for range b.Path().Names() {
			continue
		}
	}
	if i, ok := syntax.AsInherit(n); ok {
		i.From()
		for range i.Names() {
			continue
		}
	}
	if s, ok := syntax.AsAttrSet(n); ok {
		s.Recursive()
	}
	if l, ok := syntax.AsLambda(n); ok {
		l.Parameter()
		l.Body()
		for range l.Formals().All() {
			continue
		}
	}
	if s, ok := syntax.AsSelect(n); ok {
		s.From()
		s.Path()
		s.Default()
	}
	if a, ok := syntax.AsApply(n); ok {
		a.Function()
		a.Argument()
	}
}

// FuzzCanonical holds that the canonical form of a text without errors can be
// parsed as far as it is Nix, and does not depend on comments and blanks.
func FuzzCanonical(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, _ int) {
		form := tree.Canonical("/", "/home")
		if len(tree.Errors()) > 0 {
			return
		}
		if strings.Contains(form, "«missing»") {
			t.Fatalf("%q: nothing is missing, and the form is %q", tree.Source(), form)
		}
		src := tree.Source()
		if spaced := syntax.Parse("/* */ " + strings.TrimPrefix(src, "\ufeff") + "\n# end"); spaced.Canonical("/", "/home") != form {
			t.Fatalf("%q: with comments around it is %q, without %q", src, spaced.Canonical("/", "/home"), form)
		}
	})
}

// FuzzDump holds that a dump has a line for each node.
func FuzzDump(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, _ int) {
		var out strings.Builder
		if err := tree.Dump(&out); err != nil {
			t.Fatal(err)
		}
		nodes := len(slices.Collect(syntax.Descendants(tree.Root())))
		if lines := strings.Count(out.String(), "\n"); lines != nodes {
			t.Fatalf("%q: %d lines for %d nodes", tree.Source(), lines, nodes)
		}
	})
}

// FuzzRender holds that errors are shown as valid text, each with its message.
func FuzzRender(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, _ int) {
		out := syntax.Render(tree.Source(), "x.nix", tree.Errors())
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }) {
			t.Fatalf("%q: %q", tree.Source(), out)
		}
		for _, e := range tree.Errors() {
			if !strings.Contains(out, e.Message()) || e.Message() == "" {
				t.Fatalf("%q: no word of %+v in %q", tree.Source(), e, out)
			}
		}
	})
}

// FuzzInsert applies what errors call certain, which must be possible.
func FuzzInsert(f *testing.F) {
	fuzzTrees(f, func(t *testing.T, tree *syntax.Tree, _ int) {
		var edits []text.Edit
		for _, e := range tree.Errors() {
			if e.Insert != "" {
				edits = append(edits, text.Edit{Span: e.Span, NewText: e.Insert})
			}
		}
		mended, err := text.Apply(tree.Source(), edits)
		if err != nil {
			t.Fatalf("%q: %v", tree.Source(), err)
		}
		checkTree(t, mended)
	})
}

// FuzzStripIndentation holds that taking indentation out leaves the parts in
// number, only ever takes away, and leaves all that is not white space.
func FuzzStripIndentation(f *testing.F) {
	f.Add("\n  a\n    b\n  ", "c\n")
	f.Add("  a ''$ ''' ''\\n", "\n\n \n x")
	f.Fuzz(func(t *testing.T, first, last string) {
		parts := []syntax.IndentedPart{{Text: first}, {Text: "${x}", IsInterpolated: true}, {Text: last}}
		out := syntax.StripIndentation(parts)
		if len(out) != len(parts) || out[1] != "" {
			t.Fatalf("%q %q: %q", first, last, out)
		}
		for i, written := range []string{first, "", last} {
			if len(out[i]) > len(written) {
				t.Fatalf("%q gives %q", written, out[i])
			}
			blanks := strings.NewReplacer(" ", "", "\n", "", "\t", "")
			if !strings.ContainsAny(written, "'$\\") && blanks.Replace(out[i]) != blanks.Replace(written) {
				t.Fatalf("%q gives %q", written, out[i])
			}
		}
	})
}
