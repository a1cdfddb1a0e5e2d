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
func (t *tables) words(all *trees, commits []catalog.Commit, pills *pill.Collection) map[string][]int {
	asked := t.asked(pills)
	at := make([]map[string]bool, len(commits))
	for i := range commits {
		at[i] = all.words(i, asked)
	}
	home := len(commits) - 1
	for word := range asked {
		if strings.Contains(word, " ") && all.has(home, word) {
			for i := range commits {
				at[i][word] = all.has(i, word)
			}
		}
	}
	defined := all.defined(home)
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
	return dated
}

// asked are the words in the code of the pills and the descriptions that may be names of upstream's source, and whether they stand only
// where that of a plain word counts.
func (t *tables) asked(pills *pill.Collection) map[string]bool {
	asked := map[string]bool{}
	for _, u := range t.units(pills) {
		for _, w := range claims.Words(textOf(u)) {
			asked[w.Name] = w.Plain
		}
	}
	for _, w := range t.witnesses(pills) {
		if w.Word != "" {
			asked[w.Word] = false
		}
	}
	return asked
}

// trees are the files of commits, with their texts.
type trees struct {
	at      []map[string]string        // by commit, the objects of files by path
	texts   map[string]string          // of objects
	bared   map[string][]string        // their lines, as [bare] makes them
	wordOf  map[string][]string        // the words asked for, of objects and of paths
	phrases map[string]map[string]bool // which objects have a piece of text
	found   map[string]map[string]int  // in which lines of objects a line stands, by its path and number
}

// trees reads the files of commits.
func (c clone) trees(commits []catalog.Commit) (*trees, error) {
	blobs := blobReader{}
	if err := blobs.open(c); err != nil {
		return nil, err
	}
	defer blobs.close()
	t := &trees{texts: map[string]string{}, bared: map[string][]string{}, wordOf: map[string][]string{}, found: map[string]map[string]int{}, phrases: map[string]map[string]bool{}}
	for _, one := range commits {
		list, err := c.git("", "ls-tree", "-r", one.Hash)
		if err != nil {
			return nil, err
		}
		files := map[string]string{}
		for line := range strings.Lines(list) {
			about, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			fields := strings.Fields(about)
			if fields[1] != "blob" {
				continue
			}
			object := fields[2]
			files[path] = object
			if _, ok := t.texts[object]; !ok {
				if t.texts[object], err = blobs.read(object); err != nil {
					return nil, err
				}
			}
		}
		t.at = append(t.at, files)
	}
	return t, nil
}

// lines are the [bare] lines of an object.
func (t *trees) lines(object string) []string {
	lines, ok := t.bared[object]
	if !ok {
		lines = strings.Split(t.texts[object], "\n")
		for i := range lines {
			lines[i] = bare(lines[i])
		}
		t.bared[object] = lines
	}
	return lines
}

// words are those of some words that the source of a commit has, in any file or in the name of one.
func (t *trees) words(commit int, asked map[string]bool) map[string]bool {
	here := map[string]bool{}
	for path, object := range t.at[commit] {
		for key, source := range map[string]string{object: t.texts[object], path: path} {
			found, ok := t.wordOf[key]
			if !ok {
				for w := range claims.SourceWords(source) {
					if _, ok := asked[w]; ok && !slices.Contains(found, w) {
						found = append(found, w)
					}
				}
				t.wordOf[key] = found
			}
			for _, w := range found {
				here[w] = true
			}
		}
	}
	return here
}

// has reports whether a file of a commit has a piece of text.
func (t *trees) has(commit int, phrase string) bool {
	if t.phrases[phrase] == nil {
		t.phrases[phrase] = map[string]bool{}
	}
	has := t.phrases[phrase] // by object
	for _, object := range t.at[commit] {
		is, ok := has[object]
		if !ok {
			is = strings.Contains(t.texts[object], phrase)
			has[object] = is
		}
		if is {
			return true
		}
	}
	return false
}

// defined are the words that the Nix files of a commit define.
func (t *trees) defined(commit int) map[string]bool {
	words := map[string]bool{}
	for path, object := range t.at[commit] {
		if strings.HasSuffix(path, ".nix") {
			for word := range claims.DefinedWords(t.texts[object]) {
				words[word] = true
			}
		}
	}
	return words
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
