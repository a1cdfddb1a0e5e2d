package ide_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

var (
	libDir      = flag.String("lib", "", "a folder with nixpkgs' lib, to take the answers in testdata/assertions.json anew")
	libRevision = flag.String("revision", "", "the commit of the lib in -lib, where that is no clone")
	upstreamDir = flag.String("upstream", "", "a clone of jetpack-nixos, to take the answers in testdata/assertions.json anew")
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
	if *upstreamDir == "" {
		t.Skip("needs -upstream")
	}
	library := newSession(t).Snapshot().Library()
	written := regexp.MustCompile(`\b(assertion|warnings)\s*=`)
	seen := map[string]bool{}
	for _, rev := range judgedRevisions {
		c, _ := library.At(rev)
		dir := t.TempDir()
		unpackUpstream(t, c.Revision.Hash, dir)
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

// TestAssertionsAgainstNix holds what is reported of hosts to what Nix says of them, with the modules of jetpack-nixos and the
// real lib of nixpkgs over stubs of all else. With -lib DIR and -upstream DIR it takes the answers anew.
func TestAssertionsAgainstNix(t *testing.T) {
	const file = "testdata/assertions.json"
	library := newSession(t).Snapshot().Library()
	if *libDir != "" {
		record(t, file, library)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var known judgements
	if err := json.Unmarshal(content, &known); err != nil {
		t.Fatal(err)
	}
	ids := ide.Asserted()
	judged := map[string]int{} // by ID
	for _, j := range known.Revisions {
		c, match := library.At(j.Revision)
		if match != catalog.Exact {
			t.Fatalf("%s is not known", j.Revision)
		}
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

// TestSourceAgainstNix holds what follows from the source of jetpack-nixos itself to what Nix says of it, for the cases of
// TestAssertionsAgainstNix: none fails that Nix does not know of, and those of which is nothing said hang on what no
// configuration tells. With -upstream DIR alone.
func TestSourceAgainstNix(t *testing.T) {
	if *upstreamDir == "" {
		t.Skip("needs -upstream")
	}
	content, err := os.ReadFile("testdata/assertions.json")
	if err != nil {
		t.Fatal(err)
	}
	var known judgements
	if err := json.Unmarshal(content, &known); err != nil {
		t.Fatal(err)
	}
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
				unpackUpstream(t, j.Revision, source)
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

// unpackUpstream writes a revision of jetpack-nixos into a folder.
func unpackUpstream(t *testing.T, revision, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	archive, err := exec.Command("git", "-C", *upstreamDir, "archive", revision).Output()
	if err != nil {
		t.Fatalf("git archive %s in %s: %v", revision, *upstreamDir, err)
	}
	unpack := exec.Command("tar", "x", "-C", dir)
	unpack.Stdin = bytes.NewReader(archive)
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
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

// record asks Nix, and writes what it says.
func record(t *testing.T, file string, library *catalog.Library) {
	t.Helper()
	git := func(dir string, args ...string) []byte {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
		if err != nil {
			t.Fatalf("git %v in %s: %v", args, dir, err)
		}
		return out
	}
	all := judgements{Lib: *libRevision}
	if all.Lib == "" {
		all.Lib = strings.TrimSpace(string(git(*libDir, "rev-parse", "HEAD")))
	}
	lib, err := filepath.Abs(*libDir)
	if err != nil {
		t.Fatal(err)
	}
	stubs, err := filepath.Abs("testdata/assertions.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range judgedRevisions {
		c, match := library.At(rev)
		if match != catalog.Exact {
			t.Fatalf("%s is not known", rev)
		}
		source := t.TempDir()
		unpackUpstream(t, c.Revision.Hash, source)
		var ask strings.Builder
		fmt.Fprintf(&ask, "import %s { lib = import %s; source = %s; l4t = { ", stubs, filepath.Join(lib, "lib"), source)
		for _, g := range c.Generations() {
			fmt.Fprintf(&ask, "%q = %q; ", g.Major, g.L4T)
		}
		ask.WriteString("}; cases = [\n")
		sets := casesOf(c)
		for _, set := range sets {
			fmt.Fprintf(&ask, "{ hardware.nvidia-jetpack.enable = true; %s}\n", set)
		}
		cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "-")
		cmd.Stdin = strings.NewReader(ask.String() + "]; }")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("nix-instantiate: %v: %s", err, stderr.Bytes())
		}
		var answers []struct {
			Fails []string
			Warns bool
		}
		if err := json.Unmarshal(out, &answers); err != nil {
			t.Fatal(err)
		}
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
	content, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(content, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
