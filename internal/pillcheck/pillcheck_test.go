package pillcheck_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
)

var (
	update = flag.Bool("update", false, "rewrite the golden file")
	clone  = flag.String("clone", "", "a clone of jetpack-nixos, to rewrite the list of its files from")
)

const folder = "../../pills"

func library(t *testing.T) *catalog.Library {
	t.Helper()
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// shipped reads the pills into memory, so that a test can damage them.
func shipped(t *testing.T) fstest.MapFS {
	t.Helper()
	names, err := fs.Glob(os.DirFS(folder), "*.md")
	if err != nil || len(names) != 12 {
		t.Fatalf("%d pills in %s: %v", len(names), folder, err)
	}
	files := fstest.MapFS{}
	for _, name := range append(names, pill.SymptomsFile) {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: content}
	}
	return files
}

func lint(t *testing.T, files fs.FS, l *catalog.Library) []string {
	t.Helper()
	findings, err := pillcheck.Lint(t.Context(), pill.Load(files), l, pillcheck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range findings {
		lines = append(lines, f.String())
	}
	return lines
}

// Each change to the shipped pills must be found, at its line and under its rule.
func TestEachFaultIsFound(t *testing.T) {
	l := library(t)
	const (
		p00 = "00-nix-language.md"
		p04 = "04-jetpack-nixos-architecture.md"
		p07 = "07-nixos-modules.md"
		p08 = "08-flashing-firmware-ota.md"
		p09 = "09-building-your-system.md"

		symptoms = "symptoms.yaml"
	)
	for _, c := range []struct {
		file, old, new string
		want           string // file:line of the change are put in front
	}{
		{p00, "minutes: 30", "minutes: 40", "1: minutes is missing or wrong: want 1 to 30 (front-matter)"},
		{p00, "revision: 4d857d6da48c420da39964b6fb7ba23a958abad3", "revision: 4d857d6", "1: revision is missing or wrong: want a full hash of a commit with known options (front-matter)"},
		{p00, "# Pill 00: Nix — the", "# Pill 00: Nix — a", `LINE: the title is "Pill 00: Nix — a language under everything", the front matter says "Pill 00: Nix — the language under everything" (front-matter)`},
		{p00, "## tl;dr\n", "## tl;dr\nMore.\n", "LINE-1: 7 lines, want 1 to 6 (tldr)"},
		{p00, "3. `pkgs", strings.Repeat("word ", 2000) + "`pkgs", ": 29"},
		{p00, "\n\n<details><summary>Answer</summary>\n\n`rover`", "\n<details><summary>Answer</summary>\n\n`rover`", "LINE: want empty lines around the opening tag (questions)"},
		{p00, "[Pill 01: Derivations →](01-derivations.md)\n", "[Next](01-derivations.md)\n", "LINE"},
		{p00, "(03-overlays-and-overrides.md#fixed-points-from-scratch)", "(03-overlays-and-overrides.md#fixed-points)", "LINE: 03-overlays-and-overrides.md#fixed-points leads nowhere (link)"},
		{p00, "```nix\n{ config, lib, ... }:", "```nix fast\n{ config, lib, ... }:", "LINE: unknown words behind the language: fast (fence)"},
		{p04, "hardware.nvidia-jetpack = { enable, som, carrierBoard, majorVersion }", "hardware.nvidia-jetpack = { enable, som, carrierBoard, majorVersion, super, name }", "LINE: 87 columns, want at most 78 (diagram)"},
		{p07, "```diagram The module system: collect, declare, filter, choose, merge", "```diagram", "LINE: the diagram has no title behind the word diagram (diagram)"},
		{p07, "```nix file=mine.nix", "```nix file=yours.nix", "LINE: the text before does not name the file yours.nix: a reader of the rendered pill sees no fence (lesson)"},
		{p00, "  cfg = config.hardware.nvidia-jetpack;\n", "  cfg = config.hardware.nvidia-jetpack\n", "LINE"},
		{p04, "| 6 | 6.2.2 | 36.5.0 | 5.15.185 |", "| 6 | 6.2.2 | 36.5.1 | 5.15.185 |", "LINE-4: the table generations differs from the catalog: jetpills pills lint --fix writes it (table)"},
		{p09, "  inputs.jetpack-nixos.url = ", "  inputs.jetpack.url = ", "LINE-3: the file flake.nix differs from what jetpills new writes: jetpills pills lint --fix writes it (table)"},
		{p09, "<!-- generated: starter machine.nix -->", "<!-- generated: starter disk.nix -->", "LINE: jetpills new writes no disk.nix, but flake.nix, hosts/orin.nix, machine.nix (table)"},
		{p04, "package:l4tAtLeast", "package:l4tAtMost", "LINE-3: package:l4tAtMost does not exist at 4d857d6 (topic)"},
		{p07, "<!-- explains: option:hardware.nvidia-jetpack.maxClock -->", "<!-- explains: option:hardware.nvidia-jetpack.maxClocks -->", "LINE-1: option:hardware.nvidia-jetpack.maxClocks does not exist at 4d857d6 (topic)"},
		{p08, "`mountFirmwareEsp` makes", "This option makes", "LINE-3: a hover on option:hardware.nvidia-jetpack.mountFirmwareEsp never says mountFirmwareEsp (excerpt)"},
		{p00, "`lib.attrByPath [ \"a\" \"b\" ] default set` looks", "`lib.attrByPath` looks", "LINE-3: a hover on function:attrByPath shows no code that uses attrByPath (excerpt)"},
		{p08, "`genEkb` (also `gen-ekb`) is", "`genEkb` is", "LINE-3: package:gen-ekb leads here, and the section never says gen-ekb (silent)"},

		{p07, "hardware.nvidia-jetpack.carrierBoard = \"devkit\";", "hardware.nvidia-jetpack.carrier = \"devkit\";", "LINE: there is no option hardware.nvidia-jetpack.carrier at 4d857d6 (option)"},
		{p09, "    som = \"orin-agx\";\n    carrierBoard", "    soms = \"orin-agx\";\n    carrierBoard", "LINE: there is no option hardware.nvidia-jetpack.soms at 4d857d6 (option)"},
		{p08, "`firmware.autoUpdate = true` stages", "`firmware.autoUpdates = true` stages", "LINE: no option has firmware.autoUpdates in its path at 4d857d6 (option)"},
		{p00, "`config.services.nvpmodel` in", "`config.services.nvpmodel.mode` in", "LINE: there is no option services.nvpmodel.mode at 4d857d6 (option)"},
		{p09, "som = \"orin-agx\"`, `carrier", "som = \"orin-agx-64gb\"`, `carrier", `LINE: som has no value "orin-agx-64gb" at 4d857d6 (value)`},
		{p09, "`majorVersion = \"7\";`", "`majorVersion = \"8\";`", `LINE: majorVersion has no value "8" at 4d857d6 (value)`},
		{p08, `[ "nvme" "pxev4" "usb" ]`, `[ "nvme" "pxe" "usb" ]`, `LINE: initialBootOrder has no value "pxe" at 4d857d6 (value)`},
		{p04, "`\"orin-nx\"` is every Orin NX, and `\"orin-nano\"`", "`\"orin-nx\"` is every Orin NX, and `\"orin-nanos\"`", "LINE: there is no SoM orin-nanos at 4d857d6 (value)"},
		{p08, "(`jetson-agx-orin-devkit` for", "(`jetson-agx-orin-kit` for", "LINE: no SoM has the target board jetson-agx-orin-kit at 4d857d6 (value)"},
		{p04, "`nix build github:anduril/jetpack-nixos#flash-orin-agx-devkit`", "`nix build github:anduril/jetpack-nixos#flash-orin-agx`", "LINE: the flake has no output flash-orin-agx at 4d857d6 (output)"},
		{p04, "`jetpack-nixos.nixosModules.default` is", "`jetpack-nixos.nixosModules.jetson` is", "LINE: the flake has no output nixosModules.jetson at 4d857d6 (output)"},
		{p08, "`config.system.build.fuseScript` burns", "`config.system.build.fuses` burns", "LINE: there is no system.build.fuses at 4d857d6 (output)"},
		{p08, "sudo ./result/bin/initrd-flash-orin-agx-devkit", "sudo ./result/bin/initrd-flash-orin-agx-dk", "LINE"},
		{p09, "pkgs.nvidia-jetpack.samples.cuda-test ]", "pkgs.nvidia-jetpack.examples.cuda-test ]", "LINE: nvidia-jetpack has no member examples at 4d857d6 (package)"},
		{p00, "`pkgs.nvidia-jetpack5` complains", "`pkgs.nvidia-jetpack8` complains", "LINE: there is no scope nvidia-jetpack8 at 4d857d6 (package)"},
		{p00, "[ l4t-tools otaUtils ]", "[ l4t-tool otaUtils ]", "LINE: nvidia-jetpack has no member l4t-tool at 4d857d6 (package)"},
		{p00, "(`mk-overlay.nix:146`)", "(`mk-overlay.nix:1460`)", "LINE: mk-overlay.nix has 188 lines at 4d857d6 (file)"},
		{p00, "`modules/devices.nix:116` does", "`modules/device.nix:116` does", "LINE: there is no file modules/device.nix at 4d857d6; if it ended, name the revision (file)"},
		{p08, "Firmware older than JetPack 5.1 can't", "Firmware of JetPack 5.2 can't", "LINE: there is no JetPack 5.2 at 4d857d6 (version)"},
		{p09, "`majorVersion` is left out", "On L4T 36.4.4 `majorVersion` is left out", "LINE: there is no L4T 36.4.4 at 4d857d6; if it ended, name the revision (version)"},
		{p04, "Both are of capability 8.7", "Both are of capability 8.9", "LINE: no SoM has the CUDA capability 8.9 (version)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- before e1b3550: A JetPack generation", "LINE: e1b3550 is no commit of jetpack-nixos (mark)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- until e1b355b: A JetPack generation", "LINE: a wording for other revisions is <!-- before REV: text -->, or since REV; a witness is <!-- while FILE:LINE --> (mark)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- since e1b355b: A JetPack generation", "LINE: the pill itself is about a revision on this side of e1b355b (mark)"},
		{p04, "<!-- before e17242a: A JetPack generation", "<!-- before 1a54d38: A JetPack generation", "LINE: of two wordings that hold before a revision, the older stands first (mark)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- while modules/default.nix -->\n\n<!-- before e1b355b: A JetPack generation", "LINE: a wording for other revisions is <!-- before REV: text -->, or since REV; a witness is <!-- while FILE:LINE --> (mark)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- while overlay.nix:9999 -->\n\n<!-- before e1b355b: A JetPack generation", "LINE: overlay.nix has 174 lines at 4d857d6 (mark)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- while overlay.nix:1 -->\n\n<!-- before e1b355b: A JetPack generation", "LINE: where else overlay.nix:1 stands is not known; make catalog UPSTREAM=DIR finds it (mark)"},
		{p04, "<!-- before e1b355b: A JetPack generation", "<!-- while carrierboard -->\n\n<!-- before e1b355b: A JetPack generation", "LINE: carrierboard is no word that upstream's source has at 4d857d6, and lacks at another revision (mark)"},
		{p04, "for each: `nvidia-jetpack5` and `nvidia-jetpack6`. The plain", "for each: `nvidia-jetpack6` and `nvidia-jetpack7`. The plain", "LINE: there is no scope nvidia-jetpack7 at 6226eeb; if it ended, name the revision (package)"},
		{p04, "has one. `pkgs.nvidia-jetpack` holds its packages. `overlay.nix` defines it.", "has one, by `overlay.nix:2`.", "LINE: a wording for other revisions names no lines, which differ from one to the next (mark)"},
		{p09, "Since afb6ecf (2025-12-19)", "Since afb6ecf (2025-12-20)", "LINE: afb6ecf is of 2025-12-19, not of 2025-12-20 (revision)"},
		{p09, "Since afb6ecf (2025-12-19)", "Since afb6ec1 (2025-12-19)", "LINE: afb6ec1 is no commit of jetpack-nixos (revision)"},

		{symptoms, "read: 07#majorversion-which-jetpack\n      upstream", "read: 07#majorversion\n      upstream", "LINE-4: there is no section 07#majorversion (symptom)"},
		{symptoms, "and `som` is still generic.", "and `som` is still generic", "LINE-2: what unknown-soc means is not one sentence of at most 120 characters (symptom)"},
		{symptoms, "says: Unknown SoC type", "says: infinite recursion encountered", "LINE-1: unknown-soc always comes behind recursion-in-overlay (symptom)"},
		{symptoms, "name: old-cuda", "name: unknown-soc", "LINE: line "},
		{symptoms, "since: \"4595ac8\"", "since: \"4595ac9\"", "LINE-6: no commit 4595ac9 of jetpack-nixos is known (symptom)"},
		{symptoms, "kind: warning", "kind: warning!", ": symptoms.yaml: line"},
		{"README.md", "| `Jetpack … only supports som families` |", "| Jetpack … |", "LINE-3: the table symptoms jetpack differs from symptoms.yaml: jetpills pills lint --fix writes it (table)"},
	} {
		t.Run(c.want, func(t *testing.T) {
			files := shipped(t)
			content := string(files[c.file].Data)
			at := strings.Index(content, c.old)
			if at < 0 {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			files[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(content, c.old, c.new, 1))}
			got := lint(t, files, l)
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("no fault, but %v", got)
				}
				return
			}
			// The line of the change's last byte that differs.
			line := 1 + strings.Count(content[:at+common(c.old, c.new)], "\n")
			want := c.want
			for mark, number := range map[string]int{"LINE-1": line - 1, "LINE-2": line - 2, "LINE-3": line - 3, "LINE-4": line - 4, "LINE-6": line - 6, "LINE": line} {
				if rest, ok := strings.CutPrefix(want, mark); ok && (rest == "" || rest[0] == ':') {
					want = fmt.Sprint(number) + rest
				}
			}
			if want[0] != ':' {
				want = ":" + want
			}
			want = c.file + want
			if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, want) }) {
				t.Errorf("found %v, want %s", got, want)
			}
		})
	}
}

