package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func catalogAt(t testing.TB, l *Library, rev string) *Catalog {
	t.Helper()
	c, match := l.At(rev)
	if match != Exact {
		t.Fatalf("At(%s) = %v", rev, match)
	}
	return c
}

func TestNewest(t *testing.T) {
	l := library(t)
	revisions := l.Revisions()
	c := l.Newest()
	if c.Revision != revisions[len(revisions)-1] || c.Revision.Day() < "2026-07-30" {
		t.Errorf("newest is %s of %s", c.Revision.Hash, c.Revision.Day())
	}
	if evaluated := catalogAt(t, l, "4d857d6da48c420da39964b6fb7ba23a958abad3"); len(evaluated.Options()) != 103 || evaluated.Revision.Day() != "2026-07-30" {
		t.Errorf("%d options of %s, want 103", len(evaluated.Options()), evaluated.Revision.Day())
	}
	if !slices.IsSortedFunc(c.Options(), func(a, b Option) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("options are not sorted by path")
	}
}

func TestLookup(t *testing.T) {
	c := library(t).Newest()
	for _, test := range []struct{ path, want string }{
		{"hardware.nvidia-jetpack.som", "hardware.nvidia-jetpack.som"},
		{"hardware.nvidia-jetpack.firmware.variants", "hardware.nvidia-jetpack.firmware.variants"},
		{"hardware.nvidia-jetpack.firmware.variants.*.boardid", "hardware.nvidia-jetpack.firmware.variants.*.boardid"},
		{"hardware.nvidia-jetpack.firmware.variants.0.boardid", "hardware.nvidia-jetpack.firmware.variants.*.boardid"},
		{"hardware.nvidia-jetpack.firmware.variants.boardid", ""},
		{"hardware.nvidia-jetpack", ""},
		{"hardware.nvidia-jetpack.som.x", ""},
		{"services.nvpmodel.enable", "services.nvpmodel.enable"},
		{"hardware.nvidia.enabled", "hardware.nvidia.enabled"},
		{"hardware.nvidia.package", ""},
		{"", ""},
	} {
		o, ok := c.Lookup(strings.Split(test.path, "."))
		if o.Path != test.want || ok != (test.want != "") {
			t.Errorf("Lookup(%s) = %q, %v, want %q", test.path, o.Path, ok, test.want)
		}
	}
}

func TestOptionFacts(t *testing.T) {
	l := library(t)
	for _, test := range []struct {
		rev, path string
		check     func(Option) bool
	}{
		{"4d857d6", "hardware.nvidia-jetpack.som", func(o Option) bool {
			return o.Kind == KindEnum && len(o.Values) == 11 && !o.ValuesInList && !o.Nullable &&
				o.DeclaredIn == "modules/default.nix" && o.Line == 69 && o.Default == `"generic"`
		}},
		{"946072c", "hardware.nvidia-jetpack.som", func(o Option) bool {
			return o.Kind == KindEnum && o.Nullable && o.Values[0] == "orin-agx" && o.Default == "null"
		}},
		{"946072c", "hardware.nvidia-jetpack.carrierBoard", func(o Option) bool {
			return o.Kind == KindEnum && slices.Equal(o.Values, []string{"devkit"})
		}},
		{"4d857d6", "hardware.nvidia-jetpack.firmware.initialBootOrder", func(o Option) bool {
			return o.Kind == KindList && o.Elem == KindEnum && o.ValuesInList && o.Nullable && len(o.Values) == 15 && o.Values[0] == "scsi"
		}},
		{"4d857d6", "hardware.nvidia-jetpack.firmware.bootOrder", func(o Option) bool {
			return o.RenamedTo == "hardware.nvidia-jetpack.firmware.initialBootOrder" && o.AliasSince.Short() == "5689f61" && len(o.Values) == 15
		}},
		{"6226eeb", "hardware.nvidia-jetpack.firmware.bootOrder", func(o Option) bool {
			return o.RenamedTo == "" && !o.AliasSince.Known() && o.HasDefault
		}},
		{"4d857d6", "hardware.nvidia-jetpack.container-toolkit.enable", func(o Option) bool {
			return o.RenamedTo == "hardware.nvidia-container-toolkit.enable" && o.Type == "boolean"
		}},
		{"4d857d6", "hardware.nvidia-jetpack.flashScript", func(o Option) bool { return o.ReadOnly && o.Internal }},
		{"4d857d6", "hardware.nvidia-jetpack.firmware.variants.*.fuselevel", func(o Option) bool {
			return o.Field && o.Default == `"fuselevel_production"`
		}},
		{"4d857d6", "services.nvpmodel.profileNumber", func(o Option) bool { return o.Kind == KindInt && o.Nullable }},
		{"d155fcf", "hardware.nvidia-jetpack.name", func(o Option) bool { return o.Kind == KindString && o.Since.Short() == "d155fcf" }},
		// This option was on a branch only.
		{"3f4cf86", "hardware.nvidia-jetpack.realtimeKernel", func(o Option) bool { return o.Kind == KindBool && !o.Since.Known() && o.Line > 0 }},
	} {
		o, ok := catalogAt(t, l, test.rev).Option(test.path)
		if !ok || !test.check(o) {
			t.Errorf("%s at %s is %v: %+v", test.path, test.rev, ok, o)
		}
	}
}

