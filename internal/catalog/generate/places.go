package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/pill"
)

// places finds the files, the lines and the words that pills name at the newest commit in all others. A line is found by its text.
func (t *tables) places(c clone, commits []catalog.Commit, folder string) (catalog.Places, error) {
	pills := pill.Load(os.DirFS(folder))
	home := commits[len(commits)-1].Hash
	p := catalog.Places{Home: home, Files: map[string][]int{}, Lines: map[string][]int{}}
	files, lines := named(pills)
	revs := make([]string, len(commits))
	for i, one := range commits {
		revs[i] = one.Hash
	}
	objects, err := c.objects(revs, files)
	if err != nil {
		return p, err
	}
	if p.Words, err = t.words(c, commits, pills); err != nil {
		return p, err
	}
	for _, file := range files {
		if objects[home][file] == "" {
			continue // somebody else's
		}
		for _, rev := range revs {
			there := 0
			if objects[rev][file] != "" {
				there = 1
			}
			p.Files[file] = append(p.Files[file], there)
		}
		if len(lines[file]) == 0 {
			continue
		}
		here, err := c.lines(objects[home][file])
		if err != nil {
			return p, err
		}
		found := map[string]map[int]int{"": {}} // by object: the line there by that here
		for _, rev := range revs {
			object := objects[rev][file]
			if found[object] == nil {
				there, err := c.lines(object)
				if err != nil {
					return p, err
				}
				found[object] = map[int]int{}
				for _, line := range lines[file] {
					found[object][line] = sameLine(here, there, line)
				}
			}
			for _, line := range lines[file] {
				if line <= len(here) {
					key := file + ":" + strconv.Itoa(line)
					p.Lines[key] = append(p.Lines[key], found[object][line])
				}
			}
		}
	}
	return p, nil
}

// named are the paths that the pills name, without the slash behind a folder, and the lines in them.
func named(pills *pill.Collection) (files []string, lines map[string][]int) {
	lines = map[string][]int{}
	for _, u := range unitsOf(pills) {
		for _, place := range claims.Places(textOf(u)) {
			if place.Path == "" {
				continue
			}
			path := strings.TrimSuffix(place.Path, "/")
			for _, line := range []int{place.First, place.Last} {
				if line > 0 && !slices.Contains(lines[path], line) {
					lines[path] = append(lines[path], line)
				}
			}
			if lines[path] == nil {
				lines[path] = []int{}
			}
		}
	}
	return slices.Sorted(maps.Keys(lines)), lines
}

// unitsOf are the pieces of all pills, of their index and of the glossary.
func unitsOf(pills *pill.Collection) []pill.Unit {
	all := slices.Clone(pills.Pills())
	if index, ok := pills.Index(); ok {
		all = append(all, index)
	}
	if glossary, ok := pills.Glossary(); ok {
		all = append(all, glossary)
	}
	var units []pill.Unit
	for _, p := range all {
		units = append(units, p.Units()...)
	}
	return units
}

func textOf(u pill.Unit) claims.Text {
	return claims.Text{Source: u.Source, Code: u.Code, Language: u.Language, IsCode: u.IsCode}
}

// lines are those of a file by the id of its object.
func (c clone) lines(object string) ([]string, error) {
	text, err := c.git("", "cat-file", "blob", object)
	if err != nil {
		return nil, fmt.Errorf("a pill names a line of what is no file: %w", err)
	}
	return strings.Split(text, "\n"), nil
}

// sameLine is the line there that has the text of a line here, both from 1; 0 where there is none, or more than one may be meant.
func sameLine(here, there []string, line int) int {
	if line < 1 || line > len(here) {
		return 0
	}
	text := strings.TrimSpace(here[line-1])
	// Around the line, the same lines stand there too.
	alike := func(at int) int {
		n := 0
		for d := -3; d <= 3; d++ {
			i, j := line-1+d, at+d
			if d != 0 && i >= 0 && i < len(here) && j >= 0 && j < len(there) && strings.TrimSpace(here[i]) == strings.TrimSpace(there[j]) && strings.TrimSpace(here[i]) != "" {
				n++
			}
		}
		return n
	}
	best, most, ties := 0, -1, 0
	for at := range there {
		if strings.TrimSpace(there[at]) != text {
			continue
		}
		switch n := alike(at); {
		case n > most:
			best, most, ties = at+1, n, 0
		case n == most:
			ties++
		}
	}
	once := 0
	for _, other := range here {
		if strings.TrimSpace(other) == text {
			once++
		}
	}
	// A line such as "};" says nothing by itself.
	if ties > 0 || best == 0 || len(text) < 8 && most < 2 || once > 1 && most < 1 {
		return 0
	}
	return best
}
