// Package upstream finds jetpack-nixos from where a document lies: which revision is pinned, by which file, and where its source would be.
// It reads data written by strangers, so it bounds every file and every depth, follows no symlink out of a folder, and runs nothing.
package upstream

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Upstream's place on its code host. Another owner's repository of the same name is a fork.
const (
	owner = "anduril"
	repo  = "jetpack-nixos"
)

// Known is how a pin is known.
type Known string

// The ways to know a pin.
const (
	FromNothing   Known = "none"
	FromModeline  Known = "modeline"   // a comment "jetpills: revision=REV" in the document
	FromSetting   Known = "setting"    // the editor's or the command line's choice
	FromCheckout  Known = "checkout"   // the document lies in jetpack-nixos itself
	FromFlakeLock Known = "flake.lock" //
	FromNpins     Known = "npins"      // npins/sources.json
	FromNiv       Known = "niv"        // nix/sources.json
	FromLon       Known = "lon"        // lon.lock
	FromURL       Known = "url"        // an address in Nix code
)

// Pin says which jetpack-nixos a document works with. Only Known is always set; "none" means that nothing was found.
type Pin struct {
	Known Known
	// Revision is a commit: 40 lower-case hexadecimal digits, or what a person wrote instead.
	// It is empty where only a branch is named, or nothing.
	Revision string
	// Branch is the branch, tag or other name that is asked for, where no revision is.
	Branch string
	// Source is the file that says so; empty for a setting, and for a document that is no file.
	Source string
	// Input is the name of the flake input or of the pin, "a/b" for input b of input a.
	Input string
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
func (p Pin) Found() bool { return p.Known != FromNothing && p.Known != "" }

// Repository is "owner/repo", or nothing where that is not known.
func (p Pin) Repository() string {
	if p.Owner == "" || p.Repo == "" {
		return ""
	}
	return p.Owner + "/" + p.Repo
}

// Problem is something about a file that kept it from being used, or that a person should know of.
type Problem struct {
	File    string
	Message string // one clause without the file's name
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s", p.File, p.Message) }

// SettingPin is the pin of a revision that a person set.
func SettingPin(revision string) Pin {
	return Pin{Known: FromSetting, Revision: normalRevision(revision)}
}

// IsRevision reports whether s has the form of a commit: 7 to 40 hexadecimal digits.
func IsRevision(s string) bool {
	if len(s) < 7 || len(s) > 40 {
		return false
	}
	for _, c := range s {
		if !strings.ContainsRune("0123456789abcdefABCDEF", c) {
			return false
		}
	}
	return true
}

// isCommit reports whether s is a full commit hash.
func isCommit(s string) bool {
	if len(s) != 40 {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}

// SameRevision reports whether two revisions name one commit, which may be written shorter in one of them.
func SameRevision(a, b string) bool {
	return IsRevision(a) && IsRevision(b) && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

func normalRevision(s string) string {
	s = strings.TrimSpace(s)
	if IsRevision(s) {
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
