package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

// products looks at what the document reads of system.build. Anyone may add names to that: only one that is spelled nearly as a
// product of jetpack-nixos, or that another revision has, is reported, if no file of the workspace defines it.
func (d *diagnoser) products() {
	c := d.pinned.Catalog
	if !c.HasPackages() || !strings.Contains(d.doc.Text, "build") {
		return
	}
	var names []string
	for _, a := range c.SystemBuild() {
		names = append(names, a.Name)
	}
	for _, read := range d.allReads() {
		if d.isEnough() {
			break
		}
		name, ok := d.productRead(read)
		text, _ := syntax.AttrName(name)
		if !ok || slices.Contains(names, text) {
			continue
		}
		found := Diagnostic{Span: name.Span(), Severity: SeverityWarning, Code: CodeUnknownMember}
		near := slices.DeleteFunc(nearest(text, names), func(known string) bool {
			return letters(strings.ToLower(text), strings.ToLower(known)) > mostWrongLetters
		})
		shown := productPath(text)
		if len(near) > 0 {
			shown = text // a line has no room for the path twice
		}
		found.Message = fmt.Sprintf("No %s in %s", shown, d.revision())
		h, _ := d.sn.Library().BuildHistory(text)
		wasOnce := d.tellHistory(&found, "it", h)
		isMisspelled := d.suggest(&found, text, near, !wasOnce)
		if !isMisspelled && (!wasOnce || d.mayBeOther()) || d.dependsOnTest(name) || d.mayAddProduct(text) {
			continue
		}
		found.Section, _ = d.sn.Pills().For(concept("flash-script"))
		d.report(found)
	}
}

// mostWrongLetters is how many letters of a name may be wrong where there may be any other name.
const mostWrongLetters = 2

// productRead is the name that a read takes of system.build, as far as NixOS certainly needs it.
func (d *diagnoser) productRead(read module.Read) (name syntax.Node, ok bool) {
	i := slices.IndexFunc(read.Path, func(part module.Part) bool { return part.Name == "system" })
	of := i + 2 // where the name is
	if i < 1 || of >= len(read.Path) || !isBuild(read.Path[:of]) || !read.Path[of].Known || read.Guarded {
		return name, false
	}
	written := of - (len(read.Path) - len(read.Names))
	if written < 0 || !isOfSystem(read, len(read.Path)-i) {
		return name, false
	}
	r := d.regardOf(read.Node)
	return read.Names[written], r.name && r.value && !r.asks
}

// mayAddProduct reports whether a file of the workspace may add a name to system.build.
func (d *diagnoser) mayAddProduct(name string) bool {
	return d.sn.InFiles(d.doc, addedProduct(name), func(other *workspace.Document) bool {
		return strings.Contains(other.Text, "build.${") || strings.Contains(other.Text, `build."${`) ||
			strings.Contains(other.Text, name) && defines(other.Tree(), name)
	})
}

// addedProduct is what mayAddProduct looks for in files.
type addedProduct string

// defines reports whether a text gives an attribute of a name anything, in whatever set.
func defines(t *syntax.Tree, name string) bool {
	is := func(n syntax.Node) bool {
		text, ok := syntax.AttrName(n)
		return ok && text == name
	}
	for n := range syntax.Descendants(t.Root()) {
		if b, ok := syntax.AsBinding(n); ok {
			for part := range b.Path().Names() {
				if is(part) {
					return true
				}
			}
		}
		if i, ok := syntax.AsInherit(n); ok && !strings.HasSuffix(strings.TrimRight(i.From().Text(), ")"), buildSet) {
			for part := range i.Names() {
				if is(part) {
					return true
				}
			}
		}
		if text, ok := syntax.StringValue(n); ok && text == name && n.Parent().Kind() != syntax.AttrPath {
			return true // a name that a function may get
		}
	}
	return false
}
