package site_test

import (
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/pills"
)

// TestOptions looks on the page of options for each option of history: for what it is now, or since when it is gone.
func TestOptions(t *testing.T) {
	page := shipped()["options.html"]
	entry := func(path string) string {
		_, rest, found := strings.Cut(page, `<div class="option" id="`+html.EscapeString(path)+`">`)
		if !found {
			t.Errorf("%s is not there", path)
		}
		text, _, _ := strings.Cut(rest, `<div class="option"`)
		return text
	}
	newest := library().Newest()
	for _, path := range library().OptionPaths() {
		h, ok := library().History(path)
		o, isThere := newest.Option(path)
		switch {
		case isThere && o.RenamedTo != "":
			if text := entry(path); !strings.Contains(text, "Is now") || !strings.Contains(text, o.AliasSince.Short()) {
				t.Errorf("%s is a name of %s since %s, and the page says %s", path, o.RenamedTo, o.AliasSince.Day(), text)
			}
		case isThere:
			text := entry(path)
			for _, want := range append(slices.Clone(o.Values), h.Introduced.Short(), o.DeclaredIn) {
				if !strings.Contains(text, html.EscapeString(want)) {
					t.Errorf("%s does not say %q", path, want)
				}
			}
			if o.Type != "" && len(o.Values) == 0 && !strings.Contains(text, html.EscapeString(o.Type)) {
				t.Errorf("%s does not say its type, %s", path, o.Type)
			}
		case ok && h.IsRemoved():
			if text := entry(path); !strings.Contains(text, h.Removed.Short()) || !strings.Contains(text, h.Introduced.Short()) {
				t.Errorf("%s was there from %s to %s, and the page says %s", path, h.Introduced.Day(), h.Removed.Day(), text)
			}
		}
	}
}

type timeline struct {
	Revisions []struct {
		H, D    string
		M       bool
		S, G, J int
	}
	Options []struct {
		P, T, D, R string
		L          []int
		V          []string
	}
}

// TestTimeline holds what the page of changes compares to every revision's catalog.
func TestTimeline(t *testing.T) {
	var line timeline
	data(t, shipped()["assets/timeline.js"], &line)
	known := 0
	for _, r := range library().Revisions() {
		c, match := library().At(r.Hash)
		if match != catalog.Exact {
			continue
		}
		at := line.Revisions[known]
		known++
		if !strings.HasPrefix(r.Hash, at.H) || at.D != r.Day() {
			t.Fatalf("%s stands where %s should", at.H, r.Hash)
		}
		declared := map[string]string{}
		for _, o := range line.Options {
			alive := false
			for _, state := range o.L {
				alive = alive != (state <= at.S)
			}
			if alive {
				declared[o.P] = o.T + o.R
			}
		}
		want := map[string]string{}
		for _, o := range c.Options() {
			want[o.Path] = o.Type + o.RenamedTo
		}
		if !maps.Equal(declared, want) {
			t.Fatalf("%s has other options", at.H)
		}
	}
	if known != len(line.Revisions) || known < 500 {
		t.Errorf("%d revisions are known, %d are on the page", known, len(line.Revisions))
	}
}

// TestSearch reads the index as site.js does.
func TestSearch(t *testing.T) {
	var index struct {
		Pages   []struct{ File, Label string }
		Kinds   []string
		Entries [][]any
		Words   string
	}
	data(t, shipped()["assets/search.js"], &index)
	has := map[string]bool{} // kind, page and title
	for _, e := range index.Entries {
		has[index.Kinds[int(e[0].(float64))]+" "+index.Pages[int(e[1].(float64))].File+" "+e[3].(string)] = true
	}
	for _, want := range []string{
		"section 07-nixos-modules.html Which SoM am I?", "option options.html hardware.nvidia-jetpack.som",
		"option options.html hardware.nvidia-jetpack.bootloader.logo", "message 03-overlays-and-overrides.html attribute 'nvidia-jetpack' missing",
	} {
		if !has[want] {
			t.Errorf("the index does not have %q", want)
		}
	}
	kinds := map[string]int{}
	for entry := range has {
		kind, _, _ := strings.Cut(entry, " ")
		kinds[kind]++
	}
	for kind, least := range map[string]int{"section": 400, "option": 100, "member": 40, "message": 100} {
		if kinds[kind] < least {
			t.Errorf("the index has %d entries of the kind %s", kinds[kind], kind)
		}
	}
	// Each place of a word is an entry.
	for line := range strings.Lines(index.Words) {
		fields := strings.Fields(line)
		at := 0
		for _, step := range fields[1:] {
			n, err := strconv.ParseInt(step, 36, 0)
			if at += int(n); err != nil || at >= len(index.Entries) {
				t.Fatalf("the line %q leads nowhere", line)
			}
		}
	}
	// The anchor of an entry without one follows from its title, as site.js makes it.
	collection := pill.Load(pills.FS)
	for _, e := range index.Entries {
		file, title, anchor := index.Pages[int(e[1].(float64))].File, e[3].(string), e[2].(string)
		if index.Kinds[int(e[0].(float64))] == "option" {
			continue
		}
		if anchor == "" {
			anchor = strings.Map(func(r rune) rune {
				if r == ' ' {
					return '-'
				}
				if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_-", r) {
					return r
				}
				return -1
			}, strings.ToLower(title))
		}
		ref := strings.TrimSuffix(file, ".html") + "#" + anchor
		if section, ok := collection.Find(ref); !ok || section.Anchor != anchor {
			t.Errorf("the entry %q leads to %s, which is not there", title, ref)
		}
	}
}
