package catalog

import (
	"encoding/json"
	"slices"
	"sync"
)

// History is what became of one option, or of another thing with a name, on upstream's mainline.
type History struct {
	Path string
	// Introduced, AliasSince, Removed and Reintroduced are zero where that did not happen.
	// An option that was removed and came back has both Removed and Reintroduced.
	Introduced   Revision
	AliasSince   Revision
	Removed      Revision
	Reintroduced Revision
	// RenamedTo is the path the option was renamed to.
	RenamedTo string
}

// IsRemoved reports whether the newest revision no longer has the option, not even as an alias.
func (h History) IsRemoved() bool { return h.Removed.Known() && !h.Reintroduced.Known() }

// History returns what became of the option with this dotted path, in every revision up to the newest.
func (l *Library) History(path string) (History, bool) {
	p := l.pastOf(path)
	p.read(l, path)
	return p.history, p.since.Known()
}

// ValueSince returns the mainline revision that brought an enum value, whatever revision a workspace pins;
// the zero Revision for a value that never was on the mainline.
func (l *Library) ValueSince(path, value string) Revision {
	p := l.pastOf(path)
	p.read(l, path)
	return p.values[value]
}

// past is one option in the sources of the mainline.
type past struct {
	versions timeline // of the option
	// since and aliasSince are the first mainline commits that have it, at all and as an alias.
	since, aliasSince Revision

	once    sync.Once
	history History
	values  map[string]Revision // since when
}

func (l *Library) pastOf(path string) *past {
	l.pastMu.Lock()
	defer l.pastMu.Unlock()
	p, ok := l.past[path]
	if !ok {
		p = &past{versions: l.options.of(optionEntry + path)}
		p.since, p.aliasSince = l.first(p.versions, false), l.first(p.versions, true)
		l.past[path] = p
	}
	return p
}

// first is the first mainline commit with one of the versions, or with one that is an alias.
func (l *Library) first(versions timeline, alias bool) Revision {
	first := len(l.commits)
	for i := range versions {
		v := &versions[i]
		if alias && !v.isAlias() {
			continue
		}
		for life := range slices.Chunk(v.life, 2) {
			from, to := life[0], len(l.firstSeen)
			if len(life) == 2 {
				to = life[1]
			}
			first = min(first, slices.Min(l.firstSeen[from:to]))
		}
	}
	if first == len(l.commits) {
		return Revision{}
	}
	return l.commits[first].Revision
}

// read goes through the mainline once.
func (p *past) read(l *Library, path string) {
	p.once.Do(func() {
		p.values = map[string]Revision{}
		p.history = History{Path: path, Introduced: p.since, AliasSince: p.aliasSince}
		l.changes(p.versions, func(r Revision, v *version) {
			p.history.went(r, v != nil)
			if v == nil {
				return
			}
			var o Option
			_ = json.Unmarshal([]byte(v.value), &o)
			o.complete(path)
			if p.history.RenamedTo == "" {
				p.history.RenamedTo = o.RenamedTo
			}
			for _, value := range o.Values {
				if _, ok := p.values[value]; !ok {
					p.values[value] = r
				}
			}
		})
	})
}

// went notes that the thing is there from a mainline revision on, or is not.
func (h *History) went(r Revision, isThere bool) {
	switch {
	case !isThere && h.Introduced.Known() && !h.IsRemoved():
		h.Removed, h.Reintroduced = r, Revision{}
	case isThere && h.IsRemoved():
		h.Reintroduced = r
	case isThere && !h.Introduced.Known():
		h.Introduced = r
	}
}

// changes visits the mainline, commit by commit at which a thing is another version than before; nil where it is not there.
func (l *Library) changes(versions timeline, visit func(r Revision, v *version)) {
	last := -1
	for _, commit := range l.mainline {
		now := versions.alive(l.commits[commit].Source)
		if now == last {
			continue
		}
		if last = now; now < 0 {
			visit(l.commits[commit].Revision, nil)
		} else {
			visit(l.commits[commit].Revision, &versions[now])
		}
	}
}

// MemberHistory returns what became of a member of the nvidia-jetpack scopes, in any of them.
func (l *Library) MemberHistory(name string) (History, bool) {
	return l.historyOf(name, l.packages().of(packageEntry+name), nil)
}

// ScopeHistory returns what became of an attribute that the overlay sets.
func (l *Library) ScopeHistory(name string) (History, bool) {
	return l.historyOf(name, l.packages().of(overlayEntry+name), nil)
}

// OutputHistory returns what became of a name in an output of the flake, nixosModules or packages.x86_64-linux. It counts as there
// where the names of the output are known.
func (l *Library) OutputHistory(output, name string) (History, bool) {
	return l.historyOf(name, l.packages().of(outputEntry+output), func(v *version) bool {
		var names []string
		_ = json.Unmarshal([]byte(v.value), &names)
		return slices.Contains(names, name)
	})
}

// OptionPaths returns the paths of the options of all revisions, sorted.
func (l *Library) OptionPaths() []string {
	var all []string
	for _, v := range l.options.kind(optionEntry) {
		if path := v.name(); len(all) == 0 || all[len(all)-1] != path {
			all = append(all, path)
		}
	}
	return all
}
