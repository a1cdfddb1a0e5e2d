package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
)

// files are the files of an archive, as a reader has them: below /w.
type files struct {
	content map[string]string
	mu      sync.Mutex // guards trees
	trees   map[string]*syntax.Tree
}

func newFiles() *files {
	return &files{content: map[string]string{}, trees: map[string]*syntax.Tree{}}
}

func archive(data string) *files {
	f := newFiles()
	for _, one := range txtar.Parse([]byte(data)).Files {
		f.content["/w/"+one.Name] = string(one.Data)
	}
	return f
}

func (f *files) Parse(name string) (*syntax.Tree, string, bool) {
	if _, ok := f.content[name]; !ok {
		name = path.Join(name, "default.nix")
	}
	content, ok := f.content[name]
	if !ok {
		return nil, "", false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.trees[name] == nil {
		f.trees[name] = syntax.Parse(content)
	}
	return f.trees[name], name, true
}

func (f *files) ReadFile(name string) (string, bool) {
	content, ok := f.content[name]
	return content, ok
}

func (f *files) ReadDir(name string) (map[string]string, bool) {
	entries := map[string]string{}
	for file := range f.content {
		rest, ok := strings.CutPrefix(file, name+"/")
		if !ok {
			continue
		}
		first, _, below := strings.Cut(rest, "/")
		if entries[first] = "regular"; below {
			entries[first] = "directory"
		}
	}
	return entries, len(entries) > 0
}

func (f *files) Exists(name string) (bool, bool) {
	if _, ok := f.content[name]; ok {
		return true, true
	}
	_, ok := f.ReadDir(name)
	return ok, true
}

func (f *files) entry() string {
	if _, ok := f.content["/w/flake.nix"]; ok {
		return "/w/flake.nix"
	}
	return "/w/configuration.nix"
}

var library = sync.OnceValue(func() *catalog.Library {
	l, err := catalog.Open()
	if err != nil {
		panic(err)
	}
	return l
})

func newest() *catalog.Catalog { return library().Newest() }

func evaluated(t *testing.T, f *files) *host.Result {
	t.Helper()
	res := host.Evaluate(context.Background(), f, host.Options{Entry: f.entry(), Schema: host.FromCatalog(newest())}, nil)
	if res.Bound != nil {
		t.Errorf("a bound was reached: %v", res.Bound)
	}
	return res
}

// answer is what Nix says of an option: its value, that it throws, and whether
// anything but its default defines it.
type answer struct {
	Success bool `json:"success"`
	Value   any  `json:"value"`
	Set     bool `json:"set"`
}

type recorded struct {
	Revision string                                  `json:"revision"`
	Answers  map[string]map[string]map[string]answer `json:"answers"` // by case, configuration and option
}

// TestHostsAgainstNix holds what configurations come to against what Nix says of
// them, with the real lib of nixpkgs over stubs of the options. With -lib DIR it
// takes the answers anew.
func TestHostsAgainstNix(t *testing.T) {
	cases := map[string]*files{}
	paths, err := filepath.Glob("testdata/hosts/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range paths {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		cases[strings.TrimSuffix(filepath.Base(name), ".txtar")] = archive(string(data))
	}
	known := nixtest.Recorded(t, "testdata/answers.json", func() recorded {
		return recorded{nixtest.LibRevision(t), askNix(t, cases)}
	})
	var total, right, set, setRight int
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		hosts, ok := known.Answers[name]
		if !ok {
			t.Fatalf("no answer for %s is recorded: run make judge LIB=DIR", name)
		}
		res := evaluated(t, cases[name])
		if res.Open != nil {
			t.Errorf("%s: there may be other configurations: %v", name, res.Open)
		}
		seen := map[string]bool{}
		for _, h := range res.Hosts {
			id := h.Name
			if h.Variant != "" {
				id += "/" + h.Variant
			}
			seen[id] = true
			answers, ok := hosts[id]
			if !ok {
				t.Errorf("%s: Nix knows no configuration %s", name, id)
				continue
			}
			if h.At.File == "" {
				t.Errorf("%s: %s is written nowhere", name, id)
			}
			if h.Bound != nil {
				t.Errorf("%s: %s: %v", name, id, h.Bound)
			}
			for _, v := range h.Values {
				p := strings.Join(v.Path, ".")
				a, ok := answers[p]
				if !ok {
					continue
				}
				isKnown := v.Certainty == host.Certain || v.Certainty == host.Default
				switch {
				case isKnown && h.Jetpack == host.No && strings.HasPrefix(p, "hardware.nvidia-jetpack"):
				case isKnown && !a.Success:
					t.Errorf("%s: %s: %s is %v, and Nix throws", name, id, p, v.Values)
				case isKnown && !reflect.DeepEqual(asJSON(t, v.Values[0]), a.Value):
					t.Errorf("%s: %s: %s is %v (%v), and for Nix %v", name, id, p, v.Values, v.Certainty, a.Value)
				case v.Certainty == host.Possible && a.Success && !slices.ContainsFunc(v.Values, func(one any) bool { return reflect.DeepEqual(asJSON(t, one), a.Value) }):
					t.Errorf("%s: %s: %s is one of %v, and for Nix %v", name, id, p, v.Values, a.Value)
				}
				if !a.Success {
					continue
				}
				total++
				if isKnown {
					right++
				}
				if a.Set {
					set++
					if isKnown {
						setRight++
					} else {
						t.Logf("%s: %s: %s is %v: %v, %v; for Nix %v", name, id, p, v.Certainty, v.Values, v.Why, a.Value)
					}
				}
			}
		}
		for id := range hosts {
			if !seen[id] {
				t.Errorf("%s: no configuration %s", name, id)
			}
		}
	}
	t.Logf("%d configurations: of %d options that Nix knows, %d are certain; of %d that somebody sets, %d",
		len(cases), total, right, set, setRight)
	if right*10 < total*9 || setRight*10 < set*9 {
		t.Error("less than 9 in 10 of what Nix knows is certain")
	}
}

