package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

func (p *Program) doctorCommand() *cobra.Command {
	const short = "Print the facts that answers about a workspace rest on, and how to improve them"
	c := command("doctor [PATH]", short, takes(0, 1), func(args []string) error {
		w, err := p.workspaceOf(args)
		if err != nil {
			return err
		}
		all, err := p.pinned(w)
		if err != nil {
			return err
		}
		d := doctor{out: p.out, pathInWorkspace: w}
		d.run(p.Version, all[0])
		return nothingIf(d.problems > 0)
	})
	c.Long = "Print which jetpack-nixos a workspace uses, what pins it and where its source lies. Then print the other\n" +
		"facts that answers rest on. The exit code is 1 if there is a problem."
	return c
}

// doctor prints one finding a line.
type doctor struct {
	pathInWorkspace
	out      io.Writer
	problems int
	advice   []string
}

func (d *doctor) say(format string, args ...any) { printf(d.out, format+"\n", args...) }

func (d *doctor) problem(format string, args ...any) {
	d.problems++
	d.say("%s "+format, append([]any{marked{text.Red, "problem:"}}, args...)...)
}

func (d *doctor) advise(format string, args ...any) {
	d.advice = append(d.advice, fmt.Sprintf(format, args...))
}

func (d *doctor) run(version string, pinned workspace.Pinned) {
	d.pin(pinned)
	for _, line := range ide.OtherPins(d.snapshot, d.dir, pinned) {
		d.say("%s", line)
	}
	d.facts(pinned)
	d.pills()
	d.boards()
	d.settings()
	newest := d.snapshot.Library().Newest().Revision
	d.say("%s, facts of jetpack-nixos up to %s (%s)", programLine(version), newest.Short(), newest.Day())
	for _, a := range d.advice {
		d.say("%s %s", marked{text.Cyan, "advice:"}, a)
	}
}

// pin says which revision, how it is known, and where its source lies.
func (d *doctor) pin(pinned workspace.Pinned) {
	first := ide.PinLine(pinned)
	if source := sourceNote(pinned); source != "" {
		first += "; " + source
	}
	d.say("%s", first)
	pin := pinned.Pin
	if pin.File != "" && pin.Format != pins.Checkout {
		d.say("%s", ide.PinFile(pinned))
	}
	if pin.Fork {
		d.say("a fork: %s", pin.Repository())
	}
	damaged := d.snapshot.PinProblemsAt(d.dir)
	for _, p := range damaged {
		d.problem("%s", p)
	}
	switch {
	case !pin.Found() && len(damaged) > 0:
		d.advise("repair %s: nothing else here pins jetpack-nixos", damaged[0].File)
	case !pin.Found():
		tools := pins.Tools()
		last := len(tools) - 1
		d.advise("pin jetpack-nixos with %s or %s: then answers hold for that revision", strings.Join(tools[:last], ", "), tools[last])
	case pin.Revision == "" && !pinned.Basis.IsRead():
		d.advise("name a commit in %s: the file names jetpack-nixos without a revision", filepath.Base(pin.File))
	case pinned.Basis == workspace.ByDate || pinned.Basis == workspace.Newest:
		d.problem("revision %s is not known, and its source is not on disk: answers may not hold for it", pin.Revision)
	}
	if pinned.Source == nil && pin.StorePath != "" {
		d.advise("fetch the source with nix flake archive, or with any build: then jumps lead to declarations, and hovers quote jetpack-nixos itself")
	}
}

// facts says how much is known.
func (d *doctor) facts(pinned workspace.Pinned) {
	var versions []string
	for _, g := range pinned.Catalog.Generations() {
		if g.JetPack != "" { // the first revisions tell none
			versions = append(versions, g.JetPack)
		}
	}
	line := fmt.Sprintf("%d options, %d packages", len(pinned.Catalog.Options()), len(pinned.Catalog.Packages()))
	if len(versions) > 0 {
		line += ", JetPack " + strings.Join(versions, ", ")
	}
	d.say("%s", line)
	if !pinned.Basis.IsRead() {
		return
	}
	for _, p := range pinned.Source.Problems() {
		d.say("left out: %s", p)
	}
}

// pills says where the pills come from, and where links into them lead.
func (d *doctor) pills() {
	if err := d.snapshot.PillsProblem(); err != nil {
		d.problem("%v", err)
	}
	for _, dir := range d.snapshot.PillFolders(d.dir) {
		d.advise("to show the pills in %s in place of the shipped ones, set jetpills.pills.path in your editor to that folder, or call jetpills --pills %[1]s", dir)
	}
	count := len(d.snapshot.Pills().Pills())
	file, err := d.snapshot.PillFile("README.md")
	if err != nil {
		d.problem("%d pills, but links cannot lead to them: %v", count, err)
		d.advise("set XDG_CACHE_HOME to a writable folder")
		return
	}
	d.say("%d pills in %s", count, filepath.Dir(file))
}

// boards says which Jetson is at hand.
func (d *doctor) boards() {
	for _, b := range d.snapshot.Boards() {
		line := fmt.Sprintf("som = %q", b.SoM)
		if b.CarrierBoard != "" {
			line += fmt.Sprintf(", carrierBoard = %q", b.CarrierBoard)
		}
		if b.Super {
			line += ", super = true"
		}
		d.say("%s: %s (%s)", b.Where(), line, b.From)
	}
}

// settings says what is in force without an editor.
func (d *doctor) settings() {
	line := "settings: all at their defaults; editors send their own"
	if store := os.Getenv("NIX_STORE_DIR"); store != "" {
		line += "; NIX_STORE_DIR=" + store
		if !filepath.IsAbs(store) {
			d.problem("NIX_STORE_DIR is %q, which is not an absolute path", store)
		}
	}
	d.say("%s", line)
}
