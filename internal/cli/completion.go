package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/starter"
	"jetpills/internal/text"
)

// valuesOf are what a shell offers for the values of flags, by the flag's name. A flag that takes one of some words offers these by
// itself, and the shell offers files for any other.
var valuesOf = map[string]cobra.CompletionFunc{
	"som":      boardValues(catalog.SoMOption),
	"carrier":  boardValues(catalog.CarrierBoardOption),
	"jetpack":  boardValues(catalog.MajorVersionOption),
	"name":     nothingToOffer,
	"rev":      revisionsToOffer,
	"severity": severitiesToOffer,
	"explain":  codesToOffer,
	"pills":    foldersToOffer,
	"root":     foldersToOffer,
}

// argumentsOf are what a shell offers for the arguments of commands, by the command's name.
var argumentsOf = map[string]cobra.CompletionFunc{
	"new":     foldersToOffer,
	"man":     foldersToOffer,
	"options": optionsToOffer,
	"check": func(c *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if c.Flags().Changed("explain") {
			return codesToOffer(c, args, begin)
		}
		return nil, cobra.ShellCompDirectiveDefault
	},
}

// addCompletions has a shell offer what the flags and the arguments of a command, and of those below it, can be.
func addCompletions(c *cobra.Command) {
	for name, values := range valuesOf {
		if c.Flags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, values)
		}
	}
	c.ValidArgsFunction = argumentsOf[c.Name()]
	for _, below := range c.Commands() {
		addCompletions(below)
	}
}

// shellCommand is the library's command that writes the completions for shells. A shell for which there are none is an error.
func shellCommand(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		var shells []string
		for _, shell := range c.Commands() {
			shells = append(shells, shell.Name())
		}
		c.Args = func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return fmt.Errorf("completion is for %s: there is none for %q", text.List(shells, "and"), args[0])
		}
		c.RunE = func(*cobra.Command, []string) error { return c.Help() }
	}
}

func offered(all []cobra.Completion) ([]cobra.Completion, cobra.ShellCompDirective) {
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

func nothingToOffer(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return offered(nil)
}

func foldersToOffer(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// boardValues are the values of an option that go with those that other flags have.
func boardValues(option string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
		library, err := catalog.Open()
		if err != nil {
			return offered(nil)
		}
		var h starter.Host
		h.SoM, _ = c.Flags().GetString("som")
		h.CarrierBoard, _ = c.Flags().GetString("carrier")
		h.Major, _ = c.Flags().GetString("jetpack")
		*h.Value(option) = ""
		var all []cobra.Completion
		for _, choice := range starter.Choices(library.Newest(), h, option) {
			if strings.HasPrefix(choice.Value, begin) {
				all = append(all, cobra.CompletionWithDesc(choice.Value, choice.Says))
			}
		}
		return offered(all)
	}
}

// mostRevisions is how many revisions are offered before a digit is typed.
const mostRevisions = 20

func revisionsToOffer(_ *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	library, err := catalog.Open()
	if err != nil {
		return offered(nil)
	}
	var all []cobra.Completion
	if strings.HasPrefix(newestRevision, begin) {
		all = append(all, cobra.CompletionWithDesc(newestRevision, library.Newest().Revision.Short()))
	}
	n := 0
	for _, r := range slices.Backward(library.Mainline()) {
		if n < mostRevisions && strings.HasPrefix(r.Short(), begin) {
			all = append(all, cobra.CompletionWithDesc(r.Short(), r.Day()))
			n++
		}
	}
	return offered(all)
}

func codesToOffer(_ *cobra.Command, _ []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var all []cobra.Completion
	for _, r := range ide.Rules() {
		if strings.HasPrefix(string(r.Code), begin) {
			all = append(all, cobra.CompletionWithDesc(string(r.Code), r.Finds))
		}
	}
	return offered(all)
}

// severitiesToOffer are the codes, and behind one its severities.
func severitiesToOffer(c *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	code, level, hasCode := strings.Cut(begin, "=")
	if !hasCode {
		codes, directive := codesToOffer(c, args, begin)
		for i, offer := range codes {
			codes[i] = strings.Replace(offer, "\t", "=\t", 1)
		}
		return codes, directive | cobra.ShellCompDirectiveNoSpace
	}
	var all []cobra.Completion
	for _, name := range append(severityNames(), ide.SeverityOff.String()) {
		if strings.HasPrefix(name, level) {
			all = append(all, code+"="+name)
		}
	}
	return offered(all)
}

func optionsToOffer(c *cobra.Command, args []string, begin string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if isDiff, _ := c.Flags().GetBool("diff"); isDiff {
		return revisionsToOffer(c, args, begin)
	}
	library, err := catalog.Open()
	if err != nil || len(args) > 0 {
		return offered(nil)
	}
	var all []cobra.Completion
	for _, o := range library.Newest().Options() {
		if strings.HasPrefix(o.Path, begin) {
			all = append(all, o.Path)
		}
	}
	return offered(all)
}
