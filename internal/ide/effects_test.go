package ide_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
)

// effectRevisions are those of which Nix is asked what it looks at: among them is each way in which super was used.
var effectRevisions = []string{
	"1a54d38d", "0155aad9", "f5a1bb78", "e17242a4", "53443392", "09b9ebbb", "04af40ab", "a19c6e6c", "4d857d6d",
}

// effectCase is a definition of an option beside others.
type effectCase struct{ option, value, others string }

// accepted reports whether the case is about super and a combination that jetpack-nixos accepts.
func (c effectCase) module() string { return c.others + "\n  " + c.option + " = " + c.value + ";" }

// features are values of options by which others are used, and by which they are not, each in a variant.
var features = [][2]string{
	{"services.nvpmodel.enable", "true false"}, {"services.nvfancontrol.enable", "true false"},
	{catalog.Namespace + ".firmware.optee.supplicant.enable", "true false"}, {catalog.Namespace + ".firmware.optee.ftpm.enable", "true"},
	{catalog.Namespace + ".firmware.optee.supplicant.earlyBoot.enable", "true"},
	{catalog.Namespace + ".firmware.optee.ftpm.unsecureInjectEPS.enable", "true"},
	{catalog.Namespace + ".firmware.uefi.secureBoot.enrollDefaultKeys", "true"},
	{catalog.Namespace + ".firmware.uefi.capsuleAuthentication.enable", "true"},
	{catalog.Namespace + ".firmware.secureBoot.pkcFile", `"/x"`},
	{"boot.kernelPackages", `_ (lib.mkForce pkgs.linuxPackages_latest)`}, {catalog.Namespace + ".flashScriptOverrides.targetBoard", `_ "mine"`},
}

// effectCases are the definitions that are judged at a revision: of super on every board, and of each option that is not always used.
func effectCases(c *catalog.Catalog) []effectCase {
	const jetpack = catalog.Namespace + "."
	var all []effectCase
	isOption := func(path string) bool { _, ok := c.Option(path); return ok || path == "boot.kernelPackages" }
	if som, ok := c.Option(catalog.SoMOption); ok && isOption(jetpack+"super") {
		for _, name := range som.Values {
			carrier, _ := c.Option(catalog.CarrierBoardOption)
			for _, board := range carrier.Values {
				major, _ := c.Option(catalog.MajorVersionOption)
				for _, version := range append([]string{""}, major.Values...) {
					others := fmt.Sprintf("%ssom = %q; %scarrierBoard = %q;", jetpack, name, jetpack, board)
					if version != "" {
						others += fmt.Sprintf(" %smajorVersion = %q;", jetpack, version)
					}
					if verdict, _ := c.Fits(name, board, version); verdict != catalog.FitNo {
						all = append(all, effectCase{jetpack + "super", "true", others})
					}
				}
			}
		}
	}
	var variants []string
	for i := range 3 {
		others := ""
		for _, f := range features {
			value, isLast := f[1], strings.HasPrefix(f[1], "_ ")
			if values := strings.Fields(value); !isLast && i < 2 {
				value = values[min(i, len(values)-1)]
				if i == 1 && len(values) == 1 {
					continue
				}
			} else if value = strings.TrimPrefix(value, "_ "); isLast != (i == 2) {
				continue
			}
			if isOption(f[0]) {
				others += " " + f[0] + " = " + value + ";"
			}
		}
		variants = append(variants, others)
	}
	for _, o := range c.Options() {
		value := otherValue(o)
		if o.Used == "" || value == "" || slices.Contains(ide.BoardOptions, o.Path) {
			continue
		}
		for _, som := range []string{"", "orin-nx", "xavier-agx", "thor-agx"} {
			if s, ok := c.Option(catalog.SoMOption); som != "" && ok && !slices.Contains(s.Values, som) {
				continue
			}
			for _, others := range append([]string{""}, variants...) {
				if strings.Contains(others, " "+o.Path+" = ") {
					continue
				}
				if som != "" {
					others = fmt.Sprintf("%ssom = %q;", jetpack, som) + others
				}
				all = append(all, effectCase{o.Path, value, others})
			}
		}
	}
	return all
}