// common is how many bytes two texts have in common at their beginning.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// The list of files goes with the catalog: every place that the catalog names
// is in it.
func TestFiles(t *testing.T) {
	c := library(t).Newest()
	list := filepath.Join("files", c.Revision.Hash+".txt")
	if *clone != "" {
		writeFiles(t, list, *clone, c.Revision.Hash)
	}
	content, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for line := range strings.Lines(string(content)) {
		var n int
		var name string
		if _, err := fmt.Sscanf(line, "%d %s", &n, &name); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines[name] = n
	}
	check := func(what, file string, line int) {
		if n, ok := lines[file]; !ok || line > n {
			t.Errorf("%s is at %s:%d, and the list has %d lines of it", what, file, line, n)
		}
	}
	for _, o := range c.Options() {
		check(o.Path, o.DeclaredIn, o.Line)
	}
	for _, p := range c.Packages() {
		if p.File != "" {
			check(p.Name, p.File, p.Line)
		}
	}
}

func writeFiles(t *testing.T, list, clone, rev string) {
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"-C", clone}, args...)...).Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		return string(out)
	}
	var b strings.Builder
	for _, name := range strings.Fields(git("ls-tree", "-r", "--name-only", rev)) {
		content := git("show", rev+":"+name)
		n := strings.Count(content, "\n")
		if content != "" && !strings.HasSuffix(content, "\n") {
			n++
		}
		fmt.Fprintf(&b, "%d %s\n", n, name)
	}
	if err := os.WriteFile(list, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What is no claim, or one that holds.
func TestProseIsNoClaim(t *testing.T) {
	l := library(t)
	for _, text := range []string{
		"The word firmware.autoUpdates outside of code is no name of anything.",
		"`hardware.graphics.enable` and `services.openssh.port` are options of NixOS.",
		"`./modules/camera.nix` is a file of yours, and so is `hardware-configuration.nix`.",
		"`pkgs.nvidia-jetpack4 or null` need not exist.",
		"`nixosConfigurations.orin.config.system.build.toplevel` is yours.",
		"Firmware older than JetPack 5.1, from L4T 38 on, since CUDA 12.",
		"`92f4790` (2026-02-16) moved JetPack 6 from L4T 36.4.4 to 36.5.0.",
		"Until c9ce9c5 (2023-05-17) `hardware.nvidia-jetpack.bootloader.autoUpdate` was no alias.",
		"JetPack 5, 6 or 7, and 12 other things; JetPack 5.1.6, 6.2.2 and 7.2.",
		"`orin-` is a prefix, `orin-*` a pattern, `flash-tools` a package.",
		"`hardware.nvidia-jetpack.firmware.variants` has `firmware.variants.*.boardid`; `cfg.enable` is short.",
		"The hash /nix/store/fsld7jfkbvysbm9gr3gs9lr0i1grj346-x is none of ours, nor is 1234567 or `deadbee`f.",
		"Linux 6.12 is not among them, Ubuntu 24.04 neither.",
		"Settings such as `boot.kernelParams` and `nixpkgs.overlays` stay.",
	} {
		files := shipped(t)
		content := string(files["02-flakes.md"].Data)
		at := strings.Index(content, "## Questions\n")
		// The pill with most room to its limit.
		files["02-flakes.md"] = &fstest.MapFile{Data: []byte(content[:at] + "## More\n\n" + text + "\n\n" + content[at:])}
		if got := lint(t, files, l); len(got) > 0 {
			t.Errorf("%s\n%s", text, strings.Join(got, "\n"))
		}
	}
}

func TestFix(t *testing.T) {
	l := library(t)
	files := shipped(t)
	if fixed := pillcheck.Fix(pill.Load(files), l); len(fixed) > 0 {
		t.Errorf("the shipped tables differ from the catalog: %v", slices.Collect(maps.Keys(fixed)))
	}
	const file = "04-jetpack-nixos-architecture.md"
	before := files[file].Data
	damaged := strings.Replace(string(before), "| 6 | 6.2.2 |", "| 6 | 6.2.1 |", 1)
	damaged = strings.Replace(damaged, "| thor-agx | 7 |", "| thor | 8 |", 1)
	files[file] = &fstest.MapFile{Data: []byte(damaged)}
	if diff := cmp.Diff(string(before), string(pillcheck.Fix(pill.Load(files), l)[file])); diff != "" {
		t.Errorf("tables are not as they were (-want +got):\n%s", diff)
	}
}

func TestTables(t *testing.T) {
	l := library(t)
	for name, want := range map[string]string{
		"generations": `
| majorVersion | JetPack | L4T | kernel | CUDA | driver | SoMs |
|---|---|---|---|---|---|---|
| 5 | 5.1.6 | 35.6.4 | 5.10.216 | 11.4.298 | 35.6.4 | Xavier, Orin |
| 6 | 6.2.2 | 36.5.0 | 5.15.185 | 12.6.10 | 540.5.0 | Orin |
| 7 | 7.2 | 39.2.0 | 6.8.12 | 13.2.1 | 595.78 | Orin, Thor |
`,
		"options services.nvpmodel": `
| option | type | default |
|---|---|---|
| ` + "`configFile` | null or absolute path | `null`" + ` |
| ` + "`enable` | boolean | `false`" + ` |
| ` + "`profileNumber` | null or signed integer | `null`" + ` |
`,
	} {
		const start, end = "<!-- generated: %s -->\n", "<!-- end generated -->\n"
		text := fmt.Sprintf("---\nrevision: %s\n---\n# T\n\n"+start+end, l.Newest().Revision.Hash, name)
		files := fstest.MapFS{"00-t.md": &fstest.MapFile{Data: []byte(text)}}
		got := string(pillcheck.Fix(pill.Load(files), l)["00-t.md"])
		_, got, _ = strings.Cut(got, fmt.Sprintf(start, name))
		got, _, _ = strings.Cut(got, end)
		if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
			t.Errorf("table %s (-want +got):\n%s", name, diff)
		}
		for line := range strings.Lines(got) {
			if len([]rune(line)) > 78 {
				t.Errorf("table %s has a line of %d columns", name, len([]rune(line)))
			}
		}
	}
}

