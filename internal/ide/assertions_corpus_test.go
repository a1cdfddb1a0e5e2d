//go:build corpus

// go test -tags corpus -run "TestEveryRefusal|TestSourceAgainstNix" ./internal/ide -args -upstream DIR

package ide_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

// refusals are what stops or warns of a host in upstream's source without being an assertion, by file and function, and why no
// rule follows from it. What stands below pkgs/ is said of packages, by those alone who build them.
var refusals = map[string]string{
	"modules/devices.nix: throw":                  "majorVersion has no other values: that is unknown-value",
	"modules/default.nix: warn":                   "it comes where a text reads the packages of another JetPack",
	"modules/flash-script.nix: warn":              "it comes where a text reads an old name of the flash script or of the packages",
	"overlay-with-config.nix: throw":              "it comes where something is built that needs to know the SoC of the SoM generic",
	"overlay.nix: assert":                         "it holds for what jetpack-nixos sets itself",
	"mk-overlay.nix: warnOnInstantiate":           "it comes where a text reads a package that is no more",
	"device-pkgs/default.nix: throw":              "it comes where a flash command is built for several variants of firmware, which jetpack-nixos sets itself",
	"device-pkgs/flash-tools-flashcmd.nix: throw": "it comes where a flash command is built for several variants of firmware, which jetpack-nixos sets itself",
}

// TestEveryRefusal holds that the catalogs have each assertion and each warning that the text of upstream's modules has at the
// revisions of which Nix is asked, and that nothing else stops or warns of a host without a reason to have no rule. With
// -upstream DIR.
func TestEveryRefusal(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	written := regexp.MustCompile(`\b(assertion|warnings)\s*=`)
	seen := map[string]bool{}
	for _, rev := range judgedRevisions {
		c, _ := library.At(rev)
		dir := t.TempDir()
		nixtest.UnpackUpstream(t, c.Revision.Hash, dir)
		assertions := map[string]bool{} // by file and line
		for _, a := range c.Assertions() {
			assertions[fmt.Sprintf("%s:%d", a.File, a.Line)] = true
		}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			// Only the flake's own checks evaluate check-jetpack-selection.nix.
			if err != nil || d.IsDir() || filepath.Ext(name) != ".nix" || strings.HasPrefix(name, "pkgs/") || name == "check-jetpack-selection.nix" {
				return err
			}
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			tree := syntax.Parse(string(content))
			for i, line := range strings.Split(string(content), "\n") {
				if at := fmt.Sprintf("%s:%d", name, i+1); written.MatchString(line) && !assertions[at] {
					t.Errorf("%s: the catalog has no assertion at %s", rev, at)
				}
			}
			for n := range syntax.Descendants(tree.Root()) {
				function := ""
				if call, ok := syntax.AsApply(n); ok {
					function = module.CalleeName(call.Function())
				} else if n.Kind() == syntax.Assert {
					function = "assert"
				}
				switch function {
				case "assert", "throw", "abort", "throwIf", "throwIfNot", "warn", "warnIf", "warnIfNot", "warnOnInstantiate", "mkRemovedOptionModule":
				default:
					continue
				}
				is := name + ": " + function
				if seen[is] = true; refusals[is] == "" {
					t.Errorf("%s: no reason is given for %s", rev, is)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for is := range refusals {
		if !seen[is] {
			t.Errorf("nothing is %s", is)
		}
	}
}

// TestSourceAgainstNix holds what follows from the source of jetpack-nixos itself to what Nix says of it, for the cases of
// TestAssertionsAgainstNix: none fails that Nix does not know of, and those of which is nothing said hang on what no
// configuration tells. With -upstream DIR alone.
func TestSourceAgainstNix(t *testing.T) {
	known := nixtest.Recorded[judgements](t, assertionAnswers, nil)
	const fork = "4242424242424242424242424242424242424242"
	for _, layout := range []struct{ name, locked, url string }{
		{"in the workspace", `"type":"path","path":"./jp"`, "path:./jp"},
		{"in the store", `"type":"github","owner":"acme","repo":"jetpack-nixos","rev":"` + fork + `","narHash":"sha256-dhnq2A/E0ddqFPj4u8bUbKJwwgA8JA2cnM6gkHDQO/E="`, "github:acme/jetpack-nixos"},
	} {
		t.Run(layout.name, func(t *testing.T) {
			found, missed := map[string]int{}, map[string]int{}
			for _, j := range known.Revisions {
				var sets []string
				for _, one := range j.Cases {
					sets = append(sets, one.Set)
				}
				dir, store := t.TempDir(), t.TempDir()
				docs := hostsWith(t, dir, layout.locked, layout.url, sets)
				source := filepath.Join(dir, "jp")
				if at := newSessionIn(t, store).Snapshot().CatalogAt(dir).Pin.StorePath; at != "" {
					source = at
				}
				nixtest.UnpackUpstream(t, j.Revision, source)
				sn := newSessionIn(t, store).Snapshot()
				c := sn.Configuration(dir)
				if c.Bound != nil || c.Pinned.Basis != workspace.ReadFork {
					t.Fatalf("%s: %v, basis %v", j.Revision, c.Bound, c.Pinned.Basis)
				}
				byRevision := findings(t, j.Revision, sets)
				for i, one := range j.Cases {
					h, _ := c.Host(fmt.Sprintf("c%d", i))
					fails, isWarned := map[string]bool{}, false
					for _, f := range h.Failed {
						id := c.Pinned.Source.AssertionID(f.At.File, f.At.Span.Start)
						if f.Message == "" || len(f.HangsOn) == 0 {
							t.Errorf("%s: %s: %s says nothing", j.Revision, one.Set, id)
						}
						if f.IsWarning {
							isWarned = true
						} else if fails[id] = true; !slices.Contains(one.Fails, id) {
							t.Errorf("%s: %s: Nix does not say that %s fails: %s", j.Revision, one.Set, id, f.Message)
						}
					}
					if isWarned && !one.Warns {
						t.Errorf("%s: %s: Nix does not warn", j.Revision, one.Set)
					}
					all := slices.Clone(one.Fails)
					if one.Warns {
						fails["warning"] = isWarned
						all = append(all, "warning")
					}
					for _, id := range all {
						if fails[id] {
							found[id]++
						} else {
							missed[id]++
						}
					}
					// Rules of ours say what they say without the source, and nothing is said twice.
					if got, want := said(ide.Diagnose(sn, docs[i]), fork), said(byRevision[i], j.Revision); !slices.Equal(got, want) {
						t.Errorf("%s: %s: with the source: %q\nwithout: %q", j.Revision, one.Set, got, want)
					}
				}
			}
			t.Logf("found: %v, missed: %v", found, missed)
			for id := range missed {
				if withoutRule[id] == "" {
					t.Errorf("the source does not say %d times that %s fails", missed[id], id)
				}
			}
		})
	}
}

// said are diagnostics without what tells whether the revision of jetpack-nixos is known.
func said(all []ide.Diagnostic, revision string) (said []string) {
	for _, d := range all {
		message := strings.ReplaceAll(d.Message, "jetpack-nixos "+revision[:7], "this jetpack-nixos")
		said = append(said, fmt.Sprintf("%d: %v: %s [%s]", d.Span.Start, d.Severity, message, d.Code))
	}
	return said
}
