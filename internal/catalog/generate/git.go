package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// history is the shape of upstream's history and the content of its files, read from a clone.
type history struct {
	clone   string
	order   map[string]int // place in the list of revisions; parents come before their children
	revs    []string
	parents map[string][]string
	catalog map[string]string            // key of the catalog, empty for none
	main    []string                     // the first-parent line, oldest first
	onMain  map[string]int               // place in main
	merged  map[string]string            // the mainline commit that brought a commit beside the mainline
	texts   map[string]map[string]string // files right in a tree, by the tree's object id
	modules map[string]string            // tree of modules/ by revision
}

func openHistory(clone string, revisions []struct{ Rev, Date, Catalog string }) (*history, error) {
	if clone == "" {
		return nil, errors.New("-import needs -clone")
	}
	h := &history{
		clone: clone, order: map[string]int{}, parents: map[string][]string{}, catalog: map[string]string{},
		onMain: map[string]int{}, merged: map[string]string{}, texts: map[string]map[string]string{},
	}
	for i, r := range revisions {
		h.order[r.Rev] = i
		h.revs = append(h.revs, r.Rev)
		h.catalog[r.Rev] = r.Catalog
	}
	newest := h.revs[len(h.revs)-1]
	list, err := h.git("", "rev-list", "--parents", newest)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(list) {
		names := strings.Fields(line)
		h.parents[names[0]] = names[1:]
		for _, parent := range names[1:] {
			if h.order[parent] >= h.order[names[0]] {
				return nil, fmt.Errorf("revisions.json has %s after its child %s", parent, names[0])
			}
		}
	}
	if len(h.parents) != len(h.revs) {
		return nil, fmt.Errorf("the clone has %d commits up to %s, revisions.json %d", len(h.parents), newest, len(h.revs))
	}
	for rev := newest; ; rev = h.parents[rev][0] {
		h.main = append(h.main, rev)
		if len(h.parents[rev]) == 0 {
			break
		}
	}
	slices.Reverse(h.main)
	for i, rev := range h.main {
		h.onMain[rev] = i
	}
	for _, rev := range h.main {
		h.markMerged(rev)
	}
	trees, err := h.objects(h.revs, []string{"modules"})
	if err != nil {
		return nil, err
	}
	h.modules = map[string]string{}
	for rev, files := range trees {
		h.modules[rev] = files["modules"]
	}
	return h, nil
}

func (h *history) git(stdin string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", h.clone}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

func (h *history) mainline(rev string) bool {
	_, ok := h.onMain[rev]
	return ok
}

// full completes an abbreviated hash; nothing stays nothing.
func (h *history) full(short string) (string, error) {
	if short == "" {
		return "", nil
	}
	for _, rev := range h.revs {
		if strings.HasPrefix(rev, short) {
			return rev, nil
		}
	}
	return "", fmt.Errorf("no revision %s", short)
}

// nearest goes up the first parents of rev to the first one that fits; nothing where none does.
func (h *history) nearest(rev string, fits func(string) bool) string {
	for {
		parents := h.parents[rev]
		if len(parents) == 0 {
			return ""
		}
		if rev = parents[0]; fits(rev) {
			return rev
		}
	}
}

// markMerged notes for the commits beside the mainline that came with a mainline commit.
func (h *history) markMerged(main string) {
	todo := slices.Clone(h.parents[main])
	for len(todo) > 0 {
		rev := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if h.mainline(rev) || h.merged[rev] != "" {
			continue
		}
		h.merged[rev] = main
		todo = append(todo, h.parents[rev]...)
	}
}

// around gives the newest mainline ancestor of a commit beside the mainline, and the mainline commit that merged it.
func (h *history) around(rev string) (base, merge string) {
	newest := -1
	seen := map[string]bool{}
	todo := slices.Clone(h.parents[rev])
	for len(todo) > 0 {
		r := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[r] {
			continue
		}
		seen[r] = true
		if i, ok := h.onMain[r]; ok {
			newest = max(newest, i)
			continue
		}
		todo = append(todo, h.parents[r]...)
	}
	if newest >= 0 {
		base = h.main[newest]
	}
	return base, h.merged[rev]
}

// objects gives the object ids of files and folders in revisions; absent ones are left out.
func (h *history) objects(revs, files []string) (map[string]map[string]string, error) {
	var ask strings.Builder
	for _, rev := range revs {
		for _, file := range files {
			fmt.Fprintf(&ask, "%s:%s\n", rev, file)
		}
	}
	out, err := h.git(ask.String(), "cat-file", "--batch-check")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(revs)*len(files) {
		return nil, fmt.Errorf("git cat-file answered %d of %d questions", len(lines), len(revs)*len(files))
	}
	objects := map[string]map[string]string{}
	for i, rev := range revs {
		objects[rev] = map[string]string{}
		for j, file := range files {
			if line := lines[i*len(files)+j]; !strings.HasSuffix(line, " missing") {
				id, _, _ := strings.Cut(line, " ")
				objects[rev][file] = id
			}
		}
	}
	return objects, nil
}

// moduleFiles gives the text of the Nix files right in modules/, by path.
func (h *history) moduleFiles(rev string) (map[string]string, error) {
	tree := h.modules[rev]
	if files, ok := h.texts[tree]; ok {
		return files, nil
	}
	names, err := h.git("", "ls-tree", "--name-only", tree)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, name := range strings.Fields(names) {
		if !strings.HasSuffix(name, ".nix") {
			continue
		}
		if files["modules/"+name], err = h.git("", "cat-file", "blob", tree+":"+name); err != nil {
			return nil, err
		}
	}
	h.texts[tree] = files
	return files, nil
}

// declared picks the options that one of the texts declares with mkOption. It serves for the few options the catalogs
// leave out: a dotted path stands as such, a submodule's field by its last component.
func declared(texts, paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		name := path
		if i := strings.LastIndex(path, ".*."); i >= 0 {
			name = path[i+len(".*."):]
		}
		pattern, err := regexp.Compile(`(?m)^\s*` + regexp.QuoteMeta(name) + `\s*=\s*(lib\.)?mkOption\b`)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(texts, pattern.MatchString) {
			out = append(out, path)
		}
	}
	return out, nil
}
