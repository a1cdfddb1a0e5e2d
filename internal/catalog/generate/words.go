package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/pill"
)

// words finds the words in the code of texts that the source at home has, and that of another commit with a catalog lacks.
func (t *tables) words(c clone, commits []catalog.Commit, pills *pill.Collection) (map[string][]int, error) {
	asked := t.asked(pills)
	at, defined, err := c.wordsAt(commits, asked)
	if err != nil {
		return nil, err
	}
	home := len(commits) - 1
	dated := map[string][]int{}
	for word, isPlain := range asked {
		if !at[home][word] || t.foreign[word] || isPlain && !defined[word] {
			continue
		}
		there := make([]int, len(commits))
		always := true
		for i, one := range commits {
			if at[i][word] {
				there[i] = 1
			} else if one.Catalog == i {
				always = false
			}
		}
		if isPlain {
			word = catalog.PlainWord + word
		}
		if !always {
			dated[word] = there
		}
	}
	return dated, nil
}

// asked are the words in the code of the pills and the descriptions that may be names of upstream's source, and whether they stand only
// where that of a plain word counts.
func (t *tables) asked(pills *pill.Collection) map[string]bool {
	asked := map[string]bool{}
	units := unitsOf(pills)
	for _, all := range []map[string]string{t.summaries, t.otherSummaries, t.names} {
		for _, summary := range all {
			units = append(units, pill.Units(summary)...)
		}
	}
	for _, u := range units {
		for _, w := range claims.Words(textOf(u)) {
			asked[w.Name] = w.Plain
		}
	}
	return asked
}

// wordsAt are those of some words that the source of each commit has, in any file or in the name of one, and those that the Nix files
// of the newest define.
func (c clone) wordsAt(commits []catalog.Commit, asked map[string]bool) (at []map[string]bool, defined map[string]bool, err error) {
	blobs := blobReader{}
	if err := blobs.open(c); err != nil {
		return nil, nil, err
	}
	defer blobs.close()
	byObject, byPath := map[string][]string{}, map[string][]string{}
	among := func(source string) []string {
		var found []string
		for w := range claims.SourceWords(source) {
			if _, ok := asked[w]; ok && !slices.Contains(found, w) {
				found = append(found, w)
			}
		}
		return found
	}
	defined = map[string]bool{}
	for i, one := range commits {
		tree, err := c.git("", "ls-tree", "-r", one.Hash)
		if err != nil {
			return nil, nil, err
		}
		here := map[string]bool{}
		for line := range strings.Lines(tree) {
			about, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			fields := strings.Fields(about)
			if fields[1] != "blob" {
				continue
			}
			object := fields[2]
			inFile, ok := byObject[object]
			if isNix := strings.HasSuffix(path, ".nix") && i == len(commits)-1; !ok || isNix {
				text, err := blobs.read(object)
				if err != nil {
					return nil, nil, err
				}
				inFile = among(text)
				byObject[object] = inFile
				if isNix {
					for word := range claims.DefinedWords(text) {
						defined[word] = true
					}
				}
			}
			if byPath[path] == nil {
				byPath[path] = append(among(path), "")
			}
			for _, words := range [][]string{inFile, byPath[path]} {
				for _, word := range words {
					here[word] = true
				}
			}
		}
		at = append(at, here)
	}
	return at, defined, nil
}

// blobReader reads the objects of a clone with one run of git.
type blobReader struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (b *blobReader) open(c clone) (err error) {
	b.cmd = exec.Command("git", "-C", c.dir, "cat-file", "--batch")
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	b.out = bufio.NewReader(out)
	return b.cmd.Start()
}

func (b *blobReader) read(object string) (string, error) {
	if _, err := fmt.Fprintln(b.in, object); err != nil {
		return "", err
	}
	head, err := b.out.ReadString('\n')
	if err != nil {
		return "", err
	}
	var size int
	if _, err := fmt.Sscanf(head, object+" blob %d\n", &size); err != nil {
		return "", fmt.Errorf("git cat-file: %q: %w", head, err)
	}
	text := make([]byte, size+1)
	_, err = io.ReadFull(b.out, text)
	return string(text[:size]), err
}

func (b *blobReader) close() {
	b.in.Close()
	_ = b.cmd.Wait()
}
