package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fleet is a workspace with two hosts that share a module, and one that is no Jetson.
func fleet(t *testing.T) string {
	home(t)
	return lay(t, map[string]string{
		"flake.lock": lock("anduril", "4d857d6da48c420da39964b6fb7ba23a958abad3"),
		"flake.nix": `{
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";
  outputs = { nixpkgs, jetpack-nixos, ... }: let
    mkHost = name: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./shared.nix (./hosts + "/${name}.nix") ]; };
  in {
    nixosConfigurations = nixpkgs.lib.genAttrs [ "arm" "eye" ] mkHost // { desk = nixpkgs.lib.nixosSystem { modules = [ ]; }; };
  };
}
`,
		"shared.nix": `{ lib, ... }: {
  hardware.nvidia-jetpack.enable = true;
  hardware.nvidia-jetpack.carrierBoard = lib.mkDefault "devkit";
}
`,
		"hosts/arm.nix": "{ hardware.nvidia-jetpack.som = \"orin-agx\"; }\n",
		"hosts/eye.nix": "{ config, lib, ... }: {\n  hardware.nvidia-jetpack.som = \"orin-nx\";\n  hardware.nvidia-jetpack.super = lib.mkIf (config.hardware.nvidia-jetpack.som == \"orin-agx\") true;\n}\n",
	})
}

func TestHosts(t *testing.T) {
	dir := fleet(t)
	t.Chdir(dir)
	out, stderr, code := run(t, "", "hosts")
	want := `arm (flake.nix:6)
  enable        true  shared.nix:2
  som           "orin-agx"  hosts/arm.nix:1
  carrierBoard  "devkit"  shared.nix:3
  majorVersion  "6" (default)
  super         false (default)
  JetPack 6.2.2, L4T 36.5.0, kernel 5.15.185, CUDA 12.6.10, CUDA capability 8.7
  flash: nix build --inputs-from . jetpack-nixos#flash-orin-agx-devkit

desk (flake.nix:6)
  not a Jetson, as far as its files show

eye (flake.nix:6)
  enable        true  shared.nix:2
  som           "orin-nx"  hosts/eye.nix:2
  carrierBoard  "devkit"  shared.nix:3
  majorVersion  "6" (default)
  super         false (default)
  JetPack 6.2.2, L4T 36.5.0, kernel 5.15.185, CUDA 12.6.10, CUDA capability 8.7
  flash: nix build --inputs-from . jetpack-nixos#flash-orin-nx-devkit
`
	if diff := cmp.Diff(want, out); diff != "" || code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s, -want +got:\n%s", code, stderr, diff)
	}
}

// A host that leaves jetpack-nixos off is no Jetson, whatever it does with containers. A module of a flake without
// jetpack-nixos changes nothing of a Jetson. What a fork has of its own is no mistake, and a file that is missing is named
// as the flake names it.
func TestHostsBesideOthers(t *testing.T) {
	home(t)
	t.Chdir(lay(t, map[string]string{
		"flake.lock": `{"version": 7, "root": "root", "nodes": {
  "root": {"inputs": {"jetpack-nixos": "jp", "desktop": "desktop", "rover": "rover"}},
  "jp": {"locked": {"type": "github", "owner": "a", "repo": "jetpack-nixos", "rev": "9d857d6da48c420da39964b6fb7ba23a958abad3", "lastModified": 1900000000}},
  "desktop": {"locked": {"type": "github", "owner": "a", "repo": "desktop"}},
  "rover": {"inputs": {"x": "jp"}, "locked": {"type": "github", "owner": "a", "repo": "rover"}}
}}`,
		"flake.nix": `{
  outputs = { nixpkgs, jetpack-nixos, desktop, rover, ... }: let
    host = modules: nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ] ++ modules; };
    jetson = { hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; rover = 1; }; };
  in {
    nixosConfigurations = {
      desk = host [ desktop.nixosModules.x { hardware.nvidia-container-toolkit.enable = true; } ];
      eye = host [ desktop.nixosModules.x jetson ];
      lost = host [ ./lost.nix jetson ];
      rover = host [ rover.nixosModules.x jetson ];
    };
  };
}
`,
	}))
	out, stderr, code := run(t, "", "hosts")
	const jetson = `  enable        true  flake.nix:4
  som           "orin-nx"  flake.nix:4
`
	const facts = `  JetPack 6.2.2, L4T 36.5.0, kernel 5.15.185, CUDA 12.6.10, CUDA capability 8.7
`
	flash := func(name string) string {
		return "  flash: nix build .#nixosConfigurations." + name + ".config.system.build.flashScript\n"
	}
	unknown := func(why string) string {
		return "  carrierBoard  not known: " + why + "\n  majorVersion  not known: " + why + "\n  super         not known: " + why + "\n"
	}
	const rover = "  rover         not an option of jetpack-nixos 4d857d6  flake.nix:4\n"
	const lost = "lost.nix cannot be read"
	const outside = "inputs.rover.nixosModules.x comes from outside the workspace"
	want := `desk (flake.nix:7)
  not a Jetson, as far as its files show

eye (flake.nix:8)
` + jetson + `  carrierBoard  "generic" (default)
  majorVersion  "6" (default)
  super         false (default)
` + rover + facts + flash("eye") + `
lost (flake.nix:9)
` + jetson + unknown(lost) + rover + "  CUDA capability 8.7\n" + flash("lost") + "  module not evaluated: flake.nix:9 (" + lost + `)

rover (flake.nix:10)
` + jetson + unknown(outside) + rover + "  CUDA capability 8.7\n" + flash("rover") + "  module not evaluated: flake.nix:10 (" + outside + ")\n"
	if diff := cmp.Diff(want, out); diff != "" || code != 0 {
		t.Errorf("exit code %d, -want +got:\n%s", code, diff)
	}
	if out, _, _ := run(t, "", "hosts", "--format", "json"); strings.Contains(out, "nvidia-jetpack.container-toolkit") {
		t.Error("an alias that nobody uses is listed")
	}
	if !strings.HasPrefix(stderr, "jetpills: defaults and versions are those of jetpack-nixos 4d857d6") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("%s", stderr)
	}
}

