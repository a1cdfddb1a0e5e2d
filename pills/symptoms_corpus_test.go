//go:build corpus

package pills_test

import (
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/nixtest"
	"jetpills/internal/pill"
	"jetpills/internal/symptom"
	"jetpills/pills"
)

// The messages that are said to be those of jetpack-nixos stand in its source, from the first revision to the last one that the table
// names, and in no other. With -upstream DIR, a clone that has the revision of the pills.
func TestSymptomsUpstream(t *testing.T) {
	table, err := pill.Load(pills.FS).Symptoms()
	if err != nil {
		t.Fatal(err)
	}
	var mine []*symptom.Symptom
	grep := []string{"grep", "-F", "-h"}
	for s := range table.All() {
		if len(s.Upstream) > 0 {
			mine = append(mine, s)
			for _, piece := range s.Upstream {
				grep = append(grep, "-e", piece)
			}
		}
	}
	history := strings.Fields(string(nixtest.Git(t, "rev-list", "--first-parent", "--reverse", library(t).Newest().Revision.Hash)))
	if len(history) < 100 {
		t.Fatalf("the clone has %d revisions of jetpack-nixos", len(history))
	}
	first, last := map[*symptom.Symptom]int{}, map[*symptom.Symptom]int{}
	for i, rev := range history {
		source := string(nixtest.Git(t, append(slices.Clone(grep), rev, "--", "*.nix", "*.sh")...))
		for _, s := range mine {
			if slices.ContainsFunc(s.Upstream, func(piece string) bool { return strings.Contains(source, piece) }) {
				if _, ok := first[s]; !ok {
					first[s] = i
				}
				last[s] = i
			}
		}
	}
	for _, s := range mine {
		i, ok := first[s]
		if !ok {
			t.Errorf("line %d: no revision says %q", s.Line, s.Upstream)
			continue
		}
		if !strings.HasPrefix(history[i], s.Since) {
			t.Errorf("line %d: %s is there since %.7s, not %s", s.Line, s.Name, history[i], s.Since)
		}
		until := ""
		if next := last[s] + 1; next < len(history) {
			until = history[next]
		}
		if (until == "") != (s.Until == "") || !strings.HasPrefix(until, s.Until) {
			t.Errorf("line %d: %s is there until %.7s, not %s", s.Line, s.Name, until, s.Until)
		}
	}
}
