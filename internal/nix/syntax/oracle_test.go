package syntax_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// verdict is what nix-instantiate --parse says of a file.
type verdict struct {
	form string // the printed form; empty if it was not accepted
	err  string // the error's first line
	line int    // that the error is on; 0 if Nix does not say
}

// refusedByScope reports whether the file was parsed and refused for a variable
// that is not there, which is not syntax.
func (v verdict) refusedByScope() bool { return strings.Contains(v.err, "undefined variable") }

// home is the home directory that Nix is given, for paths with a tilde.
const home = "/home/nobody"

// askNix has Nix parse files, many at once. Nix belongs to the tests: Debian
// has it as nix-bin.
func askNix(t *testing.T, files []string) []verdict {
	t.Helper()
	verdicts := make([]verdict, len(files))
	const batch = 30
	var group sync.WaitGroup
	slots := make(chan struct{}, 2)
	for from := 0; from < len(files); from += batch {
		group.Add(1)
		slots <- struct{}{}
		go func(files []string, verdicts []verdict) {
			defer group.Done()
			defer func() { <-slots }()
			askNixOnce(t, files, verdicts)
		}(files[from:min(from+batch, len(files))], verdicts[from:])
	}
	group.Wait()
	return verdicts
}

// askNixOnce fills in the verdicts on files. Nix prints a line for each file that
// it accepts and stops at the first that it refuses; it is asked again for those
// behind that.
func askNixOnce(t *testing.T, files []string, verdicts []verdict) {
	for len(files) > 0 {
		cmd := exec.Command("nix-instantiate", append([]string{"--parse"}, files...)...)
		cmd.Env = append(os.Environ(), "HOME="+home, "NIX_PATH=")
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if _, exited := err.(*exec.ExitError); err != nil && !exited {
			t.Error(err)
			return
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if out.Len() == 0 {
			lines = nil
		}
		accepted := len(lines)
		if accepted > len(files) || err == nil && accepted < len(files) || err != nil && accepted == len(files) {
			t.Errorf("%d lines printed for %d files, %v", accepted, len(files), err)
			return
		}
		for i, line := range lines {
			verdicts[i].form = line
		}
		if err == nil {
			return
		}
		verdicts[accepted].err = errorLine.FindString(errs.String())
		if at := errorPlace.FindStringSubmatch(errs.String()); at != nil {
			verdicts[accepted].line, _ = strconv.Atoi(at[1])
		}
		files, verdicts = files[accepted+1:], verdicts[accepted+1:]
	}
}

// errorLine is the first line of an error. Warnings about the machine may stand
// before it.
var errorLine = regexp.MustCompile(`(?m)^error: .*`)

// errorPlace is the line that names an error's place, below the message.
var errorPlace = regexp.MustCompile(`(?m)^ +at .*:(\d+):\d+:$`)

// absolute gives the names that Nix and the printer see.
func absolute(t *testing.T, files []string) []string {
	out := make([]string, len(files))
	for i, f := range files {
		var err error
		if out[i], err = filepath.Abs(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// reordered sorts, in a printed form, what Nix prints in an order that changes
// from run to run: the names of each let and the formals of each function.
func reordered(form string) string {
	r := reorderer{form: form}
	out := r.until("")
	return out + form[r.at:]
}

type reorderer struct {
	form string
	at   int
}

func (r *reorderer) here(s string) bool { return strings.HasPrefix(r.form[r.at:], s) }

// until copies up to an end that stands outside of all brackets.
func (r *reorderer) until(end string) string {
	var out strings.Builder
	for r.at < len(r.form) && (end == "" || !r.here(end)) {
		switch {
		case r.here(`"${`):
			r.at += 3
			out.WriteString(`"${` + r.until(`}"`) + `}"`)
			r.at += 2
		case r.here(`"`):
			begin := r.at
			for r.at++; r.form[r.at] != '"'; r.at++ {
				if r.form[r.at] == '\\' {
					r.at++
				}
			}
			r.at++
			out.WriteString(r.form[begin:r.at])
		case r.here("(let "):
			r.at += len("(let ")
			var names []string
			for !r.here("in ") {
				names = append(names, r.binding())
			}
			slices.Sort(names)
			out.WriteString("(let " + strings.Join(names, ""))
			out.WriteString(r.until(")") + ")")
			r.at++
		case r.here("("):
			r.at++
			out.WriteString("(" + r.until(")") + ")")
			r.at++
		case r.here("{ "):
			r.at += 2
			var parts []string
			part := ""
			for !r.here("}") {
				if r.here(", ") {
					r.at += 2
					parts = append(parts, part)
					part = ""
					continue
				}
				part += r.one()
			}
			if parts != nil {
				part = strings.TrimSuffix(part, " ")
				parts = append(parts, part)
				slices.Sort(parts)
				part = strings.Join(parts, ", ") + " "
			}
			out.WriteString("{ " + part + "}")
			r.at++
		default:
			out.WriteByte(r.form[r.at])
			r.at++
		}
	}
	return out.String()
}

// one copies a byte or a group.
func (r *reorderer) one() string {
	if strings.IndexByte(`"({`, r.form[r.at]) >= 0 {
		begin := r.at
		inner := reorderer{form: r.form[:r.groupEnd()], at: begin}
		out := inner.until("")
		r.at = len(inner.form)
		return out
	}
	r.at++
	return r.form[r.at-1 : r.at]
}

// groupEnd is the end of the group that begins here.
func (r *reorderer) groupEnd() int {
	depth := 0
	for at := r.at; at < len(r.form); at++ {
		switch c := r.form[at]; {
		case strings.HasPrefix(r.form[at:], `"${`):
			depth++
			at += 2
		case strings.HasPrefix(r.form[at:], `}"`) && at > 0 && depth > 0 && r.form[at-1] != ' ':
			depth--
			at++
		case c == '"':
			for at++; r.form[at] != '"'; at++ {
				if r.form[at] == '\\' {
					at++
				}
			}
		case c == '(' || c == '{':
			depth++
		case c == ')' || c == '}':
			depth--
		}
		if depth == 0 {
			return at + 1
		}
	}
	return len(r.form)
}

// binding copies one binding of a let, its semicolon and the space behind.
func (r *reorderer) binding() string {
	var out strings.Builder
	asserts := 0
	for {
		switch {
		case r.here("= assert "), r.here("; assert "):
			out.WriteString(r.form[r.at : r.at+len("= assert ")])
			if r.here("; ") {
				asserts--
			}
			asserts++
			r.at += len("= assert ")
		case r.here("; "):
			out.WriteString("; ")
			r.at += 2
			if asserts == 0 {
				return out.String()
			}
			asserts--
		default:
			out.WriteString(r.one())
		}
	}
}

// place is the line and the column that a message of Nix ends with.
var place = regexp.MustCompile(`at (?:.*):(\d+):(\d+)$`)
