package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// serve starts a server for a session, which ends with the test.
func serve(t testing.TB, session *workspace.Session, handlers rpctest.Handlers) *rpctest.Client {
	client := rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
		return Run(context.Background(), in, out, Options{Session: live{session, nil}, Version: "test"})
	}, handlers)
	t.Cleanup(func() {
		_ = client.Close()
		if _, err := client.Exit(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return client
}

// startAs starts a server for a client with the given parameters of initialize.
func startAs(t *testing.T, handlers rpctest.Handlers, capabilities, options string) (*markerEditor, string) {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir()})
	e := &markerEditor{t: t}
	e.Client = serve(t, session, handlers)
	params := `{"processId":null,"rootUri":"` + string(uri.File(dir)) + `","capabilities":` + capabilities + `,"initializationOptions":` + options + `}`
	if err := e.Call(t.Context(), "initialize", json.RawMessage(params), nil); err != nil {
		t.Fatal(err)
	}
	return e, dir
}

func at(file string, line, character int) map[string]any {
	return map[string]any{
		"textDocument": map[string]any{"uri": uri.File(file)},
		"position":     map[string]any{"line": line, "character": character},
	}
}

// TestPlainClient: a client that can nothing gets plain text, plain edits, documentation at once and a plain location.
func TestPlainClient(t *testing.T) {
	e, dir := startAs(t, rpctest.Handlers{}, `{}`, `null`)
	file := filepath.Join(dir, "a.nix")
	e.open(file, "{\n  hardware.nvidia-jetpack.so\n  hardware.nvidia-jetpack.ispPkgs = [ ];\n}\n")
	var hover struct {
		Contents struct{ Kind, Value string }
	}
	if err := e.Call(t.Context(), "textDocument/hover", at(file, 2, 30), &hover); err != nil {
		t.Fatal(err)
	}
	if hover.Contents.Kind != "plaintext" || strings.Contains(hover.Contents.Value, "**") ||
		!strings.HasPrefix(hover.Contents.Value, "hardware.nvidia-jetpack.ispPkgs renamed option\n") {
		t.Errorf("hover: %+v", hover)
	}
	var list struct {
		Items []struct {
			Label            string
			InsertTextFormat int
			Documentation    struct{ Kind, Value string }
			TextEdit         struct{ NewText string }
			Data             any
		}
	}
	if err := e.Call(t.Context(), "textDocument/completion", at(file, 1, 28), &list); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, item := range list.Items {
		if item.Label != "som" {
			continue
		}
		found = true
		if item.TextEdit.NewText != "som" || item.InsertTextFormat != 0 || item.Data != nil {
			t.Errorf("item: %+v", item)
		}
		if item.Documentation.Kind != "plaintext" || !strings.Contains(item.Documentation.Value, "Which SoM am I?") {
			t.Errorf("documentation: %+v", item.Documentation)
		}
	}
	if !found {
		t.Errorf("som is not among %+v", list.Items)
	}
	var location struct{ URI string }
	if err := e.Call(t.Context(), "textDocument/definition", at(file, 2, 30), &location); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(location.URI, ".md") {
		t.Errorf("definition: %+v", location)
	}
}

func TestResolve(t *testing.T) {
	e, dir := startAs(t, rpctest.Handlers{}, allCapabilities, `null`)
	file := filepath.Join(dir, "a.nix")
	e.open(file, `{ hardware.nvidia-jetpack.som = ""; }`)
	var list struct{ Items []json.RawMessage }
	if err := e.Call(t.Context(), "textDocument/completion", at(file, 0, 33), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 11 || strings.Contains(string(list.Items[0]), "documentation") {
		t.Fatalf("%d items: %s", len(list.Items), list.Items[0])
	}
	var item struct {
		Label         string
		Documentation struct{ Kind, Value string }
		TextEdit      any
	}
	if err := e.Call(t.Context(), "completionItem/resolve", list.Items[0], &item); err != nil {
		t.Fatal(err)
	}
	if item.Label != "orin-agx" || item.TextEdit == nil || item.Documentation.Kind != "markdown" ||
		!strings.Contains(item.Documentation.Value, "Target board") || !strings.Contains(item.Documentation.Value, "[Read on in pill") {
		t.Errorf("item: %+v", item)
	}
	var odd map[string]any
	for _, data := range []string{`null`, `7`, `{"document":"gone","topic":{"option":"x"}}`, `{"topic":[]}`} {
		if err := e.Call(t.Context(), "completionItem/resolve", json.RawMessage(`{"label":"x","data":`+data+`}`), &odd); err != nil || odd["label"] != "x" {
			t.Errorf("data %s: %v, %v", data, odd, err)
		}
	}
}

// TestUserIsTold: settings that cannot be used are told to the user, once and without a popup.
func TestUserIsTold(t *testing.T) {
	told := make(chan string, 10)
	handlers := rpctest.Handlers{Notified: func(method string, params json.RawMessage) {
		told <- method + " " + string(params)
	}}
	startAs(t, handlers, `{}`, `{"jetpills":{"pills":{"path":"/nowhere/at/all"},"hover":{"excerptLines":"many"}}}`)
	var all []string
	for len(all) < 2 {
		select {
		case message := <-told:
			all = append(all, message)
		case <-time.After(patience):
			t.Fatalf("told only %q", all)
		}
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"jetpills.hover.excerptLines", "/nowhere/at/all"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing about %s in %s", want, text)
		}
	}
	if strings.Count(strings.ToLower(text), "shipped pills are shown") != 1 {
		t.Errorf("what is shown is not said once: %s", text)
	}
	if strings.Count(text, "window/logMessage ") != 2 {
		t.Errorf("told by another way: %s", text)
	}
}

