package text_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"jetpills/internal/text"
)

func TestApply(t *testing.T) {
	edit := func(start, end int, s string) text.Edit {
		return text.Edit{Span: text.Span{Start: start, End: end}, NewText: s}
	}
	for _, test := range []struct {
		name  string
		edits []text.Edit
		want  string // empty: refused
	}{
		{"nothing", nil, "abcdef"},
		{"one", []text.Edit{edit(1, 3, "X")}, "aXdef"},
		{"out of order", []text.Edit{edit(4, 5, "Y"), edit(0, 1, "X")}, "XbcdYf"},
		{"side by side", []text.Edit{edit(0, 2, "X"), edit(2, 4, "Y")}, "XYef"},
		{"two insertions at a place", []text.Edit{edit(3, 3, "X"), edit(3, 3, "Y")}, "abcXYdef"},
		{"insertion before a replacement", []text.Edit{edit(3, 3, "X"), edit(3, 4, "Y")}, "abcXYef"},
		{"at the end", []text.Edit{edit(6, 6, "X")}, "abcdefX"},
		{"overlapping", []text.Edit{edit(0, 3, "X"), edit(2, 4, "Y")}, ""},
		{"outside", []text.Edit{edit(5, 7, "X")}, ""},
		{"before the text", []text.Edit{edit(-1, 0, "X")}, ""},
		{"backwards", []text.Edit{edit(3, 2, "X")}, ""},
	} {
		got, err := text.Apply("abcdef", test.edits)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

// TestApplyIsOneAfterTheOther applies edits that do not overlap at once, and
// one by one from the last, which has to come to the same.
func TestApplyIsOneAfterTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.String().Draw(t, "text")
		var edits []text.Edit
		for at := 0; at < len(src) && rapid.Bool().Draw(t, "more"); {
			start := rapid.IntRange(at, len(src)).Draw(t, "start")
			end := rapid.IntRange(start, len(src)).Draw(t, "end")
			edits = append(edits, text.Edit{Span: text.Span{Start: start, End: end}, NewText: rapid.StringN(0, 3, 9).Draw(t, "new")})
			at = end + 1
		}
		want := src
		for i := len(edits) - 1; i >= 0; i-- {
			e := edits[i]
			want = want[:e.Start] + e.NewText + want[e.End:]
		}
		if got, err := text.Apply(src, edits); err != nil || got != want {
			t.Fatalf("%q %v: got %q, %v, want %q", src, edits, got, err, want)
		}
	})
}

func TestMapper(t *testing.T) {
	const src = "ab\r\ncé\U0001F600d\n\rx"
	m := text.NewMapper(src)
	for _, test := range []struct {
		offset             int
		line               uint32
		utf8, utf16, utf32 uint32
	}{
		{0, 0, 0, 0, 0}, {2, 0, 2, 2, 2}, {4, 1, 0, 0, 0}, {5, 1, 1, 1, 1},
		{7, 1, 3, 2, 2}, {11, 1, 7, 4, 3}, {12, 1, 8, 5, 4}, {13, 2, 0, 0, 0}, {14, 3, 0, 0, 0}, {15, 3, 1, 1, 1},
	} {
		for e, want := range map[text.Encoding]uint32{text.UTF8: test.utf8, text.UTF16: test.utf16, text.UTF32: test.utf32} {
			p := text.Position{Line: test.line, Character: want}
			if got := m.Position(test.offset, e); got != p {
				t.Errorf("offset %d in encoding %d is at %v, want %v", test.offset, e, got, p)
			}
			if got := m.Offset(p, e); got != test.offset {
				t.Errorf("%v in encoding %d is offset %d, want %d", p, e, got, test.offset)
			}
		}
	}
}

func TestMapperClamps(t *testing.T) {
	m := text.NewMapper("a\U0001F600\nbc")
	for _, test := range []struct {
		line, character uint32
		want            int
	}{
		{0, 2, 1},            // between the halves of a surrogate pair
		{0, 99, 5},           // behind the end of a line
		{9, 0, 8},            // behind the last line
		{1, 1 << 31, 8},      //
		{1 << 31, 7, 8},      //
		{1<<32 - 1, 0, 8},    //
		{0, 1<<32 - 1, 5},    //
		{1, 0, 6},            // the first of a line
		{0, 3, 5}, {0, 0, 0}, //
	} {
		if got := m.Offset(text.Position{Line: test.line, Character: test.character}, text.UTF16); got != test.want {
			t.Errorf("%d:%d is offset %d, want %d", test.line, test.character, got, test.want)
		}
	}
	if got := m.Position(-5, text.UTF16); got != (text.Position{}) {
		t.Errorf("before the text: %v", got)
	}
	if got := m.Position(99, text.UTF16); got != (text.Position{Line: 1, Character: 2}) {
		t.Errorf("behind the text: %v", got)
	}
}

