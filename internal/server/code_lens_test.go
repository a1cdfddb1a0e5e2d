package server

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/text"
)

// showLens shows a lens: where it stands, its title, and what a click does.
func showLens(c marker, at text.Span, title, click string) string {
	return fmt.Sprintf("%s %s → %s", c.span(at), title, click)
}

func directLens(c marker) string {
	var lines []string
	for _, l := range ide.CodeLenses(c.snapshot, c.doc) {
		click := "jetpills.copy " + l.Flash
		if l.IsBump {
			click = "jetpills.showBump " + c.names.Replace(c.doc.Path)
		}
		if l.First != nil {
			in, name := c.other(l.First.File)
			click = "jetpills.showFinding " + name + ":" + in.span(l.First.Span)
		}
		lines = append(lines, showLens(c, l.Span, l.Title, click))
	}
	return linesOrNothing(lines)
}

type wireLensOf struct {
	Range   wireRange
	Command struct {
		Title, Command string
		Arguments      []json.RawMessage
	}
}

// lenses asks for the code lenses of a document.
func (e *markerEditor) lenses(t testing.TB, path string) []wireLensOf {
	t.Helper()
	var result []wireLensOf
	if err := e.Call(t.Context(), "textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri.File(path)}}, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func wireLens(e *markerEditor, c marker) string {
	var lines []string
	for _, l := range e.lenses(c.t, c.doc.Path) {
		click, command := "", l.Command
		switch command.Command {
		case copyCommand:
			var copied string
			if err := json.Unmarshal(command.Arguments[0], &copied); err != nil {
				c.t.Fatal(err)
			}
			click = copied
		case showBumpCommand:
			var document uri.URI
			if err := json.Unmarshal(command.Arguments[0], &document); err != nil {
				c.t.Fatal(err)
			}
			click = c.names.Replace(document.FsPath())
		case showFindingCommand:
			var at struct {
				URI   string
				Range wireRange
			}
			if err := json.Unmarshal(command.Arguments[0], &at); err != nil {
				c.t.Fatal(err)
			}
			in, name := c.other(uri.URI(at.URI).FsPath())
			click = name + ":" + in.span(at.Range.span(in))
		}
		lines = append(lines, showLens(c, l.Range.span(c), command.Title, command.Command+" "+click))
	}
	return linesOrNothing(lines)
}

func directBump(c marker) string {
	newer, ok := ide.NewerThanPin(c.snapshot, c.doc)
	if !ok {
		return "nothing\n"
	}
	return c.bump(newer.Title(), newer.Summary.Report(ide.PillLinks(c.snapshot)).Markdown())
}

func wireBump(e *markerEditor, c marker) string {
	var result *struct{ Title, Markdown string }
	if err := e.Call(c.t.Context(), "jetpills/bump", map[string]any{"textDocument": map[string]any{"uri": c.doc.URI}}, &result); err != nil {
		c.t.Fatal(err)
	}
	if result == nil {
		return "nothing\n"
	}
	return c.bump(result.Title, result.Markdown)
}

// bump is what a newer revision changes, as a golden has it.
func (c marker) bump(title, page string) string {
	return title + "\n\n" + fileLink.ReplaceAllString(c.names.Replace(page), "$1") + "\n"
}

// TestShowBump: a client that has no page of its own for what a newer revision would change gets a message.
func TestShowBump(t *testing.T) { bubble(t, testShowBump) }

func testShowBump(t *testing.T) {
	messages := make(chan string, 1)
	e, dir := startWith(t, &disk{}, `{}`, rpctest.Handlers{Notified: func(method string, params json.RawMessage) {
		if method == "window/showMessage" {
			messages <- string(params)
		}
	}})
	flake := filepath.Join(dir, "flake.nix")
	const content = `{
  inputs.jetpack.url = "github:anduril/jetpack-nixos";
  outputs = { self, nixpkgs, jetpack, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs [ %s ] (som: nixpkgs.lib.nixosSystem {
      modules = [ jetpack.nixosModules.default { hardware.nvidia-jetpack = { enable = true; inherit som; }; } ];
    });
  };
}
`
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, "8f27a0b1406c628b47cfd36932d70a96baf90d72"))
	e.open(flake, "{ }")
	show := func(content string) string {
		e.change(flake, 2, content)
		if err := e.Call(t.Context(), "workspace/executeCommand", map[string]any{"command": showBumpCommand, "arguments": []any{uri.File(flake)}}, nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		select {
		case message := <-messages:
			return message
		default:
			return ""
		}
	}
	if got := show("{ }"); got != "" {
		t.Errorf("for a flake without the input: %s", got)
	}
	got := show(fmt.Sprintf(content, `"orin-nx"`))
	if !strings.HasPrefix(got, `{"type":3,"message":"jetpack-nixos 8f27a0b (2024-05-09) → 4d857d6 (2026-07-30)\n\norin-nx\nJetPack: 5.1.2 → 6.2.2\n`) || strings.Contains(got, "the rest") {
		t.Errorf("for one host: %s", got)
	}
	got = show(fmt.Sprintf(content, `"orin-nx" "xavier-nx" "orin-agx" "thor-agx"`))
	if lines := strings.Count(got, `\n`); lines != mostOfMessage || !strings.HasSuffix(got, `… jetpills check --rev newest prints the rest."}`) {
		t.Errorf("for several: %d lines of %s", lines, got)
	}
}

// TestShowPill: a client that knows no request of ours gets the section about what is under its cursor by a command.
func TestShowPill(t *testing.T) { bubble(t, testShowPill) }

func testShowPill(t *testing.T) {
	messages := make(chan string, 1)
	e, dir := startWith(t, &disk{}, `{}`, rpctest.Handlers{Notified: func(method string, params json.RawMessage) {
		if method == "window/showMessage" {
			messages <- string(params)
		}
	}})
	file := filepath.Join(dir, "configuration.nix")
	e.open(file, "{ hardware.nvidia-jetpack.som = \"orin-agx\"; }")
	for character, want := range map[int]string{27: "07-nixos-modules.md:", 0: ""} {
		position := map[string]any{"textDocument": map[string]any{"uri": uri.File(file)}, "position": map[string]any{"line": 0, "character": character}}
		var place *explainResult
		if err := e.Call(t.Context(), "workspace/executeCommand", map[string]any{"command": showPillCommand, "arguments": []any{position}}, &place); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		said := ""
		select {
		case said = <-messages:
		default:
		}
		if (place == nil) != (want == "") || !strings.Contains(said, want) || want == "" && said != "" {
			t.Errorf("at %d: %+v, %s", character, place, said)
		}
	}
}
