package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
)

func (p *Program) optionsCommand() *cobra.Command {
	var format, rev, at string
	var diff bool
	c := &cobra.Command{
		Use:   "options [PREFIX]",
		Short: "Print the options of a jetpack-nixos revision",
		Long: "Print the options of a jetpack-nixos revision, those below PREFIX if one is given.\n" +
			"The revision is the newest that is known, or that of --rev, or the one that the\nworkspace of --at pins. With --diff, two revisions are compared: JetPack versions\nand what was removed, renamed and changed, then what was added.",
		Args: func(cmd *cobra.Command, args []string) error {
			if diff && len(args) != 2 {
				return errors.New("--diff takes two revisions, such as: jetpills options --diff 946072c 4d857d6")
			}
			if diff {
				return nil
			}
			return cobra.MaximumNArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if diff {
				return p.diffOptions(cmd.OutOrStdout(), format, args[0], args[1])
			}
			c, err := p.catalogFor(cmd, rev, at)
			if err != nil {
				return err
			}
			options := below(c.Options(), args)
			if format == "json" {
				return p.printOptionsJSON(cmd.OutOrStdout(), options)
			}
			printOptions(cmd.OutOrStdout(), options)
			if len(options) == 0 {
				return exit(exitNothing)
			}
			return nil
		},
	}
	c.Flags().StringVar(&rev, "rev", "", "a commit of jetpack-nixos, at least its first seven digits")
	c.Flags().StringVar(&at, "at", "", "a file or folder, whose pin decides")
	c.Flags().BoolVar(&diff, "diff", false, "compare the two revisions that are given")
	c.MarkFlagsMutuallyExclusive("rev", "at", "diff")
	formatFlag(c, &format, "text", "json")
	return c
}

// catalogFor is the catalog of a revision, of a place's pin, or the newest.
// That it is another revision than the one asked for is said on stderr.
func (p *Program) catalogFor(cmd *cobra.Command, rev, at string) (*catalog.Catalog, error) {
	library, err := catalog.Open()
	if err != nil {
		return nil, err
	}
	switch {
	case rev != "":
		return revision(library, rev)
	case at != "":
		session, err := p.session()
		if err != nil {
			return nil, err
		}
		pinned, err := pinnedAt(session.Snapshot(), at)
		if err != nil {
			return nil, err
		}
		for _, line := range ide.PinReport(pinned) {
			printf(cmd.ErrOrStderr(), "%s\n", line)
		}
		return pinned.Catalog, tellPinProblems(cmd.ErrOrStderr(), session.Snapshot(), at)
	}
	return library.Newest(), nil
}

// revision is the catalog of just the revision that is asked for.
func revision(library *catalog.Library, rev string) (*catalog.Catalog, error) {
	c, match := library.At(rev)
	switch match {
	case catalog.Unknown:
		if !pins.IsRevision(rev) {
			return nil, fmt.Errorf("%q is no commit: at least its first seven digits are due", rev)
		}
		return nil, fmt.Errorf("revision %q is not known: the newest known is %s", rev, library.Newest().Revision.Short())
	case catalog.NoModules:
		return nil, fmt.Errorf("revision %q declares no options, or cannot be evaluated", rev)
	}
	return c, nil
}

// below are the options whose path is the prefix, or begins with it.
func below(all []catalog.Option, prefix []string) []catalog.Option {
	if len(prefix) == 0 {
		return all
	}
	var found []catalog.Option
	for _, o := range all {
		if strings.HasPrefix(o.Path, prefix[0]) {
			found = append(found, o)
		}
	}
	return found
}

func printOptions(w io.Writer, options []catalog.Option) {
	for _, o := range options {
		printf(w, "%s\n", optionLine(o))
	}
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
	shapes := make([]catalog.OptionJSON, len(options))
	for i, o := range options {
		shapes[i] = o.JSON()
		if section, ok := pills.For(pill.Topic{Kind: pill.OptionTopic, Name: o.Path}); ok {
			shapes[i].Pill = section.Ref()
		}
	}
	return printJSON(w, shapes)
}
