package pill

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"
)

// blocksIn are the blocks of a text with what they say, a line each.
func blocksIn(p parser.Parser, source string) string {
	var b strings.Builder
	var write func(n ast.Node, indent string)
	write = func(n ast.Node, indent string) {
		says := ""
		if first := n.FirstChild(); first != nil && first.Type() == ast.TypeInline {
			for _, s := range spans(n, []byte(source)) {
				if s.code {
					says += "`" + s.text + "`"
				} else {
					says += s.text
				}
			}
		}
		align := ""
		switch n := n.(type) {
		case *tables.Table:
			align = fmt.Sprint(n.Alignments)
		case *tables.TableCell:
			align = n.Alignment.String()
		}
		fmt.Fprintf(&b, "%s%s %s %q\n", indent, n.Kind(), align, says)
		for child := range children(n) {
			if child.Type() == ast.TypeBlock {
				write(child, indent+"  ")
			}
		}
	}
	write(p.Parse(text.NewReader([]byte(source))), "")
	return b.String()
}

// Tables are those that the extension of the Markdown library finds.
func TestTables(t *testing.T) {
	theirs := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	compare := func(t interface{ Fatalf(string, ...any) }, source string) {
		if got, want := blocksIn(markdownParser(), source), blocksIn(theirs, source); got != want {
			t.Fatalf("%q:\n%s\nwant\n%s", source, got, want)
		}
	}
	files, err := filepath.Glob("../../pills/*.md")
	if err != nil || len(files) < 10 {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, string(content))
	}
	for _, source := range []string{
		"a | b\n--|--\nc | d\n", "| a |\n|---|\n", "| a | b |\n|:--|--:|\n| c |\n| d | e | f |\n", "text\n| a | b |\n|---|:-:|\n| c | d |\n\nafter\n",
		"| `a\\|b` | c\\|d |\n|---|---|\n| x `e\\|\\|f` g\\|h | `` i\\| `` |\n", "- | a | b |\n  |---|---|\n  | c | d |\n", "> | a |\n> |:-:|\n> | b |\n",
		"| a | b |\n|---|\n| c |\n", "a\n---\n", "a\n:--\n", "| a |\n| - - |\n", "| a |\n|---|\n    | b |\n", "|a|b|\n|-|-|\n|\n| |\n", "a | b\n    --|--\n", "a\n-:|\nb\n",
		"| a\n|:-\n| \\\n", "|\n|-|\n",
	} {
		compare(t, source)
	}
	rapid.Check(t, func(t *rapid.T) {
		pieces := []string{"|", "|", "-", "--", ":", "a", "`", "\\", " ", "\n", "\n", "\n|-|-|\n", "\n|--|:-|\n", "*", "> ", "- "}
		compare(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 40).Draw(t, "pieces"), ""))
	})
}
