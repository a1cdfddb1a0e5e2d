package ide_test

import (
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

func newSession(tb testing.TB) *workspace.Session {
	tb.Helper()
	return newSessionIn(tb, "")
}

// newSessionIn is a session with a store of Nix in a folder.
func newSessionIn(tb testing.TB, store string) *workspace.Session {
	tb.Helper()
	library, err := catalog.Open()
	if err != nil {
		tb.Fatal(err)
	}
	return workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: tb.TempDir(), StoreDir: store})
}

// FuzzCursor asks everything at every place of any text: nothing may panic, and what is answered must lie in the text.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{
		`{ hardware.nvidia-jetpack.som = "orin-agx"; }`,
		`{ hardware.nvidia-jetpack. }`,
		"{ config, ... }: { hardware.nvidia-jetpack = lib.mkIf c { som = \"o\n firmware.initialBootOrder = [ \"nvme\" ]; }; }",
		`final: prev: { a = prev.nvidia-jetpack.overrideScope (f: p: { }); }`,
		`{ inputs.jetpack-nixos.inputs.nixpkgs.follows = "nixpkgs"; outputs = { jetpack-nixos, ... }: jetpack-nixos.overlays.default; }`,
		`{ hardware.nvidia-jetpack = { enabel = true; majorVersion = 6; bootloader.autoUpdate = "no"; som = "thor-agx"; carrierBoard = "xavierNxDevkit"; }; }`,
		`let cfg = config.hardware.nvidia-jetpack; inherit (cfg) som; in with pkgs.nvidia-jetpack; [ cfg.som == "x" l4t-core ]`,
	} {
		f.Add(seed)
	}
	snapshot := newSession(f).Snapshot()
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 4096 {
			return
		}
		doc := workspace.NewDocument("untitled:x", "", "nix", 1, src+"# nvidia-jetpack")
		if doc.Problem() != nil {
			return // asked about by nobody
		}
		for offset := 0; offset <= len(src); offset++ {
			if h, ok := ide.HoverAt(snapshot, doc, offset); ok {
				if h.Span.Start < 0 || h.Span.End > len(doc.Text) || h.Span.Start > h.Span.End || !h.Span.Touches(offset) {
					t.Errorf("hover at %d has span %v in %q", offset, h.Span, src)
				}
				if strings.TrimSpace(h.Markdown(func(string, string) string { return "" })) == "" || h.Plain() == "" {
					t.Errorf("empty hover at %d in %q", offset, src)
				}
			}
			for _, item := range ide.Complete(snapshot, doc, offset) {
				if !item.Edit.Touches(offset) || item.Edit.End > len(doc.Text) {
					t.Errorf("%s at %d replaces %v in %q", item.Label, offset, item.Edit.Span, src)
				}
				if replaced := item.Edit.Of(doc.Text); strings.ContainsAny(replaced, "\r\n") {
					t.Errorf("%s at %d replaces a line break in %q", item.Label, offset, src)
				}
			}
			ide.DefinitionAt(snapshot, doc, offset)
			ide.DeclarationAt(snapshot, doc, offset)
		}
		for _, d := range ide.Diagnose(snapshot, doc) {
			if d.Span.Len() <= 0 || d.Span.Start < 0 || d.Span.End > len(doc.Text) || d.Message == "" {
				t.Errorf("%s %q at %v in %q", d.Code, d.Message, d.Span, src)
			}
			for _, fix := range d.Fixes {
				if _, err := text.Apply(doc.Text, textEdits(fix)); err != nil || fix.Title == "" {
					t.Errorf("%s: %v in %q", fix.Title, err, src)
				}
			}
		}
	})
}
