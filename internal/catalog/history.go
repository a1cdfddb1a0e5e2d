package catalog

import (
	"encoding/json"
	"slices"
	"sync"
)

// History is what became of one option on upstream's mainline.
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

// read goes through the mainline once, commit by commit at which the option is another one than before.
func (p *past) read(l *Library, path string) {
	p.once.Do(func() {
		p.values = map[string]Revision{}
		p.history = History{Path: path, Introduced: p.since, AliasSince: p.aliasSince}
		h, last := &p.history, -1
		for _, commit := range l.mainline {
			now := p.versions.alive(l.commits[commit].Source)
			if now == last {
				continue
			}
			last = now
			r := l.commits[commit].Revision
			if now < 0 {
				h.Removed, h.Reintroduced = r, Revision{}
				continue
			}
			if h.IsRemoved() {
				h.Reintroduced = r
			}
			var o Option
			_ = json.Unmarshal([]byte(p.versions[now].value), &o)
			o.complete(path)
			if h.RenamedTo == "" {
				h.RenamedTo = o.RenamedTo
			}
			for _, v := range o.Values {
				if _, ok := p.values[v]; !ok {
					p.values[v] = r
				}
			}
		}
	})
}
