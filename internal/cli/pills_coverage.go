package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
)

func (p *Program) pillsCoverageCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "coverage [DIR]",
		Short: "Print which section explains each topic",
		Long: "Print each option, value, function, package, file, output, SoM, JetPack and idea\n" +
			"that must be explained, how its section is found, and the section. The exit code\n" +
			"is 1 if one has none, or only the beginning of a pill.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			library, err := catalog.Open()
			if err != nil {
				return err
			}
			files := p.Pills
			if len(args) == 1 {
				if _, err := os.ReadDir(args[0]); err != nil {
					return fmt.Errorf("cannot read the folder of pills: %w", err)
				}
				files = os.DirFS(args[0])
			}
			count := map[pillcheck.How]int{}
			for _, covered := range pillcheck.Coverage(pill.Load(files), library.Newest()) {
				count[covered.How]++
				ref := "-"
				if covered.Section.Pill != nil {
					ref = covered.Section.Ref()
				}
				printf(cmd.OutOrStdout(), "%-8s  %s  %s\n", covered.How, covered.Topic, ref)
			}
			printf(cmd.ErrOrStderr(), "%d exact, %d by glob, %d by fallback, %d without a section\n",
				count[pillcheck.Exact], count[pillcheck.Glob], count[pillcheck.Fallback], count[pillcheck.Uncovered])
			if count[pillcheck.Uncovered] > 0 {
				return exit(exitNothing)
			}
			return nil
		},
	}
}
