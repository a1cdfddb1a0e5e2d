package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
)

// tables are those that evaluations gave, and the project's own descriptions. facts/README.md says more.
type tables struct {
	soms catalog.Evaluated // SoMs, combinations and flash targets
	// packages are about the revision Rev, and so are soms. They hold wherever the files and folders named in Need are the same.
	packages struct {
		Rev   string
		Need  []string
		Scope []struct{ Name, Kind string }
	}
	// generations are the JetPack versions from a mainline commit on; the kernels alone are used.
	generations []struct {
		Since       string
		Generations []catalog.Generation
	}
	refused map[string]bool // commits that Nix refuses to evaluate
	// summaries are those of options and sets of options, otherSummaries those of packages and values, names those of names.
	summaries, otherSummaries, names map[string]string
	// foreign are the words of Nix, nixpkgs, Linux and NVIDIA that are there whether or not upstream's source has them.
	foreign map[string]bool
}

func readTables(folder fs.FS) (*tables, error) {
	t := &tables{refused: map[string]bool{}}
	var refused, foreign []string
	var summaries struct {
		Options, Sets, Packages, Values map[string]string
		Names                           map[string]map[string]string // by kind, then by names with spaces between
	}
	for name, into := range map[string]any{
		"soms.json": &t.soms, "packages.json": &t.packages, "generations.json": &t.generations,
		"refused.json": &refused, "summaries.json": &summaries, "words.json": &foreign,
	} {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for _, rev := range refused {
		t.refused[rev] = true
	}
	t.summaries, t.otherSummaries = summaries.Options, summaries.Packages
	maps.Copy(t.otherSummaries, summaries.Values)
	if t.summaries == nil {
		t.summaries = map[string]string{}
	}
	maps.Copy(t.summaries, summaries.Sets)
	t.foreign = map[string]bool{}
	for _, word := range foreign {
		t.foreign[word] = true
	}
	t.names = map[string]string{}
	for kind, all := range summaries.Names {
		for names, summary := range all {
			for _, name := range strings.Fields(names) {
				if t.names[name] != "" {
					return nil, fmt.Errorf("summaries.json describes %s twice", name)
				}
				t.names[name] = kind + ": " + summary
				if !strings.HasSuffix(kind, "of jetpack-nixos") && kind != "option of NixOS" {
					t.foreign[name[strings.LastIndexByte(name, '.')+1:]] = true
				}
			}
		}
	}
	return t, nil
}

// descriptions are all of them.
func (t *tables) descriptions() []string {
	var all []string
	for _, of := range []map[string]string{t.summaries, t.otherSummaries, t.names} {
		all = slices.AppendSeq(all, maps.Values(of))
	}
	return all
}

// checkMarks checks that the marks in descriptions name commits, and what is there at the newest and known of at all others.
func (t *tables) checkMarks(l *catalog.Library) error {
	newest := l.Newest().Revision
	for _, words := range t.descriptions() {
		for _, s := range catalog.MarkedSentences(words) {
			kind, commit, _ := strings.Cut(s.Mark, " ")
			witnesses, ok := pill.ReadWitnesses(s.Mark)
			if !ok && kind != "" {
				if _, ok = l.Revision(commit); !ok || kind == "while" {
					return fmt.Errorf("summaries.json: [%s] behind %q names no commit, line or word", s.Mark, s.Words)
				}
			}
			for _, w := range witnesses {
				has, known := l.HasWord(newest, w.Word, true)
				if w.Word == "" {
					_, _, has, known = l.LineAt(newest, newest, w.Path, w.Line)
				}
				if !has || !known {
					return fmt.Errorf("summaries.json: [%s] behind %q names a line or a word that is not known at all revisions; -upstream finds it", s.Mark, s.Words)
				}
			}
		}
	}
	return nil
}

// evaluated are the tables as the catalog has them: without what the sources say too.
func (t *tables) evaluated() catalog.Evaluated {
	e := t.soms
	e.SoMs = slices.Clone(e.SoMs)
	for i := range e.SoMs {
		e.SoMs[i].DefaultMajor, e.SoMs[i].Majors = "", nil
	}
	e.Kinds = map[string]string{}
	for _, p := range t.packages.Scope {
		e.Kinds[p.Name] = p.Kind
	}
	return e
}

// sortFamilies sorts families of SoMs by the age of their chips.
func (t *tables) sortFamilies(families []string) {
	chip := func(family string) string {
		for _, s := range t.soms.SoMs {
			if s.Family == family {
				return s.ChipID
			}
		}
		return "new"
	}
	slices.SortStableFunc(families, func(a, b string) int { return strings.Compare(chip(a), chip(b)) })
}

// evaluate adds what was evaluated to the sources of commits: the kernels, and the names of the tables that hold.
func (h *history) evaluate(fresh []int) error {
	if err := h.holds(fresh); err != nil {
		return err
	}
	return h.kernels(fresh)
}

func (h *history) holds(fresh []int) error {
	const root = "modules/default.nix"
	need := map[catalog.Table][]string{
		catalog.TableBoards:       {root, "modules/devices.nix"},
		catalog.TableCapabilities: {root, "modules/cuda.nix"},
		catalog.TablePackages:     h.packages.Need,
	}
	paths := append([]string{root, "modules/devices.nix", "modules/cuda.nix"}, h.packages.Need...)
	revs := []string{h.packages.Rev}
	for _, i := range fresh {
		revs = append(revs, h.commits[i].rev)
	}
	objects, err := h.clone.objects(revs, paths)
	if err != nil {
		return err
	}
	reference := objects[h.packages.Rev]
	roots := map[string]string{}
	text := func(object string) (string, error) {
		if _, ok := roots[object]; !ok && object != "" {
			if roots[object], err = h.clone.git("", "cat-file", "blob", object); err != nil {
				return "", err
			}
		}
		return roots[object], nil
	}
	evaluated, err := text(reference[root])
	if err != nil {
		return err
	}
	rule := assertionOn("xavierNxDevkit", evaluated)
	for _, i := range fresh {
		s, here := h.sources[i], objects[h.commits[i].rev]
		if s == nil {
			continue
		}
		for table, files := range need {
			if !slices.ContainsFunc(files, func(file string) bool { return here[file] == "" || here[file] != reference[file] }) {
				s.Holds = append(s.Holds, table)
			}
		}
		module, err := text(here[root])
		if err != nil {
			return err
		}
		if rule != "" && strings.Contains(module, rule) {
			s.Holds = append(s.Holds, catalog.TableCarriers)
		}
		slices.Sort(s.Holds)
	}
	return nil
}

// assertionOn is the text of the only assertion that names a value, up to its message; nothing if there is no such.
func assertionOn(value, module string) string {
	found := ""
	for _, part := range strings.Split(module, "assertion = ")[1:] {
		condition, _, _ := strings.Cut(part, "message = ")
		if !strings.Contains(condition, `"`+value+`"`) {
			continue
		}
		if found != "" {
			return ""
		}
		found = "assertion = " + condition
	}
	return strings.TrimRight(found, " \n")
}

// kernels sets the kernel of each generation. On the mainline up to the newest evaluated revision those of generations.json
// hold until the next ones; beside it, where the mainline had the same ones when the branch left and when it was merged.
// In later commits, the kernel is that of the first parent while the files that choose it are the same.
func (h *history) kernels(fresh []int) error {
	states := map[string]int{}
	for i, s := range h.generations {
		states[s.Since] = i
	}
	now, last := -1, len(h.commits)      // the state, and the index of the newest evaluated revision
	state := make([]int, len(h.commits)) // of a mainline commit; beside it, of the newest mainline ancestor
	merge := make([]int, len(h.commits)) // the mainline commit that brought a commit
	base := make([]int, len(h.commits))
	for i, c := range h.commits {
		if c.rev == h.packages.Rev {
			last = i
		}
		merge[i], base[i] = -1, -1
		for _, parent := range c.parents {
			base[i] = max(base[i], base[parent])
		}
		if !c.mainline {
			continue
		}
		if at, ok := states[c.rev]; ok {
			now = at
		}
		state[i], base[i] = now, i
		for todo := []int{i}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if merge[at] < 0 {
				merge[at] = i
				todo = append(todo, h.commits[at].parents...)
			}
		}
	}
	for _, i := range fresh {
		s := h.sources[i]
		if s == nil || len(s.Generations) == 0 {
			continue
		}
		var from []catalog.Generation
		switch {
		case merge[i] > last:
			parent := h.commits[i].parents[0]
			if h.sources[parent] != nil {
				for _, g := range h.sources[parent].Generations {
					same, err := h.sameKernel(h.commits[parent].rev, h.commits[i].rev, g.L4T)
					if err != nil {
						return err
					}
					if same {
						from = append(from, g)
					}
				}
			}
		case base[i] >= 0 && state[base[i]] >= 0 && state[base[i]] == state[merge[i]]:
			from = h.generations[state[merge[i]]].Generations
		}
		for at := range s.Generations {
			g := &s.Generations[at]
			for _, k := range from {
				if k.Major == g.Major && k.L4T == g.L4T {
					g.Kernel, g.RealtimeSuffix = k.Kernel, k.RealtimeSuffix
				}
			}
		}
	}
	return nil
}

// sameKernel reports whether two revisions take the kernel for an L4T version from the same file, in the same way.
func (h *history) sameKernel(a, b, l4t string) (bool, error) {
	major, _, _ := strings.Cut(l4t, ".")
	var texts [2]string
	for i, rev := range []string{a, b} {
		objects, err := h.clone.objects([]string{rev}, []string{"pkgs/kernels/r" + major + "/default.nix", "mk-overlay.nix"})
		if err != nil || len(objects[rev]) < 2 {
			return false, err
		}
		overlay, err := h.clone.git("", "cat-file", "blob", objects[rev]["mk-overlay.nix"])
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(overlay) {
			if strings.Contains(line, "kernels/") {
				texts[i] += strings.TrimSpace(line) + "\n"
			}
		}
		if texts[i] == "" {
			return false, nil
		}
		texts[i] += objects[rev]["pkgs/kernels/r"+major+"/default.nix"]
	}
	return texts[0] == texts[1], nil
}
