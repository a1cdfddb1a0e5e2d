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
	path = text.Visible(path, "")
	for i, e := range errors {
		if i > 0 {
			out.WriteByte('\n')
		}
		line, column := m.LineColumn(e.Start)
		fmt.Fprintf(&out, "%s:%d:%d: %s\n", path, line, column, e.Message())
		out.WriteString(m.Underlined(e.Span, note(e)))
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
				out.WriteString(m.Underlined(e.Opener, ""))
			}
		}
	}
	return out.String()
}

// note is what stands behind the caret: what mends the error, or a hint.
func note(e SyntaxError) string {
	switch {
	case e.Insert != "" && e.Len() > 0:
		return " write " + strings.TrimSpace(e.Insert)
	case e.Insert != "":
		return " insert " + strings.TrimSpace(e.Insert)
	case e.Hint != "":
		return " " + e.Hint
	}
	return ""
}
