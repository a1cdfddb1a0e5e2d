package ide

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// CodeLens is what stands above a host, the command that flashes it, or how many findings it has; or above a pin, what a newer
// revision would change.
type CodeLens struct {
	// Span is where the host is written; empty, at the beginning, for a configuration.nix, which is one as a whole.
	Span text.Span
	// Title is plain text on one line.
	Title string
	// Flash is the command to copy; empty for any other lens.
	Flash string
	// First is the gravest of the findings; nil for any other lens.
	First *Related
	// IsBump says that the lens is about a newer revision.
	IsBump bool
}

// CodeLenses are those of the pin and of the hosts that are written in a document, in order, by what is known without an
// evaluation. NewerThanPin finds out what the lens of the pin says.
func CodeLenses(sn *workspace.Snapshot, doc *workspace.Document) []CodeLens {
	if doc.Problem() != nil || !sn.Settings().CodeLens {
		return nil
	}
	lenses := hostLenses(sn, doc)
	if newer, ok := newQuery(sn, doc).newerAtPin(); ok {
		lenses = append(lenses, CodeLens{Span: newer.Span, Title: newer.Title(), IsBump: true})
	}
	slices.SortStableFunc(lenses, func(a, b CodeLens) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return lenses
}

func hostLenses(sn *workspace.Snapshot, doc *workspace.Document) []CodeLens {
	q := newQuery(sn, doc)
	c := q.knownConfiguration()
	if c == nil {
		return nil
	}
	var hosts []*host.Host
	writtenAt := map[text.Span]int{} // how many
	for _, h := range c.Hosts {
		if isIn(h.At, doc) && h.Variant == "" && ConfiguresJetson(c, h) {
			hosts = append(hosts, h)
			writtenAt[h.At.Span]++
		}
	}
	judged := findings{query: q, c: c, byFile: map[string][]Diagnostic{}}
	var lenses []CodeLens
	for _, h := range hosts {
		before := ""
		switch n := writtenAt[h.At.Span]; {
		case n > mostHosts:
			continue // a line of lenses that nobody reads
		case n > 1:
			before = shownName(h) + ": "
		}
		if flash := FactsOf(c, h).Flash; flash != "" {
			lenses = append(lenses, CodeLens{Span: h.At.Span, Title: before + text.Visible(flash, ""), Flash: flash})
		}
		if n, first := judged.of(h); n > 0 {
			lenses = append(lenses, CodeLens{Span: h.At.Span, Title: before + text.Count(n, "finding"), First: &first})
		}
	}
	return lenses
}

// findings judges the files of a configuration, each once.
type findings struct {
	*query
	c      *workspace.Configuration
	byFile map[string][]Diagnostic
}

// of is how many diagnostics a host has, with its variants, and where the gravest is, the first of these.
func (f *findings) of(h *host.Host) (n int, first Related) {
	names := map[string]bool{}
	for _, other := range f.c.Hosts {
		if other.Name == h.Name {
			names[text.Visible(HostName(other), "")] = true
		}
	}
	gravest := SeverityOff
	defines := f.definingFiles(h)
	for _, file := range f.c.FilesOf(h.Name) {
		path := filepath.FromSlash(file)
		if !defines[file] && !mayDefine(f.c.PinnedOf(h).Catalog, f.sn.Content(path)) {
			continue
		}
		for _, d := range f.in(path) {
			isOurs := d.Host == "" && !f.isOfOther(h, file, d.Span)
			for name := range strings.SplitSeq(d.Host, ", ") {
				isOurs = isOurs || names[name]
			}
			if !isOurs {
				continue
			}
			n++
			if d.Severity < gravest {
				gravest, first = d.Severity, related(host.Location{File: file, Span: d.Span}, d.Message)
			}
		}
	}
	return n, first
}

// definingFiles are the files that say what the options of a host are, or what the values are made of.
func (f *findings) definingFiles(h *host.Host) map[string]bool {
	files := map[string]bool{}
	for _, v := range h.Values {
		for _, d := range v.Definitions {
			files[d.Path.File], files[d.Value.File], files[d.Origin.File] = true, true, true
		}
	}
	return files
}

// in are the diagnostics of a file.
func (f *findings) in(file string) []Diagnostic {
	found, ok := f.byFile[file]
	if doc, isOf := fileOf(f.sn, f.c, file); !ok && isOf {
		found = Diagnose(f.sn, doc)
		f.byFile[file] = found
	}
	return found
}

// fileOf is the document of a Nix file that was read for a configuration; none of a file that belongs to another one, which may
// not be evaluated yet.
func fileOf(sn *workspace.Snapshot, c *workspace.Configuration, file string) (*workspace.Document, bool) {
	if filepath.Ext(file) != ".nix" || sn.KnownConfiguration(filepath.Dir(file)) != c {
		return nil, false
	}
	if doc, isOpen := sn.FileDocument(file); isOpen {
		return doc, true
	}
	return workspace.NewDocument(file, file, "nix", 0, sn.Content(file)), true
}

// isOfOther reports whether a place is within what defines another host of the same file, and not this one.
func (f *findings) isOfOther(h *host.Host, file string, at text.Span) bool {
	isWithin := func(of *host.Host) bool {
		if of.At.File != file {
			return false
		}
		doc, ok := f.sn.FileDocument(filepath.FromSlash(file))
		if !ok {
			return false
		}
		for n := range syntax.Ancestors(doc.Tree().NodeAt(of.At.Span.Start)) {
			if n.Kind() == syntax.Binding {
				return n.Span().Start <= at.Start && at.End <= n.Span().End
			}
		}
		return false
	}
	return !isWithin(h) && slices.ContainsFunc(f.c.Hosts, func(other *host.Host) bool { return other.Name != h.Name && isWithin(other) })
}
