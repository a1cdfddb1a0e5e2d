package ide_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// layOut writes files below a new folder, and gives that.
func layOut(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// notes are what completions say beside each item, by label, and the labels in order.
func notes(sn *workspace.Snapshot, doc *workspace.Document, before string) (map[string]string, []string) {
	said, order := map[string]string{}, []string{}
	for _, item := range ide.Complete(sn, doc, strings.Index(doc.Text, before)+len(before)) {
		said[item.Label] = item.Topic.Note
		order = append(order, item.Label)
	}
	return said, order
}

// TestCompletionOfEveryCombination holds what is said of each value beside all combinations of the two others, which stand in
// other files, to what their evaluation gave.
func TestCompletionOfEveryCombination(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	session := newSession(t)
	sn := session.Snapshot()
	c, _ := sn.Library().At("4d857d6da48c420da39964b6fb7ba23a958abad3")
	refused := map[string]int{}
	for _, som := range c.SoMs() {
		for _, carrier := range []string{"generic", "devkit", "xavierNxDevkit"} {
			for _, major := range []string{"", "5", "6", "7"} {
				one := combination{som.Name, carrier, major}
				files := placements["three files"](one, combination{})
				files["flake.nix"], files["flake.lock"], files[".git/HEAD"] = hostFlake, string(lock), "ref: refs/heads/main\n"
				dir := layOut(t, files)
				sn.Configuration(dir)
				for _, at := range []struct {
					file, before string
					clashes      []catalog.Clash
					with         func(value string) combination
				}{
					{"a.nix", `som = "`, []catalog.Clash{catalog.ClashCarrier, catalog.ClashMajor, catalog.ClashTargetBoard}, func(v string) combination { return combination{v, carrier, major} }},
					{"b.nix", `carrierBoard = "`, []catalog.Clash{catalog.ClashCarrier, catalog.ClashTargetBoard}, func(v string) combination { return combination{som.Name, v, major} }},
					{"c.nix", `majorVersion = "`, []catalog.Clash{catalog.ClashMajor, catalog.ClashTargetBoard}, func(v string) combination { return combination{som.Name, carrier, v} }},
				} {
					if !strings.Contains(files[at.file], at.before) {
						continue
					}
					doc, err := workspace.ReadDocument(filepath.Join(dir, at.file))
					if err != nil {
						t.Fatal(err)
					}
					said, order := notes(sn, doc, at.before)
					last := false
					for _, value := range order {
						tried := at.with(value)
						_, clashes := c.Fits(tried.som, tried.carrier, tried.major)
						want := slices.ContainsFunc(clashes, func(clash catalog.Clash) bool { return slices.Contains(at.clashes, clash) })
						got := strings.HasPrefix(said[value], "not with ")
						if got != want || got && !strings.Contains(said[value], ", set in ") || last && !got {
							t.Errorf("%+v: %s %q of %v is marked with %q, clashes %v", one, at.before, value, order, said[value], clashes)
						}
						if last = got; got {
							refused[at.file]++
						}
					}
				}
			}
		}
	}
	if len(refused) != 3 {
		t.Errorf("refused: %v", refused)
	}
}

// TestCompletionWhileTyping: a keystroke makes a snapshot of which nothing is known yet. What stands in files and lines that it
// left alone counts as before; what it changed counts as the document alone says it; and an edit of another file makes all of
// it unknown.
func TestCompletionWhileTyping(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	const typed = "{ lib, ... }: {\n  imports = [ ./b.nix ];\n  hardware.nvidia-jetpack.enable = lib.mkForce true;\n"
	dir := layOut(t, map[string]string{
		"flake.nix": hostFlake, "flake.lock": string(lock), ".git/HEAD": "ref: refs/heads/main\n",
		"a.nix": typed + "}\n",
		"b.nix": "let board = \"orin-agx\"; in {\n  hardware.nvidia-jetpack.som = board;\n}\n",
	})
	session := newSession(t)
	session.SetFolders([]string{dir})
	open := func(name string) string {
		path := filepath.Join(dir, name)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		session.Open(path, path, "nix", 1, string(content))
		return path
	}
	a, b := open("a.nix"), open("b.nix")
	change := func(path, content string) {
		t.Helper()
		if err := session.Change(path, 2, []text.Change{{Whole: true, Text: content}}, text.UTF8); err != nil {
			t.Fatal(err)
		}
	}
	says := func(when, content, before, label, want string) {
		t.Helper()
		change(a, content)
		sn := session.Snapshot()
		if sn.KnownConfiguration(dir) != nil {
			t.Fatal("evaluated already")
		}
		doc, _ := sn.Document(a)
		if said, _ := notes(sn, doc, before); said[label] != want {
			t.Errorf("%s: %q is said of %s in %v, want %q", when, said[label], label, said, want)
		}
	}
	const carrier, dev = "  hardware.nvidia-jetpack.carrierBoard = \"", "xavierNxDevkit"

	says("before the first evaluation", typed+carrier+"d\n}\n", carrier, dev, "")
	change(a, typed+"}\n")
	if c := session.Snapshot().Configuration(dir); len(c.Of(a)) != 1 {
		t.Fatal("no host")
	}
	for i := range len(carrier) { // each key that leads to a value
		change(a, typed+carrier[:i]+"\n}\n")
	}
	says("after keystrokes", typed+carrier+"d\n}\n", carrier, dev, "not with orin-agx, set in b.nix:2")
	says("a new block", typed+"  hardware.nvidia-jetpack = { \n}\n", "jetpack = {", "som", "set in b.nix:2")
	says("a SoM of the document itself", typed+"  hardware.nvidia-jetpack.som = \"orin-nano\";\n"+carrier+"d\n}\n", carrier, dev, "not with orin-nano")
	says("a SoM that the document does not say", typed+"  hardware.nvidia-jetpack.som = lib.mkForce other;\n"+carrier+"d\n}\n", carrier, dev, "")
	says("without it", typed+carrier+"d\n}\n", carrier, dev, "not with orin-agx, set in b.nix:2")
	change(b, "{\n  hardware.nvidia-jetpack.som = \"orin-nano\";\n}\n")
	says("after an edit of the other file", typed+carrier+"d\n}\n", carrier, dev, "")
	session.Snapshot().Configuration(dir)
	says("after the next evaluation", typed+carrier+"de\n}\n", carrier, dev, "not with orin-nano, set in b.nix:2")

	// What the document itself sets behind a name counts until the name gets another value, or the definition is removed.
	named := "let board = \"thor-agx\"; in " + strings.Replace(typed, "enable =", "som = lib.mkForce board;\n  hardware.nvidia-jetpack.enable =", 1)
	change(a, named+carrier+"d\n}\n")
	session.Snapshot().Configuration(dir)
	says("a name's value", named+carrier+"d\n}\n", carrier, dev, "not with thor-agx")
	says("another value of the name", strings.Replace(named, "thor-agx", "orin-nano", 1)+carrier+"d\n}\n", carrier, dev, "")
	says("no definition", typed+carrier+"d\n}\n", carrier, dev, "")
	change(a, typed+"}\n")
	session.Snapshot().Configuration(dir)
	session.FilesChanged([]string{a})
	says("a saved document", typed+carrier+"d\n}\n", carrier, dev, "not with orin-nano, set in b.nix:2")
	session.FilesChanged([]string{filepath.Join(dir, "c.nix")})
	says("a file that changed on disk", typed+carrier+"d\n}\n", carrier, dev, "")
}

// TestCompletionOfManyHosts: notes stay short on hundreds of hosts.
func TestCompletionOfManyHosts(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	var soms strings.Builder
	for i := range 200 {
		fmt.Fprintf(&soms, "    h%03d = system { hardware.nvidia-jetpack.som = %q; };\n", i, []string{"orin-agx", "orin-nx", "orin-nano", "thor-agx"}[i%4])
	}
	dir := layOut(t, map[string]string{
		"flake.lock": string(lock), ".git/HEAD": "ref: refs/heads/main\n",
		"flake.nix": "{\n  outputs = { nixpkgs, jetpack-nixos, ... }: let system = m: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./a.nix m ]; }; in {\n    nixosConfigurations = {\n" + soms.String() + "    };\n  };\n}\n",
		"a.nix":     `{ hardware.nvidia-jetpack.carrierBoard = ""; }`,
	})
	sn := newSession(t).Snapshot()
	sn.Configuration(dir)
	doc, err := workspace.ReadDocument(filepath.Join(dir, "a.nix"))
	if err != nil {
		t.Fatal(err)
	}
	said, order := notes(sn, doc, `carrierBoard = "`)
	if want := []string{"devkit", "generic", "xavierNxDevkit"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	if got, want := said["devkit"], "fits orin-agx, orin-nx and 2 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := said["xavierNxDevkit"], "not with orin-agx on h000, h004 and 48 more, set in flake.nix:4, flake.nix:8 and 48 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestHalfTypedIsNoFact: the documentation of an item says nothing of what a host has where a value is being typed.
func TestHalfTypedIsNoFact(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	const before = `hardware.nvidia-jetpack.som = "or`
	dir := layOut(t, map[string]string{
		"flake.nix": hostFlake, "flake.lock": string(lock), ".git/HEAD": "ref: refs/heads/main\n",
		"a.nix": "{ hardware.nvidia-jetpack.enable = true; " + before + "\"; }\n", "b.nix": "{ }\n", "c.nix": "{ }\n",
	})
	sn := newSession(t).Snapshot()
	sn.Configuration(dir)
	doc, err := workspace.ReadDocument(filepath.Join(dir, "a.nix"))
	if err != nil {
		t.Fatal(err)
	}
	items := ide.Complete(sn, doc, strings.Index(doc.Text, before)+len(before))
	if len(items) == 0 {
		t.Fatal("nothing is offered")
	}
	for _, item := range items {
		if page, ok := ide.Resolve(sn, doc, item.Topic); !ok || strings.Contains(page.Markdown(ide.PillLinks(sn)), `"or"`) {
			t.Errorf("%s:\n%s", item.Label, page.Markdown(ide.PillLinks(sn)))
		}
	}
}

// TestPackagesComeFirstInAList: what cannot stand in a list of packages stands behind all that can.
func TestPackagesComeFirstInAList(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	const before = "with pkgs.nvidia-jetpack; [ "
	dir := layOut(t, map[string]string{"flake.lock": string(lock), "a.nix": "{ pkgs, ... }: { environment.systemPackages = " + before + "]; }\n"})
	doc, err := workspace.ReadDocument(filepath.Join(dir, "a.nix"))
	if err != nil {
		t.Fatal(err)
	}
	sort := map[string]string{}
	for _, item := range ide.Complete(newSession(t).Snapshot(), doc, strings.Index(doc.Text, before)+len(before)) {
		sort[item.Label] = item.Sort
	}
	for _, last := range []string{"callPackage", "chipId"} {
		if len(sort) < 20 || sort["l4t-tools"] == "" || sort[last] < sort["l4t-tools"] || sort[last] < sort["samples"] {
			t.Errorf("%s: %q, l4t-tools: %q, samples: %q of %d", last, sort[last], sort["l4t-tools"], sort["samples"], len(sort))
		}
	}
}