func TestChildren(t *testing.T) {
	c := library(t).Newest()
	names := func(path ...string) string {
		var out []string
		for _, child := range c.Children(path) {
			name := child.Name
			if child.Option != nil {
				name += "!"
			}
			if child.HasChildren {
				name += "."
			}
			out = append(out, name)
		}
		return strings.Join(out, " ")
	}
	for _, test := range []struct{ prefix, want string }{
		{"services.nvpmodel", "configFile! enable! initialGpuPgMaskParam! profileNumber!"},
		{"services", "nvargus-daemon. nvfancontrol. nvpmodel."},
		{"hardware.nvidia-jetpack.firmware.optee.ftpm", "enable! measuredBoot! taLogLevel! unsecureInjectEPS."},
		{"hardware.nvidia-jetpack.firmware.variants", "*!."},
		{"hardware.nvidia-jetpack.firmware.variants.7", "boardid! boardrev! boardsku! chiprev! chipsku! fab! fuselevel! ramcode!"},
		{"hardware.nvidia-jetpack.som", ""},
		{"networking", ""},
	} {
		want := strings.ReplaceAll(test.want, "*!.", "*.")
		if got := names(strings.Split(test.prefix, ".")...); got != want {
			t.Errorf("Children(%s) = %q, want %q", test.prefix, got, want)
		}
		if got := c.IsPrefix(strings.Split(test.prefix, ".")); got != (want != "") {
			t.Errorf("IsPrefix(%s) = %v", test.prefix, got)
		}
	}
	if got := names(); got != "hardware. services." {
		t.Errorf("Children() = %q", got)
	}
}

func TestRoots(t *testing.T) {
	l := library(t)
	for _, test := range []struct {
		rev  string
		want []string
	}{
		{"4d857d6", []string{"hardware.nvidia-jetpack", "hardware.nvidia.enabled", "services.nvargus-daemon", "services.nvfancontrol", "services.nvpmodel"}},
		{"9dab491", []string{"hardware.nvidia-jetpack", "services.nvargus-daemon", "services.nvfancontrol", "services.nvpmodel"}},
	} {
		if diff := cmp.Diff(test.want, catalogAt(t, l, test.rev).Roots()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.rev, diff)
		}
	}
}

func TestAt(t *testing.T) {
	l := library(t)
	newest := l.Newest().Revision.Short()
	for _, test := range []struct {
		name, rev string
		match     Match
		hash      string
	}{
		{"an era", "6226eeb5a141cb13059dad2acf689009f9909c0f", Exact, "6226eeb"},
		{"a prefix", "6226eeb", Exact, "6226eeb"},
		{"too short a prefix", "6226ee", Unknown, newest},
		{"a fork's commit", "0123456789abcdef0123456789abcdef01234567", Unknown, newest},
		{"longer than a hash", "6226eeb5a141cb13059dad2acf689009f9909c0f0", Unknown, newest},
		{"nothing", "", Unknown, newest},
		{"before the options", "0cf10e4", NoModules, "0cf10e4"},
		{"does not parse", "6e07460", NoModules, "7c804d9"},
	} {
		c, match := l.At(test.rev)
		if match != test.match {
			t.Errorf("%s: match is %v, want %v", test.name, match, test.match)
		}
		if c.Revision.Short() != test.hash {
			t.Errorf("%s: catalog of %s, want %s", test.name, c.Revision.Short(), test.hash)
		}
	}
}

