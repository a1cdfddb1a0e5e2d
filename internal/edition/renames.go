package edition

import "regexp"

// renames are names of NixOS that jetpack-nixos goes along with: before a commit, its modules set the old one.
var renames = []struct {
	since    string // the commit
	name     *regexp.Regexp
	formerly string
}{
	{"6aa9652", regexp.MustCompile(`\bhardware\.graphics\b`), "hardware.opengl"}, // NixOS 24.11
}

// renamed is a text with the names of NixOS that the revision's modules use.
func (e Edition) renamed(text string) string {
	for _, r := range renames {
		if before, ok := e.library.IsBefore(e.world.Revision.Hash, r.since); ok && before {
			text = r.name.ReplaceAllString(text, r.formerly)
		}
	}
	return text
}
