package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/catalog"
)

// factsFolder is the folder the embedded file is compiled from.
const factsFolder = "../facts"

func readFacts(t *testing.T) *facts {
	t.Helper()
	f, err := read(os.DirFS(factsFolder))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func open(t *testing.T) *catalog.Library {
	t.Helper()
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDataFileIsCompiledFromTheFacts(t *testing.T) {
	want, err := compile(readFacts(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := compile(readFacts(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, again) {
		t.Error("compiling the same facts twice gave different files")
	}
	got, err := os.ReadFile("../catalog.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("catalog.bin is not what the facts give; run go generate ./internal/catalog")
	}
	const budget = 300 << 10
	if len(got) > budget {
		t.Errorf("catalog.bin has %d bytes, more than the %d it may have", len(got), budget)
	}
}

// Every commit leads to its own catalog, and every catalog to the options it was made from.
func TestEveryRevisionHasItsCatalog(t *testing.T) {
	f, l := readFacts(t), open(t)
	byKey := map[string]catalogFact{}
	for _, c := range f.Catalogs {
		byKey[c.Key] = c
	}
	revisions, catalogs := 0, 0
	for _, r := range f.Revisions {
		if !r.Read {
			revisions++
		}
	}
	for _, c := range byKey {
		if !c.Read {
			catalogs++
		}
	}
	if revisions != 972 || catalogs != 76 {
		t.Fatalf("%d evaluated revisions and %d catalogs, want 972 and 76", revisions, catalogs)
	}
	full, err := newTypes(f)
	if err != nil {
		t.Fatal(err)
	}
	compared := map[string]bool{}
	for _, r := range f.Revisions {
		for _, name := range []string{r.Rev, r.Rev[:8], strings.ToUpper(r.Rev)} {
			c, match := l.At(name)
			switch {
			case r.Catalog != "":
				if match != catalog.Exact || c.Revision.Hash != r.Rev || c.Revision.Day() != r.Date {
					t.Fatalf("At(%s) = %v of %s, %v", name, match, c.Revision.Hash, c.Revision.Day())
				}
			case match != catalog.NoModules:
				t.Fatalf("At(%s) = %v, want %v", name, match, catalog.NoModules)
			case r.Like != "" && c.Revision.Hash != r.Like, r.Like == "" && len(c.Options()) != 0:
				t.Fatalf("At(%s) is the catalog of %s with %d options, want that of %q", name, c.Revision.Hash, len(c.Options()), r.Like)
			}
		}
		if r.Catalog == "" {
			continue
		}
		compared[r.Catalog] = true
		c, _ := l.At(r.Rev)
		want := slices.Clone(byKey[r.Catalog].options)
		for i, s := range want {
			want[i] = shapeFact{Path: s.Path, Type: s.Type, HasDefault: s.HasDefault, Internal: s.Internal}
			if typ, ok := full[[2]string{s.Path, s.Type}]; ok {
				want[i].Type = typ
			}
		}
		extras := f.Trees[*r.Tree].Extras
		var got []shapeFact
		var gotExtras []string
		for _, o := range c.Options() {
			if slices.Contains(extras, o.Path) {
				gotExtras = append(gotExtras, o.Path)
				continue
			}
			got = append(got, shapeFact{Path: o.Path, Type: o.Type, HasDefault: o.HasDefault, Internal: o.Internal})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("options of %s (-facts +catalog):\n%s", r.Rev, diff)
		}
		if diff := cmp.Diff(extras, gotExtras); diff != "" {
			t.Fatalf("options of %s beyond its catalog (-facts +catalog):\n%s", r.Rev, diff)
		}
	}
	if len(compared) != len(byKey) {
		t.Errorf("%d catalogs belong to a revision, want all %d", len(compared), len(byKey))
	}
}

func newTypes(f *facts) (map[[2]string]string, error) {
	return newCompiler(f).fullTypes()
}

// The eight revisions evaluated in full come out as they went in, in every field: aliases, submodule fields and places too.
// So do the declarations of revisions that were read.
func TestErasComeOutWhole(t *testing.T) {
	f, l := readFacts(t), open(t)
	evaluated := 0
	for _, e := range f.Eras {
		if !e.Read {
			evaluated++
		}
	}
	if evaluated != 8 {
		t.Fatalf("%d eras, want 8", evaluated)
	}
	for _, e := range f.Eras {
		c, match := l.At(e.Rev)
		if match != catalog.Exact {
			t.Fatalf("At(%s) = %v", e.Rev, match)
		}
		var got []eraOption
		for _, o := range c.Options() {
			g := eraOption{
				Path: o.Path, Type: o.Type, Values: o.Values, RenamedTo: o.RenamedTo, Field: o.Field,
				File: o.DeclaredIn, Line: o.Line, Column: o.Column, With: o.DeclaredWith,
				HasDefault: o.HasDefault, Default: o.Default, DefaultText: o.DefaultText,
				Internal: o.Internal, ReadOnly: o.ReadOnly,
			}
			if o.Example != "" {
				g.Example = []byte(o.Example)
			}
			if e.Read && !slices.ContainsFunc(e.Options, func(d eraOption) bool { return d.Path == o.Path }) {
				continue
			}
			got = append(got, g)
		}
		if diff := cmp.Diff(e.Options, got); diff != "" {
			t.Errorf("%s (-facts +catalog):\n%s", e.Rev[:7], diff)
		}
	}
}

// The catalog works the JetPack majors of a SoM out of the assertions' arguments and the default's arms;
// the evaluation of the newest evaluated revision has to agree.
func TestSoMsAgreeWithTheEvaluation(t *testing.T) {
	f := readFacts(t)
	c, _ := open(t).At(f.Packages.Rev)
	f.SoMs.SoMs = slices.DeleteFunc(f.SoMs.SoMs, func(s oneSoM) bool { return len(s.Majors) == 0 }) // those came later
	var got []oneSoM
	for _, s := range c.SoMs() {
		got = append(got, oneSoM{
			s.Name, s.Family, s.SoC, s.ChipID, s.DefaultMajor, s.Majors, s.CUDACapabilities,
			s.TargetBoard, s.SuperTargetBoard, s.BoardIDs, s.BoardSKUs,
		})
	}
	none := cmp.FilterValues(func(a, b []string) bool { return len(a)+len(b) == 0 }, cmp.Ignore())
	if diff := cmp.Diff(f.SoMs.SoMs, got, none); diff != "" {
		t.Errorf("SoMs (-facts +catalog):\n%s", diff)
	}
	for _, k := range f.SoMs.Combinations {
		verdict, clashes := c.Fits(k.SoM, k.Carrier, k.Major)
		want := catalog.FitYes
		if len(k.Clashes) > 0 {
			want = catalog.FitNo
		}
		var words []string
		for _, clash := range clashes {
			words = append(words, string(clash))
		}
		if verdict != want || !slices.Equal(words, k.Clashes) || c.TargetBoardOn(k.SoM, k.Carrier, k.Major) != k.TargetBoard {
			t.Errorf("Fits(%s, %s, %q) = %v %v", k.SoM, k.Carrier, k.Major, verdict, clashes)
		}
	}
}

// The versions are read from other files than the option majorVersion: both have to name the same majors.
func TestEveryMainlineRevisionKnowsItsGenerations(t *testing.T) {
	f, l := readFacts(t), open(t)
	state := -1
	for _, r := range f.Revisions {
		if !r.Mainline {
			continue
		}
		if i := slices.IndexFunc(f.Generations, func(s stateFact) bool { return s.Since == r.Rev }); i >= 0 {
			state = i
		}
		c, match := l.At(r.Rev)
		if match != catalog.Exact {
			continue
		}
		if r.Read {
			// Without versions that can be read, nothing of the state before may hold on.
			if r.Generation == nil {
				if len(c.Generations()) > 0 {
					t.Errorf("%s has generations that nothing tells", r.Rev)
				}
				continue
			}
			state = *r.Generation
		}
		var got []generationFact
		for _, g := range c.Generations() {
			got = append(got, generationFact{g.Major, g.JetPack, g.L4T, g.CUDA, g.Driver, g.Kernel, g.RealtimeSuffix, g.SoMFamilies})
		}
		if diff := cmp.Diff(f.Generations[state].Generations, got); diff != "" {
			t.Fatalf("generations of %s (-facts +catalog):\n%s", r.Rev, diff)
		}
		if o, ok := c.Option("hardware.nvidia-jetpack.majorVersion"); ok {
			var majors []string
			for _, g := range c.Generations() {
				majors = append(majors, g.Major)
			}
			if !slices.Equal(majors, o.Values) {
				t.Errorf("%s carries JetPack %v, but its option majorVersion takes %v", r.Rev, majors, o.Values)
			}
		}
	}
}

// The facts know first-parent events, the catalogs every commit: on the mainline, both tell the same story.
func TestHistoryAgreesWithTheCatalogs(t *testing.T) {
	f, l := readFacts(t), open(t)
	firstSeen, firstAlias, firstValue := map[string]string{}, map[string]string{}, map[[2]string]string{}
	var start string
	for _, r := range f.Revisions {
		if !r.Mainline || r.Catalog == "" {
			continue
		}
		if start == "" {
			start = r.Rev
		}
		c, _ := l.At(r.Rev)
		for _, o := range c.Options() {
			if firstSeen[o.Path] == "" {
				firstSeen[o.Path] = r.Rev
			}
			if o.RenamedTo != "" && firstAlias[o.Path] == "" {
				firstAlias[o.Path] = r.Rev
			}
			for _, v := range o.Values {
				if key := [2]string{o.Path, v}; firstValue[key] == "" {
					firstValue[key] = r.Rev
				}
			}
		}
	}
	// Events at revisions without a catalog show in the first one after it that has one.
	order := map[string]int{}
	var evaluated []string
	for i, r := range f.Revisions {
		order[r.Rev] = i
		if r.Mainline && r.Catalog != "" {
			evaluated = append(evaluated, r.Rev)
		}
	}
	shows := func(rev string) string {
		i := slices.IndexFunc(evaluated, func(e string) bool { return order[e] >= order[rev] })
		return evaluated[i]
	}
	for path, rev := range firstSeen {
		h, ok := l.History(path)
		if !ok {
			t.Errorf("%s has no history", path)
			continue
		}
		if shows(h.Introduced.Hash) != rev {
			t.Errorf("%s was introduced at %s, but first seen at %s", path, h.Introduced.Short(), rev[:7])
		}
		if alias := firstAlias[path]; alias != "" && shows(h.AliasSince.Hash) != alias {
			t.Errorf("%s is an alias since %s, but first seen as one at %s", path, h.AliasSince.Short(), alias[:7])
		}
		_, now := l.Newest().Option(path)
		if h.Gone() == now {
			t.Errorf("%s: gone is %v, in the newest catalog is %v", path, h.Gone(), now)
		}
	}
	for key, rev := range firstValue {
		if since := l.ValueSince(key[0], key[1]); !since.Known() || shows(since.Hash) != rev {
			t.Errorf("%s = %q: since %s, but first seen at %s", key[0], key[1], since.Short(), rev[:7])
		}
	}
}

func TestPackagesComeOutWhole(t *testing.T) {
	f := readFacts(t)
	c, _ := open(t).At(f.Packages.Rev)
	var got []scopeMember
	for _, p := range c.Packages() {
		got = append(got, scopeMember{p.Name, p.Kind, p.Generations, p.File, p.Line, p.Column, p.Source, p.DeviceOnly, p.DeviceFile, p.DeviceLine})
	}
	if diff := cmp.Diff(f.Packages.Scope, got); diff != "" {
		t.Errorf("packages (-facts +catalog):\n%s", diff)
	}
	for name, text := range f.Summaries.Packages {
		if p, ok := c.Package(name); ok && p.Summary != text {
			t.Errorf("package %s: summary %q", name, p.Summary)
		}
	}
	if len(c.FlashTargets()) != 28 {
		t.Errorf("%d flash targets, want 28", len(c.FlashTargets()))
	}
}

// Two evaluations made apart name the same members of the newest scopes that were evaluated.
func TestScopesAgreeWithThePackages(t *testing.T) {
	f := readFacts(t)
	at := f.Scopes.Of[slices.IndexFunc(f.Revisions, func(r revisionFact) bool { return r.Rev == f.Packages.Rev })]
	want := map[string]string{}
	for _, m := range f.Packages.Scope {
		where := slices.Clone(m.Generations)
		if m.DeviceFile != "" {
			where = append(where, "device")
		}
		want[m.Name] = strings.Join(where, " ")
	}
	if diff := cmp.Diff(want, f.Scopes.Scopes[at].members); diff != "" {
		t.Errorf("newest scopes (-packages.json +scopes.json):\n%s", diff)
	}
	var top []string
	for _, a := range f.Packages.TopLevel {
		top = append(top, a.Name)
	}
	if diff := cmp.Diff(top, f.Scopes.Scopes[at].Top); diff != "" {
		t.Errorf("newest overlay attributes (-packages.json +scopes.json):\n%s", diff)
	}
}

// The names of the packages of every revision come out as they went in.
func TestScopesComeOutWhole(t *testing.T) {
	f, l := readFacts(t), open(t)
	for i, r := range f.Revisions {
		at := f.Scopes.Of[i]
		if r.Catalog == "" {
			continue
		}
		c, _ := l.At(r.Rev)
		if c.HasPackages() != (at >= 0) {
			t.Fatalf("%s: packages known: %v", r.Rev, c.HasPackages())
		}
		if at < 0 {
			continue
		}
		got := map[string]string{}
		for _, p := range c.Packages() {
			where := slices.Clone(p.Generations)
			if strings.HasSuffix(f.Scopes.Scopes[at].members[p.Name], "device") {
				where = append(where, "device")
			}
			got[p.Name] = strings.Join(where, " ")
		}
		if diff := cmp.Diff(f.Scopes.Scopes[at].members, got); diff != "" {
			t.Fatalf("%s (-facts +catalog):\n%s", r.Rev, diff)
		}
	}
}

// Summaries belong to something that some revision has; a typo in a key would never be seen.
func TestSummariesBelongToSomething(t *testing.T) {
	f, l := readFacts(t), open(t)
	for path := range f.Summaries.Options {
		if _, ok := l.History(path); !ok && !everDeclared(f, path) {
			t.Errorf("summaries.json describes the option %s, which no revision has", path)
		}
	}
	evaluated, _ := l.At(f.Packages.Rev)
	for name := range f.Summaries.Packages {
		if !slices.ContainsFunc([]*catalog.Catalog{evaluated, l.Newest()}, func(c *catalog.Catalog) bool {
			_, ok := c.Package(name)
			return ok || slices.ContainsFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == name })
		}) {
			t.Errorf("summaries.json describes the package %s, which no newer revision has", name)
		}
	}
	for key := range f.Summaries.Values {
		path, value, _ := strings.Cut(key, "=")
		if o, ok := evaluated.Option(path); ok && len(o.Values) > 0 && !slices.Contains(o.Values, value) && !l.ValueSince(path, value).Known() {
			t.Errorf("summaries.json describes %s, which is no value of the option", key)
		}
	}
}

func everDeclared(f *facts, path string) bool {
	return slices.ContainsFunc(f.Catalogs, func(c catalogFact) bool {
		return slices.ContainsFunc(c.options, func(o shapeFact) bool { return o.Path == path })
	})
}

func TestReadMajorDefault(t *testing.T) {
	for _, test := range []struct {
		expr string
		want []majorArm
	}{
		{"", nil},
		{`"5"`, []majorArm{{Major: "5"}}},
		{
			`if lib.hasPrefix "thor" cfg.som then "7" else if cfg.som == "generic" || lib.hasPrefix "orin" cfg.som then "6" else "5"`,
			[]majorArm{{Prefix: "thor", Major: "7"}, {SoM: "generic", Major: "6"}, {Prefix: "orin", Major: "6"}, {Major: "5"}},
		},
	} {
		got, err := readMajorDefault(test.expr)
		if err != nil {
			t.Errorf("%s: %v", test.expr, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.expr, diff)
		}
	}
	for _, expr := range []string{`cfg.x`, `if cfg.carrierBoard == "devkit" then "6" else "5"`, `if cfg.som == "generic" then 6 else "5"`} {
		if got, err := readMajorDefault(expr); err == nil {
			t.Errorf("%s was read as %v, want an error", expr, got)
		}
	}
}
