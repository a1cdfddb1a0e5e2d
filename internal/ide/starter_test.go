package ide_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/starter"
	"jetpills/internal/workspace"
)

// starterJudgement is what Nix makes of a first flake.
type starterJudgement struct {
	Host   string `json:"host"`
	Files  string `json:"files"` // a hash of the names and texts that Nix was given
	Answer string `json:"answer"`
}

// everyHost has each board that can be chosen.
func everyHost(c *catalog.Catalog) (all []starter.Host) {
	names := []string{"orin", "2nd-robot", "let", "R2D2"}
	for _, som := range starter.Choices(c, starter.Host{}, catalog.SoMOption) {
		h := starter.Host{SoM: som.Value}
		for _, carrier := range starter.Choices(c, h, catalog.CarrierBoardOption) {
			h.CarrierBoard = carrier.Value
			for _, major := range starter.Choices(c, h, catalog.MajorVersionOption) {
				of := h
				of.Major, of.Name, of.Key = major.Value, names[len(all)%len(names)], "ssh-ed25519 AAAAC3Nz me@pc"
				all = append(all, of)
				if starter.TakesSuper(c, of) {
					of.Super = true
					all = append(all, of)
				}
			}
		}
	}
	return all
}

func writeStarter(t *testing.T, files []starter.File) (dir, hash string) {
	t.Helper()
	dir = t.TempDir()
	content, sum := map[string]string{}, sha256.New()
	for _, f := range files {
		content[f.Name] = f.Text
		if filepath.Ext(f.Name) == ".nix" {
			fmt.Fprintf(sum, "%s\n%s\n", f.Name, f.Text)
		}
	}
	writeTree(t, dir, content)
	return dir, fmt.Sprintf("%x", sum.Sum(nil)[:8])
}

func chosen(h starter.Host) string {
	of := strings.Join([]string{h.SoM, h.CarrierBoard, h.Major}, " ")
	if h.Super {
		of += " super"
	}
	return of
}

// TestStarterAgainstNix holds the first flake of each board that can be chosen to what was asked for: the program finds nothing wrong in it and
// reads its host as that board, Nix parses it, and evaluates it with the modules of the revision that it pins. With -lib DIR and
// -upstream DIR it takes the answers of Nix anew.
func TestStarterAgainstNix(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	c := exactly(t, library, judgedRevisions[len(judgedRevisions)-1])
	hosts := everyHost(c)
	known := nixtest.Recorded(t, "testdata/starter.json", func() []starterJudgement { return recordStarters(t, c, hosts) })
	judged := map[string]starterJudgement{}
	for _, j := range known {
		judged[j.Host] = j
	}
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Fatalf("Nix is the judge of flakes: %v", err)
	}
	accepted, withSuper := 0, 0
	for _, h := range hosts {
		if h.Super {
			withSuper++
		}
	}
	for _, som := range c.SoMs() {
		carriers, _ := c.Option(catalog.CarrierBoardOption)
		for _, carrier := range carriers.Values {
			for _, g := range c.Generations() {
				if verdict, _ := c.Fits(som.Name, carrier, g.Major); verdict == catalog.FitYes && som.Name != "generic" {
					accepted++
				}
			}
		}
	}
	if withSuper == 0 || len(hosts)-withSuper != accepted || len(known) != len(hosts) {
		t.Errorf("%d boards can be chosen, %d were judged, and upstream accepts %d", len(hosts), len(known), accepted)
	}
	for _, h := range hosts {
		dir, hash := writeStarter(t, starter.Files(c, h))
		if j, want := judged[chosen(h)], chosen(h)+" "+targetOf(c, h); j.Files != hash || j.Answer != want {
			t.Errorf("%s: Nix said %q of %s, want %q of %s", chosen(h), j.Answer, j.Files, want, hash)
		}
		readStarter(t, c, h, dir)
		for _, f := range starter.Files(c, h) {
			if filepath.Ext(f.Name) != ".nix" {
				continue
			}
			if out, err := exec.Command(nix, "--parse", filepath.Join(dir, filepath.FromSlash(f.Name))).CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %s", chosen(h), f.Name, out)
			}
		}
	}
}

