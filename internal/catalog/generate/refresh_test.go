package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// upstreamRepo is a small git repository in the shapes of jetpack-nixos.
type upstreamRepo struct {
	t   *testing.T
	dir string
	day int
}

func newUpstream(t *testing.T) *upstreamRepo {
	t.Helper()
	r := &upstreamRepo{t: t, dir: t.TempDir()}
	r.git("init", "-q", "-b", "master")
	return r
}

func (r *upstreamRepo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.dir, "-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if r.day > 0 {
		date := "2026-08-" + string([]byte{'0' + byte(r.day/10), '0' + byte(r.day%10)}) + "T12:00:00Z"
		cmd.Env = append(cmd.Env, "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes files and gives the hash of the commit, a day after the one before.
func (r *upstreamRepo) commit(files map[string]string) string {
	r.t.Helper()
	for name, text := range files {
		path := filepath.Join(r.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	r.day++
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", "change")
	return r.git("rev-parse", "HEAD")
}

const (
	rootModule = `{ config, lib, ... }:
let
  cfg = config.hardware.nvidia-jetpack;
  only = major: families: {
    assertion = cfg.majorVersion == major -> cfg.som == "generic" || lib.any (f: lib.hasPrefix f cfg.som) families;
    message = "no";
  };
in
{
  imports = [ ./more.nix ];
  options.hardware.nvidia-jetpack = {
    enable = lib.mkEnableOption "the board";
    majorVersion = lib.mkOption {
      type = lib.types.enum [ "5" "6" ];
      default = if lib.hasPrefix "xavier" cfg.som then "5" else "6";
    };
    som = lib.mkOption { type = lib.types.enum [ "generic" "orin-nx" "xavier-nx" ]; default = "generic"; };
  };
  config = lib.mkIf cfg.enable {
    assertions = [
      (only "5" [ "xavier" "orin" ])
      (only "6" [ "orin" ])
      { assertion = !(cfg.carrierBoard == "xavierNxDevkit" && cfg.som != "orin-nx"); message = "no"; }
    ];
  };
}
`
	moreModule = `{ lib, ... }:
{
  options.hardware.nvidia-jetpack.clocks = lib.mkOption { type = lib.types.bool; default = false; };
  options.hardware.nvidia-jetpack.variants = lib.mkOption {
    type = lib.types.listOf (lib.types.submodule {
      options.board = lib.mkOption { type = lib.types.str; };
    });
  };
}
`
	scopeOverlay = `final: prev:
let scope = v: l4t: final.lib.makeScope final.newScope (self: { jetpackVersion = v; l4tVersion = l4t; tool = self.callPackage ./pkgs/tool { }; }); in
{ nvidia-jetpack5 = scope "5.1.6" "35.6.4"; nvidia-jetpack6 = scope "6.2.2" "36.5.0"; }
`
	makeOverlay = "{ self, l4tMajorVersion }: { kernel = self.callPackage ./pkgs/kernels/r${l4tMajorVersion} { }; }\n"
)

// evaluated are the facts about the first commit of a repository, as an evaluation would have left them.
func evaluated(rev string) *facts {
	zero := 0
	option := func(path, typ, file string, line, column int, with, def string) eraOption {
		return eraOption{Path: path, Type: typ, File: file, Line: line, Column: column, With: with, HasDefault: def != "", Default: def}
	}
	const of = "hardware.nvidia-jetpack."
	e := eraFact{Rev: rev, Options: []eraOption{
		option(of+"clocks", "boolean", "modules/more.nix", 3, 3, "mkOption", "false"),
		option(of+"enable", "boolean", "modules/default.nix", 12, 5, "mkEnableOption", "false"),
		option(of+"majorVersion", `one of "5", "6"`, "modules/default.nix", 13, 5, "mkOption", `if lib.hasPrefix "xavier" cfg.som then "5" else "6"`),
		option(of+"som", `one of "generic", "orin-nx", "xavier-nx"`, "modules/default.nix", 17, 5, "mkOption", `"generic"`),
		option(of+"variants", "list of (submodule)", "modules/more.nix", 4, 3, "mkOption", ""),
		option(of+"variants.*.board", "string", "modules/more.nix", 6, 7, "mkOption", ""),
	}}
	e.Options[1].Example = []byte("true")
	e.Options[2].Values = []string{"5", "6"}
	e.Options[3].Values = []string{"generic", "orin-nx", "xavier-nx"}
	e.Options[5].Field = true
	f := &facts{
		Revisions: []revisionFact{{Rev: rev, Date: "2026-08-01", Mainline: true, Catalog: "0123456789", Tree: &zero, Generation: &zero}},
		Catalogs:  []catalogFact{{Key: "0123456789"}},
		Eras:      []eraFact{e},
		Generations: []stateFact{{Since: rev, Generations: []generationFact{
			{Major: "5", JetPack: "5.1.6", L4T: "35.6.4", Kernel: "5.10", SoMFamilies: []string{"xavier", "orin"}},
			{Major: "6", JetPack: "6.2.2", L4T: "36.5.0", Kernel: "5.15", SoMFamilies: []string{"orin"}},
		}, DefaultMajor: []majorArm{{Prefix: "xavier", Major: "5"}, {Major: "6"}}}},
		Packages: packageFact{Rev: rev, Need: []string{"modules/default.nix", "overlay.nix"}},
		SoMs:     somFact{SoMs: []oneSoM{{Name: "generic"}, {Name: "orin-nx", Family: "orin", SoC: "t234"}, {Name: "xavier-nx", Family: "xavier"}}},
		Scopes: scopesFact{Of: []int{0}, Scopes: []scopeFact{{
			Set: map[string]string{
				"callPackage": "5 6", "jetpackVersion": "5 6", "l4tVersion": "5 6", "newScope": "5 6", "overrideScope": "5 6", "packages": "5 6", "tool": "5 6",
			},
			Top: []string{"nvidia-jetpack5", "nvidia-jetpack6"},
		}}},
	}
	tree := treeFact{Extras: []string{of + "variants.*.board"}, Places: []int{0, 1}, CarrierRule: true, Same: []string{"modules/default.nix", "overlay.nix"}}
	places := map[string]map[string]int{}
	for _, o := range e.Options {
		if places[o.File] == nil {
			places[o.File] = map[string]int{}
		}
		places[o.File][o.Path] = o.Line
		f.History.Options = append(f.History.Options, optionEvents{Path: o.Path, Introduced: rev})
		for _, v := range o.Values {
			f.History.Values = append(f.History.Values, valueEvents{o.Path, v, rev})
		}
		if !o.Field {
			f.Catalogs[0].Set = append(f.Catalogs[0].Set, shapeFact{Path: o.Path, Type: o.Type, HasDefault: o.HasDefault})
		}
	}
	f.Trees = []treeFact{tree}
	for _, file := range sortedKeys(places) {
		f.Places = append(f.Places, placesFact{File: file, Eras: map[string]map[string]int{rev[:7]: places[file]}})
	}
	f.expand()
	f.Scopes.expand()
	return f
}

// refresh writes facts, refreshes them from the repository as the command does, and reads them again.
func (r *upstreamRepo) refresh(f *facts) (*facts, string) {
	r.t.Helper()
	dir := r.t.TempDir()
	if err := f.write(dir); err != nil {
		r.t.Fatal(err)
	}
	f, err := read(os.DirFS(dir))
	if err != nil {
		r.t.Fatal(err)
	}
	var out bytes.Buffer
	changed, err := refresh(f, r.dir, &out)
	if err != nil {
		r.t.Fatalf("%v\n%s", err, out.String())
	}
	if !changed {
		return f, out.String()
	}
	if err := f.write(dir); err != nil {
		r.t.Fatal(err)
	}
	again, err := read(os.DirFS(dir))
	if err != nil {
		r.t.Fatal(err)
	}
	first, err := compile(f)
	if err != nil {
		r.t.Fatal(err)
	}
	second, err := compile(again)
	if err != nil {
		r.t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		r.t.Error("the facts compile to something else once they are written and read")
	}
	return again, out.String()
}

func firstCommit(t *testing.T) (*upstreamRepo, string) {
	t.Helper()
	r := newUpstream(t)
	return r, r.commit(map[string]string{
		"modules/default.nix": rootModule, "modules/more.nix": moreModule, "overlay.nix": scopeOverlay, "mk-overlay.nix": makeOverlay,
		"pkgs/kernels/r35/default.nix": "{ }: 5\n", "pkgs/kernels/r36/default.nix": "{ }: 6\n", "pkgs/tool/default.nix": "{ }: 1\n",
	})
}

// newest is a view of the newest revision that shows failures well.
func newest(f *facts) (r revisionFact, options map[string]shape, state stateFact, scope scopeFact) {
	s := &refresher{facts: f, c: newCompiler(f), sets: map[string]map[string]shape{}}
	s.full, _ = s.c.fullTypes()
	s.extras, _ = s.c.extraShapes()
	r = f.Revisions[len(f.Revisions)-1]
	if r.Generation != nil {
		state = f.Generations[*r.Generation]
	}
	return r, s.set(r.Rev), state, f.Scopes.Scopes[f.Scopes.Of[len(f.Scopes.Of)-1]]
}

func TestRefreshWithNothingNew(t *testing.T) {
	r, rev := firstCommit(t)
	f := evaluated(rev)
	got, out := r.refresh(f)
	if diff := cmp.Diff(f.Revisions, got.Revisions); diff != "" {
		t.Errorf("revisions changed:\n%s", diff)
	}
	if !strings.Contains(out, "Nothing new: "+rev[:7]) {
		t.Errorf("it says %q", out)
	}
}

// A commit that leaves modules, overlays and kernels alone adds itself and nothing else.
func TestRefreshFindsWhatIsKnown(t *testing.T) {
	r, rev := firstCommit(t)
	next := r.commit(map[string]string{"README.md": "words\n", "modules/more.nix": "# a line above\n" + moreModule})
	f, _ := r.refresh(evaluated(rev))
	got := f.Revisions[1]
	one := *got.Tree
	want := revisionFact{Rev: next, Date: "2026-08-02", Mainline: true, Read: true, Catalog: "0123456789", Tree: got.Tree, Generation: f.Revisions[0].Generation}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("revision (-want +got):\n%s", diff)
	}
	if len(f.Catalogs) != 1 || len(f.Eras) != 1 || len(f.Generations) != 1 || len(f.Scopes.Scopes) != 1 || len(f.History.Options) != 6 {
		t.Errorf("%d catalogs, %d eras, %d states, %d scopes, %d histories", len(f.Catalogs), len(f.Eras), len(f.Generations), len(f.Scopes.Scopes), len(f.History.Options))
	}
	tree := f.Trees[one]
	if !tree.CarrierRule || !slices.Equal(tree.Same, []string{"modules/default.nix", "overlay.nix"}) {
		t.Errorf("tree: %+v", tree)
	}
	if line := f.Places[tree.Places[1]].Eras[rev[:7]]["hardware.nvidia-jetpack.clocks"]; line != 4 {
		t.Errorf("clocks stands at line %d, want 4", line)
	}
}

// Everything that a commit can bring, on a branch that is merged.
func TestRefreshAddsWhatIsNew(t *testing.T) {
	const of = "hardware.nvidia-jetpack."
	r, rev := firstCommit(t)
	r.git("checkout", "-q", "-b", "side")
	side := r.commit(map[string]string{
		"modules/default.nix": strings.NewReplacer(
			`"orin-nx" "xavier-nx" ]`, `"orin-nx" "xavier-nx" "orin-max" ]`,
			"imports = [ ./more.nix ]", `imports = [ ./more.nix (lib.mkRenamedOptionModule [ "hardware" "nvidia-jetpack" "clocks" ] [ "hardware" "nvidia-jetpack" "power" "clocks" ]) ]`,
		).Replace(rootModule),
		"modules/more.nix": strings.NewReplacer(
			"nvidia-jetpack.clocks", "nvidia-jetpack.power.clocks",
			"types.str; }", `types.str; }; options.sku = lib.mkOption { type = lib.types.str; default = "0"; }`,
		).Replace(moreModule),
		"overlay.nix": strings.NewReplacer("6.2.2", "6.3", "36.5.0", "36.6.0", "tool = self", "gauge = 1; tool = self").Replace(scopeOverlay),
	})
	r.git("checkout", "-q", "master")
	r.day++
	r.git("merge", "-q", "--no-ff", "-m", "merge", "side")
	merge := r.git("rev-parse", "HEAD")
	f, out := r.refresh(evaluated(rev))

	if got := []string{f.Revisions[1].Rev, f.Revisions[2].Rev}; !slices.Equal(got, []string{side, merge}) {
		t.Fatalf("revisions are %v", got)
	}
	if f.Revisions[1].Mainline || !f.Revisions[2].Mainline || f.Revisions[1].Generation == nil || *f.Revisions[1].Generation != 1 {
		t.Errorf("the branch is %+v", f.Revisions[1])
	}
	last, options, state, scope := newest(f)
	if last.Catalog == "0123456789" || len(f.Catalogs) != 2 || !f.Catalogs[1].Read {
		t.Errorf("catalog %s of %d", last.Catalog, len(f.Catalogs))
	}
	for path, want := range map[string]shape{
		of + "clocks":           {RenamedTo: of + "power.clocks", shapeFact: shapeFact{Type: "boolean"}},
		of + "power.clocks":     {shapeFact: shapeFact{Type: "boolean", HasDefault: true}},
		of + "variants.*.board": {Field: true, shapeFact: shapeFact{Type: "string"}},
		of + "variants.*.sku":   {Field: true, shapeFact: shapeFact{Type: "string", HasDefault: true}},
		of + "som":              {values: []string{"generic", "orin-nx", "xavier-nx", "orin-max"}, shapeFact: shapeFact{Type: `one of "generic", "orin-nx", "xavier-nx", "orin-max"`, HasDefault: true}},
	} {
		want.Path = path
		if got := options[path]; !sameShape(want, got) {
			t.Errorf("option is %+v, want %+v", got, want)
		}
	}
	// What history says since then must not change the catalogs before.
	s := &refresher{facts: f, c: newCompiler(f), sets: map[string]map[string]shape{}}
	if before := s.completed(f.Catalogs[0])[of+"clocks"]; before.RenamedTo != "" {
		t.Errorf("clocks is an alias before it was renamed: %+v", before)
	}
	wantState := []generationFact{
		{Major: "5", JetPack: "5.1.6", L4T: "35.6.4", Kernel: "5.10", SoMFamilies: []string{"xavier", "orin"}},
		{Major: "6", JetPack: "6.3", L4T: "36.6.0", SoMFamilies: []string{"orin"}}, // no kernel is borrowed
	}
	if diff := cmp.Diff(wantState, state.Generations); diff != "" || state.Since != merge {
		t.Errorf("since %s (-want +got):\n%s", state.Since, diff)
	}
	if scope.members["gauge"] != "5 6" || f.Scopes.Scopes[0].members["gauge"] != "" {
		t.Errorf("scope: %v", scope.members)
	}
	if tree := f.Trees[*last.Tree]; len(tree.Same) != 0 || !tree.CarrierRule {
		t.Errorf("tree: %+v", tree)
	}
	if i := slices.IndexFunc(f.SoMs.SoMs, func(s oneSoM) bool { return s.Name == "orin-max" }); i < 0 || f.SoMs.SoMs[i].Family != "orin" || f.SoMs.SoMs[i].SoC != "" {
		t.Errorf("SoMs: %+v", f.SoMs.SoMs)
	}
	for _, h := range f.History.Options {
		want := optionEvents{Path: h.Path, Introduced: rev}
		switch h.Path {
		case of + "clocks":
			want.AliasSince, want.RenamedTo = merge, of+"power.clocks"
		case of + "power.clocks", of + "variants.*.sku":
			want.Introduced = merge
		}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
	}
	if !slices.Contains(f.History.Values, valueEvents{of + "som", "orin-max", merge}) {
		t.Errorf("values: %v", f.History.Values)
	}
	for _, want := range []string{
		"2 commits after " + rev[:7],
		"added    hardware.nvidia-jetpack.power.clocks: boolean",
		"renamed  hardware.nvidia-jetpack.clocks to hardware.nvidia-jetpack.power.clocks",
		`value    hardware.nvidia-jetpack.som = "orin-max" added`,
		"added    gauge (5 6)",
		"JetPack 6.3  L4T 36.6.0",
		"kernel not known",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}

	// The next time starts from what was read.
	again, out := r.refresh(f)
	if !strings.Contains(out, "Nothing new") || len(again.Revisions) != 3 {
		t.Errorf("%d revisions, it says %q", len(again.Revisions), out)
	}
	removed := r.commit(map[string]string{"modules/more.nix": "{ lib, ... }: { options.hardware.nvidia-jetpack.power.clocks = lib.mkOption { type = lib.types.bool; default = false; }; }\n"})
	f, _ = r.refresh(again)
	for _, h := range f.History.Options {
		if gone := strings.Contains(h.Path, "variants"); (h.Removed == removed) != gone {
			t.Errorf("%s: removed at %q", h.Path, h.Removed)
		}
	}
}

// What cannot be read without an evaluation is not guessed at.
func TestRefreshLeavesOutWhatCannotBeRead(t *testing.T) {
	r, rev := firstCommit(t)
	unread := r.commit(map[string]string{"modules/more.nix": "{ lib, ... }: { options.hardware.nvidia-jetpack.clocks = lib.callIt { }; }\n"})
	f := evaluated(rev)
	if _, err := refresh(f, r.dir, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("error is %v", err)
	}
	r.commit(map[string]string{"modules/more.nix": moreModule})
	f, out := r.refresh(evaluated(rev))
	if got := f.Revisions[1]; got.Rev != unread || got.Catalog != "" || got.Like != rev || got.Tree != nil {
		t.Errorf("unreadable revision: %+v", got)
	}
	if got := f.Revisions[2]; got.Catalog != "0123456789" {
		t.Errorf("the revision after it: %+v", got)
	}
	if !strings.Contains(out, unread[:7]+": hardware.nvidia-jetpack.clocks: ") {
		t.Errorf("it says %q", out)
	}
	// What comes after it is compared with what was read last.
	if g := f.Revisions[2].Generation; g == nil || *g != 0 || strings.Contains(out, "Versions since") {
		t.Errorf("versions after it: %v; it says %q", g, out)
	}
	r.commit(map[string]string{"modules/more.nix": "{ lib, ... }: { options.hardware.nvidia-jetpack.clocks = lib.callIt { }; }\n"})
	r.commit(map[string]string{"modules/more.nix": strings.Replace(moreModule, "{\n", "{\n  options.hardware.nvidia-jetpack.fan = lib.mkEnableOption \"it\";\n", 1)})
	_, out = r.refresh(f)
	if !strings.Contains(out, "  added    hardware.nvidia-jetpack.fan: boolean\n") || strings.Count(out, "  added ") != 1 || strings.Contains(out, "Versions since") {
		t.Errorf("it says %q", out)
	}
}

func TestRefreshRefusesAnotherHistory(t *testing.T) {
	_, rev := firstCommit(t)
	other := newUpstream(t)
	other.commit(map[string]string{"modules/default.nix": "{ }: { }\n"})
	if _, err := refresh(evaluated(rev), other.dir, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), rev) {
		t.Errorf("error is %v", err)
	}
	r, rev := firstCommit(t)
	r.git("checkout", "-q", "--orphan", "apart")
	r.commit(nil)
	if _, err := refresh(evaluated(rev), r.dir, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "does not come after") {
		t.Errorf("error is %v", err)
	}
}

// What is written is what was read, byte for byte, so that a refresh shows only what it adds.
func TestFactsAreWrittenAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	if err := readFacts(t).write(dir); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(filepath.Join(factsFolder, name))
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s would be written in another way", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
