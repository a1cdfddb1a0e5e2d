package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// mostSyntaxBytes bounds what the parser's commands read of one file.
const mostSyntaxBytes = 256 << 20

func (p *Program) syntaxCommand() *cobra.Command {
	return group("syntax", "Show how files are read, for people who work on the parser",
		p.syntaxCheckCommand(),
		p.eachFile("tokens", "Print the tokens, one a line", printTokens),
		p.eachFile("tree", "Print the tree", func(w io.Writer, t *syntax.Tree) error { return t.Dump(w) }),
		p.eachFile("bindings", "Print the path of each binding, one JSON object a line", printBindings),
		p.syntaxPathCommand(),
	)
}

// readSource reads a file, or the input for "-".
func (p *Program) readSource(name string) (string, error) {
	if name == "-" {
		b, err := io.ReadAll(io.LimitReader(p.Stdin, mostSyntaxBytes+1))
		if err == nil && len(b) > mostSyntaxBytes {
			err = fmt.Errorf("the input is larger than %d MiB", mostSyntaxBytes>>20)
		}
		return string(b), err
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return "", plain(err)
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory", name)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file", name)
	case info.Size() > mostSyntaxBytes:
		return "", fmt.Errorf("%s is larger than %d MiB", name, mostSyntaxBytes>>20)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", plain(err)
	}
	return string(b), nil
}

// plain says what is wrong with a file without the name of the system call.
func plain(err error) error {
	if e, ok := err.(*fs.PathError); ok {
		if e.Path == "" {
			return errors.New("the name of the file is empty")
		}
		return fmt.Errorf("%s: %w", e.Path, e.Err)
	}
	return err
}

func (p *Program) eachFile(use, short string, print func(io.Writer, *syntax.Tree) error) *cobra.Command {
	return command(use+" FILE…", short, takes(1, many), func(args []string) error {
		out := bufio.NewWriter(p.out)
		for _, name := range args {
			src, err := p.readSource(name)
			if err != nil {
				return err
			}
			if err := print(out, syntax.Parse(src)); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}

// printTokens prints kind, span and text of each token.
func printTokens(w io.Writer, t *syntax.Tree) error {
	for token := range t.Tokens() {
		note := ""
		if token.Skipped {
			note = " (fits nowhere)"
		}
		printf(w, "%d-%d\t%s\t%q%s\n", token.Start, token.End, token.Kind, token.Of(t.Source()), note)
	}
	return nil
}

func printBindings(w io.Writer, t *syntax.Tree) error {
	for b := range t.BindingPaths() {
		err := printJSONLine(w, struct {
			Offset int    `json:"offset"`
			End    int    `json:"end"`
			Path   string `json:"path"`
		}{b.Offset, b.End, b.Path})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Program) syntaxPathCommand() *cobra.Command {
	const short = "Print the attribute path that encloses a place"
	c := command("path FILE:LINE:COL", short, takes(1, 1), func(args []string) error {
		at, err := parseLocation(args[0])
		if err != nil {
			return err
		}
		src, err := p.readSource(at.file)
		if err != nil {
			return err
		}
		offset, err := at.offset(text.NewMapper(src))
		if err != nil {
			return err
		}
		path := syntax.Parse(src).PathAt(offset)
		if path == "" {
			return p.nothing("no attribute path encloses %s", at)
		}
		printf(p.out, "%s\n", path)
		return nil
	})
	c.Long = short + ".\n" + columnsAreBytes
	return c
}

func (p *Program) syntaxCheckCommand() *cobra.Command {
	const short = "Print the syntax errors of files, and of the .nix files in folders"
	c := command("check FILE…", short, takes(1, many), func(args []string) error {
		out := bufio.NewWriter(p.out)
		defer out.Flush()
		c := syntaxCheck{program: p, out: out, unread: p.err, errors: map[syntax.Code]int{}}
		for _, arg := range args {
			if err := c.check(arg); err != nil {
				return err
			}
		}
		out.Flush()
		if c.refused > 0 || c.accepted > 1 {
			printf(p.err, "%s\n", c.summary())
		}
		switch {
		case c.failed > 0:
			return exit(exitCouldNot)
		case c.refused > 0:
			return exit(exitNothing)
		}
		return nil
	})
	c.Long = "Print the syntax errors of files, and of the .nix files in folders. For more than\n" +
		"one file, the last line counts the accepted and refused files and the kinds of errors."
	return c
}

// A syntaxCheck counts what files and folders hold.
type syntaxCheck struct {
	program     *Program
	out, unread io.Writer

	accepted, refused, failed int
	errors                    map[syntax.Code]int
}

// check looks at a file, or at all .nix files below a folder.
func (c *syntaxCheck) check(arg string) error {
	return eachNixFile(arg, c.file, func(err error) {
		c.failed++
		printf(c.unread, "%v\n", err)
	})
}

func (c *syntaxCheck) file(name string) error {
	src, err := c.program.readSource(name)
	if err != nil {
		return err
	}
	errors := syntax.Parse(src).Errors()
	if len(errors) == 0 {
		c.accepted++
		return nil
	}
	c.refused++
	for _, e := range errors {
		c.errors[e.Code]++
	}
	if c.refused > 1 {
		printf(c.out, "\n")
	}
	_, err = io.WriteString(c.out, syntax.Render(src, name, errors))
	return err
}

// summary is how many files were accepted and refused, and for what: the most
// frequent class of errors first.
func (c *syntaxCheck) summary() string {
	all := 0
	var classes []string
	for _, code := range slices.SortedFunc(maps.Keys(c.errors), func(a, b syntax.Code) int {
		return cmp.Or(c.errors[b]-c.errors[a], cmp.Compare(a, b))
	}) {
		all += c.errors[code]
		classes = append(classes, fmt.Sprintf("%d %s", c.errors[code], code))
	}
	out := fmt.Sprintf("%s, %d accepted", text.Count(c.accepted+c.refused, "file"), c.accepted)
	if c.refused > 0 {
		out += fmt.Sprintf(", %d refused for %s: %s", c.refused, text.Count(all, "error"), strings.Join(classes, ", "))
	}
	if c.failed > 0 {
		out += fmt.Sprintf(", %d not read", c.failed)
	}
	return out
}
