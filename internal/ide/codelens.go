package ide

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// CodeLens is what stands above a host: the command that flashes it, or how many findings it has.
type CodeLens struct {
	// Span is where the host is written; empty, at the beginning, for a configuration.nix, which is one as a whole.
	Span text.Span
	// Title is plain text on one line.
	Title string
	// Flash is the command to copy; empty for the findings.
	Flash string
	// First is the gravest of the findings; nil for the command.
	First *Related
}

// CodeLenses are those of the hosts that are written in a document, in order. Where the hosts are not known yet, there are none.
func CodeLenses(sn *workspace.Snapshot, doc *workspace.Document) []CodeLens {
	if doc.Problem() != nil || !sn.Settings().CodeLens {
		return nil
	}
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
	packages := q.flashPackages()
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
		flash := FactsOf(c, h).Flash
		if own, ok := packages[h.Name]; ok && flash != "" {
			flash = own
		}
		if flash != "" {
			lenses = append(lenses, CodeLens{Span: h.At.Span, Title: before + text.Visible(flash, ""), Flash: flash})
		}
		if n, first := judged.of(h); n > 0 {
			lenses = append(lenses, CodeLens{Span: h.At.Span, Title: before + text.Count(n, "finding"), First: &first})
		}
	}
	slices.SortStableFunc(lenses, func(a, b CodeLens) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return lenses
}

// flashPackages are the commands that build the packages of the flake in the document which are the flash script of a host,
// by host: packages.x86_64-linux.flash = self.nixosConfigurations.arm.config.system.build.flashScript.
func (q *query) flashPackages() map[string]string {
	commands := map[string]string{}
	if filepath.Base(q.doc.Path) != "flake.nix" || !strings.Contains(q.doc.Text, "flashScript") {
		return commands
	}
	for n := range syntax.Descendants(q.doc.Tree().Root()) {
		if n.Text() != "flashScript" || !isRead(n) {
			continue
		}
		names := module.CertainAt(q.doc.Tree(), n.Span().Start).Path.Known()
		name, ok := packageOf(n.Parent().Parent())
		if len(names) < 6 || !ok {
			continue
		}
		script := names[len(names)-6:]
		if of := script[1].Name; script[0].Name == "nixosConfigurations" && script[2:].String() == "config.system.build.flashScript" && commands[of] == "" {
			commands[of] = "nix build .#" + name
		}
	}
	return commands
}

// packageOf is the package of a flake that an expression is, as a command line has it: with the system where the flake names
// one, because another system does not have it.
func packageOf(n syntax.Node) (name string, ok bool) {
	b, ok := syntax.AsBinding(n.Parent())
	path := module.PathOf(n)
	if !ok || b.Value() != n || len(path) == 0 || !syntax.IsName(path.Last()) {
		return "", false
	}
	if len(path) > 2 && path[len(path)-3].Name == "packages" {
		if system := path[len(path)-2]; system.Known && syntax.IsName(system.Name) {
			return "packages." + system.Name + "." + path.Last(), true
		}
		return path.Last(), true
	}
	isOfSystem := false // packages = forAllSystems (system: { … });
	for up := range syntax.Ancestors(b.Parent()) {
		switch up.Kind() {
		case syntax.Lambda:
			isOfSystem = true
		case syntax.Binding:
			outer, _ := syntax.AsBinding(up)
			last, _ := syntax.AttrName(outer.Path().Last())
			return path.Last(), isOfSystem && last == "packages"
		}
	}
	return "", false
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
		if !defines[file] && !mayDefine(f.c.Pinned.Catalog, f.sn.Content(path)) {
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

// in are the diagnostics of a file; none of a file that belongs to another configuration, which may not be evaluated yet.
func (f *findings) in(file string) []Diagnostic {
	found, ok := f.byFile[file]
	if !ok && filepath.Ext(file) == ".nix" && f.sn.KnownConfiguration(filepath.Dir(file)) == f.c {
		doc, isOpen := f.sn.FileDocument(file)
		if !isOpen {
			doc = workspace.NewDocument(file, file, "nix", 0, f.sn.Content(file))
		}
		found = Diagnose(f.sn, doc)
		f.byFile[file] = found
	}
	return found
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
