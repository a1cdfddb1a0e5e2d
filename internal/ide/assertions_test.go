package ide_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

// withoutRule are the assertions of history that no rule of CodeAssertion follows from, and why.
var withoutRule = map[string]string{
	"11c499e5b135": "refused-combination: the SoM and the JetPack",
	"9390d5a1c98f": "refused-combination: the SoM and the carrier board",
	"be24b667d38d": "the version of pkgs.docker",
	"2388d112d517": "the version of pkgs.docker",
	"82d751570a2b": "the version of pkgs.docker",
	"b8e53cf9405d": "the version of pkgs.docker",
	"906d1e5dd2ca": "the version of pkgs.cudaPackages, which an overlay of jetpack-nixos chooses and others may change",
	"c68923598b03": "the version of pkgs.cudaPackages, which an overlay of jetpack-nixos chooses and others may change",
	"e59577f9605c": "the version of pkgs.cudaPackages, which an overlay of jetpack-nixos chooses and others may change",
	"0b8123913e53": "the version of pkgs.cudaPackages, which an overlay of jetpack-nixos chooses and others may change",
	"7d2fccdb50ba": "the version of pkgs.cudaPackages, which an overlay of jetpack-nixos chooses and others may change",
	"abf35b7d8b68": "the release of nixpkgs: it fails on Thor before 25.11 alone",
	"c0ca27b95efc": "the file systems, which modules of other flakes define, such as disko's",
}

// TestEveryAssertion holds that there is a rule for each assertion that jetpack-nixos ever had, or a reason why there is none.
func TestEveryAssertion(t *testing.T) {
	ruled := map[string]bool{}
	for _, ids := range ide.Asserted() {
		for _, id := range ids {
			ruled[id] = true
		}
	}
	for id := range withoutRule {
		if ruled[id] {
			t.Errorf("%s has a rule, and a reason to have none", id)
		}
	}
	seen := map[string]bool{}
	library := newSession(t).Snapshot().Library()
	for _, r := range library.Revisions() {
		c, _ := library.At(r.Hash)
		for _, a := range c.Assertions() {
			if !seen[a.ID] && !ruled[a.ID] && withoutRule[a.ID] == "" {
				t.Errorf("%s: no rule follows from the assertion %s in %s:%d, and no reason is given", r.Short(), a.ID, a.File, a.Line)
			}
			seen[a.ID] = true
		}
	}
	for _, id := range slices.Concat(slices.Collect(maps.Keys(ruled)), slices.Collect(maps.Keys(withoutRule))) {
		if !seen[id] {
			t.Errorf("no revision has the assertion %s", id)
		}
	}
}

// judgedRevisions are those of which Nix is asked: they have all forms of the assertions that rules follow from.
var judgedRevisions = []string{
	"1a54d38d", "9ff41ba8", "f5a1bb78", "e17242a4", "53443392", "f288815d", "dc8d98e9", "4d857d6d",
}

// judgement is what Nix says of the cases of a revision.
type judgement struct {
	Revision string      `json:"revision"`
	Cases    []judgeCase `json:"cases"`
}

// judgeCase is a set of options, and the IDs of the assertions that fail for it.
type judgeCase struct {
	Set   string   `json:"set"` // Nix source: the definitions of a module
	Fails []string `json:"fails,omitzero"`
	Warns bool     `json:"warns,omitzero"`
}

type judgements struct {
	Lib       string      `json:"lib"` // the revision of nixpkgs' lib
	Revisions []judgement `json:"revisions"`
}

// casesOf are the sets of options that are judged at a revision: each value of each option of a group with each of the others.
func casesOf(c *catalog.Catalog) []string {
	const jetpack = catalog.Namespace + "."
	var all []string
	var vary func(set string, options [][]string)
	vary = func(set string, options [][]string) {
		if len(options) == 0 {
			if !slices.Contains(all, set) {
				all = append(all, set)
			}
			return
		}
		path, values := options[0][0], options[0][1:]
		o, isOption := c.Option(path)
		for _, value := range values {
			isValue := isOption && (len(o.Values) == 0 || slices.ContainsFunc(o.Values, func(v string) bool { return syntax.Quoted(v) == value }))
			switch {
			case value == "":
				vary(set, options[1:])
			case isValue || !strings.HasPrefix(path, jetpack):
				vary(set+path+" = "+value+"; ", options[1:])
			}
		}
	}
	soms := []string{jetpack + "som", `"orin-nx"`, `"xavier-agx"`, `"thor-agx"`}
	majors := []string{jetpack + "majorVersion", "", `"5"`, `"6"`, `"7"`}
	optee := jetpack + "firmware.optee."
	if c.HasAssertion("7cc5def27124", "293f076c6e8a") {
		vary("", [][]string{
			soms[:2], {"hardware.nvidia-container-toolkit.enable", "", "true"}, {"virtualisation.docker.enable", "", "true"},
			{"virtualisation.docker.enableNvidia", "", "true"}, {"virtualisation.podman.enable", "", "true"},
			{"virtualisation.podman.enableNvidia", "", "true", "false"},
		})
	}
	vary("", [][]string{
		soms, {"nixpkgs.hostPlatform", "", `"aarch64-linux"`, `"x86_64-linux"`}, {"nixpkgs.config.cudaSupport", "", "true"},
		{jetpack + "configureCuda", "", "true"},
	})
	if c.HasAssertion("672e8c7200bb", "f91df8a0ec9c", "3c51cbda273a", "10df2297d1b3", "b2d83bcc7c0e") {
		vary("", [][]string{soms, majors, {optee + "ftpm.enable", "", "false", "true"}})
		vary("", [][]string{
			soms[:2], {optee + "ftpm.enable", "", "true"}, {optee + "supplicant.earlyBoot.enable", "", "true"},
			{optee + "supplicant.enable", "", "false"}, {"boot.initrd.systemd.enable", "true", "false"},
			{`fileSystems."/boot".device`, "", `"/dev/sda1"`},
		})
	}
	return all
}