func TestBefore(t *testing.T) {
	l := library(t)
	for _, test := range []struct{ date, want string }{
		{"2099-01-01", l.Newest().Revision.Short()},
		{"2026-07-30", "4d857d6"},
		{"2025-10-28", ""},
		{"2022-10-01", "none"},
	} {
		date, err := time.Parse(time.DateOnly, test.date)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := l.Before(date)
		if ok != (test.want != "none") {
			t.Fatalf("Before(%s) = %v", test.date, ok)
		}
		if !ok {
			continue
		}
		if c.Revision.Day() > test.date || test.want != "" && c.Revision.Short() != test.want {
			t.Errorf("Before(%s) is %s of %s", test.date, c.Revision.Short(), c.Revision.Day())
		}
		if _, thor := c.SoM("thor-agx"); thor != (test.date > "2025-10-29") {
			t.Errorf("Before(%s) knows thor-agx: %v", test.date, thor)
		}
	}
}

func TestFits(t *testing.T) {
	l := library(t)
	for _, test := range []struct {
		rev, som, carrier, major string
		want                     Verdict
		clash                    []Clash
	}{
		{"4d857d6", "orin-agx", "devkit", "", FitYes, nil},
		{"4d857d6", "orin-agx", "devkit", "7", FitYes, nil},
		{"4d857d6", "thor-agx", "devkit", "6", FitNo, []Clash{ClashMajor}},
		{"4d857d6", "xavier-nx", "generic", "6", FitNo, []Clash{ClashMajor}},
		{"4d857d6", "orin-nx", "xavierNxDevkit", "5", FitYes, nil},
		{"4d857d6", "orin-nx", "xavierNxDevkit", "7", FitNo, []Clash{ClashTargetBoard}},
		{"4d857d6", "orin-nano", "xavierNxDevkit", "6", FitNo, []Clash{ClashCarrier}},
		{"4d857d6", "xavier-agx", "xavierNxDevkit", "6", FitNo, []Clash{ClashMajor, ClashCarrier}},
		{"4d857d6", "my-own-som", "devkit", "6", FitUnknown, nil},
		{"4d857d6", "orin-nx", "my-own-board", "6", FitUnknown, nil},
		{"4d857d6", "orin-agx", "", "7", FitYes, nil},
		// Orin got JetPack 7 with a19c6e6; before that its assertion refuses it.
		{"f7e672c", "orin-agx", "devkit", "7", FitNo, []Clash{ClashMajor}},
		{"f7e672c", "orin-agx", "devkit", "6", FitUnknown, nil},
		{"6226eeb", "xavier-agx", "devkit", "6", FitNo, []Clash{ClashMajor}},
		// The rule for this carrier board is older than the newest combinations.
		{"5a83306", "orin-nano", "xavierNxDevkit", "", FitNo, []Clash{ClashCarrier}},
		{"5a83306", "orin-nx", "xavierNxDevkit", "6", FitUnknown, nil},
		{"5a83306", "xavier-nx", "xavierNxDevkit", "6", FitNo, []Clash{ClashMajor, ClashCarrier}},
		{"6226eeb", "thor-agx", "devkit", "7", FitUnknown, nil},
		{"20bc50f", "orin-agx", "devkit", "6", FitUnknown, nil},
	} {
		got, clashes := catalogAt(t, l, test.rev).Fits(test.som, test.carrier, test.major)
		if got != test.want || !slices.Equal(clashes, test.clash) {
			t.Errorf("%s: Fits(%s, %s, %q) = %v %v, want %v %v", test.rev, test.som, test.carrier, test.major, got, clashes, test.want, test.clash)
		}
	}
}

func TestSoM(t *testing.T) {
	l := library(t)
	for _, test := range []struct {
		rev, som, def, majors, board, since string
	}{
		{"4d857d6", "orin-nx", "6", "5 6 7", "jetson-orin-nano-devkit", "44e1f49"},
		{"4d857d6", "thor-agx-t4000", "7", "7", "jetson-agx-thor-t4000", "d4f7c82"},
		{"4d857d6", "generic", "6", "5 6 7", "", "205520a"},
		// The older revision's boards were never evaluated.
		{"e17242a", "thor-agx", "7", "7", "", "e17242a"},
		{"6226eeb", "orin-nx", "6", "5 6", "", "44e1f49"},
		{"9dab491", "orin-agx", "5", "5", "", "8162148"},
	} {
		s, ok := catalogAt(t, l, test.rev).SoM(test.som)
		if !ok || s.DefaultMajor != test.def || strings.Join(s.Majors, " ") != test.majors || s.TargetBoard != test.board || s.Since.Short() != test.since {
			t.Errorf("%s at %s: %+v", test.som, test.rev, s)
		}
	}
}

