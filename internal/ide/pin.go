package ide

import (
	"fmt"
	"path/filepath"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// pinNote says in a few words how it is known that a catalog holds, or that it
// is not known.
func pinNote(p workspace.Pinned) markup.Text {
	asked, by := short(p.Pin.Revision), pinnedBy(p.Pin)
	switch {
	case p.Basis.IsRead():
		return readNote(p)
	case !p.Pin.Found():
		return markup.Prose("the newest known; nothing here pins one")
	case p.Basis == workspace.Exact:
		return markup.Format("pinned by %s", by)
	case p.Basis == workspace.Earlier && pins.SameRevision(p.Pin.Revision, p.Catalog.Revision.Hash):
		return markup.Format("which declares no options yet, pinned by %s", by)
	case p.Basis == workspace.Earlier:
		return markup.Format("the last before %s, whose options cannot be evaluated, pinned by %s", asked, by)
	case p.Pin.Format == pins.Checkout:
		return markup.Prose("the newest known; this is a checkout of jetpack-nixos")
	case asked == "":
		return markup.Format("the newest known; %s names no revision", by)
	case !pins.IsRevision(p.Pin.Revision):
		return markup.Format("the newest known; %s asks for %s, which is not a commit", by, p.Pin.Revision)
	case p.Basis == workspace.ByDate:
		return markup.Format("the last known before %s, which is pinned by %s", asked, by)
	}
	return markup.Format("the newest known; %s pins %s, which is newer or unknown", by, asked)
}

// readNote says where the source lies that a catalog was read from.
func readNote(p workspace.Pinned) markup.Text {
	by := pinnedBy(p.Pin)
	switch {
	case p.Pin.Format == pins.Checkout:
		if p.Pin.Revision == "" {
			return markup.Prose("read from its source in this checkout")
		}
		return markup.Format("read from its source in this checkout of %s", markup.Code(short(p.Pin.Revision)))
	case p.Checkout.Found():
		note := markup.Format("read from its source at %s, which the setting names", markup.Code(p.Checkout.Dir))
		if p.IsOwn() {
			return note
		}
		if p.Pin.Revision == "" {
			return markup.Format("%s; %s names no revision", note, by)
		}
		return markup.Format("%s; %s pins %s", note, by, short(p.Pin.Revision))
	case p.Source.Location.Fixed:
		return markup.Format("pinned by %s, read from its source in the Nix store", by)
	}
	dir := p.Source.Location.Dir
	if near, err := filepath.Rel(filepath.Dir(p.Pin.File), dir); err == nil && filepath.IsLocal(near) {
		dir = "./" + filepath.ToSlash(near)
	}
	return markup.Format("pinned by %s, read from its source at %s", by, markup.Code(dir))
}

// revisionName is a commit and its day as they follow a name; nothing for one that is not known.
func revisionName(r catalog.Revision) string {
	switch {
	case !r.Known():
		return ""
	case r.Date.IsZero():
		return " " + r.Hash
	}
	return " " + r.Hash + " (" + r.Day() + ")"
}

// pinnedBy names what pins a revision.
func pinnedBy(p pins.Pin) markup.Text {
	words, file := p.By()
	if file == "" {
		return markup.Format(words, "this file")
	}
	by := markup.Format(words, markup.Code(file))
	if p.IsDivided {
		by = markup.Format("%s, input %s", by, markup.Code(p.Input))
	}
	return by
}

// short is the first seven characters of a revision: enough digits to know a commit by.
func short(revision string) string { return fmt.Sprintf("%.7s", revision) }

// Pin is which jetpack-nixos holds for a document, in short. But for the revision and the source, its texts are plain text
// on one line.
type Pin struct {
	// Revision is the commit that the facts hold for, or, for a checkout, the one that is checked out.
	Revision catalog.Revision
	Short    string   // its first digits
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
		Revision: revision, Short: text.Visible(revision.Short(), ""), Note: pinNote(pinned).Plain(), Source: pinned.Pin.File, JetPack: []string{},
	}
	if !revision.Date.IsZero() {
		pin.Day = revision.Day()
	}
	for _, g := range pinned.Catalog.Generations() {
		pin.JetPack = append(pin.JetPack, text.Visible(g.JetPack, ""))
	}
	b := (&query{sn: sn, doc: doc, pinned: pinned}).board()
	if pin.Major = b.major; pin.Major == "" {
		if som, ok := pinned.Catalog.SoM(b.som); ok {
			pin.Major = som.DefaultMajor
		}
	}
	pin.Major = text.Visible(pin.Major, "")
	return pin
}

// PinLine says which revision holds, and how that is known.
func PinLine(p workspace.Pinned) string {
	return markup.Format("jetpack-nixos%s, %s", revisionName(p.Catalog.Revision), pinNote(p)).Plain()
}

// PinFile says which file pins a revision; empty where none does.
func PinFile(p workspace.Pinned) string {
	if p.Pin.File == "" {
		return ""
	}
	from := "from " + p.Pin.File
	if p.Pin.Input != "" {
		from += ", input " + p.Pin.Input
	}
	return from
}

// OtherPins are lines that say which of the hosts around a folder go by other revisions than one, and which revisions these are.
func OtherPins(sn *workspace.Snapshot, dir string, first workspace.Pinned) []string {
	c := sn.KnownConfiguration(dir)
	if c == nil {
		return nil
	}
	var order []workspace.Pinned
	hosts := map[workspace.Pinned][]string{}
	for _, h := range c.Hosts {
		p := c.PinnedOf(h)
		if p == first || h.Variant != "" || !ConfiguresJetson(c, h) {
			continue
		}
		if hosts[p] == nil {
			order = append(order, p)
		}
		hosts[p] = append(hosts[p], text.Visible(HostName(h), ""))
	}
	lines := make([]string, len(order))
	for i, p := range order {
		lines[i] = hostsNamed(hosts[p]) + ": " + PinLine(p)
	}
	return lines
}

// PinReport says which revision holds, and how that is known: a few lines for a
// person.
func PinReport(p workspace.Pinned) []string {
	lines := []string{PinLine(p)}
	if from := PinFile(p); from != "" {
		lines = append(lines, from)
	}
	if p.Pin.Fork {
		lines = append(lines, "a fork: "+p.Pin.Repository())
	}
	return lines
}
