package ide

import (
	"cmp"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// scope is the subject of a package scope: pkgs.nvidia-jetpack, or that of one generation.
type scope struct {
	topics
	name      string
	isChanged bool // it stands where an overlay changes it
}

// member is the subject of a package in a scope.
type member struct {
	topics
	catalog.Package
	scope string // the scope's name
}

func newScope(name string, isChanged bool) scope {
	return scope{topics{packageTopic(name), concept("scopes")}, name, isChanged}
}

func newMember(p catalog.Package, scope string) member {
	return member{topics{packageTopic(p.Name)}, p, scope}
}

// scopeOrMember finds the subject of a name in pkgs.nvidia-jetpack.
func (q *query) scopeOrMember(place *module.Place) (subject, bool) {
	names := place.Path.Known()
	for i := len(names) - 1; i >= max(len(names)-2, 0); i-- {
		if !isScope(names, i) {
			continue
		}
		if name := names[i].Name; i == len(names)-1 {
			isFree := i == 0 && place.Origin == module.Free
			return newScope(name, false), !isFree
		}
		if p, ok := q.pinned.Catalog.Package(names.Last()); ok {
			return newMember(p, names[i].Name), true
		}
		break
	}
	return nil, false
}

// isScope reports whether a name in a path is that of a package scope, and not of the set of options.
func isScope(names module.Path, i int) bool {
	_, ok := catalog.ScopeMajor(names[i].Name)
	return ok && (i == 0 || names[i-1].Name != "hardware")
}

// changedScope finds the subject of a binding by which an overlay changes a scope.
func (q *query) changedScope(place *module.Place) (subject, bool) {
	name := place.Path.Last()
	if _, ok := catalog.ScopeMajor(name); !ok || place.Written != 1 {
		return nil, false
	}
	binding := place.Node.Parent().Parent()
	for n := range syntax.Ancestors(binding.Parent()) {
		switch n.Kind() {
		case syntax.Lambda:
			_, ok := module.AsOverlay(n)
			return newScope(name, true), ok
		case syntax.AttrSet, syntax.Paren, syntax.Binary, syntax.LetIn, syntax.With:
		default:
			return nil, false
		}
	}
	return nil, false
}

// definedMember finds the subject of a name that, in a checkout of jetpack-nixos itself, defines a member of the scope.
func (q *query) definedMember(place *module.Place) (subject, bool) {
	if !q.inCheckout() || len(place.Path.Known()) > 1 {
		return nil, false
	}
	p, ok := q.pinned.Catalog.Package(place.Path.Last())
	return newMember(p, catalog.ScopeName), ok && p.File != "" && q.fileName(q.doc.Path) == p.File
}

func (s scope) sheet(q *query) sheet {
	what := "package scope of jetpack-nixos"
	if s.isChanged {
		what += ", as this overlay leaves it"
	}
	out := sheet{title: s.name, what: markup.Prose(what), summary: q.dated(q.sn.Library().PackageSummary(s.name))}
	major, _ := catalog.ScopeMajor(s.name)
	g, ok := q.pinned.Catalog.Generation(major)
	_, chooses := q.pinned.Catalog.Option(catalog.MajorVersionOption)
	if all := q.pinned.Catalog.Generations(); !chooses && len(all) == 1 {
		g, ok = all[0], true
	}
	if ok {
		out.addFact("JetPack", markup.Literal(g.JetPack))
		out.addFact("L4T", markup.Literal(g.L4T))
	}
	return out
}

func (s scope) declaration(q *query) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		for _, a := range c.OverlayAttributes() {
			if a.Name == s.name {
				return a.File, a.Line, 1
			}
		}
		return "", 0, 0
	})
}

func (m member) sheet(q *query) sheet {
	out := sheet{
		title: m.scope + "." + m.Name, what: markup.Format("%s of the scope", packageKind(m.Kind)), summary: q.dated(m.Summary),
	}
	out.addFact("JetPack", markup.Literal(strings.Join(m.Generations, ", ")))
	if m.DeviceOnly {
		out.add("Where", markup.Prose("only in the `pkgs` of a NixOS configuration with `hardware.nvidia-jetpack.enable`"))
	}
	if m.File != "" {
		out.rows = append(out.rows, q.declaredRow(m.File, m.Line))
	} else {
		out.rows = append(out.rows, q.declaredRow(m.DeviceFile, m.DeviceLine))
	}
	return out
}

func (m member) declaration(q *query) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		p, _ := c.Package(m.Name)
		if p.File == "" {
			return p.DeviceFile, p.DeviceLine, 1
		}
		return p.File, p.Line, p.Column
	})
}

// packageKind is the kind of a member in a word.
func packageKind(kind string) string {
	if kind == "derivation" {
		return "package"
	}
	return cmp.Or(kind, "member")
}