func TestHostsJSON(t *testing.T) {
	dir := fleet(t)
	// From a file below, as an editor may ask.
	out, stderr, code := run(t, "", "hosts", filepath.Join(dir, "hosts", "eye.nix"), "--format", "json")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	var hosts []struct {
		Name, File, JetPack, Flash string
		Line, Column               int
		Values                     []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &hosts); err != nil {
		t.Fatal(err)
	}
	if len(hosts) != 3 || hosts[2].Name != "eye" || hosts[2].File != filepath.Join(dir, "flake.nix") || hosts[2].Line != 6 {
		t.Fatalf("%+v", hosts)
	}
	byPath := map[string]map[string]any{}
	for _, v := range hosts[2].Values {
		byPath[strings.TrimPrefix(v["path"].(string), "hardware.nvidia-jetpack.")] = v
	}
	want := map[string]map[string]any{
		"carrierBoard": {
			"path": "hardware.nvidia-jetpack.carrierBoard", "certainty": "certain", "value": "devkit",
			"definitions": []any{map[string]any{
				"file": filepath.Join(dir, "shared.nix"), "line": 3.0, "column": 3.0, "priority": 1000.0, "condition": true,
			}},
		},
		"majorVersion": {"path": "hardware.nvidia-jetpack.majorVersion", "certainty": "default", "value": "6", "definitions": []any{}},
		"super": {
			"path": "hardware.nvidia-jetpack.super", "certainty": "default", "value": false,
			"definitions": []any{map[string]any{
				"file": filepath.Join(dir, "hosts", "eye.nix"), "line": 3.0, "column": 3.0, "priority": 100.0, "condition": false,
			}},
		},
	}
	for name, v := range want {
		if diff := cmp.Diff(v, byPath[name]); diff != "" {
			t.Errorf("%s, -want +got:\n%s", name, diff)
		}
	}
}

// A workspace without a flake is its configuration.nix.
func TestHostsOfAConfiguration(t *testing.T) {
	home(t)
	dir := lay(t, map[string]string{
		"configuration.nix": "{ imports = [ \"${builtins.fetchTarball \"https://github.com/anduril/jetpack-nixos/archive/4d857d6da48c420da39964b6fb7ba23a958abad3.tar.gz\"}/modules\" ./board.nix ]; }\n",
		"board.nix":         "{ hardware.nvidia-jetpack = { enable = true; som = \"thor-agx\"; }; }\n",
	})
	out, stderr, code := run(t, "", "hosts", dir)
	if code != 0 || stderr != "" || !strings.Contains(out, `som           "thor-agx"`) ||
		!strings.Contains(out, "flash: nix-build '<nixpkgs/nixos>' -I nixos-config=./configuration.nix -A config.system.build.flashScript\n") {
		t.Errorf("exit code %d, %s\n%s", code, stderr, out)
	}
}

