package upstream_test

import (
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// TestRoot holds which file is the root module, and what it is a function of before it is one.
func TestRoot(t *testing.T) {
	for _, test := range []struct {
		file, text string
		want       catalog.RootModule
	}{
		{"modules/default.nix", `{ config, ... }: { }`, catalog.RootModule{File: "modules/default.nix"}},
		{"modules/default.nix", `overlay: { config, ... }: { }`, catalog.RootModule{File: "modules/default.nix", Of: "overlay"}},
		{"modules/default.nix", `overlay: args: { }`, catalog.RootModule{File: "modules/default.nix", Of: "overlay"}},
		{"modules/default.nix", `args: let cfg = args.config; in { }`, catalog.RootModule{File: "modules/default.nix"}},
		{"modules/default.nix", `{ }`, catalog.RootModule{File: "modules/default.nix"}},
		{"module.nix", `{ config, ... }: { }`, catalog.RootModule{File: "module.nix"}},
	} {
		e, err := upstream.Extract(fstest.MapFS{test.file: &fstest.MapFile{Data: []byte(test.text), Mode: 0o644}})
		if err != nil || e.Root != test.want {
			t.Errorf("%s: %+v, %v", test.text, e.Root, err)
		}
	}
}
