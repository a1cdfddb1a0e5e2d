// Package markup makes what clients draw of words of ours and texts of others, as Markdown and as plain text.
// A Text is made by its functions alone, and each of them escapes: what others wrote stays text, whatever is in it.
package markup

import (
	"fmt"
	"strings"

	"jetpills/internal/text"
)

// Text is a piece of a line in both forms that clients take. Its zero value is nothing.
type Text struct{ markdown, plain string }

// Markdown is the text for clients that draw Markdown.
func (t Text) Markdown() string { return t.markdown }

// Plain is the text for clients that show it as it is: without the marks of code.
func (t Text) Plain() string { return t.plain }

// Empty reports whether there is no text.
func (t Text) Empty() bool { return t.plain == "" }

func (t Text) plus(more Text) Text { return Text{t.markdown + more.markdown, t.plain + more.plain} }

// Literal is a text in which no mark of Markdown works.
func Literal(s string) Text { return literal(s, true) }

func literal(s string, starts bool) Text { return Text{Escape(s, starts), text.Visible(s, "")} }

// Prose is a text in which code spans work, and no other mark of Markdown.
func Prose(s string) Text { return prose(s, true) }

func prose(s string, starts bool) Text {
	var out Text
	from := 0 // what is before it is written
	for i := 0; i < len(s); {
		if s[i] != '`' {
			i++
			continue
		}
		width := runAt(s, i)
		end := closing(s, i+width, width)
		if end < 0 {
			i += width
			continue
		}
		out = out.plus(literal(s[from:i], starts && from == 0)).plus(Code(unpadded(s[i+width : end])))
		i = end + width
		from = i
	}
	return out.plus(literal(s[from:], starts && from == 0))
}

// closing is where, from an index on, just so many back-ticks in a row stand; -1 for nowhere.
func closing(s string, from, width int) int {
	for i := from; i < len(s); i++ {
		if run := runAt(s, i); run == width {
			return i
		} else if run > 0 {
			i += run - 1
		}
	}
	return -1
}

// runAt is how many back-ticks stand at an index.
func runAt(s string, i int) int { return len(s) - i - len(strings.TrimLeft(s[i:], "`")) }

// unpadded is the content of a code span without the spaces that keep back-ticks in it apart from those around it.
func unpadded(s string) string {
	if len(s) > 1 && s[0] == ' ' && s[len(s)-1] == ' ' && strings.Trim(s, " ") != "" {
		return s[1 : len(s)-1]
	}
	return s
}

// Code is a text as a code span.
func Code(s string) Text { return Text{CodeSpan(s), text.Visible(s, "")} }

// Codes are texts as code spans, with commas between them.
func Codes(all []string) Text {
	spans := make([]Text, len(all))
	for i, s := range all {
		spans[i] = Code(s)
	}
	return Join(spans, ", ")
}

// Strong is a text that stands out.
func Strong(t Text) Text { return Text{"**" + t.markdown + "**", t.plain} }

// Heading is a paragraph that stands above others.
func Heading(t Text) Text { return Text{"## " + t.markdown, t.plain} }

// Format is a text with parts in the place of each %s of its format, which is prose. A part that is no Text is literal.
func Format(format string, parts ...any) Text {
	pieces := strings.Split(format, "%s")
	out := prose(pieces[0], true)
	for i, piece := range pieces[1:] {
		if part, ok := parts[i].(Text); ok {
			out = out.plus(part)
		} else {
			out = out.plus(literal(fmt.Sprint(parts[i]), out.Empty()))
		}
		out = out.plus(prose(piece, false))
	}
	return out
}

// Join is texts with a separator, which is prose, between them.
func Join(texts []Text, separator string) Text { return joined(texts, prose(separator, false)) }

// Paragraphs are texts with an empty line between them.
func Paragraphs(texts []Text) Text { return joined(texts, Text{"\n\n", "\n\n"}) }

// Lines are texts as the lines of one paragraph.
func Lines(texts []Text) Text { return joined(texts, Text{"  \n", "\n"}) }

// List is a text, which may be empty, with others under it, a line each, which Markdown draws as a list.
func List(head Text, items []Text) Text {
	if len(items) == 0 {
		return head
	}
	list := joined(items, Text{"\n- ", "\n"})
	list.markdown = "- " + list.markdown
	if head.Empty() {
		return list
	}
	return Text{head.markdown + "\n\n" + list.markdown, head.plain + "\n" + list.plain}
}

// Item is an item of a List with others under it.
func Item(head Text, items []Text) Text {
	return joined(append([]Text{head}, items...), Text{"\n  - ", "\n  "})
}

func joined(texts []Text, between Text) Text {
	markdown, plain := make([]string, len(texts)), make([]string, len(texts))
	for i, t := range texts {
		markdown[i], plain[i] = t.markdown, t.plain
	}
	return Text{strings.Join(markdown, between.markdown), strings.Join(plain, between.plain)}
}

// Command are lines for a shell, as a paragraph.
func Command(lines ...string) Text {
	plain := make([]string, len(lines))
	for i, line := range lines {
		plain[i] = text.Visible(line, "")
	}
	return Text{strings.Join(Fence("sh", lines), "\n"), strings.Join(plain, "\n")}
}

// Quotation is a paragraph of somebody else's.
func Quotation(t Text) Text { return Text{"> " + t.markdown, t.plain} }

// Link is a text that leads to an address, or the text alone where Address has none.
func Link(label Text, address string) Text {
	if to := Address(address); to != "" {
		label.markdown = "[" + label.markdown + "](" + to + ")"
	}
	return label
}
