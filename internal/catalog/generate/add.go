package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// add reads the commits of a clone up to its HEAD. Those that are known stay as they are, unless all are to be read once more.
// It returns nothing where there is nothing new.
func add(t *tables, c clone, known catalog.Data, all bool, w io.Writer) (*history, error) {
	commits, err := c.commits()
	if err != nil {
		return nil, err
	}
	if more, err := follows(commits, known, all, w); err != nil || !more && !all {
		return nil, err
	}
	before := map[string]catalog.Commit{}
	for _, k := range known.Commits {
		before[k.Hash] = k
	}
	h := &history{tables: t, clone: c, commits: commits, sources: make([]*catalog.Source, len(commits))}
	var fresh []int
	for i, one := range commits {
		if k, ok := before[one.rev]; ok && !all {
			if k.Source >= 0 {
				h.sources[i] = &known.Sources[k.Source]
			}
			continue
		}
		fresh = append(fresh, i)
		if h.sources[i], err = h.read(i, w); err != nil {
			return nil, fmt.Errorf("%s: %w", one.rev[:7], err)
		}
	}
	return h, h.evaluate(fresh)
}

// follows checks that the history of a clone goes on where the known one ends, and reports whether it does.
func follows(commits []commit, known catalog.Data, all bool, w io.Writer) (bool, error) {
	if len(known.Commits) == 0 {
		return true, nil
	}
	head, newest := commits[len(commits)-1], known.Commits[len(known.Commits)-1]
	if slices.ContainsFunc(known.Commits, func(k catalog.Commit) bool { return k.Hash == head.rev }) {
		if all && head.rev != newest.Hash {
			return false, fmt.Errorf("HEAD (%s) is older than %s, the newest commit known", head.rev[:7], newest.Hash)
		}
		fmt.Fprintf(w, "Nothing new: %s (%s) is known, and so is all before it.\n", head.rev[:7], head.date.Format(time.DateOnly))
		return false, nil
	}
	at := slices.IndexFunc(commits, func(c commit) bool { return c.rev == newest.Hash })
	if at < 0 || !commits[at].mainline {
		return false, fmt.Errorf("the first parents of HEAD (%s) do not lead to %s, the newest commit known", head.rev[:7], newest.Hash)
	}
	fmt.Fprintf(w, "%d commits after %s (%s), up to %s (%s).\n", len(commits)-len(known.Commits), newest.Short(), newest.Day(), head.rev[:7], head.date.Format(time.DateOnly))
	return true, nil
}

// history is the commits of a clone and what is known of each.
type history struct {
	*tables
	clone   clone
	commits []commit
	sources []*catalog.Source // nil where the source cannot be read as a whole
}

// read reads the source of a commit.
func (h *history) read(i int, w io.Writer) (*catalog.Source, error) {
	rev := h.commits[i].rev
	files, err := h.clone.files(rev)
	if err != nil {
		return nil, err
	}
	e, err := upstream.Extract(files)
	if err != nil && !errors.Is(err, upstream.ErrNoModules) {
		return nil, err
	}
	options, packages := err == nil, err == nil
	for _, p := range e.Problems {
		fmt.Fprintf(w, "%s: %s\n", rev[:7], p)
		switch folder, _, _ := strings.Cut(p.File, "/"); folder {
		case ".":
			options, packages = false, false
		case "overlay.nix", "mk-overlay.nix", "overlay-with-config.nix", "cuda-packages-11-4-extension.nix", "sourceinfo":
			packages = false
		case "pkgs", "device-pkgs": // name the kind of a package at most
		default:
			options = false
		}
	}
	if !options && !h.refused[rev] {
		if i == len(h.commits)-1 {
			return nil, errors.New("the options of HEAD cannot be read as a whole, and nothing newer can take its place")
		}
		return nil, nil
	}
	s := e.Source
	if !packages {
		s.Contents, s.Generations = catalog.Contents{Outputs: s.Outputs}, nil
	}
	for _, g := range s.Generations {
		h.sortFamilies(g.SoMFamilies)
	}
	for at := range s.Options {
		o := &s.Options[at]
		if _, _, _, values := catalog.ReadType(o.Type); !slices.Equal(values, o.Values) {
			// Not all values can be read: neither can the type.
			*o = untyped(*o)
		}
	}
	return &s, nil
}

func untyped(o catalog.Option) catalog.Option {
	o.Type, o.Values, o.ValuesInList = "", nil, false
	o.Kind, o.Elem, o.Nullable, _ = catalog.ReadType("")
	return o
}

// data puts everything together; equal sources become one.
func (h *history) data() catalog.Data {
	var d catalog.Data
	index := map[string]int{}
	for i, one := range h.commits {
		c := catalog.Commit{Revision: catalog.Revision{Hash: one.rev, Date: one.date}, Mainline: one.mainline, Source: -1, Catalog: i}
		if h.sources[i] == nil || h.refused[one.rev] {
			c.Catalog = -1
			if len(one.parents) > 0 {
				c.Catalog = d.Commits[one.parents[0]].Catalog
			}
		}
		if s := h.sources[i]; s != nil {
			key := fmt.Sprintf("%+v", *s)
			at, ok := index[key]
			if !ok {
				at = len(d.Sources)
				index[key] = at
				d.Sources = append(d.Sources, *s)
			}
			c.Source = at
		}
		d.Commits = append(d.Commits, c)
	}
	return d
}

// firstParents are the first parents of commits, by hash.
func (h *history) firstParents() map[string]string {
	parents := map[string]string{}
	for _, c := range h.commits {
		if len(c.parents) > 0 {
			parents[c.rev] = h.commits[c.parents[0]].rev
		}
	}
	return parents
}
