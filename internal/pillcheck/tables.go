package pillcheck

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
)

// The comments that stand around a generated table.
var (
	tableStart = regexp.MustCompile(`^<!-- generated: (.+?) -->$`)
	tableEnd   = "<!-- end generated -->"
)

// tables compares the generated tables with the catalog.
func (l *linter) tables(p *pill.Pill) {
	lines := strings.Split(string(l.source(p)), "\n")
	eachTable(lines, func(name string, start, end int) {
		if end < 0 {
			l.found(p.File, start, "table", "the table has no line %s", tableEnd)
			return
		}
		want, err := table(name, l.world(p).cat)
		if err != nil {
			l.found(p.File, start, "table", "%v", err)
			return
		}
		if !slices.Equal(lines[start:end-1], want) {
			l.found(p.File, start, "table", "the table %s differs from the catalog: jetpills pills lint --fix writes it", name)
		}
	})
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
	l := &linter{pills: c, library: library, worlds: map[string]*world{}}
	fixed := map[string][]byte{}
	for _, p := range l.all() {
		before := string(l.source(p))
		lines := strings.Split(before, "\n")
		var out []string
		last := 0
		eachTable(lines, func(name string, start, end int) {
			rows, err := table(name, l.world(p).cat)
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

// table makes the lines of a generated table: "generations", "soms" or "options PREFIX".
func table(name string, c *catalog.Catalog) ([]string, error) {
	kind, argument, _ := strings.Cut(name, " ")
	var rows [][]string
	switch {
	case kind == "generations" && argument == "":
		rows = generations(c)
	case kind == "soms" && argument == "":
		rows = soms(c)
	case kind == "options" && argument != "":
		rows = options(c, argument)
	default:
		return nil, fmt.Errorf("there is no generated table %q: it is generations, soms or options PREFIX", name)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("the catalog of %s has nothing for the table %q", c.Revision.Short(), name)
	}
	var lines []string
	for i, cells := range rows {
		lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
		if i == 0 {
			lines = append(lines, "|"+strings.Repeat("---|", len(cells)))
		}
	}
	return lines, nil
}

// generations has one row for each JetPack: what majorVersion chooses.
func generations(c *catalog.Catalog) [][]string {
	rows := [][]string{{"majorVersion", "JetPack", "L4T", "kernel", "CUDA", "driver", "SoMs"}}
	for _, g := range c.Generations() {
		var families []string
		for _, f := range g.SoMFamilies {
			families = append(families, strings.ToUpper(f[:1])+f[1:])
		}
		driver := g.Driver
		if driver == "" {
			driver = g.L4T
		}
		rows = append(rows, []string{g.Major, g.JetPack, g.L4T, g.Kernel, g.CUDA, driver, strings.Join(families, ", ")})
	}
	return rows
}

// soms has one row for each value of som; the first of its JetPack majors is the default.
func soms(c *catalog.Catalog) [][]string {
	rows := [][]string{{"som", "JetPack", "SoC", "CUDA", "target board"}}
	for _, s := range c.SoMs() {
		majors := slices.DeleteFunc(slices.Clone(s.Majors), func(m string) bool { return m == s.DefaultMajor })
		majors = append([]string{s.DefaultMajor}, majors...)
		rows = append(rows, []string{
			s.Name, strings.Join(majors, ", "), orNone(s.SoC), strings.Join(s.CUDACapabilities, " "), orNone(s.TargetBoard),
		})
	}
	return rows
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// options has one row for each option below a prefix: its path without the prefix, type and default.
func options(c *catalog.Catalog, prefix string) [][]string {
	rows := [][]string{{"option", "type", "default"}}
	for _, o := range c.Options() {
		rest, below := strings.CutPrefix(o.Path, prefix+".")
		if !below && o.Path != prefix || o.Internal {
			continue
		}
		if !below {
			rest = o.Path
		}
		value := o.ShownDefault()
		switch {
		case o.RenamedTo != "":
			value = "renamed to `" + o.RenamedTo + "`"
		case strings.Contains(value, "\n"):
			value = "computed"
		case value != "":
			value = "`" + strings.ReplaceAll(value, "|", `\|`) + "`"
		case !o.HasDefault:
			value = "none"
		}
		rows = append(rows, []string{"`" + rest + "`", strings.ReplaceAll(o.Type, "|", `\|`), value})
	}
	return rows
}
