package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
)

func (p *Program) pillsLintCommand() *cobra.Command {
	var format string
	var nix, fix bool
	rules := "Check the pills of a folder, or the shipped ones, against the catalog.\n\nRules:\n"
	for _, r := range pillcheck.Rules() {
		rules += fmt.Sprintf("  %-12s  %s\n", r.Code, r.Means)
	}
	c := &cobra.Command{
		Use:   "lint [DIR]",
		Short: "Check pills: their form, their code, every name in them",
		Long:  rules,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			library, err := catalog.Open()
			if err != nil {
				return err
			}
			if fix && len(args) == 0 {
				return fmt.Errorf("--fix needs a folder: the shipped pills are part of the program")
			}
			files, dir := p.Pills, ""
			if len(args) == 1 {
				dir = args[0]
				if _, err := os.ReadDir(dir); err != nil {
					return fmt.Errorf("cannot read the folder of pills: %w", err)
				}
				files = os.DirFS(dir)
			}
			if fix {
				for name, content := range pillcheck.Fix(pill.Load(files), library) {
					if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
						return fmt.Errorf("cannot write the tables: %w", err)
					}
				}
			}
			var options pillcheck.Options
			if nix {
				if options.Nix, err = exec.LookPath("nix-instantiate"); err != nil {
					return fmt.Errorf("cannot let Nix read the pills: %w", err)
				}
			}
			findings, err := pillcheck.Lint(cmd.Context(), pill.Load(files), library, options)
			if err != nil {
				return err
			}
			for i := range findings {
				findings[i].File = filepath.Join(dir, findings[i].File)
			}
			if err := printFindings(cmd, findings, format); err != nil {
				return err
			}
			if len(findings) > 0 {
				return exit(exitNothing)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&nix, "nix", false, "let nix-instantiate parse and evaluate the Nix blocks")
	c.Flags().BoolVar(&fix, "fix", false, "write the generated tables before checking")
	formatFlag(c, &format, "text", "json")
	return c
}

func printFindings(cmd *cobra.Command, findings []pillcheck.Finding, format string) error {
	if format == "json" {
		if findings == nil {
			findings = []pillcheck.Finding{}
		}
		return printJSON(cmd.OutOrStdout(), findings)
	}
	for _, f := range findings {
		printf(cmd.OutOrStdout(), "%s\n", f)
	}
	return nil
}