func TestPackages(t *testing.T) {
	l := library(t)
	c := catalogAt(t, l, "4d857d6")
	for _, test := range []struct {
		name, file string
		line       int
		device     bool
		majors     string
	}{
		{"bspSrc", "mk-overlay.nix", 58, false, "5 6 7"},
		{"l4t-cupva", "pkgs/l4t/l4t-cupva.nix", 0, false, "5"},
		{"callPackage", "", 0, false, "5 6 7"},
		{"initrdFlashScript", "device-pkgs/default.nix", 165, true, ""},
	} {
		p, ok := c.Package(test.name)
		if !ok || p.File != test.file || p.Line != test.line || p.DeviceOnly != test.device || strings.Join(p.Generations, " ") != test.majors {
			t.Errorf("package %s: %+v", test.name, p)
		}
	}
	if _, ok := c.Package("som"); ok {
		t.Error("som is an option, no package")
	}
	// An older revision has what its own source says, and no evaluated table that may have been another one then.
	old := catalogAt(t, l, "6226eeb")
	if p, ok := old.Package("bspSrc"); !ok || p.File != "mk-overlay.nix" || p.Line != 51 || strings.Join(p.Generations, " ") != "5 6" {
		t.Errorf("bspSrc at 6226eeb: %v %+v", ok, p)
	}
	if p, ok := old.Package("flashInitrd"); !ok || !p.DeviceOnly {
		t.Errorf("flashInitrd at 6226eeb: %v %+v", ok, p)
	}
	if _, ok := old.Package("l4t-firmware-openrm"); ok {
		t.Error("l4t-firmware-openrm came later than 6226eeb")
	}
	if len(old.FlashTargets()) > 0 {
		t.Error("the flash targets at 6226eeb are not known and must not be shown")
	}
	if b, ok := old.BuildProduct("flashScript"); !ok || b.Line != 476 || b.Equals != "pkgs.nvidia-jetpack.flashScript" {
		t.Errorf("system.build.flashScript at 6226eeb: %v %+v", ok, b)
	}
	if before := catalogAt(t, l, "9c35b2a"); before.Revision.Short() != "9c35b2a" || len(before.SystemBuild()) > 0 {
		t.Error("9c35b2a sets nothing in system.build")
	}
	if h, ok := l.BuildHistory("flashScript"); !ok || h.Introduced.Day() != "2024-06-17" || h.IsRemoved() {
		t.Errorf("system.build.flashScript: %v %+v", ok, h)
	}
	for _, one := range []struct{ rev, set, name, at, generations string }{
		{"4d857d6", "cudaPackages", "tensorrt", "pkgs/cuda-extensions/default.nix:49", ""},
		{"4d857d6", "cudaPackages", "cuda_nvcc", "cuda-packages-11-4-extension.nix:23", ""},
		{"40404d0", "cudaPackages", "tensorrt", "pkgs/cuda-packages/tensorrt/package.nix:0", "5 6"},
		{"8f27a0b", "cudaPackages", "vpi2", "pkgs/cuda-packages/default.nix:472", "5"},
		{"8f27a0b", "samples", "cuda-test", "pkgs/samples/default.nix:415", "5"},
		{"4d857d6", "tests", "oci", "pkgs/tests/default.nix:4", "5 6 7"},
		{"4d857d6", "kernelPackages", "nvidia-oot-modules", "mk-overlay.nix:141", "6 7"},
		{"4d857d6", "kernelPackages", "nvidia-display-driver", "mk-overlay.nix:143", "5"},
	} {
		m, ok := catalogAt(t, l, one.rev).SetMember(one.set, one.name)
		if at := fmt.Sprintf("%s:%d", m.File, m.Line); !ok || at != one.at || strings.Join(m.Generations, " ") != one.generations {
			t.Errorf("%s.%s at %s: %v %+v", one.set, one.name, one.rev, ok, m)
		}
	}
	if _, ok := c.SetMember("cudaPackages", "vpi2"); ok || len(c.SetMembers("samples")) != 12 || len(c.SetMembers("none")) != 0 {
		t.Errorf("vpi2 went, and there are %d samples", len(c.SetMembers("samples")))
	}
	i := slices.IndexFunc(c.Outputs(), func(o Output) bool { return o.Name == "packages.x86_64-linux" })
	if i < 0 || !slices.Contains(c.Outputs()[i].Names, "flash-orin-agx-devkit") {
		t.Errorf("outputs: %v", c.Outputs())
	}
}

