package syntax

import (
	"fmt"
	"strings"

	"jetpills/internal/text"
)

// Render gives errors of a text for people to read: for each its place as
// path:line:column (1-based, columns in bytes), the message, the source line
// with a caret under what is wrong, where the bracket or definition stands that
// the error belongs to, and the text that mends it if one is certain. It is
// empty if there are no errors.
func Render(src, path string, errors []SyntaxError) string {
	var out strings.Builder
	m := text.NewMapper(src)
	for i, e := range errors {
		if i > 0 {
			out.WriteByte('\n')
		}
		line, column := m.LineColumn(e.Start)
		fmt.Fprintf(&out, "%s:%d:%d: %s\n", path, line, column, e.Message())
		note := ""
		if e.Insert != "" {
			note = " insert " + strings.TrimSpace(e.Insert)
		}
		renderLine(&out, m, e.Span, note)
		if e.Opener != (text.Span{}) {
			openerLine, openerColumn := m.LineColumn(e.Opener.Start)
			what := "opened"
			if e.Code == CodeNotAllowed {
				what = "first"
			} else if e.Code == CodeMissing {
				what = "closed"
			}
			fmt.Fprintf(&out, "%s:%d:%d: %s here\n", path, openerLine, openerColumn, what)
			if openerLine != line {
				renderLine(&out, m, e.Opener, "")
			}
		}
	}
	return out.String()
}

// widest is how much of a line is shown, in bytes.
const widest = 120

// renderLine writes the line on which a span begins, and under it carets.
func renderLine(out *strings.Builder, m *text.Mapper, at text.Span, note string) {
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
	fmt.Fprintf(out, "%s%s\n%s%s%s\n", number, strings.ToValidUTF8(shown, "\uFFFD"), gutter, under.String(), note)
}
