package catalog

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Library is all of history: one catalog per revision, made on first use. It is safe for concurrent use.
type Library struct {
	commits        []Commit
	found          sync.Map // indexes into commits, by the hashes that were asked for, short or not
	mainline       []int    // the commits on the first-parent line whose source differs from that of the one before
	firstSeen      []int    // by source, the first mainline commit that has it; more than there are for none
	options        timeline
	optionWords    func() map[string]bool // the names in the paths of options
	packages       func() timeline
	effects        func() timeline
	evaluated      func() Evaluated
	cells          func() map[fitKey]Combination // the evaluated combinations
	summaries      func() map[string]string      // of options
	otherSummaries func() map[string]string      // the summaries of packages and values
	marked         func() map[string]string      // the descriptions with marks, by what is shown of them
	places         func() places
	names          func() map[string]string // the kinds and summaries of names

	mu       sync.Mutex
	catalogs map[int]*Catalog // by index into commits
	bySource map[int]*Catalog // without a revision

	pastMu sync.Mutex
	past   map[string]*past // by option path
}

// Newest returns the catalog of the newest revision known.
func (l *Library) Newest() *Catalog { return l.at(len(l.commits) - 1) }

// At returns the catalog that holds at rev, a full hash or at least its first seven digits.
// It always returns a catalog; the Match says what it is worth.
func (l *Library) At(rev string) (*Catalog, Match) {
	i, ok := l.find(rev)
	switch {
	case !ok:
		return l.Newest(), Unknown
	case l.commits[i].Catalog == i:
		return l.at(i), Exact
	case l.commits[i].Catalog < 0:
		return l.at(i), NoModules
	default:
		return l.at(l.commits[i].Catalog), NoModules
	}
}

// Before returns the catalog of the last mainline revision made on the day of t or earlier: the best guess for
// a fork of which only the date is known. It returns nothing where no revision with options is that old.
func (l *Library) Before(t time.Time) (*Catalog, bool) {
	day := t.UTC().Format(time.DateOnly)
	for i, c := range slices.Backward(l.commits) {
		if c.Mainline && c.Catalog == i && c.Day() <= day {
			return l.at(i), true
		}
	}
	return nil, false
}

// Revision finds a commit by its full hash or at least its first seven digits.
func (l *Library) Revision(rev string) (Revision, bool) {
	i, ok := l.find(rev)
	if !ok {
		return Revision{}, false
	}
	return l.commits[i].Revision, true
}

// Generations returns the JetPack generations of a revision, oldest first, and makes no catalog for that; none where it has no catalog
// of its own.
func (l *Library) Generations(rev string) []Generation {
	i, ok := l.find(rev)
	if !ok || l.commits[i].Catalog != i {
		return nil
	}
	return l.generationsOf(l.commits[i].Source)
}

// Mainline returns the commits of the first-parent line that changed the source, the oldest first.
func (l *Library) Mainline() []Revision {
	all := make([]Revision, len(l.mainline))
	for i, commit := range l.mainline {
		all[i] = l.commits[commit].Revision
	}
	return all
}

// IsMainline reports whether a commit is one of the first-parent line.
func (l *Library) IsMainline(r Revision) bool {
	i, ok := l.find(r.Hash)
	return ok && l.commits[i].Mainline
}

// Revisions returns every commit known, in the order of history (a commit comes after its parents).
func (l *Library) Revisions() []Revision {
	out := make([]Revision, len(l.commits))
	for i, c := range l.commits {
		out[i] = c.Revision
	}
	return out
}

