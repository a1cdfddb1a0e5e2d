package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/text"
)

func (p *Program) pillsCommand() *cobra.Command {
	return group("pills", "List, show and search the tutorials, and make web pages of them",
		p.pillsListCommand(), p.pillsShowCommand(), p.pillsSearchCommand(), p.pillsPathCommand(),
		p.pillsLintCommand(), p.pillsCoverageCommand(), p.pillsSiteCommand())
}

func (p *Program) pillsListCommand() *cobra.Command {
	return command("list", "List the pills", takes(0, 0), func(_ []string) error {
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
	const short = "Show a pill, a section of one, or the section that explains a name or an idea"
	var rev string
	c := command("show ID[#section] | WORD…", short, takes(1, many), func(args []string) error {
		pills, err := p.pills()
		if err != nil {
			return err
		}
		words := strings.Join(args, " ")
		section, ok := pills.Meant(words)
		if !ok {
			return p.noPill(words)
		}
		note := ""
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
				note = fmt.Sprintf("At %s (%s). The pill describes %.7s: what differs is said under each section.\n\n", at.Revision.Short(), at.Revision.Day(), section.Pill.Revision)
				section = e.Whole(section)
			}
		}
		return p.show(func(w io.Writer, width int, color bool) error {
			_, _ = io.WriteString(w, note)
			if section.Anchor != section.Pill.Sections[0].Anchor || strings.Contains(words, "#") {
				return section.Render(w, width, color)
			}
			return section.Pill.Render(w, width, color)
		})
	})
	c.Flags().StringVar(&rev, "rev", "", "as it reads at another revision: "+revisionForms)
	return c
}

// noPill says that words name no section.
func (p *Program) noPill(words string) error {
	return p.nothing("no pill explains %q: see jetpills pills list, or jetpills pills search", words)
}

func (p *Program) pillsSearchCommand() *cobra.Command {
	const short = "Find the sections that contain all of the words"
	return command("search WORD…", short, takes(1, many), func(args []string) error {
		pills, err := p.pills()
		if err != nil {
			return err
		}
		words := strings.Join(args, " ")
		hits := pills.Search(words)
		if len(hits) == 0 {
			return p.nothing("no section has all of the words %q", words)
		}
		if _, isTerminal := screenOf(p.Stdout); !isTerminal {
			for _, hit := range hits {
				printf(p.out, "%s\t%s\n\t%s\n", hit.Section.Ref(), hit.Section.Label(), hit.Snippet)
			}
			return nil
		}
		return p.show(func(w io.Writer, width int, color bool) error {
			for i, hit := range hits {
				if i > 0 {
					printf(w, "\n")
				}
				for _, line := range text.Wrap(text.Visible(hit.Section.Label(), ""), "", "  ", width) {
					_, _ = io.WriteString(w, paint(line, text.Bold, color)+"\n")
				}
				_, _ = io.WriteString(w, "  "+paint(text.Visible(hit.Section.Ref(), ""), text.Cyan, color)+"\n")
				for _, line := range text.Wrap(text.Visible(hit.Snippet, ""), "  ", "  ", width) {
					_, _ = io.WriteString(w, line+"\n")
				}
			}
			return nil
		})
	})
}

func (p *Program) pillsPathCommand() *cobra.Command {
	const short = "Print the folder that holds the pills as files, or the file and line of a section, named as for show"
	return command("path [ID[#section] | WORD…]", short, takes(0, many), func(args []string) error {
		snapshot, err := p.snapshot()
		if err != nil {
			return err
		}
		if words := strings.Join(args, " "); words != "" {
			section, ok := snapshot.Pills().Meant(words)
			if !ok {
				return p.noPill(words)
			}
			file, line, err := snapshot.PillTarget(section)
			if err != nil {
				return err
			}
			printf(p.out, "%s:%d\n", file, line)
			return nil
		}
		index, err := snapshot.PillFile("README.md")
		if err != nil {
			return err
		}
		printf(p.out, "%s\n", filepath.Dir(index))
		return nil
	})
}
