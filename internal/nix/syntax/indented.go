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
	texts := make([]strings.Builder, len(parts))
	for _, c := range stripIndentation(parts) {
		texts[c.part].WriteString(c.text)
	}
	out := make([]string, len(parts))
	for i := range texts {
		out[i] = texts[i].String()
	}
	return out
}

// A chunk is a stretch of a ”…” string that Nix takes as one token: text, an
// escape, a lone $ or ', or an interpolation.
type chunk struct {
	part   int // that it belongs to
	text   string
	isText bool // and so may hold indentation
}

// stripIndentation cuts a ”…” string into its chunks and takes the indentation
// out that all lines share, the first line if it is blank, and the spaces of a
// last line that has nothing else.
func stripIndentation(parts []IndentedPart) []chunk {
	var chunks []chunk
	for i, p := range parts {
		if p.IsInterpolated {
			chunks = append(chunks, chunk{part: i})
			continue
		}
		s := p.Text
		if i == 0 {
			s = withoutBlankFirstLine(s)
		}
		chunks = appendChunks(chunks, i, s)
	}
	least := sharedIndentation(chunks)
	atStart, dropped := true, 0
	for i := range chunks {
		c := &chunks[i]
		if !c.isText {
			atStart, dropped = false, 0
			continue
		}
		var b strings.Builder
		for k := 0; k < len(c.text); k++ {
			switch ch := c.text[k]; {
			case atStart && ch == ' ':
				if dropped >= least {
					b.WriteByte(ch)
				}
				dropped++
			case atStart && ch == '\n':
				dropped = 0
				b.WriteByte(ch)
			default:
				atStart, dropped = ch == '\n', 0
				b.WriteByte(ch)
			}
		}
		c.text = b.String()
		if i == len(chunks)-1 {
			c.text = withoutBlankLastLine(c.text)
		}
	}
	return chunks
}

// appendChunks cuts the source of one part into chunks.
func appendChunks(chunks []chunk, part int, s string) []chunk {
	begin := 0
	text := func(end int) {
		if end > begin {
			chunks = append(chunks, chunk{part, s[begin:end], true})
		}
	}
	for at := 0; at < len(s); {
		value, width := indentedEscape(s[at:])
		switch {
		case width > 0:
		case s[at] == '$' && at+1 < len(s) && s[at+1] != '\'', s[at] == '\'' && at+1 < len(s) && s[at+1] != '$':
			at += 2
			continue
		case s[at] == '$' || s[at] == '\'':
			value, width = s[at:at+1], 1
		default:
			at++
			continue
		}
		text(at)
		chunks = append(chunks, chunk{part, value, false})
		at += width
		begin = at
	}
	text(len(s))
	return chunks
}

// indentedEscape is what an escape at the start of s stands for, and its width;
// the width is 0 if there is none.
func indentedEscape(s string) (string, int) {
	switch {
	case strings.HasPrefix(s, "''$"):
		return "$", 3
	case strings.HasPrefix(s, "'''"):
		return "''", 3
	case strings.HasPrefix(s, `''\`):
		width := min(4, len(s))
		return Unescape(s[2:width]), width
	}
	return "", 0
}

// sharedIndentation is the indentation that all lines with something on them
// have.
func sharedIndentation(chunks []chunk) int {
	least, current, atStart := 1<<30, 0, true
	for _, c := range chunks {
		if !c.isText {
			if atStart {
				atStart = false
				least = min(least, current)
			}
			continue
		}
		for i := 0; i < len(c.text); i++ {
			switch ch := c.text[i]; {
			case atStart && ch == ' ':
				current++
			case atStart && ch == '\n':
				current = 0
			case atStart:
				atStart = false
				least = min(least, current)
			case ch == '\n':
				atStart, current = true, 0
			}
		}
	}
	return least
}

// withoutBlankFirstLine leaves out a first line that holds only spaces.
func withoutBlankFirstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 && strings.Trim(s[:i], " ") == "" {
		return s[i+1:]
	}
	return s
}

// withoutBlankLastLine leaves out the spaces of a last line that holds nothing
// else.
func withoutBlankLastLine(s string) string {
	if i := strings.LastIndexByte(s, '\n'); i >= 0 && strings.Trim(s[i+1:], " ") == "" {
		return s[:i+1]
	}
	return s
}