// Where there is nothing to evaluate, one line says so, after one for a file that is not Nix.
func TestNoHosts(t *testing.T) {
	home(t)
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"nothing":      {map[string]string{"a.nix": "{ }"}, "has a flake.nix, a hive.nix or a configuration.nix"},
		"no host":      {map[string]string{"flake.nix": "{ outputs = _: { packages = { }; }; }"}, "flake.nix defines no NixOS configuration"},
		"no flake":     {map[string]string{"flake.nix": "}} {("}, "flake.nix:1: syntax error: missing a name in attribute set\njetpills: there may be other configurations: flake.nix cannot be read\n"},
		"broken flake": {map[string]string{"flake.nix": "{ outputs = { nixpkgs, ... }: { nixosConfigurations = nope; }; }"}, "there may be other configurations: "},
	} {
		dir := lay(t, c.files)
		out, stderr, code := run(t, "", "hosts", dir)
		if code != 1 || out != "" || !strings.Contains(stderr, c.says) || strings.Count(stderr, "jetpills: ") != 1+strings.Count(c.says, "jetpills: ") {
			t.Errorf("%s: exit code %d, %q, %q", name, code, out, stderr)
		}
	}
	if _, stderr, code := run(t, "", "hosts", filepath.Join(t.TempDir(), "none")); code != 2 || strings.Count(stderr, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// The command that flashes a host can be pasted into a shell, and means that host to Nix. Nix decodes what follows the # like a URL,
// and knows quotes in it, but no escapes in quotes.
func TestHostsFlashAnyName(t *testing.T) {
	home(t)
	for name, want := range map[string]string{
		"a-b_1":     "nix build .#nixosConfigurations.a-b_1.config.system.build.flashScript",
		"a.b":       `nix build '.#nixosConfigurations."a.b".config.system.build.flashScript'`,
		"it's":      `nix build '.#nixosConfigurations."it%27s".config.system.build.flashScript'`,
		"1 größe":   `nix build '.#nixosConfigurations."1%20gr%C3%B6%C3%9Fe".config.system.build.flashScript'`,
		`a%20^b\\c`: `nix build '.#nixosConfigurations."a%2520%5Eb%5Cc".config.system.build.flashScript'`,
		`a\"b`:      "",
	} {
		dir := lay(t, map[string]string{
			"flake.lock": lock("anduril", "4d857d6da48c420da39964b6fb7ba23a958abad3"),
			"flake.nix": `{ outputs = { nixpkgs, jetpack-nixos, ... }: { nixosConfigurations."` + name + `" = nixpkgs.lib.nixosSystem { modules = [
				jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; } ]; }; }; }`,
		})
		out, _, code := run(t, "", "hosts", dir)
		_, flash, _ := strings.Cut(out, "  flash: ")
		if strings.TrimSpace(flash) != want || code != 0 {
			t.Errorf("%s: exit code %d, %s", name, code, out)
		}
	}
}

// A value stands as it is written in Nix, with no escapes for HTML.
func TestHostsWriteValuesPlainly(t *testing.T) {
	home(t)
	dir := lay(t, map[string]string{"configuration.nix": `{ hardware.nvidia-jetpack.name = "R&D <a>"; }`})
	if out, _, code := run(t, "", "hosts", dir); code != 0 || !strings.Contains(out, `"R&D <a>"`) {
		t.Errorf("exit code %d, %s", code, out)
	}
}

// There is no command where there is nothing to flash, and no version where jetpack-nixos is off.
func TestHostsWithoutFlash(t *testing.T) {
	home(t)
	for module, want := range map[string]struct{ versions, flash bool }{
		`{ enable = true; som = "orin-nx"; }`:                                        {true, true},
		`{ enable = true; }`:                                                         {true, false},
		`{ enable = true; flashScriptOverrides.targetBoard = "mine"; }`:              {true, true},
		`{ enable = true; flashScriptOverrides.targetBoard = lib.mkIf false "no"; }`: {true, false},
		`{ enable = true; som = "thor-agx"; majorVersion = "6"; }`:                   {true, false},
		`{ som = "orin-agx"; }`:                                                      {false, false},
		`lib.mkMerge [ { enable = true; som = "orin-agx"; } { som = "orin-nx"; } ]`:  {false, false},
	} {
		dir := lay(t, map[string]string{
			"flake.lock": lock("anduril", "4d857d6da48c420da39964b6fb7ba23a958abad3"),
			"flake.nix": `{ outputs = { nixpkgs, jetpack-nixos, ... }: { nixosConfigurations.arm = nixpkgs.lib.nixosSystem { modules = [
				jetpack-nixos.nixosModules.default ({ lib, ... }: { hardware.nvidia-jetpack = ` + module + `; }) ]; }; }; }`,
		})
		out, _, code := run(t, "", "hosts", dir)
		if code != 0 || strings.Contains(out, "JetPack") != want.versions || strings.Contains(out, "flash:") != want.flash {
			t.Errorf("%s: exit code %d, %s", module, code, out)
		}
		const refused = `  jetpack-nixos refuses together: som = "thor-agx", majorVersion = "6"`
		if strings.Contains(out, refused) != strings.Contains(module, "thor-agx") {
			t.Errorf("%s: %s", module, out)
		}
	}
}

// Nix reads the paths in a module behind a symbolic link from where that leads, and so does a diagnostic.
func TestHostsBehindLinks(t *testing.T) {
	dir := fleet(t)
	for name, content := range map[string]string{
		"parts/arm.nix": "{ imports = [ ./som.nix ]; hardware.nvidia-jetpack.majorVersion = \"5\"; }\n", "parts/som.nix": "{ hardware.nvidia-jetpack.som = \"thor-agx\"; }\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, "parts"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "hosts", "arm.nix")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..", "parts", "arm.nix"), filepath.Join(dir, "hosts", "arm.nix")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	out, _, _ := run(t, "", "hosts")
	if want := "  som           \"thor-agx\"  " + filepath.Join("parts", "som.nix") + ":1\n"; !strings.Contains(out, want) {
		t.Errorf("no %s in\n%s", want, out)
	}
	out, _, code := run(t, "", "check", "parts")
	if code != 1 || !strings.HasPrefix(out, filepath.Join("parts", "arm.nix")+":1:67: error: ") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// What is open in an editor counts, not what is on disk; and nothing outside the workspace is read.
func TestHostsReadNothingOutside(t *testing.T) {
	home(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret.nix"), []byte("{ hardware.nvidia-jetpack.som = \"orin-nx\"; }"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := lay(t, map[string]string{
		"flake.nix": `{ outputs = { nixpkgs, jetpack-nixos, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ` +
			filepath.ToSlash(outside) + "/secret.nix ./link.nix ]; }; }; }\n",
	})
	if err := os.Symlink(filepath.Join(outside, "secret.nix"), filepath.Join(dir, "link.nix")); err != nil {
		t.Fatal(err)
	}
	out, _, code := run(t, "", "hosts", dir)
	if code != 0 || strings.Contains(out, "orin-nx") || !strings.Contains(out, "module not evaluated") || strings.Contains(out, ":0") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// A value is judged by what a host comes to over all its files, and a finding leads to the other file.
func TestCheckOverFiles(t *testing.T) {
	dir := fleet(t)
	if err := os.WriteFile(filepath.Join(dir, "hosts", "arm.nix"), []byte("{ hardware.nvidia-jetpack.som = \"xavier-nx\"; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "shared.nix"), []byte("{\n  hardware.nvidia-jetpack = { enable = true; majorVersion = \"7\"; };\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	out, stderr, code := run(t, "", "check", ".")
	want := `shared.nix:2:61: error: majorVersion "7" does not fit som "xavier-nx" in jetpack-nixos 4d857d6 (host arm) [refused-combination]
    2 |   hardware.nvidia-jetpack = { enable = true; majorVersion = "7"; };
      |                                                             ^^^
      hosts/arm.nix:1:33: som = "xavier-nx" is set here
      fix: Change to "5"
      see: jetpills pills show 07#majorversion-which-jetpack
`
	if diff := cmp.Diff(want, out); diff != "" || code != 1 || stderr != "" {
		t.Errorf("exit code %d, %s, -want +got:\n%s", code, stderr, diff)
	}
	out, _, _ = run(t, "", "check", "--format", "json", "shared.nix")
	var found []struct {
		Host    string
		Related []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil || len(found) != 1 || found[0].Host != "arm" {
		t.Fatalf("%v\n%s", err, out)
	}
	related := []map[string]any{{
		"file": filepath.Join("hosts", "arm.nix"), "startLine": 1.0, "startColumn": 33.0, "endLine": 1.0, "endColumn": 44.0,
		"message": `som = "xavier-nx" is set here`,
	}}
	if diff := cmp.Diff(related, found[0].Related); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if out, _, _ = run(t, "", "check", "--format", "sarif", "shared.nix"); !strings.Contains(out, `"relatedLocations"`) {
		t.Errorf("no related location:\n%s", out)
	}
	checkSARIF(t, out)
}

// TestHostsWithSyntaxErrors holds that files which are not Nix are named, and that the rest is printed.
func TestHostsWithSyntaxErrors(t *testing.T) {
	dir := fleet(t)
	t.Chdir(dir)
	flake, err := os.ReadFile("flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, content string) {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("hosts/eye.nix", "{\n  hardware.nvidia-jetpack.som = \"orin-nx\";\n  networking.hostName = ;\n}\n")
	const module = "hosts/eye.nix:3: syntax error: "
	for _, format := range []string{"text", "json"} {
		out, stderr, code := run(t, "", "hosts", "--format", format)
		if code != 0 || !strings.Contains(stderr, "jetpills: "+module) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s", format, code, stderr)
		}
		if strings.Count(out, "  read in part: "+module) != map[string]int{"text": 1}[format] || !strings.Contains(out, "orin-nx") {
			t.Errorf("%s: %s", format, out)
		}
	}
	write("hosts/eye.nix", "{ hardware.nvidia-jetpack.som = \"orin-nx\"; }\n")
	cut := string(flake[:strings.Index(string(flake), "desk")])
	write("flake.nix", cut)
	out, stderr, code := run(t, "", "hosts")
	if code != 0 || !strings.Contains(stderr, "jetpills: flake.nix:") || !strings.Contains(stderr, ": syntax error: ") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if strings.Count(out, "  read in part: flake.nix:") != 2 || !strings.Contains(out, `"orin-agx"`) {
		t.Errorf("a cut flake: %s", out)
	}
}

// The nodes of a hive are hosts. What a framework that is not followed makes of a folder is not known, and said so.
func TestHostsOfFrameworks(t *testing.T) {
	home(t)
	board := "{ hardware.nvidia-jetpack = { enable = true; som = \"thor-agx\"; }; }\n"
	inputs := func(name, url string) string {
		return `inputs.nixpkgs.url = "github:NixOS/nixpkgs"; inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos"; inputs.` +
			name + `.url = "github:` + url + `"; `
	}
	for name, c := range map[string]struct {
		files     map[string]string
		out, says string
		code      int
	}{
		"hive.nix": {map[string]string{
			"hive.nix": `let jetpack-nixos = builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/4d857d6da48c420da39964b6fb7ba23a958abad3.tar.gz"; in {
  meta.nixpkgs = <nixpkgs>;
  defaults.imports = [ "${jetpack-nixos}/modules" ];
  arm = { name, ... }: { imports = [ ./board.nix ]; networking.hostName = name; };
}`, "board.nix": board,
		}, `networking.hostName  "arm"`, "", 0},
		"colmenaHive": {map[string]string{
			"flake.nix": "{ " + inputs("colmena", "zhaofengli/colmena") + `outputs = { colmena, jetpack-nixos, ... }: {
  colmenaHive = colmena.lib.makeHive { meta = { }; arm.imports = [ jetpack-nixos.nixosModules.default ./board.nix ]; };
}; }`, "board.nix": board,
		}, "flash: nix build .#colmenaHive.nodes.arm.config.system.build.flashScript", "the newest known; an address in flake.nix names no revision\n", 0},
		"snowfall": {map[string]string{
			"flake.nix": "{ " + inputs("snowfall-lib", "snowfallorg/lib") + "outputs = inputs: inputs.snowfall-lib.mkFlake { inherit inputs; src = ./.; }; }",
		}, "", "there may be other configurations: inputs.snowfall-lib.mkFlake comes from outside the workspace\n", 1},
		"blueprint": {map[string]string{
			"flake.nix": "{ " + inputs("blueprint", "numtide/blueprint") + "outputs = inputs: inputs.blueprint { inherit inputs; }; }",
		}, "", "there may be other configurations: inputs.blueprint comes from outside the workspace\n", 1},
		"haumea": {map[string]string{
			"flake.nix": "{ " + inputs("haumea", "nix-community/haumea") + `outputs = { nixpkgs, haumea, ... }: {
  nixosConfigurations = builtins.mapAttrs (_: host: nixpkgs.lib.nixosSystem { modules = [ host ]; }) (haumea.lib.load { src = ./hosts; });
}; }`,
		}, "", "there may be other configurations: inputs.haumea.lib.load comes from outside the workspace\n", 1},
		"nixos-unified": {map[string]string{
			"flake.nix": "{ " + inputs("nixos-unified", "srid/nixos-unified") + `outputs = { self, ... }: {
  nixosConfigurations.arm = self.nixos-unified.lib.mkLinuxSystem { } ./board.nix;
}; }`, "board.nix": board,
		}, "arm (flake.nix:2)\n  not evaluated: ", "", 0},
	} {
		t.Chdir(lay(t, c.files))
		out, stderr, code := run(t, "", "hosts")
		if code != c.code || !strings.Contains(out, c.out) || !strings.HasSuffix(stderr, c.says) || (stderr == "") != (c.says == "") {
			t.Errorf("%s: exit code %d, %s%s", name, code, stderr, out)
		}
	}
}
