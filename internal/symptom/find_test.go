package symptom

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

const small = `
- group: all
  head: message
  symptoms:
    - {name: option, says: "The option '…' does not exist", means: A., read: 07#a}
    - {name: recursion-module, says: infinite recursion encountered, near: [lib/modules.nix, module argument], means: A., read: 07#a}
    - {name: recursion, says: infinite recursion encountered, means: A., read: 07#a}
    - {name: library, says: cannot open shared object file, means: A., read: 07#a}
    - {name: driver, says: "libcuda.so.1: cannot open shared object file", means: A., read: 07#a}
    - {name: scope, says: [is unsupported when nixos is configured], kind: warning, means: A., read: 07#a}
    - {name: builder, says: "builder for '…' failed with exit code", kind: result, means: A., read: 07#a}
    - {name: dependencies, says: "dependencies of derivation '…' failed to build", kind: result, means: A., read: 07#a}
    - {name: platform, says: invalid package set for the Jetson platform, means: A., read: 07#a}
    - {name: assertions, says: "Failed assertions:", kind: result, means: A., read: 07#a}
    - {name: hash, says: hash mismatch in fixed-output derivation, means: A., read: 07#a}
`

func read(t testing.TB, text string) *Table {
	t.Helper()
	table, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// found are the names of what is found in a text, each with its line.
func found(t *testing.T, text string) string {
	t.Helper()
	report, err := read(t, small).Find(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range report.Matches {
		all = append(all, strings.Join([]string{m.Name, string(rune('0' + m.At))}, ":"))
	}
	return strings.Join(all, " ")
}

func TestFind(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing":            {"all is well\n", ""},
		"empty":              {"", ""},
		"a message":          {"a\nThe option `x.y' does not exist.\n", "option:2"},
		"other quotes":       {"the OPTION ‘x’ does not exist", "option:1"},
		"in double quotes":   {`The option "x" does not exist`, "option:1"},
		"broken between":     {"The option 'x' does\n  not exist", "option:1"},
		"broken in a log":    {"  > The option 'x'\n  > does not exist", "option:1"},
		"too wide a gap":     {"The option '" + strings.Repeat("x", 300) + "' does not exist", ""},
		"too tall a gap":     {"The option '\n\nx' does not exist", ""},
		"begins once more":   {"The option 'a' is fine. The option 'x' does not exist", "option:1"},
		"coloured":           {"\x1b[31mThe \x1b[1;38;5;9moption\x1b[0m '\x1b]8;;http://x\x1b\\x\x1b]8;;\x07' does not exist", "option:1"},
		"UTF-16":             {"T\x00h\x00e\x00 \x00o\x00p\x00t\x00i\x00o\x00n\x00 \x00'\x00x\x00'\x00 \x00d\x00o\x00e\x00s\x00 \x00n\x00o\x00t\x00 \x00e\x00x\x00i\x00s\x00t\x00", "option:1"},
		"progress":           {"1%\r2%\r3%\rThe option 'x' does not exist\r\n", "option:1"},
		"pasted on one line": {"error: Failed assertions: - invalid package set for the Jetson platform. Try", "platform:1 assertions:1"},
		"near":               {"at lib/modules.nix:1\ninfinite recursion encountered", "recursion-module:2"},
		"near, behind":       {"infinite recursion encountered\nat lib/modules.nix:1\n", "recursion-module:1"},
		"nothing near":       {"infinite recursion encountered", "recursion:1"},
		"the more telling":   {"x: libcuda.so.1: cannot open shared object file: No", "driver:1"},
		"the other":          {"x: libfoo.so.1: cannot open shared object file: No", "library:1"},
		"both":               {"libcuda.so.1: cannot open shared object file\nlibfoo.so.1: cannot open shared object file\n", "library:2 driver:1"},
		"failure, then what followed": {
			"hash mismatch in fixed-output derivation\nbuilder for 'a' failed with exit code 1\n1 dependencies of derivation 'b' failed to build\n",
			"hash:1 builder:2 dependencies:3",
		},
		"the last failure is the root": {"infinite recursion encountered\nx\nhash mismatch in fixed-output derivation\n", "hash:3 recursion:1"},
		"a warning comes later":        {"hash mismatch in fixed-output derivation\n5 is unsupported when nixos is configured", "hash:1 scope:2"},
		"assertions in their order": {
			"Failed assertions:\n- invalid package set for the Jetson platform\n- The option 'x' does not exist\n",
			"platform:2 option:3 assertions:1",
		},
		"behind the assertions": {
			"Failed assertions:\n- invalid package set for the Jetson platform\n\nx\nhash mismatch in fixed-output derivation\n",
			"hash:5 platform:2 assertions:1",
		},
		"the last of several": {"hash mismatch in fixed-output derivation\nx\nhash mismatch in fixed-output derivation\n", "hash:3"},
	} {
		if got := found(t, test.text); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// A match shows its line, without what commands a terminal, cut to what is around the message.
func TestText(t *testing.T) {
	table := read(t, small)
	long := strings.Repeat("é", 5000)
	for _, test := range []struct{ text, want string }{
		{"a\n\x1b[31m  error: hash mismatch in fixed-output derivation '/nix/x':\x1b[0m\r\nb", "error: hash mismatch in fixed-output derivation '/nix/x':"},
		{"The option 'x' does\n not exist. Then\nb", "The option 'x' does  not exist. Then"},
		{"50%\rhash mismatch in fixed-output derivation\n", "50%hash mismatch in fixed-output derivation"},
	} {
		report, err := table.Find(iotest.OneByteReader(strings.NewReader(test.text)))
		if err != nil || len(report.Matches) != 1 || report.Matches[0].Text != test.want {
			t.Errorf("%q: %v %+v", test.text, err, report.Matches)
		}
	}
	report, err := table.Find(strings.NewReader(long + "hash mismatch in fixed-output derivation" + long))
	if err != nil || len(report.Matches) != 1 {
		t.Fatal(err, report)
	}
	text := report.Matches[0].Text
	if len(text) > mostBefore+2*mostAfter || !strings.HasPrefix(text, "é") || !strings.HasSuffix(text, "é") || !strings.Contains(text, "hash mismatch") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func TestReport(t *testing.T) {
	report, err := read(t, small).Find(strings.NewReader("a\nb: error: the moon is full\nfine\n"))
	if err != nil || report.Failing.At != 2 || report.Failing.Text != "b: error: the moon is full" || report.Lines != 3 || report.Binary {
		t.Errorf("%v %+v", err, report)
	}
	binary := make([]byte, 1<<16)
	for i := range binary {
		binary[i] = byte(i * 7919 >> 3)
	}
	if report, err := read(t, small).Find(bytes.NewReader(binary)); err != nil || !report.Binary {
		t.Errorf("%v %+v", err, report)
	}
	broken := errors.New("broken")
	if _, err := read(t, small).Find(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("an error of the reader gives %v", err)
	}
}

// repeating gives a text again and again.
type repeating struct {
	text string
	at   int
}

func (r *repeating) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], r.text[r.at:])
		n, r.at = n+c, (r.at+c)%len(r.text)
	}
	return n, nil
}

