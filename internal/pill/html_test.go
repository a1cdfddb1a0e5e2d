package pill_test

import (
	"html"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/pill"
)

// plainHTML leads to other files by their names and shows code as it is.
var plainHTML = pill.HTML{
	Link: func(l pill.Link) string {
		if l.URL != "" {
			return l.URL
		}
		return l.File + "#" + l.Anchor
	},
	Code: func(b pill.CodeBlock) string { return "<pre>" + html.EscapeString(b.Text) + "</pre>\n" },
}

func TestHTML(t *testing.T) {
	cases := []struct{ name, markdown, want string }{
		{"a paragraph", "one *two* **three** `a<b`\nfour\\\nfive", "<p>one <em>two</em> <strong>three</strong> <code>a&lt;b</code>\nfour<br>\nfive</p>\n"},
		{"links", "[a](b.md#c) [d](https://e.example/?f&g) [h](javascript:i) <https://j.example>",
			"<p><a href=\"b.md#c\">a</a> <a href=\"https://e.example/?f&amp;g\">d</a> h <a href=\"https://j.example\">https://j.example</a></p>\n"},
		{"lists", "- a\n- b\n  - c\n\n3. d\n4. e", "<ul><li>a</li>\n<li>b\n<ul><li>c</li>\n</ul></li>\n</ul>\n<ol start=\"3\"><li>d</li>\n<li>e</li>\n</ol>\n"},
		{"a table", "| a | `b` |\n|---|---|\n| 1 | <i>2</i> |",
			"<div class=\"table\"><table><thead><tr><th>a</th><th><code>b</code></th></tr></thead>\n<tbody>\n<tr><td>1</td><td>2</td></tr>\n</tbody></table></div>\n"},
		{"code", "```nix\na < b\n```\n\n    indented", "<pre>a &lt; b\n</pre>\n<pre>indented\n</pre>\n"},
		{"a quote and a rule", "> a\n\n---", "<blockquote><p>a</p>\n</blockquote>\n<hr>\n"},
		{"a fold", "<details><summary>Answer</summary>\n\na\n\n</details>", "<details><summary>Answer</summary>\n<p>a</p>\n</details>\n"},
		{"folds that do not close", "<details open class=x><summary>A\n\na\n\n<details>", "<details><summary>A\n<p>a</p>\n</summary><details>\n</details>\n</details>\n"},
		{"folds that nobody opened", "</details></summary>\n\na", "<p>a</p>\n"},
		{"other tags", "<div onclick=x>a &amp; b</div>\n\n<!-- c -->\n\nd <b>e</b><br>f ![g](h.png)", "a &amp; b\n<p>d e<br>\nf</p>\n"},
		{"characters that turn others around", "a\u202eb", "<p>a\\u202eb</p>\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, plainHTML.Markdown(c.markdown)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHTMLOfSections(t *testing.T) {
	collection := pill.Load(fstest.MapFS{"00-a.md": {Data: []byte("# Pill 00: A\n\nfirst\n\n## `x` and `x & y`: <z>\n\nsecond\n\n<details>\n\n## next\n\nthird\n")}})
	sections := collection.Pills()[0].Sections
	if got, want := plainHTML.Title(sections[1]), "<code>x</code> and <code>x &amp; y</code>:"; got != want {
		t.Errorf("the title is %s, not %s", got, want)
	}
	for i, want := range []string{"<p>first</p>\n", "<p>second</p>\n<details>\n</details>\n", "<p>third</p>\n"} {
		if diff := cmp.Diff(want, plainHTML.Section(sections[i])); diff != "" {
			t.Error(diff)
		}
	}
}
