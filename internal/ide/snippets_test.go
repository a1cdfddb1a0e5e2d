package ide_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
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

// snippetsAt are the beginnings that are offered in an empty file of a workspace that pins a revision, by label.
func snippetsAt(t *testing.T, revision, file string) map[string]ide.Item {
	t.Helper()
	dir := t.TempDir()
	lock := strings.Replace(workspaces()["embedded"]["flake.lock"], "4d857d6da48c420da39964b6fb7ba23a958abad3", revision, 1)
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	session := newSession(t)
	session.SetFolders([]string{dir})
	path := filepath.Join(dir, file)
	session.Open(path, path, "nix", 1, "")
	snapshot := session.Snapshot()
	doc, _ := snapshot.Document(path)
	all := map[string]ide.Item{}
	for _, item := range ide.Complete(snapshot, doc, 0) {
		all[item.Label] = item
		if page, ok := ide.Resolve(snapshot, doc, item.Topic); !ok || !strings.Contains(page.Plain(), "Pill 0") || item.Detail == "" {
			t.Errorf("%s has no documentation", item.Label)
		}
	}
	return all
}

// snippetJudgement is what Nix makes of a snippet at a revision.
type snippetJudgement struct {
	Revision string `json:"revision"`
	Label    string `json:"label"`
	Text     string `json:"text"`
	Answer   string `json:"answer"`
}

// TestSnippetsAgainstNix holds each snippet to what Nix makes of it, with the modules of jetpack-nixos, at the revisions that are
// judged, and to our own reading of it. With -lib DIR and -upstream DIR it takes the answers anew.
func TestSnippetsAgainstNix(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	known := nixtest.Recorded(t, "testdata/snippets.json", func() []snippetJudgement { return recordSnippets(t, library) })
	judged := map[string]snippetJudgement{}
	for _, j := range known {
		judged[j.Revision+j.Label] = j
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Fatalf("Nix is the judge of snippets: %v", err)
	}
	for _, rev := range judgedRevisions {
		c := exactly(t, library, rev)
		all := allSnippets(t, c)
		isNewest := rev == judgedRevisions[len(judgedRevisions)-1]
		for _, s := range all {
			j := judged[c.Revision.Hash+s.Label]
			delete(judged, c.Revision.Hash+s.Label)
			if j.Text != s.Edit.NewText || j.Answer != wantOf(c, s) {
				t.Errorf("%s at %s: Nix said %q of\n%s\nwant %q of\n%s", s.Label, rev, j.Answer, j.Text, wantOf(c, s), s.Edit.NewText)
			}
			if errors := syntax.Parse(s.Edit.NewText).Errors(); len(errors) > 0 {
				t.Errorf("%s at %s: %v", s.Label, rev, errors)
			}
			if isNewest {
				parse := exec.Command(nix, "--parse", "-")
				parse.Stdin = strings.NewReader(s.Edit.NewText)
				if out, err := parse.CombinedOutput(); err != nil {
					t.Errorf("%s: %s", s.Label, out)
				}
			}
			if isNewest || !strings.HasPrefix(s.Label, "jetson-") || s.Label == "jetson-orin-agx" {
				readSnippet(t, c, s, all[0].Edit.NewText)
			}
		}
	}
	for _, j := range judged {
		t.Errorf("%s is not offered at %s any more", j.Label, j.Revision)
	}
}

// allSnippets are those of a revision, the flake first.
func allSnippets(t *testing.T, c *catalog.Catalog) (all []ide.Item) {
	t.Helper()
	for _, file := range []string{"flake.nix", "orin.nix"} {
		items := snippetsAt(t, c.Revision.Hash, file)
		for _, label := range slices.Sorted(maps.Keys(items)) {
			all = append(all, items[label])
		}
	}
	if want := len(c.SoMs()) + 1; len(all) < want {
		t.Errorf("%d snippets at %s, want at least %d", len(all), c.Revision.Short(), want)
	}
	return all
}

// wantOf is what a snippet is to come to.
func wantOf(c *catalog.Catalog, s ide.Item) string {
	switch som, isConfiguration := strings.CutPrefix(s.Label, "jetson-"); {
	case isConfiguration:
		carrier := "devkit"
		if !strings.Contains(s.Edit.NewText, "carrierBoard") {
			carrier = "generic"
		}
		return som + " " + carrier
	case s.Label == "jetpack-flake":
		return "orin 2"
	case s.Label == "jetpack-board":
		return "orin-agx rover"
	}
	return "rover-tool of 36 and l4t-core"
}

