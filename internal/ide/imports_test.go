package ide_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/workspace"
)

// importForms are ways to import something of jetpack-nixos, whose source is src, as a module.
var importForms = []string{
	`"${src}/modules"`, `"${src}/modules/default.nix"`, `src + "/modules"`, `import "${src}/modules"`, `import (src + "/modules/default.nix")`,
	`"${src}/overlay.nix"`, `src + "/overlay.nix"`, `import "${src}/modules" (import "${src}/overlay.nix")`,
	`import "${src}/modules/default.nix" (import "${src}/overlay.nix")`, `import (src + "/modules") (import (src + "/overlay.nix"))`,
	`import (src + "/modules/default.nix") (import (src + "/overlay.nix"))`,
}

// importJudgement is what Nix says of importForms at a revision: those that are no modules.
type importJudgement struct {
	Revision string   `json:"revision"`
	Refused  []string `json:"refused"`
}

// TestImportsAgainstNix holds what is reported of imports to what Nix says of them, and the fixes to what it takes. With -lib DIR and
// -upstream DIR it takes the answers anew.
func TestImportsAgainstNix(t *testing.T) {
	library := newSession(t).Snapshot().Library()
	known := nixtest.Recorded(t, "testdata/imports.json", func() []importJudgement { return recordImports(t, library) })
	for _, j := range known {
		var refused []string
		for _, form := range importForms {
			found := importing(t, j.Revision, form)
			if len(found) == 0 {
				continue
			}
			refused = append(refused, form)
			if len(found) != 1 || found[0].Code != ide.CodeModuleImport || found[0].Severity != ide.SeverityError {
				t.Errorf("%.7s: %s: %+v", j.Revision, form, found)
			}
			for _, fix := range found[0].Fixes {
				mended := strings.TrimSuffix(strings.TrimPrefix(fix.Edits[0].NewText, "("), ")")
				if !slices.Contains(importForms, mended) || slices.Contains(j.Refused, mended) {
					t.Errorf("%.7s: %s becomes %s, which Nix does not take for certain", j.Revision, form, mended)
				}
			}
		}
		if !slices.Equal(refused, j.Refused) {
			t.Errorf("%.7s: reported %q, and Nix refuses %q", j.Revision, refused, j.Refused)
		}
	}
}

// importing are the findings of a host that imports a source, which is no flake, in one way.
func importing(t *testing.T, revision, form string) []ide.Diagnostic {
	t.Helper()
	name := filepath.Join(t.TempDir(), "configuration.nix")
	source := fmt.Sprintf("let src = fetchTarball \"https://github.com/anduril/jetpack-nixos/archive/%s.tar.gz\"; in {\n  imports = [ (%s) ];\n}\n", revision, form)
	if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	doc, err := workspace.ReadDocument(name)
	if err != nil {
		t.Fatal(err)
	}
	return ide.Diagnose(newSession(t).Snapshot(), doc)
}

func recordImports(t *testing.T, library *catalog.Library) (all []importJudgement) {
	t.Helper()
	for _, rev := range judgedRevisions {
		c := exactly(t, library, rev)
		j := importJudgement{Revision: c.Revision.Hash}
		source := t.TempDir()
		nixtest.UnpackUpstream(t, c.Revision.Hash, source)
		ask := func(form string) string {
			ask := fmt.Sprintf("let lib = import %s; src = %s; in builtins.attrNames (lib.evalModules { modules = [ { imports = [ (%s) ]; "+
				"config._module = { check = false; args.pkgs = { }; }; } ]; }).options", nixtest.Lib(t), strconv.Quote(source), form)
			_, err := nixtest.TryEval(t, ask)
			switch {
			case err == nil:
				return ""
			case strings.Contains(err.Error(), "does not look like a module"):
				return "refused"
			}
			t.Fatalf("nix-instantiate: %v", err)
			return ""
		}
		for _, form := range importForms {
			// Before November 2025 what is called with the overlay is the module's result.
			if strings.Contains(form, "(import") && c.Root.Of == "" {
				continue
			}
			if ask(form) != "" {
				j.Refused = append(j.Refused, form)
			}
		}
		all = append(all, j)
	}
	return all
}
