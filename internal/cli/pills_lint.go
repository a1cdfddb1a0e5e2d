package cli

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
	"jetpills/internal/text"
)

func (p *Program) pillsLintCommand() *cobra.Command {
	var format string
	var nix, fix, eras bool
	var rules strings.Builder
	rules.WriteString("Check the pills of a folder, or the shipped ones, against the catalog.\n\nRules:\n")
	for _, r := range pillcheck.Rules() {
		rules.WriteString(fmt.Sprintf("  %-12s  %s\n", r.Code, r.Means))
	}
	const short = "Check pills: their form, their code, every name in them"
	c := command("lint [DIR]", short, takes(0, 1), func(args []string) error {
		library, err := catalog.Open()
		if err != nil {
			return err
		}
		if fix && len(args) == 0 {
			return fmt.Errorf("--fix needs a folder: the shipped pills are part of the program")
		}
		files, err := p.folderOfPills(args)
		if err != nil {
			return err
		}
		dir := strings.Join(args, "") // "" for the shipped pills
		if fix {
			for name, content := range pillcheck.Fix(pill.Load(files), library) {
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
					return fmt.Errorf("cannot write the tables: %w", err)
				}
			}
			if err := writeList(dir, files); err != nil {
				return err
			}
		}
		var options pillcheck.Options
		if nix {
			if options.Nix, err = exec.LookPath("nix-instantiate"); err != nil {
				return fmt.Errorf("cannot have Nix read the pills: %w", err)
			}
		}
		findings, err := pillcheck.Lint(context.Background(), pill.Load(files), library, options)
		if err != nil {
			return err
		}
		if eras {
			more, _ := pillcheck.Eras(pill.Load(files), library, nil)
			findings = append(findings, more...)
		}
		for i := range findings {
			findings[i].File = filepath.Join(dir, findings[i].File)
		}
		if format == "json" {
			err = printJSON(p.out, append([]pillcheck.Finding{}, findings...))
		} else {
			for _, f := range findings {
				printf(p.out, "%s\n", f)
			}
		}
		if err == nil && len(findings) == 0 {
			printf(p.err, "nothing is wrong in %s\n", text.Count(len(pill.Load(files).Files()), "file"))
		}
		return cmp.Or(err, nothingIf(len(findings) > 0))
	})
	c.Long = rules.String()
	c.Flags().BoolVar(&nix, "nix", false, "let nix-instantiate parse and evaluate the Nix blocks")
	c.Flags().BoolVar(&eras, "eras", false, "check too what hovers show at every other revision; takes minutes")
	c.Flags().BoolVar(&fix, "fix", false, "write the generated tables and the list of sections before checking")
	formatFlag(c, &format, "text", "json")
	return c
}

// writeList makes the list of sections anew in a folder that has one.
func writeList(dir string, files fs.FS) error {
	if _, err := fs.Stat(files, pill.ListFile); err != nil {
		return nil
	}
	list, err := pill.Load(files).List()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, pill.ListFile), list, 0o644)
	}
	if err != nil {
		return fmt.Errorf("cannot write the list of sections: %w", err)
	}
	return nil
}