const lockOf = `{"nodes":{"jetpack":{"locked":{"owner":"anduril","repo":"jetpack-nixos","rev":%q,"type":"github"}},"root":{"inputs":{"jetpack":"jetpack"}}},"root":"root","version":7}`

// TestChangedLockWithoutWatching: a client that watches no files gets what the changed lock file says all the same.
func TestChangedLockWithoutWatching(t *testing.T) {
	e, dir := startAs(t, rpctest.Handlers{}, `{}`, `null`)
	lock := filepath.Join(dir, "flake.lock")
	write := func(revision string) {
		t.Helper()
		if err := os.WriteFile(lock, fmt.Appendf(nil, lockOf, revision), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("9dab49101c07080cbb3cee2426c47a48fd01894f")
	file := filepath.Join(dir, "a.nix")
	e.open(file, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	hover := func() string {
		t.Helper()
		var hover struct{ Contents struct{ Value string } }
		if err := e.Call(t.Context(), "textDocument/hover", at(file, 0, 27), &hover); err != nil {
			t.Fatal(err)
		}
		return hover.Contents.Value
	}
	if got := hover(); !strings.Contains(got, "9dab491") {
		t.Fatalf("before: %s", got)
	}
	write("4d857d6da48c420da39964b6fb7ba23a958abad3")
	eventually(t, "the hover follows the lock file", func() bool { return strings.Contains(hover(), "4d857d6") })
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the hover follows its end", func() bool { return strings.Contains(hover(), "nothing here pins one") })
}

// TestNeovimHover: Neovim hides the marks of Markdown and breaks lines as if it did not, so it gets lines that fit, with no addresses in
// them; and of each hover a window of eleven lines, the half of a screen, shows three lines of the pill.
func TestNeovimHover(t *testing.T) {
	e, dir := startAs(t, rpctest.Handlers{}, `{"textDocument":{"hover":{"contentFormat":["markdown"]}}},"clientInfo":{"name":"Neovim"}`, `null`)
	lock := `{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":"4d857d6da48c420da39964b6fb7ba23a958abad3"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "a.nix")
	source := `{ lib, pkgs, ... }: {
  hardware.nvidia-jetpack.som = "orin-agx";
  hardware.nvidia-jetpack.majorVersion = "6";
  hardware.nvidia-jetpack.carrierBoard = "devkit";
  hardware.nvidia-jetpack.firmware.autoUpdate = true;
  nixpkgs.overlays = [ (final: prev: { mine = lib.makeScope final.newScope (self: { }); }) ];
  environment.systemPackages = with pkgs.nvidia-jetpack; [ l4t-tools ];
}
`
	e.open(file, source)
	for _, name := range []string{"som", "majorVersion", "carrierBoard", "autoUpdate", "overlays", "final", "makeScope", "l4t-tools"} {
		before, _, _ := strings.Cut(source, name)
		line := strings.Count(before, "\n")
		var hover struct{ Contents struct{ Value string } }
		if err := e.Call(t.Context(), "textDocument/hover", at(file, line, len(before)-strings.LastIndex(before, "\n")), &hover); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(hover.Contents.Value, "\n")
		isCode := false
		for _, line := range lines {
			if isCode = isCode != strings.HasPrefix(line, "```"); !isCode && len(strings.TrimRight(line, " ")) > 80 || strings.Contains(line, "](") {
				t.Errorf("%s: %s", name, line)
			}
		}
		seen := strings.Join(lines[:min(11, len(lines))], "\n")
		if _, pill, _ := strings.Cut(seen, "\n**Pill "); strings.Count(pill, "\n") < 3 {
			t.Errorf("%s shows no three lines of the pill:\n%s", name, seen)
		}
	}
}
