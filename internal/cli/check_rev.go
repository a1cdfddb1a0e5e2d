package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// checkBump prints what would change for files if they pinned another revision. The error is an exit if a finding as grave as
// failOn would appear.
func (p *Program) checkBump(w io.Writer, paths []string, rev, format string, failOn ide.Severity) error {
	if format == "sarif" {
		return fmt.Errorf("--rev prints text or json: sarif cannot express changes")
	}
	snapshot, err := p.snapshot()
	if err != nil {
		return err
	}
	to, err := revision(snapshot.Library(), rev)
	if err != nil {
		return err
	}
	b := newBumping(snapshot, to, paths, p.err)
	if err := p.atLength(b); err != nil {
		return err
	}
	from, err := b.from()
	if err != nil {
		if b.unread != nil && b.looked == 0 {
			return b.unread // which was said already
		}
		return err
	}
	if !from.Basis.IsCertain() || from.Pin.Fork {
		for _, line := range ide.PinReport(from) {
			printf(p.err, "jetpills: %s\n", line)
		}
	}
	if format == "json" {
		err = printJSON(w, b.shape(from))
	} else {
		b.print(w, from)
	}
	appears := slices.ContainsFunc(b.findings, func(f finding) bool { return f.Severity <= failOn })
	return cmp.Or(err, b.unread, nothingIf(appears))
}

// bumping is the task to check files for what another revision would change. The findings are those that would appear.
type bumping struct {
	*checking
	bump ide.Bump
	to   *catalog.Catalog

	gone    []finding
	pinned  []workspace.Pinned  // each pin of the files once
	entries []string            // of the configurations of the files
	files   map[string][]string // by entry
	hosts   []ide.HostBump
}

func newBumping(snapshot *workspace.Snapshot, to *catalog.Catalog, paths []string, notes io.Writer) *bumping {
	b := &bumping{checking: newChecking(snapshot, paths, notes), bump: ide.NewBump(snapshot, to), to: to, files: map[string][]string{}}
	b.judge = func(ctx context.Context, doc *workspace.Document, found func(ide.Diagnostic) finding) ([]finding, func()) {
		return b.findingsOf(b.bump.Until(ctx), doc, found)
	}
	return b
}

func (b *bumping) run(ctx context.Context) {
	b.checking.run(ctx)
	var hosts []ide.HostBump
	for _, entry := range b.entries {
		hosts = append(hosts, b.bump.Until(ctx).Hosts(entry, b.files[entry])...)
	}
	b.Lock()
	defer b.Unlock()
	b.hosts = hosts
}

func (b *bumping) doing() string { return cmp.Or(readingHosts(b.bump.To), b.checking.doing()) }

// findingsOf are the findings of a document that would appear, and what keeps what else there is to know of the document.
func (b *bumping) findingsOf(bump ide.Bump, doc *workspace.Document, found func(ide.Diagnostic) finding) ([]finding, func()) {
	pinned := bump.From.Catalog(doc)
	if !pinned.Pin.Found() || pinned.Pin.Format == pins.Checkout || !bump.From.DealsWithJetpack(doc) {
		return nil, nil
	}
	appear, gone := bump.Findings(doc)
	entry := ""
	if c := bump.From.Configuration(doc.Dir()); c != nil {
		entry = c.Entry
	}
	path, goes := doc.Path, each(gone, found)
	var broken []finding
	message := ""
	if errors := doc.Tree().Errors(); len(errors) > 0 {
		broken, message = append(broken, found(ide.Diagnostic{Span: errors[0].Span})), errors[0].Message()
	}
	isSame := func(other workspace.Pinned) bool {
		return other.Pin.Revision == pinned.Pin.Revision && other.Catalog.Revision == pinned.Catalog.Revision
	}
	return each(appear, found), func() {
		for _, f := range broken {
			printf(b.notes, "jetpills: %s:%d:%d: %s: Nix refuses the file\n", f.file, f.lines.StartLine, f.lines.StartColumn, message)
		}
		b.gone = append(b.gone, goes...)
		if !slices.ContainsFunc(b.pinned, isSame) {
			b.pinned = append(b.pinned, pinned)
		}
		if entry != "" {
			if _, known := b.files[entry]; !known {
				b.entries = append(b.entries, entry)
			}
			b.files[entry] = append(b.files[entry], path)
		}
	}
}

// from is what the files pin. It is an error if that is nothing, or more than one revision.
func (b *bumping) from() (workspace.Pinned, error) {
	switch len(b.pinned) {
	case 1:
		if from := b.pinned[0]; !ide.CanCompare(from, b.to) {
			return from, fmt.Errorf("nothing to compare with: %s", ide.PinLine(from))
		}
		return b.pinned[0], nil
	case 0:
		return workspace.Pinned{}, fmt.Errorf("nothing pins jetpack-nixos for %s, so there is nothing to compare with", text.List(b.paths, "and"))
	}
	each := each(b.pinned, func(p workspace.Pinned) string {
		return fmt.Sprintf("%s by %s", cmp.Or(fmt.Sprintf("%.7s", p.Pin.Revision), p.Pin.Branch, "no revision"), cmp.Or(p.Pin.File, "a comment"))
	})
	return workspace.Pinned{}, fmt.Errorf("the files have several pins: %s; check the files of one pin at a time", text.List(each, "and"))
}

