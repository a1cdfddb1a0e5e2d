package ide_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// bench is a configuration of 15 KB in a workspace, and where the cursor stands in it.
type bench struct {
	snapshot      *workspace.Snapshot
	doc           *workspace.Document
	option, value int
}

// newBench makes a workspace that has the files, and one more: the configuration.
func newBench(b *testing.B, files map[string]string) bench {
	b.Helper()
	dir, session := layOut(b, files), newSession(b)
	session.SetFolders([]string{dir})
	source := "{ config, lib, pkgs, ... }:\n{\n" + strings.Repeat("  systemd.services.a.environment = { LEVEL = \"3\"; HOME = \"/var/lib/a\"; };\n", 200) +
		"  hardware.nvidia-jetpack.carrierBoard = \"devkit\";\n}\n"
	path := filepath.Join(dir, "configuration.nix")
	session.Open(path, path, "nix", 1, source)
	out := bench{snapshot: session.Snapshot(), option: strings.Index(source, "carrierBoard"), value: strings.Index(source, "devkit")}
	out.doc, _ = out.snapshot.Document(path)
	out.doc.Tree()
	return out
}

// workspaces are what a document may lie in.
func workspaces() map[string]map[string]string {
	var modules strings.Builder
	for i := range 100 { // as large as jetpack-nixos's own
		fmt.Fprintf(&modules, "  options.hardware.nvidia-jetpack.o%d = lib.mkOption { type = lib.types.nullOr lib.types.str; default = null; description = \"%s\"; };\n", i, strings.Repeat("word ", 30))
	}
	enum := `{ lib, ... }: { options.hardware.nvidia-jetpack.carrierBoard = lib.mkOption { type = lib.types.enum [ "generic" "devkit" ]; }; }`
	return map[string]map[string]string{
		"embedded": {"flake.lock": `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "jp"}}, "jp": {"locked": {"owner": "anduril",
			"repo": "jetpack-nixos", "rev": "4d857d6da48c420da39964b6fb7ba23a958abad3"}}}}`},
		"own-values": {"boards/own.nix": strings.ReplaceAll(enum, "generic", "rover")},
		"checkout": {
			"modules/default.nix": "{ imports = [ ./enum.nix ./more.nix ]; }", "modules/enum.nix": enum, "overlay.nix": "final: prev: { }", "mk-overlay.nix": "{ }",
			"modules/more.nix": "{ lib, ... }: {\n" + modules.String() + "}\n",
		},
	}
}

func each(b *testing.B, run func(b *testing.B, in bench)) {
	for _, name := range []string{"embedded", "own-values", "checkout"} {
		b.Run(name, func(b *testing.B) {
			in := newBench(b, workspaces()[name])
			run(b, in)
		})
	}
}

func BenchmarkHover(b *testing.B) {
	link := func(string, string) string { return "" }
	each(b, func(b *testing.B, in bench) {
		for b.Loop() {
			h, ok := ide.HoverAt(in.snapshot, in.doc, in.option)
			if !ok || len(h.Markdown(link)) < 100 {
				b.Fatal("no hover")
			}
		}
	})
}

// BenchmarkHoverAtOldPin is a hover whose excerpt was made for the pin before; internal/edition measures the making.
func BenchmarkHoverAtOldPin(b *testing.B) {
	link := func(string, string) string { return "" }
	files := workspaces()["embedded"]
	files["flake.lock"] = strings.Replace(files["flake.lock"], "4d857d6da48c420da39964b6fb7ba23a958abad3", "8f27a0b1406c628b47cfd36932d70a96baf90d72", 1)
	in := newBench(b, files)
	for b.Loop() {
		h, ok := ide.HoverAt(in.snapshot, in.doc, in.option)
		if !ok || !strings.Contains(h.Markdown(link), "Described as of") {
			b.Fatal("no hover")
		}
	}
}

