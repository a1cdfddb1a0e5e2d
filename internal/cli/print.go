package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"go.uber.org/zap/zapcore"

	"jetpills/internal/pattern"
	"jetpills/internal/text"
)

// What files, folders and locks are called and hold is the text of strangers, and must neither command a terminal nor a
// code host that reads the output. So commands print lines with printf alone, which keeps each argument on its line, and
// all that they print goes through a terminal, which writes out what is left.

// printf prints lines. What others wrote is one of the arguments, never a part of the format.
func printf(w io.Writer, format string, args ...any) {
	for i, arg := range args {
		switch arg := arg.(type) {
		case marked:
			args[i] = arg.String()
		case lines:
			args[i] = strings.Join(arg, "\n")
		default:
			args[i] = field{arg}
		}
	}
	fmt.Fprintf(w, format, args...)
}

// marked is a text that has an attribute where a terminal shows colours, such as text.Red.
type marked struct{ attribute, text string }

// The marks around a text on its way to a terminal: control characters, which no text of others keeps.
const markBegins, markEnds = "\x0e", "\x0f"

func (m marked) String() string {
	return markBegins + m.attribute + "m" + text.Visible(m.text, "") + markEnds
}

var mark = pattern.New(markBegins + "([0-9]+)m([^" + markBegins + markEnds + "]*)" + markEnds)

// field is an argument of printf.
type field struct{ value any }

// Format writes the value as fmt would, on one line.
func (f field) Format(s fmt.State, verb rune) {
	shown := fmt.Sprintf(fmt.FormatString(s, verb), f.value)
	_, _ = io.WriteString(s, text.Visible(shown, "")) // fmt keeps it in memory
}

// printJSON prints a value in many lines, printJSONLine in one.
func printJSON(w io.Writer, v any) error { return encodeJSON(w, v, "  ") }

func printJSONLine(w io.Writer, v any) error { return encodeJSON(w, v, "") }

func encodeJSON(w io.Writer, v any, indent string) error {
	if t, ok := w.(*terminal); ok {
		t.width = 0 // a line break within a string would be part of it
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}

// each converts values one by one. What it gives is never nil, which would be null in JSON.
func each[T, U any](values []T, convert func(T) U) []U {
	converted := make([]U, len(values))
	for i, v := range values {
		converted[i] = convert(v)
	}
	return converted
}

// A terminal is an output that shows text, line breaks and tabs, and obeys nothing. It writes whole lines; flush writes
// what is left. What it writes out within a JSON string stays the same string.
type terminal struct {
	out  io.Writer
	held []byte // of a line that is not whole
	err  error  // the first that the output gave
	// screen is what a person looks at, if one does: lines are broken at words for its width, unless that is 0.
	screen
}

// newTerminal is that of an output, with the width and the colours of the screen that the output may be, behind further writers.
func newTerminal(out io.Writer, behind any) *terminal {
	t := &terminal{out: out}
	if file, ok := behind.(io.Writer); ok {
		t.screen, _ = screenOf(file)
	}
	return t
}

func (t *terminal) Write(b []byte) (int, error) {
	t.held = append(t.held, b...)
	end := bytes.LastIndexByte(t.held, '\n') + 1
	if err := t.show(end); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (t *terminal) flush() error { return t.show(len(t.held)) }

// show writes so many of the bytes that are held.
func (t *terminal) show(n int) error {
	if n == 0 {
		return nil
	}
	shown := t.shown(string(t.held[:n]))
	t.held = append(t.held[:0], t.held[n:]...)
	_, err := io.WriteString(t.out, shown)
	if t.err == nil {
		t.err = err
	}
	return err
}

// shown is what a person sees of lines.
func (t *terminal) shown(lines string) string {
	if !t.color {
		lines = harmless(mark.ReplaceAllString(lines, "$2"), "\n\t")
	} else {
		var b strings.Builder
		at := 0
		for _, m := range mark.FindAllStringSubmatchIndex(lines, -1) {
			b.WriteString(harmless(lines[at:m[0]], "\n\t") + text.Paint(harmless(lines[m[4]:m[5]], ""), lines[m[2]:m[3]]))
			at = m[1]
		}
		b.WriteString(harmless(lines[at:], "\n\t"))
		lines = b.String()
	}
	return broken(lines, t.width)
}

// broken breaks lines at words for a width, and indents the rest so that columns stay columns. Code and what has tabs stays as it is.
func broken(lines string, width int) string {
	if width == 0 {
		return lines
	}
	var b strings.Builder
	for line := range strings.Lines(lines) {
		line, isWhole := strings.CutSuffix(line, "\n")
		if text.Columns(line) <= width || strings.Contains(line, "\t") || codeLine.MatchString(line) {
			b.WriteString(line)
		} else {
			lead := len(line) - len(strings.TrimLeft(line, " "))
			first, indent := lead, lead+2
			for _, gap := range columnGap.FindAllStringIndex(line, -1) {
				if columns := text.Columns(line[:gap[1]]); columns <= 2*width/3 && strings.Contains(line[gap[1]:], " ") {
					first, indent = gap[1], columns
				}
			}
			b.WriteString(strings.Join(text.Wrap(line[first:], line[:first], strings.Repeat(" ", indent), width), "\n"))
		}
		if isWhole {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

var (
	codeLine  = pattern.New(`^ *[0-9]* +\| `) // of an excerpt
	columnGap = pattern.New(`[^ ] {2,}`)
)

// harmless is text.Visible with the commands to a runner of jobs written out, too.
func harmless(s, keep string) string {
	return jobCommand.ReplaceAllStringFunc(text.Visible(s, keep), func(command string) string {
		at := strings.IndexAny(command, ":#")
		return fmt.Sprintf(`%s\u%04x%s`, command[:at], command[at], command[at+1:])
	})
}

// jobCommand is what the runners of code hosts take for a command in a job's output: GitHub's "::error::" at the beginning
// of a line and "##[error]" anywhere (ActionCommand.cs in actions/runner), "##vso[" of Azure Pipelines, and "##teamcity[".
var jobCommand = pattern.New(`(?m)^[\t\p{Z}]*::|##(?:vso|teamcity)?\[`)

// logLines keeps each entry of a log on one line: it is given one at a time.
type logLines struct{ zapcore.WriteSyncer }

func (l logLines) Write(entry []byte) (int, error) {
	line := harmless(strings.TrimSuffix(string(entry), "\n"), "\t")
	if _, err := io.WriteString(l.WriteSyncer, line+"\n"); err != nil {
		return 0, err
	}
	return len(entry), nil
}
