package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/site"
	"jetpills/internal/text"
)

func (p *Program) pillsSiteCommand() *cobra.Command {
	var base string
	var force, playground bool
	c := command("site DIR", "Write the tutorials as web pages", takes(1, 1), func(args []string) error {
		dir := args[0]
		if dir == "" { // which would be the folder that one is in
			return errors.New("pills site needs DIR, and it is empty: write . for this folder")
		}
		library, err := catalog.Open()
		if err != nil {
			return err
		}
		pills, err := p.pills()
		if err != nil {
			return err
		}
		if !force {
			if err := faultOf(pills); err != nil {
				return err
			}
		}
		files, err := site.Make(site.Config{Library: library, Pills: pills, Base: base, Playground: playground})
		if err != nil {
			return err
		}
		if err := site.Write(dir, files, force); err != nil {
			return err
		}
		printf(p.out, "%s in %s: begin at %s\n", text.Count(len(files), "file"), dir, filepath.Join(dir, "index.html"))
		return nil
	})
	c.Long = "Write the tutorials as web pages: static files for any web server, which a browser also opens from a disk. They have a\n" +
		"search, the options of the newest revision of jetpack-nixos that is known here, and what changes between revisions.\n" +
		"Names in Nix code say what an editor would show. The pages load nothing from elsewhere.\n\n" +
		"DIR is made if it is not there. A second run replaces the files of the first one and removes what is left over. In a\n" +
		"folder with other files, nothing is written."
	c.Flags().StringVar(&base, "base", "", "the `URL` at which the site will be: adds a sitemap and canonical links")
	c.Flags().BoolVar(&force, "force", false, "write into a folder with other files, and in spite of faults in the pills")
	c.Flags().BoolVar(&playground, "playground", false, "lead to the playground in try/, which make site adds")
	return c
}

// faultOf is what is wrong with pills, on a line.
func faultOf(pills *pill.Collection) error {
	problems := pills.Problems()
	if len(problems) == 0 {
		return nil
	}
	first := problems[0]
	at := first.File
	if first.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, first.Line)
	}
	more := ""
	if len(problems) > 1 {
		more = fmt.Sprintf(", and %s more", text.Count(len(problems)-1, "fault"))
	}
	return fmt.Errorf("%s: %s%s: nothing was written (--force leaves out what cannot be read)", at, first.Message, more)
}
