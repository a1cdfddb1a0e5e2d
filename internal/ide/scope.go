package ide

import (
	"cmp"
	"slices"
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
	// own is the set that the overlay puts in its place, if isReplaced.
	own        ownSet
	isReplaced bool
}

// member is the subject of a package in a scope.
type member struct {
	topics
	catalog.Package
	scope string // the scope's name
}

func newScope(name string, isChanged bool) scope {
	about := topics{packageTopic(name), concept("scopes")}
	if major := strings.TrimPrefix(name, "nvidia-jetpack"); major != name && major != "" {
		about = append(about, generation(major))
	}
	return scope{topics: about, name: name, isChanged: isChanged}
}

func newMember(p catalog.Package, scope string) member {
	return member{topics{packageTopic(p.Name)}, p, scope}
}

// scopeOrMember finds the subject of a name in pkgs.nvidia-jetpack.
func (q *query) scopeOrMember(place *module.Place) (subject, bool) {
	names := place.Path.Known()
	if place.Bound.Kind() == syntax.AttrSet {
		return nil, false // a set of the text's own, whatever it is called
	}
	for i := len(names) - 1; i >= max(len(names)-2, 0); i-- {
		if !isScope(names, i) {
			continue
		}
		if i < len(names)-1 {
			return q.memberNamed(names[i].Name, names.Last())
		}
		if i == 0 && place.Origin == module.Free {
			return nil, false
		}
		return q.scopeNamed(names[i].Name, false)
	}
	return nil, false
}

// scopeNamed is the subject of a name that a package scope may have. There is none for what no revision has.
func (q *query) scopeNamed(name string, isChanged bool) (subject, bool) {
	has, known := q.pinned.Catalog.HasScope(name)
	if has || name == catalog.ScopeName {
		return newScope(name, isChanged), true
	}
	past, wasOnce := q.sn.Library().ScopeHistory(name)
	switch {
	case !wasOnce:
		return nil, true
	case !known:
		return newScope(name, isChanged), true
	}
	return absent{
		topics: newScope(name, isChanged).topics, title: name, what: "not a package scope of this revision", past: past,
		instead: q.scopesInstead(), referent: scopeReferent(name),
	}, true
}

// scopesInstead names the package scopes that the revision has.
func (q *query) scopesInstead() markup.Text {
	c := q.pinned.Catalog
	scopes := c.Scopes()
	switch {
	case len(scopes) == 0:
		return markup.Text{}
	case len(scopes) > 1:
		return markup.Format("The revision has %s.", markup.Codes(scopes))
	}
	only := markup.Code(scopes[0])
	if all := c.Generations(); len(all) == 1 && all[0].JetPack != "" {
		only = markup.Format("%s, for JetPack %s", only, all[0].JetPack)
	}
	return markup.Format("The revision has one scope: %s.", only)
}

// memberNamed is the subject of a name in a package scope. What the scope lacks says so if another one has it, or had it once; if no
// revision has the scope, there is nothing to say.
func (q *query) memberNamed(scope, name string) (subject, bool) {
	c := q.pinned.Catalog
	of, ok := q.scopeNamed(scope, false)
	if of == nil {
		return nil, ok
	}
	p, isMember := c.Package(name)
	has, known := c.HasMember(scope, "", name)
	noScope, isAbsent := of.(absent)
	if isMember && !isAbsent && (has || !known) {
		return newMember(p, scope), true
	}
	if own, ok := q.userMember(scope, name); ok {
		return own, true
	}
	path := scope + "." + name
	out := absent{topics: topics{packageTopic(name)}, title: path, what: "not in this revision", referent: memberReferent(path)}
	switch {
	case isAbsent:
		if _, wasOnce := q.sn.Library().MemberHistory(name); !wasOnce {
			return nil, false
		}
		out.past, out.of = noScope.past, markup.Code(scope)
		if isMember {
			out.instead = markup.Format("The revision has %s.", markup.Code(catalog.ScopeName+"."+name))
		}
	case isMember:
		out.what = "not a member of this scope"
		if have := c.ScopesWith(p); len(have) > 0 {
			out.instead = markup.Format("The revision has it in %s.", markup.Codes(have))
		} else {
			out.instead = markup.Format("The revision has it in %s alone, in the `pkgs` of a NixOS host.", markup.Code(catalog.ScopeName))
		}
	default:
		past, wasOnce := q.sn.Library().MemberHistory(name)
		if !wasOnce || has || !known {
			return nil, false
		}
		out.what, out.past = "not a member of the scope in this revision", past
		if q.sn.Library().IsDevicePackage(q.pinned.Catalog, name) {
			out.instead = markup.Format("The revision has it in %s.", markup.Code("config."+catalog.DevicePackagesOption))
		}
	}
	return out, true
}

