package catalog_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/catalog/catalogtest"
)

// The catalogs of all commits, made of what was read from their sources, say what evaluations of the same commits gave.
func TestEveryCatalogIsAsEvaluated(t *testing.T) {
	evaluations, err := catalogtest.Read()
	if err != nil {
		t.Fatal(err)
	}
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	at, faults, catalogs := "", 0, 0
	compared := map[string]int{}
	say := func(field, of string, want, got any) {
		if compared[field]++; want == got {
			return
		}
		if faults++; faults <= 40 {
			t.Errorf("%s: %s of %s is %q, want %q", at, field, of, fmt.Sprint(got), fmt.Sprint(want))
		}
	}
	for _, rev := range evaluations.Revisions() {
		at = rev[:7]
		evaluates, like := evaluations.Evaluates(rev)
		for _, name := range []string{rev, rev[:8], strings.ToUpper(rev)} {
			c, match := library.At(name)
			switch got := fmt.Sprint(match, " of ", c.Revision.Hash, " ", len(c.Options()) > 0); {
			case evaluates:
				say("match", name, "exact of "+rev+" true", got)
			case like != "":
				say("match", name, "no modules of "+like+" true", got)
			default:
				say("match", name, "no modules of "+rev+" false", got)
			}
		}
		if !evaluates {
			continue
		}
		catalogs++
		c, _ := library.At(rev)
		say("day", rev, evaluations.Day(rev), c.Revision.Day())
		evaluations.Compare(rev, c, say)
		// The versions are read from other files than the option: on the mainline both name the same majors.
		if o, ok := c.Option("hardware.nvidia-jetpack.majorVersion"); ok && evaluations.Mainline(rev) {
			var majors []string
			for _, g := range c.Generations() {
				majors = append(majors, g.Major)
			}
			say("values of majorVersion", rev, strings.Join(majors, " "), strings.Join(o.Values, " "))
		}
	}
	at = "history"
	evaluations.CompareHistory(library, say)
	at = evaluations.Evaluated()[:7]
	c, _ := library.At(evaluations.Evaluated())
	evaluations.CompareBoards(c, say)
	if catalogs != 942 || compared["type"] != 66324 || compared["package's JetPack"] != 69254 || compared["versions"] != 1466 ||
		compared["members (none denied)"] != 335596 || compared["names of an output"] != 7515 || compared["scope on other hosts"] != 1444 {
		t.Errorf("%d catalogs, %v were compared: something was left out", catalogs, compared)
	}
	if testing.Verbose() {
		for _, field := range slices.Sorted(maps.Keys(compared)) {
			t.Logf("%-28s %6d", field, compared[field])
		}
	}
	if faults > 40 {
		t.Errorf("%d faults in all", faults)
	}
}
