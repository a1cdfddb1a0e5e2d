package ide

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

const overlayFile = "overlay.nix"

// importsOfHost reports what a host imports of jetpack-nixos for a module, and is none.
func (d *diagnoser) importsOfHost(h *host.Host) {
	for _, i := range h.Imports {
		if !isIn(i.At, d.doc) {
			continue
		}
		source, ok := d.sourceOf(h, i)
		if !ok {
			continue
		}
		found := Diagnostic{Span: i.At.Span, Code: CodeModuleImport, Severity: source.severity, Host: HostName(h)}
		switch {
		case i.File == "":
			if i.Flake.File == "" {
				continue
			}
			found.Message = "Import nixosModules.default: jetpack-nixos is a flake, not a module"
			found.Fixes = d.fromFlake(i)
		case source.file == source.root.File && source.root.Of != "":
			what := fmt.Sprintf("%s of %s is not a module but a function that takes the %s first", source.root.File, source.name, source.root.Of)
			if isFlake := i.Flake.File != ""; isFlake || i.Input != "" && !i.IsSource {
				found.Message = "Import nixosModules.default of the flake instead: " + what
				if isFlake {
					found.Fixes = d.fromFlake(i)
					break
				}
			} else {
				found.Section, _ = d.sn.Pills().For(concept("without-flakes"))
				found.Message = fmt.Sprintf("Call it with the %s: %s", source.root.Of, what)
			}
			if call := called(d.named(i.At.Span)); call != "" && source.root.Of == "overlay" {
				found.Fixes = []Fix{changeTo(i.At.Span, call)}
			}
		case source.file == overlayFile && source.hasOverlay:
			found.Message = fmt.Sprintf("Delete this import: overlay.nix of %s is an overlay, not a module, and the module of jetpack-nixos adds it itself", source.name)
		default:
			continue
		}
		d.reportForHost(found)
	}
}

// fromFlake are the fixes that take the module from the flake.
func (d *diagnoser) fromFlake(i host.Import) []Fix {
	flake := i.Flake.Span.Of(d.doc.Text)
	if strings.Contains(flake, " ") && flake[0] != '(' { // it is a call
		flake = "(" + flake + ")"
	}
	return certainIfOne([]Fix{changeTo(i.At.Span, flake+".nixosModules.default")})
}

// importedSource is the revision of jetpack-nixos that has an imported file.
type importedSource struct {
	name       string // in a message
	root       catalog.RootModule
	hasOverlay bool
	file       string   // what is imported, within the source
	severity   Severity // a hint where the revision is not certain; 0 where it is
}

// sourceOf is where an imported file comes from; not ok where that is not known.
func (d *diagnoser) sourceOf(h *host.Host, i host.Import) (s importedSource, ok bool) {
	file := i.File
	pinned := d.pinned
	switch {
	case filepath.IsAbs(file):
		at, of, ok := d.checkoutOf(file)
		if !ok {
			return s, false
		}
		// What it gives is known: it is the very file that the host has.
		return importedSource{
			name: "this jetpack-nixos", file: at, hasOverlay: true,
			root: of.Root,
		}, true
	case i.Input != "":
		if of, ok := d.sn.InputPinned(d.doc, i.Input); ok {
			pinned = of
		} else if pin := pinned.Pin; pin.Input != "" && path.Base(pin.Input) != i.Input {
			return s, false // it is another one that is pinned
		}
	case strings.HasPrefix(i.Fetched.Address, "<"):
		if !d.isChosen() && h.Source == (host.Source{}) {
			return s, false // what NIX_PATH has is not known
		}
	default:
		pinned, ok = d.fetched(i.Fetched)
		if !ok {
			return s, false
		}
	}
	if s = sourceFrom(pinned); !pinned.Basis.IsCertain() {
		s.severity = SeverityHint
	}
	s.file = file
	if s.file == "modules" {
		s.file = "modules/default.nix"
	}
	return s, true
}

func sourceFrom(p workspace.Pinned) importedSource {
	s := importedSource{name: "jetpack-nixos", root: p.Catalog.Root}
	if r := p.Catalog.Revision; r.Known() {
		s.name += " " + r.Short()
	}
	s.hasOverlay = slices.ContainsFunc(p.Catalog.OverlayAttributes(), func(a catalog.Attribute) bool { return a.File == overlayFile })
	return s
}

// checkoutOf is the checkout of jetpack-nixos that has a file, and the file's name within it.
func (d *diagnoser) checkoutOf(file string) (name string, c *catalog.Catalog, ok bool) {
	p := d.sn.CatalogAt(filepath.Dir(filepath.FromSlash(file)))
	if p.Pin.Format != pins.Checkout {
		return "", nil, false
	}
	name, err := filepath.Rel(p.Pin.Dir, filepath.FromSlash(file))
	return filepath.ToSlash(name), p.Catalog, err == nil
}

// isChosen reports whether a person has chosen the revision: by a comment, or by the setting.
func (d *diagnoser) isChosen() bool {
	f := d.pinned.Pin.Format
	return f == pins.Modeline || f == pins.Setting
}

// fetched is what is known of a source that is fetched: what a person has chosen, or else what holds for its revision, or for the
// newest one where upstream's main branch is.
func (d *diagnoser) fetched(f host.Fetched) (workspace.Pinned, bool) {
	pin, ok := pins.At(f.Address, f.Revision)
	if !ok {
		return workspace.Pinned{}, false
	}
	if d.isChosen() {
		return d.pinned, true
	}
	if p, ok := d.sn.Supposed(pin); ok {
		return p, true
	}
	p := workspace.Pinned{Pin: pin, Catalog: d.sn.Library().Newest(), Basis: workspace.Newest}
	if pin.Revision != "" {
		c, match := d.sn.Library().At(pin.Revision)
		p.Catalog, p.Basis = c, workspace.Exact
		return p, match == catalog.Exact
	}
	return p, !pin.Fork && !f.IsFixed && slices.Contains([]string{"", "master", "main"}, pin.Branch)
}

// named is the expression in the document that names what is imported: the argument of import, or else all that takes up a span.
func (d *diagnoser) named(at text.Span) syntax.Node {
	n := d.doc.Tree().NodeAt(at.Start)
	for !n.IsZero() && n.Span() != at {
		n = n.Parent()
	}
	for {
		switch n.Kind() {
		case syntax.Apply:
			a, _ := syntax.AsApply(n)
			n = a.Argument()
		case syntax.Paren:
			n = n.Child(0)
		default:
			return n
		}
	}
}

// called is the call that gives the module of a root file which an expression names; empty for one whose text does not end with
// the file. What fetches the source is written once.
func called(n syntax.Node) string {
	operand, let := n.Text(), ""
	base := n.First()
	if n.Kind() == syntax.String {
		base = base.First()
	}
	if fetch := base.Text(); isCall(base) {
		name := "src"
		if strings.Contains(fetch, name) {
			name = "jetpackSource"
		}
		let = fmt.Sprintf("let %s = %s; in ", name, fetch)
		operand = strings.Replace(operand, fetch, name, 1)
	}
	if n.Kind() == syntax.Binary {
		operand = "(" + operand + ")"
	}
	for _, file := range []string{"/modules/default.nix", "/modules"} {
		if end := strings.TrimRight(operand, `")>`); strings.HasSuffix(end, file) {
			overlay := strings.TrimSuffix(end, file) + "/" + overlayFile + operand[len(end):]
			return fmt.Sprintf("(%simport %s (import %s))", let, operand, overlay)
		}
	}
	return ""
}

func isCall(n syntax.Node) bool {
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	return n.Kind() == syntax.Apply
}
