// Listfiles prints the files of one commit of jetpack-nixos with their numbers of lines.
// Package pillcheck carries the output, so that it can tell whether a place named in a pill exists.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	clone := flag.String("clone", "", "folder of a clone of jetpack-nixos")
	rev := flag.String("rev", "HEAD", "the commit")
	flag.Parse()
	if err := list(os.Stdout, *clone, *rev); err != nil {
		fmt.Fprintln(os.Stderr, "listfiles:", err)
		os.Exit(1)
	}
}

func list(w io.Writer, clone, rev string) error {
	names, err := git(clone, "ls-tree", "-r", "-z", "--name-only", rev)
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		content, err := git(clone, "show", rev+":"+name)
		if err != nil {
			return err
		}
		lines := bytes.Count(content, []byte("\n"))
		if len(content) > 0 && content[len(content)-1] != '\n' {
			lines++
		}
		if _, err := fmt.Fprintf(w, "%d %s\n", lines, name); err != nil {
			return err
		}
	}
	return nil
}

func git(clone string, args ...string) ([]byte, error) {
	out, err := exec.Command("git", append([]string{"-C", clone}, args...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}
