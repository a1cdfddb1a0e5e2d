package pillcheck

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/edition"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
)

// The comments that stand around a generated table.
var (
	tableStart = pattern.New(`^<!-- generated: (.+?) -->$`)
	tableEnd   = "<!-- end generated -->"
)

// tables compares the generated tables with the catalog, and with the table of symptoms.
func (l *linter) tables(p *pill.Pill) {
	lines := strings.Split(string(l.source(p)), "\n")
	eachTable(lines, func(name string, start, end int) {
		if end < 0 {
			l.found(p.File, start, "table", "the table has no line %s", tableEnd)
			return
		}
		want, err := l.table(name, p)
		if err != nil {
			l.found(p.File, start, "table", "%v", err)
			return
		}
		if !slices.Equal(lines[start:end-1], want) {
			what, of := "table", "the catalog"
			switch {
			case strings.HasPrefix(name, pill.SymptomTables):
				of = pill.SymptomsFile
			case strings.HasPrefix(name, edition.StarterFiles):
				what, of = "file", "what jetpills new writes"
			}
			l.found(p.File, start, "table", "the %s %s differs from %s: jetpills pills lint --fix writes it", what, strings.TrimPrefix(name, edition.StarterFiles), of)
		}
	})
}

// table makes the lines of a generated table, or of a block of code.
func (l *linter) table(name string, p *pill.Pill) ([]string, error) {
	if group, ok := strings.CutPrefix(name, pill.SymptomTables); ok {
		return l.pills.SymptomTable(group)
	}
	return edition.Table(name, l.world(p).Catalog)
}

// eachTable calls visit with the 1-based lines of the comments around each generated table; end is -1 where
// the second one is missing.
func eachTable(lines []string, visit func(name string, start, end int)) {
	for i := 0; i < len(lines); i++ {
		m := tableStart.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		end := -1
		for j := i + 1; j < len(lines) && !tableStart.MatchString(lines[j]); j++ {
			if lines[j] == tableEnd {
				end = j + 1
				break
			}
		}
		visit(m[1], i+1, end)
	}
}

// Fix returns the files of a collection whose generated tables differ from the catalog, by name, with the
// tables as they should be. Tables that the catalog cannot make stay as they are.
func Fix(c *pill.Collection, library *catalog.Library) map[string][]byte {
	l := &linter{pills: c, library: library, worlds: map[string]*claims.World{}}
	fixed := map[string][]byte{}
	for _, p := range l.all() {
		before := string(l.source(p))
		lines := strings.Split(before, "\n")
		var out []string
		last := 0
		eachTable(lines, func(name string, start, end int) {
			rows, err := l.table(name, p)
			if err != nil || end < 0 {
				return
			}
			out = append(append(out, lines[last:start]...), rows...)
			last = end - 1
		})
		if after := strings.Join(append(out, lines[last:]...), "\n"); after != before {
			fixed[p.File] = []byte(after)
		}
	}
	return fixed
}
