package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

// jumpCommand is definition or declaration: both print path:line:col.
func (p *Program) jumpCommand(name, short string) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   name + " FILE:LINE:COL",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := p.cursorAt(args[0])
			if err != nil {
				return err
			}
			target, ok := ide.DefinitionAt(at.snapshot, at.doc, at.offset)
			if !ok {
				return exit(exitNothing)
			}
			path, line, err := at.snapshot.PillTarget(target.Section)
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd.OutOrStdout(), struct {
					Path   string `json:"path"`
					Line   int    `json:"line"`
					Column int    `json:"column"`
				}{path, line, 1})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s:%d:1\n", path, line)
			return err
		},
	}
	formatFlag(c, &format, "text", "json")
	return c
}
