package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
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
	files, lines := t.named(pills)
	revs := make([]string, len(commits))
	for i, one := range commits {
		revs[i] = one.Hash
	}
	objects, err := c.objects(revs, files)
	if err != nil {
		return p, err
	}
	trees, err := c.trees(commits)
	if err != nil {
		return p, err
	}
	p.Words = t.words(trees, commits, pills)
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
		if _, ok := trees.texts[objects[home][file]]; !ok {
			return p, fmt.Errorf("a pill names a line of %s, which is no file", file)
		}
		here := trees.lines(objects[home][file])
		found := map[string]map[int]int{"": {}} // by object: the line there by that here
		for i, rev := range revs {
			object := objects[rev][file]
			if found[object] == nil {
				there := trees.lines(object)
				found[object] = map[int]int{}
				for _, line := range lines[file] {
					found[object][line] = sameLine(here, there, line)
				}
			}
			for _, line := range lines[file] {
				if line > len(here) {
					continue
				}
				key := file + ":" + strconv.Itoa(line)
				number := found[object][line]
				p.Lines[key] = append(p.Lines[key], number)
				if number != 0 {
					continue
				}
				if other, number := trees.moved(here, line, i, file); number > 0 {
					key = catalog.MovedKey(key, other)
					if p.Lines[key] == nil {
						p.Lines[key] = make([]int, len(revs))
					}
					p.Lines[key][i] = number
				}
			}
		}
	}
	return p, nil
}

// named are the paths that the pills and the descriptions name, without the slash behind a folder, and the lines in them.
func (t *tables) named(pills *pill.Collection) (files []string, lines map[string][]int) {
	lines = map[string][]int{}
	cite := func(path string, numbers ...int) {
		for _, line := range numbers {
			if line > 0 && !slices.Contains(lines[path], line) {
				lines[path] = append(lines[path], line)
			}
		}
		if lines[path] == nil {
			lines[path] = []int{}
		}
	}
	for _, w := range t.witnesses(pills) {
		if w.Path != "" {
			cite(w.Path, w.Line)
		}
	}
	for _, u := range t.units(pills) {
		for _, place := range claims.Places(textOf(u)) {
			if place.Path == "" {
				continue
			}
			cite(strings.TrimSuffix(place.Path, "/"), place.First, place.Last)
		}
	}
	return slices.Sorted(maps.Keys(lines)), lines
}

// witnesses are those of all pills, of their index and of the glossary, and of the descriptions.
func (t *tables) witnesses(pills *pill.Collection) []pill.Witness {
	var all []pill.Witness
	for _, p := range everyPill(pills) {
		all = append(all, p.Witnesses()...)
	}
	for _, words := range t.descriptions() {
		for _, s := range catalog.MarkedSentences(words) {
			witnesses, _ := pill.ReadWitnesses(s.Mark)
			all = append(all, witnesses...)
		}
	}
	return all
}

// everyPill are the pills, their index and the glossary.
func everyPill(pills *pill.Collection) []*pill.Pill {
	all := slices.Clone(pills.Pills())
	if index, ok := pills.Index(); ok {
		all = append(all, index)
	}
	if glossary, ok := pills.Glossary(); ok {
		all = append(all, glossary)
	}
	return all
}

// units are the pieces of all pills, of their index and of the glossary, and of the descriptions.
func (t *tables) units(pills *pill.Collection) []pill.Unit {
	var units []pill.Unit
	for _, p := range everyPill(pills) {
		units = append(units, p.Units()...)
	}
	for _, words := range t.descriptions() {
		units = append(units, pill.Units(words)...)
	}
	return units
}

func textOf(u pill.Unit) claims.Text {
	return claims.Text{Source: u.Source, Code: u.Code, Language: u.Language, IsCode: u.IsCode}
}

var (
	// owner is what stands before a name: cfg, config.hardware.nvidia-jetpack, final, which is called otherwise elsewhere.
	owner    = regexp.MustCompile(`(?:[A-Za-z_][A-Za-z0-9_'-]*\.)+([A-Za-z_])`)
	remark   = regexp.MustCompile(`\s+#\s.*$`)
	anySpace = regexp.MustCompile(`\s+`)
)

// bare is a line without what does not make it another one: spaces, a remark behind it, and what names stand in.
func bare(line string) string {
	if code := remark.ReplaceAllString(line, ""); code != "" {
		line = code
	}
	return owner.ReplaceAllString(anySpace.ReplaceAllString(line, ""), "$1")
}

// ambiguous is a line that is there, and may be one of several.
const ambiguous = -1

// sameLine is the line there that has the text of a line here, both from 1; 0 where there is none. The lines are bare.
func sameLine(here, there []string, line int) int {
	if line < 1 || line > len(here) {
		return 0
	}
	text := here[line-1]
	best, most, ties := 0, -1, 0
	for at := range there {
		if there[at] != text {
			continue
		}
		switch n := alike(here, there, line-1, at); {
		case n > most:
			best, most, ties = at+1, n, 0
		case n == most:
			ties++
		}
	}
	once := 0
	for _, other := range here {
		if other == text {
			once++
		}
	}
	// A line such as "};" says nothing by itself.
	if best > 0 && (ties > 0 || len(text) < 8 && most < 2 || once > 1 && most < 1) {
		return ambiguous
	}
	return best
}

// alike counts the lines around a line here that stand around one there too.
func alike(here, there []string, line, at int) int {
	n := 0
	for d := -3; d <= 3; d++ {
		i, j := line+d, at+d
		if d != 0 && i >= 0 && i < len(here) && j >= 0 && j < len(there) && here[i] != "" && here[i] == there[j] {
			n++
		}
	}
	return n
}

// longEnough is how long a line is, without spaces, that is looked for in other files.
const longEnough = 20

// moved finds a line in another file of a commit: one that stands there once, among lines that it stood among.
func (t *trees) moved(here []string, line, commit int, file string) (path string, number int) {
	text := here[line-1]
	if len(text) < longEnough {
		return "", 0
	}
	key := file + ":" + strconv.Itoa(line)
	if t.found[key] == nil {
		t.found[key] = map[string]int{}
		for object := range t.texts {
			there := t.lines(object)
			if !slices.Contains(there, text) {
				continue
			}
			if at := sameLine(here, there, line); at > 0 && alike(here, there, line-1, at-1) > 0 {
				t.found[key][object] = at
			}
		}
	}
	if len(t.found[key]) == 0 {
		return "", 0
	}
	for other, object := range t.at[commit] {
		at := t.found[key][object]
		if at == 0 || other == file {
			continue
		}
		if path != "" {
			return "", 0 // it may be any of them
		}
		path, number = other, at
	}
	return path, number
}
