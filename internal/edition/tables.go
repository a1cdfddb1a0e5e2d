package edition

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/starter"
)

// StarterFiles is how the names of generated blocks begin that are files of the flake that jetpills new writes.
const StarterFiles = "starter "

// Table makes the lines of a generated table, "generations", "soms" or "options PREFIX", or of a block of code, "starter FILE". A
// column about which the catalog knows nothing, or not all, is left out.
func Table(name string, c *catalog.Catalog) ([]string, error) {
	if file, ok := strings.CutPrefix(name, StarterFiles); ok {
		return starter.Block(file, c)
	}
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
		return nil, fmt.Errorf("there is no generated table %q: it is generations, soms, options PREFIX or starter FILE", name)
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("the catalog of %s has nothing for the table %q", c.Revision.Short(), name)
	}
	rows = known(rows)
	var lines []string
	for i, cells := range rows {
		lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
		if i == 0 {
			lines = append(lines, "|"+strings.Repeat("---|", len(cells)))
		}
	}
	return lines, nil
}

// known are the columns of a table all of whose cells say something.
func known(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for column := range rows[0] {
		if slices.ContainsFunc(rows, func(row []string) bool { return row[column] == "" }) {
			continue
		}
		for i, row := range rows {
			out[i] = append(out[i], row[column])
		}
	}
	return out
}

// generations has one row for each JetPack: what majorVersion chooses.
func generations(c *catalog.Catalog) [][]string {
	rows := [][]string{{"majorVersion", "JetPack", "L4T", "kernel", "CUDA", "driver", "SoMs"}}
	_, chooses := c.Option(catalog.MajorVersionOption)
	for _, g := range c.Generations() {
		driver := g.Driver
		if driver == "" {
			driver = g.L4T
		}
		major := g.Major
		if !chooses {
			major = "" // nothing chooses it
		}
		rows = append(rows, []string{major, g.JetPack, g.L4T, g.Kernel, g.CUDA, driver, strings.Join(families(c, g), ", ")})
	}
	return rows
}

// families are the families of the SoMs that a generation takes.
func families(c *catalog.Catalog, g catalog.Generation) []string {
	of := g.SoMFamilies
	if len(of) == 0 {
		for _, s := range c.SoMs() { // the only generation takes all
			if s.Family != "" && slices.Contains(s.Majors, g.Major) && !slices.Contains(of, s.Family) {
				of = append(of, s.Family)
			}
		}
	}
	var names []string
	for _, f := range of {
		names = append(names, strings.ToUpper(f[:1])+f[1:])
	}
	return names
}

// soms has one row for each value of som; the first of its JetPack majors is the default.
func soms(c *catalog.Catalog) [][]string {
	rows := [][]string{{"som", "JetPack", "SoC", "CUDA", "target board"}}
	// Where they are known, a SoM without any has none.
	boards := slices.ContainsFunc(c.SoMs(), func(s catalog.SoM) bool { return s.TargetBoard != "" })
	for _, s := range c.SoMs() {
		var majors []string
		if s.DefaultMajor != "" {
			majors = slices.DeleteFunc(slices.Clone(s.Majors), func(m string) bool { return m == s.DefaultMajor })
			majors = append([]string{s.DefaultMajor}, majors...)
		}
		board := s.TargetBoard
		if board == "" && boards {
			board = "none"
		}
		soc := s.SoC
		if soc == "" && s.Family == "" {
			soc = "none"
		}
		rows = append(rows, []string{s.Name, strings.Join(majors, ", "), soc, strings.Join(s.CUDACapabilities, " "), board})
	}
	return rows
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
