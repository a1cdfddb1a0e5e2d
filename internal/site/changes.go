package site

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// What assets/changes.js compares: the revisions that can be compared, and what each of them declares, each thing once for as long as it
// stays the same. The script says what catalog.Diff says, in the words of jetpills options --diff.
type (
	timeline struct {
		Revisions   []revision        `json:"revisions"`
		Options     []optionVersion   `json:"options"`
		Generations [][]generation    `json:"generations"` // by revision.Generations
		Majors      [][][2]string     `json:"majors"`      // by revision.Majors: a SoM and its JetPack
		Removed     map[string]string `json:"removed"`     // by the path of an option that is gone: since when
	}
	revision struct {
		Hash        string `json:"h"` // its first digits
		Day         string `json:"d"`
		Mainline    bool   `json:"m,omitempty"`
		State       int    `json:"s"`
		Generations int    `json:"g"`
		Majors      int    `json:"j"`
	}
	optionVersion struct {
		Path       string   `json:"p"`
		Life       []int    `json:"l"` // the states at which it comes and goes by turns
		Type       string   `json:"t,omitempty"`
		Kind       string   `json:"k,omitempty"`
		Nullable   bool     `json:"u,omitempty"`
		Values     []string `json:"v,omitempty"`
		HasDefault bool     `json:"h,omitempty"`
		Default    string   `json:"d,omitempty"` // as it is shown, on one line
		IsKnown    bool     `json:"n,omitempty"` // the default's source is known
		RenamedTo  string   `json:"r,omitempty"`
		Since      string   `json:"s,omitempty"` // that it is renamed
	}
	generation struct {
		Major    string   `json:"m"`
		Versions []string `json:"v"` // of JetPack, L4T, CUDA, driver and kernel
		Families []string `json:"f,omitempty"`
	}
)

const digits = 12 // of a hash that the page knows

func (s *site) addChanges() error {
	t := s.timeline()
	s.add("assets/timeline.js", script("timeline", t))
	newest := s.newest.Revision
	var l lines
	l.add(`<header class="title"><h1>What changes</h1>`)
	l.add(`<p class="subtitle">Options and JetPack versions, from one revision of jetpack-nixos to another</p></header>`)
	l.add(`<noscript><p>This page compares in your browser, with JavaScript. In a terminal, <code>jetpills options --diff A B</code> says the same.</p></noscript>`)
	l.add(`<div class="compare" hidden data-compare><p class="ends">`)
	for _, end := range [][2]string{{"from", "From"}, {"to", "To"}} {
		l.add(`<label>%s <input name="%s" list="revisions" autocomplete="off" spellcheck="false" size="14"></label>`, end[1], end[0])
	}
	l.add(`<button type="button" data-do="swap">Swap</button></p>`)
	l.add(`<datalist id="revisions"></datalist>`)
	l.add(`<p class="hint">A revision is at least seven digits of a commit, a day such as 2025-10-31, or <code>newest</code>, which is <code>%s</code> of %s.</p>`, newest.Short(), newest.Day())
	l.add(`<p class="presets">%s</p>`, s.presets(t))
	l.add(`</div>`)
	l.add(`<div class="difference" data-difference></div>`)
	s.addPage(page{
		file: changesFile, title: "What changes between revisions of jetpack-nixos",
		description: "Compare any two revisions of jetpack-nixos: options that were added, renamed, changed and removed, and versions of JetPack.",
		content:     l.markup(), scripts: []string{"assets/timeline.js", "assets/changes.js"},
	})
	return nil
}

// presets lead from the revisions before each new version of JetPack to the newest.
func (s *site) presets(t timeline) markup {
	var all []markup
	before := map[string]bool{}
	last := -1
	for i, r := range t.Revisions {
		if !r.Mainline {
			continue
		}
		var fresh []string
		for _, g := range t.Generations[r.Generations] {
			if v := g.Versions[0]; v != "" && !before[v] {
				before[v] = true
				fresh = append(fresh, v)
			}
		}
		if len(fresh) > 0 && last >= 0 {
			all = append(all, format(`<a href="#%s..newest">JetPack %s <small>%s</small></a>`, t.Revisions[last].Hash[:7], strings.Join(fresh, ", "), r.Day))
		}
		last = i
	}
	slices.Reverse(all)
	return format("From just before %s", joined(all, " "))
}

// timeline reads what every revision declares that has a catalog of its own.
func (s *site) timeline() timeline {
	t := timeline{Removed: map[string]string{}}
	lives := map[string][]int{} // of versions of options, by their JSON
	var order []string
	alive := map[string]bool{}
	states, generations, majors := table{}, table{}, table{}
	for _, r := range s.library.Revisions() {
		c, match := s.library.At(r.Hash)
		if match != catalog.Exact {
			continue
		}
		var now []string
		for _, o := range c.Options() {
			now = append(now, asJSON(versionOf(o)))
		}
		state, isNew := states.number(strings.Join(now, "\n"))
		if isNew {
			is := map[string]bool{}
			for _, version := range now {
				is[version] = true
				if !alive[version] {
					if lives[version] == nil {
						order = append(order, version)
					}
					lives[version] = append(lives[version], state)
				}
			}
			for version := range alive {
				if !is[version] {
					lives[version] = append(lives[version], state)
				}
			}
			alive = is
		}
		g, isNew := generations.number(asJSON(generationsOf(c)))
		if isNew {
			t.Generations = append(t.Generations, generationsOf(c))
		}
		m, isNew := majors.number(asJSON(majorsOf(c)))
		if isNew {
			t.Majors = append(t.Majors, majorsOf(c))
		}
		t.Revisions = append(t.Revisions, revision{r.Hash[:digits], r.Day(), s.library.IsMainline(r), state, g, m})
	}
	slices.Sort(order)
	for _, version := range order {
		var v optionVersion
		_ = json.Unmarshal([]byte(version), &v) // which was written from one
		v.Life = lives[version]
		t.Options = append(t.Options, v)
	}
	for _, path := range s.library.OptionPaths() {
		if h, _ := s.library.History(path); h.IsRemoved() {
			t.Removed[path] = fmt.Sprintf("%s, %s", h.Removed.Short(), h.Removed.Day())
		}
	}
	return t
}

// table numbers texts in the order in which they come.
type table map[string]int

func (t table) number(text string) (n int, isNew bool) {
	n, known := t[text]
	if !known {
		n = len(t)
		t[text] = n
	}
	return n, !known
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types are ours, and have no cycles
	}
	return string(b)
}

func versionOf(o catalog.Option) optionVersion {
	v := optionVersion{
		Path: o.Path, Type: o.Type, Kind: string(o.Kind + " " + o.Elem), Nullable: o.Nullable, Values: o.Values, RenamedTo: o.RenamedTo,
		HasDefault: o.HasDefault, Default: strings.Join(strings.Fields(o.ShownDefault()), " "), IsKnown: o.Default != "",
	}
	if o.AliasSince.Known() {
		v.Since = fmt.Sprintf("%s, %s", o.AliasSince.Short(), o.AliasSince.Day())
	}
	return v
}

func generationsOf(c *catalog.Catalog) []generation {
	all := []generation{}
	for _, g := range c.Generations() {
		all = append(all, generation{g.Major, []string{g.JetPack, g.L4T, g.CUDA, g.Driver, g.Kernel}, g.SoMFamilies})
	}
	return all
}

func majorsOf(c *catalog.Catalog) [][2]string {
	all := [][2]string{}
	for _, m := range c.SoMs() {
		if m.DefaultMajor != "" {
			all = append(all, [2]string{m.Name, m.DefaultMajor})
		}
	}
	return all
}
