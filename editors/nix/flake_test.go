// Package nix_test holds the flake to what those who install from it rely on. A stand-in for nixpkgs has its builders give back what
// they were given; what the builders are given to run is run here.
package nix_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"

	"jetpills/internal/nix/nixtest"
)

const root = "../.."

// of evaluates an expression about f, the outputs of the flake, and nixpkgs, the stand-in.
func of(t *testing.T, expression string, answer any) {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	nixtest.Eval(t, `let
	  nixpkgs = (import `+dir+`/editors/nix/testdata/nixpkgs/flake.nix).outputs { self = nixpkgs; };
	  f = (import `+dir+`/flake.nix).outputs { inherit nixpkgs; self = f // { shortRev = "abc1234"; }; };
	  inherit (nixpkgs) lib;
	in `+expression, answer)
}

// version is that of the extension's manifest, which all others follow.
func version(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(root + "/editors/vscode/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Version
}

var systems = []string{"aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"}

// TestOutputs evaluates all that the flake has.
func TestOutputs(t *testing.T) {
	v := version(t) + "+abc1234"
	want := map[string]string{
		"default": "jetpills-" + v, "jetpills": "jetpills-" + v, "vim-plugin": "jetpills-" + v, "vscode-extension": "vscode-extension-jetpills-" + v,
	}
	var packages, checks map[string]map[string]string
	of(t, `builtins.mapAttrs (_: builtins.mapAttrs (_: p: builtins.seq p.drvPath p.name)) f.packages`, &packages)
	of(t, `builtins.mapAttrs (_: builtins.mapAttrs (_: p: builtins.seq p.drvPath p.name)) f.checks`, &checks)
	for _, system := range systems {
		for name, full := range want {
			if got := packages[system][name]; got != full {
				t.Errorf("packages.%s.%s is %q, want %q", system, name, got, full)
			}
		}
		for _, name := range []string{"jetpills", "vim-plugin", "vscode-extension", "tests"} {
			if checks[system][name] == "" {
				t.Errorf("there is no checks.%s.%s", system, name)
			}
		}
	}
	if len(packages) != len(systems) {
		t.Errorf("packages of %d systems, want %d", len(packages), len(systems))
	}
	var rest struct {
		App, Formatter string
		Shell          []string
		Overlay        []string
		Plain          string
	}
	of(t, `{
	  app = f.apps.x86_64-linux.default.program;
	  formatter = f.formatter.x86_64-linux;
	  shell = map (p: p.pname or p) f.devShells.x86_64-linux.default.arguments.packages;
	  overlay = let pkgs = nixpkgs.legacyPackages.x86_64-linux; o = f.overlays.default pkgs pkgs; in
	    [ o.jetpills.name o.vimPlugins.jetpills.name o.vimPlugins.another o.vscode-extensions.jetpills.jetpills.name ];
	  plain = (import `+"("+`toString `+absolute(t, root)+`) { pkgs = nixpkgs.legacyPackages.x86_64-linux; }).jetpills.name;
	}`, &rest)
	if !strings.HasSuffix(rest.App, "-jetpills-"+v+"/bin/jetpills") {
		t.Errorf("the program of the app is %s", rest.App)
	}
	for _, tool := range []string{"go", "gcc", "git", "gnumake", "nix", "nodejs", "pre-commit"} {
		if !slices.Contains(rest.Shell, tool) {
			t.Errorf("the shell for development lacks %s", tool)
		}
	}
	if want := []string{"jetpills-" + v, "jetpills-" + v, "another", "vscode-extension-jetpills-" + v}; !slices.Equal(rest.Overlay, want) {
		t.Errorf("the overlay gives %v, want %v", rest.Overlay, want)
	}
	if rest.Plain != "jetpills-"+version(t) {
		t.Errorf("without flakes the package is %s", rest.Plain)
	}
	var keys []string
	of(t, `map (m: m.default.key) [ f.homeModules f.homeManagerModules f.nixosModules ]`, &keys)
	if want := []string{"jetpills", "jetpills", "jetpills"}; !slices.Equal(keys, want) {
		t.Errorf("the keys of the modules are %v, want %v", keys, want)
	}
	if rest.Formatter == "" {
		t.Error("there is no formatter")
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// TestFlakeAsUsersAskIt runs the commands that users type, over the stand-in, with a home of its own and no network.
func TestFlakeAsUsersAskIt(t *testing.T) {
	dir, home, stays := t.TempDir(), t.TempDir(), t.TempDir()
	files, err := exec.Command("git", "-C", root, "ls-files", "*.nix", "flake.lock", "editors/nix", "editors/vscode", "editors/neovim", "go.mod", "go.sum").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(files)) {
		copyFile(t, filepath.Join(root, strings.TrimSpace(name)), filepath.Join(dir, strings.TrimSpace(name)))
	}
	for _, name := range []string{"cmd", "internal", "pills"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // Nix takes the right to remove from what it stores
		if err := exec.Command("chmod", "-R", "u+w", home).Run(); err != nil {
			t.Error(err)
		}
	})
	flake := "path:" + dir
	over := []string{"--no-write-lock-file", "--override-input", "nixpkgs", "path:" + absolute(t, "testdata/nixpkgs")}
	asked := func(args ...string) string {
		options := []string{"--extra-experimental-features", "nix-command flakes", "--option", "substituters", "", "--option", "sandbox", "false", "--option", "build-users-group", ""}
		command := exec.Command("nix", append(options, args...)...)
		// A store of its own, which needs neither root nor a daemon.
		command.Dir, command.Env = stays, append(os.Environ(), "HOME="+home, "NIX_REMOTE=local", "NIX_STORE_DIR="+home+"/store", "NIX_STATE_DIR="+home+"/var", "NIX_LOG_DIR="+home+"/log")
		var says bytes.Buffer
		command.Stderr = &says
		out, err := command.Output()
		if err != nil {
			t.Fatalf("nix %v: %v\n%s", args, err, says.String())
		}
		return string(out)
	}
	// With a lock file that is behind flake.nix, Nix would want the network.
	if got := asked("flake", "metadata", "--offline", "--json", "--no-write-lock-file", flake); !strings.Contains(got, `"ref":"nixos-26.05"`) {
		t.Errorf("nix flake metadata: %s", got)
	}
	asked(slices.Concat([]string{"flake", "check", "--no-build"}, over, []string{flake})...)
	shown := asked(slices.Concat([]string{"flake", "show"}, over, []string{flake})...)
	for _, want := range []string{"package 'jetpills-" + version(t), "app", "Nixpkgs overlay", "NixOS module", "template: ", "development environment", "package 'nixfmt-tree"} {
		if !strings.Contains(shown, want) {
			t.Errorf("nix flake show has no %q in\n%s", want, shown)
		}
	}
	if got, want := asked(slices.Concat([]string{"run"}, over, []string{flake, "--", "doctor", "--json"})...), "jetpills-"+version(t)+" doctor --json\n"; got != want {
		t.Errorf("nix run ran %q, want %q", got, want)
	}
	asked("flake", "init", "--template", flake)
	if err := filepath.WalkDir("template", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		within, err := filepath.Rel("template", name)
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(filepath.Join(stays, within)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("nix flake init wrote another %s: %v", within, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestGo builds with a Go that go.mod accepts, over any nixpkgs that has one, and says which ones do otherwise.
func TestGo(t *testing.T) {
	var got struct{ Own, Beside, Neither string }
	dir := absolute(t, root)
	of(t, `let
	  over = more: (import `+dir+` { pkgs = let
	    pkgs = nixpkgs.legacyPackages.x86_64-linux // more // {
	      callPackage = file: more: let f = import file; in f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // more);
	    };
	  in pkgs; }).jetpills;
	in {
	  own = (over { go.version = "1.27.1"; }).builder;
	  beside = (over { go.version = "1.25.8"; buildGo126Module = a: { builder = "buildGo126Module"; }; }).builder;
	  neither = if (builtins.tryEval (over { go.version = "1.25.8"; }).builder).success then "builds" else "refuses";
	}`, &got)
	if got.Own != "buildGoModule" || got.Beside != "buildGo126Module" || got.Neither != "refuses" {
		t.Errorf("it builds with %+v", got)
	}
	content, err := os.ReadFile(root + "/default.nix")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	needs := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)[1]
	if n := strings.Count(string(content), string(needs)) + strings.Count(string(content), strings.ReplaceAll(string(needs), ".", "")); n != 3 {
		t.Errorf("go.mod needs Go %s; default.nix names it %d times, want 3", needs, n)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestVendorHash computes what nixpkgs' buildGoModule compares.
func TestVendorHash(t *testing.T) {
	vendor := filepath.Join(t.TempDir(), "vendor")
	command := exec.Command("go", "mod", "vendor", "-o", vendor)
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go mod vendor: %v\n%s", err, out)
	}
	hash := sha256.New()
	if err := nar.DumpPath(hash, vendor); err != nil {
		t.Fatal(err)
	}
	var got string
	of(t, `f.packages.x86_64-linux.default.arguments.vendorHash`, &got)
	if want := "sha256-" + base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != want {
		t.Errorf("vendorHash in package.nix is %s, want %s", got, want)
	}
}

// run has bash run a phase of a build in a folder, with the functions of nixpkgs that it calls.
func run(t *testing.T, dir, out, phase string) {
	t.Helper()
	script := `
	runHook() { :; }
	installManPage() { mkdir -p "$out/share/man/man1"; cp "$@" "$out/share/man/man1"; }
	installShellCompletion() { mkdir -p "$out/share/completions"; cp "$@" "$out/share/completions"; }
	substituteInPlace() {
	  [ "$2" = --replace-fail ] && grep -qF -- "$3" "$1" || return 1
	  content=$(<"$1"); printf '%s\n' "${content/"$3"/"$4"}" >"$1"
	}
	` + phase
	command := exec.Command("bash", "-euc", script)
	command.Dir, command.Env = dir, append(os.Environ(), "out="+out)
	if printed, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\nin\n%s", err, printed, phase)
	}
}

// TestProgram builds the program as the package does, and looks at what is installed.
func TestProgram(t *testing.T) {
	var package_ struct {
		Ldflags, SubPackages, Fileset []string
		Env                           map[string]int
		PostInstall                   string
	}
	of(t, `let a = f.packages.x86_64-linux.default.arguments; in { inherit (a) ldflags subPackages env postInstall; inherit (a.src) fileset; }`, &package_)
	out, source := t.TempDir(), t.TempDir()
	// The package sees these files alone.
	for _, name := range package_.Fileset {
		if err := os.CopyFS(filepath.Join(source, name), os.DirFS(filepath.Join(root, name))); err != nil {
			copyFile(t, filepath.Join(root, name), filepath.Join(source, name))
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags="+strings.Join(package_.Ldflags, " "), "-o", out+"/bin/", "./"+package_.SubPackages[0])
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0")
	if printed, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, printed)
	}
	if _, set := package_.Env["CGO_ENABLED"]; !set {
		t.Error("the program is not static")
	}
	run(t, t.TempDir(), out, package_.PostInstall)
	printed, err := exec.Command(out+"/bin/jetpills", "version").Output()
	if err != nil || !strings.Contains(string(printed), version(t)+"+abc1234") {
		t.Errorf("jetpills version: %v: %s", err, printed)
	}
	for _, name := range []string{"man/man1/jetpills.1", "man/man1/jetpills-check.1", "completions/jetpills.bash", "completions/jetpills.fish", "completions/jetpills.zsh"} {
		if content, err := os.ReadFile(filepath.Join(out, "share", name)); err != nil || !strings.Contains(string(content), "jetpills") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestVimPlugin looks for the program of the package in the plugin.
func TestVimPlugin(t *testing.T) {
	var plugin struct {
		Fileset   []string
		PostPatch string
		Program   string
	}
	of(t, `let p = f.packages.x86_64-linux; a = p.vim-plugin.arguments; in { inherit (a) postPatch; inherit (a.src) fileset; program = "${p.jetpills}/bin/jetpills"; }`, &plugin)
	dir := t.TempDir()
	for _, name := range plugin.Fileset {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, "editors/neovim", name))); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, "", plugin.PostPatch)
	content, err := os.ReadFile(dir + "/lsp/jetpills.lua")
	if err != nil || !strings.Contains(string(content), `cmd = { "`+plugin.Program+`", "lsp" }`) {
		t.Errorf("the plugin does not start %s: %v\n%s", plugin.Program, err, content)
	}
}

// TestExtension installs the extension's folder, and looks for all that its manifest names.
func TestExtension(t *testing.T) {
	var extension struct {
		Fileset                  []string
		InstallPhase, BuildName  string
		Publisher, Name, Program string
		UniqueID                 string
	}
	of(t, `let p = f.packages.x86_64-linux; e = p.vscode-extension; a = e.arguments; in {
	  inherit (a) installPhase; inherit (a.src) fileset; buildName = a.npmBuildScript; publisher = e.vscodeExtPublisher; name = e.vscodeExtName;
	  uniqueID = e.vscodeExtUniqueId; program = "${p.jetpills}/bin/jetpills";
	}`, &extension)
	dir, out := t.TempDir(), t.TempDir()
	for _, name := range extension.Fileset {
		from := filepath.Join(root, "editors/vscode", name)
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		copyFile(t, from, filepath.Join(dir, name))
	}
	content, err := os.ReadFile(dir + "/package.json")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), `"`+extension.BuildName+`": "node scripts/bundle.mjs"`) {
		t.Errorf("the script %s of package.json does not bundle", extension.BuildName)
	}
	// npm's packages are not at hand in every test: `make test-editors` bundles for real.
	if err := os.MkdirAll(dir+"/out", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"extension.js", "parts.js"} {
		if err := os.WriteFile(filepath.Join(dir, "out", name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, dir, out, extension.InstallPhase)
	installed := filepath.Join(out, "share/vscode/extensions", extension.UniqueID)
	if extension.UniqueID != extension.Publisher+"."+extension.Name {
		t.Errorf("the extension is %s of %s.%s", extension.UniqueID, extension.Publisher, extension.Name)
	}
	named := regexp.MustCompile(`"\.?/?((?:out|images|preview|walkthrough)/[^"#]+)"`).FindAllStringSubmatch(string(content), -1)
	if len(named) < 5 {
		t.Fatalf("package.json names %d files", len(named))
	}
	for _, m := range named {
		name := m[1]
		if !strings.Contains(filepath.Base(name), ".") {
			name += ".js"
		}
		if _, err := os.Stat(filepath.Join(installed, name)); err != nil {
			t.Errorf("package.json names %s: %v", m[1], err)
		}
	}
	if to, err := os.Readlink(installed + "/server/jetpills"); err != nil || to != extension.Program {
		t.Errorf("the extension's program is %s, want %s: %v", to, extension.Program, err)
	}
}
