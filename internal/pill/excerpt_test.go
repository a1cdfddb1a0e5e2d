package pill

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// excerpt is the Markdown of the first section "## S" of a text.
func excerpt(t *testing.T, text string, lines int) string {
	t.Helper()
	s, ok := Load(files("03-a.md", "# A\n\n## S\n"+text)).Find("03#s")
	if !ok {
		t.Fatal("no section S")
	}
	return s.Excerpt(lines).Markdown(nil)
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+"\n", i+1)
	}
	return b.String()
}

func TestExcerpt(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Words of a sentence. ", 60))
	for _, tt := range []struct {
		name, text, want string
		lines            int
	}{
		{name: "paragraph and short code", text: "What it is.\n\n```nix eval\n{ a = 1; }\n```\n\nMore.",
			want: "What it is.\n\n```nix\n{ a = 1; }\n```\n\nMore."},
		{name: "stops at the next heading", text: "What it is.\n\n### T\n\nOther.", want: "What it is."},
		{name: "comments, images and folds are dropped",
			text: "<!-- explains: concept:s -->\n\n![picture](a.png)\n\n<!-- generated: soms -->\n\nWhat ![x](b.png)it is.\n\n<details><summary>More</summary>\n\nHidden.\n\n</details>\n\nShown.",
			want: "What it is.\n\nShown."},
		{name: "long code is cut inside its fence", text: "What it is.\n\n```nix\n" + numbered("  line %d", 20) + "```\n", lines: 6,
			want: "What it is.\n\n```nix\n  line 1\n  line 2\n  line 3\n  line 4\n  # …\n```"},
		{name: "a little too long is not cut", text: "What it is.\n\n```nix\n" + numbered("line %d", 7) + "```\n", lines: 6,
			want: "What it is.\n\n```nix\n" + numbered("line %d", 7) + "```"},
		{name: "no cut after an empty line", text: "```bash\na\n\n\nb\nc\nd\ne\nf\n```\n", lines: 4, want: "```bash\na\n# …\n```"},
		{name: "a diagram is whole or not there", text: "What it is.\n\n```text\n" + numbered("line %d", 20) + "```\n", lines: 8, want: "What it is."},
		{name: "words that announce what does not fit go too", text: "What it is.\n\nIt looks so:\n\n```text\n" + numbered("line %d", 20) + "```\n", lines: 8, want: "What it is."},
		{name: "a fence that holds fences", text: "````text\n```nix\na\n```\n````\n", want: "````text\n```nix\na\n```\n````"},
		{name: "an open fence is closed", text: "```nix\n{ a = 1; }", want: "```nix\n{ a = 1; }\n```"},
		{name: "indented code gets a fence", text: "What:\n\n    a = 1;\n", want: "What:\n\n```\na = 1;\n```"},
		{name: "a long paragraph ends with a sentence", text: long, lines: 1,
			want: strings.TrimSpace(strings.Repeat("Words of a sentence. ", 3)) + " …"},
		{name: "a long paragraph without sentences ends with a word", text: strings.Repeat("word ", 100), lines: 1,
			want: strings.TrimSpace(strings.Repeat("word ", 16)) + " …"},
		{name: "a long paragraph without words ends anywhere", text: strings.Repeat("é", 1000), lines: 1,
			want: strings.Repeat("é", 79) + " …"},
		{name: "list items are whole", text: "- one\n  goes on\n- two\n- three\n", lines: 3, want: "- one\n  goes on\n- two"},
		{name: "a numbered list keeps its numbers", text: "3. one\n4. two\n   - in `two`\n", want: "3. one\n4. two\n   - in `two`"},
		{name: "a loose list stays loose", text: "- one\n\n- two\n\n  more\n", want: "- one\n\n- two\n\n  more"},
		{name: "a table that fits", text: "Look:\n\n| a | b |\n|:--|--:|\n| `x|y` | *z* |\n| p \\| q | `r\\|s` |\n",
			want: "Look:\n\n| a | b |\n|:---|---:|\n| \\`x | y\\` |\n| p \\| q | `r\\|s` |"},
		{name: "a table that does not fit gives way", text: "| a |\n|---|\n" + numbered("| %d |", 20) + "\nAfter it.", lines: 6, want: "After it."},
		{name: "a table alone is shortened", text: "| a |\n|---|\n" + numbered("| %d |", 20), lines: 5, want: "| a |\n|---|\n| 1 |\n| 2 |\n| … |"},
		{name: "an announced table that is a little too long", text: "All of them:\n\n| a |\n|---|\n" + numbered("| %d |", 6), lines: 6,
			want: "All of them:\n\n| a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n| 4 |\n| 5 |\n| 6 |"},
		{name: "an announced table that is far too long", text: "All of them:\n\n| a |\n|---|\n" + numbered("| %d |", 20) + "\nAfter it.", lines: 7,
			want: "All of them:\n\n| a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n| … |"},
		{name: "an announced drawing that does not fit", text: "It looks so:\n\n```\n" + numbered("box %d", 20) + "```\n\nAfter it.", lines: 5,
			want: "It looks so:\n\n```\nbox 1\nbox 2\nbox 3\n…\n```"},
		{name: "subsections that are announced", text: "It does this:\n\n### One\n\n```nix\na = 1;\n```\n\n### Two\n\nNo.", want: "It does this:\n\n```nix\na = 1;\n```"},
		{name: "subsections that are not", text: "It does much.\n\n### One\n\nNo.", want: "It does much."},
		{name: "a rule between paragraphs", text: "One.\n\n---\n\nTwo.", want: "One.\n\nTwo."},
		{name: "a bold line first", text: "**Without a lock**:\n```bash\nnix-channel --update\n```\n\nThen.", want: "**Without a lock**:\n\n```bash\nnix-channel --update\n```\n\nThen."},
		{name: "emoji", text: "🚀 Fast, ⚠️ risky.\n\n1. ✅ one\n2. ❌ two\n", want: "🚀 Fast, ⚠️ risky.\n\n1. ✅ one\n2. ❌ two"},
		{name: "tags", text: "<div align=\"center\">\n\n<img src=\"a.png\"/>\n\n</div>\n\nText with <b>bold</b>.", want: "Text with bold."},
		{name: "a list within a quote within a list", text: "- a\n  > quoted\n  > - b\n    - c\n- d", want: "- a\n  > quoted\n  >\n  > - b\n  - c\n- d"},

		{name: "a quote", text: "> note\n> of two lines\n>\n> - list\n", want: "> note\n> of two lines\n>\n> - list"},
		{name: "marks of style", text: "*a* **b** ***c*** `d` ``e`f`` a\\*b & <https://example.org> x<br>y <kbd>K</kbd>",
			want: "*a* **b** ***c*** `d` ``e`f`` a\\*b & <https://example.org> x\\\ny K"},
		{name: "hard break", text: "one  \ntwo\\\nthree", want: "one\\\ntwo\\\nthree"},
		{name: "navigation is no text", text: "[← Pill 02](02-flakes.md) | [Index](README.md)\n\nWhat it is.", want: "What it is."},
		{name: "footer", text: "What it is.\n\n---\n[← Pill 02: Flakes](02-flakes.md) · [Index](README.md) · [Pill 04: A →](04-a.md)\n", want: "What it is."},
		{name: "footer in words", text: "What it is.\n\n---\n\n**Next:** Pill 04, the architecture\n", want: "What it is."},
		{name: "footer without a line above", text: "What it is.\n\n**Previous**: [Flakes](02-flakes.md) | **Next**: [Modules](07-m.md)\n", want: "What it is."},
		{name: "a last sentence with a link is no footer", text: "What it is.\n\nRead on in [pill 04](04-a.md), which shows it.\n",
			want: "What it is.\n\nRead on in [pill 04](04-a.md), which shows it."},
		{name: "an empty section gives its subsection's text", text: "\n### Inner\n\nInside.\n\n### Second\n\nNo.", want: "Inside."},
		{name: "nothing at all", text: "\n<!-- nothing -->\n", want: ""},
		{name: "reference links", text: "See [the manual][m].\n\n[m]: https://example.org/m\n", want: "See [the manual](https://example.org/m)."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, excerpt(t, tt.text, tt.lines)); d != "" {
				t.Error(d)
			}
		})
	}
}

