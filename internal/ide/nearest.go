package ide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"jetpills/internal/catalog"
	"jetpills/internal/text"
)

// mostNear is how many names are offered in place of a wrong one.
const mostNear = 3

// nearest are the names that somebody may have meant, the likeliest first: those spelled nearly so, those that say more
// or less of the same, and those with the same words in another order. What several names end with is none of them in particular: all
// are among them.
func nearest(wrong string, names []string) []string {
	type near struct {
		name     string
		distance int
	}
	var found []near
	typed := strings.ToLower(wrong)
	for _, name := range names {
		known := strings.ToLower(name)
		distance := letters(typed, known)
		switch {
		case distance <= fewLetters(typed, known):
		case len(typed) > 2 && strings.HasPrefix(known, typed), strings.HasPrefix(typed, known) && len(known) > 2:
		case hasWords(typed, known):
			distance = 1
		case lettersOfEnd(typed, known) <= len(typed)/distinct:
		default:
			continue
		}
		found = append(found, near{name, distance})
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var nearest []string
	for _, n := range found[:min(len(found), mostNear)] {
		nearest = append(nearest, n.name)
	}
	return nearest
}

// letters is how many letters differ. Two neighbours that changed places count as one.
func letters(typed, known string) int {
	distance := levenshtein.Distance(typed, known, nil)
	if distance != 2 || len(typed) != len(known) {
		return distance
	}
	i := 0
	for typed[i] == known[i] {
		i++
	}
	if i+1 < len(typed) && typed[i] == known[i+1] && typed[i+1] == known[i] && typed[i+2:] == known[i+2:] {
		return 1
	}
	return distance
}

// distinct is of how many letters one may be wrong in the end of a name.
const distinct = 8

// lettersOfEnd is how many letters of a text differ from the end of a name that is most like it. A text of few letters is the end of
// too many names: all its letters differ.
func lettersOfEnd(typed, known string) int {
	if len(typed) < distinct || len(typed) > len(known) {
		return len(typed)
	}
	best := make([]int, len(known)+1) // of the parts that end at each letter, wherever they begin
	for i := range len(typed) {
		before := best[0]
		best[0] = i + 1
		for j := range len(known) {
			changed := before
			if typed[i] != known[j] {
				changed++
			}
			before, best[j+1] = best[j+1], min(changed, best[j]+1, best[j+1]+1)
		}
	}
	return best[len(known)]
}

// fewLetters is how many letters may be wrong in a name.
func fewLetters(typed, known string) int { return max(1, min(len(typed), len(known))/3) }

// isMisspelling reports whether a text is a name with few letters wrong, or with its words in another order.
func isMisspelling(typed, known string) bool {
	typed, known = strings.ToLower(typed), strings.ToLower(known)
	return letters(typed, known) <= fewLetters(typed, known) || hasWords(typed, known)
}

// hasWords reports whether a text has all the words of a name that has several: jetson-agx-orin those of orin-agx.
func hasWords(typed, name string) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-_ .", r) })
	}
	have, want := words(typed), words(name)
	return len(want) > 1 && !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) })
}

// oneOf are names as alternatives.
func oneOf(names []string, show func(string) string) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = show(name)
	}
	return text.List(shown, "or")
}

// NearestWords are those of some words that somebody may have meant by another, the likeliest first.
func NearestWords(wrong string, words []string) []string { return nearest(wrong, words) }

// NearestRevisions are the revisions that somebody may have meant by one that is not known, the likeliest first: those with the
// most first digits of it, at least four, and words that stand for one.
func NearestRevisions(library *catalog.Library, wrong string, words ...string) []string {
	common := func(r catalog.Revision) int {
		n := 0
		for n < min(len(wrong), len(r.Hash)) && strings.ToLower(wrong)[n] == r.Hash[n] {
			n++
		}
		return n
	}
	known := slices.DeleteFunc(library.Revisions(), func(r catalog.Revision) bool { return common(r) < 4 })
	slices.SortStableFunc(known, func(a, b catalog.Revision) int { return cmp.Compare(common(b), common(a)) })
	var near []string
	for _, r := range known[:min(len(known), mostNear)] {
		near = append(near, r.Short())
	}
	return append(near, nearest(wrong, words)...)
}
