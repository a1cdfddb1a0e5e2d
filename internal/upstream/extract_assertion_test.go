package upstream_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// TestAssertions holds what makes an assertion another one: what it tests, and not how, where or with which message it is written.
func TestAssertions(t *testing.T) {
	read := func(files ...string) []catalog.Assertion {
		fsys := fstest.MapFS{}
		for i, name := range []string{"modules/default.nix", "modules/other.nix"} {
			if i < len(files) {
				fsys[name] = &fstest.MapFile{Data: []byte(files[i]), Mode: 0o644}
			}
		}
		e, err := upstream.Extract(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return e.Assertions
	}
	const module = `{ config, lib, pkgs, ... }:
let cfg = config.hardware.nvidia-jetpack; isOld = cfg.som == "a"; other = 1; in
{ config = lib.mkIf cfg.enable { assertions = [ { assertion = isOld -> pkgs.x; message = "no"; } ]; }; }
`
	one := read(module)
	if len(one) != 1 || one[0].File != "modules/default.nix" || one[0].Line != 3 || len(one[0].ID) != 12 {
		t.Fatalf("%v", one)
	}
	for _, test := range []struct {
		name, old, new string
		same           bool
	}{
		{"another message", `"no"`, `"never"`, true},
		{"another layout", `isOld -> pkgs.x`, "\n  isOld # why\n -> pkgs.x", true},
		{"another definition of another name", `other = 1`, `other = 2`, true},
		{"another way to lib", `lib.mkIf`, `with lib; mkIf`, true},
		{"another condition", `isOld -> pkgs.x`, `isOld -> pkgs.y`, false},
		{"another meaning of its name", `cfg.som == "a"`, `cfg.som == "b"`, false},
		{"another meaning of a name in that", `config.hardware.nvidia-jetpack;`, `config.hardware.other;`, false},
		{"another condition around", `lib.mkIf cfg.enable`, `lib.mkIf cfg.super`, false},
		{"no condition around", `lib.mkIf cfg.enable`, ``, false},
	} {
		changed := strings.Replace(module, test.old, test.new, 1)
		if got := read(changed); changed == module || len(got) != 1 || (got[0].ID == one[0].ID) != test.same {
			t.Errorf("%s: %v, was %v", test.name, got, one)
		}
	}
	if moved := read(`{ imports = [ ./other.nix ]; }`, module); len(moved) != 1 || moved[0].ID != one[0].ID || moved[0].File != "modules/other.nix" {
		t.Errorf("in another file: %v, was %v", moved, one)
	}
	several := `{ config, ... }: let warnings = [ ]; in {
  warnings = if config.a then [ "a" ] else [ ];
  options.assertion.x = 1;
  assertions = map (n: { assertion = n; message = ""; }) [ ] ++ [ { assertion = config.b; message = ""; } { assertion = config.b; message = "again"; } ];
}`
	if got := read(several); len(got) != 3 {
		t.Errorf("three are read as %v", got)
	}
	var many strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&many, "{ assertion = config.a%d; message = \"\"; } ", i)
	}
	if got := read("{ config, ... }: { assertions = [ " + many.String() + "]; }"); len(got) != 256 {
		t.Errorf("%d of 2000", len(got))
	}
}
