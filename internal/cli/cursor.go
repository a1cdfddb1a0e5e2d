package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// cursor is an offset in a document.
type cursor struct {
	snapshot *workspace.Snapshot
	doc      *workspace.Document
	offset   int
	at       location
}

// cursorCommand is a command about what is under a cursor. Its output is text, JSON or of the formats.
func (p *Program) cursorCommand(name, short string, run func(at cursor, format string) error, formats ...string) *cobra.Command {
	var format string
	c := command(name+" FILE:LINE:COL", short, takes(1, 1), func(args []string) error {
		at, err := parseLocation(args[0])
		if err != nil {
			return err
		}
		c, err := p.cursor(at)
		if err != nil {
			return err
		}
		return run(c, format)
	})
	c.Long = short + ".\n" + columnsAreBytes
	formatFlag(c, &format, append([]string{"text", "json"}, formats...)...)
	return c
}

// columnsAreBytes is what help says of a location.
const columnsAreBytes = "LINE and COL count from 1; COL counts bytes."

// cursor is that of a location.
func (p *Program) cursor(at location) (cursor, error) {
	snapshot, err := p.snapshot()
	if err != nil {
		return cursor{}, err
	}
	doc, err := workspace.ReadDocument(at.file)
	if err != nil {
		return cursor{}, err
	}
	offset, err := at.offset(doc.Mapper())
	return cursor{snapshot, doc, offset, at}, err
}

// location is FILE:LINE:COL as a person gives it: 1-based, the column in bytes.
type location struct {
	file         string
	line, column int
}

func (l location) offset(m *text.Mapper) (int, error) {
	offset, ok := m.OffsetAt(l.line, l.column)
	switch lines := m.Lines().Lines(); {
	case ok:
		return offset, nil
	case l.line < 1 || l.column < 1:
		return 0, fmt.Errorf("%s: lines and columns count from 1", l)
	case l.line > lines:
		return 0, fmt.Errorf("%s has no line %d: it has %s", l.file, l.line, text.Count(lines, "line"))
	}
	bytes := len(m.LineText(l.line - 1))
	return 0, fmt.Errorf("line %d of %s has no column %d: it has %s, and columns count bytes", l.line, l.file, l.column, text.Count(bytes, "byte"))
}

func (l location) String() string { return fmt.Sprintf("%s:%d:%d", l.file, l.line, l.column) }

// parseLocation reads FILE:LINE:COL; the file's name may have colons itself.
func parseLocation(s string) (location, error) {
	rest, column, ok := cutNumber(s)
	file, line, ok2 := cutNumber(rest)
	wrong := ""
	switch {
	case !ok && !strings.Contains(s, ":"):
		wrong = "has no line and no column"
	case !ok:
		wrong = fmt.Sprintf("has %q for a column", s[strings.LastIndexByte(s, ':')+1:])
	case !ok2 && !strings.Contains(rest, ":"):
		wrong = "has a line and no column, or no file"
	case !ok2:
		wrong = fmt.Sprintf("has %q for a line", rest[strings.LastIndexByte(rest, ':')+1:])
	case file == "":
		wrong = "has no file"
	}
	if wrong != "" {
		return location{}, fmt.Errorf("%q %s: use FILE:LINE:COLUMN, such as configuration.nix:12:8, both counted from 1", s, wrong)
	}
	return location{file, line, column}, nil
}

func cutNumber(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil
}
