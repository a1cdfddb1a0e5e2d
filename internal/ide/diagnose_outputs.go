package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/workspace"
)

// ofEveryFlake are the names that a flake has besides its outputs.
var ofEveryFlake = []string{
	"_type", "dirtyRev", "dirtyShortRev", "inputs", "lastModified", "lastModifiedDate", "narHash", "outPath", "outputs", "rev", "revCount",
	"shortRev", "sourceInfo", "submodules",
}

// outputUse is a place in a document that reads a name of an output of jetpack-nixos, or of the flake itself for an empty output.
type outputUse struct {
	module.Place
	input, output, name string
}

// outputUse is what a place reads of the flake jetpack-nixos.
func (d *diagnoser) outputUse(p module.Place) (use outputUse, ok bool) {
	flake := 0
	if p.Path[0].Name == "inputs" {
		flake = 1
	}
	last := len(p.Path) - 1
	isFlake := p.Origin == module.Argument && flake < last && d.isPinnedInput(p.Path[flake].Name) && (flake == 1 || d.isHandedIn(p.Binder, p.Path[0].Name))
	if !isFlake || !readsHere(p) {
		return use, false
	}
	return outputUse{p, p.Path[flake].Name, p.Path[flake+1 : last].String(), p.Path[last].Name}, true
}

// outputs looks at what the document takes from the flake jetpack-nixos.
func (d *diagnoser) outputs() {
	for _, use := range d.readPlaces().outputs {
		if d.isEnough() {
			break
		}
		if d.regardOf(use.Node).value {
			d.unknownOutput(use)
		}
	}
}

// defaults are outputs of which nothing is selected: nixosModules.default in place of nixosModules.
func (d *diagnoser) defaults(outputs []string) []string {
	var names []string
	for _, name := range outputs {
		if below, ok := d.pinned.Catalog.Output(name); ok && slices.Contains(below.Names, "default") {
			names = append(names, name+".default")
		}
	}
	return names
}

// unknownOutput reports a name that an output of jetpack-nixos lacks.
func (d *diagnoser) unknownOutput(use outputUse) {
	if pinned, ok := d.sn.InputPinned(d.doc, use.input); ok {
		defer func(was workspace.Pinned) { d.pinned = was }(d.pinned)
		d.pinned = pinned
	}
	all, ok := d.pinned.Catalog.Output(use.output)
	if !ok || slices.Contains(all.Names, use.name) || use.output == "" && slices.Contains(ofEveryFlake, use.name) {
		return
	}
	found := Diagnostic{Span: use.Span, Code: CodeUnknownMember}
	found.Section, _ = d.sn.Pills().For(concept("flake-outputs"))
	found.Message = fmt.Sprintf("No output %s in %s", strings.TrimPrefix(use.output+"."+use.name, "."), d.revision())
	h, _ := d.sn.Library().OutputHistory(use.output, use.name)
	isKnown := d.tellHistory(&found, "it", h)
	isMisspelled := false
	if !isKnown || h.IsRemoved() {
		names := all.Names
		if _, behind := namesBeside(use.Node); use.output == "" && behind.IsZero() {
			names = d.defaults(names)
		}
		near := nearest(use.name, names)
		if len(near) > 0 && !isKnown {
			found.Message = fmt.Sprintf("No output %s in %s", use.name, d.revision()) // the near ones are of the same set
		}
		isMisspelled = d.suggest(&found, use.name, near, !isKnown)
	}
	switch {
	case d.mayBeOther() && !isMisspelled, d.dependsOnTest(use.Node) && (isKnown || !isMisspelled):
		return
	case !d.isAlwaysUsed(use.Node, use.Binder):
		found.Severity = SeverityWarning
	}
	d.report(found)
}
