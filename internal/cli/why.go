package cli

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
)

func (p *Program) whyCommand() *cobra.Command {
	const short = "Find out which section explains what a build, a flash or a boot printed"
	var format string
	c := command("why [TEXT… | -]", short, takes(0, many), func(args []string) error {
		snapshot, err := p.snapshot()
		if err != nil {
			return err
		}
		diagnosis, err := snapshot.Pills().Why(p.textOf(args))
		if err != nil {
			return err
		}
		link := ide.PillLinks(snapshot)
		if format == "json" {
			err = printJSON(p.out, causesOf(diagnosis, link))
		} else {
			p.printCauses(diagnosis, snapshot.Library(), link)
			if len(diagnosis.Found) == 0 {
				p.printNoCause(diagnosis, args)
			}
		}
		if err != nil {
			return err
		}
		return nothingIf(len(diagnosis.Found) == 0)
	})
	c.Long = "Find the messages in a text that the pills know: what they mean, and the section\n" +
		"that explains cause and cure. The message that most likely made everything else\n" +
		"fail comes first. Without TEXT, or with -, the text is the standard input:\n\n" +
		"  nix build .#nixosConfigurations.orin.config.system.build.toplevel 2>&1 | jetpills why -"
	formatFlag(c, &format, "text", "json")
	return c
}

// textOf is the text that the arguments give or that stands in the standard input.
func (p *Program) textOf(args []string) io.Reader {
	if len(args) > 0 && (len(args) > 1 || args[0] != "-") {
		return strings.NewReader(strings.Join(args, " "))
	}
	if isTerminal(p.Stdin) {
		printf(p.err, "Paste the text, then press Ctrl-D on an empty line.\n")
	}
	return p.Stdin
}

func (p *Program) printCauses(d pill.Diagnosis, library *catalog.Library, link ide.Linker) {
	for i, c := range d.Found {
		if i > 0 {
			printf(p.out, "\n")
		}
		printf(p.out, "line %d: %s\n  %s\n", c.At, c.Text, c.Means)
		for _, s := range c.Sections {
			printf(p.out, "  jetpills pills show %s   # %s\n", s.Ref(), s.Label())
		}
		if to := linkTo(c.Sections[0], link); to != "" {
			printf(p.out, "  %s\n", to)
		}
		since, known := library.Revision(c.Since)
		until, ended := library.Revision(c.Until)
		switch {
		case known && ended:
			printf(p.out, "  jetpack-nixos prints this from %s (%s) until %s (%s).\n", since.Day(), since.Short(), until.Day(), until.Short())
		case known:
			printf(p.out, "  jetpack-nixos prints this since %s (%s).\n", since.Day(), since.Short())
		case ended:
			printf(p.out, "  This holds for revisions of jetpack-nixos before %s (%s).\n", until.Day(), until.Short())
		}
	}
}

func linkTo(s pill.Section, link ide.Linker) string { return link(s.Pill.File, s.Anchor) }

// printNoCause says what to do with a text that has no symptom.
func (p *Program) printNoCause(d pill.Diagnosis, args []string) {
	switch {
	case d.Bytes == 0:
		printf(p.err, "The text is empty.\n")
		return
	case d.Binary:
		printf(p.err, "This is no text: most of its %d bytes are no characters.\n", d.Bytes)
		return
	case len(args) == 1 && isFile(args[0]):
		printf(p.err, "%s is a file. To read it: jetpills why - < %s\n", args[0], args[0])
		return
	}
	lines := "line"
	if d.Lines > 1 {
		lines = "lines"
	}
	printf(p.err, "The pills know none of the messages in this text of %d %s.\n", d.Lines, lines)
	if d.Failing.At > 0 {
		printf(p.err, "The last line that speaks of an error is line %d: %s\n", d.Failing.At, d.Failing.Text)
	}
	printf(p.err, "Search the pills for words of it: jetpills pills search WORDS\n")
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// cause is a symptom as JSON.
type cause struct {
	Symptom string   `json:"symptom"`
	Kind    string   `json:"kind"` // "failure", "warning" or "result"
	Line    int      `json:"line"` // 1-based
	Text    string   `json:"text"`
	Times   int      `json:"times"`
	Means   string   `json:"means"`
	Pill    string   `json:"pill"`
	Title   string   `json:"title"`
	Link    string   `json:"link,omitempty"`
	More    []string `json:"more,omitempty"` // other sections
	Since   string   `json:"since,omitempty"`
	Until   string   `json:"until,omitempty"`
}

func causesOf(d pill.Diagnosis, link ide.Linker) []cause {
	causes := []cause{}
	for _, c := range d.Found {
		kind := "failure"
		if c.Kind != "" {
			kind = string(c.Kind)
		}
		one := cause{
			Symptom: c.Name, Kind: kind, Line: c.At, Text: c.Text, Times: c.Times, Means: c.Means,
			Pill: c.Sections[0].Ref(), Title: c.Sections[0].Label(), Link: linkTo(c.Sections[0], link), Since: c.Since, Until: c.Until,
		}
		for _, s := range c.Sections[1:] {
			one.More = append(one.More, s.Ref())
		}
		causes = append(causes, one)
	}
	return causes
}
