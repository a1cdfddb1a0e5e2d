package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// importTrees finds out what the files of every revision tell beyond its catalog.
func (f *facts) importTrees(in *rawFacts, git *history) error {
	known := map[string]bool{}
	for _, c := range f.Catalogs {
		for _, o := range c.options {
			known[o.Path] = true
		}
	}
	var extras []string
	for _, e := range f.Eras {
		for _, o := range e.Options {
			if !known[o.Path] {
				extras = append(extras, o.Path)
			}
		}
	}
	slices.Sort(extras)
	extras = slices.Compact(extras)

	// The files that decide over the facts about the newest revision.
	files := append(slices.Clone(f.Packages.Need), "modules/cuda.nix", "modules/devices.nix")
	slices.Sort(files)
	var revs []string
	for _, r := range f.Revisions {
		if r.Catalog != "" {
			revs = append(revs, r.Rev)
		}
	}
	objects, err := git.objects(revs, files)
	if err != nil {
		return err
	}
	newest := objects[revs[len(revs)-1]]
	finder, err := newFinder(f.Eras, git)
	if err != nil {
		return err
	}

	at := slices.IndexFunc(in.soms.Checks, func(c struct{ Topic, Condition string }) bool { return c.Topic == "combination" })
	if at < 0 {
		return errors.New("no check of combinations of SoM and carrier board")
	}
	carrierRule := "assertion = " + in.soms.Checks[at].Condition + ";"

	trees, places := map[string]int{}, map[string]int{}
	for i := range f.Revisions {
		r := &f.Revisions[i]
		if r.Catalog == "" {
			continue
		}
		var t treeFact
		for _, file := range files {
			if object := objects[r.Rev][file]; object != "" && object == newest[file] {
				t.Same = append(t.Same, file)
			}
		}
		modules, err := git.moduleFiles(r.Rev)
		if err != nil {
			return err
		}
		if t.Extras, err = declared(slices.Collect(maps.Values(modules)), extras); err != nil {
			return err
		}
		t.CarrierRule = strings.Contains(modules["modules/default.nix"], carrierRule)
		for _, file := range sortedKeys(modules) {
			found := finder.find(file, modules[file])
			if len(found.Eras) == 0 {
				continue
			}
			at, err := intern(places, &f.Places, found)
			if err != nil {
				return err
			}
			t.Places = append(t.Places, at)
		}
		at, err := intern(trees, &f.Trees, t)
		if err != nil {
			return err
		}
		r.Tree = &at
	}
	return nil
}

// intern gives the place of v in list, where it is put if it is not there yet.
func intern[T any](index map[string]int, list *[]T, v T) (int, error) {
	key, err := json.Marshal(v)
	if err != nil {
		return 0, err
	}
	at, ok := index[string(key)]
	if !ok {
		at = len(*list)
		index[string(key)] = at
		*list = append(*list, v)
	}
	return at, nil
}

// finder recognizes the declarations of the eras in other versions of their files.
type finder struct {
	// eras are the newest first: where several have the same declaration, the newest speaks for it.
	eras  []eraFact
	texts map[string]map[string]string // era, file
	cache map[string]placesFact        // by file name and text
}

func newFinder(eras []eraFact, git *history) (*finder, error) {
	d := &finder{eras: slices.Clone(eras), texts: map[string]map[string]string{}, cache: map[string]placesFact{}}
	slices.SortFunc(d.eras, func(a, b eraFact) int { return git.order[b.Rev] - git.order[a.Rev] })
	for _, e := range d.eras {
		files, err := git.moduleFiles(e.Rev)
		if err != nil {
			return nil, err
		}
		d.texts[e.Rev] = files
	}
	return d, nil
}

// find lists the declarations in a version of a file that some era has in the same file: the same text, the same
// column, below the same lines that open the sets around it, and only once in the file. In an unchanged file that
// is all of them.
func (d *finder) find(file, text string) placesFact {
	if p, ok := d.cache[file+"\x00"+text]; ok {
		return p
	}
	p := placesFact{File: file, Eras: map[string]map[string]int{}}
	done := map[string]bool{}
	for _, e := range d.eras {
		from, ok := d.texts[e.Rev][file]
		if !ok {
			continue
		}
		for _, o := range e.Options {
			if o.File != file || done[o.Path] {
				continue
			}
			line := o.Line
			if from != text {
				if line = locate(from, o.Line, o.Column, text); line == 0 {
					continue
				}
			}
			done[o.Path] = true
			if p.Eras[e.Rev[:7]] == nil {
				p.Eras[e.Rev[:7]] = map[string]int{}
			}
			p.Eras[e.Rev[:7]][o.Path] = line
		}
	}
	d.cache[file+"\x00"+text] = p
	return p
}

// locate finds the declaration at line and column of from in text and gives its line there, or 0.
func locate(from string, line, column int, text string) int {
	start := 0
	for range line - 1 {
		start += strings.IndexByte(from[start:], '\n') + 1
	}
	end := start + column - 1
	end += extent(from[end:])
	chunk := "\n" + from[start:end]
	if strings.Count("\n"+text, chunk) != 1 {
		return 0
	}
	at := strings.Index("\n"+text, chunk)
	if !slices.Equal(around(from[:start]), around(text[:at])) {
		return 0
	}
	return strings.Count(text[:at], "\n") + 1
}

// extent is the length of a binding, its semicolon included, or of an expression up to the bracket that ends it.
func extent(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case rest[0] == '#':
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				i += n
			}
		case rest[0] == '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case strings.HasPrefix(rest, "''"):
			i += 2
			for i < len(text) {
				if strings.HasPrefix(text[i:], "'''") || strings.HasPrefix(text[i:], "''$") || strings.HasPrefix(text[i:], "''\\") {
					i += 3
				} else if strings.HasPrefix(text[i:], "''") {
					i++
					break
				} else {
					i++
				}
			}
		case strings.ContainsRune("([{", rune(rest[0])):
			depth++
		case strings.ContainsRune(")]}", rune(rest[0])):
			if depth--; depth < 0 {
				return i
			}
		case rest[0] == ';' && depth == 0:
			return i + 1
		}
	}
	return len(text)
}

// around gives the lines that open the sets around what follows text: going up, those that are indented less than all
// below them. Lines without indentation say nothing about option paths and are left out.
func around(text string) []string {
	lines := strings.Split(text, "\n")
	var out []string
	least := -1
	for _, line := range slices.Backward(lines[:len(lines)-1]) {
		body := strings.TrimLeft(line, " ")
		if body == "" || body[0] == '#' {
			continue
		}
		indent := len(line) - len(body)
		if least < 0 || indent < least {
			if least = indent; indent == 0 {
				break
			}
			out = append(out, strings.TrimRight(body, " "))
		}
	}
	return out
}
