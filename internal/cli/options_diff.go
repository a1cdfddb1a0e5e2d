package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/text"
)

// diffOptions prints what changed between two revisions, in a form for people or as JSON.
func (p *Program) diffOptions(w io.Writer, format, from, to string) error {
	library, err := catalog.Open()
	if err != nil {
		return err
	}
	a, err := revision(library, from)
	if err != nil {
		return err
	}
	b, err := revision(library, to)
	if err != nil {
		return err
	}
	d := catalog.Diff(a, b)
	if format == "json" {
		return printJSON(w, diffJSON(a, b, d))
	}
	printf(w, "from %s (%s) to %s (%s)\n", a.Revision.Short(), a.Revision.Day(), b.Revision.Short(), b.Revision.Day())
	if d.Empty() {
		printf(w, "no option and no version differs\n")
	}
	printDiff(w, library, d)
	return nil
}

// printDiff prints what may break a configuration before what does not.
func printDiff(w io.Writer, library *catalog.Library, d catalog.Difference) {
	for _, g := range d.Generations {
		printf(w, "%s\n", generationChange(g))
	}
	for _, m := range d.Majors {
		verb := "get"
		if len(m.SoMs) == 1 {
			verb = "gets"
		}
		printf(w, "~ %s %s JetPack %s instead of %s where majorVersion is not set\n", text.List(m.SoMs, "and"), verb, m.After, m.Before)
	}
	for _, o := range d.Removed {
		printf(w, "- %s%s\n", o.Path, removal(library, o))
	}
	for _, r := range d.Renamed {
		since := ""
		if r.Since.Known() {
			since = fmt.Sprintf(" (%s, %s)", r.Since.Short(), r.Since.Day())
		}
		printf(w, "→ %s is now %s%s; the old name still works\n", r.From, r.To, since)
	}
	for _, c := range d.Changed {
		printf(w, "~ %s: %s\n", c.Path, strings.Join(changes(c), "; "))
	}
	for _, o := range d.Added {
		if o.RenamedTo != "" {
			printf(w, "+ %s, another name of %s\n", o.Path, o.RenamedTo)
		} else {
			printf(w, "+ %s\n", optionLine(o))
		}
	}
}

func generationChange(g catalog.GenerationChange) string {
	if g.After == nil {
		return fmt.Sprintf("- JetPack %s: %s", g.Major, g.Before.JetPack)
	}
	if g.Before == nil {
		line := fmt.Sprintf("+ JetPack %s: %s", g.Major, g.After.JetPack)
		for _, v := range versions(*g.After)[1:] {
			if v.value != "" {
				line += ", " + v.name + v.value
			}
		}
		if len(g.After.SoMFamilies) > 0 {
			line += ", for " + text.List(g.After.SoMFamilies, "and")
		}
		return line
	}
	var parts []string
	before := versions(*g.Before)
	for i, v := range versions(*g.After) {
		if was := before[i].value; v.value != was && v.value != "" && was != "" {
			parts = append(parts, fmt.Sprintf("%s%s, was %s", v.name, v.value, was))
		}
	}
	if now, was := text.List(g.After.SoMFamilies, "and"), text.List(g.Before.SoMFamilies, "and"); now != was && now != "" && was != "" {
		parts = append(parts, fmt.Sprintf("for %s, was for %s", now, was))
	}
	return fmt.Sprintf("~ JetPack %s: %s", g.Major, strings.Join(parts, "; "))
}

type version struct{ name, value string }

// versions are what a generation consists of; JetPack's own comes first, without a name.
func versions(g catalog.Generation) []version {
	return []version{{"", g.JetPack}, {"L4T ", g.L4T}, {"CUDA ", g.CUDA}, {"driver ", g.Driver}, {"kernel ", g.Kernel}}
}

// removal says when an option was removed, and what it was called last.
func removal(library *catalog.Library, o catalog.Option) string {
	out := ""
	h, _ := library.History(o.Path)
	if h.IsRemoved() {
		out = fmt.Sprintf(" (%s, %s)", h.Removed.Short(), h.Removed.Day())
	}
	if o.RenamedTo != "" {
		return out + ", which was another name of " + o.RenamedTo
	}
	return out
}

