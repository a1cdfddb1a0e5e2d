// Package pins says which revision of jetpack-nixos holds where a document lies: what pins it, and where its source
// would be. It reads data written by strangers, so it bounds every file and every depth, follows no symlink out of a
// folder, and runs nothing. The formats of pins are the rows of one table (formats.go).
package pins

import (
	"path/filepath"
	"strings"
	"time"

	"jetpills/internal/upstream"
)

// The repository of jetpack-nixos. One of the same name with another owner is a fork.
const (
	owner = "anduril"
	repo  = "jetpack-nixos"
)

// Pin says which jetpack-nixos a document works with. Only Format is always set; [None] means that nothing was found.
type Pin struct {
	Format Format
	// Revision is a commit: 40 lower-case hexadecimal digits, or what a person wrote instead.
	// It is empty where only a branch is named, or nothing.
	Revision string
	// Branch is the branch, tag or other name that is asked for, where no revision is.
	Branch string
	// File is the file that pins the revision, for a checkout its folder; empty for a setting, and for a document
	// that is no file.
	File string
	// Input is the name of the flake input or of the pin, "a/b" for input b of input a.
	Input string
	// IsDivided says that the lock file has jetpack-nixos in other revisions, too.
	IsDivided bool
	// Owner and Repo name the repository on its code host, where that is known.
	Owner, Repo string
	// Fork is set where the owner is known and is not upstream's.
	Fork bool
	// LastModified is the time of the commit as the lock file has it; zero where it has none.
	LastModified time.Time
	// NarHash is the hash of the source tree as the lock file spells it.
	NarHash string
	// StorePath is where Nix puts the source, computed from NarHash. Nothing says that it is there.
	StorePath string
	// Dir is the folder of the source for a checkout and for an input that is a path.
	Dir string
}

// Found reports whether the pin names jetpack-nixos in any way.
func (p Pin) Found() bool { return p.Format != None && p.Format != "" }

// Repository is "owner/repo", or nothing where that is not known.
func (p Pin) Repository() string {
	if p.Owner == "" || p.Repo == "" {
		return ""
	}
	return p.Owner + "/" + p.Repo
}

// Locations are where the source of the pin may lie, the best first. storeDir is Nix's store; "" is /nix/store.
// Nothing says that they are there.
func (p Pin) Locations(storeDir string) []upstream.Location {
	var all []upstream.Location
	if p.Dir != "" {
		at := upstream.Location{Dir: p.Dir}
		if p.Format != Checkout && p.Format != Setting { // a file names the folder, and may be a stranger's
			at.Within = filepath.Dir(p.File)
		}
		all = append(all, at)
	}
	if p.StorePath != "" {
		dir := filepath.FromSlash(p.StorePath)
		all = append(all, upstream.Location{Dir: dir, Within: orDefault(storeDir), Fixed: true})
	}
	return all
}

// SettingPin is the pin of a revision that a person set.
func SettingPin(revision string) Pin { return Pin{Format: Setting, Revision: normalRevision(revision)} }

// PagePin is the pin of code on a page that describes a revision.
func PagePin(revision string) Pin { return Pin{Format: Page, Revision: normalRevision(revision)} }

// IsRevision reports whether s has the form of a commit: 7 to 40 hexadecimal digits.
func IsRevision(s string) bool {
	return 7 <= len(s) && len(s) <= 40 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// commit is a full commit hash in lower case; empty for anything else.
func commit(s string) string {
	if s = strings.TrimSpace(s); len(s) != 40 || !IsRevision(s) {
		return ""
	}
	return strings.ToLower(s)
}

// SameRevision reports whether two revisions name one commit, which may be written shorter in one of them.
func SameRevision(a, b string) bool {
	return IsRevision(a) && IsRevision(b) && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

func normalRevision(s string) string {
	if s = strings.TrimSpace(s); IsRevision(s) {
		return strings.ToLower(s)
	}
	return s
}

// at sets what is asked for: a revision if it looks like one, a branch otherwise.
func (p Pin) at(ref string) Pin {
	switch {
	case ref == "" || strings.EqualFold(ref, "HEAD"):
	case IsRevision(ref):
		p.Revision = strings.ToLower(ref)
	default:
		p.Branch = ref
	}
	return p
}

// of sets the repository.
func (p Pin) of(r repository) Pin {
	p.Owner, p.Repo = r.owner, r.repo
	p.Fork = r.owner != "" && !strings.EqualFold(r.owner, owner)
	return p
}
