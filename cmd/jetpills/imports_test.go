package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the diagram of ARCHITECTURE.md: for each package, which of ours
// it may import. What a package here may import, a package that may import it
// may import too only where it is listed.
var mayImport = map[string][]string{
	"jetpills/cmd/jetpills": {"internal/cli", "pills"},
	"jetpills/pills":        {},

	"jetpills/editors/nix":          {}, // tests of the flake
	"jetpills/editors/registries":   {}, // tests of the entries
	"jetpills/editors/test/standin": {}, // another language server, for tests

	"jetpills/internal/pattern":    {},
	"jetpills/internal/text":       {},
	"jetpills/internal/nix/syntax": {"internal/text"},
	"jetpills/internal/nix/eval":   {"internal/nix/syntax", "internal/text"},
	"jetpills/internal/nix/module": {"internal/nix/eval", "internal/nix/syntax", "internal/text"},
	"jetpills/internal/nix/host":   {"internal/nix/eval", "internal/catalog", "internal/nix/syntax", "internal/text"},
	"jetpills/internal/catalog":    {},
	"jetpills/internal/markup":     {"internal/text"},
	"jetpills/internal/symptom":    {},
	"jetpills/internal/pill":       {"internal/symptom", "internal/markup", "internal/nix/syntax", "internal/text"},
	"jetpills/internal/claims":     {"internal/catalog", "internal/nix/syntax"},
	"jetpills/internal/edition":    {"internal/starter", "internal/claims", "internal/pill", "internal/catalog", "internal/markup", "internal/text"},
	"jetpills/internal/starter":    {"internal/catalog", "internal/nix/syntax"},
	"jetpills/internal/jetson":     {"internal/catalog"},
	"jetpills/internal/upstream": {
		"internal/nix/eval", "internal/nix/module", "internal/nix/syntax", "internal/catalog", "internal/text",
	},
	"jetpills/internal/pins": {"internal/upstream", "internal/nix/eval", "internal/nix/module", "internal/nix/syntax", "internal/catalog"},
	"jetpills/internal/workspace": {
		"internal/nix/eval", "internal/nix/module", "internal/nix/host", "internal/pins", "internal/upstream", "internal/jetson", "internal/catalog", "internal/pill", "internal/edition", "internal/nix/syntax", "internal/text",
	},
	"jetpills/internal/ide": {
		"internal/workspace", "internal/starter", "internal/jetson", "internal/nix/eval", "internal/nix/module", "internal/nix/host", "internal/pins", "internal/catalog", "internal/pill",
		"internal/nix/syntax", "internal/markup", "internal/text",
	},
	"jetpills/internal/server": {
		"internal/rpc", "internal/ide", "internal/workspace", "internal/pins", "internal/catalog", "internal/pill", "internal/text",
	},
	"jetpills/internal/rpc":         {},
	"jetpills/internal/rpc/rpctest": {},
	"jetpills/internal/cli": {
		"internal/server", "internal/ide", "internal/workspace", "internal/pins", "internal/upstream", "internal/catalog",
		"internal/pill", "internal/pillcheck", "internal/starter", "internal/jetson", "internal/edition", "internal/nix/host", "internal/nix/syntax", "internal/text",
	},
	"jetpills/internal/pillcheck":           {"internal/pill", "internal/symptom", "internal/claims", "internal/edition", "internal/catalog", "internal/nix/syntax", "internal/nix/module", "internal/text"},
	"jetpills/internal/catalog/facts":       {},
	"jetpills/internal/catalog/generate":    {"internal/catalog", "internal/catalog/facts", "internal/upstream", "internal/pill", "internal/claims"},
	"jetpills/internal/catalog/catalogtest": {"internal/catalog", "internal/catalog/facts"}, // for tests
	"jetpills/internal/nix/nixtest":         {},                                             // for tests
}

// anywhere is a package that all may import.
const anywhere = "internal/pattern"

// onlyIn are libraries that one package alone may import.
var onlyIn = map[string]string{
	"go.lsp.dev/jsonrpc2":            "jetpills/internal/rpc",
	"go.lsp.dev/protocol":            "jetpills/internal/server",
	"github.com/spf13/cobra":         "jetpills/internal/cli",
	"github.com/owenrumney/go-sarif": "jetpills/internal/cli",
	"github.com/agext/levenshtein":   "jetpills/internal/ide",
	"github.com/yuin/goldmark":       "jetpills/internal/pill",
	"github.com/BurntSushi/toml":     "jetpills/internal/nix/eval",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "jetpills/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen[p.ImportPath] = true
		allowed, known := mayImport[p.ImportPath]
		if !known {
			t.Errorf("%s has no place in the diagram", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if ours, ok := strings.CutPrefix(imported, "jetpills/"); ok && ours != anywhere && !slices.Contains(allowed, ours) {
				t.Errorf("%s may not import %s", p.ImportPath, imported)
			}
			for library, owner := range onlyIn {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && p.ImportPath != owner {
					t.Errorf("%s alone may import %s, not %s", owner, library, p.ImportPath)
				}
			}
		}
	}
	for p := range mayImport {
		if !seen[p] {
			t.Errorf("the diagram has %s, which does not exist", p)
		}
	}
}
