package catalog

import (
	"iter"
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

// Gone reports whether the newest revision no longer has the option, not even as an alias.
func (h History) Gone() bool { return h.Removed.Known() && !h.Reintroduced.Known() }

// History returns what became of the option with this dotted path, in every revision up to the newest.
func (l *Library) History(path string) (History, bool) {
	p, ok := l.pastOf(path)
	if !ok {
		return History{}, false
	}
	return p.history(), true
}

// ValueSince returns the mainline revision that brought an enum value, whatever revision a workspace pins;
// the zero Revision for a value that never was on the mainline.
func (l *Library) ValueSince(path, value string) Revision {
	p, ok := l.pastOf(path)
	if !ok {
		return Revision{}
	}
	return p.values()[value]
}

// past is one option in the sources of the mainline.
type past struct {
	library  *Library
	path     string
	versions timeline // of the option
	// since and aliasSince are the first mainline commits that have it, at all and as an alias.
	since, aliasSince Revision
	history           func() History
	values            func() map[string]Revision
}

// past returns the mainline's past of an option; false for one that never was there.
func (l *Library) pastOf(path string) (*past, bool) {
	l.pastMu.Lock()
	defer l.pastMu.Unlock()
	p, ok := l.past[path]
	if !ok {
		p = &past{library: l, path: path, versions: l.options.of(optionEntry + path)}
		p.since, p.aliasSince = l.first(p.versions, func(*version) bool { return true }), l.first(p.versions, (*version).isAlias)
		p.history, p.values = sync.OnceValue(p.readHistory), sync.OnceValue(p.readValues)
		l.past[path] = p
	}
	return p, p.since.Known()
}

// first is the first mainline commit with one of the versions for which is holds.
func (l *Library) first(versions timeline, is func(*version) bool) Revision {
	first := len(l.commits)
	for i := range versions {
		if !is(&versions[i]) {
			continue
		}
		for from, to := range versions[i].spans(len(l.firstSeen)) {
			first = min(first, slices.Min(l.firstSeen[from:to]))
		}
	}
	if first == len(l.commits) {
		return Revision{}
	}
	return l.commits[first].Revision
}

// changes are the mainline commits at which the option is another one than in the commit before; nil where there is none.
func (p *past) changes() iter.Seq2[Revision, *Option] {
	options := make([]Option, len(p.versions))
	for i := range p.versions {
		p.versions[i].decode(&options[i])
	}
	return func(yield func(Revision, *Option) bool) {
		last := -1
		for _, commit := range p.library.mainline {
			now := p.versions.alive(p.library.commits[commit].Source)
			if now == last {
				continue
			}
			last = now
			var o *Option
			if now >= 0 {
				o = &options[now]
			}
			if !yield(p.library.commits[commit].Revision, o) {
				return
			}
		}
	}
}

func (p *past) readHistory() History {
	h := History{Path: p.path, Introduced: p.since, AliasSince: p.aliasSince}
	for r, o := range p.changes() {
		switch {
		case o == nil:
			h.Removed, h.Reintroduced = r, Revision{}
			continue
		case h.Gone():
			h.Reintroduced = r
		}
		if o.RenamedTo != "" && h.RenamedTo == "" {
			h.RenamedTo = o.RenamedTo
		}
	}
	return h
}

func (p *past) readValues() map[string]Revision {
	since := map[string]Revision{}
	for r, o := range p.changes() {
		if o == nil {
			continue
		}
		for _, v := range o.Values {
			if _, ok := since[v]; !ok {
				since[v] = r
			}
		}
	}
	return since
}
