package cli

import (
	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

// completionJSON is the command line's shape of a completion.
type completionJSON struct {
	Label   string `json:"label"`
	Kind    string `json:"kind"`
	Detail  string `json:"detail,omitempty"`
	NewText string `json:"newText"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

func (p *Program) completeCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "complete FILE:LINE:COL",
		Short: "Print what can be typed at the cursor, the best first",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := p.cursorAt(args[0])
			if err != nil {
				return err
			}
			items := ide.Complete(at.snapshot, at.doc, at.offset)
			if len(items) == 0 {
				return exit(exitNothing)
			}
			for _, item := range items {
				if format == "text" {
					printf(cmd.OutOrStdout(), "%s\t%s\n", item.Label, item.Detail)
					continue
				}
				err := printJSONLine(cmd.OutOrStdout(), completionJSON{
					item.Label, item.Kind.String(), item.Detail, item.Edit.NewText, item.Edit.Start, item.Edit.End,
				})
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	formatFlag(c, &format, "text", "json")
	return c
}