// A folder with little in it: what has no section is said to have none.
func TestCoverage(t *testing.T) {
	files := fstest.MapFS{"07-modules.md": &fstest.MapFile{Data: []byte(`# Pill 07: Modules

## tl;dr
<!-- explains: function:mkIf -->

Short.

## Options
<!-- explains: option:hardware.nvidia-jetpack.som, function:types, value:hardware.nvidia-jetpack.som=orin-* -->

Text.
`)}}
	got := map[string]string{}
	for _, c := range pillcheck.Coverage(pill.Load(files), library(t).Newest()) {
		ref := ""
		if c.Section.Pill != nil {
			ref = " " + c.Section.Ref()
		}
		got[c.Topic.String()] = string(c.How) + ref
	}
	for topic, want := range map[string]string{
		"option:hardware.nvidia-jetpack.som":           "exact 07#options",
		"value:hardware.nvidia-jetpack.som=orin-agx":   "glob 07#options",
		"value:hardware.nvidia-jetpack.som=xavier-agx": "fallback 07#options",
		"function:types.enum":                          "fallback 07#options",
		"function:mkIf":                                "none 07#tldr",
		"package:flashScript":                          "none",
		"som:thor-agx":                                 "none",
	} {
		if got[topic] != want {
			t.Errorf("%s is %q, want %q", topic, got[topic], want)
		}
	}
}

