package pillcheck

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/pattern"
	"jetpills/internal/pill"
	"jetpills/internal/symptom"
)

// longestMeaning is the length of the sentence that says what a symptom means, in characters.
const longestMeaning = 120

var (
	symptomName = pattern.New(`^[a-z][a-z0-9-]*$`)
	oneSentence = pattern.New(`^\p{Lu}[^.!?]*(?:[.!?]\S[^.!?]*)*\.$|^[a-z]\w*[A-Z ][^.!?]*\.$`)
)

// symptoms checks the table of symptoms. A folder need not have one.
func (l *linter) symptoms() {
	found := func(line int, format string, args ...any) {
		l.found(pill.SymptomsFile, line, "symptom", format, args...)
	}
	table, err := l.pills.Symptoms()
	if err != nil {
		found(0, "%v", err) // which names the file too
		return
	}
	tables := ""
	if index, ok := l.pills.Index(); ok {
		tables = string(l.source(index))
	}
	for _, g := range table.Groups {
		if !strings.Contains(tables, "<!-- generated: "+pill.SymptomTables+g.Name+" -->") {
			found(0, "README.md has no table of the group %s", g.Name)
		}
	}
	lines := map[string]int{}
	for s := range table.All() {
		switch before := lines[s.Name]; {
		case !symptomName.MatchString(s.Name):
			found(s.Line, "the name %q is not made of small letters, digits and hyphens", s.Name)
		case before > 0:
			found(s.Line, "line %d has the name %s already", before, s.Name)
		}
		lines[s.Name] = s.Line
		if !oneSentence.MatchString(s.Means) || utf8.RuneCountInString(s.Means) > longestMeaning {
			found(s.Line, "what %s means is not one sentence of at most %d characters", s.Name, longestMeaning)
		}
		if len(s.Says) == 0 || len(s.Read) == 0 {
			found(s.Line, "%s has no message or no section", s.Name)
		}
		for _, ref := range s.Read {
			if section, ok := l.pills.Find(ref); !ok || !strings.Contains(ref, "#") || section.Ref() != ref {
				found(s.Line, "there is no section %s", ref)
			}
		}
		l.symptomHistory(s, found)
		l.symptomFound(table, s, found)
	}
}

func (l *linter) symptomHistory(s *symptom.Symptom, found func(line int, format string, args ...any)) {
	if (len(s.Upstream) > 0) != (s.Since != "") {
		found(s.Line, "%s has only one of upstream and since", s.Name)
	}
	for _, rev := range []string{s.Since, s.Until} {
		if _, ok := l.library.Revision(rev); rev != "" && !ok {
			found(s.Line, "no commit %s of jetpack-nixos is known", rev)
		}
	}
}

// symptomFound checks that each message of a symptom is found, and that it comes first for one of them.
func (l *linter) symptomFound(table *symptom.Table, s *symptom.Symptom, found func(line int, format string, args ...any)) {
	first := ""
	for _, says := range s.Says {
		text := strings.ReplaceAll(says, "…", " x ")
		if len(s.Near) > 0 {
			text += "\n" + strings.ReplaceAll(s.Near[0], "…", " x ")
		}
		report, err := table.Find(strings.NewReader(text))
		if err != nil {
			found(s.Line, "%v", err)
			return
		}
		if !slices.ContainsFunc(report.Matches, func(m symptom.Match) bool { return m.Symptom == s }) {
			other := "nothing"
			if len(report.Matches) > 0 {
				other = report.Matches[0].Name
			}
			found(s.Line, "%q of %s is never found: %s is", says, s.Name, other)
		} else if first != s.Name {
			first = report.Matches[0].Name
		}
	}
	if first != s.Name && first != "" {
		found(s.Line, "%s always comes behind %s", s.Name, first)
	}
}
