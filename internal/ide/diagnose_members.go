package ide

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// memberUse is a place in a document that reads a package scope of jetpack-nixos, or a member of one.
type memberUse struct {
	module.Place
	scope  string // its name
	at     int    // where that is in the path
	member string // empty where the scope is read
	// isOfModule says that the scope is taken from the pkgs of a function, which may be that of a host's module.
	isOfModule bool
}

// isOfHost reports whether it hangs on the host's JetPack what is read.
func (u memberUse) isOfHost() bool { return u.member == "" || u.scope == catalog.ScopeName }

// packageArguments are names by which functions get a package set.
var packageArguments = []string{"pkgs", "final", "prev", "self", "super"}

// members looks at the scopes of jetpack-nixos that the document reads, at their members, and at outputs of the flake.
func (d *diagnoser) members() {
	d.outputs()
	for _, use := range d.memberUses() {
		if d.isEnough() {
			break
		}
		if d.sn.MayChangeScope(d.doc, use.scope) {
			continue
		}
		if found, why, ok := d.lacks(use, ""); ok && d.isLikely(use, why) {
			found.Severity = SeverityWarning
			d.report(found)
		}
	}
}

// membersOfHost looks at the scopes and members that a module reads, as a host has them. What was found without knowing the host gives
// way to that.
func (d *diagnoser) membersOfHost(h *host.Host) {
	over := h.Packages.Overlays
	if b := boardOf(h); !b.enabled || h.Jetpack != host.Yes || h.Packages.Given || over.Open {
		return
	}
	isForeign := func(u host.Unseen) bool { return u.Foreign }
	isClosed := !over.Unrelated && !slices.ContainsFunc(h.Unseen, isForeign)
	major := d.majorOf(h)
	for _, use := range d.memberUses() {
		if !use.isOfModule || slices.Contains(over.Scopes, use.scope) {
			continue
		}
		around := host.Location{File: filepath.ToSlash(d.doc.Path), Span: use.Binder.Span()}
		if !slices.Contains(h.Functions, around) {
			continue
		}
		isUsed := d.isAlwaysUsed(use.Place.Node, use.Place.Binder)
		found, why, ok := d.foreignScope(use, major)
		if !ok {
			found, why, ok = d.lacks(use, major)
		}
		switch {
		case !ok || found.Code == CodeForeignMember && use.isOfHost() && !isUsed:
			continue // or another JetPack may be meant
		case isUsed && isClosed:
		case d.isLikely(use, why):
			found.Severity = SeverityWarning
		default:
			continue
		}
		found.Host = HostName(h)
		d.found = slices.DeleteFunc(d.found, func(alone Diagnostic) bool {
			return alone.Host == "" && alone.Span == found.Span && alone.ofPackages
		})
		d.reportForHost(found)
	}
}

// absence says what speaks for it that a name is a mistake, and that no overlay gives the scope more than the catalog knows.
type absence struct {
	// misspelled says that a name of the scope is spelled nearly so.
	misspelled bool
	// known says that another scope has the name, or another revision.
	known bool
}

// isInOpenPackages reports whether a span of a document is in a module that is certainly part of hosts, and whether unknown overlays may
// change the packages of all of them.
func isInOpenPackages(hosts []*host.Host, doc *workspace.Document, at text.Span) bool {
	isPart := false
	for _, h := range hosts {
		for n := range syntax.Ancestors(doc.Tree().NodeAt(at.Start)) {
			if n.Kind() != syntax.Lambda || !slices.Contains(h.Functions, host.Location{File: filepath.ToSlash(doc.Path), Span: n.Span()}) {
				continue
			}
			if isPart = true; !h.Packages.Overlays.Open {
				return false
			}
		}
	}
	return isPart
}

// isLikely reports whether a name that a scope lacks is likely to be a mistake where it is not certain that the scope is as the catalog
// has it, or that the name is read.
func (d *diagnoser) isLikely(use memberUse, why absence) bool {
	switch {
	case !d.regardOf(use.Node).value:
		return false
	case d.dependsOnTest(use.Node):
		return why.misspelled && !why.known
	case use.member == "":
		return !d.mayBeOther()
	}
	return why.misspelled || why.known
}

