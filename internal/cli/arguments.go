package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// What is wrong with the words on a command line is said here, on one line and with what to write instead.

// many is the most arguments of a command that takes any number.
const many = -1

// takes is the rule of a command with so many arguments, which its Use names.
func takes(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		_, wanted, _ := strings.Cut(c.Use, " ")
		wanted = strings.TrimSuffix(wanted, " [flags]")
		switch {
		case len(args) < least:
			return fmt.Errorf("%s needs %s: see %s --help", named(c), wanted, c.CommandPath())
		case most == 0 && len(args) > 0:
			return fmt.Errorf("%s takes no argument: what is %q?", named(c), args[0])
		case most != many && len(args) > most:
			return fmt.Errorf("%s takes %s: what is %q?", named(c), wanted, args[most])
		}
		return nil
	}
}

// named is a command without the program's name before it.
func named(c *cobra.Command) string {
	return strings.TrimSpace(strings.TrimPrefix(c.CommandPath(), c.Root().Name()))
}

// noCommand is the rule of a command that only has others: a word here names none of them.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := c.SuggestionsFor(args[0])
	for _, group := range c.Commands() {
		for _, below := range group.Commands() {
			if below.Name() == args[0] {
				meant = append(meant, group.Name()+" "+below.Name())
			}
		}
	}
	return fmt.Errorf("unknown command %q: %s", strings.TrimSpace(named(c)+" "+args[0]), instead(meant, "see "+c.CommandPath()+" --help"))
}

// instead asks whether a person meant one of some words; without any, it is the other advice.
func instead(meant []string, otherwise string) string {
	if len(meant) == 0 {
		return otherwise
	}
	return "did you mean " + text.List(meant, "or") + "?"
}

// flagError is what the library says of flags, in our words.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return fmt.Errorf("unknown flag %s: %s", name, instead(ide.NearestWords(name, known), "see "+c.CommandPath()+" --help"))
	case errors.As(err, &bare):
		return fmt.Errorf("--%s needs a value: see %s --help", bare.GetFlag().Name, c.CommandPath())
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s cannot be %q: see %s --help", invalid.GetFlag().Name, invalid.GetValue(), c.CommandPath())
	}
	return err
}

// exclusive refuses a command more than one of some flags.
func exclusive(c *cobra.Command, names ...string) {
	run := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		given := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !cmd.Flags().Changed(name) })
		if len(given) > 1 {
			return fmt.Errorf("--%s and --%s exclude each other", given[0], given[1])
		}
		return run(cmd, args)
	}
}
