package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"jetpills/internal/catalog"
)

func (p *Program) manCommand() *cobra.Command {
	const short = "Write the manual pages into a folder"
	c := command("man DIR", short, takes(1, 1), func(args []string) error {
		library, err := catalog.Open()
		if err != nil {
			return err
		}
		// The same program writes the same pages: they have the day of its facts, not of today.
		day, err := time.Parse(time.DateOnly, library.Newest().Revision.Day())
		if err != nil {
			return fmt.Errorf("the day of the newest revision: %w", err)
		}
		if err := os.MkdirAll(args[0], 0o777); err != nil {
			return fmt.Errorf("cannot write the manual pages: %w", err)
		}
		root := p.command()
		root.DisableAutoGenTag = true
		if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Date: &day, Source: "jetpills " + p.Version, Manual: "Jetpills"}, args[0]); err != nil {
			return fmt.Errorf("cannot write the manual pages: %w", err)
		}
		return nil
	})
	c.Long = "Write a manual page of each command into a folder: jetpills.1, jetpills-check.1 and so on."
	return c
}
