package cli

import (
	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

// jumpCommand is definition or declaration: both print path:line:col.
func (p *Program) jumpCommand(name, short string) *cobra.Command {
	return p.cursorCommand(name, short, func(at cursor, asJSON bool) error {
		path, line, column, err := at.jump(name == "declaration")
		if err != nil {
			return err
		}
		if asJSON {
			return printJSON(p.out, struct {
				Path   string `json:"path"`
				Line   int    `json:"line"`
				Column int    `json:"column"`
			}{path, line, column})
		}
		printf(p.out, "%s:%d:%d\n", path, line, column)
		return nil
	})
}

// jump is where what is under the cursor is explained; where it is declared, if that is asked for and the source is on disk.
func (c cursor) jump(toDeclaration bool) (path string, line, column int, err error) {
	if toDeclaration {
		if declared, ok := ide.DeclarationAt(c.snapshot, c.doc, c.offset); ok {
			return declared.File, declared.Line, declared.Column, nil
		}
	}
	target, ok := ide.DefinitionAt(c.snapshot, c.doc, c.offset)
	if !ok {
		return "", 0, 0, exit(exitNothing)
	}
	path, line, err = c.snapshot.PillTarget(target.Section)
	return path, line, 1, err
}
