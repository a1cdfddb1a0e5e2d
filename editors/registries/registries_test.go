// Package registries_test holds the entries for registries to what a release has.
package registries_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"jetpills/internal/nix/nixtest"
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, name)), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// version is that of the extension's manifest, which all others follow.
func version(t *testing.T) string {
	t.Helper()
	var manifest struct{ Version string }
	if err := json.Unmarshal([]byte(read(t, "../vscode/package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Version
}

// repository is the one that `make module-path` names everywhere, and until then OWNER/jetpills.
func repository(t *testing.T) string {
	t.Helper()
	path, _, _ := strings.Cut(strings.TrimPrefix(read(t, "../../go.mod"), "module "), "\n")
	if !strings.Contains(path, "/") {
		path = "OWNER/jetpills"
	}
	return strings.TrimPrefix(path, "github.com/")
}

// TestMason looks for the archive of each target, and the program in it.
func TestMason(t *testing.T) {
	var release struct {
		Builds   []struct{ Targets []string }
		Archives []struct {
			WrapInDirectory bool `yaml:"wrap_in_directory"`
		}
	}
	decode(t, "../../.goreleaser.yaml", &release)
	var entry struct {
		Source struct {
			ID    string
			Asset []struct{ Target, File, Bin string }
		}
	}
	decode(t, "mason/package.yaml", &entry)
	if want := "pkg:github/" + repository(t) + "@v" + version(t); entry.Source.ID != want {
		t.Errorf("the source is %s, want %s", entry.Source.ID, want)
	}
	const ofVersion = `{{ version | strip_prefix "v" }}`
	var missing []string
	for _, target := range release.Builds[0].Targets {
		name := "jetpills_" + ofVersion + "_" + target
		file, program := name+".tar.gz", name+"/jetpills"
		if strings.HasPrefix(target, "windows") {
			file, program = name+".zip", program+".exe"
		}
		if !slices.ContainsFunc(entry.Source.Asset, func(a struct{ Target, File, Bin string }) bool { return a.File == file && a.Bin == program }) {
			missing = append(missing, file)
		}
	}
	if len(missing) > 0 || len(entry.Source.Asset) != len(release.Builds[0].Targets) || !release.Archives[0].WrapInDirectory {
		t.Errorf("%d archives; missing: %v", len(entry.Source.Asset), missing)
	}
}

// TestLspconfig holds the entry to the plugin's own file, as far as it needs no plugin.
func TestLspconfig(t *testing.T) {
	entry, own := read(t, "nvim-lspconfig/lsp/jetpills.lua"), strings.ReplaceAll(read(t, "../neovim/lsp/jetpills.lua"), `"`, "'")
	fields := regexp.MustCompile(`(?m)^  (cmd|filetypes|root_markers) = .*$`).FindAllString(entry, -1)
	if len(fields) != 3 {
		t.Fatalf("%d fields, want 3", len(fields))
	}
	for _, field := range fields {
		if !strings.Contains(own, field+"\n") {
			t.Errorf("the plugin has no line %q", field)
		}
	}
}

// TestNixpkgs compares the entry with the package of the flake.
func TestNixpkgs(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var differ []string
	nixtest.Eval(t, `let
	  pkgs = ((import `+root+`/editors/nix/testdata/nixpkgs/flake.nix).outputs { self = { }; }).legacyPackages.x86_64-linux;
	  more.lib = pkgs.lib // { fakeHash = "none"; };
	  more.buildGoModule = f: pkgs.lib.fix f;
	  more.fetchFromGitHub = a: a;
	  more.versionCheckHook = "versionCheckHook";
	  theirs = pkgs.callPackage `+root+`/editors/registries/nixpkgs/package.nix more;
	  own = (import `+root+` { inherit pkgs; }).jetpills.arguments;
	  same = a: b: name: (a.${name} or null) == (b.${name} or null);
	in
	  builtins.filter (name: !same own theirs name) [ "pname" "version" "vendorHash" "subPackages" "env" "ldflags" "doCheck" "postInstall" ]
	  ++ builtins.filter (name: !same own.meta theirs.meta name) [ "description" "homepage" "license" "mainProgram" "platforms" ]
	  ++ (if theirs.src.tag == "v${own.version}" then [ ] else [ "tag" ])`, &differ)
	if len(differ) > 0 {
		t.Errorf("the packages differ in %v", differ)
	}
}

// TestPreCommit lets pre-commit install the hook as its users do, and commits with it.
func TestPreCommit(t *testing.T) {
	if rev := "rev: v" + version(t); !strings.Contains(read(t, "README.md"), rev) {
		t.Errorf("README.md does not name %s", rev)
	}
	hook, repository := clone(t), t.TempDir()
	// The tool and the modules are those of this machine: pre-commit has Go fetch and compile all for each repository anew.
	modules := strings.TrimSpace(output(t, "", nil, "go", "env", "GOMODCACHE"))
	env := append(os.Environ(), "PRE_COMMIT_HOME="+t.TempDir(), "GOFLAGS=-trimpath -modcacherw -buildvcs=false", "GOTOOLCHAIN=local", "GOPROXY=file://"+filepath.ToSlash(modules)+"/cache/download")
	if err := os.CopyFS(repository, os.DirFS("../../testdata/configs/orin-agx")); err != nil {
		t.Fatal(err)
	}
	write(t, repository+"/.pre-commit-config.yaml", "repos:\n  - repo: "+hook+"\n    rev: "+revision(t, hook)+"\n    hooks:\n      - id: jetpills\n")
	write(t, repository+"/carrier.nix", "{ hardware.nvidia-jetpack.carrierBoard = \"xavierNxDevkit\"; }\n")
	configuration := strings.Replace(read(t, repository+"/configuration.nix"), "imports = [", "imports = [ ./carrier.nix", 1)
	configuration = regexp.MustCompile(`(?m)^.*carrierBoard = .*\n`).ReplaceAllString(configuration, "")
	configuration = strings.Replace(configuration, `som = "orin-agx"`, `som = "orin-nx"`, 1)
	write(t, repository+"/configuration.nix", configuration)
	git(t, repository, "init", "--quiet")
	git(t, repository, "add", "--all")

	run := func() (string, error) {
		command := exec.Command("pre-commit", "run", "--color=never")
		command.Dir, command.Env = repository, env
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := run(); err != nil || !strings.Contains(out, "jetpills check...........................................................Passed") {
		t.Fatalf("the shipped configuration: %v\n%s", err, out)
	}
	git(t, repository, "commit", "--quiet", "--message", "A host")
	// The mistake shows in a file that this commit does not touch.
	write(t, repository+"/configuration.nix", strings.Replace(configuration, `som = "orin-nx"`, `som = "orin-agx"`, 1))
	git(t, repository, "add", "--all")
	out, err := run()
	for _, want := range []string{"Failed", "- exit code: 1", "\ncarrier.nix:1:42: error: carrierBoard \"xavierNxDevkit\" does not fit som \"orin-agx\"", "1 error in 4 files"} {
		if err == nil || !strings.Contains(out, want) {
			t.Errorf("no %q, and %v, in\n%s", want, err, out)
		}
	}
	// Nothing that it reads changes.
	git(t, repository, "reset", "--quiet", "--hard")
	write(t, repository+"/notes.txt", "none\n")
	git(t, repository, "add", "--all")
	if out, err := run(); err != nil || !strings.Contains(out, "Skipped") {
		t.Errorf("a commit of other files: %v\n%s", err, out)
	}
}

// TestSameBytes builds what a release has in two folders: `make release-dry-run` builds all of it.
func TestSameBytes(t *testing.T) {
	var release struct {
		Builds []struct{ Flags []string }
	}
	decode(t, "../../.goreleaser.yaml", &release)
	var sums []string
	for _, dir := range []string{"../..", clone(t)} {
		program := filepath.Join(t.TempDir(), "jetpills")
		args := slices.Concat([]string{"build", "-buildvcs=false", "-ldflags=-s -w -X main.version=1.2.3", "-o", program}, release.Builds[0].Flags, []string{"./cmd/jetpills"})
		output(t, dir, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS="), "go", args...)
		sums = append(sums, fmt.Sprintf("%x", sha256.Sum256([]byte(read(t, program)))))
	}
	if sums[0] != sums[1] {
		t.Errorf("two folders give two programs: %s", sums)
	}
}

// TestGoInstall sets the module's path, as whoever publishes does, and installs a release of it as README.md says.
func TestGoInstall(t *testing.T) {
	const module, tag = "github.com/jane-doe/jetpills", "v1.2.3"
	// Go finds what it compiled in another run.
	env := append(os.Environ(), "GOFLAGS=-trimpath -modcacherw", "GOTOOLCHAIN=local", "GONOSUMDB=*")
	dir, proxy := clone(t), t.TempDir()
	output(t, dir, env, "make", "module-path", "MODULE="+module)
	for _, name := range []string{"README.md", ".goreleaser.yaml", "editors/registries/mason/package.yaml", "editors/registries/nixpkgs/package.nix"} {
		if content := read(t, filepath.Join(dir, name)); strings.Contains(content, "OWNER") || !strings.Contains(content, "jane-doe") {
			t.Errorf("%s does not name the repository", name)
		}
	}
	imports := regexp.MustCompile(`^\+(import|\t)(.* )?"[a-z./-]*"$`)
	for line := range strings.Lines(git(t, dir, "diff", "--unified=0", "--", "cmd/**.go", "internal/**.go", "pills/**.go", ":!*_test.go")) {
		if line = strings.TrimSuffix(line, "\n"); strings.Contains(line, module) && !imports.MatchString(line) {
			t.Errorf("something else than an import has changed: %s", line)
		}
	}

	// What the module proxy has of a tag.
	versions := filepath.Join(proxy, module, "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, versions+"/list", tag+"\n")
	write(t, versions+"/"+tag+".info", `{"Version":"`+tag+`","Time":"2026-01-01T00:00:00Z"}`)
	write(t, versions+"/"+tag+".mod", read(t, dir+"/go.mod"))
	archive, err := os.Create(versions + "/" + tag + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	files := zip.NewWriter(archive)
	for name := range strings.Lines(git(t, dir, "ls-files")) {
		name = strings.TrimSpace(name)
		file, err := files.Create(module + "@" + tag + "/" + name)
		if err == nil {
			_, err = file.Write([]byte(read(t, filepath.Join(dir, name))))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(files.Close(), archive.Close()); err != nil {
		t.Fatal(err)
	}

	bin := t.TempDir()
	env = append(env, "GOBIN="+bin, "GOMODCACHE="+t.TempDir(), "GOPROXY=file://"+filepath.ToSlash(proxy)+","+localProxy(t))
	output(t, t.TempDir(), env, "go", "install", module+"/cmd/jetpills@latest")
	if got := output(t, "", nil, bin+"/jetpills", "version"); !strings.HasPrefix(got, "jetpills 1.2.3 (go") {
		t.Errorf("jetpills version: %s", got)
	}
}

// localProxy has the modules of this machine, which has all of this one's.
func localProxy(t *testing.T) string {
	t.Helper()
	return "file://" + filepath.ToSlash(strings.TrimSpace(output(t, "", nil, "go", "env", "GOMODCACHE"))) + "/cache/download"
}

// clone is a repository with the files of this tree, as they are now.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name := range strings.Lines(git(t, "../..", "ls-files", "--deduplicate")) {
		name = strings.TrimSpace(name)
		content, err := os.ReadFile(filepath.Join("../..", name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and not committed
		}
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(content))
	}
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", "--all")
	git(t, dir, "commit", "--quiet", "--message", "A release")
	return dir
}

func revision(t *testing.T, dir string) string {
	t.Helper()
	return strings.TrimSpace(git(t, dir, "rev-parse", "HEAD"))
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return output(t, dir, os.Environ(), "git", append([]string{"-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.hooksPath=/dev/null"}, args...)...)
}

func output(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir, command.Env = dir, env
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
