package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"jetpills/internal/catalog"
)

func (p *Program) manCommand() *cobra.Command {
	const short = "Write the manual pages into a folder"
	c := command("man DIR", short, takes(1, 1), func(args []string) error {
		library, err := catalog.Open()
		if err != nil {
			return err
		}
		// The same program writes the same pages: they have the day of its facts, not of today.
		day, err := time.Parse(time.DateOnly, library.Newest().Revision.Day())
		if err != nil {
			return fmt.Errorf("the day of the newest revision: %w", err)
		}
		err = os.MkdirAll(args[0], 0o777)
		for _, c := range withCommands(p.command()) {
			if err == nil {
				err = os.WriteFile(filepath.Join(args[0], manName(c)+".1"), []byte(manPage(c, day.Format("Jan 2006"), p.Version)), 0o666)
			}
		}
		if err != nil {
			return fmt.Errorf("cannot write the manual pages: %w", err)
		}
		return nil
	})
	c.Long = "Write a manual page of each command into a folder: jetpills.1, jetpills-check.1 and so on."
	return c
}

// withCommands are a command and those below it that have a manual page.
func withCommands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() {
			all = append(all, withCommands(below)...)
		}
	}
	return all
}

// manName is the name of a command's page: jetpills-pills-show.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is a manual page in the macros of man(7). The library that cobra has for it reads Markdown, which every start of the
// program would pay for.
func manPage(c *cobra.Command, day, version string) string {
	c.InitDefaultHelpFlag()
	var b strings.Builder
	section := func(name, content string) {
		if content != "" {
			b.WriteString(".SH " + name + "\n" + strings.TrimSuffix(content, "\n") + "\n")
		}
	}
	b.WriteString(".nh\n" + `.TH "` + strings.ToUpper(roff(manName(c))) + `" "1" "` + day + `" "jetpills ` + roff(version) + `" "Jetpills"` + "\n")
	section("NAME", roff(manName(c))+` \- `+roff(c.Short))
	section("SYNOPSIS", `\fB`+roff(c.UseLine())+`\fP`)
	section("DESCRIPTION", strings.ReplaceAll(roff(cmp.Or(c.Long, c.Short)), "\n\n", "\n.PP\n"))
	section("OPTIONS", manFlags(c.NonInheritedFlags()))
	section("OPTIONS INHERITED FROM PARENT COMMANDS", manFlags(c.InheritedFlags()))
	section("EXAMPLE", ".EX\n"+roff(c.Example)+"\n.EE")
	var others []string
	if c.HasParent() {
		others = append(others, `\fB`+roff(manName(c.Parent()))+`\fP(1)`)
	}
	for _, below := range c.Commands() {
		if below.IsAvailableCommand() {
			others = append(others, `\fB`+roff(manName(below))+`\fP(1)`)
		}
	}
	section("SEE ALSO", strings.Join(others, ",\n"))
	return b.String()
}

// manFlags are flags as a list of paragraphs: each with its name, its value and what it does.
func manFlags(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		b.WriteString(".TP\n")
		if f.Shorthand != "" {
			b.WriteString(`\fB\-` + roff(f.Shorthand) + `\fP, `)
		}
		b.WriteString(`\fB\-\-` + roff(f.Name) + `\fP`)
		switch {
		case value != "" && f.NoOptDefVal != "":
			b.WriteString(`[=\fI` + roff(value) + `\fP]`)
		case value != "":
			b.WriteString(`=\fI` + roff(value) + `\fP`)
		}
		b.WriteString("\n" + roff(usage))
		if f.Value.Type() == "string" && f.DefValue != "" {
			b.WriteString(roff(fmt.Sprintf(" (default %q)", f.DefValue)))
		}
		b.WriteByte('\n')
	})
	return b.String()
}

// roff is a text in which nothing is a request, an escape or a hyphen at which a line may break.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, `-`, `\-`, "\n.", "\n\\&.", "\n'", "\n\\&'").Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