// find finds a commit by a full hash or a prefix of at least seven digits that fits one commit only.
func (l *Library) find(rev string) (int, bool) {
	rev = strings.ToLower(rev)
	if len(rev) < 7 || len(rev) > 40 {
		return 0, false
	}
	if i, ok := l.found.Load(rev); ok {
		return i.(int), true
	}
	found := -1
	for i, c := range slices.Backward(l.commits) {
		if strings.HasPrefix(c.Hash, rev) {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	if found >= 0 {
		l.found.Store(rev, found)
	}
	return found, found >= 0
}

// at makes the catalog of one commit, one without options where Nix refuses them and no ancestor has any. Commits of the
// same source share all but the revision.
func (l *Library) at(i int) *Catalog {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c, ok := l.catalogs[i]; ok {
		return c
	}
	commit := l.commits[i]
	shared, ok := l.bySource[commit.Source]
	if refused := commit.Catalog != i; !ok || refused {
		var options []Option
		if !refused {
			options = l.optionsOf(commit.Source)
		}
		assertions := func() []Assertion { return l.assertionsOf(commit.Source) }
		shared = l.catalog(l.state(commit.Source), l.tree(options), assertions, func() Contents { return l.contentsOf(commit.Source) })
		shared.effects = sync.OnceValue(func() []Effect { return l.effectsOf(commit.Source) })
		if !refused {
			l.bySource[commit.Source] = shared
		}
	}
	c := *shared
	c.Revision, c.NixOS = commit.Revision, l.nixOS(i)
	l.catalogs[i] = &c
	return &c
}

// IsBefore reports whether a commit comes before another in history; it is not ok where either is not known.
func (l *Library) IsBefore(rev, other string) (before, ok bool) {
	i, known := l.find(rev)
	j, ok := l.find(other)
	return i < j, known && ok
}

// Era returns the first and the last mainline commits whose options are most like a catalog's, which is that of a source without a known
// commit. It is not ok for one that is like none.
func (l *Library) Era(c *Catalog) (first, last Revision, ok bool) {
	has := map[string]bool{}
	for _, o := range c.Options() {
		has[o.Path] = true
	}
	paths := map[string]timeline{}
	for _, v := range l.options.kind(optionEntry) {
		paths[v.name()] = append(paths[v.name()], v)
	}
	unlike := map[int]int{} // options that one of them alone has, by source
	least := len(has)/4 + 1
	for _, commit := range l.mainline {
		source := l.commits[commit].Source
		n, seen := unlike[source]
		if !seen {
			for path := range has {
				if _, known := paths[path]; !known {
					n++
				}
			}
			for path, versions := range paths {
				if (versions.alive(source) >= 0) != has[path] {
					n++
				}
			}
			unlike[source] = n
		}
		switch {
		case n < least:
			first, last, least = l.commits[commit].Revision, l.commits[commit].Revision, n
		case n == least && first.Known():
			last = l.commits[commit].Revision
		}
	}
	return first, last, first.Known()
}

// MainlineBefore returns the catalog of the last mainline revision with options before a commit.
func (l *Library) MainlineBefore(r Revision) (*Catalog, bool) {
	i, ok := l.find(r.Hash)
	for i--; ok && i >= 0; i-- {
		if c := l.commits[i]; c.Mainline && c.Catalog == i {
			return l.at(i), true
		}
	}
	return nil, false
}

// States returns catalogs with all that differs between revisions in what their options, packages, outputs and versions are called:
// of revisions that are alike in that, the catalog of the newest. The oldest comes first.
func (l *Library) States() []*Catalog {
	var all []*Catalog
	seen := map[string]bool{}
	for i, c := range slices.Backward(l.commits) {
		if c.Catalog != i {
			continue
		}
		one := l.at(i)
		if names := one.names(); !seen[names] {
			seen[names] = true
			all = append(all, one)
		}
	}
	slices.Reverse(all)
	return all
}

// names are all that a catalog's things are called, as text.
func (c *Catalog) names() string {
	var b strings.Builder
	for _, o := range c.Options() {
		fmt.Fprintln(&b, o.Path, o.Values, o.RenamedTo)
	}
	for _, g := range c.Generations() {
		fmt.Fprintln(&b, g)
	}
	for _, p := range c.Packages() {
		fmt.Fprintln(&b, p.Name, p.Generations)
	}
	for _, a := range c.OverlayAttributes() {
		fmt.Fprintln(&b, a.Name)
	}
	for _, a := range c.SystemBuild() {
		fmt.Fprintln(&b, a.Name)
	}
	fmt.Fprintln(&b, c.Outputs())
	return b.String()
}

// Modules are the SoMs of the revision that was evaluated, with the numbers of their boards, which stay what they are. Newer revisions
// may know more SoMs.
func (l *Library) Modules() []SoM { return l.evaluated().SoMs }
