package server

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/rpc/rpctest"
)

// wrongValue has a value that is none on its first line.
const wrongValue = `{ hardware.nvidia-jetpack.som = "agx-orin"; }`

// openAs opens a document under a name of any kind.
func (e *markerEditor) openAs(name, content string) {
	e.t.Helper()
	if err := e.Notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": name, "languageId": "nix", "version": 1, "text": content},
	}); err != nil {
		e.t.Fatal(err)
	}
}

// askOf sends a request about a place in the first line of a document.
func (e *markerEditor) askOf(name, method string, character int, result any) {
	e.t.Helper()
	if err := e.Call(e.t.Context(), method, map[string]any{
		"textDocument": map[string]any{"uri": name}, "position": map[string]any{"line": 0, "character": character},
	}, result); err != nil {
		e.t.Fatalf("%s of %q: %v", method, name, err)
	}
}

func (e *markerEditor) hoverOf(name string) string {
	e.t.Helper()
	var hover struct{ Contents struct{ Value string } }
	e.askOf(name, "textDocument/hover", 27, &hover)
	return hover.Contents.Value
}

func (e *markerEditor) fixesOf(name string) (edited []string) {
	e.t.Helper()
	var actions []struct {
		Edit struct{ Changes map[string]json.RawMessage }
	}
	if err := e.Call(e.t.Context(), "textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": name}, "range": wireSpan(0, 34, 0, 34), "context": map[string]any{"diagnostics": []any{}},
	}, &actions); err != nil {
		e.t.Fatal(err)
	}
	for _, action := range actions {
		for document := range action.Edit.Changes {
			edited = append(edited, document)
		}
	}
	return edited
}

// spellings are names of documents as clients write them, and some that none would. /w stands for a folder that is there.
var spellings = []string{
	"file:///w/a.nix", "file:///w/a%20b.nix", "file:///w/a b.nix", "file:///w/%C3%A9.nix", "file:///w/%c3%a9.nix", "file:///w/é.nix",
	"FILE:///w/a.nix", "file:/w/a.nix", "file://localhost/w/a.nix", "file:///w/x/../a.nix", "file:///w//a.nix", "/w/a.nix",
	"file:///c:/Users/a.nix", "file:///c%3A/Users/a.nix", "file:///C%3a/Users/a.nix", "file:////wsl.localhost/Ubuntu/a.nix", "file://wsl.localhost/Ubuntu/a.nix",
	"untitled:Untitled-1", "untitled:/w/a b.nix", "vscode-vfs://github/x/y/a.nix", "vscode-remote://ssh-remote%2Bhost/a.nix", "memfs:/a.nix",
	"http://EXAMPLE.org:80/a.nix?x=%2f#y", "inmemory://model/1", "a/b.nix", "%", "#", "?", ":", "://", "file:", "file://", "with\nline\x00break", "",
}

// TestURIsAreTheClients: everything about a document uses the client's own spelling of its name, whatever that is.
func TestURIsAreTheClients(t *testing.T) {
	dir := t.TempDir()
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	var names []string
	for _, name := range spellings {
		names = append(names, strings.ReplaceAll(name, "/w/", filepath.ToSlash(dir)+"/"))
	}
	for _, name := range names {
		e.openAs(name, wrongValue)
	}
	for _, name := range names {
		if told := e.published.wait(name, func(told []wireDiagnostic, _ int) bool { return len(told) > 0 }); len(told) != 1 {
			t.Errorf("%q: marked with %+v", name, told)
		}
		if !strings.Contains(e.hoverOf(name), "hardware.nvidia-jetpack.som") {
			t.Errorf("%q: hover: %s", name, e.hoverOf(name))
		}
		if edited := e.fixesOf(name); !slices.Equal(edited, []string{name, name}) { // the fix, and the comment that ignores it
			t.Errorf("%q: the fixes edit %q", name, edited)
		}
		var pin *pinResult
		e.askOf(name, methodPin, 0, &pin)
		if pin == nil {
			t.Errorf("%q: no pin", name)
		}
		var list struct{ Items []json.RawMessage }
		e.askOf(name, "textDocument/completion", 33, &list)
		var item struct{ Documentation struct{ Value string } }
		if len(list.Items) == 0 {
			t.Errorf("%q: no completion", name)
		} else if err := e.Call(t.Context(), "completionItem/resolve", list.Items[1], &item); err != nil || item.Documentation.Value == "" {
			t.Errorf("%q: no documentation, %v", name, err)
		}
		if err := e.Notify("textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": name, "version": 2}, "contentChanges": []any{map[string]any{"text": "{ }"}},
		}); err != nil {
			t.Fatal(err)
		}
		if got := e.hoverOf(name); got != "" {
			t.Errorf("%q: the edit was not seen: %s", name, got)
		}
	}
	for _, name := range names {
		if told := e.published.wait(name, func(told []wireDiagnostic, _ int) bool { return len(told) == 0 }); len(told) != 0 {
			t.Errorf("%q: still marked after the edit: %+v", name, told)
		}
		if err := e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": name}}); err != nil {
			t.Fatal(err)
		}
	}
	e.published.mu.Lock()
	defer e.published.mu.Unlock()
	if len(e.published.byURI) != len(spellings) {
		t.Errorf("%d documents are marked, of %d", len(e.published.byURI), len(spellings))
	}
}

