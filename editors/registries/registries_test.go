// Package registries_test holds the entries for registries to what a release has.
package registries_test

import (
	"encoding/json"
	"os"
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
	if want := "pkg:github/OWNER/jetpills@v" + version(t); entry.Source.ID != want {
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
	  ++ builtins.filter (name: !same own.meta theirs.meta name) [ "description" "license" "mainProgram" "platforms" ]
	  ++ (if theirs.src.tag == "v${own.version}" then [ ] else [ "tag" ])`, &differ)
	if len(differ) > 0 {
		t.Errorf("the packages differ in %v", differ)
	}
}

// TestPreCommit looks for what pre-commit needs of a hook; `make release-dry-run` runs it.
func TestPreCommit(t *testing.T) {
	var hooks []map[string]any
	decode(t, "../../.pre-commit-hooks.yaml", &hooks)
	for _, field := range []string{"id", "name", "entry", "language"} {
		if len(hooks) != 1 || hooks[0][field] == nil {
			t.Fatalf("no %s: %v", field, hooks)
		}
	}
	if rev := "rev: v" + version(t); !strings.Contains(read(t, "README.md"), rev) {
		t.Errorf("README.md does not name %s", rev)
	}
}
