package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"jetpills/pills"
)

// runPills runs one of the commands that check pills.
func runPills(t *testing.T, command func(*Program) *cobra.Command, args ...string) (stdout string, err error) {
	t.Helper()
	var out bytes.Buffer
	c := command(&Program{Pills: pills.FS, out: &out, err: io.Discard})
	c.SetArgs(args)
	c.SilenceErrors, c.SilenceUsage = true, true
	err = c.ExecuteContext(t.Context())
	return out.String(), err
}

// copyPills writes the shipped pills to a folder and changes one of them.
func copyPills(t *testing.T, file, old, new string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, pills.FS); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, file)
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%s has no %q", file, old)
	}
	if err := os.WriteFile(name, bytes.Replace(content, []byte(old), []byte(new), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPillsLint(t *testing.T) {
	lint := (*Program).pillsLintCommand
	if out, err := runPills(t, lint); err != nil || out != "" {
		t.Errorf("the shipped pills: %v\n%s", err, out)
	}

	const file = "09-building-your-system.md"
	dir := copyPills(t, file, `som = "orin-agx"`, `som = "orin-agx-64gb"`)
	out, err := runPills(t, lint, dir)
	if code := exit(0); !errors.As(err, &code) || code != exitNothing {
		t.Errorf("a finding ends with %v, want exit code 1", err)
	}
	if want := filepath.Join(dir, file) + ":"; !strings.HasPrefix(out, want) || !strings.HasSuffix(out, "(value)\n") {
		t.Errorf("the finding is %q, want file:line: message (value)", out)
	}
	out, _ = runPills(t, lint, "--format", "json", dir)
	var findings []struct {
		File, Code, Message string
		Line                int
	}
	if err := json.Unmarshal([]byte(out), &findings); err != nil || len(findings) != 1 || findings[0].Line == 0 || findings[0].Code != "value" {
		t.Errorf("as JSON: %v %s", err, out)
	}

	if _, err := runPills(t, lint, filepath.Join(dir, "none")); err == nil || errors.As(err, new(exit)) {
		t.Errorf("a folder that is not there: %v, want an error", err)
	}
	if _, err := runPills(t, lint, "--fix"); err == nil || errors.As(err, new(exit)) {
		t.Errorf("--fix without a folder: %v, want an error", err)
	}
}

func TestPillsLintFix(t *testing.T) {
	dir := copyPills(t, "README.md", "| 7 | 7.2 |", "| 7 | 7.1 |")
	if _, err := runPills(t, (*Program).pillsLintCommand, dir); err == nil {
		t.Error("a damaged table is not found")
	}
	if out, err := runPills(t, (*Program).pillsLintCommand, "--fix", dir); err != nil {
		t.Errorf("after --fix: %v\n%s", err, out)
	}
	fixed, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := pills.FS.ReadFile("README.md"); !bytes.Equal(fixed, want) {
		t.Error("--fix did not give the table back")
	}
}

func TestPillsCoverage(t *testing.T) {
	coverage := (*Program).pillsCoverageCommand
	out, err := runPills(t, coverage)
	if err != nil {
		t.Errorf("the shipped pills: %v", err)
	}
	for _, want := range []string{"option:hardware.nvidia-jetpack.som  07#which-som-am-i\n", "value:hardware.nvidia-jetpack.som=orin-agx  04#agx-orin-orin-agx\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no line with %q", want)
		}
	}
	dir := copyPills(t, "07-nixos-modules.md", "<!-- explains: option:hardware.nvidia-jetpack.maxClock -->\n", "")
	out, err = runPills(t, coverage, dir)
	if code := exit(0); !errors.As(err, &code) || code != exitNothing || !strings.Contains(out, "maxClock") {
		t.Errorf("an option without a section ends with %v, want exit code 1", err)
	}
}

func TestPillsShowAtRevision(t *testing.T) {
	show := (*Program).pillsShowCommand
	out, err := runPills(t, show, "04#overlaynix-three-generations", "--rev", "8f27a0b")
	if err != nil || !strings.HasPrefix(out, "At 8f27a0b (2024-05-09).") || !strings.Contains(out, "5.1.2") || strings.Contains(out, "nvidia-jetpack7") {
		t.Errorf("%v\n%s", err, out)
	}
	newest, _ := runPills(t, show, "04#overlaynix-three-generations")
	if out, err := runPills(t, show, "04#overlaynix-three-generations", "--rev", "newest"); err != nil || out != newest {
		t.Errorf("at the pill's own revision: %v\n%s", err, out)
	}
	if out, err := runPills(t, show, "04", "--rev", "8f27a0b"); err != nil || strings.Count(out, "Not in `8f27a0b`") < 10 {
		t.Errorf("a whole pill: %v\n%s", err, out)
	}
	if _, err := runPills(t, show, "04", "--rev", "0000000"); err == nil {
		t.Error("a revision that is not there: want an error")
	}
}
