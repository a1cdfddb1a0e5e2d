package cli

import (
	"io"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

func (p *Program) hoverCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "hover FILE:LINE:COL",
		Short: "Print what an editor would show for the name under the cursor",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := p.cursorAt(args[0])
			if err != nil {
				return err
			}
			at.snapshot.Configuration(at.doc.Dir()) // an editor has evaluated it before
			h, ok := ide.HoverAt(at.snapshot, at.doc, at.offset)
			if !ok {
				return exit(exitNothing)
			}
			contents := h.Markdown(at.link())
			if format == "json" {
				return printJSON(cmd.OutOrStdout(), struct {
					Start    int    `json:"start"`
					End      int    `json:"end"`
					Contents string `json:"contents"`
				}{h.Span.Start, h.Span.End, contents})
			}
			_, err = io.WriteString(cmd.OutOrStdout(), contents+"\n")
			return err
		},
	}
	formatFlag(c, &format, "text", "json")
	return c
}
