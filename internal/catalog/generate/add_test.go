package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/catalog"
)

// upstreamRepo is a small git repository in the shapes of jetpack-nixos.
type upstreamRepo struct {
	t    *testing.T
	dir  string
	data string // the folder of data made of it
	day  int
}

func newUpstream(t *testing.T) *upstreamRepo {
	t.Helper()
	r := &upstreamRepo{t: t, dir: t.TempDir(), data: t.TempDir()}
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
	rootModule = `{ config, lib, pkgs, ... }:
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
    system.build = { inherit (pkgs.nvidia-jetpack) flashScript; };
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

// evaluated are tables about a commit, as an evaluation would have left them.
func evaluated(rev string) fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"soms.json": `{"soms": [{"name": "generic"}, {"name": "orin-nx", "family": "orin", "soc": "t234", "chipId": "0x23", "targetBoard": "board", "cudaCapabilities": ["8.7"]},
			{"name": "xavier-nx", "family": "xavier", "chipId": "0x19"}], "combinations": [{"som": "orin-nx", "carrierBoard": "generic"},
			{"som": "xavier-nx", "carrierBoard": "xavierNxDevkit", "clashes": ["carrierBoard"]}]}`,
		"packages.json":    fmt.Sprintf(`{"rev": %q, "need": ["modules/default.nix", "overlay.nix"], "scope": [{"name": "tool", "kind": "derivation"}]}`, rev),
		"generations.json": fmt.Sprintf(`[{"since": %q, "generations": [{"major": "5", "l4t": "35.6.4", "kernel": "5.10"}, {"major": "6", "l4t": "36.5.0", "kernel": "5.15"}]}]`, rev),
		"refused.json":     "[]",
		"words.json":       "[]",
		"summaries.json":   `{"options": {"hardware.nvidia-jetpack.som": "the board"}, "packages": {"tool": "a tool"}, "values": {"hardware.nvidia-jetpack.som=orin-nx": "the NX"}}`,
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

// generate adds what the repository has, and reads the data. Tables are about the commit evaluated.
func (r *upstreamRepo) generate(evaluatedAt string, all bool) (*catalog.Library, string, error) {
	r.t.Helper()
	var out bytes.Buffer
	if err := run(evaluated(evaluatedAt), r.data, r.dir, all, "", &out); err != nil {
		return nil, out.String(), err
	}
	l, err := catalog.Read(os.DirFS(r.data))
	if err != nil {
		r.t.Fatal(err)
	}
	return l, out.String(), nil
}

// refresh is generate for commits that can be read.
func (r *upstreamRepo) refresh(evaluatedAt string) (*catalog.Library, string) {
	r.t.Helper()
	l, out, err := r.generate(evaluatedAt, false)
	if err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	return l, out
}

// firstCommit is a repository of one commit, and the data made of it.
func firstCommit(t *testing.T) (*upstreamRepo, string, *catalog.Library) {
	t.Helper()
	r := newUpstream(t)
	rev := r.commit(map[string]string{
		"modules/default.nix": rootModule, "modules/more.nix": moreModule, "modules/devices.nix": "{ }\n", "modules/cuda.nix": "{ }\n",
		"overlay.nix": scopeOverlay, "mk-overlay.nix": makeOverlay,
		"pkgs/kernels/r35/default.nix": "{ }: 5\n", "pkgs/kernels/r36/default.nix": "{ }: 6\n", "pkgs/tool/default.nix": "{ }: 1\n",
	})
	l, out, err := r.generate(rev, true)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "1 commits, up to "+rev[:7]) {
		t.Errorf("it says %q", out)
	}
	return r, rev, l
}

const of = "hardware.nvidia-jetpack."

func option(t *testing.T, c *catalog.Catalog, path string) catalog.Option {
	t.Helper()
	o, ok := c.Option(of + path)
	if !ok {
		t.Errorf("%s has no %s", c.Revision.Short(), path)
	}
	return o
}

func kernels(c *catalog.Catalog) string {
	var all []string
	for _, g := range c.Generations() {
		all = append(all, g.JetPack+" on "+g.Kernel)
	}
	return strings.Join(all, ", ")
}

func TestFirstCommit(t *testing.T) {
	_, rev, l := firstCommit(t)
	c, match := l.At(rev)
	if match != catalog.Exact || c.Revision.Day() != "2026-08-01" || len(c.Options()) != 6 {
		t.Fatalf("%v: %d options on %s", match, len(c.Options()), c.Revision.Day())
	}
	if o := option(t, c, "som"); o.Line != 17 || o.Summary != "the board" || o.Since.Hash != rev || o.ValueSince("orin-nx").Hash != rev || o.ValueSummary("orin-nx") != "the NX" {
		t.Errorf("som: %+v", o)
	}
	if p, _ := c.Package("tool"); p.Kind != "derivation" || p.Summary != "a tool" || strings.Join(p.Generations, " ") != "5 6" {
		t.Errorf("tool: %+v", p)
	}
	if s, _ := c.SoM("orin-nx"); s.TargetBoard != "board" || s.DefaultMajor != "6" || strings.Join(s.Majors, " ") != "5 6" || len(s.CUDACapabilities) != 1 {
		t.Errorf("orin-nx: %+v", s)
	}
	if v, clashes := c.Fits("xavier-nx", "xavierNxDevkit", ""); v != catalog.FitNo || !slices.Equal(clashes, []catalog.Clash{catalog.ClashCarrier}) {
		t.Errorf("fits: %v %v", v, clashes)
	}
	if got := kernels(c); got != "5.1.6 on 5.10, 6.2.2 on 5.15" || strings.Join(c.Generations()[0].SoMFamilies, " ") != "xavier orin" || len(c.SystemBuild()) != 1 {
		t.Errorf("kernels: %s, generations %+v, system.build %v", got, c.Generations(), c.SystemBuild())
	}
}

func TestNothingNew(t *testing.T) {
	r, rev, _ := firstCommit(t)
	l, out := r.refresh(rev)
	if len(l.Revisions()) != 1 || !strings.Contains(out, "Nothing new: "+rev[:7]) {
		t.Errorf("%d revisions; it says %q", len(l.Revisions()), out)
	}
}

// A commit that changes no declaration moves lines, keeps what holds, and says nothing.
func TestCommitThatChangesNothing(t *testing.T) {
	r, rev, _ := firstCommit(t)
	next := r.commit(map[string]string{"README.md": "words\n", "modules/more.nix": "# a line above\n" + moreModule})
	l, out := r.refresh(rev)
	c, match := l.At(next)
	if match != catalog.Exact || option(t, c, "clocks").Line != 4 || option(t, c, "som").Line != 17 {
		t.Errorf("%v: clocks is at line %d", match, option(t, c, "clocks").Line)
	}
	before, _ := l.At(rev)
	if got := option(t, before, "clocks").Line; got != 3 {
		t.Errorf("clocks was at line %d", got)
	}
	if kernels(c) != kernels(before) || len(c.SystemBuild()) != 1 || !cmp.Equal(before.SoMs(), c.SoMs()) {
		t.Errorf("kernels %s, system.build %v, SoMs %+v", kernels(c), c.SystemBuild(), c.SoMs())
	}
	want := fmt.Sprintf("1 commits after %s (2026-08-01), up to %s (2026-08-02).\n2 distinct sources, 1 before.\n\n"+
		"The newest commit is %[2]s (2026-08-02) now. What names %[1]s (2026-08-01) still: git grep %[1]s\n", rev[:7], next[:7])
	if out != want {
		t.Errorf("it says %q, want %q", out, want)
	}
}

// Everything that a commit can bring, on a branch that is merged.
func TestCommitsAreAdded(t *testing.T) {
	r, rev, _ := firstCommit(t)
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
	l, out := r.refresh(rev)

	var revs []string
	for _, known := range l.Revisions() {
		revs = append(revs, known.Hash)
	}
	if !slices.Equal(revs, []string{rev, side, merge}) {
		t.Fatalf("revisions are %v", revs)
	}
	c := l.Newest()
	if branch, match := l.At(side); match != catalog.Exact || !cmp.Equal(branch.Generations(), c.Generations()) {
		t.Errorf("the branch is %v: %+v", match, branch.Generations())
	}
	if o := option(t, c, "clocks"); o.RenamedTo != of+"power.clocks" || o.Type != "boolean" || o.HasDefault || o.Since.Hash != rev || o.AliasSince.Hash != merge {
		t.Errorf("clocks: %+v", o)
	}
	if o := option(t, c, "variants.*.sku"); !o.Field || o.Default != `"0"` || o.Since.Hash != merge {
		t.Errorf("sku: %+v", o)
	}
	if o := option(t, c, "som"); !slices.Contains(o.Values, "orin-max") || o.ValueSince("orin-max").Hash != merge || o.ValueSince("orin-nx").Hash != rev {
		t.Errorf("som: %+v", o)
	}
	// What came since must not change the catalogs before.
	before, _ := l.At(rev)
	if o := option(t, before, "clocks"); o.RenamedTo != "" || o.AliasSince.Known() {
		t.Errorf("clocks is an alias before it was renamed: %+v", o)
	}
	if _, ok := before.Package("gauge"); ok {
		t.Error("gauge is there before it came")
	}
	if p, _ := c.Package("gauge"); strings.Join(p.Generations, " ") != "5 6" {
		t.Errorf("gauge: %+v", p)
	}
	// Nothing that was evaluated is borrowed: no kernel of another L4T, no board of another file.
	if got := kernels(c); got != "5.1.6 on 5.10, 6.3 on " {
		t.Errorf("kernels: %s", got)
	}
	if s, _ := c.SoM("orin-nx"); s.SoC != "t234" || s.TargetBoard != "" || len(s.CUDACapabilities) != 0 {
		t.Errorf("orin-nx: %+v", s)
	}
	if s, _ := c.SoM("orin-max"); s.SoC != "" || strings.Join(s.Majors, " ") != "5 6" || s.DefaultMajor != "6" {
		t.Errorf("orin-max: %+v", s)
	}
	// The rule for carrier boards is still the same.
	if v, clashes := c.Fits("xavier-nx", "xavierNxDevkit", ""); v != catalog.FitNo || !slices.Equal(clashes, []catalog.Clash{catalog.ClashCarrier}) {
		t.Errorf("fits: %v %v", v, clashes)
	}
	for _, want := range []string{
		"2 commits after " + rev[:7],
		"\n" + side[:7] + " (2026-08-02), compared with " + rev[:7] + " (2026-08-01):\n",
		"added    hardware.nvidia-jetpack.power.clocks: boolean\n",
		"renamed  hardware.nvidia-jetpack.clocks to hardware.nvidia-jetpack.power.clocks\n",
		`value    hardware.nvidia-jetpack.som = "orin-max" added` + "\n",
		"added    package gauge (5 6)\n",
		"versions JetPack 6.3, L4T 36.6.0, CUDA , driver , kernel not known, for orin\n",
	} {
		if strings.Count(out, want) != 1 {
			t.Errorf("it does not say %q once:\n%s", want, out)
		}
	}

	removed := r.commit(map[string]string{"modules/more.nix": "{ lib, ... }: { options.hardware.nvidia-jetpack.power.clocks = lib.mkOption { type = lib.types.bool; default = true; }; }\n"})
	l, out = r.refresh(rev)
	if h, _ := l.History(of + "variants"); h.Removed.Hash != removed || !h.IsRemoved() {
		t.Errorf("variants: %+v", h)
	}
	for _, want := range []string{"removed  hardware.nvidia-jetpack.variants\n", "default  hardware.nvidia-jetpack.power.clocks: true, was false\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}

	// Step by step or all at once, the data are the same.
	again := *r
	again.data = t.TempDir()
	if _, _, err := again.generate(rev, true); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(r.data)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		steps, _ := os.ReadFile(filepath.Join(r.data, file.Name()))
		whole, _ := os.ReadFile(filepath.Join(again.data, file.Name()))
		if !bytes.Equal(steps, whole) {
			t.Errorf("%s differs from that of a run over everything", file.Name())
		}
	}
}

const unreadable = "{ lib, ... }: { options.hardware.nvidia-jetpack.clocks = lib.callIt { }; }\n"

// What cannot be read without an evaluation is not guessed at.
func TestWhatCannotBeReadIsLeftOut(t *testing.T) {
	r, rev, _ := firstCommit(t)
	unread := r.commit(map[string]string{"modules/more.nix": unreadable})
	if _, _, err := r.generate(rev, false); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("error is %v", err)
	}
	next := r.commit(map[string]string{"modules/more.nix": moreModule})
	l, out := r.refresh(rev)
	if c, match := l.At(unread); match != catalog.NoModules || c.Revision.Hash != rev {
		t.Errorf("unreadable revision: %v of %s", match, c.Revision.Short())
	}
	if c, match := l.At(next); match != catalog.Exact || len(c.Options()) != 6 {
		t.Errorf("the revision after it: %v", match)
	}
	if !strings.Contains(out, unread[:7]+": hardware.nvidia-jetpack.clocks: ") || strings.Contains(out, "compared with") {
		t.Errorf("it says %q", out)
	}
	if h, _ := l.History(of + "clocks"); h.Removed.Known() {
		t.Errorf("clocks was gone where it could not be read: %+v", h)
	}
	// What comes after it is compared with what was read last.
	r.commit(map[string]string{"modules/more.nix": unreadable})
	r.commit(map[string]string{"modules/more.nix": strings.Replace(moreModule, "{\n", "{\n  options.hardware.nvidia-jetpack.fan = lib.mkEnableOption \"it\";\n", 1)})
	_, out = r.refresh(rev)
	if !strings.Contains(out, "  added    hardware.nvidia-jetpack.fan: boolean\n") || strings.Count(out, "  added ") != 1 {
		t.Errorf("it says %q", out)
	}
}

// A commit whose overlay cannot be read has options and no packages.
func TestUnreadableOverlay(t *testing.T) {
	r, rev, _ := firstCommit(t)
	r.commit(map[string]string{"overlay.nix": "import <nixpkgs> { }\n"})
	l, _ := r.refresh(rev)
	if c := l.Newest(); c.HasPackages() || len(c.Generations()) != 0 || len(c.Options()) != 6 {
		t.Errorf("packages known: %v, %d generations, %d options", c.HasPackages(), len(c.Generations()), len(c.Options()))
	}
}

// Tables and summaries change without a clone.
func TestTablesAlone(t *testing.T) {
	r, rev, _ := firstCommit(t)
	tables := evaluated(rev)
	tables["summaries.json"] = &fstest.MapFile{Data: []byte(`{"options": {"hardware.nvidia-jetpack.som": "other words"}}`)}
	if err := run(tables, r.data, "", false, "", &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	l, err := catalog.Read(os.DirFS(r.data))
	if err != nil {
		t.Fatal(err)
	}
	if o := option(t, l.Newest(), "som"); o.Summary != "other words" || o.Line != 17 {
		t.Errorf("som: %+v", o)
	}
}

func TestAnotherHistoryIsRefused(t *testing.T) {
	r, rev, _ := firstCommit(t)
	other := newUpstream(t)
	other.commit(map[string]string{"modules/default.nix": "{ }: { }\n"})
	other.data = r.data
	if _, _, err := other.generate(rev, false); err == nil || !strings.Contains(err.Error(), rev) {
		t.Errorf("error is %v", err)
	}
	r.git("checkout", "-q", "--orphan", "apart")
	r.commit(nil)
	if _, _, err := r.generate(rev, false); err == nil || !strings.Contains(err.Error(), rev) {
		t.Errorf("error is %v", err)
	}
	r.git("checkout", "-q", "master")
	r.commit(nil)
	r.refresh(rev)
	r.git("checkout", "-q", "HEAD~1")
	if _, out, err := r.generate(rev, false); err != nil || !strings.Contains(out, "Nothing new") {
		t.Errorf("an older HEAD: %v, %q", err, out)
	}
	if _, _, err := r.generate(rev, true); err == nil || !strings.Contains(err.Error(), "is older than") {
		t.Errorf("error is %v", err)
	}
	shallow := &upstreamRepo{t: t, dir: t.TempDir(), data: r.data}
	r.git("checkout", "-q", "master")
	shallow.git("clone", "-q", "--depth", "1", "file://"+r.dir, ".")
	if _, _, err := shallow.generate(rev, false); err == nil || !strings.Contains(err.Error(), "shallow") {
		t.Errorf("error is %v", err)
	}
}

func TestPillsFollow(t *testing.T) {
	dir := t.TempDir()
	from, to, other := strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("c", 40)
	pill := func(rev string) string { return "---\nrevision: " + rev + "\n---\nSee " + from + ".\n" }
	for name, rev := range map[string]string{"00.md": from, "01.md": other} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(pill(rev)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := repin(dir, from, to); err != nil {
		t.Fatal(err)
	}
	for name, rev := range map[string]string{"00.md": to, "01.md": other} {
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != pill(rev) {
			t.Errorf("%s is %q", name, got)
		}
	}
}
