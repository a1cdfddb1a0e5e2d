package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the diagram of ARCHITECTURE.md: for each package, which of ours
// it may import. What a package here may import, a package that may import it
// may import too only where it is listed.
var mayImport = map[string][]string{
	"cmd/jetpills":   {"internal/cli", "pills"},
	"cmd/playground": {"internal/server", "pills"},
	"pills":          {},

	"editors/nix":          {}, // tests of the flake
	"editors/registries":   {}, // tests of the entries
	"editors/test/standin": {}, // another language server, for tests

	"internal/log":        {},
	"internal/pattern":    {},
	"internal/text":       {},
	"internal/nix/syntax": {"internal/text"},
	"internal/nix/eval":   {"internal/nix/syntax", "internal/text"},
	"internal/nix/module": {"internal/nix/eval", "internal/nix/syntax", "internal/text"},
	"internal/nix/host":   {"internal/nix/eval", "internal/catalog", "internal/nix/syntax", "internal/text"},
	"internal/catalog":    {},
	"internal/markup":     {"internal/text"},
	"internal/symptom":    {},
	"internal/pill":       {"internal/symptom", "internal/markup", "internal/nix/syntax", "internal/text"},
	"internal/claims":     {"internal/catalog", "internal/nix/syntax"},
	"internal/edition":    {"internal/starter", "internal/claims", "internal/pill", "internal/catalog", "internal/markup", "internal/text"},
	"internal/starter":    {"internal/catalog", "internal/nix/syntax"},
	"internal/jetson":     {"internal/catalog"},
	"internal/upstream": {
		"internal/nix/eval", "internal/nix/module", "internal/nix/syntax", "internal/catalog", "internal/text",
	},
	"internal/pins": {"internal/upstream", "internal/nix/eval", "internal/nix/module", "internal/nix/syntax", "internal/catalog"},
	"internal/workspace": {
		"internal/nix/eval", "internal/nix/module", "internal/nix/host", "internal/pins", "internal/upstream", "internal/jetson", "internal/catalog", "internal/pill", "internal/edition", "internal/nix/syntax", "internal/text",
	},
	"internal/ide": {
		"internal/workspace", "internal/starter", "internal/jetson", "internal/nix/eval", "internal/nix/module", "internal/nix/host", "internal/pins", "internal/catalog", "internal/pill",
		"internal/nix/syntax", "internal/markup", "internal/text",
	},
	"internal/site": {
		"internal/ide", "internal/workspace", "internal/catalog", "internal/pill", "internal/nix/syntax", "internal/markup", "internal/text",
	},
	"internal/server": {
		"internal/rpc", "internal/ide", "internal/workspace", "internal/pins", "internal/catalog", "internal/pill", "internal/text",
	},
	"internal/rpc":         {},
	"internal/rpc/rpctest": {},
	"internal/cli": {
		"internal/server", "internal/site", "internal/ide", "internal/workspace", "internal/pins", "internal/upstream", "internal/catalog",
		"internal/pill", "internal/pillcheck", "internal/starter", "internal/jetson", "internal/edition", "internal/nix/host", "internal/nix/syntax", "internal/text",
	},
	"internal/pillcheck":           {"internal/pill", "internal/symptom", "internal/claims", "internal/edition", "internal/catalog", "internal/nix/syntax", "internal/nix/module", "internal/text"},
	"internal/catalog/facts":       {},
	"internal/catalog/generate":    {"internal/catalog", "internal/catalog/facts", "internal/upstream", "internal/pill", "internal/claims"},
	"internal/catalog/catalogtest": {"internal/catalog", "internal/catalog/facts"}, // for tests
	"internal/nix/nixtest":         {},                                             // for tests
}

// anywhere are packages that all may import.
var anywhere = []string{"internal/pattern", "internal/log"}

// onlyIn are libraries that one package alone may import.
var onlyIn = map[string]string{
	"go.lsp.dev/jsonrpc2":            "internal/rpc",
	"go.lsp.dev/protocol":            "internal/server",
	"github.com/spf13/cobra":         "internal/cli",
	"github.com/owenrumney/go-sarif": "internal/cli",
	"github.com/agext/levenshtein":   "internal/ide",
	"github.com/yuin/goldmark":       "internal/pill",
	"github.com/BurntSushi/toml":     "internal/nix/eval",
}

// TestPlayground: what makes a program for the browser large, and of no use there, is none of it.
func TestPlayground(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "../playground")
	list.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	for _, unwanted := range []string{
		"go.uber.org/zap", "net/http", "crypto/tls", "os/exec", "text/template", "html/template",
		"github.com/spf13/cobra", "github.com/owenrumney/go-sarif/v3/pkg/report",
	} {
		if slices.Contains(packages, unwanted) {
			t.Errorf("the playground has %s", unwanted)
		}
	}
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Module", "../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
			Module     struct{ Path string }
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")
		seen[name] = true
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("%s has no place in the diagram", name)
			continue
		}
		for _, imported := range p.Imports {
			if ours, ok := strings.CutPrefix(imported, p.Module.Path+"/"); ok && !slices.Contains(anywhere, ours) && !slices.Contains(allowed, ours) {
				t.Errorf("%s may not import %s", name, imported)
			}
			for library, owner := range onlyIn {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && name != owner {
					t.Errorf("%s alone may import %s, not %s", owner, library, name)
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
