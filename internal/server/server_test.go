package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"jetpills/internal/log"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// patience is how long a busy machine may take for what happens without fail.
const patience = time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// journal is a session that writes down what it is told.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, fmt.Sprintf(format, args...))
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	taken := j.entries
	j.entries = nil
	return taken
}

func (j *journal) Open(document, languageID string, version int32, content string) {
	j.note("open %s %s %d %q", document, languageID, version, content)
}

func (j *journal) Change(document string, version int32, changes []text.Change, encoding text.Encoding) {
	for _, c := range changes {
		if c.Whole {
			j.note("change %s %d all %q", document, version, c.Text)
		} else {
			j.note("change %s %d %v-%v %q", document, version, c.Start, c.End, c.Text)
		}
	}
}

func (j *journal) Close(document string)       { j.note("close %s", document) }
func (j *journal) SetFolders(paths []string)   { j.note("folders %v", paths) }
func (j *journal) FilesChanged(paths []string) { j.note("files %v", paths) }

func (j *journal) Snapshot() *workspace.Snapshot { return nil }

func (j *journal) Recheck(*workspace.Snapshot, ...*workspace.Document) *workspace.Snapshot {
	return nil
}
func (j *journal) RecheckPins(*workspace.Snapshot, ...*workspace.Document) *workspace.Snapshot {
	return nil
}

func (j *journal) SetSettings(section []byte) error {
	j.note("settings %s", section)
	if !strings.HasPrefix(string(section), "{") {
		return errors.New("no object")
	}
	return nil
}

// editor is a client of a server whose session is a journal.
type editor struct {
	*rpctest.Client
	*journal
	t    *testing.T
	logs *observer.ObservedLogs
}

func start(t *testing.T, handlers rpctest.Handlers) *editor {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	e := &editor{journal: &journal{}, t: t, logs: logs}
	e.Client = rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
		return Run(context.Background(), in, out, Options{Logger: log.New(core), Version: "1.2.3", Session: e.journal})
	}, handlers)
	t.Cleanup(func() {
		_ = e.Client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if _, err := e.Exit(ctx); err != nil {
			t.Error(err)
		}
	})
	return e
}

func (e *editor) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	e.t.Cleanup(cancel)
	return ctx
}

func (e *editor) initialize(params string) json.RawMessage {
	e.t.Helper()
	var result json.RawMessage
	if err := e.Call(e.ctx(), "initialize", json.RawMessage(params), &result); err != nil {
		e.t.Fatalf("initialize: %v", err)
	}
	return result
}

func (e *editor) notify(method, params string) {
	e.t.Helper()
	if err := e.Notify(method, json.RawMessage(params)); err != nil {
		e.t.Fatal(err)
	}
}

// told returns what the session was told, once all that was sent is dealt with.
func (e *editor) told() []string {
	e.t.Helper()
	if err := e.Call(e.ctx(), "$/sync", nil, nil); rpctest.Code(err) != -32601 {
		e.t.Fatalf("an unknown request was answered with %v", err)
	}
	return e.take()
}