// TestTwoSpellingsOfOneFile: two documents to the client, with a text each, but one file to the workspace.
func TestTwoSpellingsOfOneFile(t *testing.T) {
	dir := t.TempDir()
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	file := filepath.Join(dir, "a.nix")
	one, two := "file://"+file, "file://"+strings.Replace(file, "a.nix", "%61.nix", 1)
	e.openAs(one, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	e.openAs(two, `{ hardware.nvidia-jetpack.enable = true; }`)
	if got := e.hoverOf(one); !strings.Contains(got, "jetpack.som`") {
		t.Errorf("the first: %s", got)
	}
	if got := e.hoverOf(two); !strings.Contains(got, "jetpack.enable`") {
		t.Errorf("the second: %s", got)
	}
	if err := e.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": two}}); err != nil {
		t.Fatal(err)
	}
	if e.hoverOf(two) != "" || e.hoverOf(one) == "" {
		t.Error("closing the one closed the other")
	}
}

// TestDeclarationInAnOpenDocument: a jump into a document that is open uses the client's name for it, its text, and knows
// that what lies on disk there is the same file.
func TestDeclarationInAnOpenDocument(t *testing.T) {
	dir := t.TempDir()
	module := func(blank, value string) string {
		return fmt.Sprintf("%s{ lib, ... }: { options.hardware.nvidia-jetpack.carrierBoard = lib.mkOption { type = lib.types.enum [ %q ]; }; }", blank, value)
	}
	file := filepath.Join(dir, "own board.nix")
	if err := os.WriteFile(file, []byte(module("", "saved")), 0o600); err != nil {
		t.Fatal(err)
	}
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	board := "file:" + file // with the space as it is
	e.openAs(board, module("\n\n", "edited"))
	for value, want := range map[string]string{"edited": board, "saved": ""} {
		e.openAs("untitled:1", fmt.Sprintf(`{ hardware.nvidia-jetpack.carrierBoard = %q; }`, value))
		var at *struct {
			URI   string
			Range wireRange
		}
		e.askOf("untitled:1", "textDocument/declaration", 44, &at)
		if want == "" {
			if at != nil && strings.HasSuffix(at.URI, ".nix") {
				t.Errorf("%s, which is no more in the text, is declared at %+v", value, at)
			}
		} else if at == nil || at.URI != want || at.Range.Start.Line != 2 {
			t.Errorf("%s is declared at %+v, want line 2 of %s", value, at, want)
		}
	}
}

