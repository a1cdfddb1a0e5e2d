package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"unicode/utf8"

	"golang.org/x/term"

	"jetpills/internal/text"
)

// A screen is the terminal that standard output is.
type screen struct {
	width, height int // in characters
	color         bool
}

// screenOf is the terminal that an output is, if it is one.
func screenOf(out io.Writer) (s screen, ok bool) {
	if !isTerminal(out) {
		return screen{}, false
	}
	file := out.(*os.File)
	s.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	var err error
	if s.width, s.height, err = term.GetSize(int(file.Fd())); err != nil || s.width <= 0 {
		s.width, s.height = 80, 24 // of a terminal that says nothing of its size
	}
	return s, true
}

// isTerminal reports whether a person is at a stream, and not a program or a file.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// A layout writes a text for so many columns, 80 if it is 0, in colours or without.
type layout func(w io.Writer, width int, color bool) error

// show writes a text where a person reads it. On a terminal it has the width of that and colours, and goes through the pager if
// it is longer than the screen; what goes elsewhere has neither.
func (p *Program) show(lay layout) error {
	s, isTerminal := screenOf(p.Stdout)
	if !isTerminal {
		return lay(p.out, 0, false)
	}
	var page bytes.Buffer
	if err := lay(&page, s.width, s.color); err != nil {
		return err
	}
	if bytes.Count(page.Bytes(), []byte("\n")) >= s.height {
		if paged, err := p.page(page.Bytes()); paged {
			return err
		}
	}
	// The layout's colours are the only commands for a terminal in it.
	_, err := p.Stdout.Write(page.Bytes())
	return err
}

// page shows a text in the pager that PAGER names, as git does: less without one, none if it is empty or cat. It reports whether
// there is one.
func (p *Program) page(content []byte) (paged bool, err error) {
	pager, isSet := os.LookupEnv("PAGER")
	if !isSet {
		pager = "less"
	}
	shell, noShell := exec.LookPath("sh")
	name, _, _ := strings.Cut(strings.TrimSpace(pager), " ")
	if _, err := exec.LookPath(name); noShell != nil || name == "" || name == "cat" || err != nil {
		return false, nil
	}
	cmd := exec.Command(shell, "-c", pager)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(content), p.Stdout, p.Stderr
	cmd.Env = os.Environ()
	if _, isSet := os.LookupEnv("LESS"); !isSet {
		cmd.Env = append(cmd.Env, "LESS=FRX")
	}
	err = cmd.Run()
	if errors.Is(err, syscall.EPIPE) {
		err = nil // it was left before the end
	}
	return true, err
}

// paint gives a text an attribute, in colours alone.
func paint(s, attribute string, color bool) string {
	if !color {
		return s
	}
	return text.Paint(s, attribute)
}

// An entry is a name and what is said of it.
type entry struct{ name, says string }

// printEntries prints entries in two columns, as far as the names leave room for the second; else what is said goes below the name.
func printEntries(w io.Writer, entries []entry, width int, color bool) error {
	const widest = 32 // characters of a name that shares its line
	column, long := 0, 0
	for _, e := range entries {
		if size := utf8.RuneCountInString(e.name); size <= widest {
			column = max(column, size)
		} else {
			long++
		}
	}
	indent := strings.Repeat(" ", max(column+2, 4))
	if column > width/2 || 2*long > len(entries) {
		indent = "    "
	}
	const arrow, joined = "→ ", "→\u00a0" // which stays with what it leads to
	var page strings.Builder
	for _, e := range entries {
		name, says := text.Visible(e.name, ""), text.Visible(e.says, "")
		page.WriteString(paint(name, text.Cyan, color))
		if gap := len(indent) - utf8.RuneCountInString(name); gap >= 2 {
			page.WriteString(strings.Repeat(" ", gap))
		} else if says != "" {
			page.WriteString("\n" + indent)
		}
		wrapped := strings.Join(text.Wrap(strings.ReplaceAll(says, arrow, joined), indent, indent, width), "\n")
		page.WriteString(strings.ReplaceAll(strings.TrimPrefix(wrapped, indent), joined, arrow) + "\n")
	}
	_, err := io.WriteString(w, page.String())
	return err
}
