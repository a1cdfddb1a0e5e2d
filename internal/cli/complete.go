package cli

import (
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
	return p.cursorCommand("complete", short, func(at cursor, asJSON bool) error {
		at.snapshot.Configuration(at.doc.Dir()) // an editor has evaluated it before
		items := ide.Complete(at.snapshot, at.doc, at.offset)
		for _, item := range items {
			if !asJSON {
				printf(p.out, "%s\t%s\n", item.Label, item.Detail)
				continue
			}
			err := printJSONLine(p.out, completionJSON{
				item.Label, item.Kind.String(), item.Detail, item.Edit.NewText, item.Edit.Start, item.Edit.End,
			})
			if err != nil {
				return err
			}
		}
		return nothingIf(len(items) == 0)
	})
}
