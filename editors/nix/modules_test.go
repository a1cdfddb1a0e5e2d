package nix_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/nix/nixtest"
)

// moduleCases are configurations of people, and what programs.jetpills makes of them.
var moduleCases = []struct {
	name, module string // home-manager or nixos
	config       string
	want         map[string]any
}{
	{"off", "home-manager", `{ }`, map[string]any{"packages": []any{}, "neovim": []any{}, "vscode": []any{}, "settings": map[string]any{}}},
	{
		"the program alone", "home-manager", `{ programs.jetpills.enable = true; }`,
		map[string]any{"packages": []any{"jetpills"}, "neovim": []any{}, "vscode": []any{}, "settings": map[string]any{}},
	},
	{
		"beside both editors", "home-manager", `{
		  programs.neovim.enable = true;
		  programs.vscode.enable = true;
		  programs.jetpills = { enable = true; settings = { "hover.detail" = "short"; "diagnostics.severity".unknown-option = "off"; }; };
		}`,
		map[string]any{
			"packages": []any{"jetpills"},
			"neovim": []any{map[string]any{
				"plugin": "vim-plugin", "type": "lua",
				"config": "vim.lsp.config(\"jetpills\", {\n  [\"settings\"] = {\n    [\"jetpills\"] = {\n      [\"diagnostics\"] = {\n        [\"severity\"] = {\n          [\"unknown-option\"] = \"off\"\n        }\n      },\n      [\"hover\"] = {\n        [\"detail\"] = \"short\"\n      }\n    }\n  }\n})\nvim.lsp.enable(\"jetpills\")\n",
			}},
			"vscode":   []any{"vscode-extension"},
			"settings": map[string]any{"jetpills.hover.detail": "short", "jetpills.diagnostics.severity": map[string]any{"unknown-option": "off"}},
		},
	},
	{
		"beside an editor that is to be left alone", "home-manager",
		`{ programs.vscode.enable = true; programs.jetpills = { enable = true; vscode.enable = false; package = { type = "derivation"; name = "own"; outPath = "own"; }; }; }`,
		map[string]any{"packages": []any{"own"}, "neovim": []any{}, "vscode": []any{}, "settings": map[string]any{}},
	},
	{
		"a whole machine", "nixos", `{ programs.neovim.enable = true; programs.vscode.enable = true; programs.jetpills.enable = true; }`,
		map[string]any{
			"packages": []any{"jetpills"},
			"neovim": map[string]any{
				"doc": "vim-plugin/doc", "lsp": "vim-plugin/lsp", "lua/jetpills": "vim-plugin/lua/jetpills",
				"plugin/jetpills.lua": "vim-plugin/plugin/jetpills.lua", "plugin/jetpills-enable.lua": "vim.lsp.enable(\"jetpills\")\n",
			},
			"vscode": []any{"vscode-extension"},
		},
	},
	{
		"a machine without editors", "nixos", `{ programs.jetpills.enable = true; }`,
		map[string]any{"packages": []any{"jetpills"}, "neovim": map[string]any{}, "vscode": []any{}},
	},
}

// moduleJudgement is what Nix makes of a case, and of which text of the modules.
type moduleJudgement struct {
	Lib     string                     `json:"lib"`
	Modules map[string]string          `json:"modules"`
	Answers map[string]json.RawMessage `json:"answers"`
}

var moduleFiles = []string{"options.nix", "home-manager.nix", "nixos.nix"}

// TestModules holds what the modules set to what Nix's evalModules said of them, with the options of home-manager and of NixOS that they
// define. With -lib DIR it asks anew.
func TestModules(t *testing.T) {
	known := nixtest.Recorded(t, "testdata/modules.json", func() moduleJudgement { return judgeModules(t) })
	for _, name := range moduleFiles {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if known.Modules[name] != string(content) {
			t.Errorf("%s has changed since Nix judged it: make judge LIB=DIR asks anew", name)
		}
	}
	for _, c := range moduleCases {
		t.Run(c.name, func(t *testing.T) {
			var got map[string]any
			if err := json.Unmarshal(known.Answers[c.name], &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Options of home-manager and of NixOS, with their types.
const (
	homeOptions = `
	home.packages = list;
	programs.neovim = { enable = flag; plugins = lib.mkOption { type = lib.types.listOf (lib.types.attrsOf lib.types.anything); default = [ ]; }; };
	programs.vscode = {
	  enable = flag;
	  profiles.default = { extensions = list; userSettings = lib.mkOption { type = lib.types.attrsOf lib.types.anything; default = { }; }; };
	};`
	nixosOptions = `
	environment.systemPackages = list;
	programs.neovim = {
	  enable = flag;
	  runtime = lib.mkOption {
	    default = { };
	    type = lib.types.attrsOf (lib.types.submodule { options = {
	      text = lib.mkOption { type = lib.types.nullOr lib.types.lines; default = null; };
	      source = lib.mkOption { type = lib.types.nullOr lib.types.str; default = null; };
	    }; });
	  };
	};
	programs.vscode = { enable = flag; extensions = list; };`
)

func judgeModules(t *testing.T) moduleJudgement {
	t.Helper()
	judged := moduleJudgement{Lib: nixtest.LibRevision(t), Modules: map[string]string{}, Answers: map[string]json.RawMessage{}}
	for _, name := range moduleFiles {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		judged.Modules[name] = string(content)
	}
	for _, c := range moduleCases {
		options, asked := homeOptions, `{
		  packages = map (p: p.name) c.home.packages;
		  neovim = map (p: p // { plugin = p.plugin.name; }) c.programs.neovim.plugins;
		  vscode = map (p: p.name) c.programs.vscode.profiles.default.extensions;
		  settings = c.programs.vscode.profiles.default.userSettings;
		}`
		if c.module == "nixos" {
			options, asked = nixosOptions, `{
			  packages = map (p: p.name) c.environment.systemPackages;
			  neovim = builtins.mapAttrs (_: f: if f.source != null then f.source else f.text) c.programs.neovim.runtime;
			  vscode = map (p: p.name) c.programs.vscode.extensions;
			}`
		}
		program := fmt.Sprintf(`let
		  lib = import %s;
		  list = lib.mkOption { type = lib.types.listOf lib.types.package; default = [ ]; };
		  flag = lib.mkOption { type = lib.types.bool; default = false; };
		  package = name: { type = "derivation"; inherit name; outPath = name; };
		  packages.x86_64-linux = lib.genAttrs [ "jetpills" "vim-plugin" "vscode-extension" ] package;
		  c = (lib.evalModules {
		    modules = [ { options = {%s}; } (import %s packages) %s ];
		    specialArgs.pkgs.stdenv.hostPlatform.system = "x86_64-linux";
		  }).config;
		in %s`, nixtest.Lib(t), options, absolute(t, c.module+".nix"), c.config, asked)
		answer, err := nixtest.TryEval(t, program)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		judged.Answers[c.name] = json.RawMessage(strings.TrimSpace(string(answer)))
	}
	return judged
}
