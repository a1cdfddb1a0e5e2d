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
}

// cursorCommand is a command about what is under a cursor.
func (p *Program) cursorCommand(name, short string, run func(at cursor, asJSON bool) error) *cobra.Command {
	var format string
	c := command(name+" FILE:LINE:COL", short, cobra.ExactArgs(1), func(args []string) error {
		at, err := parseLocation(args[0])
		if err != nil {
			return err
		}
		c, err := p.cursor(at)
		if err != nil {
			return err
		}
		return run(c, format == "json")
	})
	formatFlag(c, &format, "text", "json")
	return c
}

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
	return cursor{snapshot, doc, offset}, err
}

// location is FILE:LINE:COL as a person gives it: 1-based, the column in bytes.
type location struct {
	file         string
	line, column int
}

func (l location) offset(m *text.Mapper) (int, error) {
	offset, ok := m.OffsetAt(l.line, l.column)
	if !ok {
		return 0, fmt.Errorf("%s has no line %d, column %d", l.file, l.line, l.column)
	}
	return offset, nil
}

// parseLocation reads FILE:LINE:COL; the file's name may have colons itself.
func parseLocation(s string) (location, error) {
	rest, column, ok := cutNumber(s)
	file, line, ok2 := cutNumber(rest)
	if !ok || !ok2 || file == "" {
		return location{}, fmt.Errorf("%q is not a location: use FILE:LINE:COLUMN, both counted from 1", s)
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