// The excerpts that hovers show, to be read by a person when they change.
func TestExcerpts(t *testing.T) {
	const golden = "testdata/excerpts.golden"
	c := pill.Load(os.DirFS(folder))
	topics := map[string][]string{}
	add := func(topic pill.Topic, s pill.Section) {
		if name := topic.String(); !slices.Contains(topics[s.Ref()], name) {
			topics[s.Ref()] = append(topics[s.Ref()], name)
		}
	}
	for topic, sections := range c.Topics() {
		add(topic, sections[0])
	}
	for _, covered := range pillcheck.Coverage(c, library(t).Newest()) {
		if covered.Section.Pill != nil {
			add(covered.Topic, covered.Section)
		}
	}
	var b strings.Builder
	for _, p := range c.Pills() {
		for _, s := range p.Sections {
			names := topics[s.Ref()]
			if len(names) == 0 {
				continue
			}
			slices.Sort(names)
			fmt.Fprintf(&b, "======== %s  %s\n", s.Ref(), s.Label())
			for _, name := range names {
				fmt.Fprintf(&b, "== %s\n", name)
			}
			fmt.Fprintf(&b, "\n%s\n\n", s.Excerpt(0).Markdown(nil))
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("excerpts changed: read them, then rewrite them with -update (-want +got):\n%s", diff)
	}
}

// A link to a section of an edition before leads to where its text went.
func TestOldAnchors(t *testing.T) {
	content, err := os.ReadFile("testdata/anchors.txt")
	if err != nil {
		t.Fatal(err)
	}
	c := pill.Load(os.DirFS(folder))
	for _, ref := range strings.Fields(string(content)) {
		s, ok := c.Find(ref)
		_, anchor, _ := strings.Cut(ref, "#")
		if !ok || s.Anchor != anchor && !slices.Contains(s.Formerly, anchor) {
			t.Errorf("%s leads nowhere: the section that has its text now says <!-- formerly: %s -->", ref, anchor)
		}
	}
}
