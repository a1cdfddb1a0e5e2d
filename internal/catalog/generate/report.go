package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// report prints what a library says that the one before did not, for a person to look at: of each new commit what it changed
// in its first parent, and of commits that were known what is said otherwise. before is nil for none.
func report(w io.Writer, before, after *catalog.Library, firstParent map[string]string) {
	if before == nil {
		fmt.Fprintf(w, "%d commits, up to %s.\n", len(after.Revisions()), name(after.Newest().Revision))
		return
	}
	printed := map[string]bool{}
	for _, r := range after.Revisions() {
		c, match := after.At(r.Hash)
		if match != catalog.Exact {
			continue
		}
		was, match := before.At(r.Hash)
		what := name(r) + ", which was known, is read otherwise"
		if match != catalog.Exact {
			if was, match = after.At(firstParent[r.Hash]); match == catalog.Unknown {
				continue
			}
			what = name(r) + ", compared with " + name(was.Revision)
		}
		// Many commits may differ in the same: that is printed once.
		if text := strings.Join(differences(was, c), "\n"); text != "" && !printed[text] {
			printed[text] = true
			fmt.Fprintf(w, "\n%s:\n%s\n", what, text)
		}
	}
}

// reportWords prints which words of the pills upstream has not always had, as is known now.
func reportWords(w io.Writer, before, after catalog.Places) {
	var fresh []string
	for word := range after.Words {
		if _, ok := before.Words[word]; !ok {
			fresh = append(fresh, strings.TrimPrefix(word, catalog.PlainWord))
		}
	}
	if slices.Sort(fresh); len(fresh) > 0 {
		fmt.Fprintf(w, "\nWords that upstream's source has not always had; those of others belong into words.json:\n%s\n", strings.Join(fresh, " "))
	}
}

func name(r catalog.Revision) string { return r.Short() + " (" + r.Day() + ")" }

// differences names what lies between two catalogs, a line each.
func differences(a, b *catalog.Catalog) []string {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, "  "+fmt.Sprintf(format, args...)) }
	d := catalog.Diff(a, b)
	for _, o := range d.Added {
		if o.RenamedTo != "" {
			say("added    %s, an alias of %s", o.Path, o.RenamedTo)
		} else {
			say("added    %s: %s", o.Path, o.Type)
		}
	}
	for _, o := range d.Removed {
		say("removed  %s", o.Path)
	}
	for _, n := range d.Renamed {
		say("renamed  %s to %s", n.From, n.To)
	}
	for _, n := range d.Changed {
		if len(n.Added)+len(n.Removed) == 0 && n.Before.Type != n.After.Type {
			say("type     %s: %s, was %s", n.Path, n.After.Type, n.Before.Type)
		}
		for _, v := range n.Added {
			say("value    %s = %q added", n.Path, v)
		}
		for _, v := range n.Removed {
			say("value    %s = %q removed", n.Path, v)
		}
		if n.Default {
			say("default  %s: %s, was %s", n.Path, def(n.After), def(n.Before))
		}
	}
	for _, g := range d.Generations {
		switch {
		case g.After == nil:
			say("removed  JetPack %s", g.Before.JetPack)
		default:
			kernel := g.After.Kernel + g.After.RealtimeSuffix
			if kernel == "" {
				kernel = "not known"
			}
			say("versions JetPack %s, L4T %s, CUDA %s, driver %s, kernel %s, for %s", g.After.JetPack, g.After.L4T, g.After.CUDA,
				g.After.Driver, kernel, strings.Join(g.After.SoMFamilies, " "))
		}
	}
	for _, m := range d.Majors {
		say("JetPack  %s for %s, was %s", m.After, strings.Join(m.SoMs, " "), m.Before)
	}
	for _, p := range b.Packages() {
		was, ok := a.Package(p.Name)
		if now := where(p); !ok {
			say("added    package %s (%s)", p.Name, now)
		} else if now != where(was) {
			say("package  %s in %s, was in %s", p.Name, now, where(was))
		}
	}
	for _, p := range a.Packages() {
		if _, ok := b.Package(p.Name); !ok {
			say("removed  package %s", p.Name)
		}
	}
	has := func(c *catalog.Catalog, name string) bool {
		return slices.ContainsFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == name })
	}
	for _, o := range b.OverlayAttributes() {
		if !has(a, o.Name) {
			say("added    %s, beside the scope", o.Name)
		}
	}
	for _, o := range a.OverlayAttributes() {
		if !has(b, o.Name) {
			say("removed  %s, beside the scope", o.Name)
		}
	}
	return lines
}

func def(o catalog.Option) string {
	if !o.HasDefault {
		return "none"
	}
	return strings.Join(strings.Fields(o.ShownDefault()), " ")
}

// where says in which scopes a package is.
func where(p catalog.Package) string {
	scopes := slices.Clone(p.Generations)
	if p.DeviceFile != "" {
		scopes = append(scopes, "device")
	}
	return strings.Join(scopes, " ")
}
