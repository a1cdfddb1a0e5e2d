package ide

import (
	"path/filepath"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// DocumentLink is a part of a document that names something which can be opened.
type DocumentLink struct {
	text.Span
	// Target is the address: of a file, or of a page of a code host.
	Target string
	// Tooltip is plain text on one line.
	Tooltip string
}

// DocumentLinks are the pills that comments name, and what texts name of jetpack-nixos: the repository in the revision that counts, an
// output, a file. A file is that of the source on disk, where there is one.
func DocumentLinks(sn *workspace.Snapshot, doc *workspace.Document) []DocumentLink {
	if doc.Problem() != nil || !sn.DealsWithJetpack(doc) {
		return nil
	}
	l := links{query: newQuery(sn, doc), pills: PillLinks(sn)}
	tree := doc.Tree()
	for token := range tree.Tokens() {
		if sn.Done() {
			return nil
		}
		switch token.Kind {
		case syntax.Comment:
			l.ofPills(token.Span)
			l.ofReferences(token)
		case syntax.StringText, syntax.URIText:
			l.ofReferences(token)
			l.ofPath(token)
		}
	}
	return l.all
}

type links struct {
	*query
	pills Linker
	all   []DocumentLink
	paths int // how many were looked at
}

// mostPaths bounds how many paths of one text are looked at: each name in them is looked up.
const mostPaths = 100

func (l *links) ofPills(within text.Span) {
	for _, p := range pillsIn(l.sn.Pills(), l.doc.Text, within) {
		anchor := ""
		if p.Level > 1 {
			anchor = p.Anchor
		}
		if to := l.pills(p.Pill.File, anchor); to != "" {
			l.all = append(l.all, DocumentLink{p.Span, to, "Pill " + p.Pill.ID + ": " + p.Pill.Title})
		}
	}
}

// ofReferences adds what references to flakes lead to.
func (l *links) ofReferences(part syntax.Token) {
	source := l.doc.Text
	for from := part.Start; from < part.End; {
		i := strings.IndexAny(source[from:part.End], "#:")
		if i < 0 {
			return
		}
		f, ok := flakeTextAt(source, part.Span, from+i)
		if !ok {
			from += i + 1
			continue
		}
		from = max(f.End, from+i) + 1
		if to := l.targetOf(f, part); to.Target != "" {
			to.Span = f.Span
			l.all = append(l.all, to)
		}
	}
}

// targetOf is what a reference leads to.
func (l *links) targetOf(f flakeText, part syntax.Token) DocumentLink {
	before := l.pinned
	defer func() { l.pinned = before }()
	if f.isLocal() {
		s, ok := l.ownOutputNamed(f)
		if h, isHost := s.(nixosHost); ok && isHost {
			if at, ok := h.declaration(l.query); ok {
				return DocumentLink{Target: workspace.FileLink(at.File, at.Line), Tooltip: "The NixOS configuration " + HostName(h.hosts[0])}
			}
		}
		return DocumentLink{}
	}
	pin, ok := pins.At(f.address, "")
	if !f.isFetched() || !ok || pin.Owner == "" || !strings.HasPrefix(f.address, "github:") && !strings.Contains(f.address, "github.com/") {
		return DocumentLink{}
	}
	at := pin.Revision
	if at == "" {
		at = pin.Branch
		if locked, ok := l.lockedBy(part); ok {
			at = locked
		}
	}
	to := DocumentLink{Target: codeHost(pin, "tree", at, ""), Tooltip: pin.Repository()}
	if f.hash >= 0 {
		if at == "" {
			at = "HEAD"
		}
		to.Target = codeHost(pin, "blob", at, "flake.nix")
	}
	if pins.IsRevision(at) {
		to.Tooltip += " at " + short(at)
	}
	return to
}

// lockedBy is the revision to which the lock file pins the input whose address a string is.
func (l *links) lockedBy(part syntax.Token) (revision string, ok bool) {
	if part.Kind == syntax.Comment || !flakes(l.query, nil) {
		return "", false
	}
	path := module.PathOf(l.doc.Tree().NodeOf(part))
	if !hasForm(path, "inputs.*.url") {
		return "", false
	}
	pinned, ok := l.sn.InputPinned(l.doc, path[1].Name)
	return pinned.Pin.Revision, ok && pinned.Pin.Revision != ""
}

// codeHost is the address of a file or a folder of a repository, of the default branch where no revision is said.
func codeHost(pin pins.Pin, kind, at, file string) string {
	to := "https://github.com/" + pin.Owner + "/" + pin.Repo
	if at != "" {
		to += "/" + kind + "/" + at
	}
	if file != "" {
		to += "/" + file
	}
	return to
}

// ofPath adds the file of jetpack-nixos to which a string leads.
func (l *links) ofPath(part syntax.Token) {
	if !strings.HasPrefix(part.Of(l.doc.Text), "/") || l.paths == mostPaths {
		return
	}
	l.paths++
	before := l.pinned
	defer func() { l.pinned = before }()
	n := l.doc.Tree().NodeOf(part)
	place := module.Place{Kind: module.TextPlace, Span: n.Span(), Node: n, Offset: part.End}
	s, ok := l.sourcePath(&place)
	file, isFile := s.(sourceFile)
	if !ok || !isFile {
		return
	}
	to := DocumentLink{Span: place.Span, Tooltip: "jetpack-nixos " + file.name}
	if at, ok := file.declaration(l.query); ok {
		to.Target = workspace.FileLink(at.File, 1)
	} else if revision := l.pinned.Catalog.Revision; l.isCertain() && revision.Known() {
		pin, kind := l.pinned.Pin, "tree"
		if pin.Owner == "" || pin.Repo == "" {
			pin.Owner, pin.Repo = "anduril", "jetpack-nixos"
		}
		if filepath.Ext(file.name) != "" {
			kind = "blob"
		}
		to.Target = codeHost(pin, kind, revision.Hash, file.name)
		to.Tooltip += " at " + revision.Short()
	}
	if to.Target != "" {
		l.all = append(l.all, to)
	}
}
