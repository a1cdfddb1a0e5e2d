package ide

import (
	"path"
	"path/filepath"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
)

// sourceFile is the subject of a path that leads to a file of jetpack-nixos.
type sourceFile struct {
	topics
	name  string   // within the checkout
	makes []string // the members of the scope that it is the source of
}

// sourceFile finds the subject of a path, in a checkout of jetpack-nixos.
func (q *query) sourceFile(place *module.Place) (subject, bool) {
	if !q.inCheckout() {
		return nil, false
	}
	target := place.Value
	if place.Node.Kind() == syntax.Path && !filepath.IsAbs(target) {
		target = filepath.Join(q.doc.Dir(), filepath.FromSlash(target))
	}
	name := q.fileName(target)
	if name == "" {
		return nil, false
	}
	return q.explained(q.fileNamed(name))
}

// fileNamed is the subject of a file or folder by its name within the checkout.
func (q *query) fileNamed(name string) sourceFile {
	s := sourceFile{name: name, makes: q.madeFrom(name)}
	for _, p := range s.makes {
		s.topics = append(s.topics, packageTopic(p))
	}
	s.topics = append(s.topics, pill.Topic{Kind: pill.FileTopic, Name: name}, pill.Topic{Kind: pill.FileTopic, Name: name + "/default.nix"})
	return s
}

// madeFrom are the members of the scope that a file or folder is the source of: by what the overlays say, or by its name.
func (q *query) madeFrom(name string) []string {
	var made []string
	base := strings.TrimSuffix(path.Base(name), ".nix")
	if base == "default" || base == "package" {
		base = path.Base(path.Dir(name))
	}
	for _, p := range q.pinned.Catalog.Packages() {
		if p.File == name && p.Line == 0 || p.Source == name || p.Name == base && strings.HasPrefix(name, "pkgs/") {
			made = append(made, p.Name)
		}
	}
	return made
}

func (s sourceFile) sheet(q *query) sheet {
	what := markup.Prose("file of jetpack-nixos")
	switch path.Ext(s.name) {
	case ".patch", ".diff", ".mbox":
		what = markup.Prose("patch of jetpack-nixos")
	}
	if len(s.makes) > 0 {
		what = markup.Format("%s, source of %s", what, markup.Codes(s.makes))
	}
	library := q.sn.Library()
	name, ok := library.Name("./" + s.name)
	if !ok {
		name, ok = library.Name("./" + s.name + "/default.nix")
	}
	if !ok && len(s.makes) == 1 {
		name.Summary = library.PackageSummary(s.makes[0])
	}
	out := sheet{title: s.name, what: what, summary: q.dated(name.Summary, "")}
	if out.summary.first.Empty() {
		out.summary = described(fileSentence(s.name))
	}
	if !q.inCheckout() {
		out.rows = append(out.rows, q.revisionRow())
	}
	return out
}

// fileSentence says what a file is by where it lies, where nothing more is known of it.
func fileSentence(name string) string {
	switch {
	case name == "modules" || name == "modules/default.nix":
		return "The root module of jetpack-nixos, which imports the others."
	case strings.HasPrefix(name, "modules/") && path.Ext(name) == ".nix":
		return "A NixOS module of jetpack-nixos."
	}
	return ""
}

func (s sourceFile) declaration(q *query) (Location, bool) {
	for _, name := range []string{s.name + "/default.nix", s.name} {
		if at, ok := q.declared(func(*catalog.Catalog) (string, int, int) { return name, 1, 1 }); ok {
			return at, true
		}
	}
	return Location{}, false
}

// inCheckout reports whether the document lies in a checkout of jetpack-nixos.
func (q *query) inCheckout() bool { return q.pinned.Pin.Format == pins.Checkout }

// fileName is the name that a file has within the checkout, with slashes; empty for one outside.
func (q *query) fileName(file string) string {
	name, err := filepath.Rel(q.pinned.Pin.Dir, file)
	if err != nil || !filepath.IsLocal(name) {
		return ""
	}
	return filepath.ToSlash(name)
}
