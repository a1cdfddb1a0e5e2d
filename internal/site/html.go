package site

import (
	"fmt"
	"html"
	"strings"
)

// markup is HTML. What others wrote becomes markup by format alone, which escapes it.
type markup string

// format fills each %s of a piece of HTML: with markup as it is, and with anything else escaped.
func format(piece string, parts ...any) markup {
	filled := make([]any, len(parts))
	for i, part := range parts {
		if m, ok := part.(markup); ok {
			filled[i] = string(m)
		} else {
			filled[i] = html.EscapeString(fmt.Sprint(part))
		}
	}
	return markup(fmt.Sprintf(piece, filled...))
}

// lines are pieces of HTML, a line each.
type lines struct{ strings.Builder }

func (l *lines) add(piece string, parts ...any) {
	l.WriteString(string(format(piece, parts...)))
	l.WriteByte('\n')
}

func (l *lines) markup() markup { return markup(l.String()) }