func isScopeName(name string) bool {
	_, ok := catalog.ScopeMajor(name)
	return ok
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
			if _, ok := module.AsOverlay(n); !ok {
				return nil, false
			}
			s, ok := q.scopeNamed(name, true)
			if of, isScope := s.(scope); isScope {
				of.own, of.isReplaced = ownSetFor(binding)
				if of.isReplaced {
					of.topics = append(topics{function("overrideScope")}, of.topics...)
				}
				return of, ok
			}
			return s, ok
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
	if s.isReplaced && !q.inCheckout() {
		says := markup.Format("After this overlay, it has only %s: the scope's other packages are gone.", folded(s.own.members, true))
		if len(s.own.members) == 0 {
			says = markup.Prose("After this overlay, it is empty: the scope's packages are gone.")
		}
		if has, _ := q.pinned.Catalog.HasMember(s.name, "", overrideScope); has {
			says = markup.Format("%s `overrideScope` changes a package and keeps the others.", says)
		}
		return sheet{title: s.name, what: markup.Prose("set in the place of a package scope of jetpack-nixos"), summary: summary{first: says}}
	}
	what := "package scope of jetpack-nixos"
	if s.isChanged {
		what += ", as this overlay leaves it"
	}
	words := q.sn.Library().PackageSummary(s.name)
	switch q.pinned.Catalog.OnOthers(s.name) {
	case catalog.OthersWarn:
		words += " Inside a system of another generation, it prints a warning."
	case catalog.OthersEmpty:
		words += " Inside a system of another generation, it is empty."
	}
	out := sheet{title: s.name, what: markup.Prose(what), summary: q.dated(words, "")}
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
	var members, own []string
	for _, p := range q.pinned.Catalog.Packages() {
		if has, known := q.pinned.Catalog.HasMember(s.name, "", p.Name); has && known && !p.DeviceOnly {
			members = append(members, p.Name)
		}
	}
	out.add("Members", folded(members, true))
	for _, m := range q.sn.UserMembers(q.doc, s.name) {
		if _, isUpstreams := q.pinned.Catalog.Package(m.Name); !isUpstreams && !slices.Contains(own, m.Name) {
			own = append(own, m.Name)
		}
	}
	out.add("Yours", folded(own, true))
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
	// A member that shares its name with an attribute of pkgs has a description of its own.
	words := cmp.Or(q.sn.Library().PackageSummary(catalog.ScopeName+"."+m.Name), m.Summary)
	out := sheet{
		title: m.scope + "." + m.Name, what: markup.Prose(memberTitle(m.Package)), summary: q.dated(words, ""),
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

// memberKinds are the kinds of members of the scopes of jetpack-nixos, in words.
var memberKinds = map[string]string{
	"derivation": "package", "function": "function", "packageSet": "set of packages", "attrset": "attribute set",
	"string": "text", "bool": "truth value", "int": "number", "list": "list", "path": "path",
}

// memberKind is the kind of a member in words.
func memberKind(p catalog.Package) string { return cmp.Or(memberKinds[p.Kind], "attribute") }

// memberTitle is that, with whose it is.
func memberTitle(p catalog.Package) string {
	if p.File == "" && p.DeviceFile == "" {
		return memberKind(p) + " that every scope has"
	}
	return memberKind(p) + " of jetpack-nixos"
}
