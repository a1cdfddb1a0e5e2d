package ide

import (
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/workspace"
)

// absent is the subject of a name that the pinned revision does not have, but another one.
type absent struct {
	undeclared
	topics
	title, what string
	past        catalog.History
	of          markup.Text // whose past that is; empty for its own
	instead     markup.Text // what the revision has in its place; may be empty
	referent    referent
}

// absentOutput is an output of a flake input that the revision of that does not have.
type absentOutput struct {
	absent
	of string // the flake input
}

func (a absentOutput) input() string { return a.of }

func (a absent) sheet(q *query) sheet {
	out := sheet{title: a.title, what: markup.Prose(q.ofRevision(a.what)), rows: []row{q.revisionRow()}}
	if past := q.became(a.of, a.past); !past.Empty() {
		out.remark("%s", past)
	}
	if !a.instead.Empty() {
		out.remark("%s", a.instead)
	}
	return out
}

// ofRevision is a text about this revision, which speaks of the nearest known one where that answers for another, of which nobody knows
// what it has.
func (q *query) ofRevision(words string) string {
	if b := q.pinned.Basis; q.pinned.Pin.Revision != "" && (b == workspace.ByDate || b == workspace.Newest || b == workspace.Earlier) {
		return strings.ReplaceAll(words, "this revision", q.nearness()+" revision")
	}
	return words
}

// became says since when upstream has something that the pinned revision lacks, or until when it had it.
func (q *query) became(something markup.Text, h catalog.History) markup.Text {
	if something.Empty() {
		something = markup.Prose("it")
	}
	switch {
	case !h.Introduced.Known():
		return markup.Text{}
	case !q.pinned.Catalog.Revision.Known() && !h.IsRemoved(): // a source of which nobody knows how old it is
		return markup.Format("Upstream has had %s since %s.", something, dayOf(h.Introduced))
	case !q.pinned.Catalog.Revision.Known():
		return markup.Format("Upstream had %s from %s until %s.", something, dayOf(h.Introduced), dayOf(h.Removed))
	case q.isPast(h.Removed) && h.Reintroduced.Known():
		return markup.Format("Upstream removed %s in %s, and added it again in %s.", something, dayOf(h.Removed), dayOf(h.Reintroduced))
	case q.isPast(h.Removed):
		return markup.Format("Upstream removed %s in %s.", something, dayOf(h.Removed))
	case h.IsRemoved():
		return markup.Format("Upstream added %s in %s, and removed it in %s.", something, dayOf(h.Introduced), dayOf(h.Removed))
	}
	return markup.Format("Upstream added %s in %s.", something, dayOf(h.Introduced))
}

// isPast reports whether a commit, if there is one, is not behind the revision that answers; of a source without a revision it always is.
func (q *query) isPast(r catalog.Revision) bool {
	isAhead, ok := q.sn.Library().IsBefore(q.pinned.Catalog.Revision.Hash, r.Hash)
	return r.Known() && !(ok && isAhead)
}
