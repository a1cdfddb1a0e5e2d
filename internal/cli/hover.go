package cli

import (
	"io"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

func (p *Program) hoverCommand() *cobra.Command {
	const short = "Print what an editor would show for the name under the cursor"
	return p.cursorCommand("hover", short, func(at cursor, asJSON bool) error {
		if _, err := p.hosts(at.snapshot, at.doc.Dir()); err != nil { // an editor has read them before
			return err
		}
		h, ok := ide.HoverAt(at.snapshot, at.doc, at.offset)
		if !ok {
			return exit(exitNothing)
		}
		contents := h.Markdown(ide.PillLinks(at.snapshot))
		if asJSON {
			return printJSON(p.out, struct {
				Start    int    `json:"start"`
				End      int    `json:"end"`
				Contents string `json:"contents"`
			}{h.Span.Start, h.Span.End, contents})
		}
		_, err := io.WriteString(p.out, contents+"\n")
		return err
	})
}
