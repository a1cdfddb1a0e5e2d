package upstream_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

var updateExtractions = flag.Bool("update-extractions", false, "rewrite what the archives in testdata/extract expect")

// traps are the ways in which a reading of jetpack-nixos's modules goes wrong, each with an archive that shows it.
var traps = []string{
	"let-bound-enum", "overlay-first-argument", "aliases-not-in-options", "dotted-paths", "qualified-or-inherited-mk",
	"mkEnableOption", "no-description", "computed-defaults", "default-violates-type", "no-default-but-set", "foreign-type",
	"redeclared-nixos-option", "submodule", "oneOf", "apply", "cfg-differs", "two-namespaces", "extensible-enum",
	"directory-scope", "computed-attr-names", "interpolated-paths", "shadowed-final-prev", "reversed-hasPrefix",
	"assertions-by-function", "broken-upstream-output", "lib-version", "broken-revisions",
}

// TestExtract reads the source trees in testdata/extract: small ones, in the shapes that jetpack-nixos has had.
func TestExtract(t *testing.T) {
	paths, err := filepath.Glob("testdata/extract/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, trap := range traps {
		if !slices.Contains(paths, filepath.Join("testdata", "extract", trap+".txtar")) {
			t.Errorf("no archive shows the trap %s", trap)
		}
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fsys := fstest.MapFS{}
			want := ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				fsys[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
			}
			e, err := upstream.Extract(fsys)
			if err != nil {
				t.Fatal(err)
			}
			got := show(e)
			if *updateExtractions {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// show writes an extraction for people to compare, one thing a line.
func show(e upstream.Extraction) string {
	var b strings.Builder
	for _, o := range e.Options {
		fmt.Fprintf(&b, "option %s: %s", o.Path, o.Type)
		add := func(format string, value string) {
			if value != "" {
				fmt.Fprintf(&b, "; "+format, value)
			}
		}
		is := func(word string, holds bool) {
			if holds {
				b.WriteString("; " + word)
			}
		}
		add("values %s", strings.Join(o.Values, " "))
		add("stands for %s", o.RenamedTo)
		if o.HasDefault {
			fmt.Fprintf(&b, "; default %q", o.Default)
		}
		if o.DefaultText != "" {
			fmt.Fprintf(&b, " shown as %q", o.DefaultText)
		}
		add("example %s", o.Example)
		is("internal", o.Internal)
		is("read-only", o.ReadOnly)
		is("field", o.Field)
		if says := e.Descriptions[o.Path]; says != "" {
			fmt.Fprintf(&b, "; says %q", says)
		}
		fmt.Fprintf(&b, "; %s at %s:%d:%d\n", o.DeclaredWith, o.DeclaredIn, o.Line, o.Column)
	}
	for _, r := range e.Removed {
		fmt.Fprintf(&b, "removed %s: %q; at %s:%d:%d\n", r.Path, e.Descriptions[r.Path], r.DeclaredIn, r.Line, r.Column)
	}
	for _, g := range e.Generations {
		fmt.Fprintf(&b, "generation %s: JetPack %s, L4T %s, for %s\n", g.Major, g.JetPack, g.L4T, strings.Join(g.SoMFamilies, " "))
	}
	var soms []string
	for som, major := range e.DefaultMajors {
		soms = append(soms, fmt.Sprintf("SoM %s gets %s\n", som, major))
	}
	slices.Sort(soms)
	b.WriteString(strings.Join(soms, ""))
	for _, a := range e.Overlay {
		fmt.Fprintf(&b, "overlay %s at %s:%d", a.Name, a.File, a.Line)
		if a.OnOthers != "" {
			fmt.Fprintf(&b, "; on other hosts: %s", a.OnOthers)
		}
		b.WriteString("\n")
	}
	if len(e.Whole) > 0 {
		fmt.Fprintf(&b, "whole %s\n", strings.Join(e.Whole, " "))
	}
	for _, o := range e.Outputs {
		fmt.Fprintf(&b, "output %s: %s\n", o.Name, strings.Join(o.Names, " "))
	}
	for _, m := range e.Members {
		fmt.Fprintf(&b, "member %s.%s in %s at %s:%d\n", m.Set, m.Name, strings.Join(m.Generations, " "), m.File, m.Line)
	}
	for _, a := range e.Build {
		fmt.Fprintf(&b, "build %s at %s:%d; is %s\n", a.Name, a.File, a.Line, a.Equals)
	}
	for _, p := range e.Packages {
		fmt.Fprintf(&b, "package %s: %s; in %s; at %s:%d:%d", p.Name, p.Kind, strings.Join(p.Generations, " "), p.File, p.Line, p.Column)
		if p.Source != "" {
			fmt.Fprintf(&b, "; from %s", p.Source)
		}
		if p.DeviceFile != "" {
			fmt.Fprintf(&b, "; on devices %s:%d", p.DeviceFile, p.DeviceLine)
		}
		if p.DeviceOnly {
			b.WriteString(" only")
		}
		b.WriteString("\n")
	}
	for _, p := range e.Problems {
		fmt.Fprintf(&b, "problem %s\n", p)
	}
	return b.String()
}

// TestExtractHalfTyped cuts files short at every place, as they are while somebody types.
func TestExtractHalfTyped(t *testing.T) {
	paths, err := filepath.Glob("testdata/extract/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range archive.Files {
			files[f.Name] = string(f.Data)
		}
		for name, whole := range files {
			if !strings.HasSuffix(name, ".nix") {
				continue
			}
			for end := 0; end < len(whole); end += 5 {
				files[name] = whole[:end]
				e, err := upstream.Extract(tree(files))
				if err != nil {
					t.Fatalf("%s, %s cut at %d: %v", path, name, end, err)
				}
				for _, o := range e.Options {
					if o.Path == "" || strings.Contains(o.Path, "..") || o.DeclaredIn == name && o.Line > strings.Count(whole, "\n")+1 {
						t.Fatalf("%s, %s cut at %d: option %+v", path, name, end, o)
					}
				}
			}
			files[name] = whole
		}
	}
}

// TestExtractCatalog makes a catalog of a source tree.
func TestExtractCatalog(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	e, err := upstream.Extract(tree(map[string]string{"modules/default.nix": `{ lib, ... }: {
	  options.hardware.nvidia-jetpack.som = lib.mkOption { type = lib.types.enum [ "orin-nx" "orin-own" ]; };
	}`}))
	if err != nil {
		t.Fatal(err)
	}
	c := library.Of(e.Source)
	o, ok := c.Lookup([]string{"hardware", "nvidia-jetpack", "som"})
	if !ok || o.Line != 2 || o.Column != 4 || o.Summary == "" {
		t.Errorf("som is %+v", o)
	}
	if len(c.SoMs()) != 2 {
		t.Errorf("SoMs are %+v", c.SoMs())
	}
}

func tree(files map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
	}
	return fsys
}

func TestExtractNoModules(t *testing.T) {
	for _, fsys := range []fs.FS{tree(nil), tree(map[string]string{"flake.nix": "{ }"}), tree(map[string]string{"modules/default.nix/x": ""})} {
		if _, err := upstream.Extract(fsys); !errors.Is(err, upstream.ErrNoModules) {
			t.Errorf("error is %v", err)
		}
	}
	if _, err := upstream.ExtractDir(filepath.Join(t.TempDir(), "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}

// TestExtractFiles holds that an extraction names all files and folders that it hangs on.
func TestExtractFiles(t *testing.T) {
	e, err := upstream.Extract(tree(map[string]string{
		"modules/default.nix":     "{ imports = [ ./fan ./fan/default.nix ]; }",
		"modules/fan/default.nix": "{ }",
		"modules/unused.nix":      "{ }",
		"overlay.nix":             "final: prev: { nvidia-jetpack = final.lib.makeScope final.newScope (self: final.lib.packagesFromDirectoryRecursive { directory = ./pkgs; }); }",
		"pkgs/a.nix":              "{ }",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"modules/default.nix", "modules/fan/default.nix", "overlay.nix"}, e.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".", "pkgs"}, e.Folders); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}

// TestExtractLinks holds that nothing outside of the source tree is read, by path or by link.
func TestExtractLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	secret := "{ lib, ... }: { options.secret = lib.mkOption { }; }"
	write("outside.nix", secret)
	write("outside/pkgs/secret.nix", secret)
	write("tree/modules/default.nix", `{ lib, ... }: {
	  imports = [ ./link.nix ./inner.nix ../../outside.nix `+filepath.ToSlash(dir)+`/outside.nix ./fifo.nix ];
	}`)
	write("tree/modules/real.nix", "{ lib, ... }: { options.real = lib.mkOption { }; }")
	write("tree/overlay.nix", `final: prev: {
	  nvidia-jetpack = final.lib.makeScope final.newScope (self:
	    final.lib.packagesFromDirectoryRecursive { directory = ./pkgs; }
	    // final.lib.packagesFromDirectoryRecursive { directory = ../outside/pkgs; });
	}`)
	for link, target := range map[string]string{
		"tree/modules/link.nix":  filepath.Join(dir, "outside.nix"),
		"tree/modules/inner.nix": "real.nix",
		"tree/pkgs":              filepath.Join(dir, "outside", "pkgs"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := upstream.ExtractDir(filepath.Join(dir, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range e.Options {
		if o.Path != "real" {
			t.Errorf("option %s was read", o.Path)
		}
	}
	if len(e.Options) != 1 {
		t.Errorf("%d options, want the one behind a link within the tree", len(e.Options))
	}
	for _, p := range e.Packages {
		if p.Name == "secret" {
			t.Errorf("package %s was read", p.Name)
		}
	}
	problems := fmt.Sprint(e.Problems)
	for _, want := range []string{"modules/link.nix: cannot be read", "../outside.nix: lies outside", "../outside/pkgs: lies outside", "pkgs: cannot be listed"} {
		if !strings.Contains(problems, want) {
			t.Errorf("no problem says %q: %s", want, problems)
		}
	}
}

// TestExtractBounds reads trees that are made to take all memory or all time.
func TestExtractBounds(t *testing.T) {
	option := "options.after = lib.mkOption { };"
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	var chain, wide, double strings.Builder
	chain.WriteString("a0 = { }; ")
	double.WriteString(`a0 = [ "x" ]; `)
	for i := range 60 {
		fmt.Fprintf(&double, "a%d = a%d ++ a%d; ", i+1, i, i)
	}
	for i := range 5_000 {
		fmt.Fprintf(&chain, "a%d = a%d; ", i+1, i)
		fmt.Fprintf(&wide, "b%d = lib.mkOption { };", i)
	}
	folders := func(n int) map[string]string {
		files := map[string]string{"x.nix": "{ }", "overlay.nix": `final: prev: { nvidia-jetpack = final.lib.makeScope final.newScope (self:
			final.lib.packagesFromDirectoryRecursive { directory = ./pkgs; }); }`}
		for i := range n {
			files[fmt.Sprintf("pkgs/p%d/a.nix", i)] = "{ }"
		}
		return files
	}
	large := func(n int) map[string]string {
		files, imports := map[string]string{}, ""
		for i := range n {
			files[fmt.Sprintf("large%d.nix", i)] = "{ }" + strings.Repeat("# \n", 30_000)
			imports += fmt.Sprintf("./large%d.nix ", i)
		}
		files["x.nix"] = "{ imports = [ " + imports + "]; }"
		return files
	}
	module := func(rest string) string { return "{ lib, ... }: { " + option + rest + " }" }
	for _, test := range []struct {
		name    string
		files   map[string]string
		most    int    // options; 0 where all work is used up before the other file is read
		problem string // that is reported
	}{
		{"a file of many brackets", map[string]string{"x.nix": deep("(", "1", ")", 50_000)}, 1, "nested too deeply"},
		{"a file of many sets", map[string]string{"x.nix": deep("{ a = ", "1", "; }", 10_000)}, 1, "nested too deeply"},
		{"a large file", map[string]string{"x.nix": strings.Repeat("# \n", 400_000)}, 1, "is larger than"},
		{"bytes that are no text", map[string]string{"x.nix": "{ lib, ... }: { options.x = lib.mkOption { }; } # \xff"}, 1, "is not text"},
		{"a byte of zero", map[string]string{"x.nix": "{ lib, ... }: { options.x = lib.mkOption { }; } # \x00"}, 1, "is not text"},
		{"a file ten times as large as any of upstream's", map[string]string{"x.nix": "{ lib, ... }: { options.x = lib.mkOption { }; } " + strings.Repeat("# \n", 100_000)}, 1, "is larger than 128 KiB"},
		{"many large files", large(20), 1, "is left out: the source tree is too large"},
		{"a thousand folders of packages", folders(1000), 1, "is left out: the source tree is too large"},
		{"a long chain of names", map[string]string{"x.nix": "{ lib, ... }: let " + chain.String() + " in { options.x = lib.mkOption { type = a5000; }; }"}, 2, "too complicated"},
		{"a list that doubles", map[string]string{"x.nix": "{ lib, ... }: let " + double.String() + " in { options.x = lib.mkOption { type = lib.types.enum a60; }; }"}, 2, ""},
		{"a text that doubles", map[string]string{"x.nix": "{ lib, ... }: let " + strings.NewReplacer("[", "", "]", "", "++", "+").Replace(double.String()) + ` in { options.x = lib.mkOption { description = a60; default = "${a60}"; }; }`}, 2, ""},
		{"a type that doubles", map[string]string{"x.nix": "{ lib, ... }: let " + strings.NewReplacer(`[ "x" ]`, "lib.types.str", "= a", "= lib.types.either a", "++ ", "").Replace(double.String()) + " in { options.x = lib.mkOption { type = a60; }; }"}, 0, "too complicated"},
		{"an example that doubles", map[string]string{"x.nix": "{ lib, ... }: let " + strings.NewReplacer("= a", "= [ a", " ++ ", " ", ";", "];", `"x" ];`, `"x" ];`).Replace(strings.Replace(double.String(), `[ "x" ]; `, "1 ;", 1)) + " in { options.x = lib.mkOption { example = a60; }; }"}, 2, ""},
		{"many large sets", map[string]string{"x.nix": "{ lib, ... }: let f = x: { " + strings.ReplaceAll(chain.String(), "a", "y") + "}; list = lib.attrNames (f 1); in { options = lib.genAttrs list f; }"}, 0, "too complicated"},
		{"a function that calls itself", map[string]string{"x.nix": "let f = x: f (x ++ x); in f [ 1 ]"}, 1, "too complicated"},
		{"a function that calls itself twice", map[string]string{"x.nix": `let f = x: { a = (f x).a; } // f (f x); in f [ 1 ]`}, 1, "too complicated"},
		{"a module that imports itself anew", map[string]string{"x.nix": "let m = { imports = [ m m m m m ]; }; in m"}, 0, "too complicated"},
		{"a submodule in itself", map[string]string{"x.nix": "{ lib, ... }: let o = lib.mkOption { type = lib.types.listOf (lib.types.submodule { options = { a = o; b = o; }; }); }; in { options.x = o; }"}, 4096, "more than 4096 options"},
		{"options without end", map[string]string{"x.nix": "{ lib, ... }: { options = " + "{" + wide.String() + "}; }"}, 4096, "more than 4096 options"},
		{"a name that is a path", map[string]string{"x.nix": `{ lib, ... }: { options."a.b" = lib.mkOption { }; options."*" = lib.mkOption { }; options."" = lib.mkOption { }; }`}, 1, "left out for its name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.files["modules/default.nix"] = module("imports = [ ../x.nix ];")
			e, err := upstream.Extract(tree(test.files))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(e.Options, func(o catalog.Option) bool { return o.Path == "after" })
			if test.most > 0 && (i < 0 && len(e.Options) < test.most || len(e.Options) > test.most) {
				t.Errorf("%d options, one of them the other file's: %v", len(e.Options), i >= 0)
			}
			if problems := fmt.Sprint(e.Problems); !strings.Contains(problems, test.problem) {
				t.Errorf("no problem says %q: %.300s", test.problem, problems)
			}
		})
	}
}
