package text_test

import (
	"strings"
	"testing"

	"jetpills/internal/text"
)

// FuzzApply holds that edits that do not overlap come to the same at once and
// one after the other from the last, and that all others are refused.
func FuzzApply(f *testing.F) {
	f.Add("abcdef", 1, 3, "X", 4, 4, "Y")
	f.Add("abc", 3, 3, "", -1, 9, "é")
	f.Fuzz(func(t *testing.T, src string, start, end int, with string, otherStart, otherEnd int, otherWith string) {
		first := text.Edit{Span: text.Span{Start: start, End: end}, NewText: with}
		second := text.Edit{Span: text.Span{Start: otherStart, End: otherEnd}, NewText: otherWith}
		got, err := text.Apply(src, []text.Edit{second, first})
		lies := func(e text.Edit) bool { return 0 <= e.Start && e.Start <= e.End && e.End <= len(src) }
		if start > otherStart {
			first, second = second, first
		}
		if fits := lies(first) && lies(second) && first.End <= second.Start; fits != (err == nil) {
			if start == otherStart {
				return // the order in which they were given decides
			}
			t.Fatalf("%q %v %v: %v", src, first, second, err)
		}
		if err != nil {
			if got != "" {
				t.Fatalf("%q: refused, and %q given", src, got)
			}
			return
		}
		if start == otherStart {
			return // as the table has it
		}
		want := src[:second.Start] + second.NewText + src[second.End:]
		want = want[:first.Start] + first.NewText + want[first.End:]
		if got != want {
			t.Fatalf("%q %v %v: got %q, want %q", src, first, second, got, want)
		}
	})
}

// FuzzLineIndex holds that lines lie end to end, that each offset is on the line
// that it is in, and that no line has a line break but at its end.
func FuzzLineIndex(f *testing.F) {
	f.Add("a\r\nb\nc\rd", 3)
	f.Add("\r\r\n\n", -1)
	f.Fuzz(func(t *testing.T, src string, anywhere int) {
		x := text.NewLineIndex(src)
		if line := x.Line(anywhere); anywhere >= 0 && (line < 0 || line >= x.Lines()) {
			t.Fatalf("%q: offset %d is on line %d of %d", src, anywhere, line, x.Lines())
		}
		if at := x.Start(anywhere); at < 0 || at > len(src) {
			t.Fatalf("%q: line %d starts at %d", src, anywhere, at)
		}
		for line := range x.Lines() {
			start, end := x.Start(line), x.Start(line+1)
			if start > end || start == end && line+1 < x.Lines() {
				t.Fatalf("%q: line %d is %d-%d", src, line, start, end)
			}
			if content := strings.TrimRight(src[start:end], "\r\n"); strings.ContainsAny(content, "\r\n") {
				t.Fatalf("%q: line %d is %q", src, line, src[start:end])
			}
			for at := start; at < end; at++ {
				if x.Line(at) != line {
					t.Fatalf("%q: offset %d is on line %d, not %d", src, at, line, x.Line(at))
				}
			}
		}
	})
}

// FuzzLineColumn holds that every offset comes back from its line and column.
func FuzzLineColumn(f *testing.F) {
	f.Add("a\r\nb\nc\rd", 2, 1)
	f.Add("é\xff\n", 0, -1)
	f.Fuzz(func(t *testing.T, src string, line, column int) {
		m := text.NewMapper(src)
		if at, ok := m.OffsetAt(line, column); ok && (at < 0 || at > len(src)) {
			t.Fatalf("%q: %d:%d is offset %d", src, line, column, at)
		}
		if strings.ContainsAny(m.LineText(line), "\r\n") {
			t.Fatalf("%q: line %d is %q", src, line, m.LineText(line))
		}
		for at := range len(src) + 1 {
			l, c := m.LineColumn(at)
			if back, ok := m.OffsetAt(l, c); (!ok || back != at) && !insideBreak(src, at) {
				t.Fatalf("%q: offset %d is %d:%d, which is offset %d, %v", src, at, l, c, back, ok)
			}
		}
	})
}

// insideBreak reports whether an offset lies between the two bytes of a line
// break, where no column is.
func insideBreak(src string, at int) bool {
	return at > 0 && at < len(src) && src[at-1] == '\r' && src[at] == '\n'
}

// FuzzEdit holds that any change that a client sends can be applied.
func FuzzEdit(f *testing.F) {
	f.Add("one\ntwo\r\nthree", uint32(1), uint32(2), uint32(0), uint32(9), "é", false)
	f.Add("", uint32(1<<31), uint32(1<<31), uint32(0), uint32(0), "", true)
	f.Fuzz(func(t *testing.T, src string, line, character, endLine, endCharacter uint32, with string, whole bool) {
		m := text.NewMapper(src)
		change := text.Change{
			Start: text.Position{Line: line, Character: character},
			End:   text.Position{Line: endLine, Character: endCharacter},
			Whole: whole, Text: with,
		}
		for _, e := range []text.Encoding{text.UTF8, text.UTF16, text.UTF32} {
			edit := m.Edit(change, e)
			got, err := text.Apply(src, []text.Edit{edit})
			if err != nil {
				t.Fatalf("%q %+v: %v", src, change, err)
			}
			if len(got) != len(src)-edit.Len()+len(with) || whole && got != with {
				t.Fatalf("%q %+v: %q", src, change, got)
			}
		}
	})
}

// FuzzSpan holds how the questions to a span hang together.
func FuzzSpan(f *testing.F) {
	f.Add(1, 3, 2, 2, 3)
	f.Fuzz(func(t *testing.T, start, end, otherStart, otherEnd, offset int) {
		s, other := text.Span{Start: start, End: end}, text.Span{Start: otherStart, End: otherEnd}
		if start > end || otherStart > otherEnd {
			return
		}
		if s.Contains(offset) && !s.Touches(offset) {
			t.Fatalf("%v contains %d without touching it", s, offset)
		}
		if s.Covers(other) && other.Touches(offset) && !s.Touches(offset) {
			t.Fatalf("%v covers %v and not %d", s, other, offset)
		}
	})
}