func TestLineColumn(t *testing.T) {
	m := text.NewMapper("ab\n\ncdé\n")
	for _, test := range []struct {
		line, column, offset int
	}{
		{1, 1, 0}, {1, 3, 2}, {2, 1, 3}, {3, 3, 6}, {3, 5, 8}, {4, 1, 9},
	} {
		if got, ok := m.OffsetAt(test.line, test.column); !ok || got != test.offset {
			t.Errorf("%d:%d is offset %d, %v, want %d", test.line, test.column, got, ok, test.offset)
		}
		if line, column := m.LineColumn(test.offset); line != test.line || column != test.column {
			t.Errorf("offset %d is %d:%d, want %d:%d", test.offset, line, column, test.line, test.column)
		}
	}
	for _, nowhere := range [][2]int{{0, 1}, {1, 0}, {1, 4}, {5, 1}, {-1, 1}, {4, 2}} {
		if got, ok := m.OffsetAt(nowhere[0], nowhere[1]); ok {
			t.Errorf("%v is no place, got offset %d", nowhere, got)
		}
	}
}

func TestEdit(t *testing.T) {
	const src = "one\ntwo\nthree"
	m := text.NewMapper(src)
	for _, test := range []struct {
		change text.Change
		want   string
	}{
		{text.Change{Whole: true, Text: "new"}, "new"},
		{text.Change{Start: text.Position{Line: 1}, End: text.Position{Line: 2}, Text: "2\n"}, "one\n2\nthree"},
		{text.Change{Start: text.Position{Line: 2}, End: text.Position{Line: 1}, Text: "2\n"}, "one\n2\nthree"},
		{text.Change{Start: text.Position{Line: 9}, End: text.Position{Line: 9}, Text: "!"}, "one\ntwo\nthree!"},
	} {
		got, err := text.Apply(src, []text.Edit{m.Edit(test.change, text.UTF16)})
		if err != nil || got != test.want {
			t.Errorf("%+v: got %q, %v, want %q", test.change, got, err, test.want)
		}
	}
}

// FuzzMapper holds, for any text, that offsets at the start of a code point
// outside of line breaks come back from their position, that positions count
// what the encodings do, and that nothing leaves the text.
func FuzzMapper(f *testing.F) {
	f.Add("a\r\nb\nc\rd", 3, uint32(1), uint32(2))
	f.Add("é\U0001F600\xff\u2028x\n", 2, uint32(0), uint32(3))
	f.Fuzz(func(t *testing.T, src string, offset int, line, character uint32) {
		m := text.NewMapper(src)
		for _, e := range []text.Encoding{text.UTF8, text.UTF16, text.UTF32} {
			if at := m.Offset(text.Position{Line: line, Character: character}, e); at < 0 || at > len(src) {
				t.Fatalf("%q: %d:%d is offset %d", src, line, character, at)
			}
			m.Position(offset, e)
		}
		if !utf8.ValidString(src) {
			return
		}
		for at := range src {
			if src[at] == '\n' && at > 0 && src[at-1] == '\r' {
				continue // inside of a line break
			}
			for _, e := range []text.Encoding{text.UTF8, text.UTF16, text.UTF32} {
				p := m.Position(at, e)
				if back := m.Offset(p, e); back != at {
					t.Fatalf("%q: offset %d is at %v, which is offset %d", src, at, p, back)
				}
				before := src[m.Lines().Start(int(p.Line)):at]
				want := map[text.Encoding]int{
					text.UTF8: len(before), text.UTF16: len(utf16.Encode([]rune(before))), text.UTF32: utf8.RuneCountInString(before),
				}[e]
				if int(p.Character) != want || strings.ContainsAny(before, "\r\n") {
					t.Fatalf("%q: offset %d in encoding %d is at %v, want character %d", src, at, e, p, want)
				}
			}
		}
	})
}

func TestList(t *testing.T) {
	for want, words := range map[string][]string{"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b or c": {"a", "b", "c"}} {
		if got := text.List(words, "or"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