// readSnippet reads a snippet as the program does any file: nothing is found in it, and its host is what it says.
func readSnippet(t *testing.T, c *catalog.Catalog, s ide.Item, flake string) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"flake.lock": strings.NewReplacer("4d857d6da48c420da39964b6fb7ba23a958abad3", c.Revision.Hash, `"jp"`, `"jetpack-nixos"`).Replace(workspaces()["embedded"]["flake.lock"]),
		"flake.nix":  flake,
	}
	const hostFile = "hosts/orin.nix"
	name := hostFile
	switch s.Label {
	case "jetpack-flake":
		name = "flake.nix"
		files[hostFile] = "{ }"
	case "jetpack-overlay":
		name = "overlay.nix"
		files[hostFile] = "{ nixpkgs.overlays = [ (import ../overlay.nix) ]; hardware.nvidia-jetpack.enable = true; }"
	}
	files[name] = s.Edit.NewText
	writeTree(t, dir, files)
	session := newSession(t)
	session.SetFolders([]string{dir})
	doc, err := workspace.ReadDocument(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	snapshot := session.Snapshot()
	for _, d := range ide.Diagnose(snapshot, doc) {
		if d.Code == ide.CodePlaceholderKey {
			continue // the person is to replace it
		}
		t.Errorf("%s at %s: %s", s.Label, c.Revision.Short(), d.Message)
	}
	som, isConfiguration := strings.CutPrefix(s.Label, "jetson-")
	if !isConfiguration {
		return
	}
	hosts := snapshot.Configuration(dir)
	if hosts == nil || len(hosts.Hosts) != 1 {
		t.Fatalf("%s at %s: no host", s.Label, c.Revision.Short())
	}
	if v, ok := hosts.Hosts[0].Option(catalog.SoMOption); !ok || len(v.Values) != 1 || v.Values[0] != som {
		t.Errorf("%s at %s: the host has the SoM %v", s.Label, c.Revision.Short(), v.Values)
	}
	if f := ide.FactsOf(hosts, hosts.Hosts[0]); f.JetPack == "" && len(c.Generations()) > 0 {
		t.Errorf("%s at %s: nothing follows from it", s.Label, c.Revision.Short())
	}
}

func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func recordSnippets(t *testing.T, library *catalog.Library) (all []snippetJudgement) {
	t.Helper()
	for _, rev := range judgedRevisions {
		c := exactly(t, library, rev)
		source := t.TempDir()
		nixtest.UnpackUpstream(t, c.Revision.Hash, source)
		for _, s := range allSnippets(t, c) {
			file := filepath.Join(t.TempDir(), "snippet.nix")
			if err := os.WriteFile(file, []byte(s.Edit.NewText), 0o600); err != nil {
				t.Fatal(err)
			}
			tool := filepath.Join(filepath.Dir(file), "rover-tool.nix")
			if err := os.WriteFile(tool, []byte(`{ l4t-core, version }: "rover-tool of ${version} and ${l4t-core}"`), 0o600); err != nil {
				t.Fatal(err)
			}
			upstream := `(src + "/modules/default.nix")`
			if c.Root.Of != "" {
				upstream = `(import (src + "/modules/default.nix") (final: prev: { }))`
			}
			ask := `(lib.evalModules { modules = [ ` + upstream + ` snippet { config._module = { check = false; args.pkgs = { }; }; } ]; }).config.hardware.nvidia-jetpack`
			switch s.Label {
			case "jetpack-flake":
				ask = `let f = snippet.outputs { self = { }; nixpkgs.lib.nixosSystem = a: a; jetpack-nixos.nixosModules.default = { }; };
				  name = builtins.head (builtins.attrNames f.nixosConfigurations);
				  in assert snippet.inputs ? jetpack-nixos; "${name} ${toString (builtins.length f.nixosConfigurations.${name}.modules)}"`
			case "jetpack-overlay":
				ask = `let
				    nixpkgs = final: { newScope = extra: lib.callPackageWith (final // extra); l4t-core = "none"; };
				    jetpack = final: prev: { nvidia-jetpack = lib.makeScope final.newScope (self: { l4t-core = "l4t-core"; version = "36"; }); };
				  in (lib.fix (lib.extends snippet (lib.extends jetpack nixpkgs))).nvidia-jetpack.rover-tool`
			default:
				ask = "let j = " + ask + `; in assert j.enable; "${j.som} ${j.carrierBoard}"`
			}
			whole := fmt.Sprintf("let lib = import %s; src = %s; snippet = import %s; in %s", nixtest.Lib(t), strconv.Quote(source), file, ask)
			var answer string
			nixtest.Eval(t, whole, &answer)
			all = append(all, snippetJudgement{c.Revision.Hash, s.Label, s.Edit.NewText, answer})
		}
	}
	return all
}