// otherValue is a value of an option that is not its default, as Nix source.
func otherValue(o catalog.Option) string {
	switch {
	case o.Kind == catalog.KindBool:
		return map[bool]string{true: "false", false: "true"}[o.Default == "true"]
	case o.Kind == catalog.KindInt:
		return "1"
	case o.ValuesInList:
		return "[ " + syntax.Quoted(o.Values[0]) + " ]"
	case o.Kind == catalog.KindList && o.Elem == catalog.KindPackage:
		return `[ { type = "derivation"; name = "x"; outPath = "/nix/store/x"; drvPath = "/nix/store/x.drv"; } ]`
	case o.Kind == catalog.KindList:
		return `[ "/x" ]`
	case o.Kind == catalog.KindPath || o.Kind == catalog.KindString || o.Kind == catalog.KindEither:
		return `"/x"`
	}
	return ""
}

// looked is what Nix says of the cases of a revision: a letter each, y where the definition changes something, l where Nix looks at it
// and comes to the same, n where it does not look at it, and ? where it refuses the rest.
type looked struct {
	Revision string `json:"revision"`
	Cases    int    `json:"cases"`
	Looks    string `json:"looks"`
}

// TestEffectsAgainstNix holds what is reported of definitions without effect to what Nix looks at, in the modules and the overlay of
// jetpack-nixos. With -lib DIR and -upstream DIR it takes the answers anew.
func TestEffectsAgainstNix(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	known := nixtest.Recorded(t, "testdata/effects.json", func() []looked { return recordEffects(t, library) })
	unused, reported := map[string]int{}, map[string]int{}
	for _, j := range known {
		c := exactly(t, library, j.Revision)
		cases := effectCases(c)
		if len(cases) != j.Cases || len(j.Looks) != j.Cases {
			t.Errorf("%s: the cases are others than those that Nix was asked about: run make judge", c.Revision.Short())
			continue
		}
		ofSuper := 0
		before := 0
		for chunk := range slices.Chunk(cases, 400) {
			var sets []string
			for _, one := range chunk {
				sets = append(sets, one.module())
			}
			for at, found := range findings(t, c.Revision.Hash, sets) {
				one, looks := chunk[at], j.Looks[before+at]
				isReported := slices.ContainsFunc(found, func(d ide.Diagnostic) bool {
					return d.Code == ide.CodeNoEffect && strings.HasPrefix(d.Message, strings.TrimPrefix(one.option, catalog.Namespace+".")+" ")
				})
				switch {
				case isReported && looks != 'n' && looks != 'l':
					t.Errorf("%s: %s: it has an effect", c.Revision.Short(), one.module())
				case looks != 'y' && !isReported && strings.HasSuffix(one.option, ".super") && strings.Contains(one.others, "carrierBoard"):
					t.Errorf("%s: %s: nothing is said of super", c.Revision.Short(), one.module())
				}
				if looks == 'n' || looks == 'l' {
					unused[one.option]++
					if isReported {
						reported[one.option]++
					}
					if strings.HasSuffix(one.option, ".super") && strings.Contains(one.others, "carrierBoard") {
						ofSuper++
					}
				}
			}
			before += len(chunk)
		}
		t.Logf("%s: %d cases, %d boards without super", c.Revision.Short(), len(cases), ofSuper)
	}
	t.Logf("no effect: %v", unused)
	t.Logf("reported:  %v", reported)
}

func recordEffects(t *testing.T, library *catalog.Library) (all []looked) {
	t.Helper()
	for _, rev := range effectRevisions {
		c := exactly(t, library, rev)
		var cases []string
		for _, one := range effectCases(c) {
			cases = append(cases, fmt.Sprintf("{ option = %q; set = { lib, pkgs, ... }: { hardware.nvidia-jetpack.enable = true; %s };\n"+
				"others = { lib, pkgs, ... }: { hardware.nvidia-jetpack.enable = true; %s }; }", one.option, one.module(), one.others))
		}
		var answers []struct{ Known, Changes, Looks bool }
		askUpstream(t, "effects.nix", c, cases, &answers)
		j := looked{Revision: c.Revision.Hash, Cases: len(cases)}
		for _, a := range answers {
			switch {
			case !a.Known:
				j.Looks += "?"
			case a.Changes:
				j.Looks += "y"
			case a.Looks:
				j.Looks += "l"
			default:
				j.Looks += "n"
			}
		}
		all = append(all, j)
		t.Logf("%s: %d cases", rev, len(cases))
	}
	return all
}
