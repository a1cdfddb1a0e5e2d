package pins

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/upstream"
)

// Format is a way to pin a revision: the name of a row of the table of formats, or [None].
type Format string

// The formats that are special to someone beyond what their rows say.
const (
	None     Format = "none"
	Modeline Format = "modeline" // a comment "jetpills: revision=REV" in the document
	Page     Format = "page"     // the revision that a page describes, of code on the page
	Setting  Format = "setting"  // the editor's or the command line's choice
	Checkout Format = "checkout" // the document lies in jetpack-nixos itself
	Unlocked Format = "unlocked" // an address in flake.nix that the lock file is behind
	Fetch    Format = "fetch"    // what the document fetches
	Address  Format = "address"  // an address in the document
	Entry    Format = "entry"    // an address in a file that stands for the whole folder
)

const flakeLockFormat Format = "flake.lock"

// format is a row of the table: where a pin stands, and what reads it there. One of lock, find and text does that, but for
// those of which others tell: the page, the setting, what code fetches, and an address that is read beside the lock file.
type format struct {
	name Format
	// words name the pin in a sentence, %s the file in which it stands; "" is the file alone.
	words string
	// with names what a person would pin with; empty for formats that nobody is advised to use.
	with string
	// files are looked for in a folder, by their names within it, with slashes. What a folder pins rests on them.
	files []string
	// foundFiles matter in addition where the format is found.
	foundFiles []string
	// lock reads the one file, which has no purpose but to pin: what is wrong with it is a problem. The best pin is
	// first.
	lock func(in *opened, content []byte) ([]Pin, error)
	// find reads the pin off a folder, where there is one.
	find func(in *opened, names []string) Pin
	// fallback says that a pin in a folder above, of a format without this mark, holds rather than one of this format.
	fallback bool
	// mark stands in each text in which text, which reads the pin off a Nix file, may find one.
	mark string
	text func(tree *syntax.Tree) Pin
}

// formats are all formats, by rank: of the pins around a document and in it, that of the first row holds. Of pins in
// folders the nearest one's counts alone.
var formats = [...]format{
	{name: Modeline, words: "a comment in this file", mark: module.DirectiveMark, text: modelinePin},
	{name: Page, words: "this page"},
	{name: Setting, words: "the setting"},
	{
		name: Checkout, words: "the checkout",
		files: upstream.CheckoutFiles[:], foundFiles: []string{".git/HEAD"}, find: findCheckout,
	},
	{name: Fetch, words: "the revision in %s"},
	{name: Unlocked, words: "an address in %s, which is newer than the lock file"},
	{name: flakeLockFormat, with: "a flake input", files: []string{"flake.lock"}, lock: readFlakeLock},
	{name: "npins", with: "npins", files: []string{"npins/sources.json"}, lock: readNpins},
	{name: "niv", with: "niv", files: []string{"nix/sources.json"}, lock: readNiv},
	{name: "lon", with: "lon", files: []string{"lon.lock"}, lock: readLon},
	{name: Address, words: "an address in %s", mark: repo, text: addressPin},
	{
		name: Entry, words: "an address in %s", fallback: true,
		files: []string{"flake.nix", "default.nix", "configuration.nix"}, find: findEntry,
	},
}

// rank is where a format stands in the order of the table; behind all for None.
func (f Format) rank() int {
	if i := slices.IndexFunc(formats[:], func(row format) bool { return row.name == f }); i >= 0 {
		return i
	}
	return len(formats)
}

// row is the format of a pin; an empty one for None.
func (p Pin) row() format {
	if i := p.Format.rank(); i < len(formats) {
		return formats[i]
	}
	return format{}
}

// By says what pins the revision: words for a sentence, in which %s, if it is there, stands for a file. The file is
// empty where that is the document.
func (p Pin) By() (words, file string) {
	row := p.row()
	switch {
	case row.lock != nil:
		file = row.files[0]
	case p.File != "":
		file = filepath.Base(p.File)
	}
	return cmp.Or(row.words, "%s"), file
}

// Root is the folder whose inputs a lock file pins; empty where none does.
func (p Pin) Root() string {
	row := p.row()
	if row.lock == nil || p.File == "" {
		return ""
	}
	return filepath.Clean(strings.TrimSuffix(p.File, filepath.FromSlash(row.files[0])))
}

// Tools are what a person can pin with, in words.
func Tools() []string {
	var all []string
	for _, row := range formats {
		if row.with != "" {
			all = append(all, row.with)
		}
	}
	return all
}

// Files are the files that pins rest on, by their names within any folder, with slashes.
func Files() []string {
	var all []string
	for _, row := range formats {
		all = append(append(all, row.files...), row.foundFiles...)
	}
	return all
}

// Concerns reports whether a change of a file, or of a folder, of this name may change a pin.
func Concerns(path string) bool {
	base := filepath.Base(path)
	return slices.ContainsFunc(Files(), func(name string) bool { return slices.Contains(strings.Split(name, "/"), base) })
}

// Choose gives the pin that holds for a document, of those that the document has, the setting and its surroundings. Where
// there is none, it is that of a folder below the root of the repository.
func Choose(m Mentions, setting string, s *Surroundings) Pin {
	best := Pin{Format: None}
	all := append(slices.Clone(m), s.Pin, s.Entry)
	if setting != "" {
		all = append(all, SettingPin(setting))
	}
	for _, pin := range all {
		if pin.Found() && pin.Format.rank() < best.Format.rank() {
			best = pin
		}
	}
	if !best.Found() && s.Below.Found() {
		best = s.Below
	}
	return best
}

// IsExplicit reports whether a person chose the pin for the document, or the document is a part of jetpack-nixos: what code
// uses does not matter then.
func (p Pin) IsExplicit() bool { return p.Found() && p.Format.rank() <= Checkout.rank() }
