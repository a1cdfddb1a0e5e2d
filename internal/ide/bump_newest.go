package ide

import (
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Newer is what is known of a newer revision of jetpack-nixos where a document pins an older one.
type Newer struct {
	// Span is where the pin is written: the names of the address in a flake, an address anywhere else, or the name of an input
	// that has none.
	Span text.Span
	// Newest is the newest revision that is known.
	Newest catalog.Revision
	// Summary is what that would change; nil as long as it is not known.
	Summary *BumpSummary
}

// NewerThanPin finds out what the newest known revision would change for the configuration that a document belongs to, if the
// document pins an older one: in the inputs of a flake, or by an address in another file. It evaluates the hosts, once for a
// snapshot, and gives what is known at once if the snapshot is Done before that.
func NewerThanPin(sn *workspace.Snapshot, doc *workspace.Document) (Newer, bool) {
	q := newQuery(sn, doc)
	found, ok := q.newerAtPin()
	if ok && found.Summary == nil {
		found.Summary, _ = sn.Once(q.newerKey(), func() any {
			if summary := NewBump(sn, sn.Library().Newest()).Summary(doc); summary != nil {
				return summary
			}
			return nil
		}).(*BumpSummary)
	}
	return found, ok
}

// newerKey is what the snapshot keeps the summary of a document by.
type newerKey struct{ uri string }

func (q *query) newerKey() newerKey { return newerKey{q.doc.URI} }

// newer is what is known of a newer revision than the pinned one, without an evaluation. Nothing is said of forks, and of
// commits that are not known: they may be newer.
func (q *query) newer() (found Newer, ok bool) {
	newest := q.sn.Library().Newest().Revision
	pinned := q.pinned.Catalog.Revision
	_, isKnown := q.sn.Library().Revision(pinned.Hash)
	if !q.isCertain() || q.pinned.Pin.Fork || !isKnown || pinned.Hash == newest.Hash {
		return found, false
	}
	found.Newest = newest
	found.Summary, _ = q.sn.Known(q.newerKey()).(*BumpSummary)
	return found, true
}

// newerAtPin is newer, where the document is what says which jetpack-nixos is built.
func (q *query) newerAtPin() (found Newer, ok bool) {
	if found, ok = q.newer(); !ok {
		return found, false
	}
	if found.Span = q.pinAddress(); found.Span != (text.Span{}) {
		return found, true
	}
	input := q.pinned.Pin.Input // of another input, it is pinned by that one's flake
	if !flakes(q, nil) || input == "" || strings.Contains(input, "/") || q.doc.Dir() != filepath.Clean(q.pinned.Pin.Root()) {
		return found, false
	}
	ok = false
	module.Places(q.doc.Tree(), func(place module.Place) bool {
		if place.Kind != module.DefinedName && place.Kind != module.ValuePlace {
			return true
		}
		_, isInput := q.definedInput(&place)
		if isInput && (!ok || place.Kind == module.ValuePlace) {
			found.Span, ok = place.Span, true
			if b, isValue := syntax.AsBinding(place.Node.Parent()); isValue {
				found.Span = b.Path().Span()
			}
		}
		return !isInput || place.Kind != module.ValuePlace
	})
	return found, ok
}

// pinAddress is the address in the document that pins jetpack-nixos for it; an empty span for none.
func (q *query) pinAddress() text.Span {
	if f := q.pinned.Pin.Format; f != pins.Address && f != pins.Fetch || q.pinned.Pin.File != q.doc.Path {
		return text.Span{}
	}
	_, n := pins.AddressIn(q.doc.Tree())
	return n.Span()
}

// Title says it on one line.
func (n Newer) Title() string {
	title := "newest known " + n.Newest.Short()
	if n.Summary == nil {
		return title
	}
	switch changes := n.Summary.Changes(); {
	case changes > 0:
		title += "; " + text.Count(changes, "change") + " for you"
	case n.Summary.isWhole():
		title += "; nothing changes for you"
	}
	return title
}

// newerRow is the fact that a newer revision is known, of a source that may be another than what pins jetpack-nixos for the document:
// nothing is said then of what that would change.
func (q *query) newerRow() (row, bool) {
	found, ok := q.newer()
	if !ok {
		return row{}, false
	}
	isOwn := func(p workspace.Pinned) bool { return p.Catalog == q.pinned.Catalog }
	if !slices.ContainsFunc(q.sn.Catalogs(q.doc), isOwn) {
		return row{"Newest known", dayOf(found.Newest), markup.Format("newest known %s", markup.Code(found.Newest.Short()))}, true
	}
	return found.row(), true
}

// row is the same in a hover.
func (n Newer) row() row {
	_, changes, _ := strings.Cut(n.Title(), "; ")
	value, brief := dayOf(n.Newest), markup.Format("newest known %s", markup.Code(n.Newest.Short()))
	if changes != "" {
		value, brief = markup.Format("%s; %s", value, changes), markup.Format("%s, %s", brief, changes)
	}
	switch how := markup.Code("jetpills check --rev newest"); {
	case changes == "":
		value = markup.Format("%s; %s shows what would change", value, how)
	case n.Summary.Changes() > 0:
		value = markup.Format("%s, which %s lists", value, how)
	}
	return row{"Newest known", value, brief}
}
