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
	"jetpills/internal/pill"
)

// code parses all Nix blocks and, if there is a Nix to do it, evaluates those
// that say what they give.
func (l *linter) code(ctx context.Context, nix string) error {
	for _, p := range l.all() {
		for _, block := range p.CodeBlocks() {
			if block.Language != "nix" {
				continue
			}
			for _, e := range syntax.Parse(block.Text).Errors() {
				line := block.Line + 1 + strings.Count(block.Text[:e.Start], "\n")
				l.found(p.File, line, "nix", "%s", e.Message())
			}
			if isEvaluated(block) {
				if _, ok := promised(block); !ok {
					l.found(p.File, block.Line, "eval", "the last line of an evaluated block reads # => VALUE")
				}
			}
		}
	}
	if nix == "" {
		return nil
	}
	return l.askNix(ctx, nix)
}

func isEvaluated(block pill.CodeBlock) bool { return len(block.Info) == 1 && block.Info[0] == "eval" }

// promised is the value that an evaluated block says it gives.
func promised(block pill.CodeBlock) (string, bool) {
	lines := strings.Split(strings.TrimSpace(block.Text), "\n")
	return strings.CutPrefix(lines[len(lines)-1], "# => ")
}

// askNix lets nix-instantiate read every block, without a store, a search
// path or a home of its own.
func (l *linter) askNix(ctx context.Context, nix string) error {
	dir, err := os.MkdirTemp("", "jetpills-pills-")
	if err != nil {
		return fmt.Errorf("cannot keep the blocks of the pills for Nix: %w", err)
	}
	defer os.RemoveAll(dir)
	type answer struct {
		pill  *pill.Pill
		block pill.CodeBlock
		code  string
		said  string
	}
	var answers []*answer
	var group errgroup.Group
	group.SetLimit(2)
	for _, p := range l.all() {
		for _, block := range p.CodeBlocks() {
			if block.Language != "nix" {
				continue
			}
			a := &answer{pill: p, block: block}
			answers = append(answers, a)
			group.Go(func() error {
				file := filepath.Join(dir, fmt.Sprintf("%s-%d.nix", p.ID, block.Line))
				if err := os.WriteFile(file, []byte(block.Text), 0o600); err != nil {
					return fmt.Errorf("cannot keep the blocks of the pills for Nix: %w", err)
				}
				_, err := run(ctx, nix, dir, "--parse", file)
				if fault := new(nixFault); errors.As(err, &fault) {
					a.code, a.said = "nix", "Nix does not parse it: "+fault.said
					return nil
				} else if err != nil {
					return err
				}
				want, ok := promised(block)
				if !isEvaluated(block) || !ok {
					return nil
				}
				got, err := run(ctx, nix, dir, "--eval", "--strict", file)
				if fault := new(nixFault); errors.As(err, &fault) {
					a.code, a.said = "eval", "Nix does not evaluate it: "+fault.said
				} else if err != nil {
					return err
				} else if got != want {
					a.code, a.said = "eval", fmt.Sprintf("it gives %s, the pill says %s", got, want)
				}
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, a := range answers {
		if a.said != "" {
			l.found(a.pill.File, a.block.Line, a.code, "%s", a.said)
		}
	}
	return nil
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
