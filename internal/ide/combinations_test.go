package ide_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// combination is what a host is to come to: the last values of som, carrierBoard and majorVersion, which may be empty.
type combination struct{ som, carrier, major string }

// settings are the definitions of a combination, each with its value in a form such as lib.mkForce %s.
func (c combination) settings(form string, names ...string) string {
	var b strings.Builder
	for _, s := range [][2]string{{"som", c.som}, {"carrierBoard", c.carrier}, {"majorVersion", c.major}} {
		if s[1] != "" && (len(names) == 0 || slices.Contains(names, s[0])) {
			fmt.Fprintf(&b, " %s = %s;", s[0], fmt.Sprintf(form, fmt.Sprintf("%q", s[1])))
		}
	}
	return b.String()
}

func jetpack(settings string) string { return "hardware.nvidia-jetpack = {" + settings + " };" }

// placements write a combination into a.nix, which the host imports, and other files. Other is a combination that does not
// count.
var placements = map[string]func(c, other combination) map[string]string{
	"one file": func(c, _ combination) map[string]string {
		return map[string]string{"a.nix": "{ " + jetpack(" enable = true;"+c.settings("%s")) + " }"}
	},
	"three files": func(c, _ combination) map[string]string {
		return map[string]string{
			"a.nix":   "{ imports = [ ./b.nix ./c.nix ]; " + jetpack(c.settings("%s", "som")) + " }",
			"b.nix":   "{ imports = [ d/e.nix ]; " + jetpack(" enable = true;"+c.settings("%s", "carrierBoard")) + " }",
			"c.nix":   "{ " + jetpack(c.settings("%s", "majorVersion")) + " }",
			"d/e.nix": "{ }",
		}
	},
	"names": func(c, _ combination) map[string]string {
		return map[string]string{
			"a.nix": "let board = import ./b.nix; inherit (board) som; carrier = board.carrierBoard; in { " +
				jetpack(" enable = true; inherit som; carrierBoard = carrier;"+strings.Repeat(" inherit (board) majorVersion;", min(1, len(c.major)))) + " }",
			"b.nix": "rec {" + c.settings("%s") + " }",
		}
	},
	"mkDefault in a shared module": func(c, _ combination) map[string]string {
		return map[string]string{
			"a.nix": "{ imports = [ ./b.nix ]; " + jetpack(c.settings("%s", "som")) + " }",
			"b.nix": "{ lib, ... }: { " + jetpack(" enable = true;"+c.settings("lib.mkDefault %s", "carrierBoard", "majorVersion")) + " }",
		}
	},
	"mkForce elsewhere": func(c, other combination) map[string]string {
		if c.major == "" {
			other.major = ""
		}
		return map[string]string{
			"a.nix": "{ imports = [ ./b.nix ]; " + jetpack(" enable = true;"+other.settings("%s")) + " }",
			"b.nix": "{ lib, ... }: { " + jetpack(c.settings("lib.mkForce %s")) + " }",
		}
	},
	"update": func(c, other combination) map[string]string {
		if c.major == "" {
			other.major = ""
		}
		return map[string]string{
			"a.nix": "{ hardware.nvidia-jetpack = { enable = true;" + other.settings("%s") + " } // import ./b.nix; }",
			"b.nix": "{" + c.settings("%s") + " }",
		}
	},
}

const hostFlake = `{
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";
  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./a.nix ]; };
  };
}
`

// TestEveryCombinationOverFiles holds what is said of each SoM, carrier board and JetPack to what their evaluation gave,
// however they are written: it is said once, at the value that counts, and the fixes lead to what jetpack-nixos takes.
func TestEveryCombinationOverFiles(t *testing.T) {
	lock, err := os.ReadFile("../../testdata/configs/orin-agx/flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	session := newSession(t)
	c, _ := session.Snapshot().Library().At("4d857d6da48c420da39964b6fb7ba23a958abad3")
	var all []combination
	for _, som := range c.SoMs() {
		for _, carrier := range []string{"generic", "devkit", "xavierNxDevkit"} {
			for _, major := range []string{"", "5", "6", "7"} {
				all = append(all, combination{som.Name, carrier, major})
			}
		}
	}
	if len(all) != 132 {
		t.Errorf("%d combinations", len(all))
	}
	for name, place := range placements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := 0
			for i, one := range all {
				files := place(one, all[(i+len(all)/2-1)%len(all)])
				files["flake.nix"], files["flake.lock"], files[".git/HEAD"] = hostFlake, string(lock), "ref: refs/heads/main\n"
				if judgeHost(t, session.Snapshot(), c, one, files) {
					refused++
				}
			}
			if refused < 40 || len(all)-refused < 40 {
				t.Errorf("%d of %d refused", refused, len(all))
			}
		})
	}
}

// judgeHost holds the diagnostics of all files of a host to what jetpack-nixos says of its combination, and those that
// remain after the first fix.
func judgeHost(t *testing.T, sn *workspace.Snapshot, c *catalog.Catalog, one combination, files map[string]string) (refused bool) {
	t.Helper()
	_, clashes := c.Fits(one.som, one.carrier, one.major)
	for ; ; clashes = clashes[1:] {
		_, all := diagnoseAll(t, sn, files)
		var found []ide.Diagnostic
		file := ""
		for name, of := range all {
			file, found = name, append(found, of...)
		}
		if len(found) != min(1, len(clashes)) {
			t.Errorf("%+v: clashes %v, diagnostics %v of\n%v", one, clashes, found, files)
		}
		if len(found) != 1 || len(clashes) == 0 {
			return refused
		}
		d := found[0]
		refused = true
		written, isWarning := one.major, clashes[0] == catalog.ClashTargetBoard
		fitsOnAnother := slices.ContainsFunc([]string{"generic", "devkit"}, func(carrier string) bool {
			verdict, _ := c.Fits(one.som, carrier, one.major)
			return verdict == catalog.FitYes
		})
		if clashes[0] == catalog.ClashCarrier || isWarning && fitsOnAnother { // the carrier board is to blame
			written = one.carrier
		}
		if text := files[file][d.Span.Start:d.Span.End]; d.Code != ide.CodeRefusedCombination ||
			(d.Severity == ide.SeverityWarning) != isWarning || text != fmt.Sprintf("%q", written) || len(d.Fixes) == 0 {
			t.Errorf("%+v: clashes %v, %v at %s of\n%v", one, clashes, d, text, files)
			return refused
		}
		edit := d.Fixes[0].Edits[0]
		files[file] = files[file][:edit.Span.Start] + edit.NewText + files[file][edit.Span.End:]
	}
}

// diagnoseAll are the diagnostics of all Nix files that are laid into a new folder, by the files that have some.
func diagnoseAll(t *testing.T, sn *workspace.Snapshot, files map[string]string) (dir string, found map[string][]ide.Diagnostic) {
	t.Helper()
	dir, found = layOut(t, files), map[string][]ide.Diagnostic{}
	for name := range files {
		if filepath.Ext(name) != ".nix" {
			continue
		}
		doc, err := workspace.ReadDocument(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if all := ide.Check(sn, doc); len(all) > 0 {
			found[name] = all
		}
	}
	return dir, found
}
