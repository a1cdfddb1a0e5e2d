package ide

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
)

// bySystem are the outputs of a flake whose names stand below a system.
var bySystem = map[string]bool{"packages": true, "legacyPackages": true, "checks": true}

// outputSystems are the systems that jetpack-nixos has outputs for, in the order in which an output is looked for that names none.
var outputSystems = []string{"x86_64-linux", "aarch64-linux"}

// madeOutput is what jetpack-nixos makes by one name: a flash script, an installer, a system for one board.
type madeOutput struct {
	som            string
	super          bool
	carrier, major string
	binary         string
	says           string // a sentence, %s the board
}

// boardOutputs are the outputs that are made for one board, by what their names begin with.
var boardOutputs = []struct{ prefix, says, generic string }{
	{
		"initrd-flash-", "A program that flashes %s: over USB, it boots a small Linux on the board, which writes the firmware.",
		"A program that flashes a Jetson: over USB, it boots a small Linux on the board, which writes the firmware.",
	},
	{"flash-", "A program for an x86_64 PC that flashes %s over USB, with the settings of upstream.", "A program for an x86_64 PC that flashes a Jetson over USB."},
	{"uefi-capsule-update-", "The firmware of %s as a UEFI capsule, with which the running board updates itself.", ""},
}

// outputBelow is what jetpack-nixos makes by a name below one of its outputs.
func (q *query) outputBelow(output, name string) (made madeOutput, ok bool) {
	base, jp, hasMajor := cutMajor(name)
	made.major = jp
	switch {
	case output == "nixosConfigurations":
		switch base {
		case "installer_minimal":
			made.says = "The system of the installer image `iso_minimal`, built on an aarch64 machine."
			return made, true
		case "installer_minimal_cross":
			made.says = "The system of the installer image `iso_minimal`, cross-compiled on an x86_64 PC."
			return made, true
		}
		made.says = "A NixOS system for %s, which the flash script of this board is made of."
		return q.onBoard(made, base, "flash-"+name, hasMajor)
	case !strings.HasPrefix(output, "packages."):
		return made, false
	case base == "iso_minimal":
		made.says = "An image of NixOS's minimal installer with jetpack-nixos, for a USB stick."
		if output == "packages.x86_64-linux" {
			made.says = "An image of NixOS's minimal installer with jetpack-nixos, cross-compiled on a PC, for a USB stick."
		}
		return made, true
	}
	for _, row := range boardOutputs {
		rest, isOne := strings.CutPrefix(base, row.prefix)
		if !isOne {
			continue
		}
		made.says = row.says
		if on, ok := q.onBoard(made, rest, name, hasMajor); ok {
			return on, true
		}
		made.says = row.generic
		return made, made.says != "" && name != "flash-scripts"
	}
	return made, false
}

// cutMajor cuts the JetPack off the end of an output's name.
func cutMajor(name string) (base, major string, ok bool) {
	for _, mark := range []string{"-jp", "_jp"} {
		if i := strings.LastIndex(name, mark); i >= 0 && len(name) == i+len(mark)+1 {
			return name[:i], name[i+len(mark):], true
		}
	}
	return name, "", false
}

// onBoard reads the board off the name of an output. The catalog of the newest revisions has it.
func (q *query) onBoard(made madeOutput, board, flash string, hasMajor bool) (madeOutput, bool) {
	for _, t := range q.pinned.Catalog.FlashTargets() {
		if t.Package == flash {
			made.som, made.super, made.carrier, made.major, made.binary = t.SoM, t.Super, t.CarrierBoard, t.Major, t.Binary
			return made, true
		}
	}
	for _, som := range q.pinned.Catalog.SoMs() {
		if rest, ok := strings.CutPrefix(board, som.Name+"-"); ok && len(som.Name) > len(made.som) {
			made.som = som.Name
			made.carrier, made.super = strings.CutPrefix(rest, "super-")
			if !hasMajor {
				made.major = som.DefaultMajor
			}
		}
	}
	carriers, known := q.pinned.Catalog.Option(catalog.CarrierBoardOption)
	return made, made.som != "" && (slices.Contains(carriers.Values, made.carrier) || !known && made.carrier == "devkit")
}

// sentence says what it is.
func (m madeOutput) sentence() markup.Text {
	if !strings.Contains(m.says, "%s") {
		return markup.Prose(m.says)
	}
	board := markup.Format("the SoM %s on the carrier board %s", markup.Code(m.som), markup.Code(m.carrier))
	if m.super {
		board = markup.Format("%s in super mode", board)
	}
	return markup.Format(m.says, board)
}

// addTo adds what is known of it to a sheet.
func (m madeOutput) addTo(s *sheet, c *catalog.Catalog) {
	if g, ok := c.Generation(m.major); ok && m.major != "" {
		s.addFact("JetPack", markup.Literal(g.JetPack))
		s.addFact("L4T", markup.Literal(g.L4T))
	}
	if m.binary != "" {
		s.add("Program", markup.Code("result/bin/"+m.binary))
	}
}

// ownOutput is the subject of what jetpack-nixos makes by a name below one of its outputs.
type ownOutput struct {
	flakeOutput
	made    madeOutput
	since   catalog.History
	systems []string // that have it; empty for all, and for an output without any
}

func (o ownOutput) sheet(q *query) sheet {
	s := o.flakeOutput.sheet(q)
	revision := s.rows
	s.rows = nil
	o.made.addTo(&s, q.pinned.Catalog)
	s.rows = append(s.rows, revision...)
	if len(o.systems) > 0 {
		s.add("Only for", markup.Codes(o.systems))
	}
	if o.since.Introduced.Known() && !o.since.IsRemoved() {
		s.add("Since", dayOf(o.since.Introduced))
	}
	return s
}

// ownOutputAt is the subject of a path of names into the outputs of jetpack-nixos that the revision has.
func (q *query) ownOutputAt(of flakeOutput, path module.Path) subject {
	output, name := path[:len(path)-1].String(), path.Last()
	made, ok := q.outputBelow(output, name)
	if !ok {
		return of
	}
	o := ownOutput{flakeOutput: of, made: made}
	o.summary, o.described = summary{first: made.sentence()}, ""
	o.since, _ = q.sn.Library().OutputHistory(output, name)
	if len(path) > 2 {
		for _, system := range outputSystems {
			if q.hasOutput(path[0].Name+"."+system, name) {
				o.systems = append(o.systems, system)
			}
		}
		if len(o.systems) == len(outputSystems) {
			o.systems = nil
		}
	}
	return o
}

func (q *query) hasOutput(output, name string) bool {
	all, _ := q.pinned.Catalog.Output(output)
	return slices.Contains(all.Names, name)
}

// systemOf is the system for which jetpack-nixos has a name below an output, or had it; empty if it never had.
func (q *query) systemOf(output, name string) string {
	for _, system := range outputSystems {
		if q.hasOutput(output+"."+system, name) {
			return system
		}
	}
	for _, system := range outputSystems {
		if _, wasOnce := q.sn.Library().OutputHistory(output+"."+system, name); wasOnce {
			return system
		}
	}
	return ""
}