const assertionAnswers = "testdata/assertions.json"

// TestAssertionsAgainstNix holds what is reported of hosts to what Nix says of them, with the modules of jetpack-nixos and the
// real lib of nixpkgs over stubs of all else. With -lib DIR and -upstream DIR it takes the answers anew.
func TestAssertionsAgainstNix(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	known := nixtest.Recorded(t, assertionAnswers, func() judgements { return recordAssertions(t, library) })
	ids := ide.Asserted()
	judged := map[string]int{} // by ID
	for _, j := range known.Revisions {
		c := exactly(t, library, j.Revision)
		var sets []string
		for _, one := range j.Cases {
			sets = append(sets, one.Set)
		}
		if !slices.Equal(sets, casesOf(c)) {
			t.Errorf("%s: the cases are others than those that Nix was asked about: run make judge", c.Revision.Short())
			continue
		}
		found := findings(t, c.Revision.Hash, sets)
		for i, one := range j.Cases {
			reported, isWarned := map[string]bool{}, false
			for _, d := range found[i] {
				of := slices.DeleteFunc(slices.Clone(ids[d.Message]), func(id string) bool { return !c.HasAssertion(id) })
				isWarning := d.Severity == ide.SeverityWarning
				switch {
				case d.Code != ide.CodeAssertion:
				case isWarning && !one.Warns || !isWarning && !slices.ContainsFunc(of, func(id string) bool { return slices.Contains(one.Fails, id) }):
					t.Errorf("%s: %s: Nix does not say that %s", c.Revision.Short(), one.Set, d.Message)
				}
				isWarned = isWarned || isWarning && d.Code == ide.CodeAssertion
				for _, related := range d.Related { // another assertion with the same place
					for _, id := range ids[related.Message] {
						reported[id] = true
					}
				}
				for _, id := range of {
					reported[id] = true
				}
			}
			if one.Warns && !isWarned {
				t.Errorf("%s: %s: nothing is said of a warning", c.Revision.Short(), one.Set)
			}
			for _, id := range one.Fails {
				judged[id]++
				if withoutRule[id] == "" && !reported[id] {
					t.Errorf("%s: %s: nothing is said of %s", c.Revision.Short(), one.Set, id)
				}
			}
		}
	}
	t.Logf("cases in which each fails: %v", judged)
}

// findings are those of each of some modules, every one of them a host of its own.
func findings(t *testing.T, revision string, sets []string) [][]ide.Diagnostic {
	t.Helper()
	locked := fmt.Sprintf(`"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":%q`, revision)
	docs := hostsWith(t, t.TempDir(), locked, "github:anduril/jetpack-nixos", sets)
	sn := newSession(t).Snapshot()
	var all [][]ide.Diagnostic
	for _, doc := range docs {
		all = append(all, ide.Diagnose(sn, doc))
	}
	return all
}

// hostsWith makes a host of each of some modules, in a flake whose input jp is locked to something, and gives the documents of
// the modules.
func hostsWith(t *testing.T, dir, locked, url string, sets []string) []*workspace.Document {
	t.Helper()
	write := func(name, content string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	write("flake.lock", `{"nodes":{"jp":{"locked":{`+locked+`}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`)
	var hosts strings.Builder
	fmt.Fprintf(&hosts, "{\n  inputs.jp.url = %q;\n  outputs = { nixpkgs, jp, ... }: {\n", url)
	for i := range sets {
		fmt.Fprintf(&hosts, "    nixosConfigurations.c%d = nixpkgs.lib.nixosSystem { modules = [ jp.nixosModules.default ./c%d.nix ]; };\n", i, i)
	}
	write("flake.nix", hosts.String()+"  };\n}\n")
	var names []string
	for i, set := range sets {
		names = append(names, write(fmt.Sprintf("c%d.nix", i), "{ lib, pkgs, ... }: {\n  hardware.nvidia-jetpack.enable = true;\n  "+set+"\n}\n"))
	}
	var docs []*workspace.Document
	for _, name := range names {
		doc, err := workspace.ReadDocument(name)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, doc)
	}
	return docs
}

// recordAssertions asks Nix.
func recordAssertions(t *testing.T, library *catalog.Library) judgements {
	t.Helper()
	all := judgements{Lib: nixtest.LibRevision(t)}
	for _, rev := range judgedRevisions {
		c := exactly(t, library, rev)
		sets := casesOf(c)
		cases := make([]string, len(sets))
		for i, set := range sets {
			cases[i] = fmt.Sprintf("{ hardware.nvidia-jetpack.enable = true; %s}", set)
		}
		var answers []struct {
			Fails []string
			Warns bool
		}
		source := askUpstream(t, "assertions.nix", c, cases, &answers)
		j := judgement{Revision: c.Revision.Hash}
		for i, answer := range answers {
			one := judgeCase{Set: sets[i], Warns: answer.Warns}
			for _, place := range answer.Fails {
				at := slices.IndexFunc(c.Assertions(), func(a catalog.Assertion) bool {
					return place == filepath.Join(source, a.File)+":"+strconv.Itoa(a.Line)
				})
				if at < 0 {
					t.Fatalf("%s: no assertion is known at %s", c.Revision.Short(), place)
				}
				if id := c.Assertions()[at].ID; !slices.Contains(one.Fails, id) {
					one.Fails = append(one.Fails, id)
				}
			}
			slices.Sort(one.Fails)
			j.Cases = append(j.Cases, one)
		}
		all.Revisions = append(all.Revisions, j)
	}
	return all
}
