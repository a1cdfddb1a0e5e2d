package host

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"jetpills/internal/catalog"
)

// elsewhereText has the definitions that modules of jetpack-nixos give its options: a line
// "path date priority test" for each day on which the strongest priority that modules on the
// mainline give an option changes, 0 for none from then on, or the test under which the one
// definition of the option stands, if there is one. TestElsewhere -upstream writes it.
//
//go:embed elsewhere.txt
var elsewhereText string

// strength is the strongest priority of the definitions of an option from a day on, and when there is one; empty for always.
type strength struct {
	from     time.Time
	priority int
	when     string
}

var strengths = sync.OnceValue(func() map[string][]strength {
	all := map[string][]strength{}
	for line := range strings.Lines(elsewhereText) {
		fields := append(strings.SplitN(strings.TrimSpace(line), " ", 4), "")
		from, _ := time.Parse(time.DateOnly, fields[1])
		priority, _ := strconv.Atoi(fields[2])
		all[fields[0]] = append(all[fields[0]], strength{from, priority, fields[3]})
	}
	return all
})

// offMainline is how far in time a revision of another branch may be from what the mainline has.
const offMainline = 60 * 24 * time.Hour

// elsewhere is the priority of the strongest definition that modules of jetpack-nixos give an
// option, in a revision or in one near it, and in any where the revision is not known; 0 for
// none. when is the test without which they give none, as Nix source; empty for always.
func elsewhere(r catalog.Revision, path string) (strongest int, when string) {
	all := strengths()[path]
	var tests []string
	for i, s := range all {
		isOver := i+1 < len(all) && all[i+1].from.Before(r.Date.Add(-offMainline))
		isAhead := s.from.After(r.Date.Add(offMainline))
		if s.priority == 0 || r.Known() && (isOver || isAhead) {
			continue
		}
		if strongest == 0 || s.priority < strongest {
			strongest = s.priority
		}
		tests = append(tests, s.when)
	}
	if slices.Contains(tests, "") {
		return strongest, ""
	}
	return strongest, strings.Join(tests, " || ")
}
