package edition

import (
	"regexp"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/pattern"
)

// renames are names of NixOS that jetpack-nixos goes along with: before a commit, its modules set the old one.
var renames = []struct {
	since    string // the commit
	name     *pattern.Pattern
	formerly string
}{
	{"6aa9652", pattern.New(`\bhardware\.graphics\b`), "hardware.opengl"}, // NixOS 24.11
}

// renamed is a text with the names of NixOS that the revision's modules use.
func (e Edition) renamed(text string) string {
	for _, r := range renames {
		if before, ok := e.world.IsBefore(r.since); ok && before {
			text = r.name.ReplaceAllString(text, r.formerly)
		}
	}
	return text
}

// A formerName is a name of an option that home has and the revision does not, with the one that the option has there.
type formerName struct{ name, formerly string }

// formerNames are the names of options that were renamed between the revision and home, as texts write them: the path, the path
// without its beginning, the last name.
func formerNames(world, home *claims.World) []formerName {
	var all []formerName
	for _, old := range home.Options() {
		fresh := old.RenamedTo
		if _, isOption := home.Option(fresh); fresh == "" || !isOption {
			continue
		}
		there, isThere := world.Option(old.Path)
		if _, ok := world.Option(fresh); ok || !isThere || there.RenamedTo != "" {
			continue
		}
		all = append(all, formerName{fresh, old.Path})
		name, ours := strings.CutPrefix(fresh, catalog.Namespace+".")
		formerly, wereOurs := strings.CutPrefix(old.Path, catalog.Namespace+".")
		if ours && wereOurs && strings.Contains(name, ".") {
			all = append(all, formerName{name, formerly})
		}
		leaf, formerLeaf := lastName(fresh), lastName(old.Path)
		isSibling := strings.TrimSuffix(fresh, leaf) == strings.TrimSuffix(old.Path, formerLeaf)
		if isSibling && !slices.ContainsFunc(home.Options(), func(o catalog.Option) bool { return o.Path != fresh && lastName(o.Path) == leaf }) {
			all = append(all, formerName{leaf, formerLeaf})
		}
	}
	return all
}

func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// formerly is a passage with the names that options have at the revision. A passage that tells of the renaming has both names already.
func (e Edition) formerly(passage string) string {
	before := passage
	for _, f := range e.former {
		if !strings.Contains(passage, f.name) || strings.Contains(before, f.formerly) {
			continue
		}
		name := pattern.New(`(^|[^\w.-])` + regexp.QuoteMeta(f.name) + `\b`)
		passage = name.ReplaceAllString(passage, "${1}"+f.formerly)
	}
	return passage
}
