package cli

import (
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
			path, line, column, err := at.jump(name == "declaration")
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd.OutOrStdout(), struct {
					Path   string `json:"path"`
					Line   int    `json:"line"`
					Column int    `json:"column"`
				}{path, line, column})
			}
			printf(cmd.OutOrStdout(), "%s:%d:%d\n", path, line, column)
			return nil
		},
	}
	formatFlag(c, &format, "text", "json")
	return c
}

// jump is where what is under the cursor is explained; where it is declared, if that is asked for and the source is on disk.
func (c cursor) jump(toDeclaration bool) (path string, line, column int, err error) {
	if toDeclaration {
		if place, ok := ide.DeclarationAt(c.snapshot, c.doc, c.offset); ok {
			return place.File, place.Line, place.Column, nil
		}
	}
	target, ok := ide.DefinitionAt(c.snapshot, c.doc, c.offset)
	if !ok {
		return "", 0, 0, exit(exitNothing)
	}
	path, line, err = c.snapshot.PillTarget(target.Section)
	return path, line, 1, err
}
