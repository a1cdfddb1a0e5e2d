// Package text holds what every layer says about places in a text: byte
// offsets, spans, edits. Line and column numbers, in whichever unit a client
// counts them, come from a [Mapper] and from nowhere else.
package text

import (
	"fmt"
	"slices"
	"strings"
)

// Span is a half-open range of byte offsets. An empty span is a place between
// two bytes.
type Span struct {
	Start, End int
}

// Len is the span's length in bytes.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether the byte at offset lies in the span.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset < s.End }

// Touches reports whether a cursor at offset, which stands between two bytes,
// is inside the span or at one of its ends.
func (s Span) Touches(offset int) bool { return s.Start <= offset && offset <= s.End }

// Covers reports whether other lies inside the span, ends included.
func (s Span) Covers(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// Of is the part of text that the span covers.
func (s Span) Of(text string) string { return text[s.Start:s.End] }

// Edit replaces the bytes of Span by NewText.
type Edit struct {
	Span
	NewText string
}

// Apply makes all edits at once; their spans refer to the text before any of
// them. Edits may come in any order. It fails if a span lies outside the text
// or two spans overlap, and then changes nothing. Two insertions at the same
// place keep the order in which they were given.
func Apply(text string, edits []Edit) (string, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int { return a.Start - b.Start })
	var out strings.Builder
	size := len(text)
	for _, e := range sorted {
		size += len(e.NewText)
	}
	out.Grow(size)
	done := 0
	for _, e := range sorted {
		switch {
		case e.Start < 0 || e.End > len(text) || e.Start > e.End:
			return "", fmt.Errorf("edit %d-%d lies outside a text of %d bytes", e.Start, e.End, len(text))
		case e.Start < done:
			return "", fmt.Errorf("edit %d-%d overlaps one that ends at %d", e.Start, e.End, done)
		}
		out.WriteString(text[done:e.Start])
		out.WriteString(e.NewText)
		done = e.End
	}
	out.WriteString(text[done:])
	return out.String(), nil
}