func TestInitializeOffersThisAndNothingElse(t *testing.T) {
	e := start(t, rpctest.Handlers{})
	var got, want any
	if err := json.Unmarshal(e.initialize(`{"processId":null,"rootUri":null,"capabilities":{}}`), &got); err != nil {
		t.Fatal(err)
	}
	const offer = `{
		"serverInfo": {"name": "jetpills", "version": "1.2.3"},
		"capabilities": {
			"positionEncoding": "utf-16",
			"textDocumentSync": {"openClose": true, "change": 2, "save": true},
			"hoverProvider": true,
			"completionProvider": {"triggerCharacters": [".", "\"", "#", "/"], "resolveProvider": true},
			"definitionProvider": true,
			"declarationProvider": true,
			"referencesProvider": true,
			"workspaceSymbolProvider": true,
			"codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.jetpills"]},
			"inlayHintProvider": true,
			"codeLensProvider": {},
			"documentLinkProvider": {},
			"executeCommandProvider": {"commands": ["jetpills.copy", "jetpills.showFinding", "jetpills.showBump", "jetpills.showPill"]},
			"workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}}
		}
	}`
	if err := json.Unmarshal([]byte(offer), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPositionEncoding(t *testing.T) {
	tests := map[string]string{
		`{}`:                                   "utf-16",
		`{"general":null}`:                     "utf-16",
		`{"general":{"positionEncodings":[]}}`: "utf-16",
		`{"general":{"positionEncodings":["utf-8","utf-16"]}}`:         "utf-16",
		`{"general":{"positionEncodings":["utf-32","utf-8"]}}`:         "utf-32",
		`{"general":{"positionEncodings":["utf-7","utf-8","utf-32"]}}`: "utf-8",
		`{"general":{"positionEncodings":["utf-7"]}}`:                  "utf-16",
	}
	for capabilities, want := range tests {
		var result struct {
			Capabilities struct{ PositionEncoding string }
		}
		e := start(t, rpctest.Handlers{})
		raw := e.initialize(`{"processId":1,"rootUri":null,"capabilities":` + capabilities + `}`)
		if err := json.Unmarshal(raw, &result); err != nil {
			t.Fatal(err)
		}
		if got := result.Capabilities.PositionEncoding; got != want {
			t.Errorf("%s: %s, want %s", capabilities, got, want)
		}
	}
}

func TestInitializeParams(t *testing.T) {
	tests := map[string]struct {
		params string
		told   []string
	}{
		"folders": {
			`{"processId":1,"rootUri":"file:///old","workspaceFolders":[{"uri":"file:///a%20b","name":"a"},{"uri":"file:///a b","name":"again"},{"uri":"vscode-vfs://github/x/y","name":"far"},{"uri":"file:///c","name":"c"}],"capabilities":{}}`,
			[]string{"folders [/a b /c]"},
		},
		"no folders":              {`{"processId":1,"rootUri":"file:///old","workspaceFolders":[],"capabilities":{}}`, []string{"folders []"}},
		"null folders":            {`{"processId":1,"rootUri":"file:///old","workspaceFolders":null,"capabilities":{}}`, []string{"folders [/old]"}},
		"a root":                  {`{"processId":1,"rootPath":"/older","rootUri":"file:///old","capabilities":{}}`, []string{"folders [/old]"}},
		"a root path":             {`{"processId":1,"rootPath":"/older","rootUri":null,"capabilities":{}}`, []string{"folders [/older]"}},
		"nothing":                 {`{"processId":null,"rootUri":null,"rootPath":null,"capabilities":{}}`, []string{"folders []"}},
		"no fields":               {`{}`, []string{"folders []"}},
		"null capabilities":       {`{"capabilities":{"workspace":null,"textDocument":null,"window":null,"general":null}}`, []string{"folders []"}},
		"settings":                {`{"capabilities":{},"initializationOptions":{"hover":{"excerpt":false}}}`, []string{"folders []", `settings {"hover":{"excerpt":false}}`}},
		"settings, named":         {`{"capabilities":{},"initializationOptions":{"jetpills":{"a":1},"nil":{}}}`, []string{"folders []", `settings {"a":1}`}},
		"settings of an odd kind": {`{"capabilities":{},"initializationOptions":[]}`, []string{"folders []", `settings []`}},
		"null settings":           {`{"capabilities":{},"initializationOptions":null}`, []string{"folders []"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := start(t, rpctest.Handlers{})
			e.initialize(test.params)
			if diff := cmp.Diff(test.told, e.told()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDocumentsReachTheSession(t *testing.T) {
	const vs = `"textDocument":{"uri":"file:///w/flake.nix","version":2}`
	tests := map[string]struct {
		method, params string
		told           []string
	}{
		"open":                     {"textDocument/didOpen", `{"textDocument":{"uri":"file:///w/flake.nix","languageId":"nix","version":1,"text":"{ }\n"}}`, []string{`open file:///w/flake.nix nix 1 "{ }\n"`}},
		"open escaped":             {"textDocument/didOpen", `{"textDocument":{"uri":"file:///a%20b/%C3%A9.nix","languageId":"nix","version":1,"text":""}}`, []string{`open file:///a%20b/%C3%A9.nix nix 1 ""`}},
		"open spelled differently": {"textDocument/didOpen", `{"textDocument":{"uri":"file:///a b/é.nix","languageId":"nix","version":1,"text":""}}`, []string{`open file:///a b/é.nix nix 1 ""`}},
		"open untitled":            {"textDocument/didOpen", `{"textDocument":{"uri":"untitled:Untitled-1","languageId":"nix","version":0,"text":"x"}}`, []string{`open untitled:Untitled-1 nix 0 "x"`}},
		"changes":                  {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"range":{"start":{"line":0,"character":1},"end":{"line":0,"character":2}},"rangeLength":1,"text":"ab"},{"range":{"start":{"line":1,"character":0},"end":{"line":1,"character":0}},"text":""}]}`, []string{`change file:///w/flake.nix 2 {0 1}-{0 2} "ab"`, `change file:///w/flake.nix 2 {1 0}-{1 0} ""`}},
		"whole text":               {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"text":"all"}]}`, []string{`change file:///w/flake.nix 2 all "all"`}},
		"null range":               {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"range":null,"text":"all"}]}`, []string{`change file:///w/flake.nix 2 all "all"`}},
		"null version":             {"textDocument/didChange", `{"textDocument":{"uri":"untitled:x","version":null},"contentChanges":[{"text":"all"}]}`, []string{`change untitled:x 0 all "all"`}},
		"no text":                  {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"text":"a"},{"range":null}]}`, []string{`close file:///w/flake.nix`}},
		"negative line":            {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"range":{"start":{"line":-1,"character":1},"end":{"line":0,"character":2}},"text":"ab"}]}`, []string{`close file:///w/flake.nix`}},
		"no list":                  {"textDocument/didChange", `{` + vs + `,"contentChanges":5}`, []string{`close file:///w/flake.nix`}},
		"no document":              {"textDocument/didChange", `{"contentChanges":[]}`, nil},
		"no parameters":            {"textDocument/didChange", `null`, nil},
		"save":                     {"textDocument/didSave", `{"textDocument":{"uri":"file:///w/flake.nix"}}`, []string{`files [/w/flake.nix]`}},
		"save untitled":            {"textDocument/didSave", `{"textDocument":{"uri":"untitled:x"}}`, nil},
		"close":                    {"textDocument/didClose", `{"textDocument":{"uri":"file:///w/flake.nix"}}`, []string{`close file:///w/flake.nix`}},
		"watched files":            {"workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/flake.lock","type":2},{"uri":"untitled:x","type":1},{"uri":"file:///w/npins/sources.json","type":3}]}`, []string{`files [/w/flake.lock /w/npins/sources.json]`}},
		"folders":                  {"workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///new","name":"n"}],"removed":[{"uri":"file:///w","name":"w"}]}}`, []string{`folders [/new]`}},
		"other folders":            {"workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///w/","name":"n"}],"removed":[{"uri":"file:///z","name":"w"}]}}`, []string{`folders [/w]`}},
		"settings":                 {"workspace/didChangeConfiguration", `{"settings":{"jetpills":{"a":1},"nixd":{}}}`, []string{`settings {"a":1}`}},
		"no settings":              {"workspace/didChangeConfiguration", `{"settings":null}`, nil},
		"others' settings":         {"workspace/didChangeConfiguration", `{"settings":{"nixd":{}}}`, nil},
		"trace":                    {"$/setTrace", `{"value":"verbose"}`, nil},
		"null language":            {"textDocument/didOpen", `{"textDocument":{"uri":"x","languageId":null,"version":null,"text":""}}`, []string{`open x  0 ""`}},
		"odd language":             {"textDocument/didOpen", `{"textDocument":{"uri":"x","languageId":5,"version":"1","text":""},"x":null}`, []string{`open x  0 ""`}},
		"odd version":              {"textDocument/didChange", `{"textDocument":{"uri":"","version":"2"},"contentChanges":[{"text":"all"}]}`, []string{`change  0 all "all"`}},
		"null changes":             {"textDocument/didChange", `{` + vs + `,"contentChanges":null}`, nil},
		"half a range":             {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"range":{"start":null,"end":{"line":0,"character":2}},"text":"ab"}]}`, []string{`close file:///w/flake.nix`}},
		"odd range":                {"textDocument/didChange", `{` + vs + `,"contentChanges":[{"range":7,"text":"ab"}]}`, []string{`close file:///w/flake.nix`}},
		"odd watched files":        {"workspace/didChangeWatchedFiles", `{"changes":[null,5,{"uri":null},{"uri":7},{"type":null,"uri":"file:///w/flake.lock"}]}`, []string{`files [/w/flake.lock]`}},
		"null watched files":       {"workspace/didChangeWatchedFiles", `{"changes":null}`, nil},
		"odd folders":              {"workspace/didChangeWorkspaceFolders", `{"event":{"added":[null,{"uri":5},{"uri":"file:///new"}],"removed":null}}`, []string{`folders [/w /new]`}},
		"folder by another name":   {"workspace/didChangeWorkspaceFolders", `{"event":{"removed":[{"uri":"FILE:///%77/"}]}}`, []string{`folders []`}},
		"null trace":               {"$/setTrace", `{"value":null}`, nil},
		"no text of a document":    {"textDocument/didOpen", `{"textDocument":{"uri":"x","languageId":"nix","version":1,"text":null}}`, nil},
		"broken":                   {"textDocument/didOpen", `{"textDocument":5}`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := start(t, rpctest.Handlers{})
			e.initialize(`{"rootUri":"file:///w","capabilities":{}}`)
			e.told()
			e.notify(test.method, test.params)
			if diff := cmp.Diff(test.told, e.told()); diff != "" {
				t.Error(diff)
			}
			failed := e.logs.FilterLevelExact(zapcore.WarnLevel).Len() > 0
			if wantFailed := slices.Contains([]string{"no text", "negative line", "no list", "no document", "no parameters", "broken", "half a range", "odd range", "no text of a document"}, name); failed != wantFailed {
				t.Errorf("warned: %v, want %v: %v", failed, wantFailed, e.logs.All())
			}
		})
	}
}

