package ide_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// TestReferencesAreHovers holds that the references of an option, or of a set of options, are just those names at which a
// hover is about the option or one of the set: in the texts of the marker archives, and in texts that are put together at
// random, where what is known of one name could lead astray at another.
func TestReferencesAreHovers(t *testing.T) {
	archives, err := filepath.Glob("../../testdata/marker/*/*.txtar")
	if err != nil || len(archives) < 40 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	session := newSession(t)
	looked := 0
	look := func(name, text string) {
		session.Open("untitled:"+name, "", "nix", 1, text)
		doc, _ := session.Snapshot().Document("untitled:" + name)
		if doc.Problem() == nil {
			looked += referencesAreHovers(t, session.Snapshot(), doc)
		}
		session.Close(doc.URI)
	}
	for _, archive := range archives {
		a, err := txtar.ParseFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range a.Files {
			if filepath.Ext(file.Name) == ".nix" {
				look(filepath.Base(archive)+"/"+file.Name, string(file.Data))
			}
		}
	}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		look(fmt.Sprint("random/", seed), randomReferences(r))
	}
	if looked < 2500 {
		t.Errorf("only %d names", looked)
	}
	t.Logf("%d names", looked)
}

// randomReferences is a module that defines and reads options in some of the ways in which names can hang on one another.
func randomReferences(r *rand.Rand) string {
	variables := []string{
		"cfg = config.hardware.nvidia-jetpack;", "hw = config.hardware;", "jp = hw.nvidia-jetpack;", "inherit (cfg) som;",
		"inherit (jp) enable carrierBoard;", "board = cfg.carrierBoard;", "both = { a = cfg; b = jp.som; };", "c = d; d = c;",
		"c = both.a; d = c.som;", "pick = x: x.som;", "picked = pick cfg;", "name = \"som\";", "named = cfg.${name};",
		"either = if cfg.enable then cfg else jp;", "fix = fix.som or cfg;", "with_ = with cfg; som;", "all = cfg // { som = 1; };",
	}
	values := []string{
		"cfg.som", "jp.som", "som", "board", "both.b", "both.a.som", "d", "picked", "named", "either.som", "fix.som", "with_", "all.som",
		"all.enable", "(with cfg; [ som enable ])", "config.hardware.nvidia-jetpack.\"som\"", "cfg ? som", "(pick jp)",
		"({ s ? cfg.som, ... }: s)", "(let inherit (jp) som; in som)", "cfg.som or jp.enable",
	}
	bindings := []string{
		"hardware.nvidia-jetpack.som = %s;", "hardware.nvidia-jetpack = { som = %s; enable = %s; };", "hardware = { nvidia-jetpack.carrierBoard = %s; };",
		"hardware.nvidia-jetpack = lib.mkIf %s { som = %s; };", "hardware = lib.mkMerge [ { nvidia-jetpack.som = %s; } { nvidia-jetpack.${name} = %s; } ];",
		"hardware.nvidia-jetpack = { inherit som; inherit (jp) enable; x = %s; };", "my.hardware.nvidia-jetpack.som = %s;", "x = %s == %s;",
		"hardware.nvidia-jetpack = { bootloader.autoUpdate = %s; firmware.autoUpdate = cfg.bootloader.autoUpdate; };",
	}
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	var out strings.Builder
	out.WriteString("{ config, lib, ... }: let\n")
	for range 2 + r.IntN(8) {
		out.WriteString("  " + pick(variables) + "\n")
	}
	out.WriteString("in {\n")
	for range 1 + r.IntN(6) {
		binding := pick(bindings)
		for strings.Contains(binding, "%s") {
			binding = strings.Replace(binding, "%s", pick(values), 1)
		}
		out.WriteString("  " + binding + "\n")
	}
	return out.String() + "}\n"
}

// referencesAreHovers looks at all names of options in a document, and gives how many there are.
func referencesAreHovers(t *testing.T, snapshot *workspace.Snapshot, doc *workspace.Document) int {
	hovers := map[text.Span][]string{} // the paths of an option, the last one that of today
	isSet := map[text.Span]bool{}
	for offset := range doc.Text {
		place := module.At(doc.Tree(), offset)
		if place.Span.Start != offset || place.Kind != module.DefinedName && place.Kind != module.ReferredName {
			continue
		}
		if _, binds := place.AsUsed(); binds && (place.Kind == module.ReferredName || place.Node.Parent().Parent().Parent().Kind() == syntax.LetIn) {
			continue // the name of a variable, where it is bound
		}
		h, ok := ide.HoverAt(snapshot, doc, offset)
		if !ok || h.Span != place.Span {
			continue
		}
		title, what, _ := strings.Cut(strings.SplitN(h.Plain(), "\n", 2)[0], " ")
		isSet[h.Span] = aboutSet.MatchString(what)
		if !isSet[h.Span] && !aboutOption.MatchString(what) {
			continue
		}
		hovers[h.Span] = []string{title, title}
		for _, c := range []*catalog.Catalog{snapshot.Catalog(doc).Catalog, snapshot.Library().Newest()} {
			if o, ok := c.Option(hovers[h.Span][1]); ok && o.RenamedTo != "" {
				hovers[h.Span][1] = o.RenamedTo
			}
		}
	}
	for at, paths := range hovers {
		var want []text.Span
		for span, others := range hovers {
			isBelow := func(path string) bool { return strings.HasPrefix(path+".", paths[0]+".") }
			if isSet[at] && slices.ContainsFunc(others, isBelow) || !isSet[at] && !isSet[span] && others[1] == paths[1] {
				want = append(want, span)
			}
		}
		slices.SortFunc(want, func(a, b text.Span) int { return a.Start - b.Start })
		if isSet[at] { // of a path that is written in one piece, the last name counts
			all := slices.Clone(want)
			want = slices.DeleteFunc(want, func(span text.Span) bool {
				i := slices.Index(all, span) + 1
				return i < len(all) && behind.MatchString(doc.Text[span.End:all[i].Start])
			})
		}
		found, ok := ide.ReferencesAt(snapshot, doc, at.Start, true)
		if !ok {
			if !module.At(doc.Tree(), at.Start).IsVariable() {
				t.Errorf("%s: no references at %v", doc.URI, at)
			}
			continue
		}
		var got []text.Span
		for _, r := range found.Found {
			got = append(got, r.Span)
		}
		if !found.Complete || !slices.Equal(got, want) {
			t.Errorf("%s: %s has references %v, hovers %v in\n%s", doc.URI, paths, got, want, doc.Text)
		}
	}
	return len(hovers)
}

var (
	aboutOption = regexp.MustCompile(`^((renamed )?option(,.*)?|field of a submodule.*|not an option of this revision)$`)
	aboutSet    = regexp.MustCompile(`^set of (options|old names.*)$`)
	behind      = regexp.MustCompile(`^\s*\.\s*$`)
)
