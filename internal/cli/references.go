package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
)

func (p *Program) referencesCommand() *cobra.Command {
	var format string
	var declaration bool
	const short = "Print where an option, a value or a package is defined and read"
	c := command("references FILE:LINE:COL | OPTION [PATH]", short, takes(1, 2), func(args []string) error {
		at, notLocation := parseLocation(args[0])
		if notLocation != nil && strings.Contains(args[0], ":") {
			return notLocation
		}
		var found ide.References
		var ok bool
		var spelt func(file string) string // as the arguments lead to it
		if notLocation == nil && len(args) == 1 {
			c, err := p.cursor(at)
			if err != nil {
				return err
			}
			found, ok = ide.ReferencesAt(c.snapshot, c.doc, c.offset, declaration)
			spelt = func(file string) string { return besides(at.file, c.doc.Path, file) }
		} else {
			w, err := p.workspaceOf(args[1:])
			if err != nil {
				return err
			}
			found, ok = ide.ReferencesOf(w.snapshot, w.dir, args[0], declaration)
			spelt = w.spelt
			if !ok {
				return p.nothing("the revision in use has no option %s", args[0])
			}
		}
		if ok && !found.Complete {
			printf(p.err, "jetpills: not all files were searched: %s\n",
				"there are too many, or some are too large, cannot be read or lie outside the workspace")
		}
		places := each(found.Found, func(r ide.Reference) referenceJSON {
			return referenceJSON{spelt(r.File), linesOf(r.Mapper, r.Span), r.Kind.String()}
		})
		if format == "json" {
			if err := printJSON(p.out, places); err != nil {
				return err
			}
		} else {
			for i, at := range places {
				line := around(found.Found[i].Mapper.LineText(at.StartLine-1), at.StartColumn-1)
				printf(p.out, "%s:%d:%d: %s: %s\n", at.File, at.StartLine, at.StartColumn, at.Kind, line)
			}
		}
		if len(places) == 0 {
			what := args[0]
			if notLocation == nil {
				what = "what is at " + what
			}
			return p.nothing("no file of the workspace refers to %s", what)
		}
		return nil
	})
	c.Long = "Print where the Nix files of the workspace define and read the name under the cursor. The name may be that of an\n" +
		"option or a set of options, of an option's value, of a package or of the scope. Old names of an option count too.\n" +
		"Instead of a location, give the path of an option, with a file or folder of the workspace. The exit code is 1 if\n" +
		"nothing is found."
	c.Flags().BoolVar(&declaration, "declaration", false, "print the declaration too, where its source is on disk")
	formatFlag(c, &format, "text", "json")
	return c
}

// referenceJSON is the stable form of a reference: lines and columns count from 1, columns in bytes.
type referenceJSON struct {
	File string `json:"file"`
	Lines
	Kind string `json:"kind"` // definition, read or declaration
}

// around is a line without the space at its ends; of a line that no person wrote, such as a whole file on one, what is near an offset.
func around(line string, offset int) string {
	const before, most = 80, 320 // bytes
	if len(line) <= most {
		return strings.TrimSpace(line)
	}
	start := max(0, min(offset-before, len(line)-most))
	near := strings.ToValidUTF8(line[start:min(start+most, len(line))], "")
	return "… " + strings.TrimSpace(near) + " …"
}
