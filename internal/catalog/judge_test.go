package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/catalog/catalogtest"
)

// The catalogs of all commits, made of what was read from their sources, say what evaluations of the same commits gave.
func TestEveryCatalogIsAsEvaluated(t *testing.T) {
	start := time.Now()
	evaluated, err := catalogtest.Read()
	if err != nil {
		t.Fatal(err)
	}
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]int{}
	faults := 0
	at := ""
	say := func(field, of string, want, got any) {
		if figures[field]++; want == got {
			return
		}
		if faults++; faults <= 40 {
			t.Errorf("%s: %s of %s is %q, want %q", at, field, of, fmt.Sprint(got), fmt.Sprint(want))
		}
	}
	catalogs := 0
	for _, rev := range evaluated.Revisions() {
		at = rev[:7]
		c, match := library.At(rev)
		ok, like := evaluated.Evaluates(rev)
		switch {
		case ok:
			catalogs++
			say("match", rev, fmt.Sprint(catalog.Exact, rev, evaluated.Day(rev)), fmt.Sprint(match, c.Revision.Hash, c.Revision.Day()))
			evaluated.Compare(rev, c, say)
		case like != "":
			say("match", rev, fmt.Sprint(catalog.NoModules, like), fmt.Sprint(match, c.Revision.Hash))
		default:
			say("match", rev, fmt.Sprint(catalog.NoModules, rev, 0), fmt.Sprint(match, c.Revision.Hash, len(c.Options())))
		}
	}
	at = "history"
	evaluated.CompareHistory(library, say)
	at = evaluated.Evaluated()[:7]
	c, _ := library.At(evaluated.Evaluated())
	evaluated.CompareBoards(c, say)
	if catalogs != 942 {
		t.Errorf("%d commits have a catalog, want 942", catalogs)
	}
	t.Logf("%d faults in %v, in %v", faults, figures, time.Since(start))
}