func asJSON(t *testing.T, v any) any {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back any
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// askNix has nix-instantiate evaluate all cases.
func askNix(t *testing.T, cases map[string]*files) map[string]map[string]map[string]answer {
	t.Helper()
	dir := t.TempDir()
	var src strings.Builder
	judge, err := filepath.Abs("testdata/judge.nix")
	if err != nil {
		t.Fatal(err)
	}
	stubs, paths := stubs(t)
	if err := os.WriteFile(filepath.Join(dir, "stubs.nix"), []byte(stubs), 0o644); err != nil {
		t.Fatal(err)
	}
	call := fmt.Sprintf("(import %s { libPath = %s; stubs = %s/stubs.nix; nixpkgsPath = %s/nixpkgs; ", judge, nixtest.Lib(t), dir, dir)
	fmt.Fprintf(&src, "%spaths = [ %s ]; cases = {\n", call, paths)
	for name, f := range cases {
		for file, content := range f.content {
			file = filepath.Join(dir, name, strings.TrimPrefix(file, "/w/"))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			// The stubs stand for a source that is fetched.
			content = strings.ReplaceAll(content, fetched, strconv.Quote(dir+"/fetched"))
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&src, "%s = %s/%s;\n", name, dir, name)
	}
	src.WriteString("}; }).answers\n")
	for file, content := range map[string]string{
		"fetched/modules/default.nix":                           "import ../../stubs.nix\n",
		"nixpkgs/nixos/modules/installer/scan/not-detected.nix": "{ }\n", "nixpkgs/nixos/lib/eval-config.nix": call + "paths = [ ]; cases = { }; }).nixosSystem\n",
	} {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	answers := map[string]map[string]map[string]answer{}
	nixtest.Eval(t, src.String(), &answers)
	for _, hosts := range answers {
		for _, options := range hosts {
			for p, a := range options {
				if !a.Set && a.Success && !always[p] {
					delete(options, p) // defaults are the same everywhere
				}
			}
		}
	}
	return answers
}

const fetched = `builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz"`

// always are the options whose answers are recorded where nobody sets them, too.
var always = map[string]bool{
	"hardware.nvidia-jetpack.enable": true, "hardware.nvidia-jetpack.som": true, "hardware.nvidia-jetpack.carrierBoard": true,
	"hardware.nvidia-jetpack.majorVersion": true, "hardware.nvidia-jetpack.super": true, "hardware.nvidia-jetpack.name": true,
	"networking.hostName": true,
}

// stubs is a module that declares the options of the newest revision whose types and
// defaults stand on their own, and the paths of those.
func stubs(t *testing.T) (module, paths string) {
	t.Helper()
	schema := host.FromCatalog(newest())
	var out, asked strings.Builder
	out.WriteString("{ config, lib, ... }:\nlet inherit (lib) mkOption types; in {\n  imports = [\n")
	for _, o := range newest().Options() {
		if o.RenamedTo != "" && strings.HasPrefix(o.RenamedTo, "hardware.nvidia-jetpack") {
			from, to := strings.Join(o.Parts(), `" "`), strings.ReplaceAll(o.RenamedTo, ".", `" "`)
			fmt.Fprintf(&out, "    (lib.mkRenamedOptionModule [ %q ] [ %q ])\n", from, to)
		}
	}
	text := strings.ReplaceAll(out.String(), `\"`, `"`)
	out.Reset()
	out.WriteString(text + "  ];\n")
	for _, o := range newest().Options() {
		known, ok := schema.Lookup(o.Parts()...)
		typ := nixType(o.Type)
		if !ok || o.RenamedTo != "" || o.Field {
			continue
		}
		if typ == "" || strings.Contains(known.Default, "pkgs") || strings.Contains(known.Default, "boot.") {
			fmt.Fprintf(&out, "  options.%s = mkOption { type = types.raw; };\n", o.Path)
			continue
		}
		fmt.Fprintf(&out, "  options.%s = mkOption {\n    type = %s;\n", o.Path, typ)
		if known.HasDefault && known.Default != "" {
			fmt.Fprintf(&out, "    default = let cfg = %s; in (%s);\n", cfg(o.Path, known.Default), known.Default)
		}
		out.WriteString("  };\n")
		fmt.Fprintf(&asked, "[ %q ] ", o.Parts())
	}
	out.WriteString("}\n")
	asked.WriteString(`[ "networking" "hostName" ] [ "nixpkgs" "hostPlatform" ] [ "services" "openssh" "enable" ]`)
	return out.String(), strings.NewReplacer("[ [", "[", "] ]", "]").Replace(asked.String())
}

// cfg is what the source of a default has for cfg.
func cfg(path, byDefault string) string {
	if strings.HasPrefix(path, "hardware.nvidia-jetpack.firmware.optee.") {
		return "config.hardware.nvidia-jetpack.firmware.optee"
	}
	return "config.hardware.nvidia-jetpack"
}

// nixType is a type's description as Nix; empty for one that needs packages.
func nixType(description string) string {
	d := strings.TrimSuffix(strings.TrimPrefix(description, "("), ")")
	if rest, ok := strings.CutPrefix(d, "null or "); ok {
		if t := nixType(rest); t != "" {
			return "types.nullOr (" + t + ")"
		}
		return ""
	}
	if rest, ok := strings.CutPrefix(d, "list of "); ok {
		if t := nixType(rest); t != "" {
			return "types.listOf (" + t + ")"
		}
		return ""
	}
	if rest, ok := strings.CutPrefix(d, "one of "); ok {
		return "types.enum [ " + strings.ReplaceAll(rest, ",", "") + " ]"
	}
	return map[string]string{
		"boolean": "types.bool", "string": "types.str", "signed integer": "types.int", "positive integer, meaning >0": "types.ints.positive",
		"absolute path": "types.path", `strings concatenated with "\n"`: "types.lines", "absolute path or string": "types.either types.path types.str",
	}[d]
}
