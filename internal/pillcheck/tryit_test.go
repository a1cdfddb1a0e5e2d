package pillcheck_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/nixtest"
	"jetpills/internal/pill"
)

const libAnswers = "testdata/tryit.json"

// answered are the outputs of the steps that need nixpkgs' lib, by step, and the revision of that lib.
type answered struct {
	Revision string            `json:"revision"`
	Outputs  map[string]string `json:"outputs"`
}

// Each step of the pills that a reader can try prints what the pill says it prints.
//
// A block `nix file=NAME` is kept in the folder of its pill; a block `console` is run there: each line that begins with "$ " is
// a command, what follows is its output. "…" stands for any text of a line, and on a line of its own for any lines.
func TestTryIt(t *testing.T) {
	if _, err := exec.LookPath("nix"); err != nil {
		t.Fatalf("the steps of the pills need Nix: %v", err)
	}
	recorded, search := answered{Outputs: map[string]string{}}, ""
	if nixtest.HasLib() {
		recorded.Revision, search = nixtest.LibRevision(t), libOnly(t)
	} else {
		recorded = nixtest.Recorded[answered](t, libAnswers, nil)
	}
	asked := map[string]bool{}
	for _, p := range pill.Load(shipped(t)).Pills() {
		t.Run(p.ID, func(t *testing.T) {
			dir := t.TempDir()
			times := map[string]int{}
			for _, block := range p.CodeBlocks() {
				if name, ok := fileOf(block); ok {
					file := filepath.Join(dir, filepath.FromSlash(name))
					if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(file, []byte(block.Text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if block.Language != "console" {
					continue
				}
				for _, step := range stepsOf(block) {
					var got string
					key := p.ID + ": " + step.command
					if times[key]++; times[key] > 1 { // tried again, after a change
						key += fmt.Sprintf(" (%d)", times[key])
					}
					if strings.Contains(step.command, "<nixpkgs/lib>") && search == "" {
						var ok bool
						if got, ok = recorded.Outputs[key]; !ok {
							t.Errorf("%s:%d: nobody has asked Nix: %s\nmake judge LIB=DIR does", p.File, block.Line+step.line, step.command)
							continue
						}
						asked[key] = true
					} else {
						got = tried(t, dir, search, step.command)
						if strings.Contains(step.command, "<nixpkgs/lib>") {
							recorded.Outputs[key], asked[key] = got, true
						}
					}
					if !step.want.MatchString(got) {
						t.Errorf("%s:%d: $ %s\ngives:\n%s\nthe pill says:\n%s", p.File, block.Line+step.line, step.command, got, step.output)
					}
				}
			}
		})
	}
	for key := range recorded.Outputs {
		if !asked[key] && search == "" {
			t.Errorf("%s has the output of a step that is in no pill: %s", libAnswers, key)
		}
	}
	if search != "" && !t.Failed() {
		nixtest.Record(t, libAnswers, recorded)
	}
}

// libOnly is a folder for NIX_PATH that has nixpkgs/lib and nothing else of nixpkgs.
func libOnly(t *testing.T) string {
	dir := t.TempDir()
	if err := os.Symlink(nixtest.Lib(t), filepath.Join(dir, "lib")); err != nil {
		t.Fatal(err)
	}
	return "nixpkgs=" + dir
}

func fileOf(block pill.CodeBlock) (name string, ok bool) {
	for _, word := range block.Info {
		if name, ok = strings.CutPrefix(word, "file="); ok {
			return name, filepath.IsLocal(name)
		}
	}
	return "", false
}

// step is a command with what it prints.
type step struct {
	command, output string
	want            *regexp.Regexp
	line            int // within the block, from 1
}

func stepsOf(block pill.CodeBlock) (steps []step) {
	for i, line := range strings.Split(strings.TrimRight(block.Text, "\n"), "\n") {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			steps = append(steps, step{command: command, line: i + 1})
			continue
		}
		last := len(steps) - 1
		if last < 0 {
			continue
		}
		if more, ok := strings.CutPrefix(line, "> "); ok && steps[last].output == "" {
			steps[last].command += "\n" + more
		} else {
			steps[last].output += line + "\n"
		}
	}
	for i, s := range steps {
		steps[i].want = pattern(s.output)
	}
	return steps
}

// pattern matches an output that is what a pill shows of it.
func pattern(shown string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`\A`)
	for line := range strings.Lines(shown) {
		line = strings.TrimSpace(line)
		if line == "…" {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		parts := strings.Split(line, "…")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		b.WriteString(strings.Join(parts, `.*?`) + `\n`)
	}
	b.WriteString(`\z`)
	return regexp.MustCompile(b.String())
}

// tried is what a command prints, without warnings: a line each, without the space around it, with paths as they are for
// everybody.
func tried(t *testing.T, dir, search, command string) string {
	cmd := exec.CommandContext(t.Context(), "bash", "-c", command)
	cmd.Dir = dir
	cmd.Env = []string{
		"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "NIX_PATH=" + search, "NO_COLOR=1", "TERM=dumb", "LC_ALL=C.UTF-8",
		"NIX_CONFIG=build-users-group =\nsandbox = false\nsubstitute = false\nexperimental-features = nix-command flakes\n",
	}
	out, err := cmd.CombinedOutput() // a step may fail: the pill shows how
	if err != nil && cmd.ProcessState == nil {
		t.Fatalf("%s: %v", command, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "warning: ") })
	text := strings.Join(lines, "\n")
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(text+"\n", dir+"/", "")
	if folder, ok := strings.CutPrefix(search, "nixpkgs="); ok {
		if lib, err := filepath.EvalSymlinks(filepath.Join(folder, "lib")); err == nil {
			text = strings.ReplaceAll(text, lib, "<nixpkgs/lib>")
		}
	}
	return text
}
