package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const failed = "building the system configuration...\nerror:\n       Failed assertions:\n       - Jetpack 5 only supports som families: xavier orin (or generic). Configured som: thor-agx.\n"

func TestWhy(t *testing.T) {
	home(t)
	want := "line 4: - Jetpack 5 only supports som families: xavier orin (or generic). Configured som: thor-agx.\n" +
		"  The JetPack of `majorVersion` has nothing for the family of this `som`.\n" +
		"  jetpills pills show 07#majorversion-which-jetpack   # Pill 07: NixOS modules › majorVersion: which JetPack\n" +
		"  file:///LINK\n" +
		"  jetpack-nixos prints this since 2025-06-27 (4595ac8).\n\nline 3: Failed assertions:\n"
	link := regexp.MustCompile(`file:///\S*/07-nixos-modules\.md#L\d+`)
	for _, args := range [][]string{{"why"}, {"why", "-"}} {
		if out, stderr, code := run(t, failed, args...); code != 0 || stderr != "" || !strings.HasPrefix(link.ReplaceAllString(out, "file:///LINK"), want) {
			t.Errorf("%v: exit code %d, %s\n%s", args, code, stderr, out)
		}
	}
	out, _, code := run(t, "", "why", "Unknown", "SoC", "type")
	if code != 0 || !strings.HasPrefix(out, "line 1: Unknown SoC type\n") {
		t.Errorf("the arguments: exit code %d\n%s", code, out)
	}
	out, _, code = run(t, "", "why", "Docker version < 25 does not support CDI")
	if code != 0 || !strings.Contains(out, "prints this from 2023-12-15 (319750c) until 2025-08-18 (49d51b7)") {
		t.Errorf("a message of old: exit code %d\n%s", code, out)
	}
	old, _, code := run(t, "", "why", "The option `hardware.nvidia-jetpack.majorVersion' does not exist. Definition values:")
	if code != 0 || !strings.Contains(old, "older than the option") || !strings.Contains(old, "before 2025-06-26 (e1b355b)") {
		t.Errorf("an option that came later: exit code %d\n%s", code, old)
	}
	// What it says to show can be shown.
	for line := range strings.Lines(out) {
		if show, ok := strings.CutPrefix(line, "  jetpills pills show "); ok {
			if _, stderr, code := run(t, "", "pills", "show", strings.Fields(show)[0]); code != 0 {
				t.Error(stderr)
			}
		}
	}
}

func TestWhyAsJSON(t *testing.T) {
	home(t)
	out, _, code := run(t, "\x1b[31m"+strings.ReplaceAll(failed, "\n", "\r\n"), "why", "--format", "json")
	var causes []struct {
		Symptom, Kind, Text, Means, Pill, Title, Link, Since string
		Line, Times                                          int
	}
	if err := json.Unmarshal([]byte(out), &causes); err != nil || code != 0 || len(causes) != 2 {
		t.Fatalf("%v: exit code %d\n%s", err, code, out)
	}
	c := causes[0]
	if c.Symptom != "som-of-other-generation" || c.Kind != "failure" || c.Line != 4 || c.Times != 1 || c.Pill != "07#majorversion-which-jetpack" ||
		c.Since != "4595ac8" || c.Means == "" || !strings.Contains(c.Link, "/07-nixos-modules.md#L") || !strings.HasPrefix(c.Text, "- Jetpack 5") || causes[1].Kind != "result" {
		t.Errorf("%s", out)
	}
	if out, _, code := run(t, "all is well", "why", "--format", "json"); code != exitNothing || out != "[]\n" {
		t.Errorf("nothing: exit code %d, %q", code, out)
	}
}

func TestWhyNothing(t *testing.T) {
	home(t)
	file := filepath.Join(t.TempDir(), "build.log")
	if err := os.WriteFile(file, []byte(failed), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := make([]byte, 1<<20)
	for i := range binary {
		binary[i] = byte(i * 7919 >> 3)
	}
	for name, test := range map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"well":   {"a\nerror: the moon is full\n", nil, "none of the messages in this text of 2 lines.\nThe last line that speaks of an error is line 2: error: the moon is full\nSearch the pills"},
		"words":  {"", []string{"the", "moon"}, "none of the messages in this text of 1 line.\nSearch the pills"},
		"empty":  {"", nil, "The text is empty."},
		"binary": {string(binary), nil, "This is no text"},
		"a file": {"", []string{file}, "is a file. To read it: jetpills why - < "},
		"a line": {strings.Repeat("x", 1<<20), nil, "none of the messages in this text of 1 line."},
	} {
		out, stderr, code := run(t, test.stdin, append([]string{"why"}, test.args...)...)
		if code != exitNothing || out != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: exit code %d, %q, %s", name, code, out, stderr)
		}
	}
	// A folder of one's own has no table of symptoms.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "00-mine.md"), []byte("# Mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := run(t, failed, "why", "--pills", dir); code != exitNothing || !strings.Contains(stderr, "none of the messages") {
		t.Errorf("no table: exit code %d, %s", code, stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "symptoms.yaml"), []byte("- group: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := run(t, failed, "why", "--pills", dir); code != exitCouldNot || !strings.Contains(stderr, "symptoms.yaml: cannot read") {
		t.Errorf("a broken table: exit code %d, %s", code, stderr)
	}
}
