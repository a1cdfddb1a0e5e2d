package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
)

// ofEveryFlake are the names that a flake has besides its outputs.
var ofEveryFlake = []string{
	"_type", "dirtyRev", "dirtyShortRev", "inputs", "lastModified", "lastModifiedDate", "narHash", "outPath", "outputs", "rev", "revCount",
	"shortRev", "sourceInfo", "submodules",
}

// outputs looks at what the document takes from the flake jetpack-nixos.
func (d *diagnoser) outputs() {
	input := d.pinned.Pin.Input
	input = input[strings.LastIndexByte(input, '/')+1:]
	if input == "" || !strings.Contains(d.doc.Text, input) {
		return
	}
	var asked map[string]bool
	module.CertainPlaces(d.doc.Tree(), func(p module.Place) bool {
		output, name, ok := d.outputUse(p)
		if !ok {
			return !d.sn.Done()
		}
		if asked == nil {
			asked = askedNames(d.doc.Tree())
		}
		if !asked[name] && d.regardOf(p.Node).value {
			d.unknownOutput(p, output, name)
		}
		return !d.isEnough()
	})
}

// outputUse is the output of jetpack-nixos of which a place reads a name, empty for the name of an output itself.
func (d *diagnoser) outputUse(p module.Place) (output, name string, ok bool) {
	if p.Kind != module.ReferredName || len(p.Path) < 2 || len(p.Path.Known()) != len(p.Path) || p.Origin != module.Argument || !readsHere(p) {
		return "", "", false
	}
	flake := 0
	if p.Path[0].Name == "inputs" {
		flake = 1
	}
	below := p.Path[flake+1:]
	if len(below) == 0 || !d.isPinnedInput(p.Path[flake].Name) || flake == 0 && !d.isHandedIn(p.Binder, p.Path[0].Name) {
		return "", "", false
	}
	last := len(below) - 1
	return module.Path(below[:last]).String(), below[last].Name, true
}

// unknownOutput reports a name that an output of jetpack-nixos lacks.
func (d *diagnoser) unknownOutput(p module.Place, output, name string) {
	all, ok := d.pinned.Catalog.Output(output)
	if !ok || slices.Contains(all.Names, name) || output == "" && slices.Contains(ofEveryFlake, name) {
		return
	}
	found := Diagnostic{Span: p.Span, Code: CodeUnknownMember}
	found.Section, _ = d.sn.Pills().For(concept("flake-outputs"))
	found.Message = fmt.Sprintf("%s has no output %s", d.revision(), strings.TrimPrefix(output+"."+name, "."))
	h, _ := d.sn.Library().OutputHistory(output, name)
	isKnown := d.tellHistory(&found, h)
	isMisspelled := d.suggest(&found, name, all.Names, !isKnown)
	switch {
	case d.mayBeOther() && !(isMisspelled && (!isKnown || h.IsRemoved())), d.dependsOnTest(p.Node) && (isKnown || !isMisspelled):
		return
	case !d.isAlwaysUsed(p.Node, p.Binder):
		found.Severity = SeverityWarning
	}
	d.report(found)
}
