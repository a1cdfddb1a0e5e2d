package syntax

import "strings"

// unindent gives the characters that the inside of a ”…” string without
// interpolations stands for: the first line break and the indentation that all
// lines share are not part of it.
func unindent(s string) string {
	return strings.Join(StripIndentation([]IndentedPart{{Text: s}}), "")
}

// IndentedPart is a part of a ”…” string: text as it is written, or an
// interpolation.
type IndentedPart struct {
	Text           string
	IsInterpolated bool
}

// StripIndentation gives the characters that each part of a ”…” string stands
// for. An interpolated part gives "".
func StripIndentation(parts []IndentedPart) []string {
	least := shared(parts)
	out := make([]string, len(parts))
	atStart, dropped := true, 0
	for i, part := range parts {
		if part.IsInterpolated {
			atStart, dropped = false, 0
			continue
		}
		var b strings.Builder
		s := part.Text
		for at := 0; at < len(s); at++ {
			c := s[at]
			if atStart {
				if c == ' ' {
					if dropped >= least {
						b.WriteByte(c)
					}
					dropped++
					continue
				}
				if c == '\n' {
					dropped = 0
					b.WriteByte(c)
					continue
				}
				atStart, dropped = false, 0
			}
			if c == '\n' {
				atStart = true
			}
			if text, width := indentedEscape(s[at:]); width > 0 {
				b.WriteString(text)
				at += width - 1
				continue
			}
			b.WriteByte(c)
		}
		out[i] = b.String()
	}
	if len(parts) > 0 && !parts[0].IsInterpolated {
		out[0] = dropFirstLine(parts[0].Text, out[0])
	}
	if last := len(parts) - 1; last >= 0 && !parts[last].IsInterpolated {
		out[last] = dropLastLine(out[last])
	}
	return out
}

// indentedEscape is what an escape at the start of s stands for, and its width;
// the width is 0 if there is none.
func indentedEscape(s string) (string, int) {
	switch {
	case strings.HasPrefix(s, "''$"):
		return "$", 3
	case strings.HasPrefix(s, "'''"):
		return "''", 3
	case strings.HasPrefix(s, `''\`) && len(s) > 3:
		return string(escaped(s[3])), 4
	}
	return "", 0
}

// shared is the indentation that all lines with something on them have.
func shared(parts []IndentedPart) int {
	const none = 1 << 30
	least, current, atStart := none, 0, true
	for _, part := range parts {
		if part.IsInterpolated {
			if atStart {
				atStart = false
				least = min(least, current)
			}
			continue
		}
		for i := 0; i < len(part.Text); i++ {
			switch c := part.Text[i]; {
			case atStart && c == ' ':
				current++
			case atStart && c == '\n':
				current = 0
			case atStart:
				atStart = false
				least = min(least, current)
			case c == '\n':
				atStart, current = true, 0
			}
		}
	}
	if least == none {
		return none
	}
	return least
}

// dropFirstLine leaves out a first line that holds only spaces.
func dropFirstLine(raw, s string) string {
	if i := strings.IndexByte(raw, '\n'); i >= 0 && strings.Trim(raw[:i], " ") == "" {
		if j := strings.IndexByte(s, '\n'); j >= 0 {
			return s[j+1:]
		}
	}
	return s
}

// dropLastLine leaves out the spaces of a last line that holds nothing else.
func dropLastLine(s string) string {
	i := strings.LastIndexByte(s, '\n')
	if i >= 0 && strings.Trim(s[i+1:], " ") == "" {
		return s[:i+1]
	}
	return s
}
