package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
)

// citation is a file with a line or two, in the text of a pill or in a comment that names a witness.
var citation = regexp.MustCompile(`((?:[A-Za-z0-9_+.-]+/)*[A-Za-z0-9_+.-]+\.[a-z]+):(\d+)(?:-(\d+))?\b`)

// moveLines gives the lines that the pills about one revision cite the numbers that they have at another, and prints those that it
// does not find. Lines that are named without their file stay as they are.
func (c clone) moveLines(dir, from, to string, w io.Writer) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	lines := map[string][]string{} // by revision and path, bare
	read := func(rev, path string) []string {
		key := rev + ":" + path
		if _, ok := lines[key]; !ok {
			text, err := c.git("", "cat-file", "blob", key)
			if err != nil {
				text = "" // it is somebody else's, or gone
			}
			for line := range strings.SplitSeq(text, "\n") {
				lines[key] = append(lines[key], bare(line))
			}
		}
		return lines[key]
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), "\nrevision: "+from+"\n") {
			continue
		}
		moved := citation.ReplaceAllStringFunc(string(text), func(cited string) string {
			m := citation.FindStringSubmatch(cited)
			here, there := read(from, m[1]), read(to, m[1])
			if len(here) <= 1 {
				return cited
			}
			numbers := make([]string, 0, 2)
			for _, number := range m[2:] {
				if n, err := strconv.Atoi(number); err == nil {
					at := sameLine(here, there, n)
					if at <= 0 {
						fmt.Fprintf(w, "%s cites %s, which %.7s does not have as it was\n", filepath.Base(file), cited, to)
						return cited
					}
					numbers = append(numbers, strconv.Itoa(at))
				}
			}
			return m[1] + ":" + strings.Join(numbers, "-")
		})
		if moved != string(text) {
			if err := os.WriteFile(file, []byte(moved), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// reportMarks prints the lines that descriptions name, which nobody moves.
func (t *tables) reportMarks(w io.Writer) {
	for _, words := range t.descriptions() {
		for _, s := range catalog.MarkedSentences(words) {
			witnesses, _ := pill.ReadWitnesses(s.Mark)
			for _, named := range witnesses {
				if named.Path != "" {
					fmt.Fprintf(w, "summaries.json cites %s:%d, of the revision before\n", named.Path, named.Line)
				}
			}
		}
	}
}
