package catalog

import (
	"slices"
	"strings"
)

// Rename is an option that became an alias of another path.
type Rename struct {
	From, To string
	// Since is the mainline revision that made it one; zero where that is not known.
	Since Revision
}

// Change is an option that both catalogs have, but not with the same type or default.
type Change struct {
	Path string
	// Before and After are the option in either catalog.
	Before, After Option
	// Added and Removed are enum values, in upstream's order.
	Added, Removed []string
	// Default reports whether there is another default, or one in one of them only. Defaults are compared where both
	// are known.
	Default bool
}

// GenerationChange is a JetPack generation that only one of the catalogs has, or that has other versions in them.
type GenerationChange struct {
	Major string
	// Before and After are nil in the catalog that does not have it.
	Before, After *Generation
}

// MajorChange are SoMs that get another JetPack where majorVersion is not set.
type MajorChange struct {
	SoMs          []string
	Before, After string
}

// Difference is what lies between two catalogs. Options are sorted by path, generations by age, SoMs in upstream's order.
type Difference struct {
	// Added are options that only the second catalog has, Removed those that only the first one has.
	Added, Removed []Option
	// Renamed are options of the first catalog that the second one keeps as aliases only.
	Renamed     []Rename
	Changed     []Change
	Generations []GenerationChange
	Majors      []MajorChange
}

// Empty reports whether the catalogs declare the same, with the same defaults and JetPack versions.
func (d Difference) Empty() bool {
	return len(d.Added)+len(d.Removed)+len(d.Renamed)+len(d.Changed)+len(d.Generations)+len(d.Majors) == 0
}

// Diff compares two catalogs, from a to b.
func Diff(a, b *Catalog) Difference {
	d := Difference{Generations: diffGenerations(a, b), Majors: diffMajors(a, b)}
	for _, before := range a.options {
		after, ok := b.Option(before.Path)
		if !ok {
			d.Removed = append(d.Removed, before)
			continue
		}
		if before.RenamedTo == "" && after.RenamedTo != "" {
			d.Renamed = append(d.Renamed, Rename{From: before.Path, To: after.RenamedTo, Since: after.AliasSince})
			continue
		}
		c := Change{
			Path: before.Path, Before: before, After: after,
			Added: missing(after.Values, before.Values), Removed: missing(before.Values, after.Values),
			Default: otherDefault(before, after),
		}
		if before.Type != after.Type || c.Default {
			d.Changed = append(d.Changed, c)
		}
	}
	for _, after := range b.options {
		if _, ok := a.Option(after.Path); !ok {
			d.Added = append(d.Added, after)
		}
	}
	return d
}

// otherDefault reports whether the default of an option is known to be another. An alias has none of its own.
func otherDefault(a, b Option) bool {
	if a.RenamedTo != "" || b.RenamedTo != "" {
		return false
	}
	if a.HasDefault != b.HasDefault {
		return true
	}
	known := a.Default != "" && b.Default != ""
	return known && unspaced(a) != unspaced(b)
}

// unspaced is a default without what formatting changes.
func unspaced(o Option) string {
	line := strings.Join(strings.Fields(o.ShownDefault()), " ")
	return strings.NewReplacer("[ ]", "[]", "{ }", "{}").Replace(line)
}

func diffGenerations(a, b *Catalog) []GenerationChange {
	var changes []GenerationChange
	for _, before := range a.generations {
		if after, ok := b.Generation(before.Major); !ok {
			changes = append(changes, GenerationChange{Major: before.Major, Before: &before})
		} else if !sameVersions(before, after) {
			changes = append(changes, GenerationChange{Major: before.Major, Before: &before, After: &after})
		}
	}
	for _, after := range b.generations {
		if _, ok := a.Generation(after.Major); !ok {
			changes = append(changes, GenerationChange{Major: after.Major, After: &after})
		}
	}
	slices.SortFunc(changes, func(a, b GenerationChange) int { return strings.Compare(a.Major, b.Major) })
	if len(a.generations) == 0 || len(b.generations) == 0 {
		return nil // those of one of them are not known
	}
	return changes
}

// sameVersions compares what a person sees of generations. What is not known of one of them is no difference.
func sameVersions(a, b Generation) bool {
	for _, pair := range [...][2]string{{a.JetPack, b.JetPack}, {a.L4T, b.L4T}, {a.CUDA, b.CUDA}, {a.Driver, b.Driver}, {a.Kernel, b.Kernel}} {
		if pair[0] != pair[1] && pair[0] != "" && pair[1] != "" {
			return false
		}
	}
	return len(a.SoMFamilies) == 0 || len(b.SoMFamilies) == 0 || len(missing(a.SoMFamilies, b.SoMFamilies))+len(missing(b.SoMFamilies, a.SoMFamilies)) == 0
}

func diffMajors(a, b *Catalog) []MajorChange {
	var changes []MajorChange
	for _, before := range a.SoMs() {
		after, ok := b.SoM(before.Name)
		if !ok || before.DefaultMajor == "" || after.DefaultMajor == "" || before.DefaultMajor == after.DefaultMajor {
			continue
		}
		i := slices.IndexFunc(changes, func(c MajorChange) bool {
			return c.Before == before.DefaultMajor && c.After == after.DefaultMajor
		})
		if i < 0 {
			i = len(changes)
			changes = append(changes, MajorChange{Before: before.DefaultMajor, After: after.DefaultMajor})
		}
		changes[i].SoMs = append(changes[i].SoMs, before.Name)
	}
	return changes
}

// missing returns the members of all that are not in some, in their order.
func missing(all, some []string) []string {
	var out []string
	for _, v := range all {
		if !slices.Contains(some, v) {
			out = append(out, v)
		}
	}
	return out
}