// lacks says of a scope or a member that is read that there is none; it is not ok where there is one, or may be one. major is the
// JetPack of the host, empty where that is not known.
func (d *diagnoser) lacks(use memberUse, major string) (found Diagnostic, why absence, ok bool) {
	c := d.pinned.Catalog
	found = Diagnostic{Span: use.Span, Code: CodeUnknownMember, ofPackages: true}
	if use.member == "" {
		if has, known := c.HasScope(use.scope); has || !known || d.mayBeOther() {
			return found, why, false
		}
		scopes := c.Scopes()
		found.Message = fmt.Sprintf("%s has no %s, but %s", d.revision(), use.scope, text.List(scopes, "and"))
		h, _ := d.sn.Library().ScopeHistory(use.scope)
		why.known = d.tellHistory(&found, h)
		for _, scope := range scopes {
			found.Fixes = append(found.Fixes, changeTo(use.Span, scope))
		}
		return found, why, true
	}
	has, known := c.HasMember(use.scope, major, use.member)
	if has || !known {
		return found, why, false
	}
	if p, ok := c.Package(use.member); ok {
		found.Code, why.known = CodeForeignMember, true
		d.tellScopes(&found, use, p, major)
		return found, why, !d.mayBeOther()
	}
	found.Message = fmt.Sprintf("%s has no %s.%s", d.revision(), use.scope, use.member)
	h, _ := d.sn.Library().MemberHistory(use.member)
	if why.known = d.tellHistory(&found, h); why.known && !h.IsRemoved() {
		return found, why, !d.mayBeOther() // which may have it
	}
	var names []string
	for _, p := range c.Packages() {
		if has, _ := c.HasMember(use.scope, major, p.Name); has {
			names = append(names, p.Name)
		}
	}
	why.misspelled = d.suggest(&found, use.member, names, !why.known)
	return found, why, why.misspelled || !d.mayBeOther()
}

// suggest adds to a diagnostic about a name the names that may have been meant, and reports whether the name is a misspelling of one.
// If it never was another name, that is certain where there is one alone.
func (d *diagnoser) suggest(found *Diagnostic, wrong string, names []string, neverWas bool) (misspelled bool) {
	near := nearest(wrong, names)
	if len(near) == 0 {
		return false
	}
	found.Message += "; did you mean " + text.List(near, "or") + "?"
	for _, name := range near {
		found.Fixes = append(found.Fixes, changeTo(found.Span, name))
	}
	if misspelled = isMisspelling(wrong, near[0]); misspelled && neverWas {
		found.Fixes = certainIfOne(found.Fixes)
	}
	return misspelled
}

// tellHistory says in a message about something that the revision lacks when upstream had it; false if it never did.
func (d *diagnoser) tellHistory(found *Diagnostic, h catalog.History) bool {
	switch {
	case !h.Introduced.Known():
		return false
	case h.IsRemoved() && !d.pinned.Catalog.Revision.Date.Before(h.Removed.Date):
		found.Message += fmt.Sprintf("; upstream removed it in %s (%s)", h.Removed.Short(), h.Removed.Day())
	case !h.IsRemoved():
		found.Message += fmt.Sprintf("; upstream has it since %s (%s)", h.Introduced.Short(), h.Introduced.Day())
	}
	return true
}

