package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func (p *Program) pillsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "pills",
		Short: "List, show and search the tutorials",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(p.pillsListCommand(), p.pillsShowCommand(), p.pillsSearchCommand(), p.pillsPathCommand(),
		p.pillsLintCommand(), p.pillsCoverageCommand())
	return c
}

func (p *Program) pillsListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the pills",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			group := ""
			pills, err := p.pills()
			if err != nil {
				return err
			}
			for _, pill := range pills.Pills() {
				if pill.Group != group {
					group = pill.Group
					printf(cmd.OutOrStdout(), "%s\n", group)
				}
				title := pill.Title
				if pill.Subtitle != "" {
					title += ", " + pill.Subtitle
				}
				printf(cmd.OutOrStdout(), "  %s  %s (%d min)\n", pill.ID, title, pill.Minutes)
			}
			return nil
		},
	}
}

func (p *Program) pillsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show ID[#section]",
		Short: "Show a pill, or one section of it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			pills, err := p.pills()
			if err != nil {
				return err
			}
			section, ok := pills.Find(args[0])
			if !ok {
				return fmt.Errorf("there is no pill or section %q: see jetpills pills list", args[0])
			}
			out := cmd.OutOrStdout()
			color := isTerminal(p.Stdout) && os.Getenv("NO_COLOR") == ""
			if color {
				out = p.Stdout // Render's colours are the only commands that a pill has for a terminal
			}
			if strings.Contains(args[0], "#") {
				return section.Render(out, 0, color)
			}
			return section.Pill.Render(out, 0, color)
		},
	}
}

func (p *Program) pillsSearchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "search WORD…",
		Short: "Find the sections that hold all of the words",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			pills, err := p.pills()
			if err != nil {
				return err
			}
			hits := pills.Search(strings.Join(args, " "))
			if len(hits) == 0 {
				return exit(exitNothing)
			}
			for _, hit := range hits {
				printf(cmd.OutOrStdout(), "%s\t%s\n\t%s\n", hit.Section.Ref(), hit.Section.Label(), hit.Snippet)
			}
			return nil
		},
	}
}

func (p *Program) pillsPathCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the folder in which the pills lie as files",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			session, err := p.session()
			if err != nil {
				return err
			}
			index, err := session.Snapshot().PillFile("README.md")
			if err != nil {
				return err
			}
			printf(cmd.OutOrStdout(), "%s\n", filepath.Dir(index))
			return nil
		},
	}
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
