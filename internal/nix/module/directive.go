package module

import (
	"iter"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// DirectiveMark stands before the directives in a comment: # jetpills: revision=4d857d6 ignore=unknown-value
const DirectiveMark = "jetpills:"

// Directive is one word behind the mark: KEY=VALUE, or KEY alone.
type Directive struct {
	Key, Value string
	Span       text.Span // of the word
	Comment    text.Span // that the word is a part of
}

// ValueSpan is the span of the value; an empty one behind a key alone.
func (d Directive) ValueSpan() text.Span {
	return text.Span{Start: d.Span.End - len(d.Value), End: d.Span.End}
}

// Directives are those in the comments of a text, in order. On each line of a comment the words behind the mark count.
func Directives(t *syntax.Tree) iter.Seq[Directive] {
	return func(yield func(Directive) bool) {
		for token := range t.Tokens() {
			if token.Kind != syntax.Comment {
				continue
			}
			start := token.Start
			for line := range strings.Lines(strings.TrimSuffix(token.Of(t.Source()), "*/")) {
				before, words, _ := strings.Cut(line, DirectiveMark)
				at := start + len(before) + len(DirectiveMark)
				for word := range strings.FieldsSeq(words) {
					skipped := strings.Index(words, word)
					at += skipped
					d := Directive{Span: text.Span{Start: at, End: at + len(word)}, Comment: token.Span}
					d.Key, d.Value, _ = strings.Cut(word, "=")
					if !yield(d) {
						return
					}
					at += len(word)
					words = words[skipped+len(word):]
				}
				start += len(line)
			}
		}
	}
}