// tellScopes says which scopes have a member that the one at hand lacks.
func (d *diagnoser) tellScopes(found *Diagnostic, use memberUse, p catalog.Package, major string) {
	of := use.scope
	if numbered, _ := catalog.ScopeMajor(of); numbered == "" {
		of += " of JetPack " + major
	}
	var have []string
	for _, scope := range d.pinned.Catalog.Scopes() {
		if numbered, _ := catalog.ScopeMajor(scope); slices.Contains(p.Generations, numbered) {
			have = append(have, scope)
		}
	}
	if len(have) > 0 {
		found.Message = fmt.Sprintf("%s has no %s: only %s %s", of, p.Name, text.List(have, "and"), verb(len(have), "has it", "have it"))
	} else {
		have = []string{catalog.ScopeName}
		found.Message = fmt.Sprintf("%s has no %s: only %s of a configured board has it", of, p.Name, catalog.ScopeName)
	}
	if numbered, _ := catalog.ScopeMajor(use.scope); numbered == "" {
		return
	}
	for _, scope := range have {
		if at := use.Path[use.at].Span; d.isWritten(at, use.scope) {
			found.Fixes = append(found.Fixes, changeTo(at, scope))
		}
	}
}

func verb(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// foreignScope says of the scope of another JetPack than the host's what it is there.
func (d *diagnoser) foreignScope(use memberUse, host string) (found Diagnostic, why absence, ok bool) {
	c := d.pinned.Catalog
	major, _ := catalog.ScopeMajor(use.scope)
	if use.member != "" || major == "" || host == "" || major == host {
		return found, why, false
	}
	found = Diagnostic{Span: use.Span, Code: CodeForeignMember}
	switch c.OnOthers(use.scope) {
	case catalog.OthersWarn:
		found.Severity = SeverityWarning
		found.Message = fmt.Sprintf("%s is for JetPack %s, and the host has JetPack %s: Nix warns that it is unsupported", use.scope, major, host)
	case catalog.OthersEmpty:
		found.Message = fmt.Sprintf("%s is empty on a host with JetPack %s", use.scope, host)
	default:
		return found, why, false
	}
	if has, known := c.HasMember(catalog.ScopeName, host, d.selectedFrom(use.Node)); has && known && d.isWritten(use.Span, use.scope) {
		found.Fixes = []Fix{changeTo(use.Span, catalog.ScopeName)}
	}
	return found, absence{known: true}, true
}

// selectedFrom is the name that is selected from one in an attribute path; empty if none is.
func (d *diagnoser) selectedFrom(name syntax.Node) (next string) {
	path, ok := syntax.AsAttrPath(name.Parent())
	isNext := false
	for n := range path.Names() {
		if isNext && ok {
			next, _ = syntax.AttrName(n)
			break
		}
		isNext = n == name
	}
	return next
}

func (d *diagnoser) isWritten(at text.Span, name string) bool {
	return at.End <= len(d.doc.Text) && at.Start < at.End && d.doc.Text[at.Start:at.End] == name
}

// memberUses are the places at which the document certainly reads a scope or a member from a package set, as far as Nix refuses one that
// is not there.
func (d *diagnoser) memberUses() []memberUse {
	if d.usesOfMembers != nil || !strings.Contains(d.doc.Text, catalog.ScopeName) {
		return d.usesOfMembers
	}
	d.usesOfMembers = []memberUse{}
	var guarded map[string]bool
	module.CertainPlaces(d.doc.Tree(), func(p module.Place) bool {
		use, ok := d.memberUse(p)
		if !ok {
			return !d.sn.Done()
		}
		if guarded == nil {
			guarded = askedNames(d.doc.Tree())
		}
		if !guarded[use.scope] && !guarded[use.member] && !isInScopeOverlay(p.Node) {
			d.usesOfMembers = append(d.usesOfMembers, use)
		}
		return !d.sn.Done()
	})
	return d.usesOfMembers
}

// memberUse is what a place reads of the scopes.
func (d *diagnoser) memberUse(p module.Place) (use memberUse, ok bool) {
	last := len(p.Path) - 1
	if p.Kind != module.ReferredName || last < 0 || len(p.Path.Known()) != len(p.Path) || !readsHere(p) {
		return use, false
	}
	for at := max(last-1, 0); at <= last; at++ {
		if !isScope(p.Path, at) || !isPackageSet(p, at) {
			continue
		}
		use = memberUse{Place: p, scope: p.Path[at].Name, at: at}
		use.isOfModule = at == 1 && p.Origin == module.Argument && p.Path[0].Name == "pkgs"
		if at < last {
			use.member = p.Path[last].Name
		}
		return use, at < last || last > 0
	}
	return use, false
}

// isPackageSet reports whether what stands before a scope in a path is a package set, or the scope is an argument of a function that
// callPackage calls.
func isPackageSet(p module.Place, scope int) bool {
	name := p.Path[0].Name
	switch {
	case scope > 1:
		return false
	case p.Origin != module.Argument:
		return scope == 1 && name == "pkgs"
	case scope == 0:
		l, _ := syntax.AsLambda(p.Binder)
		return !l.Formals().IsZero()
	case name == "self":
		_, isOverlay := module.AsOverlay(p.Binder)
		return isOverlay
	}
	return slices.Contains(packageArguments, name)
}

// readsHere reports whether a place reads the last name of its path itself: it is none of a variable, no test whether there is one, and no
// name that may be of several sets.
func readsHere(p module.Place) bool {
	switch n := p.Node; n.Kind() {
	case syntax.Identifier:
		return n.Text() == p.Path.Last() && !p.IsVariable() && withsAround(n) == 1
	default:
		up := n.Parent()
		return up.Kind() == syntax.Inherit || up.Kind() == syntax.AttrPath && up.Parent().Kind() == syntax.Select
	}
}

// withsAround is how many withs bring names into view where a node stands.
func withsAround(n syntax.Node) int {
	count := 0
	for up := n.Parent(); !up.IsZero(); n, up = up, up.Parent() {
		if up.Kind() == syntax.With && up.Child(0) != n {
			count++
		}
	}
	return count
}

// isInScopeOverlay reports whether a node stands in an overlay of a scope, where names are of what the overlay makes of it.
func isInScopeOverlay(n syntax.Node) bool {
	for up := range syntax.Ancestors(n) {
		if o, ok := module.AsOverlay(up); ok && strings.HasPrefix(o.For, "overrideScope") {
			return true
		}
	}
	return false
}

// askedNames are the names of which a text asks whether there are any: with ?, or, hasAttr and their kin.
func askedNames(t *syntax.Tree) map[string]bool {
	names := map[string]bool{}
	for n := range syntax.Descendants(t.Root()) {
		var path syntax.AttrPathNode
		switch n.Kind() {
		case syntax.HasAttr:
			path, _ = syntax.AsAttrPath(n.Child(1))
		case syntax.Select:
			s, _ := syntax.AsSelect(n)
			if s.Default().IsZero() {
				continue
			}
			path = s.Path()
			if from, ok := syntax.AsSelect(syntax.WithoutParens(s.From())); ok {
				addNames(names, from.Path())
			}
		case syntax.String:
			up := n.Parent()
			if up.Kind() == syntax.List { // [ "nvidia-jetpack" "tool" ], for hasAttrByPath
				up = up.Parent()
			}
			if text, ok := syntax.StringValue(n); ok && up.Kind() == syntax.Apply {
				names[text] = true
			}
			continue
		default:
			continue
		}
		addNames(names, path)
	}
	return names
}

func addNames(into map[string]bool, path syntax.AttrPathNode) {
	for n := range path.Names() {
		name, _ := syntax.AttrName(n)
		into[name] = true
	}
}

// dependsOnTest reports whether something stands under a test whose result is not known.
func (d *diagnoser) dependsOnTest(n syntax.Node) bool {
	for c := range module.Conditions(n) {
		if d.tests == nil {
			d.tests = module.NewTest(d.hasOption)
		}
		if _, known := d.tests.Truth(c.Test); !known {
			return true
		}
	}
	for up := n.Parent(); !up.IsZero(); n, up = up, up.Parent() {
		if up.Kind() != syntax.Binary || up.Child(0) == n {
			continue
		}
		switch _, op := syntax.Operator(up); op {
		case syntax.And, syntax.OrOp, syntax.Implies:
			return true
		}
	}
	return false
}