// changes says what is different about an option.
func changes(c catalog.Change) []string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if len(c.Removed) > 0 {
		add("no longer takes %s", quotedValues(c.Removed))
	}
	if len(c.Added) > 0 {
		add("also takes %s", quotedValues(c.Added))
	}
	sameKind := c.Before.Kind == c.After.Kind && c.Before.Elem == c.After.Elem
	values := sameKind && len(c.Added)+len(c.Removed) > 0
	if !values && c.Before.Type != c.After.Type {
		add("the type is %s, was %s", c.After.Type, c.Before.Type)
	}
	if values && c.Before.Nullable != c.After.Nullable {
		if c.After.Nullable {
			add("also takes null")
		} else {
			add("no longer takes null")
		}
	}
	if !c.Default {
		return parts
	}
	before, after := shownDefault(c.Before), shownDefault(c.After)
	switch {
	case !c.After.HasDefault:
		add("there is no default any more")
		if before != "" {
			parts[len(parts)-1] += ": it was " + before
		}
	case !c.Before.HasDefault:
		add("there is a default now")
		if after != "" {
			parts[len(parts)-1] += ": " + after
		}
	case len(before)+len(after) > maxDefaults:
		add("the default is now %s", after)
	default:
		add("the default is %s, was %s", after, before)
	}
	return parts
}

// maxDefaults is how many bytes of defaults are shown side by side.
const maxDefaults = 120

// shownDefault is a default in one line.
func shownDefault(o catalog.Option) string {
	return strings.Join(strings.Fields(o.ShownDefault()), " ")
}

func quotedValues(values []string) string { return text.List(each(values, strconv.Quote), "and") }

// The shape of a difference as JSON. Keys without a value are left out.
type (
	differenceJSON struct {
		From        revisionJSON           `json:"from"`
		To          revisionJSON           `json:"to"`
		Generations []generationChangeJSON `json:"generations,omitempty"`
		Majors      []majorChangeJSON      `json:"majors,omitempty"`
		Removed     []catalog.OptionJSON   `json:"removed,omitempty"`
		Renamed     []renameJSON           `json:"renamed,omitempty"`
		Changed     []changeJSON           `json:"changed,omitempty"`
		Added       []catalog.OptionJSON   `json:"added,omitempty"`
	}
	revisionJSON struct {
		Revision string `json:"revision"`
		Date     string `json:"date"`
	}
	generationJSON struct {
		JetPack     string   `json:"jetpack,omitempty"`
		L4T         string   `json:"l4t,omitempty"`
		CUDA        string   `json:"cuda,omitempty"`
		Driver      string   `json:"driver,omitempty"`
		Kernel      string   `json:"kernel,omitempty"`
		SoMFamilies []string `json:"somFamilies,omitempty"`
	}
	generationChangeJSON struct {
		Major  string          `json:"major"`
		Before *generationJSON `json:"before,omitempty"`
		After  *generationJSON `json:"after,omitempty"`
	}
	majorChangeJSON struct {
		SoMs   []string `json:"soms"`
		Before string   `json:"before"`
		After  string   `json:"after"`
	}
	renameJSON struct {
		From  string `json:"from"`
		To    string `json:"to"`
		Since string `json:"since,omitempty"`
	}
	changeJSON struct {
		Path          string   `json:"path"`
		TypeBefore    string   `json:"typeBefore,omitempty"`
		TypeAfter     string   `json:"typeAfter,omitempty"`
		ValuesAdded   []string `json:"valuesAdded,omitempty"`
		ValuesRemoved []string `json:"valuesRemoved,omitempty"`
		DefaultBefore string   `json:"defaultBefore,omitempty"`
		DefaultAfter  string   `json:"defaultAfter,omitempty"`
	}
)

func diffJSON(a, b *catalog.Catalog, d catalog.Difference) differenceJSON {
	return differenceJSON{
		From: revisionShape(a.Revision), To: revisionShape(b.Revision),
		Generations: each(d.Generations, func(g catalog.GenerationChange) generationChangeJSON {
			return generationChangeJSON{g.Major, generationShape(g.Before), generationShape(g.After)}
		}),
		Majors:  each(d.Majors, func(m catalog.MajorChange) majorChangeJSON { return majorChangeJSON(m) }),
		Removed: each(d.Removed, catalog.Option.JSON),
		Renamed: each(d.Renamed, func(r catalog.Rename) renameJSON { return renameJSON{r.From, r.To, r.Since.Hash} }),
		Changed: each(d.Changed, changeShape),
		Added:   each(d.Added, catalog.Option.JSON),
	}
}

func changeShape(c catalog.Change) changeJSON {
	shape := changeJSON{Path: c.Path, ValuesAdded: c.Added, ValuesRemoved: c.Removed}
	if c.Before.Type != c.After.Type {
		shape.TypeBefore, shape.TypeAfter = c.Before.Type, c.After.Type
	}
	if c.Default {
		shape.DefaultBefore, shape.DefaultAfter = c.Before.Default, c.After.Default
	}
	return shape
}

func revisionShape(r catalog.Revision) revisionJSON { return revisionJSON{r.Hash, r.Day()} }

func generationShape(g *catalog.Generation) *generationJSON {
	if g == nil {
		return nil
	}
	return &generationJSON{g.JetPack, g.L4T, g.CUDA, g.Driver, g.Kernel, g.SoMFamilies}
}