func BenchmarkCompletion(b *testing.B) {
	each(b, func(b *testing.B, in bench) {
		for b.Loop() {
			if len(ide.Complete(in.snapshot, in.doc, in.value)) < 2 {
				b.Fatal("nothing to complete")
			}
		}
	})
}

func BenchmarkDefinition(b *testing.B) {
	each(b, func(b *testing.B, in bench) {
		for b.Loop() {
			if _, ok := ide.DefinitionAt(in.snapshot, in.doc, in.option); !ok {
				b.Fatal("nothing to jump to")
			}
		}
	})
}

func BenchmarkDeclaration(b *testing.B) {
	in := newBench(b, workspaces()["checkout"])
	for b.Loop() {
		if _, ok := ide.DeclarationAt(in.snapshot, in.doc, in.option); !ok {
			b.Fatal("nothing to jump to")
		}
	}
}

// BenchmarkDiagnose parses each time, as after a keystroke: what was found in a document is remembered.
func BenchmarkDiagnose(b *testing.B) {
	each(b, func(b *testing.B, in bench) {
		for b.Loop() {
			doc := workspace.NewDocument(in.doc.URI, in.doc.Path, in.doc.LanguageID, in.doc.Version, in.doc.Text)
			if found := ide.Diagnose(in.snapshot, doc); len(found) > 0 {
				b.Fatal(found)
			}
		}
	})
}

// BenchmarkHoverOnHosts is a hover on som in a module of ten hosts, of which each sets it: before these are evaluated, and after.
func BenchmarkHoverOnHosts(b *testing.B) {
	files := workspaces()["embedded"]
	files["flake.nix"] = `{ outputs = { self, nixpkgs, jp, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs
		(map (n: "host-${toString n}") (nixpkgs.lib.range 1 10)) (name: nixpkgs.lib.nixosSystem { modules = [
			jp.nixosModules.default ./som.nix { hardware.nvidia-jetpack.majorVersion = if name == "host-7" then "5" else "6"; } ]; }); }; }`
	const module = "{ hardware.nvidia-jetpack.enable = true; hardware.nvidia-jetpack.som = \"orin-nx\"; }\n"
	in := newBench(b, files)
	path := filepath.Join(in.doc.Dir(), "som.nix")
	if err := os.WriteFile(path, []byte(module), 0o644); err != nil {
		b.Fatal(err)
	}
	doc := workspace.NewDocument(path, path, "nix", 1, module)
	link := func(string, string) string { return "" }
	for _, evaluated := range []bool{false, true} {
		b.Run(fmt.Sprintf("evaluated=%t", evaluated), func(b *testing.B) {
			if evaluated && len(in.snapshot.Configuration(in.doc.Dir()).Hosts) != 10 {
				b.Fatal("not ten hosts")
			}
			for b.Loop() {
				h, ok := ide.HoverAt(in.snapshot, doc, strings.Index(module, "som"))
				if !ok || strings.Contains(h.Markdown(link), "host-7") != evaluated {
					b.Fatal("no hover")
				}
			}
		})
	}
}

// BenchmarkReferences searches 500 files, one in ten of which is about a Jetson.
func BenchmarkReferences(b *testing.B) {
	files := map[string]string{}
	for i := range 500 {
		about := "hardware.nvidia-jetpack.carrierBoard = config.hardware.nvidia-jetpack.carrierBoard;\n"
		if i%10 > 0 {
			about = ""
		}
		files[fmt.Sprintf("hosts/%d/%d.nix", i%20, i)] = "{ config, lib, ... }: {\n" +
			strings.Repeat("  services.a.enable = lib.mkDefault (config.services.b.level == 3);\n", 50) + about + "}\n"
	}
	in := newBench(b, files)
	for b.Loop() {
		if found, ok := ide.ReferencesAt(in.snapshot, in.doc, in.option, true); !ok || len(found.Found) != 101 {
			b.Fatal(len(found.Found))
		}
	}
}
