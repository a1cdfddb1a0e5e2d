package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

const samplesSet = "samples"

// mostWrong is how many letters are wrong at most in the misspelt name of a package: nixpkgs has very many.
const mostWrong = 2

// isNearScope reports whether a name is spelled nearly like the scope's. Most names are too long or too short.
func isNearScope(name string) bool {
	differ := len(name) - len(catalog.ScopeName)
	return -mostWrong <= differ && differ <= mostWrong && letters(strings.ToLower(name), catalog.ScopeName) <= mostWrong
}

// misspelt is what is read of a package set under a name that is spelled nearly like one of jetpack-nixos's own: of pkgs the scope, of
// samples a program. It is not ok for a name that something gives the set.
func (d *diagnoser) misspelt(p module.Place) (found Diagnostic, ok bool) {
	last := len(p.Path) - 1
	name := p.Path[last].Name
	if !readsHere(p) || p.IsVariable() {
		return found, false
	}
	var near []string
	set := p.Path[last-1].Name
	c := d.pinned.Catalog
	switch {
	case last == 1 && isNearScope(name) && !isScope(p.Path, 1) && isPackageSet(p, 1):
		isGiven := func(m workspace.UserMember) bool { return m.Name == name }
		isOurs := func(a catalog.Attribute) bool { return a.Name == name }
		if slices.ContainsFunc(c.OverlayAttributes(), isOurs) || slices.ContainsFunc(d.sn.UserMembers(d.doc, ""), isGiven) {
			return found, false
		}
		near = []string{catalog.ScopeName}
	case last > 1 && set == samplesSet && isScope(p.Path, last-2) && isPackageSet(p, last-2):
		if _, wasOnce := d.sn.Library().SetMemberHistory(samplesSet, name); wasOnce {
			return found, false
		}
		var names []string
		for _, m := range c.SetMembers(samplesSet) {
			names = append(names, m.Name)
		}
		near = nearest(name, names)
	}
	near = slices.DeleteFunc(near, func(known string) bool {
		typed := strings.ToLower(name)
		return typed == known || letters(typed, known) > min(mostWrong, fewLetters(typed, known))
	})
	if len(near) == 0 {
		return found, false
	}
	found = Diagnostic{
		Span: p.Span, Severity: SeverityWarning, Code: CodeUnknownMember, ofPackages: true,
		Message: fmt.Sprintf("No %s in %s; did you mean %s?", name, set, text.List(near, "or")),
	}
	for _, known := range near {
		found.Fixes = append(found.Fixes, changeTo(p.Span, known))
	}
	return found, d.regardOf(p.Node).value
}
