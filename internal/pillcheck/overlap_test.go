package pillcheck_test

import (
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
)

// TestOverlap measures how many of the words of a summary the excerpt below it says again: the mean over all options and
// packages, without the words of every sentence and without the topic's own name.
func TestOverlap(t *testing.T) {
	const most = 0.20
	newest := library(t).Newest()
	summaries := map[pill.Topic]string{}
	for _, o := range newest.Options() {
		summaries[pill.Topic{Kind: pill.OptionTopic, Name: o.Path}] = o.Summary
	}
	for _, p := range newest.Packages() {
		summaries[pill.Topic{Kind: pill.PackageTopic, Name: p.Name}] = p.Summary
	}
	wordsOf := func(text string) map[string]bool {
		words := map[string]bool{}
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if len(word) > 1 && !everywhere[word] {
				words[word] = true
			}
		}
		return words
	}
	type measured struct {
		topic pill.Topic
		share float64
		twice []string
	}
	var all []measured
	sum := 0.0
	for _, covered := range pillcheck.Coverage(pill.Load(os.DirFS(folder)), newest) {
		summary := wordsOf(summaries[covered.Topic])
		for word := range wordsOf(covered.Topic.Name) {
			delete(summary, word)
		}
		if covered.Section.Pill == nil || len(summary) == 0 {
			continue
		}
		excerpt := wordsOf(covered.Section.Excerpt(0).Plain())
		m := measured{topic: covered.Topic}
		for word := range summary {
			if excerpt[word] {
				m.twice = append(m.twice, word)
			}
		}
		m.share = float64(len(m.twice)) / float64(len(summary))
		sum += m.share
		all = append(all, m)
	}
	mean := sum / float64(len(all))
	t.Logf("%.1f %% of the words of %d summaries stand in the excerpt too", 100*mean, len(all))
	if mean < most {
		return
	}
	slices.SortFunc(all, func(a, b measured) int { return cmp.Compare(b.share, a.share) })
	for _, m := range all[:10] {
		t.Errorf("%s: %.0f %%: %s", m.topic, 100*m.share, strings.Join(m.twice, " "))
	}
}

var everywhere = set(`a all also alone an and any are as at be before but by can does each every for from has have how if in into is it
its itself just may more must no not of off on one only or other out own same set so some than that the their them then there
these they this through to too two under until up use used uses using what when where which while who why will with without
you your`)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}