func TestHistory(t *testing.T) {
	l := library(t)
	for _, test := range []struct {
		path, introduced, alias, removed, renamedTo string
		gone                                        bool
	}{
		{"hardware.nvidia-jetpack.bootloader.logo", "7612b3c", "c9ce9c5", "", "hardware.nvidia-jetpack.firmware.uefi.logo", false},
		{"hardware.nvidia-jetpack.chip", "01be4d8", "", "8162148", "", true},
		{"hardware.nvidia-jetpack.container-toolkit.enable", "f5a1bb7", "d9530d5", "49d51b7", "hardware.nvidia-container-toolkit.enable", false},
	} {
		h, ok := l.History(test.path)
		if !ok || h.Introduced.Short() != test.introduced || h.AliasSince.Short() != test.alias ||
			h.Removed.Short() != test.removed || h.RenamedTo != test.renamedTo || h.IsRemoved() != test.gone {
			t.Errorf("%s: %+v", test.path, h)
		}
	}
	if _, ok := l.History("hardware.nvidia-jetpack.nonsense"); ok {
		t.Error("nonsense has a history")
	}
	if got := l.ValueSince("hardware.nvidia-jetpack.carrierBoard", "xavierNxDevkit").Short(); got != "09b9ebb" {
		t.Errorf("xavierNxDevkit came with %s", got)
	}
	// The value is older than the option's name of today.
	order, _ := l.Newest().Option("hardware.nvidia-jetpack.firmware.initialBootOrder")
	before, _ := l.History("hardware.nvidia-jetpack.firmware.bootOrder")
	if got := order.ValueSince("pxev4"); got.Hash != before.Introduced.Hash || got == order.Since {
		t.Errorf("pxev4 came with %s, its option with %s", got.Short(), before.Introduced.Short())
	}
}

func TestDiff(t *testing.T) {
	l := library(t)
	d := Diff(catalogAt(t, l, "6226eeb"), catalogAt(t, l, "4d857d6"))
	renamed, _ := l.Revision("5689f61")
	if !slices.Contains(d.Renamed, Rename{"hardware.nvidia-jetpack.firmware.bootOrder", "hardware.nvidia-jetpack.firmware.initialBootOrder", renamed}) {
		t.Errorf("renamed: %v", d.Renamed)
	}
	if !slices.ContainsFunc(d.Added, func(o Option) bool { return o.Path == "hardware.nvidia-jetpack.name" }) {
		t.Error("hardware.nvidia-jetpack.name was added")
	}
	i := slices.IndexFunc(d.Changed, func(c Change) bool { return c.Path == "hardware.nvidia-jetpack.som" })
	if i < 0 || !slices.Equal(d.Changed[i].Added, []string{"thor-agx", "thor-agx-t4000"}) || len(d.Changed[i].Removed) > 0 {
		t.Errorf("changed: %v", d.Changed)
	}
	if len(d.Removed) > 0 {
		t.Errorf("removed: %v", d.Removed)
	}
	if back := Diff(catalogAt(t, l, "4d857d6"), catalogAt(t, l, "6226eeb")); len(back.Removed) != len(d.Added) {
		t.Errorf("%d options added one way, %d removed the other way", len(d.Added), len(back.Removed))
	}
	if !Diff(l.Newest(), l.Newest()).Empty() {
		t.Error("a catalog differs from itself")
	}
}

func TestShownDefault(t *testing.T) {
	c := library(t).Newest()
	for _, test := range []struct{ path, want string }{
		{"hardware.nvidia-jetpack.som", `"generic"`},
		{"hardware.nvidia-jetpack.firmware.optee.taLogLevel", "hardware.nvidia-jetpack.firmware.optee.coreLogLevel"},
		{"hardware.nvidia-jetpack.flasherPkgs", "import pkgs.path {\n  system = \"x86_64-linux\";\n  inherit (pkgs) config;\n}"},
		{"services.nvfancontrol.configFile", ""},
	} {
		o, _ := c.Option(test.path)
		if got := o.ShownDefault(); got != test.want {
			t.Errorf("%s: %q, want %q", test.path, got, test.want)
		}
	}
	o := Option{Default: "f {\n          a = 1;\n\n        }"}
	if got := o.ShownDefault(); got != "f {\n  a = 1;\n\n}" {
		t.Errorf("dedented: %q", got)
	}
}

