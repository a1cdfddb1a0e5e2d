package server

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

func TestExtensions(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir()})
	e := startMarkerEditor(t, session, dir)
	file := filepath.Join(dir, "configuration.nix")
	e.open(file, `{ hardware.nvidia-jetpack.som = "thor-agx"; }`)
	document := map[string]any{"uri": uri.File(file)}

	var pin pinResult
	if err := e.Call(t.Context(), methodPin, map[string]any{"textDocument": document}, &pin); err != nil {
		t.Fatal(err)
	}
	newest := library.Newest()
	var jetpack []string
	for _, g := range newest.Generations() {
		jetpack = append(jetpack, g.JetPack)
	}
	if pin.Short != newest.Revision.Short() || pin.Major != "7" || !pin.Deals || !slices.Equal(pin.JetPack, jetpack) || len(jetpack) < 3 {
		t.Errorf("pin: %+v", pin)
	}

	var all []pillResult
	if err := e.Call(t.Context(), methodPills, nil, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 10 || all[3].ID != "03" || len(all[3].Sections) < 10 || all[3].Sections[1].Anchor != "the-problem" {
		t.Errorf("%d pills: %+v", len(all), all)
	}

	var explained *explainResult
	ask := map[string]any{"textDocument": document, "position": map[string]any{"line": 0, "character": 27}}
	if err := e.Call(t.Context(), methodExplain, ask, &explained); err != nil {
		t.Fatal(err)
	}
	if explained == nil || explained.ID != "07" || filepath.Base(explained.Path) != explained.File || explained.Line < 2 {
		t.Errorf("explained by %+v", explained)
	}
	var folders []string
	if err := e.Call(t.Context(), methodFolders, map[string]any{"textDocument": document}, &folders); err != nil || folders == nil || len(folders) > 0 {
		t.Errorf("folders of pills: %v, %v, want none", folders, err)
	}
	own := filepath.Join(dir, "docs", "our-pills")
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"00-a.md", "01-b.md"} {
		if err := os.WriteFile(filepath.Join(own, name), []byte("# Ours\n\nText.\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Call(t.Context(), methodFolders, map[string]any{"textDocument": document}, &folders); err != nil || !slices.Equal(folders, []string{own}) {
		t.Errorf("folders of pills: %v, %v, want %s", folders, err, own)
	}
	ask["position"] = map[string]any{"line": 0, "character": 0}
	if err := e.Call(t.Context(), methodExplain, ask, &explained); err != nil || explained != nil {
		t.Errorf("a brace is explained by %+v, %v", explained, err)
	}

	var hits []hitResult
	if err := e.Call(t.Context(), methodSearch, map[string]any{"query": "recovery mode"}, &hits); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(hits, func(h hitResult) bool { return h.ID == "08" && h.Anchor == "recovery-mode" && h.Line > 1 }) {
		t.Errorf("found %+v", hits)
	}
	if err := e.Call(t.Context(), methodSearch, map[string]any{"query": ""}, &hits); err != nil || len(hits) != 0 {
		t.Errorf("nothing finds %+v, %v", hits, err)
	}

	var causes []causeResult
	text := "error:\r\n       Failed assertions:\r\n       - Jetpack 5 only supports som families: xavier orin (or generic)\r\n"
	if err := e.Call(t.Context(), methodWhy, map[string]any{"text": text}, &causes); err != nil {
		t.Fatal(err)
	}
	if len(causes) != 2 || causes[0].ID != "07" || causes[0].Anchor != "majorversion-which-jetpack" || causes[0].Line < 2 ||
		filepath.Base(causes[0].Path) != "07-nixos-modules.md" || causes[0].At != 3 || causes[0].Means == "" {
		t.Errorf("why: %+v", causes)
	}
	if err := e.Call(t.Context(), methodWhy, map[string]any{"text": "all is well"}, &causes); err != nil || len(causes) != 0 {
		t.Errorf("nothing is explained by %+v, %v", causes, err)
	}

	var revisions []revisionResult
	if err := e.Call(t.Context(), methodHistory, nil, &revisions); err != nil {
		t.Fatal(err)
	}
	if len(revisions) != len(library.Revisions()) || len(revisions) < 972 || revisions[0].Short != newest.Revision.Short() || revisions[0].Date != newest.Revision.Day() {
		t.Errorf("%d revisions, first %+v", len(revisions), revisions[0])
	}
	for _, r := range revisions {
		var jetpack []string
		if c, match := library.At(r.Hash); match == catalog.Exact {
			for _, g := range c.Generations() {
				jetpack = append(jetpack, g.JetPack)
			}
		}
		if !slices.Equal(r.JetPack, jetpack) {
			t.Errorf("%s carries JetPack %q, not %q", r.Short, jetpack, r.JetPack)
		}
	}

	err = e.Call(t.Context(), methodExplain, json.RawMessage(`[]`), nil)
	if rpctest.Code(err) != -32602 {
		t.Errorf("bad parameters: %v", err)
	}
}
