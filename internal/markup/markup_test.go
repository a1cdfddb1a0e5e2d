package markup

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	source "github.com/yuin/goldmark/text"

	"jetpills/internal/text"
)

func TestEscape(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"plain text, 7.2 of it (a-b, x86_64) = ~ * _", `plain text, 7.2 of it (a-b, x86_64) = ~ * \_`},
		{"![x](https://example.org/x.png)", `!\[x\](https://example.org/x.png)`},
		{"[x](command:y)", `\[x\](command:y)`},
		{"<img src=x> a < b & c &lt; 1 <2", `\<img src=x> a < b & c \&lt; 1 \<2`},
		{"<command:x>", `\<command:x>`},
		{`\[x](y)`, `\\\[x\](y)`},
		{"*a* _b_ ~~c~~ `d`", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`"},
		{"a\n\n# b\r- c\u2028d", `a\n\n# b\r- c\u2028d`},
		{"# a", `\# a`},
		{"1. a", `1\. a`},
		{"> a", `\> a`},
		{"---", `\---`},
		{"a!", `a\!`},
		{"\x1b[31m\u202e", `\u001b\[31m\u202e`},
	} {
		if got := Escape(test.text, true); got != test.want {
			t.Errorf("%q becomes %q, want %q", test.text, got, test.want)
		}
	}
}

func TestProse(t *testing.T) {
	for _, test := range []struct{ text, markdown, plain string }{
		{"plain, with `code` in it", "plain, with `code` in it", "plain, with code in it"},
		{"`[in code](x)`", "`[in code](x)`", "[in code](x)"},
		{"one ` alone [x](y)", "one \\` alone \\[x\\](y)", "one ` alone [x](y)"},
		{"`` a`b `` and ```[x](y)`", "``a`b`` and \\`\\`\\`\\[x\\](y)\\`", "a`b and ```[x](y)`"},
		{"", "", ""},
	} {
		if got := Prose(test.text); got.Markdown() != test.markdown || got.Plain() != test.plain {
			t.Errorf("%q becomes %q and %q", test.text, got.Markdown(), got.Plain())
		}
	}
}

func TestFormat(t *testing.T) {
	got := Format("the `input` %s of %s, %s%s", Code("a`b"), "[x](y)", 3, Text{})
	if want := "the `input` ``a`b`` of \\[x\\](y), 3"; got.Markdown() != want {
		t.Errorf("%s", got.Markdown())
	}
	if want := "the input a`b of [x](y), 3"; got.Plain() != want {
		t.Errorf("%s", got.Plain())
	}
	if got := Join([]Text{Strong(Literal("a*")), Codes([]string{"b", ""})}, " and "); got.Markdown() != "**a\\*** and `b`, ` `" {
		t.Errorf("%s", got.Markdown())
	}
}

func TestLink(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.org/a(b)?c=d&e#f": "https://example.org/a%28b%29?c=d&e#f",
		"file:///a b/ü.md#L3":              "file:///a%20b/%C3%BC.md#L3",
		"HTTP://x/&gt;\n`<>\\":             "HTTP://x/&gt%3B%0A%60%3C%3E%5C",
		"command:x":                        "",
		"javascript:x":                     "",
		"data:x":                           "",
		"//example.org":                    "",
		"a.md":                             "",
		"":                                 "",
	} {
		if got := Address(address); got != want {
			t.Errorf("%q becomes %q, want %q", address, got, want)
		}
	}
	if got := Link(Literal("a]"), "command:x").Markdown(); got != `a\]` {
		t.Error(got)
	}
	if got := Link(Literal("a]"), "file:///x").Markdown(); got != `[a\]](file:///x)` {
		t.Error(got)
	}
}

// hostile are texts in which something is live, or nearly.
var hostile = []string{
	"b\n\n[click](command:x) ![](https://example.org/x.png)", "<command:x>", "<b>x</b>", "<!-- x", "<?x", "<https://example.org>",
	"`", "``", "```", "a`[x](y)`b", "```[x](y)`", " `a` ", "  ", " a ", "\\", "\\`", "a\\", "&#91;x](y)", "&lt;b>", "# x", "x\n===", "===",
	"- x", "* x", "+ x", "1. x", "1)", "12345678901. x", "> x", "| a |\n|---|", ":-: | :-:", "~~~\nx", "~~x~~", "***", "___", "__x__", "_x_",
	"[x]: command:y", "[x]", "![x]", "!", "x!", "[^1]: x", "\tx", "    x", "\x00\x1b]8;;x\x07\u009b\u007f\r\u2028\u202e\u2066\xff\xc2",
}

func FuzzMarkup(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Footnote))
	tags := regexp.MustCompile("</?(p|code)>\n?")
	f.Fuzz(func(t *testing.T, s string) {
		shown := text.Visible(s, "")
		for form, page := range map[string]string{
			"literal": Literal(s).Markdown(), "prose": Prose(s).Markdown(), "code": Code(s).Markdown(),
			"within": Format("a %s b `c` %s", s, Code(s)).Markdown(), "strong": Strong(Code(s)).Markdown(),
			"link": Link(Code(s), "command:"+s).Markdown(),
		} {
			doc := markdown.Parser().Parse(source.NewReader([]byte(page)))
			if n := doc.ChildCount(); n > 1 || n == 1 && doc.FirstChild().Kind() != ast.KindParagraph {
				t.Errorf("%s of %q makes blocks: %q", form, s, page)
			}
			_ = ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
				switch n.Kind() {
				case ast.KindDocument, ast.KindParagraph, ast.KindText, ast.KindCodeSpan:
					return ast.WalkContinue, nil
				case ast.KindEmphasis:
					if form == "strong" {
						return ast.WalkContinue, nil
					}
				}
				t.Errorf("%s of %q has a %v: %q", form, s, n.Kind(), page)
				return ast.WalkContinue, nil
			})
			var drawn strings.Builder
			if err := markdown.Convert([]byte(page), &drawn); err != nil {
				t.Fatal(err)
			}
			got := html.UnescapeString(tags.ReplaceAllString(drawn.String(), ""))
			switch form {
			case "literal":
				if strings.Trim(got, " ") != strings.Trim(shown, " ") {
					t.Errorf("%q is shown as %q", s, got)
				}
			case "code":
				if got != shown && s != "" {
					t.Errorf("the code %q is shown as %q", s, got)
				}
			}
		}

		lines := strings.Split(s, "\n")
		page := strings.Join(Fence(s, lines), "\n")
		block, ok := markdown.Parser().Parse(source.NewReader([]byte(page))).FirstChild().(*ast.FencedCodeBlock)
		if !ok || block.NextSibling() != nil {
			t.Fatalf("%q makes no block of code: %q", s, page)
		}
		for i := range lines {
			lines[i] = text.Visible(lines[i], "\t")
		}
		if got := strings.Split(strings.TrimSuffix(string(block.Lines().Value([]byte(page))), "\n"), "\n"); !slices.Equal(got, lines) {
			t.Errorf("%q becomes the code %q", lines, got)
		}
	})
}

func TestParagraphs(t *testing.T) {
	head := Strong(Code("x"))
	got := Paragraphs([]Text{
		List(head, []Text{Literal("a*"), Literal("b")}), List(head, nil),
		Quotation(Literal("c")),
	})
	if want := "**`x`**\n\n- a\\*\n- b\n\n**`x`**\n\n> c"; got.Markdown() != want {
		t.Errorf("%q, want %q", got.Markdown(), want)
	}
	if want := "x\na*\nb\n\nx\n\nc"; got.Plain() != want {
		t.Errorf("%q, want %q", got.Plain(), want)
	}
}
