package catalog

import "slices"

// Rename is an option that became an alias of another path.
type Rename struct{ From, To string }

// Change is an option that both catalogs have, but not with the same type.
type Change struct {
	Path string
	// Before and After are the types' descriptions.
	Before, After string
	// Added and Removed are enum values, in upstream's order.
	Added, Removed []string
}

// Difference is what lies between two catalogs. All lists are sorted by path.
type Difference struct {
	// Added are options that only the second catalog has, Removed those that only the first one has.
	Added, Removed []Option
	// Renamed are options of the first catalog that the second one keeps as aliases only.
	Renamed []Rename
	Changed []Change
}

// Empty reports whether the catalogs declare the same.
func (d Difference) Empty() bool {
	return len(d.Added)+len(d.Removed)+len(d.Renamed)+len(d.Changed) == 0
}

// Diff compares two catalogs, from a to b.
func Diff(a, b *Catalog) Difference {
	var d Difference
	for _, before := range a.options {
		after, ok := b.Option(before.Path)
		switch {
		case !ok:
			d.Removed = append(d.Removed, before)
		case before.RenamedTo == "" && after.RenamedTo != "":
			d.Renamed = append(d.Renamed, Rename{From: before.Path, To: after.RenamedTo})
		case before.Type != after.Type:
			d.Changed = append(d.Changed, Change{
				Path: before.Path, Before: before.Type, After: after.Type,
				Added: missing(after.Values, before.Values), Removed: missing(before.Values, after.Values),
			})
		}
	}
	for _, after := range b.options {
		if _, ok := a.Option(after.Path); !ok {
			d.Added = append(d.Added, after)
		}
	}
	return d
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