// fromRevision is the commit that is pinned, or the one whose facts stand for it.
func fromRevision(p workspace.Pinned) string {
	if pins.IsRevision(p.Pin.Revision) {
		return p.Pin.Revision
	}
	return p.Catalog.Revision.Hash
}

func (b *bumping) print(w io.Writer, from workspace.Pinned) {
	printf(w, "jetpack-nixos %s → %s\n", dated(from.Catalog.Revision, fromRevision(from)), dated(b.to.Revision, b.to.Revision.Hash))
	if fromRevision(from) == b.to.Revision.Hash {
		printf(w, "nothing changes\n")
		return
	}
	saysLittle := len(b.hosts) == 0
	for _, g := range ide.GroupHosts(b.hosts) {
		printf(w, "\n%s\n", g)
		printChanges(w, g)
		saysLittle = saysLittle || len(g.Changes) == 0
	}
	if len(b.hosts) == 0 {
		printf(w, "\nno host of these files is known to be a Jetson, so versions and firmware are left out\n")
	}
	if saysLittle {
		printf(w, "\nthe options of both revisions: jetpills options --diff %s %s\n", from.Catalog.Revision.Short(), b.to.Revision.Short())
	}
	if len(b.findings)+len(b.gone) == 0 {
		printf(w, "\nno finding would appear or disappear\n")
	}
	if n := len(b.findings); n > 0 {
		printf(w, "\n%s would appear:\n\n", text.Count(n, "finding"))
		printFindings(w, b.findings)
	}
	if n := len(b.gone); n > 0 {
		printf(w, "\n%s would disappear:\n", text.Count(n, "finding"))
		for _, f := range b.gone {
			printf(w, "  %s:%d:%d: %s [%s]\n", f.file, f.lines.StartLine, f.lines.StartColumn, f.Message, f.Code)
		}
	}
}

// dated is a commit by its first digits, with its day where that is known of this very commit.
func dated(r catalog.Revision, hash string) string {
	if r.Hash != hash {
		return fmt.Sprintf("%.7s", hash)
	}
	return fmt.Sprintf("%s (%s)", r.Short(), r.Day())
}

func printChanges(w io.Writer, g ide.HostGroup) {
	changes := g.Changes
	if len(changes) == 0 && !g.Silent {
		printf(w, "  no version and no value of an option changes\n")
	}
	for _, note := range g.Notes {
		printf(w, "  %s\n", note)
	}
	label := func(c ide.HostChange) string { return strings.TrimPrefix(c.What, catalog.Namespace+".") }
	width := 0
	for _, c := range changes {
		width = max(width, len(label(c)))
	}
	for _, c := range changes {
		padding := strings.Repeat(" ", width-len(label(c)))
		printf(w, "  %s%s  %s → %s\n", label(c), padding, cmp.Or(c.From, "not known"), c.To)
		for _, note := range c.Notes {
			printf(w, "      %s\n", note)
		}
		if len(c.Notes) > 0 && c.Section.Pill != nil {
			printf(w, "      see: jetpills pills show %s\n", c.Section.Ref())
		}
	}
}

// bumpJSON is the stable form of what another revision changes.
type bumpJSON struct {
	From   string         `json:"from"`
	To     string         `json:"to"`
	Appear []findingJSON  `json:"appear"`
	Go     []findingJSON  `json:"go"`
	Hosts  []hostBumpJSON `json:"hosts"`
}

type hostBumpJSON struct {
	Name    string           `json:"name"`
	Changes []hostChangeJSON `json:"changes"`
	Notes   []string         `json:"notes,omitempty"`
}

// hostChangeJSON has an empty text for what is not known.
type hostChangeJSON struct {
	What  string   `json:"what"`
	From  string   `json:"from"`
	To    string   `json:"to"`
	Notes []string `json:"notes,omitempty"`
	Pill  string   `json:"pill,omitempty"`
}

func (b *bumping) shape(from workspace.Pinned) bumpJSON {
	return bumpJSON{
		From: fromRevision(from), To: b.to.Revision.Hash,
		Appear: each(b.findings, finding.shape), Go: each(b.gone, finding.shape),
		Hosts: each(b.hosts, func(h ide.HostBump) hostBumpJSON {
			return hostBumpJSON{Name: h.Name, Notes: h.Notes, Changes: each(h.Changes, func(c ide.HostChange) hostChangeJSON {
				shape := hostChangeJSON{What: c.What, From: c.From, To: c.To, Notes: c.Notes}
				if c.Section.Pill != nil {
					shape.Pill = c.Section.Ref()
				}
				return shape
			})}
		}),
	}
}
