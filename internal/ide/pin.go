package ide

import (
	"fmt"
	"path/filepath"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
	"jetpills/internal/workspace"
)

// pinNote says in a few words how it is known that a catalog holds, or that it
// is not known.
func pinNote(p workspace.Pinned) string {
	asked := short(p.Pin.Revision)
	switch {
	case p.Read:
		return readNote(p)
	case !p.Pin.Found():
		return "the newest known; nothing here pins one"
	case p.Match == catalog.Exact:
		return "pinned by " + pinnedBy(p.Pin)
	case p.Match == catalog.NoModules && upstream.SameRevision(p.Pin.Revision, p.Catalog.Revision.Hash):
		return "which declares no options yet, pinned by " + pinnedBy(p.Pin)
	case p.Match == catalog.NoModules:
		return fmt.Sprintf("the last before %s, whose options cannot be evaluated, pinned by %s", asked, pinnedBy(p.Pin))
	case p.Pin.Known == upstream.FromCheckout:
		return "the newest known; this is a checkout of jetpack-nixos"
	case asked == "":
		return fmt.Sprintf("the newest known; %s names no revision", pinnedBy(p.Pin))
	case !upstream.IsRevision(p.Pin.Revision):
		return fmt.Sprintf("the newest known; %s asks for %s, which is no commit", pinnedBy(p.Pin), p.Pin.Revision)
	case p.ByDate:
		return fmt.Sprintf("the last known before %s, which is pinned by %s", asked, pinnedBy(p.Pin))
	}
	return fmt.Sprintf("the newest known; %s pins %s, which is newer or unknown", pinnedBy(p.Pin), asked)
}

// readNote says where the source lies that a catalog was read from.
func readNote(p workspace.Pinned) string {
	const read = "read from its source "
	switch {
	case p.Pin.Known == upstream.FromCheckout:
		if p.Pin.Revision == "" {
			return read + "in this checkout"
		}
		return read + "in this checkout of " + code(short(p.Pin.Revision))
	case p.Checkout.Found():
		note := read + "at " + code(p.Checkout.Dir) + ", which the setting names"
		if p.IsOwn() {
			return note
		}
		if p.Pin.Revision == "" {
			return note + "; " + pinnedBy(p.Pin) + " names no revision"
		}
		return note + "; " + pinnedBy(p.Pin) + " pins " + short(p.Pin.Revision)
	case p.Source.Location.Fixed:
		return "pinned by " + pinnedBy(p.Pin) + ", " + read + "in the Nix store"
	}
	dir := p.Source.Location.Dir
	if near, err := filepath.Rel(filepath.Dir(p.Pin.Source), dir); err == nil && filepath.IsLocal(near) {
		dir = "./" + filepath.ToSlash(near)
	}
	return "pinned by " + pinnedBy(p.Pin) + ", " + read + "at " + code(dir)
}

// revisionName is a commit and its day as they follow a name; nothing for one that is not known.
func revisionName(r catalog.Revision, show func(string) string) string {
	switch {
	case !r.Known():
		return ""
	case r.Date.IsZero():
		return " " + show(r.Short())
	}
	return " " + show(r.Short()) + " (" + r.Day() + ")"
}

// pinnedBy names what pins a revision.
func pinnedBy(p upstream.Pin) string {
	switch p.Known {
	case upstream.FromSetting:
		return "the setting"
	case upstream.FromModeline:
		return "a comment in this file"
	case upstream.FromURL:
		if p.Source != "" {
			return "an address in `" + filepath.Base(p.Source) + "`"
		}
		return "an address in this file"
	case upstream.FromNpins:
		return "`npins/sources.json`"
	case upstream.FromNiv:
		return "`nix/sources.json`"
	case upstream.FromLon:
		return "`lon.lock`"
	case upstream.FromCheckout:
		return "the checkout"
	}
	return "`" + string(p.Known) + "`"
}

func short(revision string) string { return revision[:min(7, len(revision))] }

// Pin is which jetpack-nixos holds for a document, in short.
type Pin struct {
	// Revision is the commit that the facts hold for, or, for a checkout, the one that is checked out.
	Revision catalog.Revision
	Day      string   // the day of the commit; empty if that is not known
	Note     string   // how that is known
	Source   string   // the file that says so; may be empty
	JetPack  []string // the versions that the revision carries, oldest first
	Major    string   // the generation that the document's SoM gets; empty if that is not known
}

// PinOf is which jetpack-nixos holds for a document.
func PinOf(sn *workspace.Snapshot, doc *workspace.Document) Pin {
	pinned := sn.Catalog(doc)
	revision := pinned.Catalog.Revision
	if !revision.Known() {
		var known bool
		if revision, known = sn.Library().Revision(pinned.Pin.Revision); !known {
			revision.Hash = pinned.Pin.Revision
		}
	}
	pin := Pin{
		Revision: revision, Note: plainText(pinNote(pinned)), Source: pinned.Pin.Source, JetPack: []string{},
	}
	if !revision.Date.IsZero() {
		pin.Day = revision.Day()
	}
	for _, g := range pinned.Catalog.Generations() {
		pin.JetPack = append(pin.JetPack, g.JetPack)
	}
	config := configured(pinned.Catalog, doc)
	if pin.Major = config.major; pin.Major == "" {
		if som, ok := pinned.Catalog.SoM(config.som); ok {
			pin.Major = som.DefaultMajor
		}
	}
	return pin
}

// PinLine says which revision holds, and how that is known.
func PinLine(p workspace.Pinned) string {
	r := p.Catalog.Revision
	whole := func(string) string { return r.Hash }
	return "jetpack-nixos" + revisionName(r, whole) + ", " + plainText(pinNote(p))
}

// PinReport says which revision holds, and how that is known: a few lines for a
// person.
func PinReport(p workspace.Pinned) string {
	out := PinLine(p) + "\n"
	if p.Pin.Source != "" {
		out += "from " + p.Pin.Source
		if p.Pin.Input != "" {
			out += ", input " + p.Pin.Input
		}
		out += "\n"
	}
	if p.Pin.Fork {
		out += "a fork: " + p.Pin.Repository() + "\n"
	}
	return out
}
