package host

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"time"

	"jetpills/internal/catalog"
)

// elsewhereText has the definitions that modules of jetpack-nixos give its options: a line
// "path date priority" for each day on which the strongest priority that modules on the
// mainline give an option changes, 0 for none from then on. TestElsewhere -upstream writes it.
//
//go:embed elsewhere.txt
var elsewhereText string

// strength is the strongest priority of the definitions of an option from a day on.
type strength struct {
	from     time.Time
	priority int
}

var strengths = sync.OnceValue(func() map[string][]strength {
	all := map[string][]strength{}
	for line := range strings.Lines(elsewhereText) {
		fields := strings.Fields(line)
		from, _ := time.Parse(time.DateOnly, fields[1])
		priority, _ := strconv.Atoi(fields[2])
		all[fields[0]] = append(all[fields[0]], strength{from, priority})
	}
	return all
})

// offMainline is how far in time a revision of another branch may be from what the mainline has.
const offMainline = 60 * 24 * time.Hour

// elsewhere is the priority of the strongest definition that modules of jetpack-nixos give an
// option, in a revision or in one near it, and in any where the revision is not known; 0 for none.
func elsewhere(r catalog.Revision, path string) int {
	strongest := 0
	all := strengths()[path]
	for i, s := range all {
		isOver := i+1 < len(all) && all[i+1].from.Before(r.Date.Add(-offMainline))
		isAhead := s.from.After(r.Date.Add(offMainline))
		if s.priority != 0 && (!r.Known() || !isOver && !isAhead) && (strongest == 0 || s.priority < strongest) {
			strongest = s.priority
		}
	}
	return strongest
}
