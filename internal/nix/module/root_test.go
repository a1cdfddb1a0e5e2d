package module_test

import (
	"strings"
	"testing"
	"time"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// TestIsRoot asks where NixOS's options begin: what stands before x in a path.
func TestIsRoot(t *testing.T) {
	for src, want := range map[string]bool{
		`{ $0x = 1; }`:                                                  true,
		`{ config.$0x = 1; }`:                                           true,
		`{ config = { lib, ... }: { $0x = 1; }; }`:                      true,
		`{ imports = [ { config = { $0x = 1; }; } ]; }`:                 true,
		`{ specialisation.a = { configuration.$0x = 1; }; }`:            true,
		`{ specialisation.${a}.configuration.$0x = 1; }`:                true,
		`{ containers.a.config.$0x = 1; }`:                              true,
		`{ containers.a.config.virtualisation.vmVariant.$0x = 1; }`:     true,
		`f { $0x = 1; }`:                                                true,
		`f { config.$0x = 1; }`:                                         true,
		`f { modules = [ { $0x = 1; } ]; }`:                             true,
		`f { a.modules = [ { $0x = 1; } ]; }`:                           true,
		`{ outputs.nixosConfigurations.a.modules = [ { $0x = 1; } ]; }`: true,
		`{ outputs.a.b.nixosModules.c.$0x = 1; }`:                       true,
		`let a = { $0x = 1; }; in a`:                                    true,
		`let a.config.$0x = 1; in a`:                                    true,
		`[ { $0x = 1; } ]`:                                              true,

		`{ my.$0x = 1; }`:                                     false,
		`{ config.my.$0x = 1; }`:                              false,
		`{ my.config.$0x = 1; }`:                              false,
		`{ my.specialisation.a.configuration.$0x = 1; }`:      false,
		`{ ${my}.$0x = 1; }`:                                  false,
		`{ my = [ { $0x = 1; } ]; }`:                          false,
		`{ services.a.settings.modules = [ { $0x = 1; } ]; }`: false,
		`{ containers.a.$0x = 1; }`:                           false,
		`{ specialisation.configuration.$0x = 1; }`:           false,
		`f { my.$0x = 1; }`:                                   false,
		`f { my.b.modules = [ { $0x = 1; } ]; }`:              false,
		`let a.my.$0x = 1; in a`:                              false,
		`let a = { my.$0x = 1; }; in a`:                       false,

		`{ a = submodule { $0x = 1; }; }`:                                 false,
		`{ a = submodule { modules = [ { $0x = 1; } ]; }; }`:              false,
		`let config.$0x = 1; in config.a`:                                 false,
		`let config.$0x = 1; in [ config ]`:                               true,
		`let config.x = 1; in config.$0x`:                                 false,
		`let config.x = 1; a = { inherit config; }; in a.config.$0x`:      false,
		`let c.config = f { }; in c.config.$0x`:                           true,
		`{ a = submodule ({ config, ... }: config.$0x); }`:                false,
		`{ a = submodule ({ osConfig, ... }: osConfig.$0x); }`:            true,
		`{ a.b = { config, ... }: config.$0x; }`:                          false,
		`{ a.b = { config }: config.$0x; }`:                               true,
		`{ containers.a.config = { config, ... }: { b = config.$0x; }; }`: true,
		`{ config, ... }: { a = submodule { b = config.$0x; }; }`:         true,
		`f ({ config, ... }: config.$0x)`:                                 true,
		`let f = { config, ... }: config.$0x; in f`:                       true,

		`{ config, ... }: config.$0x`:                                true,
		`{ a, ... }: a.b.config.$0x`:                                 true,
		`{ a, ... }: a.b.options.$0x`:                                true,
		`(f { }).a.config.$0x`:                                       true,
		`let c = config; in c.$0x`:                                   true,
		`with config; a.$0x`:                                         false,
		`{ config, ... }: config.my.$0x`:                             false,
		`{ config, ... }: config.specialisation.a.configuration.$0x`: true,
		`{ a, ... }: a.b.$0x`:                                        false,
		`(f { }).my.$0x`:                                             false,
	} {
		text, offset := cursor(t, src)
		p := module.At(syntax.Parse(text), offset)
		if got := p.Path[:len(p.Path)-1].IsRoot(); got != want {
			t.Errorf("%s: %s: %v", src, p.Path, got)
		}
	}
}

// TestTruth asks what tests surely give; "has" is the only option there is.
func TestTruth(t *testing.T) {
	test := module.NewTest(func(p module.Path) (present, known bool) {
		return p.Last() == "has", p[0].Name == "options" && p.Last() != ""
	})
	for src, want := range map[string]string{
		`true`: "true", `false`: "false", `(false)`: "false", `!false`: "true", `!(!x)`: "?", `x`: "?", `null`: "?",
		`false && x`: "false", `x && false`: "false", `true && x`: "?", `true || x`: "true", `x || true`: "true", `false || x`: "?",
		`false || false`: "false", `true && !false`: "true", `x -> false`: "?", `1 == 1`: "true", `x == 1`: "?", `{ a ? true }: a`: "?",
		`let off = false; in off`: "false", `let a = !b; b = false; in a`: "true", `let false = true; in false`: "true",
		`let off.x = false; in off`: "?",
		`options.a ? has`:           "true", `options.a ? no`: "false", `config.a ? no`: "?", `!(options ? a.no)`: "true",
		`let o = options.a; in o ? no`: "false", `options.a ? ${x}`: "?",
		`lib.hasAttrByPath [ "a" "has" ] options`: "true", `lib.hasAttrByPath [ "a" "no" ] options`: "false",
		`builtins.hasAttr "no" options.a`: "false", `hasAttr no options.a`: "?", `hasAttrByPath x options`: "?",
	} {
		n := syntax.Parse(src).Root().Child(0)
		for n.Kind() == syntax.LetIn {
			for c := range n.Children() {
				if c.Kind().IsExpression() {
					n = c
				}
			}
		}
		got := "?"
		if value, known := test.Truth(n); known {
			got = map[bool]string{true: "true", false: "false"}[value]
		}
		if got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// TestTestsWithoutEnd holds that a test that stands for itself, many times over, costs next to nothing.
func TestTestsWithoutEnd(t *testing.T) {
	test := module.NewTest(func(module.Path) (present, known bool) { return false, false })
	start := time.Now()
	for _, src := range []string{`let a = a || a; in a`, `let a = b && b; b = a && a; in a`, `let a = f a b; b = f b a; in a`, strings.Repeat("!", 100_000) + "x"} {
		for n := range syntax.Descendants(syntax.Parse(src).Root()) {
			if n.Kind() == syntax.Identifier || n.Kind() == syntax.Unary && n.Parent().Kind() != syntax.Unary {
				if _, known := test.Truth(n); known {
					t.Errorf("%.40s is known", src)
				}
				test.RefersToOptions(n)
			}
		}
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %v", took)
	}
}
