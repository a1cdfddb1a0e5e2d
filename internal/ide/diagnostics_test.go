package ide_test

import (
	"fmt"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// TestNothingAgainstUpstream holds that nothing is said against what jetpack-nixos itself sets: each option's default, as it
// is written there, and each value of its enums, in every revision of which these are known.
func TestNothingAgainstUpstream(t *testing.T) {
	session := newSession(t)
	library := session.Snapshot().Library()
	settings := session.Snapshot().Settings()
	looked, seen := 0, map[string]bool{}
	for _, revision := range library.Revisions() {
		c, _ := library.At(revision.Hash)
		for _, o := range c.Options() {
			path := strings.ReplaceAll(o.Path, ".*.", ".any.")
			sources := []string{o.Default}
			for _, value := range o.Values {
				source := fmt.Sprintf("%q", value)
				if o.ValuesInList {
					source = "[ " + source + " ]"
				}
				sources = append(sources, source)
			}
			for _, source := range sources {
				line := fmt.Sprintf("%s = %s;", path, source)
				if source == "" || seen[o.Type+line] || o.Kind == "unspecified" {
					continue
				}
				seen[o.Type+line] = true
				looked++
				settings.Revision = revision.Hash
				session.SetSettings(settings)
				doc := workspace.NewDocument("untitled:x", "", "nix", 1, "{ config, lib, pkgs, ... }: {\n"+line+"\n}\n")
				for _, d := range ide.Diagnose(session.Snapshot(), doc) {
					if d.Code != ide.CodeRenamedOption && d.Code != ide.CodeReadOnlyOption {
						t.Errorf("%s: %s: %s", revision.Short(), line, d.Message)
					}
				}
			}
		}
	}
	if looked < 150 {
		t.Errorf("only %d definitions", looked)
	}
}

// TestBoards holds what is said of each SoM, carrier board and JetPack to what their evaluation gave.
func TestBoards(t *testing.T) {
	session := newSession(t)
	settings := session.Snapshot().Settings()
	c := session.Snapshot().Library().Newest()
	settings.Revision = c.Revision.Hash
	session.SetSettings(settings)
	said := map[bool]int{}
	for _, som := range c.SoMs() {
		for _, carrier := range []string{"generic", "devkit", "xavierNxDevkit"} {
			for _, major := range []string{"5", "6", "7"} {
				_, clashes := c.Fits(som.Name, carrier, major)
				source := fmt.Sprintf("{ hardware.nvidia-jetpack = { som = %q; carrierBoard = %q; majorVersion = %q; }; }", som.Name, carrier, major)
				found := ide.Diagnose(session.Snapshot(), workspace.NewDocument("untitled:x", "", "nix", 1, source))
				if len(found) > 1 || (len(found) == 1) != (len(clashes) > 0) {
					t.Errorf("%s: %d diagnostics for %v", source, len(found), clashes)
				}
				said[len(found) > 0]++
			}
		}
	}
	if said[true] < 10 || said[false] < 10 {
		t.Errorf("said something of %d, nothing of %d", said[true], said[false])
	}
}
