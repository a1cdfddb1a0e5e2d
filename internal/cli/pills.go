package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
)

func (p *Program) pillsCommand() *cobra.Command {
	return group("pills", "List, show and search the tutorials",
		p.pillsListCommand(), p.pillsShowCommand(), p.pillsSearchCommand(), p.pillsPathCommand(),
		p.pillsLintCommand(), p.pillsCoverageCommand())
}

func (p *Program) pillsListCommand() *cobra.Command {
	return command("list", "List the pills", cobra.NoArgs, func(_ []string) error {
		group := ""
		pills, err := p.pills()
		if err != nil {
			return err
		}
		for _, pill := range pills.Pills() {
			if pill.Group != group {
				group = pill.Group
				printf(p.out, "%s\n", group)
			}
			title := pill.Title
			if pill.Subtitle != "" {
				title += ", " + pill.Subtitle
			}
			printf(p.out, "  %s  %s (%d min)\n", pill.ID, title, pill.Minutes)
		}
		return nil
	})
}

func (p *Program) pillsShowCommand() *cobra.Command {
	const short = "Show a pill, or one section of it"
	var rev string
	c := command("show ID[#section]", short, cobra.ExactArgs(1), func(args []string) error {
		pills, err := p.pills()
		if err != nil {
			return err
		}
		section, ok := pills.Find(args[0])
		if !ok {
			return fmt.Errorf("there is no pill or section %q: see jetpills pills list", args[0])
		}
		if rev != "" {
			library, err := catalog.Open()
			if err != nil {
				return err
			}
			at, err := revision(library, rev)
			if err != nil {
				return err
			}
			if e, ok := edition.Of(section, library, at); ok {
				printf(p.out, "At %s (%s). The pill describes %.7s: what differs is said under each section.\n\n", at.Revision.Short(), at.Revision.Day(), section.Pill.Revision)
				section = e.Whole(section)
			}
		}
		out := p.out
		color := isTerminal(p.Stdout) && os.Getenv("NO_COLOR") == ""
		if color {
			out = p.Stdout // Render's colours are the only commands that a pill has for a terminal
		}
		if strings.Contains(args[0], "#") {
			return section.Render(out, 0, color)
		}
		return section.Pill.Render(out, 0, color)
	})
	c.Flags().StringVar(&rev, "rev", "", "as it reads at another revision: "+revisionForms)
	return c
}

func (p *Program) pillsSearchCommand() *cobra.Command {
	const short = "Find the sections that contain all of the words"
	return command("search WORD…", short, cobra.MinimumNArgs(1), func(args []string) error {
		pills, err := p.pills()
		if err != nil {
			return err
		}
		hits := pills.Search(strings.Join(args, " "))
		for _, hit := range hits {
			printf(p.out, "%s\t%s\n\t%s\n", hit.Section.Ref(), hit.Section.Label(), hit.Snippet)
		}
		return nothingIf(len(hits) == 0)
	})
}

func (p *Program) pillsPathCommand() *cobra.Command {
	return command("path", "Print the folder that holds the pills as files", cobra.NoArgs, func(_ []string) error {
		snapshot, err := p.snapshot()
		if err != nil {
			return err
		}
		index, err := snapshot.PillFile("README.md")
		if err != nil {
			return err
		}
		printf(p.out, "%s\n", filepath.Dir(index))
		return nil
	})
}

// isTerminal reports whether output goes to a person rather than to a program.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