// TestPathsOfAnotherSystem: a document that lies on another system has no workspace here, and its path is not looked for
// below the folder that the server was started in.
func TestPathsOfAnotherSystem(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, below := range []string{"", "c:/Users", "server/share", "wsl.localhost/Ubuntu"} {
		if err := os.MkdirAll(below, 0o755); err != nil && below != "" {
			t.Fatal(err)
		}
		lock := fmt.Sprintf(lockOf, "9dab49101c07080cbb3cee2426c47a48fd01894f")
		if err := os.WriteFile(filepath.Join(below, "flake.lock"), []byte(lock), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, root := range []string{"null", `""`, `"file:///c:/Users"`, `"c:/Users"`, `"file://server/share"`, `"."`, `"not a URI %"`, `"untitled:x"`, `"vscode-vfs://github/x"`} {
		e := &markerEditor{t: t}
		e.Client = serve(t, newMarkerSession(t, t.TempDir()), rpctest.Handlers{})
		if err := e.Call(t.Context(), "initialize", json.RawMessage(`{"rootUri":`+root+`,"capabilities":{}}`), nil); err != nil {
			t.Errorf("root %s: %v", root, err)
			continue
		}
		for _, name := range []string{"file:///c:/Users/a.nix", "c:/Users/a.nix", "file://server/share/a.nix", "file:////wsl.localhost/Ubuntu/a.nix", "file:a.nix", "a.nix"} {
			e.openAs(name, wrongValue)
			if got := e.hoverOf(name); !strings.Contains(got, "nothing here pins one") {
				t.Errorf("root %s, %s: %s", root, name, got)
			}
		}
	}
}

// TestViews: an older version of a file is explained, and not marked. What people edit is marked, whatever serves it.
func TestViews(t *testing.T) {
	dir := t.TempDir()
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	shown := []string{
		`git:/w/a.nix?%7B%22path%22%3A%22%2Fw%2Fa.nix%22%2C%22ref%22%3A%22~%22%7D`, "gitlens://6162/w/a.nix?x", "gitlens-git:a.nix?x", "review:/w/a.nix?x", "pr:/w/a.nix?x",
		"hg:/w/a.nix?x", "svn:/w/a.nix?x", "jj:/w/a.nix?x", "fugitive:///w/.git//0/a.nix", "Fugitive:///w/.git//0/b.nix", "diffview:///w/.git/:0:/a.nix",
		"gitsigns:///w/.git//:0:a.nix", "vscode-local-history:/w/a.nix?x",
	}
	edited := []string{"untitled:Untitled-1", "vscode-remote://wsl%2Bubuntu/w/a.nix", "vscode-vfs://github/x/y/a.nix", "memfs:/a.nix", "inmemory://model/1", "vscode-test-web://mount/a.nix", "gitpod:/a.nix"}
	for _, name := range append(shown, edited...) {
		e.openAs(name, wrongValue)
		if !strings.Contains(e.hoverOf(name), "hardware.nvidia-jetpack.som") {
			t.Errorf("%s is not explained", name)
		}
	}
	for _, name := range edited {
		if told := e.published.wait(name, func(told []wireDiagnostic, _ int) bool { return len(told) > 0 }); len(told) == 0 {
			t.Errorf("%s is not marked", name)
		}
	}
	e.published.mu.Lock() // all of one snapshot are told together
	defer e.published.mu.Unlock()
	for _, name := range shown {
		if told := e.published.byURI[name]; len(told) > 0 {
			t.Errorf("%s is marked: %+v", name, told)
		}
	}
}

// TestNothingInInitializeRefuses: null is absent, and damage costs no more than the member that it is in.
func TestNothingInInitializeRefuses(t *testing.T) {
	for _, params := range []string{
		`null`, `[]`, `{"trace":null}`, `{"trace":5}`, `{"capabilities":null}`, `{"capabilities":[]}`, `{"processId":"x"}`, `{"clientInfo":null}`, `{"clientInfo":"x"}`,
		`{"rootUri":5,"rootPath":{},"workspaceFolders":7}`, `{"workspaceFolders":[null,5,{"uri":null},{"uri":7},{}]}`, `{"locale":{},"workDoneToken":[]}`,
		`{"capabilities":{"general":{"positionEncodings":[null,"utf-16"],"markdown":5,"staleRequestSupport":null}}}`,
		`{"capabilities":{"textDocument":{"hover":{"contentFormat":[null,5]},"completion":{"completionItem":{"tagSupport":{"valueSet":[null]},"insertTextModeSupport":7}}}}}`,
		`{"capabilities":{"textDocument":{"semanticTokens":{"requests":5,"tokenTypes":null},"foldingRange":"yes","synchronization":[]},"notebookDocument":null,"window":3,"experimental":[null]}}`,
		`{"capabilities":{"workspace":{"configuration":"yes","didChangeWatchedFiles":null,"symbol":{"symbolKind":{"valueSet":[1,null,"x"]}},"fileOperations":7}}}`,
	} {
		e := &markerEditor{t: t}
		e.Client = serve(t, newMarkerSession(t, t.TempDir()), rpctest.Handlers{})
		if err := e.Call(t.Context(), "initialize", json.RawMessage(params), nil); err != nil {
			t.Errorf("%s: %v", params, err)
			continue
		}
		e.openAs("file:///w/a.nix", wrongValue)
		if e.hoverOf("file:///w/a.nix") == "" {
			t.Errorf("%s: no hover", params)
		}
	}
	// What is whole beside the damage is used.
	e, _ := startAs(t, rpctest.Handlers{}, `{"textDocument":{"hover":{"dynamicRegistration":"x","contentFormat":[5,null,"markdown"]},"definition":7}}`, `null`)
	e.openAs("file:///w/a.nix", wrongValue)
	if !strings.HasPrefix(e.hoverOf("file:///w/a.nix"), "**") {
		t.Errorf("plain: %s", e.hoverOf("file:///w/a.nix"))
	}
}

// TestOddPositions: a number that is too large means the end; one that is none is refused.
func TestOddPositions(t *testing.T) {
	dir := t.TempDir()
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	e.openAs("a", wrongValue)
	for position, want := range map[string]int{
		`{"line":0,"character":27}`: 0, `{"line":0.0,"character":2.7e1}`: 0, `{"line":0,"character":1.7976931348623157e308}`: 0, `{"line":9007199254740991,"character":0}`: 0,
		`{"line":-1,"character":0}`: -32602, `{"line":0.5,"character":0}`: -32602, `{"line":"0","character":0}`: -32602, `null`: -32602, `{"line":0}`: -32602, `{"line":null,"character":0}`: -32602, `[]`: -32602,
	} {
		err := e.Call(t.Context(), "textDocument/hover", json.RawMessage(`{"textDocument":{"uri":"a"},"position":`+position+`}`), nil)
		if rpctest.Code(err) != want {
			t.Errorf("%s: %v, want %d", position, err, want)
		}
	}
	for _, params := range []string{`null`, `[]`, `{}`, `{"textDocument":null}`, `{"textDocument":{"uri":null}}`, `{"textDocument":{"uri":5}}`} {
		for _, method := range []string{"textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/declaration", "textDocument/references", "textDocument/codeAction", methodPin, methodExplain} {
			if err := e.Call(t.Context(), method, json.RawMessage(params), nil); rpctest.Code(err) != -32602 {
				t.Errorf("%s %s: %v", method, params, err)
			}
		}
	}
}
