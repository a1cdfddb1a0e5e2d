package cli

import (
	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

// jumpCommand is definition or declaration: both print path:line:col.
func (p *Program) jumpCommand(name, short string) *cobra.Command {
	return p.cursorCommand(name, short, func(at cursor, format string) error {
		path, line, column, err := p.jump(at, name == "declaration")
		if err != nil {
			return err
		}
		if format == "json" {
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
func (p *Program) jump(c cursor, toDeclaration bool) (path string, line, column int, err error) {
	if toDeclaration {
		if declared, ok := ide.DeclarationAt(c.snapshot, c.doc, c.offset); ok {
			return declared.File, declared.Line, declared.Column, nil
		}
	}
	find := ide.DefinitionAt
	if toDeclaration {
		find = ide.ExplanationAt
	}
	target, ok := find(c.snapshot, c.doc, c.offset)
	switch {
	case !ok && ide.LeadsToCode(c.doc, c.offset):
		return "", 0, 0, p.nothing("%s leads to code, not to a pill; other Nix servers jump there", c.at)
	case !ok:
		return "", 0, 0, p.nothing("nothing is explained at %s", c.at)
	case toDeclaration:
		printf(p.err, "jetpills: no source on disk declares it; this is the section that explains it\n")
	}
	path, line, err = target.File(c.snapshot)
	return path, line, 1, err
}
