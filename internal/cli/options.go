package cli

import (
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
)

func (p *Program) optionsCommand() *cobra.Command {
	var format, rev, at string
	var diff bool
	const short = "Print the options of a jetpack-nixos revision"
	c := command("options [PREFIX]", short, func(cmd *cobra.Command, args []string) error {
		switch {
		case !diff:
			return takes(0, 1)(cmd, args)
		case len(args) != 2:
			return errors.New("--diff takes two revisions, such as: jetpills options --diff 946072c 4d857d6")
		}
		return nil
	}, func(args []string) error {
		if diff {
			return p.diffOptions(p.out, format, args[0], args[1])
		}
		c, err := p.catalogFor(rev, at)
		if err != nil {
			return err
		}
		options := below(c.Options(), args)
		if format == "json" {
			return p.printOptionsJSON(p.out, options)
		}
		if len(options) == 0 {
			return p.nothing("this jetpack-nixos has no option with %q in its path", strings.Join(args, ""))
		}
		if _, isTerminal := screenOf(p.Stdout); !isTerminal {
			printOptions(p.out, options)
			return nil
		}
		if rev == "" && at == "" {
			printf(p.err, "Of jetpack-nixos %s, the newest known; --at . lists those of the revision that this folder pins.\n", c.Revision.Short())
		}
		return p.show(func(w io.Writer, width int, color bool) error {
			return printEntries(w, each(options, optionEntry), width, color)
		})
	})
	c.Long = "Print the options of a jetpack-nixos revision, or only those that begin with PREFIX. If none does,\nprint those whose path contains it: options som.\n" +
		"The revision is the newest known one, the one of --rev, or the one that the\nworkspace of --at pins. With --diff, compare two revisions: JetPack versions, then\nremoved, renamed and changed options, then added ones."
	c.Flags().StringVar(&rev, "rev", "", "print the options of another revision: "+revisionForms)
	c.Flags().StringVar(&at, "at", "", "a file or folder: use the revision that its workspace pins")
	c.Flags().BoolVar(&diff, "diff", false, "compare two revisions")
	exclusive(c, "rev", "at", "diff")
	formatFlag(c, &format, "text", "json")
	return c
}

// catalogFor is the catalog of a revision, of what is pinned for a path, or the newest.
// That it is another revision than the one asked for is said on stderr.
func (p *Program) catalogFor(rev, at string) (*catalog.Catalog, error) {
	library, err := catalog.Open()
	if err != nil {
		return nil, err
	}
	switch {
	case rev != "":
		return revision(library, rev)
	case at != "":
		w, err := p.workspaceOf([]string{at})
		if err != nil {
			return nil, err
		}
		all, err := p.pinned(w)
		if err != nil {
			return nil, err
		}
		pinned := all[0]
		for _, line := range ide.PinReport(pinned) {
			printf(p.err, "%s\n", line)
		}
		w.printProblems(p.err)
		return pinned.Catalog, nil
	}
	return library.Newest(), nil
}

// below are the options whose path begins with a text, if one is given, or else those whose path contains it, in small or large letters.
func below(all []catalog.Option, prefix []string) []catalog.Option {
	if len(prefix) == 0 {
		return all
	}
	those := func(has func(path, part string) bool) (found []catalog.Option) {
		for _, o := range all {
			if has(strings.ToLower(o.Path), strings.ToLower(prefix[0])) {
				found = append(found, o)
			}
		}
		return found
	}
	if found := those(strings.HasPrefix); len(found) > 0 {
		return found
	}
	return those(strings.Contains)
}

func printOptions(w io.Writer, options []catalog.Option) {
	for _, o := range options {
		printf(w, "%s\n", optionLine(o))
	}
}

// optionEntry is an option's path, and what it stands for or its type and default.
func optionEntry(o catalog.Option) entry {
	return entry{o.Path, strings.TrimLeft(strings.TrimPrefix(optionLine(o), o.Path), " :")}
}

// optionLine is an option's path with what it stands for, or with its type and default.
func optionLine(o catalog.Option) string {
	line := o.Path
	switch {
	case o.RenamedTo != "":
		line += " → " + o.RenamedTo
	case o.Type != "":
		line += " : " + o.Type
	}
	if shown := shownDefault(o); o.HasDefault && shown != "" {
		line += " = " + shown
	}
	return line
}

func (p *Program) printOptionsJSON(w io.Writer, options []catalog.Option) error {
	pills, err := p.pills()
	if err != nil {
		return err
	}
	return printJSON(w, each(options, func(o catalog.Option) catalog.OptionJSON {
		shape := o.JSON()
		if section, ok := pills.For(pill.Topic{Kind: pill.OptionTopic, Name: o.Path}); ok {
			shape.Pill = section.Ref()
		}
		return shape
	}))
}
