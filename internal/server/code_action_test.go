package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/text"
)

// offered is a code action as a client gets it.
type offered struct {
	Title, Kind string
	IsPreferred bool
	Edit        struct {
		Changes         map[string][]wireEdit
		DocumentChanges []struct {
			TextDocument struct {
				URI     string
				Version *int
			}
			Edits []wireEdit
		}
	}
}

type wireEdit struct {
	Range   wireRange
	NewText string
}

// actions asks for code actions of some kinds for all of a document.
func (e *markerEditor) actions(path string, only ...string) []offered {
	e.t.Helper()
	var actions []offered
	if err := e.Call(e.t.Context(), "textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": uri.File(path)}, "range": wireSpan(0, 0, 99, 0),
		"context": map[string]any{"diagnostics": []any{}, "only": only},
	}, &actions); err != nil {
		e.t.Fatal(err)
	}
	return actions
}

// applied is a text after the edits of a client.
func applied(t *testing.T, before string, edits []wireEdit) string {
	t.Helper()
	m := text.NewMapper(before)
	var all []text.Edit
	for _, e := range edits {
		span := text.Span{Start: m.Offset(text.Position(e.Range.Start), text.UTF16), End: m.Offset(text.Position(e.Range.End), text.UTF16)}
		all = append(all, text.Edit{Span: span, NewText: e.NewText})
	}
	after, err := text.Apply(before, all)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

// TestFixAll holds which actions a client is offered: the fixes of a place, and only if it asks for that, all certain ones at
// once, of which those wait for the next time that change what another one does.
func TestFixAll(t *testing.T) {
	dir := t.TempDir()
	lock := `{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":"4d857d6da48c420da39964b6fb7ba23a958abad3"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	path := filepath.Join(dir, "a.nix")
	before := "{\n  hardware.nvidia-jetpack = {\n    som = \"agx-orin\"; # ä🚀\n    carrierBoard = \"x\";\n" +
		"    bootloader = {\n      autoUpdate = true;\n      logo = ./x;\n    };\n  };\n}\n"
	e.open(path, before)

	var titles []string
	for _, a := range e.actions(path) {
		titles = append(titles, fmt.Sprintf("%s %t %s", a.Kind, a.IsPreferred, a.Title))
	}
	want := []string{
		`quickfix true Change to "orin-agx"`, `quickfix true Change to firmware.autoUpdate`, `quickfix true Change to firmware.uefi.logo`,
		`quickfix false Ignore unknown-value here`, `quickfix false Ignore unknown-value here`,
		`quickfix false Ignore renamed-option here`, `quickfix false Ignore renamed-option here`,
	}
	if diff := cmp.Diff(want, titles); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, only := range []string{"source", "source.fixAll", "source.fixAll.jetpills"} {
		if got := e.actions(path, only); len(got) != 1 || got[0].Kind != "source.fixAll.jetpills" {
			t.Errorf("%s: %+v", only, got)
		}
	}
	for _, only := range []string{"source.organizeImports", "source.fixAll.eslint", "refactor"} {
		if got := e.actions(path, only); len(got) > 0 {
			t.Errorf("%s: %+v", only, got)
		}
	}
	steps := []string{
		strings.NewReplacer("agx-orin", "orin-agx", "      autoUpdate = true;\n", "", "./x;\n    };\n", "./x;\n    };\n    firmware.autoUpdate = true;\n").Replace(before),
	}
	steps = append(steps, strings.Replace(steps[0], "bootloader = {", "firmware.uefi = {", 1))
	for i, want := range steps {
		all := e.actions(path, "source.fixAll")
		if len(all) != 1 {
			t.Fatalf("step %d: %+v", i, all)
		}
		before = applied(t, before, all[0].Edit.Changes[string(uri.File(path))])
		if diff := cmp.Diff(want, before); diff != "" {
			t.Fatalf("step %d: -want +got:\n%s", i, diff)
		}
		e.change(path, i+2, before)
	}
	if left := e.actions(path, "source.fixAll"); len(left) > 0 {
		t.Errorf("nothing is left to fix, but for %+v", left)
	}
}

// TestActionsByLine holds that a client gets the fixes of a finding wherever on its line or in its definition the cursor is, and of
// those findings that it names, and that those under the cursor come first.
func TestActionsByLine(t *testing.T) {
	dir := t.TempDir()
	lock := `{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":"4d857d6da48c420da39964b6fb7ba23a958abad3"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	path := filepath.Join(dir, "a.nix")
	source := "{\n  hardware.nvidia-jetpack = {\n    som = \"agx-orin\"; maxClok = true;\n    firmware.initialBootOrder =\n      [ \"nvm\" ];\n  };\n}\n"
	e.open(path, source)
	som, clock, order := `Change to "orin-agx"`, "Change to maxClock", `Change to "nvme"`
	named := func(code string, line, start, end int) map[string]any {
		return map[string]any{"range": wireSpan(line, start, line, end), "code": code, "message": "…"}
	}
	for _, test := range []struct {
		name            string
		line, character int
		named           []any
		want            []string
	}{
		{"before the first", 2, 0, nil, []string{som, clock}},
		{"on the second", 2, 25, nil, []string{clock, som}},
		{"behind both", 2, 39, nil, []string{som, clock}},
		{"in the definition, a line above", 3, 10, nil, []string{order}},
		{"in the set around", 1, 10, nil, nil},
		{"elsewhere", 0, 0, nil, nil},
		{"elsewhere, but named", 0, 0, []any{named("unknown-value", 4, 8, 13), named("unknown-value", 4, 8, 12), map[string]any{"code": 7}}, []string{order}},
		{"named by another server", 0, 0, []any{named("unused", 4, 8, 13)}, nil},
	} {
		var actions []offered
		at := wireSpan(test.line, test.character, test.line, test.character)
		if err := e.Call(t.Context(), "textDocument/codeAction", map[string]any{
			"textDocument": map[string]any{"uri": uri.File(path)}, "range": at, "context": map[string]any{"diagnostics": test.named},
		}, &actions); err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, a := range actions {
			if !strings.HasPrefix(a.Title, "Ignore ") {
				titles = append(titles, a.Title)
			}
		}
		if diff := cmp.Diff(test.want, titles); diff != "" {
			t.Errorf("%s: -want +got:\n%s", test.name, diff)
		}
	}
}

// TestEditsOfOtherFiles holds that a fix may change another file, by the address that the client has for it; to a client that
// takes document changes, with the versions that the edits are for.
func TestEditsOfOtherFiles(t *testing.T) {
	dir := t.TempDir()
	session := newMarkerSession(t, dir)
	closed, open, here := filepath.Join(dir, "closed.nix"), filepath.Join(dir, "open.nix"), filepath.Join(dir, "here.nix")
	if err := os.WriteFile(closed, []byte("{\n  🚀 x\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	openURI, hereURI := strings.Replace(string(uri.File(open)), "open", "%6Fpen", 1), string(uri.File(here))
	session.Open(openURI, open, "nix", 5, "{ }\n")
	session.Open(hereURI, here, "nix", 7, "{ }\n")
	doc, _ := session.Snapshot().Document(hereURI)
	at := cursor{snapshot: session.Snapshot(), doc: doc}
	edit := func(file string, start, end int) ide.Edit {
		return ide.Edit{File: file, Edit: text.Edit{Span: text.Span{Start: start, End: end}, NewText: "y"}}
	}
	edits := []ide.Edit{edit("", 0, 1), edit(open, 1, 2), edit(closed, 9, 10), edit("", 2, 3)}
	for _, test := range []struct{ documentChanges bool }{{false}, {true}} {
		s := &Server{encoding: text.UTF16}
		s.client.Workspace.WorkspaceEdit.DocumentChanges = test.documentChanges
		made, ok := s.workspaceEdit(at, edits)
		if !ok {
			t.Fatal("no edit")
		}
		content, err := protocol.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Changes         map[string][]wireEdit
			DocumentChanges []any
		}
		if err := json.Unmarshal(content, &got); err != nil {
			t.Fatal(err)
		}
		if !test.documentChanges {
			if len(got.Changes[hereURI]) != 2 || len(got.Changes[openURI]) != 1 || len(got.Changes) != 3 ||
				got.Changes[string(uri.File(closed))][0].Range.Start != (wirePosition{1, 5}) {
				t.Errorf("changes %s", content)
			}
			continue
		}
		var versions []string
		for _, change := range got.DocumentChanges {
			document := change.(map[string]any)["textDocument"].(map[string]any)
			versions = append(versions, fmt.Sprint(document["uri"], " ", document["version"]))
		}
		want := []string{hereURI + " 7", openURI + " 5", string(uri.File(closed)) + " <nil>"}
		if !slices.Equal(versions, want) || got.Changes != nil {
			t.Errorf("document changes %v, want %v", versions, want)
		}
	}
	if _, ok := (&Server{}).workspaceEdit(at, []ide.Edit{edit(filepath.Join(dir, "gone.nix"), 0, 0)}); ok {
		t.Error("an edit of a file that is not there")
	}
}

// TestSeveritySetting holds that a choice of severities takes effect at once, and that a wrong one is said to be wrong.
func TestSeveritySetting(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.nix")
	said := make(chan string, 10)
	e := &markerEditor{t: t, published: newPublished()}
	e.Client = serve(t, newMarkerSession(t, dir), rpctest.Handlers{Notified: func(method string, params json.RawMessage) {
		if method == "window/logMessage" {
			said <- string(params)
		}
		e.published.notified(method, params)
	}})
	params := fmt.Sprintf(`{"processId":null,"rootUri":%q,"capabilities":%s}`, uri.File(dir), allCapabilities)
	if err := e.Call(t.Context(), "initialize", json.RawMessage(params), nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Notify("initialized", struct{}{}); err != nil {
		t.Fatal(err)
	}
	e.open(path, wrongValue)
	for _, step := range []struct {
		chosen   string
		severity int // 0: none is shown
		said     string
	}{
		{`{"unknown-value": "warning"}`, 2, ""},
		{`{"unknown-value": "off"}`, 0, ""},
		{`{"unknown-value": "error"}`, 1, ""},
		{`{"unknown-value": "loud", "unknown-values": "off"}`, 4, `jetpills.diagnostics.severity: the severity of unknown-value must be off, hint, warning or error, not \"loud\"; ` +
			`jetpills.diagnostics.severity: there is no code \"unknown-values\"; did you mean unknown-value?`},
	} {
		e.notify("workspace/didChangeConfiguration", json.RawMessage(`{"settings":{"jetpills":{"diagnostics":{"severity":`+step.chosen+`}}}}`))
		told := e.published.wait(string(uri.File(path)), func(told []wireDiagnostic, times int) bool {
			return times > 0 && (len(told) == 0 && step.severity == 0 || len(told) == 1 && told[0].Severity == step.severity)
		})
		if len(told) > 0 != (step.severity > 0) || len(told) > 0 && told[0].Severity != step.severity {
			t.Errorf("%s: told %+v", step.chosen, told)
		}
		if step.said == "" {
			continue
		}
		select {
		case message := <-said:
			if !strings.Contains(message, step.said) {
				t.Errorf("%s: said %s", step.chosen, message)
			}
		case <-time.After(patience):
			t.Errorf("%s: nothing was said", step.chosen)
		}
	}
	if len(said) > 0 {
		t.Errorf("also said %s", <-said)
	}
}
