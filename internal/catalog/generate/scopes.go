package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// scopesNix lists the names that a tree's overlays define.
//
//go:embed scopes.nix
var scopesNix string

// scopesFact says which names the overlays of each revision define.
type scopesFact struct {
	// Of has one index into Scopes for each revision, in the order of revisions.json; -1 where it is not known.
	Of     []int       `json:"of"`
	Scopes []scopeFact `json:"scopes"`
}

// scopeFact is one distinct set of names, as the difference to the one before it in the file.
type scopeFact struct {
	// Set gives the JetPack majors whose scope has a name, as one text ("5 6"), followed by "device" where the
	// overlay for a NixOS configuration defines the name too.
	Set     map[string]string `json:"set,omitempty"`
	Removed []string          `json:"removed,omitempty"`
	// Top are all attributes that the overlay sets at the top of the package set.
	Top []string `json:"top"`

	members map[string]string // all of them
}

// expand fills in the members from the differences.
func (s *scopesFact) expand() {
	now := map[string]string{}
	for i := range s.Scopes {
		for _, name := range s.Scopes[i].Removed {
			delete(now, name)
		}
		for name, where := range s.Scopes[i].Set {
			now[name] = where
		}
		s.Scopes[i].members = map[string]string{}
		for name, where := range now {
			s.Scopes[i].members[name] = where
		}
	}
}

// evaluateScopes rewrites scopes.json: it evaluates the overlays of every distinct tree of the clone with nixpkgs' lib.
// Revisions whose overlay does not evaluate are left unknown.
func evaluateScopes(f *facts, clone, lib, out string) error {
	var revisions []struct{ Rev, Date, Catalog string }
	for _, r := range f.Revisions {
		revisions = append(revisions, struct{ Rev, Date, Catalog string }{r.Rev, r.Date, r.Catalog})
	}
	git, err := openHistory(clone, revisions)
	if err != nil {
		return err
	}
	lib, err = filepath.Abs(lib)
	if err != nil {
		return err
	}
	// What the names depend on.
	files := []string{"overlay.nix", "mk-overlay.nix", "overlay-with-config.nix", "device-pkgs", "pkgs", "sourceinfo", "default.nix", "kernel"}
	objects, err := git.objects(git.revs, files)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "scopes")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.WriteFile(filepath.Join(work, "scopes.nix"), []byte(scopesNix), 0o644); err != nil {
		return err
	}

	var facts scopesFact
	known := map[string]int{} // by the files' objects
	index := map[string]int{} // by the names
	var last scopeFact
	for _, rev := range git.revs {
		key := ""
		for _, file := range files {
			key += objects[rev][file] + " "
		}
		at, ok := known[key]
		if !ok {
			at = -1
			if objects[rev]["overlay.nix"] != "" {
				s, err := evaluateScope(git, rev, work, lib)
				if err == nil {
					name, err := json.Marshal([]any{s.members, s.Top})
					if err != nil {
						return err
					}
					if at, ok = index[string(name)]; !ok {
						at = len(facts.Scopes)
						index[string(name)] = at
						facts.Scopes = append(facts.Scopes, s.since(last))
						last = s
					}
				} else if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
					return err
				} else {
					fmt.Fprintf(os.Stderr, "%s does not evaluate: %s\n", rev[:7], exit.Stderr)
				}
			}
			known[key] = at
		}
		facts.Of = append(facts.Of, at)
	}
	text, err := layOut(facts)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "scopes.json"), text, 0o644)
}

// since gives s as the difference to the set before it.
func (s scopeFact) since(before scopeFact) scopeFact {
	s.Set = map[string]string{}
	for name, where := range s.members {
		if before.members[name] != where {
			s.Set[name] = where
		}
	}
	for _, name := range sortedKeys(before.members) {
		if _, ok := s.members[name]; !ok {
			s.Removed = append(s.Removed, name)
		}
	}
	return s
}

// evaluateScope evaluates one revision in the folder work, which holds scopes.nix. Errors of Nix are *exec.ExitError.
func evaluateScope(git *history, rev, work, lib string) (scopeFact, error) {
	src := filepath.Join(work, "src")
	if err := os.RemoveAll(src); err != nil {
		return scopeFact{}, err
	}
	if err := os.Mkdir(src, 0o755); err != nil {
		return scopeFact{}, err
	}
	archive := filepath.Join(work, "src.tar")
	if _, err := git.git("", "archive", "-o", archive, rev); err != nil {
		return scopeFact{}, err
	}
	if out, err := exec.Command("tar", "-xf", archive, "-C", src).CombinedOutput(); err != nil {
		return scopeFact{}, fmt.Errorf("tar: %w: %s", errors.New(err.Error()), out)
	}
	out, err := exec.Command("nix-instantiate", "--eval", "--strict", "--json", filepath.Join(work, "scopes.nix"),
		"--arg", "src", src, "--arg", "libPath", lib).Output()
	if err != nil {
		return scopeFact{}, err
	}
	var raw struct {
		Top, Device []string
		Scopes      map[string][]string
	}
	if err := json.Unmarshal(out, &raw); err != nil {
		return scopeFact{}, err
	}
	s := scopeFact{Top: raw.Top, members: map[string]string{}}
	where := map[string][]string{}
	for _, scope := range sortedKeys(raw.Scopes) {
		major := strings.TrimPrefix(scope, "nvidia-jetpack")
		if major == "" {
			// With several generations, this one is an alias of one of them; alone, it is JetPack 5.
			if len(raw.Scopes) > 1 {
				continue
			}
			major = "5"
		}
		for _, name := range raw.Scopes[scope] {
			where[name] = append(where[name], major)
		}
	}
	for _, name := range raw.Device {
		where[name] = append(where[name], "device")
	}
	for name, words := range where {
		slices.Sort(words)
		s.members[name] = strings.Join(words, " ")
	}
	return s, nil
}