// asked collects what the server asks of its client.
type asked struct {
	mu     sync.Mutex
	params map[string]json.RawMessage
	answer func(method string) (any, error)
}

func (a *asked) request(method string, params json.RawMessage) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.params[method] = slices.Clone(params)
	return a.answer(method)
}

func (a *asked) of(method string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return string(a.params[method])
}

// bubble runs a test on a clock of its own. jsonrpc2 keeps the channels of its calls in a sync.Pool: none may come into the
// bubble or out of it. The second collection empties such a pool.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	empty := func() {
		runtime.GC()
		runtime.GC()
	}
	empty()
	defer empty()
	synctest.Test(t, f)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

const everything = `{"capabilities":{"workspace":{"configuration":true,"didChangeConfiguration":{"dynamicRegistration":true},"didChangeWatchedFiles":{"dynamicRegistration":true,"relativePatternSupport":true}}}}`

func TestInitializedAsksForFilesAndSettings(t *testing.T) {
	a := &asked{params: map[string]json.RawMessage{}, answer: func(method string) (any, error) {
		if method == "workspace/configuration" {
			return []any{map[string]any{"b": 2}}, nil
		}
		return nil, nil
	}}
	e := start(t, rpctest.Handlers{Request: a.request})
	e.initialize(everything)
	e.told()
	e.notify("initialized", `null`) // with no parameters, as some clients have it
	eventually(t, "the settings arrive", func() bool { return slices.Contains(e.told(), `settings {"b":2}`) })
	eventually(t, "the registration arrives", func() bool { return a.of("client/registerCapability") != "" })
	if got, want := a.of("workspace/configuration"), `{"items":[{"section":"jetpills"}]}`; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	var got, want any
	if err := json.Unmarshal([]byte(a.of("client/registerCapability")), &got); err != nil {
		t.Fatal(err)
	}
	var watchers []map[string]any
	for _, pattern := range watched() { // TestWatchedFiles says which
		watchers = append(watchers, map[string]any{"globPattern": pattern})
	}
	watchersJSON, err := json.Marshal(watchers)
	if err != nil {
		t.Fatal(err)
	}
	registered := `{"registrations":[
		{"id":"jetpills/workspace/didChangeWatchedFiles","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":` + string(watchersJSON) + `}},
		{"id":"jetpills/workspace/didChangeConfiguration","method":"workspace/didChangeConfiguration","registerOptions":{"section":"jetpills"}}]}`
	if err := json.Unmarshal([]byte(registered), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestInitializedAsksNothingOfAClientThatCannot(t *testing.T) {
	a := &asked{params: map[string]json.RawMessage{}, answer: func(string) (any, error) { return nil, nil }}
	e := start(t, rpctest.Handlers{Request: a.request})
	e.initialize(`{"capabilities":{}}`)
	e.notify("initialized", `null`)
	e.told()
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.params) > 0 {
		t.Errorf("asked %v", a.params)
	}
}

func TestChangedSettingsAreAskedFor(t *testing.T) {
	count := 0
	a := &asked{params: map[string]json.RawMessage{}, answer: func(method string) (any, error) {
		count++
		return []any{map[string]any{"count": count}}, nil
	}}
	e := start(t, rpctest.Handlers{Request: a.request})
	e.initialize(`{"capabilities":{"workspace":{"configuration":true}}}`)
	e.notify("initialized", `{}`)
	eventually(t, "the first settings", func() bool { return slices.Contains(e.told(), `settings {"count":1}`) })
	e.notify("workspace/didChangeConfiguration", `{"settings":null}`)
	eventually(t, "the second settings", func() bool { return slices.Contains(e.told(), `settings {"count":2}`) })
}

func TestClientThatRefusesToAnswerIsNoTrouble(t *testing.T) {
	answers := []func(string) (any, error){
		func(string) (any, error) { return nil, &rpctest.Error{Code: -32601, Message: "what?"} },
		func(string) (any, error) { return nil, nil },
		func(string) (any, error) { return []any{}, nil },
		func(string) (any, error) { return []any{nil}, nil },
		func(string) (any, error) { return map[string]any{}, nil },
	}
	for i, answer := range answers {
		a := &asked{params: map[string]json.RawMessage{}, answer: answer}
		e := start(t, rpctest.Handlers{Request: a.request})
		e.initialize(everything)
		e.notify("initialized", `{}`)
		eventually(t, "both questions", func() bool {
			return a.of("client/registerCapability") != "" && a.of("workspace/configuration") != ""
		})
		if told := e.told(); slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, "settings") }) {
			t.Errorf("answer %d: the session was told %v", i, told)
		}
	}
}

func TestClientThatNeverAnswersIsLeftInPeace(t *testing.T) {
	e := start(t, rpctest.Handlers{Request: func(string, json.RawMessage) (any, error) { return nil, nil }})
	e.initialize(everything)
	e.Pause() // from now on the client hears nothing
	e.notify("initialized", `{}`)
	e.notify("textDocument/didOpen", `{"textDocument":{"uri":"file:///x.nix","languageId":"nix","version":1,"text":""}}`)
	eventually(t, "the document is opened", func() bool { return slices.Contains(e.take(), `open file:///x.nix nix 1 ""`) })
	e.notify("exit", `null`)
	if code, err := e.Exit(e.ctx()); err != nil || code != 1 {
		t.Errorf("left with %d, %v", code, err)
	}
}

func TestShutdown(t *testing.T) {
	e := start(t, rpctest.Handlers{})
	e.initialize(`{"capabilities":{}}`)
	if err := e.Call(e.ctx(), "shutdown", nil, nil); err != nil {
		t.Fatal(err)
	}
	e.notify("exit", `null`)
	if code, err := e.Exit(e.ctx()); err != nil || code != 0 {
		t.Errorf("left with %d, %v", code, err)
	}
}
