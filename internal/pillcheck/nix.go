package pillcheck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"jetpills/internal/nix/syntax"
)

// code parses all Nix blocks and, if there is a Nix to do it, has it parse them too and evaluate those that
// say what they give. Nix has no store, no search path and no home there.
func (l *linter) code(ctx context.Context, nix string) error {
	dir := ""
	if nix != "" {
		var err error
		if dir, err = os.MkdirTemp("", "jetpills-pills-"); err != nil {
			return fmt.Errorf("cannot keep the blocks of the pills for Nix: %w", err)
		}
		defer os.RemoveAll(dir)
	}
	var answers []*Finding
	var group errgroup.Group
	group.SetLimit(2)
	for _, p := range l.all() {
		for _, block := range p.CodeBlocks() {
			if block.Language != "nix" {
				continue
			}
			for _, e := range syntax.Parse(block.Text).Errors() {
				l.found(p.File, block.Line+1+strings.Count(block.Text[:e.Start], "\n"), "nix", "%s", e.Message())
			}
			lines := strings.Split(strings.TrimSpace(block.Text), "\n")
			want, promises := strings.CutPrefix(lines[len(lines)-1], "# => ")
			evaluated := len(block.Info) == 1 && block.Info[0] == "eval"
			if evaluated && !promises {
				l.found(p.File, block.Line, "eval", "the last line of an evaluated block reads # => VALUE")
			}
			if nix == "" {
				continue
			}
			answer := &Finding{File: p.File, Line: block.Line}
			answers = append(answers, answer)
			group.Go(func() (err error) {
				file := filepath.Join(dir, fmt.Sprintf("%s-%d.nix", p.ID, block.Line))
				if err := os.WriteFile(file, []byte(block.Text), 0o600); err != nil {
					return fmt.Errorf("cannot keep the blocks of the pills for Nix: %w", err)
				}
				got := want
				answer.Code, answer.Message = "nix", "Nix does not parse it: "
				if _, err = run(ctx, nix, dir, "--parse", file); err == nil && evaluated && promises {
					answer.Code, answer.Message = "eval", "Nix does not evaluate it: "
					got, err = run(ctx, nix, dir, "--eval", "--strict", file)
				}
				fault := new(nixFault)
				switch {
				case errors.As(err, &fault):
					answer.Message += fault.said
					return nil
				case got != want:
					answer.Message = fmt.Sprintf("it gives %s, the pill says %s", got, want)
				default:
					answer.Message = ""
				}
				return err
			})
		}
	}
	err := group.Wait()
	for _, a := range answers {
		if err == nil && a.Message != "" {
			l.findings = append(l.findings, *a)
		}
	}
	return err
}

// nixFault is what Nix says of a text that it refuses.
type nixFault struct{ said string }

func (f *nixFault) Error() string { return f.said }

func run(ctx context.Context, nix, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, nix, append([]string{"--store", "dummy://"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "NIX_PATH=", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) && failed.Exited() {
		said, _, _ := strings.Cut(strings.TrimSpace(string(failed.Stderr)), "\n")
		return "", &nixFault{strings.ReplaceAll(said, dir+"/", "")}
	}
	if err != nil {
		return "", fmt.Errorf("cannot run %s: %w", nix, err)
	}
	return strings.TrimSpace(string(out)), nil
}
