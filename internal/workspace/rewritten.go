package workspace

import "jetpills/internal/text"

// Rewritten is a stretch of a text that edits changed: Before in the text before them, After in the text of now. The two are
// empty if nothing changed.
type Rewritten struct{ Before, After text.Span }

// rewritten is what differs between two texts, but for how they begin and how they end.
func rewritten(before, after string) Rewritten {
	e := text.Difference(before, after)
	return Rewritten{e.Span, text.Span{Start: e.Start, End: e.End + e.More()}}
}

// IsAny reports whether anything was rewritten.
func (r Rewritten) IsAny() bool { return r.Before.Len()+r.After.Len() > 0 }

// Now is where a span of the text before the edits stands now; false if they changed it, or something right beside it.
func (r Rewritten) Now(span text.Span) (text.Span, bool) {
	shift := r.After.End - r.Before.End
	switch {
	case span.End < r.Before.Start || !r.IsAny():
		return span, true
	case span.Start > r.Before.End:
		return text.Span{Start: span.Start + shift, End: span.End + shift}, true
	}
	return text.Span{}, false
}
