package pill

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func rendered(t *testing.T, s Section, width int, color bool) string {
	t.Helper()
	var b strings.Builder
	if err := s.Render(&b, width, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const shown = `Firmware
--------

A long first sentence that
needs ` + "`wrapping here`" + ` because
it is wide, see the manual
(https://example.org/m), pill
04, order (04#order) and
below.

    code { that is never wrapped } whatever its width may be;

### Below

- one item which is too long
  for its line
- two
  1. nested
  2. list

name            meaning
──────────────  ──────────────
` + "`som`" + `           the module
                that you
                bought
` + "`carrierBoard`" + `  what it sits
                on

1. Why?

Answer:
Because of this.

Why not?
At once.
`

func TestRender(t *testing.T) {
	const text = `# A

## Firmware
<!-- explains: concept:firmware -->

A long first sentence that needs ` + "`wrapping here`" + ` because it is *wide*, see [the manual](https://example.org/m),
[pill 04](04-b.md), [order](04-b.md#order) and [below](#below).

` + "```nix\ncode { that is never wrapped } whatever its width may be;\n```" + `

### Below

- one item which is too long for its line
- two
  1. nested
  2. list

| name | meaning |
|---|---|
| ` + "`som`" + ` | the module that you bought |
| ` + "`carrierBoard`" + ` | what it sits on |

**1.** Why?

<details><summary>Answer</summary>

Because of **this**.

</details>

<details><summary>Why not?</summary>
At once.
</details>

---
[← Pill 02](02-flakes.md) · [Index](README.md)
`
	s, _ := Load(files("03-a.md", text)).Find("03#firmware")
	plain := rendered(t, s, 30, false)
	if d := cmp.Diff(shown, plain); d != "" {
		t.Error(d)
	}
	// Colours add nothing but colours, and stand in for the back-ticks.
	colored := rendered(t, s, 80, true)
	if !strings.Contains(colored, "\x1b[36msom\x1b[0m") {
		t.Errorf("no colour on code:\n%s", colored)
	}
	bare := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(colored, "")
	if strings.ContainsAny(bare, "\x1b`") {
		t.Errorf("marks left over:\n%s", bare)
	}
}

// TestRenderCommandsNothing renders a pill that would command a terminal: the colours are ours.
func TestRenderCommandsNothing(t *testing.T) {
	const evil = "\x1b]0;x\a\x1b[2J\u009b31m\x7f\v\u202e\u2066"
	text := "---\ntitle: x\n---\n# " + evil + "\n\n## " + evil + "\n\n" + evil + " `" + evil + "` `a\vb` &#27; &#11; [" + evil + "](a%1b%0ab.md#" + evil + ") " +
		"[x](https://example.org/" + evil + ") <b " + evil + ">\n\n```" + evil + "\n" + evil + "\n```\n\n| " + evil + " |\n|---|\n| " + evil + " |\n\n" +
		"> " + evil + "\n\n- " + evil + "\n\n<details><summary>" + evil + "</summary>\n\n" + evil + "\n\n</details>\n"
	p, ok := Load(files("03-"+evil+".md", text)).Find("03")
	if !ok {
		t.Fatal("no pill")
	}
	for _, color := range []bool{false, true} {
		var b strings.Builder
		if err := p.Pill.Render(&b, 40, color); err != nil {
			t.Fatal(err)
		}
		bare := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(b.String(), "")
		if color == (bare == b.String()) {
			t.Errorf("with colours %v: %q", color, b.String())
		}
		if strings.ContainsFunc(bare, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Bidi_Control, r)
		}) {
			t.Errorf("%q", bare)
		}
		if !strings.Contains(bare, `\u001b]0;x\u0007`) {
			t.Errorf("nothing is written out: %q", bare)
		}
	}
}

func TestRenderFits(t *testing.T) {
	for _, dir := range []string{"plain", "annotated"} {
		c := loadDir(t, dir)
		for _, p := range c.Pills() {
			var b strings.Builder
			if err := p.Render(&b, 60, false); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if utf8.RuneCountInString(line) > 60 && !strings.HasPrefix(line, "    ") {
					t.Errorf("%s: too wide: %s", p.File, line)
				}
				if strings.Contains(line, "<!--") || strings.Contains(line, "](") || strings.Contains(line, "<details") {
					t.Errorf("%s: marks left over: %s", p.File, line)
				}
			}
		}
	}
}
