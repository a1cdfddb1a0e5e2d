package catalog

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
	h, ok := l.data.history[path]
	return h, ok
}

// ValueSince returns the mainline revision that brought an enum value, whatever revision a workspace pins;
// the zero Revision for a value that never was on the mainline.
func (l *Library) ValueSince(path, value string) Revision {
	for _, v := range l.data.values[path] {
		if v.value == value {
			return v.since
		}
	}
	return Revision{}
}
