package text

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Encoding is the unit in which a client counts characters within a line.
type Encoding uint8

// The encodings that LSP knows.
const (
	UTF16 Encoding = iota // code units of UTF-16, LSP's default
	UTF8                  // bytes
	UTF32                 // code points
)

// Position is a place as LSP has it: line and character, both 0-based, the
// character counted in the units of an [Encoding].
type Position struct {
	Line, Character uint32
}

// Change is one content change as a client sends it: the text between Start
// and End becomes Text. Whole replaces everything, whatever Start and End say.
type Change struct {
	Start, End Position
	Whole      bool
	Text       string
}

// LineIndex holds the byte offset of the start of each line. Lines end in
// "\n", "\r\n" or a lone "\r", as LSP has it.
type LineIndex struct {
	starts     []int
	size       int
	hasReturns bool // there is a "\r"
}

// NewLineIndex finds the lines of text. There is always at least one.
func NewLineIndex(text string) LineIndex {
	starts := make([]int, 1, 1+strings.Count(text, "\n"))
	if strings.IndexByte(text, '\r') < 0 {
		for at := 0; ; {
			i := strings.IndexByte(text[at:], '\n')
			if i < 0 {
				break
			}
			at += i + 1
			starts = append(starts, at)
		}
		return LineIndex{starts, len(text), false}
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			starts = append(starts, i+1)
		case '\n':
			starts = append(starts, i+1)
		}
	}
	return LineIndex{starts, len(text), true}
}

// after is the index after an edit of a text without "\r".
func (x LineIndex) after(e Edit) LineIndex {
	kept := sort.SearchInts(x.starts, e.Start+1)
	moved := x.starts[sort.SearchInts(x.starts, e.End+1):]
	starts := make([]int, 0, kept+len(moved)+strings.Count(e.NewText, "\n"))
	starts = append(starts, x.starts[:kept]...)
	for i := range len(e.NewText) {
		if e.NewText[i] == '\n' {
			starts = append(starts, e.Start+i+1)
		}
	}
	for _, start := range moved {
		starts = append(starts, start+e.More())
	}
	return LineIndex{starts, x.size + e.More(), false}
}

// Lines is the number of lines; a text that ends in a line break has an empty
// last one.
func (x LineIndex) Lines() int { return len(x.starts) }

// Line is the 0-based line that holds offset, clamped to the text.
func (x LineIndex) Line(offset int) int {
	return sort.Search(len(x.starts), func(i int) bool { return x.starts[i] > offset }) - 1
}

// Start is the byte offset at which a 0-based line begins, clamped to the text.
func (x LineIndex) Start(line int) int {
	switch {
	case line < 0:
		return 0
	case line >= len(x.starts):
		return x.size
	}
	return x.starts[line]
}

// Mapper translates between byte offsets and the positions of clients and
// people:
//
//	Offset     0-based byte offset into the text; all that this program uses inside
//	Position   0-based line, 0-based character in UTF-8, -16 or -32 units (LSP)
//	LineColumn 1-based line, 1-based column in bytes (command line, messages)
//
// Every translation clamps: a line past the end is the end of the text, a
// character past the end of its line is the end of that line, before its line
// break. A position inside a code point, or between the halves of a surrogate
// pair, is the code point's start. A Mapper is immutable.
type Mapper struct {
	text  string
	lines LineIndex
	ascii bool
}

// NewMapper indexes text.
func NewMapper(text string) *Mapper {
	return &Mapper{text: text, lines: NewLineIndex(text), ascii: isASCII(text)}
}

// After is the Mapper of the text after an edit.
func (m *Mapper) After(e Edit, text string) *Mapper {
	if m.lines.hasReturns || strings.IndexByte(e.NewText, '\r') >= 0 {
		return NewMapper(text) // where an edit may part "\r\n", or make one
	}
	return &Mapper{text: text, lines: m.lines.after(e), ascii: m.ascii && isASCII(e.NewText)}
}

// Lines is the index of the text's lines.
func (m *Mapper) Lines() LineIndex { return m.lines }

// LineText is the text of a 0-based line without its line break; empty for a
// line that does not exist.
func (m *Mapper) LineText(line int) string {
	if line < 0 || line >= m.lines.Lines() {
		return ""
	}
	return m.text[m.lines.Start(line):m.lineEnd(line)]
}

// Offset is the byte offset of a position.
func (m *Mapper) Offset(p Position, e Encoding) int {
	if int64(p.Line) >= int64(m.lines.Lines()) {
		return len(m.text)
	}
	start, end := m.lines.Start(int(p.Line)), m.lineEnd(int(p.Line))
	if int64(p.Character) >= int64(end-start) {
		// In every encoding a line has at most as many units as bytes.
		return end
	}
	if m.ascii {
		return start + int(p.Character)
	}
	left, at := int(p.Character), start
	for at < end {
		width, size := unitsAt(m.text[at:end], e)
		if left < width {
			break
		}
		left -= width
		at += size
	}
	return at
}

// Position is the position of a byte offset.
func (m *Mapper) Position(offset int, e Encoding) Position {
	offset = min(max(offset, 0), len(m.text))
	line := m.lines.Line(offset)
	start := m.lines.Start(line)
	offset = min(offset, m.lineEnd(line))
	if m.ascii {
		return Position{uint32(line), uint32(offset - start)}
	}
	units := 0
	for at := start; at < offset; {
		width, size := unitsAt(m.text[at:], e)
		if at+size > offset {
			break
		}
		units += width
		at += size
	}
	return Position{uint32(line), uint32(units)}
}

// LineColumn is the 1-based line and the 1-based column in bytes of an offset.
func (m *Mapper) LineColumn(offset int) (line, column int) {
	offset = min(max(offset, 0), len(m.text))
	l := m.lines.Line(offset)
	return l + 1, offset - m.lines.Start(l) + 1
}

// OffsetAt is the byte offset of a 1-based line and a 1-based column in bytes.
// It reports false if the text has no such place; the column one past the last
// byte of a line is a place.
func (m *Mapper) OffsetAt(line, column int) (int, bool) {
	if line < 1 || line > m.lines.Lines() || column < 1 {
		return 0, false
	}
	start, end := m.lines.Start(line-1), m.lineEnd(line-1)
	if column-1 > end-start {
		return 0, false
	}
	return start + column - 1, true
}

// Edit turns a client's change into an edit of the mapper's text. A change
// whose end lies before its start is taken with the two exchanged.
func (m *Mapper) Edit(c Change, e Encoding) Edit {
	if c.Whole {
		return Edit{Span{0, len(m.text)}, c.Text}
	}
	start, end := m.Offset(c.Start, e), m.Offset(c.End, e)
	return Edit{Span{min(start, end), max(start, end)}, c.Text}
}

// lineEnd is the offset of a line's line break, or the end of the text.
func (m *Mapper) lineEnd(line int) int {
	if line+1 >= m.lines.Lines() {
		return len(m.text)
	}
	end := m.lines.Start(line+1) - 1
	if end > m.lines.Start(line) && m.text[end] == '\n' && m.text[end-1] == '\r' {
		end--
	}
	return end
}

// unitsAt is how many units the first code point of s takes in an encoding,
// and how many bytes. An invalid byte counts as one unit of its own.
func unitsAt(s string, e Encoding) (units, bytes int) {
	if s[0] < utf8.RuneSelf {
		return 1, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case e == UTF8:
		return size, size
	case e == UTF16 && r > 0xFFFF:
		return 2, size
	}
	return 1, size
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
