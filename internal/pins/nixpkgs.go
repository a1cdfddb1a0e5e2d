package pins

import (
	"strings"
	"time"

	"jetpills/internal/pattern"
)

// Nixpkgs is what an input of a flake has of nixpkgs.
type Nixpkgs struct {
	// Release is the release of NixOS whose branch the input follows, as 25.11; empty for
	// nixos-unstable, and where only a commit is known.
	Release string
	// LastModified is the time of the commit as the lock file has it; zero where it has none.
	LastModified time.Time
}

// IsBefore reports whether it is certainly older than what came into the master branch of nixpkgs
// after a day and is in a release and all later ones. A branch of an older release lacks it however
// new its commits are.
func (n Nixpkgs) IsBefore(release string, day time.Time) bool {
	return n.Release != "" && n.Release < release || !n.LastModified.IsZero() && n.LastModified.Before(day)
}

var (
	releaseBranch = pattern.New(`(?i)\b(?:nixos|nixpkgs|release)-(\d\d\.\d\d)\b`)
	ownAddress    = pattern.New(`(?i)^(?:flake:)?nixpkgs/|[:/]NixOS/nixpkgs\b|\.nixos\.org/`)
)

// release is that of a branch; empty for a branch of none.
func release(branch string) string {
	if m := releaseBranch.FindStringSubmatch(branch); m != nil {
		return m[1]
	}
	return ""
}

// NixpkgsAt is what the address of a flake input says, if that is NixOS's own nixpkgs. A fork may have anything.
func NixpkgsAt(address string) (n Nixpkgs, ok bool) {
	return Nixpkgs{Release: release(address)}, ownAddress.MatchString(address)
}

// nixpkgs are the inputs of the root that are NixOS's own nixpkgs, by name.
func (l *flakeLock) nixpkgs() map[string]Nixpkgs {
	found := map[string]Nixpkgs{}
	for input, target := range l.node(l.Root).Inputs {
		node := l.node(l.resolve(target, 0))
		locked, original := node.Locked, node.Original
		isOwn := strings.EqualFold(locked.Owner, "NixOS") && strings.EqualFold(locked.Repo, "nixpkgs")
		if !isOwn && !strings.Contains(locked.URL, ".nixos.org/") {
			continue
		}
		n := Nixpkgs{Release: release(original.Ref + " " + original.URL)}
		if locked.LastModified > 0 {
			n.LastModified = time.Unix(locked.LastModified, 0).UTC()
		}
		found[input] = n
	}
	return found
}

// Nixpkgs are the inputs of the flake in a folder that its flake.lock has as NixOS's own nixpkgs, by name.
func (f *Finder) Nixpkgs(dir string) map[string]Nixpkgs { return f.look(dir).nixpkgs }
