package cli

import (
	"io"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

// completionJSON is the stable form of a completion.
type completionJSON struct {
	Label   string `json:"label"`
	Kind    string `json:"kind"`
	Detail  string `json:"detail,omitempty"`
	NewText string `json:"newText"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

func (p *Program) completeCommand() *cobra.Command {
	const short = "Print what can be typed at the cursor, best first"
	return p.cursorCommand("complete", short, func(at cursor, format string) error {
		at.snapshot.Configuration(at.doc.Dir()) // an editor has evaluated it before
		items := ide.Complete(at.snapshot, at.doc, at.offset)
		_, isTerminal := screenOf(p.Stdout)
		for _, item := range items {
			switch {
			case format == "json":
				err := printJSONLine(p.out, completionJSON{
					item.Label, item.Kind.String(), item.Words(), item.Edit.NewText, item.Edit.Start, item.Edit.End,
				})
				if err != nil {
					return err
				}
			case !isTerminal:
				printf(p.out, "%s\t%s\n", item.Label, item.Words())
			}
		}
		if isTerminal && len(items) > 0 && format != "json" {
			return p.show(func(w io.Writer, width int, color bool) error {
				var rows []entry
				for _, item := range items {
					rows = append(rows, entry{item.Label, item.Words()})
				}
				return printEntries(w, rows, width, color)
			})
		}
		if len(items) == 0 {
			return p.nothing("nothing to complete at %s", at.at)
		}
		return nil
	})
}
