package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
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
	member string // empty where the scope is read
	// isOfModule says that the scope is taken from the pkgs of a function, which may be that of a host's module.
	isOfModule bool
	isVariable bool // the name of a variable stands there
}

// isOfHost reports whether it hangs on the host's JetPack what is read.
func (u memberUse) isOfHost() bool { return u.member == "" || u.scope == catalog.ScopeName }

// packageArguments are names by which functions get a package set.
var packageArguments = []string{"pkgs", "final", "prev", "self", "super"}

// members looks at the scopes of jetpack-nixos that the document reads, at their members, and at outputs of the flake.
func (d *diagnoser) members() {
	d.outputs()
	d.products()
	for _, found := range d.readPlaces().misspelt {
		if !d.isEnough() {
			d.report(found)
		}
	}
	changed := map[string]bool{} // what is known of scopes
	for _, use := range d.readPlaces().members {
		if d.isEnough() {
			break
		}
		isChanged, ok := changed[use.scope]
		if !ok {
			isChanged = d.sn.MayChangeScope(d.doc, use.scope)
			changed[use.scope] = isChanged
		}
		if use.isVariable || isChanged || d.sn.MayGiveMember(d.doc, use.scope, use.member) {
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
	isClosed := !over.Unrelated && len(h.Unseen) == 0 // else there may be overlays that are not known
	major := d.majorOf(h)
	for _, use := range d.readPlaces().members {
		isIn := func(changed string) bool { return catalog.ScopeHas(use.scope, changed) }
		if !use.isOfModule || slices.ContainsFunc(over.Scopes, isIn) || over.Gives(use.scope, use.member) || !isModuleOf(h, d.doc, use.Binder) {
			continue
		}
		isUsed := d.isAlwaysUsed(use.Place.Node, use.Place.Binder)
		found, why, ok := d.foreignScope(use, major)
		if !ok && !use.isVariable {
			found, why, ok = d.lacks(use, major)
		}
		switch {
		case !ok || found.Code == CodeForeignMember && use.isOfHost() && !isUsed:
			continue // or another JetPack may be meant
		case isUsed && isClosed:
		case d.isLikely(use, why):
			found.Severity = SeverityWarning
			for i := range found.Fixes {
				found.Fixes[i].Certain = found.Fixes[i].Certain && isClosed
			}
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
			if n.Kind() != syntax.Lambda || !isModuleOf(h, doc, n) {
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
		found.Message = fmt.Sprintf("No %s in %s, only %s", use.scope, d.revision(), text.List(scopes, "and"))
		h, _ := d.sn.Library().ScopeHistory(use.scope)
		why.known = d.tellHistory(&found, use.scope, h)
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
	near, shown := d.nearMembers(use.scope, major, use.member), use.scope+"."+use.member
	if len(near) > 0 {
		shown = use.member // a line has no room for the scope, too
	}
	found.Message = fmt.Sprintf("No %s in %s", shown, d.revision())
	h, _ := d.sn.Library().MemberHistory(use.member)
	if why.known = d.tellHistory(&found, "it", h); why.known && !h.IsRemoved() {
		return found, why, !d.mayBeOther() // which may have it
	}
	why.misspelled = d.suggest(&found, use.member, near, !why.known)
	return found, why, why.misspelled || !d.mayBeOther()
}

// nearMembers are the members of a scope that may have been meant by a name. A text may have one name thousands of times.
func (d *diagnoser) nearMembers(scope, major, wrong string) []string {
	key := [3]string{scope, major, wrong}
	near, ok := d.readings.near[key]
	if !ok {
		var names []string
		for _, p := range d.pinned.Catalog.Packages() {
			if has, _ := d.pinned.Catalog.HasMember(scope, major, p.Name); has {
				names = append(names, p.Name)
			}
		}
		near = nearest(wrong, names)
		d.readings.near[key] = near
	}
	return near
}

// suggest adds to a diagnostic about a name the names that may have been meant, and reports whether the name is a misspelling of one.
// If it never was another name, that is certain where there is one alone.
func (d *diagnoser) suggest(found *Diagnostic, wrong string, near []string, neverWas bool) (misspelled bool) {
	if len(near) == 0 {
		return false
	}
	found.Message = d.saying(found.Message, "did you mean "+text.List(near, "or")+"?")
	for _, name := range near {
		found.Fixes = append(found.Fixes, changeTo(found.Span, name))
	}
	if misspelled = isMisspelling(wrong, near[0]); misspelled && neverWas {
		found.Fixes = certainIfOne(found.Fixes)
	}
	return misspelled
}

// tellHistory says in a message about something that the revision lacks, it or its name, when upstream had it; false if it never did.
func (d *diagnoser) tellHistory(found *Diagnostic, it string, h catalog.History) bool {
	became := d.became(markup.Prose(it), h).Plain()
	if became == "" {
		return false
	}
	found.Message += "; " + strings.ToLower(became[:1]) + strings.TrimSuffix(became[1:], ".")
	return true
}

// tellScopes says which scopes have a member that the one at hand lacks.
func (d *diagnoser) tellScopes(found *Diagnostic, use memberUse, p catalog.Package, major string) {
	of := use.scope
	if numbered, _ := catalog.ScopeMajor(of); numbered == "" {
		of += " of JetPack " + major
	}
	have := d.pinned.Catalog.ScopesWith(p)
	if len(have) > 0 {
		found.Message = fmt.Sprintf("%s has no %s: only %s %s", of, p.Name, text.List(have, "and"), verb(len(have), "has it", "have it"))
	} else {
		have = []string{catalog.ScopeName}
		found.Message = fmt.Sprintf("%s has no %s: only %s has it, in the pkgs of a NixOS host", of, p.Name, catalog.ScopeName)
	}
	if numbered, _ := catalog.ScopeMajor(use.scope); numbered == "" {
		return
	}
	if before, _ := namesBeside(use.Node); !before.IsZero() && before.Text() == use.scope {
		for _, scope := range have {
			found.Fixes = append(found.Fixes, changeTo(before.Span(), scope))
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
	_, behind := namesBeside(use.Node)
	member, _ := syntax.AttrName(behind)
	if has, known := c.HasMember(catalog.ScopeName, host, member); has && known && use.Node.Text() == use.scope {
		found.Fixes = []Fix{changeTo(use.Span, catalog.ScopeName)}
	}
	return found, absence{known: true}, true
}

// namesBeside are the names before and behind one in an attribute path; the zero Node where there is none.
func namesBeside(name syntax.Node) (before, behind syntax.Node) {
	path, ok := syntax.AsAttrPath(name.Parent())
	if !ok {
		return before, behind
	}
	names := slices.Collect(path.Names())
	i := slices.Index(names, name)
	if i > 0 {
		before = names[i-1]
	}
	if i+1 < len(names) {
		behind = names[i+1]
	}
	return before, behind
}

// readings are the places at which the document certainly reads something of jetpack-nixos, as far as Nix refuses what is not there.
type readings struct {
	members []memberUse
	outputs []outputUse
	// misspelt are the names that are spelled nearly like one of a set whose members are not all known.
	misspelt []Diagnostic
	near     map[[3]string][]string // see nearMembers
}

func (d *diagnoser) readPlaces() *readings {
	if d.readings != nil {
		return d.readings
	}
	d.readings = &readings{near: map[[3]string][]string{}}
	tree := d.doc.Tree()
	if !d.mayRead(tree) {
		return d.readings
	}
	var asked map[string]bool
	isAsked := func(name string) bool {
		if asked == nil {
			asked = askedNames(tree)
		}
		return asked[name]
	}
	module.CertainPlaces(tree, func(p module.Place) bool {
		if p.Kind != module.ReferredName || len(p.Path) < 2 || len(p.Path.Known()) != len(p.Path) {
			return !d.sn.Done()
		}
		if use, ok := d.memberUse(p); ok && !isAsked(cmp.Or(use.member, use.scope)) && !isInScopeOverlay(p.Node) {
			d.readings.members = append(d.readings.members, use)
		}
		if found, ok := d.misspelt(p); ok && !isAsked(p.Path.Last()) && !isInScopeOverlay(p.Node) {
			d.readings.misspelt = append(d.readings.misspelt, found)
		}
		if use, ok := d.outputUse(p); ok && !isAsked(use.name) {
			d.readings.outputs = append(d.readings.outputs, use)
		}
		return !d.sn.Done()
	})
	return d.readings
}

// mayRead reports whether a text selects something from a name that is a scope's, or that of the input jetpack-nixos.
func (d *diagnoser) mayRead(t *syntax.Tree) bool {
	for n := range syntax.Descendants(t.Root()) {
		switch k := n.Kind(); {
		case k == syntax.Identifier, k == syntax.Name, k == syntax.String && n.Parent().Kind() == syntax.AttrPath:
		default:
			continue
		}
		path := n.Parent()
		isSelected := path.Kind() == syntax.AttrPath && path.Parent().Kind() == syntax.Select
		if !isSelected && n.Kind() != syntax.Identifier && path.Kind() != syntax.Inherit {
			continue
		}
		name, _ := syntax.AttrName(n)
		_, isScope := catalog.ScopeMajor(name)
		if !isScope && !isNearScope(name) && !d.isPinnedInput(name) {
			continue
		}
		if before, _ := namesBeside(n); !isSelected || before.IsZero() || before.Text() != "hardware" {
			return true
		}
	}
	return false
}

// memberUse is what a place reads of the scopes.
func (d *diagnoser) memberUse(p module.Place) (use memberUse, ok bool) {
	last := len(p.Path) - 1
	for at := last - 1; at <= last; at++ {
		if !isScope(p.Path, at) || !isPackageSet(p, at) {
			continue
		}
		use = memberUse{Place: p, scope: p.Path[at].Name}
		use.isOfModule = at == 1 && p.Origin == module.Argument && p.Path[0].Name == "pkgs"
		if at < last {
			use.member = p.Path[last].Name
		}
		use.isVariable = p.Node.Kind() == syntax.Identifier && (p.Node.Text() != p.Path.Last() || p.IsVariable())
		return use, use.isVariable || readsHere(p)
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