// targetOf is NVIDIA's board file for a host.
func targetOf(c *catalog.Catalog, h starter.Host) string {
	if som, _ := c.SoM(h.SoM); h.Super {
		return som.SuperTargetBoard
	}
	return c.TargetBoardOn(h.SoM, h.CarrierBoard, h.Major)
}

// readStarter reads a flake as the program does any.
func readStarter(t *testing.T, c *catalog.Catalog, h starter.Host, dir string) {
	t.Helper()
	session := newSession(t)
	session.SetFolders([]string{dir})
	snapshot := session.Snapshot()
	for _, name := range []string{"flake.nix", "machine.nix", "hosts/" + h.Name + ".nix"} {
		doc, err := workspace.ReadDocument(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if pinned := snapshot.Catalog(doc); pinned.Pin.Revision != c.Revision.Hash {
			t.Errorf("%s: %s is about %q", chosen(h), name, pinned.Pin.Revision)
		}
		for _, d := range ide.Diagnose(snapshot, doc) {
			t.Errorf("%s: %s: %s", chosen(h), name, d.Message)
		}
	}
	all := snapshot.Configuration(dir)
	if all == nil || len(all.Hosts) != 1 || all.Hosts[0].Name != h.Name {
		t.Fatalf("%s: not the host %s alone", chosen(h), h.Name)
	}
	host := all.Hosts[0]
	for _, option := range starter.Options {
		if v, ok := host.Option(option); !ok || len(v.Values) != 1 || v.Values[0] != *h.Value(option) {
			t.Errorf("%s: the host has %s %v", chosen(h), option, v.Values)
		}
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	facts := ide.FactsOf(all, host)
	wants := []string{facts.Flash, facts.Program}
	for _, fact := range facts.Versions() {
		wants = append(wants, "\n| "+fact[0]+" | "+fact[1]+" |\n")
	}
	for _, want := range wants {
		if want == "" || !strings.Contains(string(readme), want) {
			t.Errorf("%s: README.md has no %q", chosen(h), want)
		}
	}
	if strings.Contains(string(readme), "%!") {
		t.Errorf("%s: README.md has a broken line", chosen(h))
	}
}

func recordStarters(t *testing.T, c *catalog.Catalog, hosts []starter.Host) (all []starterJudgement) {
	t.Helper()
	source := t.TempDir()
	nixtest.UnpackUpstream(t, c.Revision.Hash, source)
	upstream := `(src + "/modules/default.nix")`
	if c.Root.Of != "" {
		upstream = `(import (src + "/modules/default.nix") (final: prev: { }))`
	}
	for _, h := range hosts {
		dir, hash := writeStarter(t, starter.Files(c, h))
		whole := fmt.Sprintf(`let
		    lib = import %s; src = %s; flake = import %s;
		    system = a: lib.evalModules { modules = a.modules ++ [ { config._module = { check = false; args.pkgs = { }; }; } ]; };
		    outputs = flake.outputs { self = { }; nixpkgs.lib.nixosSystem = system; jetpack-nixos.nixosModules.default = %s; };
		    j = outputs.nixosConfigurations.${%s}.config.hardware.nvidia-jetpack;
		  in assert j.enable; "${j.som} ${j.carrierBoard} ${j.majorVersion}${lib.optionalString j.super " super"} ${j.flashScriptOverrides.targetBoard}"`,
			nixtest.Lib(t), strconv.Quote(source), strconv.Quote(filepath.Join(dir, "flake.nix")), upstream, strconv.Quote(h.Name))
		var answer string
		nixtest.Eval(t, whole, &answer)
		all = append(all, starterJudgement{chosen(h), hash, answer})
	}
	return all
}