func TestOptionJSON(t *testing.T) {
	o, _ := library(t).Newest().Option("hardware.nvidia-jetpack.bootloader.logo")
	o.Summary = ""
	got, err := json.Marshal(o.JSON())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"path":"hardware.nvidia-jetpack.bootloader.logo","type":"null or absolute path","declaredIn":"modules/flash-script.nix","line":15,"renamedTo":"hardware.nvidia-jetpack.firmware.uefi.logo"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReadType(t *testing.T) {
	for _, test := range []struct {
		typ        string
		kind, elem Kind
		nullable   bool
		values     string
	}{
		{"boolean", KindBool, "", false, ""},
		{"null or absolute path", KindPath, "", true, ""},
		{"null or (path)", KindPath, "", true, ""},
		{"null or absolute path or string", KindEither, "", true, ""},
		{`null or value "devkit" (singular enum)`, KindEnum, "", true, "devkit"},
		{`null or (list of (one of "a", "boot.img"))`, KindList, KindEnum, true, "a boot.img"},
		{"list of (submodule)", KindList, KindSubmodule, false, ""},
		{`(function that evaluates to a(n) strings concatenated with "\n") or strings concatenated with "\n"`, KindEither, "", false, ""},
		{`strings concatenated with "\n"`, KindLines, "", false, ""},
		{"attribute set of anything", KindAttrs, "", false, ""},
		{"positive integer, meaning >0", KindInt, "", false, ""},
		{"", KindUnspecified, "", false, ""},
		{"An evaluation of Nixpkgs; the top level attribute set of packages", KindOther, "", false, ""},
	} {
		kind, elem, nullable, values := ReadType(test.typ)
		if kind != test.kind || elem != test.elem || nullable != test.nullable || strings.Join(values, " ") != test.values {
			t.Errorf("%s: %v of %v, nullable %v, %v", test.typ, kind, elem, nullable, values)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	l := library(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j, r := range l.Revisions() {
				if (i+j)%40 != 0 {
					continue
				}
				c, _ := l.At(r.Hash)
				c.Packages()
				c.Lookup([]string{"services", "nvpmodel", "enable"})
				c.Fits("orin-nx", "devkit", "6")
			}
			l.Newest().Packages()
		})
	}
	wg.Wait()
	if a, _ := l.At(l.Newest().Revision.Hash); a != l.Newest() {
		t.Error("the newest revision has two catalogs")
	}
}

func BenchmarkOpenNewest(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		l, err := Open()
		if err != nil {
			b.Fatal(err)
		}
		l.Newest()
	}
}

func BenchmarkLookup(b *testing.B) {
	c := library(b).Newest()
	path := []string{"hardware", "nvidia-jetpack", "firmware", "variants", "0", "boardid"}
	b.ReportAllocs()
	for b.Loop() {
		c.Lookup(path)
	}
}

// A source of no known commit is as old as the commits whose options it has, give or take those that a fork has added.
func TestEra(t *testing.T) {
	l, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	// What comes after the first of these commits, and before the second.
	for rev, want := range map[string][2]string{
		"8f27a0b": {"c9ce9c5", "1a54d38"},
		"da52b9d": {"e1b355b", "ee949d5"},
		"4a4e93a": {"d155fcf", "4d857d6"},
	} {
		known, _ := l.At(rev)
		fork := Source{Options: append(slices.Clone(known.Options()), Option{Path: Namespace + ".ours"}, Option{Path: Namespace + ".ours2"})}
		for name, c := range map[string]*Catalog{"the same": known, "a fork": l.Of(fork)} {
			first, last, ok := l.Era(c)
			isBehind, _ := l.IsBefore(want[0], first.Hash)
			isBefore, _ := l.IsBefore(last.Hash, want[1])
			if !ok || !isBehind || !isBefore {
				t.Errorf("%s at %s: %s to %s, want what lies between %v", name, rev, first.Short(), last.Short(), want)
			}
		}
	}
	if first, _, ok := l.Era(l.Of(Source{Options: []Option{{Path: "services.x.enable"}}})); ok {
		t.Errorf("a foreign source is of %s", first.Short())
	}
}
