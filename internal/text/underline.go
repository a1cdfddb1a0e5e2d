package text

import (
	"fmt"
	"strings"
)

// widest is how much of a line is shown, in bytes.
const widest = 120

// Underlined is the line on which a span begins, with its number, and carets under the span on a line below, followed by
// a note. Of a long line only what is around the span is shown.
func (m *Mapper) Underlined(at Span, note string) string {
	line, column := m.LineColumn(at.Start)
	source := m.LineText(line - 1)
	column = min(column-1, len(source))
	from := 0
	if column > widest*2/3 {
		from = column - widest/3
	}
	shown := source[from:min(len(source), from+widest)]
	number := fmt.Sprintf("%5d | ", line)
	gutter := strings.Repeat(" ", len(number)-2) + "| "
	var under strings.Builder
	for _, r := range source[from:column] {
		if r == '\t' {
			under.WriteByte('\t')
		} else {
			under.WriteByte(' ')
		}
	}
	carets := len([]rune(source[column:min(len(source), column+at.Len())]))
	under.WriteString(strings.Repeat("^", min(max(carets, 1), widest)))
	return fmt.Sprintf("%s%s\n%s%s%s\n", number, strings.Map(visible, strings.ToValidUTF8(shown, "\uFFFD")), gutter, under.String(), note)
}

// visible is a character that stands for one that would do something to a terminal, and is as wide.
func visible(r rune) rune {
	if isHidden(r) && r != '\t' {
		return '\uFFFD'
	}
	return r
}
