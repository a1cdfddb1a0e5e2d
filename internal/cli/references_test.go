package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferences(t *testing.T) {
	dir := fleet(t)
	t.Chdir(dir)
	const som = "hosts/arm.nix:1:27: definition: { hardware.nvidia-jetpack.som = \"orin-agx\"; }\n" +
		"hosts/eye.nix:2:27: definition: hardware.nvidia-jetpack.som = \"orin-nx\";\n" +
		"hosts/eye.nix:3:76: read: hardware.nvidia-jetpack.super = lib.mkIf (config.hardware.nvidia-jetpack.som == \"orin-agx\") true;\n"
	const none = "jetpills: the revision in use has no option hardware.nvidia-jetpack.sum\n"
	tests := []struct {
		args       []string
		out, error string
		code       int
	}{
		{[]string{"hosts/eye.nix:2:28"}, som, "", 0},
		{[]string{"hardware.nvidia-jetpack.som"}, som, "", 0},
		{[]string{"hardware.nvidia-jetpack.som", "shared.nix"}, som, "", 0},
		{[]string{"shared.nix:2:27"}, "shared.nix:2:27: definition: hardware.nvidia-jetpack.enable = true;\n", "", 0},
		{[]string{"hosts/eye.nix:3:84"}, "hosts/arm.nix:1:33: definition: { hardware.nvidia-jetpack.som = \"orin-agx\"; }\n" +
			"hosts/eye.nix:3:83: read: hardware.nvidia-jetpack.super = lib.mkIf (config.hardware.nvidia-jetpack.som == \"orin-agx\") true;\n", "", 0},
		{[]string{"shared.nix:1:3"}, "", "jetpills: no file of the workspace refers to what is at shared.nix:1:3\n", 1},
		{[]string{"hardware.nvidia-jetpack.sum"}, "", none, 1},
		{[]string{"services.nvpmodel"}, "", "jetpills: no file of the workspace refers to services.nvpmodel\n", 1},
		{[]string{"shared.nix:1"}, "", "jetpills: \"shared.nix:1\" has a line and no column, or no file: use FILE:LINE:COLUMN, such as configuration.nix:12:8, both counted from 1\n", 2},
		{[]string{"shared.nix:99:1"}, "", "jetpills: shared.nix has no line 99: it has 5 lines\n", 2},
	}
	for _, test := range tests {
		out, stderr, code := run(t, "", append([]string{"references"}, test.args...)...)
		if diff := cmp.Diff(test.out, out); diff != "" || stderr != test.error || code != test.code {
			t.Errorf("%q: exit code %d, %s, -want +got:\n%s", test.args, code, stderr, diff)
		}
	}
	t.Chdir("hosts")
	out, _, _ := run(t, "", "references", "hardware.nvidia-jetpack.carrierBoard", "..")
	if want := "../shared.nix:3:27: definition: hardware.nvidia-jetpack.carrierBoard = lib.mkDefault \"devkit\";\n"; out != want {
		t.Errorf("from a folder below: %s", out)
	}
}

func TestReferencesJSON(t *testing.T) {
	dir := fleet(t)
	out, _, code := run(t, "", "references", filepath.Join(dir, "shared.nix")+":3:29", "--format", "json")
	var got []map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"file": filepath.Join(dir, "shared.nix"), "startLine": 3.0, "startColumn": 27.0, "endLine": 3.0, "endColumn": 39.0, "kind": "definition",
	}}
	if diff := cmp.Diff(want, got); diff != "" || code != 0 {
		t.Errorf("exit code %d, -want +got:\n%s", code, diff)
	}
	if out, _, code := run(t, "", "references", filepath.Join(dir, "shared.nix")+":1:3", "--format", "json"); out != "[]\n" || code != 1 {
		t.Errorf("exit code %d: %s", code, out)
	}
}

// TestReferencesDeclaration: a declaration is printed where that is asked for, and it is said where files were left out.
func TestReferencesDeclaration(t *testing.T) {
	home(t)
	dir := lay(t, map[string]string{
		"own.nix":  "{ lib, ... }: { options.hardware.nvidia-jetpack.som = lib.mkOption { }; }\n",
		"host.nix": "{ hardware.nvidia-jetpack.som = \"orin-nx\"; }\n",
		"big.nix":  "{ }\n",
		".git/x":   "",
	})
	t.Chdir(dir)
	const definition = "host.nix:1:27: definition: { hardware.nvidia-jetpack.som = \"orin-nx\"; }\n"
	const declaration = "own.nix:1:49: declaration: { lib, ... }: { options.hardware.nvidia-jetpack.som = lib.mkOption { }; }\n"
	for flag, want := range map[string]string{"--declaration": definition + declaration, "--declaration=false": definition} {
		if out, stderr, code := run(t, "", "references", "host.nix:1:28", flag); out != want || stderr != "" || code != 0 {
			t.Errorf("%s: exit code %d, %s, got\n%s", flag, code, stderr, out)
		}
	}
	if err := os.Truncate("big.nix", 5<<20); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := run(t, "", "references", "host.nix:1:28")
	if want := "jetpills: not all files were searched: "; out != definition || code != 0 || !strings.HasPrefix(stderr, want) {
		t.Errorf("with a file that is too large: exit code %d, %s, got\n%s", code, stderr, out)
	}
}