// Whatever is cut, what is shown stays whole Markdown within the limit.
func TestExcerptLimits(t *testing.T) {
	for _, dir := range []string{"plain", "annotated"} {
		c := loadDir(t, dir)
		for _, p := range c.Pills() {
			for _, s := range p.Sections {
				for lines := 1; lines < 16; lines++ {
					text := s.Excerpt(lines).Markdown(nil)
					if strings.Count(text, "```")%2 != 0 {
						t.Errorf("%s, %d lines: fences are not closed:\n%s", s.Label(), lines, text)
					}
					content := 0
					for _, line := range strings.Split(text, "\n") {
						if line != "" && !strings.HasPrefix(line, "```") {
							content++
						}
					}
					if content > max(lines, 2)+2*slack {
						t.Errorf("%s, %d lines: %d are shown:\n%s", s.Label(), lines, content, text)
					}
				}
			}
		}
	}
}

func TestExcerptTellsWhereItStands(t *testing.T) {
	c := loadDir(t, "plain")
	s, _ := c.Find("04#power")
	if e := s.Excerpt(0); e.Section.Title != "Fans and clocks" {
		t.Errorf("excerpt of Power is from %q", e.Section.Title)
	}
}

func TestExcerptLinks(t *testing.T) {
	c := loadDir(t, "annotated")
	s, _ := c.Find("03#callpackage")
	got := s.Excerpt(0).Markdown(func(l Link) string {
		if l.File == "07-nixos-modules.md" {
			return ""
		}
		return "file:///pills (1)/" + l.File + "#" + l.Anchor
	})
	want := "It fills in arguments. See [order](file:///pills%20%281%29/03-overlays-and-overrides.md#order), options, " +
		"[web](https://example.org/a%28b%29), odd."
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestExcerptPlain(t *testing.T) {
	for text, want := range map[string]string{
		"See [order](#order) and **`mkIf`**,\nor <https://example.org>.\n\n```nix\n{ a = 1; }\n```\n": "See order and `mkIf`,\nor https://example.org.\n\n    { a = 1; }",
		"- one *two*\n- three\n":              "- one two\n- three",
		"| a | bcd |\n|---|---|\n| `x` | y |": "a    bcd\n───  ───\n`x`  y",
		"A &lt;b&gt; \\*c\\* \x1b[31mred":     `A <b> *c* \u001b[31mred`,
		"> quoted\n> twice":                   "│ quoted\n│ twice",
		"one  \ntwo":                          "one\ntwo",
	} {
		s, _ := Load(files("03-a.md", "# A\n\n## S\n\n"+text)).Find("03#s")
		got := s.Excerpt(0).Plain()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

// FuzzLoad feeds any bytes as a pill: nothing panics, excerpts stay valid UTF-8.
func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"plain", "annotated"} {
		for _, content := range loadDir(f, dir).Files() {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		c := Load(files("03-a.md", string(content)))
		for _, p := range c.Pills() {
			lines := strings.Count(string(content), "\n") + 1
			for _, s := range p.Sections {
				if s.Line < 1 || s.Line > lines+1 {
					t.Errorf("section %q on line %d of %d", s.Title, s.Line, lines)
				}
				e := s.Excerpt(0)
				if text := e.Markdown(nil) + e.Plain(); !utf8.ValidString(text) {
					t.Errorf("section %q: excerpt is not UTF-8", s.Title)
				}
			}
			if err := p.Render(&strings.Builder{}, 40, true); err != nil {
				t.Error(err)
			}
		}
		c.For(Topic{OptionTopic, "hardware.nvidia-jetpack.som"})
		c.Search("a b")
	})
}
