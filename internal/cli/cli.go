// Package cli is the command line: one file a command, each of which asks the
// same functions as the language server and prints what they say. The forms of
// its output are stable, because scripts rely on them.
package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"jetpills/internal/text"
)

// Exit codes of the process.
const (
	exitOK       = 0
	exitNothing  = 1   // there is nothing to show, or something was found
	exitCouldNot = 2   // the command could not run
	exitSignal   = 128 // and the number of the signal that ended it, as in a shell
)

// Program is what the command line is made of.
type Program struct {
	Args   []string // without the program's name
	Stdin  io.ReadCloser
	Stdout io.WriteCloser
	Stderr io.Writer
	Pills  fs.FS // the shipped pills
	// Root is the folder that the files of the machine lie below, which say which Jetson it is; empty: only board looks.
	Root string
	// Version is the program's own; empty takes it from the build.
	Version string

	pillsDir string            // --pills
	severity map[string]string // --severity of check
	out, err io.Writer
	status   *statusLine
}

// exit is an error that ends the process with a code and without a message.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Run runs the command that the arguments name and returns the exit code.
// An error is one line on Stderr.
func (p *Program) Run() int {
	if p.Version == "" {
		p.Version = buildVersion()
	}
	root := p.command()
	root.SetArgs(locationsLast(p.Args))
	root.SetIn(p.Stdin)
	p.status = newStatusLine(p.Stderr)
	stdout, stderr := newTerminal(p.Stdout, p.Stdout), newTerminal(p.status, p.Stderr)
	p.out, p.err = stdout, stderr
	root.SetOut(stdout)
	root.SetErr(stderr)
	shellCommand(root) // which keeps where to write
	code := exit(exitOK)
	err := root.Execute()
	_ = stdout.flush()
	if err == nil || errors.As(err, &code) {
		err = stdout.err // a report that was not written is no report
	}
	if errors.Is(err, syscall.EPIPE) {
		err = nil // its reader has enough
	}
	if err != nil {
		printf(stderr, "jetpills: %v\n", plain(err))
		code = exitCouldNot
	}
	_ = stderr.flush()
	return int(code)
}

// locationsLast puts locations in the standard input, such as -:1:2, behind all
// flags: they look like one.
func locationsLast(args []string) []string {
	var flags, locations []string
	for i, arg := range args {
		if arg == "--" {
			return append(append(flags, args[i:]...), locations...)
		}
		if strings.HasPrefix(arg, "-:") {
			locations = append(locations, arg)
		} else {
			flags = append(flags, arg)
		}
	}
	if len(locations) == 0 {
		return flags
	}
	return append(append(flags, "--"), locations...)
}

func (p *Program) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "jetpills",
		Short:         "Explains the Nix files of jetpack-nixos",
		Long:          "jetpills explains the options, overlays and scopes of jetpack-nixos in Nix files,\nas a language server and on the command line. It needs no Nix and no network.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noCommand,
		// What it would say is in noCommand, on one line.
		DisableSuggestions:         true,
		SuggestionsMinimumDistance: 2,
	}
	// The library's own flag has a template, which keeps every method of the program from being left out of it: 8 MB.
	version := root.Flags().Bool("version", false, "print the version")
	root.RunE = func(*cobra.Command, []string) error {
		if *version {
			printf(p.out, "%s\n", programLine(p.Version))
			return nil
		}
		return root.Help()
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(p.help)
	root.SetHelpCommand(p.helpCommand(root))
	root.PersistentFlags().StringVar(&p.pillsDir, "pills", "", "a folder of your own pills, read instead of the shipped ones")
	root.AddCommand(
		p.lspCommand(),
		p.hoverCommand(),
		p.completeCommand(),
		p.jumpCommand("definition", "Print the section that explains the name under the cursor"),
		p.jumpCommand("declaration", "Print where the name under the cursor is declared, or else explained"),
		p.referencesCommand(),
		p.newCommand(),
		p.boardCommand(),
		p.checkCommand(),
		p.hostsCommand(),
		p.optionsCommand(),
		p.upstreamCommand(),
		p.pillsCommand(),
		p.whyCommand(),
		p.syntaxCommand(),
		p.doctorCommand(),
		p.manCommand(),
		p.versionCommand(),
	)
	root.InitDefaultHelpCmd()
	addExamples(root)
	addCompletions(root)
	return root
}

// widestHelp is how wide help is at most, in characters: longer lines are hard to read.
const widestHelp = 80

// help prints the help of a command, on a screen or elsewhere.
func (p *Program) help(c *cobra.Command, _ []string) {
	width := widestHelp
	if s, ok := screenOf(p.Stdout); ok {
		width = min(width, s.width)
	}
	for paragraph := range strings.SplitSeq(cmp.Or(c.Long, c.Short), "\n\n") {
		printf(p.out, "%s\n\n", lines(text.Wrap(paragraph, "", "", width)))
	}
	printf(p.out, "%s", lines(strings.Split(broken(c.UsageString(), width), "\n")))
}

// helpCommand prints the help of the command that its arguments name.
func (p *Program) helpCommand(root *cobra.Command) *cobra.Command {
	return command("help [COMMAND…]", "Print how to use a command", takes(0, many), func(args []string) error {
		of, rest, _ := root.Find(args)
		if len(rest) > 0 {
			return noCommand(of, rest)
		}
		p.help(of, nil)
		return nil
	})
}

// lines are lines of our own.
type lines []string

// command is a command that runs with its arguments.
func command(use, short string, args cobra.PositionalArgs, run func(args []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(_ *cobra.Command, args []string) error { return run(args) },
	}
}

// group is a command that only has others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: noCommand, SuggestionsMinimumDistance: 2}
	c.RunE = func(*cobra.Command, []string) error { return c.Help() }
	c.AddCommand(commands...)
	return c
}

// nothingIf is the error of a command that found something to complain of, or nothing to show, and has said so.
func nothingIf(condition bool) error {
	if condition {
		return exit(exitNothing)
	}
	return nil
}

// nothing is the error of a command that has nothing to show. It says so on one line.
func (p *Program) nothing(format string, args ...any) error {
	printf(p.err, "jetpills: "+format+"\n", args...)
	return exit(exitNothing)
}

// formatFlag adds --format to a command.
func formatFlag(c *cobra.Command, format *string, known ...string) {
	choiceFlag(c, format, "format", known[0], "output format", known...)
}

// choiceFlag adds a flag that takes one of some words.
func choiceFlag(c *cobra.Command, value *string, name, preset, usage string, known ...string) {
	c.Flags().StringVar(value, name, preset, usage+": "+text.List(known, "or"))
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(known, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder))
	run := c.RunE
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(known, *value) {
			return fmt.Errorf("unknown %s %q: use %s", name, *value, text.List(known, "or"))
		}
		return run(cmd, args)
	}
}
