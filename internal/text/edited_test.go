package text

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestEdited holds what is known of a text after edits to what is found out about it anew.
func TestEdited(t *testing.T) {
	sought := []string{"a", "ab", "aba", "\n", "nowhere", "é"}
	behindX := Sought{"b behind no x", 2, func(text string, from, to int) int {
		for i := from; i < min(to, len(text)); i++ {
			if text[i] == 'b' && (i == 0 || text[i-1] != 'x') {
				return i
			}
		}
		return -1
	}}
	pieces := rapid.SampledFrom([]string{"", "a", "b", "ab", "xb", "\n", "é", "\r\n", "aba", "\r", strings.Repeat("x", 300)})
	rapid.Check(t, func(t *rapid.T) {
		was := strings.Join(rapid.SliceOfN(pieces, 0, 20).Draw(t, "text"), "")
		words, mapper := WordsOf(was), NewMapper(was)
		for range 20 {
			start := rapid.IntRange(0, len(was)).Draw(t, "start")
			end := rapid.IntRange(start, len(was)).Draw(t, "end")
			is := was[:start] + pieces.Draw(t, "new") + was[end:]
			e := Difference(was, is)
			if made, err := Apply(was, []Edit{e}); err != nil || made != is {
				t.Fatalf("%q became %q, not %q, by %+v: %v", was, made, is, e, err)
			}
			if e.Len() > 0 && len(e.NewText) > 0 && (was[e.Start] == e.NewText[0] || was[e.End-1] == e.NewText[len(e.NewText)-1]) {
				t.Fatalf("%+v makes %q of %q, and is not the smallest edit that does", e, is, was)
			}
			words, mapper = words.After(e, is), mapper.After(e, is)
			for _, word := range sought {
				if rapid.Bool().Draw(t, "asked") && words.Has(word) != strings.Contains(is, word) {
					t.Fatalf("%q became %q: has %q: %t", was, is, word, words.Has(word))
				}
			}
			if words.Finds(behindX) != (behindX.Find(is, 0, len(is)) >= 0) {
				t.Fatalf("%q became %q: has a b without an x before it: %t", was, is, words.Finds(behindX))
			}
			if want := NewMapper(is); !reflect.DeepEqual(mapper.lines, want.lines) || mapper.ascii && !want.ascii {
				t.Fatalf("%q became %q: lines %v, ASCII %t, made anew %v, %t", was, is, mapper.lines, mapper.ascii, want.lines, want.ascii)
			}
			was = is
		}
	})
}
