package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"
)

// clone is a git repository of jetpack-nixos. Only what is committed counts.
type clone struct{ dir string }

func (c clone) git(input string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", c.dir}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// commit is a commit of the clone.
type commit struct {
	rev      string
	date     time.Time
	parents  []int // indexes of commits before it, the first parent first
	mainline bool
}

// commits are all commits up to HEAD, parents before children. The dates are those of the committers' calendars.
func (c clone) commits() ([]commit, error) {
	if shallow, err := c.git("", "rev-parse", "--is-shallow-repository"); err != nil {
		return nil, err
	} else if strings.TrimSpace(shallow) != "false" {
		return nil, errors.New("the clone is shallow: it needs the whole history")
	}
	text, err := c.git("", "log", "--reverse", "--date-order", "--format=%H %cs %P", "HEAD")
	if err != nil {
		return nil, err
	}
	var commits []commit
	index := map[string]int{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		one := commit{rev: words[0]}
		if one.date, err = time.Parse(time.DateOnly, words[1]); err != nil {
			return nil, fmt.Errorf("%s: %w", one.rev, err)
		}
		for _, parent := range words[2:] {
			one.parents = append(one.parents, index[parent])
		}
		index[one.rev] = len(commits)
		commits = append(commits, one)
	}
	for i := len(commits) - 1; ; i = commits[i].parents[0] {
		if commits[i].mainline = true; len(commits[i].parents) == 0 {
			return commits, nil
		}
	}
}

// files are the Nix files of a commit.
func (c clone) files(rev string) (fs.FS, error) {
	archive, err := c.git("", "archive", "--format=zip", "-0", rev, "--", ":(glob)**/*.nix")
	if err != nil {
		return nil, err
	}
	return zip.NewReader(strings.NewReader(archive), int64(len(archive)))
}

// objects gives the object ids of files and folders in revisions, by revision and path; those that are not there are left out.
func (c clone) objects(revs, paths []string) (map[string]map[string]string, error) {
	var ask strings.Builder
	for _, rev := range revs {
		for _, path := range paths {
			fmt.Fprintf(&ask, "%s:%s\n", rev, path)
		}
	}
	out, err := c.git(ask.String(), "cat-file", "--batch-check")
	if err != nil {
		return nil, err
	}
	objects := map[string]map[string]string{}
	lines := strings.Split(out, "\n")
	for _, rev := range revs {
		objects[rev] = map[string]string{}
		for _, path := range paths {
			if line := lines[0]; !strings.HasSuffix(line, " missing") {
				objects[rev][path], _, _ = strings.Cut(line, " ")
			}
			lines = lines[1:]
		}
	}
	return objects, nil
}
