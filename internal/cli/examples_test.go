package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"jetpills/pills"
)

// TestExamples holds that the help of each command shows two ways to use it, and that the flags in them exist.
func TestExamples(t *testing.T) {
	p := &Program{Stdout: discard{new(bytes.Buffer)}, Stderr: io.Discard, Pills: pills.FS, Version: "1.2.3"}
	root := p.command()
	seen := map[string]bool{}
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		path := c.CommandPath()
		seen[path] = true
		if len(examples[path]) < 2 {
			t.Errorf("%s has %d examples", path, len(examples[path]))
		}
		for _, example := range examples[path] {
			line, _, _ := strings.Cut(example, " #")
			_, line, ok := strings.Cut(line, "jetpills ")
			if !ok {
				t.Errorf("%q does not run jetpills", example)
			}
			line, _, _ = strings.Cut(line, " | ")
			line, _, _ = strings.Cut(line, " > ")
			words := strings.Fields(strings.TrimRight(line, ")\""))
			of, args, err := root.Find(locationsLast(words))
			if err != nil || c.HasParent() && of != c && of != root && of.Parent() != c {
				t.Errorf("%q is of %s, %v", example, of.CommandPath(), err)
				continue
			}
			if err := of.ParseFlags(args); err != nil {
				t.Errorf("%q: %v", example, err)
			}
		}
		for _, below := range c.Commands() {
			look(below)
		}
	}
	look(root)
	for path := range examples {
		if !seen[path] {
			t.Errorf("%s is no command", path)
		}
	}
}