// However long the text or a line of it is, and whatever it has, its memory is bounded.
func TestMemory(t *testing.T) {
	table := read(t, small)
	for _, text := range []string{
		"a", "\n", "hash mismatch in fixed-output derivation", "hash mismatch in fixed-output derivation\n", "\x1b]", "\x1b[1", "\xe2\x80", "The option '", "Failed assertions:\n- x\n",
	} {
		if _, err := table.Find(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := table.Find(io.LimitReader(&repeating{text: text}, 5<<20))
		runtime.ReadMemStats(&after)
		if err != nil || report.Bytes != 5<<20 {
			t.Errorf("%q: %v", text, err)
		}
		// What is shown of a match is made anew for each.
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 && !strings.Contains(text, "hash") || used > 300<<20 {
			t.Errorf("%q: %d KB allocated for 5 MB", text, used>>10)
		}
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		"- group: [": "cannot read the symptoms",
		"- group: a\n  symptoms:\n    - {name: a, sais: b}":             "sais",
		"- group: a\n  symptoms:\n    - {name: a, says: short}":         "line 3: \"short\" has fewer than 8 characters",
		"- group: a\n  symptoms:\n    - {name: a, says: long enough …}": "line 3: \"long enough …\" has a piece",
		"- group: a\n  symptoms:\n    - {name: a, kind: odd}":           "line 3: unknown kind \"odd\"",
	} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if report, err := read(t, "").Find(strings.NewReader("error: x")); err != nil || len(report.Matches) > 0 || report.Failing.At != 1 {
		t.Errorf("an empty table: %v %+v", err, report)
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte("\x1b[31mhash mismatch in fixed-output derivation\r\n"))
	table, err := Read([]byte(small))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		report, err := table.Find(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range report.Matches {
			if m.At < 1 || m.At > report.Lines || m.Times < 1 {
				t.Errorf("%+v in %d lines", m, report.Lines)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	table := read(b, small)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if _, err := table.Find(io.LimitReader(&repeating{text: "copying path '/nix/store/x' from the cache...\n"}, 1<<20)); err != nil {
			b.Fatal(err)
		}
	}
}
