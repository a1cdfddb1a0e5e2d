package cli

import (
	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
)

func (p *Program) pillsCoverageCommand() *cobra.Command {
	const short = "Print which section explains each topic"
	c := command("coverage [DIR]", short, takes(0, 1), func(args []string) error {
		library, err := catalog.Open()
		if err != nil {
			return err
		}
		files, err := p.folderOfPills(args)
		if err != nil {
			return err
		}
		count := map[pillcheck.How]int{}
		for _, covered := range pillcheck.Coverage(pill.Load(files), library.Newest()) {
			count[covered.How]++
			ref := "-"
			if covered.Section.Pill != nil {
				ref = covered.Section.Ref()
			}
			printf(p.out, "%-8s  %s  %s\n", covered.How, covered.Topic, ref)
		}
		printf(p.err, "%d exact, %d by glob, %d by fallback, %d without a section\n",
			count[pillcheck.Exact], count[pillcheck.Glob], count[pillcheck.Fallback], count[pillcheck.Uncovered])
		return nothingIf(count[pillcheck.Uncovered] > 0)
	})
	c.Long = "Print each option, value, function, package, file, output, SoM, JetPack and idea\n" +
		"that must be explained, how its section is found, and the section. The exit code\n" +
		"is 1 if one has none, or only the beginning of a pill."
	return c
}
