package cli

import (
	"io"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

func (p *Program) hoverCommand() *cobra.Command {
	const short = "Print what an editor would show for the name under the cursor"
	return p.cursorCommand("hover", short, func(at cursor, format string) error {
		if _, err := p.hosts(at.snapshot, at.doc.Dir()); err != nil { // an editor has read them before
			return err
		}
		h, ok := ide.HoverAt(at.snapshot, at.doc, at.offset)
		if !ok {
			return p.nothing("nothing to show at %s", at.at)
		}
		contents := h.Markdown(ide.PillLinks(at.snapshot))
		if format == "json" {
			return printJSON(p.out, struct {
				Start    int    `json:"start"`
				End      int    `json:"end"`
				Contents string `json:"contents"`
			}{h.Span.Start, h.Span.End, contents})
		}
		if _, isTerminal := screenOf(p.Stdout); !isTerminal || format == "markdown" {
			_, err := io.WriteString(p.out, contents+"\n")
			return err
		}
		contents = h.Markdown(func(string, string) string { return "" }) // a terminal follows no link to a file
		return p.show(func(w io.Writer, width int, color bool) error {
			if err := pill.RenderMarkdown(w, contents, width, color); err != nil || h.Section().Pill == nil {
				return err
			}
			_, err := io.WriteString(w, "\n"+paint("Read on: jetpills pills show "+h.Section().Ref(), text.Dim, color)+"\n")
			return err
		})
	}, "markdown")
}
