package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// disk counts the looks at files, and may hold them up.
type disk struct {
	looks atomic.Int64
	paths sync.Map   // that were looked at
	mu    sync.Mutex // held by a test: no look returns
	wait  func(path string)
}

func (d *disk) lstat(path string) (fs.FileInfo, error) {
	d.looks.Add(1)
	d.paths.Store(path, true)
	if d.wait != nil {
		d.wait(path)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return os.Lstat(path)
}

// startOn starts a server with an editor that keeps the marks it gets, in a new folder.
func startOn(t *testing.T, d *disk, capabilities string, request func(method string, params json.RawMessage) (any, error)) (*markerEditor, string) {
	t.Helper()
	return startWith(t, d, capabilities, rpctest.Handlers{Request: request})
}

// startWith is startOn for an editor that does more.
func startWith(t *testing.T, d *disk, capabilities string, handlers rpctest.Handlers) (*markerEditor, string) {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir(), Lstat: d.lstat})
	e := &markerEditor{t: t, published: newPublished()}
	also := handlers.Notified
	handlers.Notified = func(method string, params json.RawMessage) {
		if e.published.notified(method, params); also != nil {
			also(method, params)
		}
	}
	e.Client = rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
		return Run(context.Background(), in, out, Options{Session: live{session, nil}, Version: "test"})
	}, handlers)
	t.Cleanup(func() {
		_ = e.Client.Close()
		if _, err := e.Exit(context.Background()); err != nil {
			t.Error(err)
		}
	})
	params := fmt.Sprintf(`{"processId":null,"rootUri":%q,"capabilities":%s}`, uri.File(dir), capabilities)
	if err := e.Call(t.Context(), "initialize", json.RawMessage(params), nil); err != nil {
		t.Fatal(err)
	}
	e.notify("initialized", struct{}{})
	return e, dir
}

func (e *markerEditor) notify(method string, params any) {
	e.t.Helper()
	if err := e.Notify(method, params); err != nil {
		e.t.Fatal(err)
	}
}

func (e *markerEditor) close(path string) {
	e.t.Helper()
	e.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri.File(path)}})
}

func (e *markerEditor) change(path string, version int, content string) {
	e.t.Helper()
	e.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": uri.File(path), "version": version},
		"contentChanges": []any{map[string]any{"text": content}},
	})
}

func (e *markerEditor) hover(path string, line, character int) string {
	e.t.Helper()
	var hover struct{ Contents struct{ Value string } }
	if err := e.Call(e.t.Context(), "textDocument/hover", at(path, line, character), &hover); err != nil {
		e.t.Fatal(err)
	}
	return hover.Contents.Value
}

func lay(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// old sets the time of a folder and of what it has back: as if nobody had touched them lately.
func old(t *testing.T, dir string) {
	t.Helper()
	long := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, long, long))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Documents with one mark, and with none.
const (
	wrong = `{ hardware.nvidia-jetpack.som = "orin"; }`
	right = `{ hardware.nvidia-jetpack.som = "orin-agx"; }`
)

const newest = "4d857d6da48c420da39964b6fb7ba23a958abad3"

// TestEveryOpeningIsTold: a client forgets the marks of a document that it closes, so it is told them again when it opens the
// document, however soon, and though nothing changed.
func TestEveryOpeningIsTold(t *testing.T) { bubble(t, testEveryOpeningIsTold) }

func testEveryOpeningIsTold(t *testing.T) {
	e, dir := startOn(t, &disk{}, allCapabilities, nil)
	for _, test := range []struct {
		name, content string
		marks         int
	}{{"wrong.nix", wrong, 1}, {"right.nix", right, 0}} {
		path := filepath.Join(dir, test.name)
		document := string(uri.File(path))
		for _, pause := range []time.Duration{0, 0, 20 * time.Millisecond, 150 * time.Millisecond, 500 * time.Millisecond} {
			before := e.published.forget(document)
			e.open(path, test.content)
			times := 0
			told := e.published.wait(document, func(told []wireDiagnostic, now int) bool {
				times = now
				return now > before && len(told) == test.marks
			})
			if len(told) != test.marks || times == before {
				t.Fatalf("%s, closed for %v: told %d times, last %v", test.name, pause, times-before, told)
			}
			e.close(path)
			time.Sleep(pause)
		}
		if told := e.published.wait(document, func(told []wireDiagnostic, _ int) bool { return len(told) == 0 }); len(told) > 0 {
			t.Errorf("%s: closed, but told %v", test.name, told)
		}
	}
}

// TestMarksFollowPins: marks follow the files that pin a revision, though the client tells of none and sends nothing: it
// watches no files, or none but those in its folders.
func TestMarksFollowPins(t *testing.T) {
	for _, test := range []struct{ name, capabilities, folder string }{
		{"the client does not watch", `{}`, "."},
		{"no folder is open", watches, ""},
		{"the lock file lies above the folder", watches, "hosts"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			testMarksFollowPins(t, test.capabilities, test.folder)
		})
	}
}

// testMarksFollowPins has a folder open, below that with the lock file, or none.
func testMarksFollowPins(t *testing.T, capabilities, folder string) {
	e, dir := startOn(t, &disk{}, capabilities, nil)
	opened := []any{}
	if folder != "" {
		opened = append(opened, map[string]any{"uri": uri.File(filepath.Join(dir, folder)), "name": folder})
	}
	e.notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{
		"removed": []any{map[string]any{"uri": uri.File(dir), "name": ""}}, "added": opened,
	}})
	path := filepath.Join(dir, "hosts", "orin", "configuration.nix")
	document := string(uri.File(path))
	lay(t, path, wrong)
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, newest))
	e.open(path, wrong)
	severity := func(want int) func([]wireDiagnostic, int) bool {
		return func(told []wireDiagnostic, _ int) bool { return len(told) == 1 && told[0].Severity == want }
	}
	if told := e.published.wait(document, severity(1)); len(told) != 1 || told[0].Severity != 1 {
		t.Fatalf("told %v, want an error", told)
	}
	const soon = 2 * time.Second
	soonest := time.Hour
	for round := 0; round == 0 || soonest > soon && round < 10; round++ { // the machine may be busy with something else
		for _, step := range []struct {
			change   func() error
			severity int // an error where a revision is pinned, a hint where none is
		}{
			{func() error { return os.Remove(filepath.Join(dir, "flake.lock")) }, 4},
			{func() error {
				lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, newest))
				return nil
			}, 1},
		} {
			if err := step.change(); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			told := e.published.wait(document, severity(step.severity))
			if len(told) != 1 || told[0].Severity != step.severity {
				t.Fatalf("round %d: told %v, want severity %d", round, told, step.severity)
			}
			soonest = min(soonest, time.Since(start))
		}
	}
	t.Logf("told %v after the change", soonest)
	if soonest > soon {
		t.Errorf("told %v after the change, want %v", soonest, soon)
	}
}

// TestPinsBeforeMarks: marks that are told anew, for whatever reason, are those of the pins as they are on disk, though the
// client says that it watches files, and tells of none.
func TestPinsBeforeMarks(t *testing.T) {
	e, dir := startOn(t, &disk{}, watches, nil)
	path := filepath.Join(dir, "a.nix")
	document := string(uri.File(path))
	severity := func(want int) {
		t.Helper()
		told := e.published.wait(document, func(told []wireDiagnostic, _ int) bool { return len(told) == 1 && told[0].Severity == want })
		if len(told) != 1 || told[0].Severity != want {
			t.Fatalf("told %v, want severity %d", told, want)
		}
	}
	e.open(path, wrong)
	severity(4) // nothing pins a revision
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, newest))
	e.change(path, 2, wrong+" # edited")
	severity(1)
	if err := os.Remove(filepath.Join(dir, "flake.lock")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(diagnosticsAfter) // the last look holds no longer
	e.hover(path, 0, 27)
	severity(4)
}

// watches are the capabilities of a client that says that it watches files.
const watches = `{"workspace":{"didChangeWatchedFiles":{"dynamicRegistration":true}}}`

// TestNoLookWithoutNeed: nobody looks at files while the client watches them, and while nothing is open.
func TestNoLookWithoutNeed(t *testing.T) {
	for _, test := range []struct {
		name, capabilities string
		refuses, closes    bool
		looks              bool
	}{
		{name: "the client watches", capabilities: watches},
		{name: "it does not", capabilities: `{}`, looks: true},
		{name: "it does not, though it said so", capabilities: watches, refuses: true, looks: true},
		{name: "it is Helix, which tells of its own saves alone", capabilities: watches + `,"clientInfo":{"name":"helix"}`, looks: true},
		{name: "nothing is open", capabilities: `{}`, closes: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var d disk
				e, dir := startOn(t, &d, test.capabilities, func(string, json.RawMessage) (any, error) {
					if test.refuses {
						return nil, &rpctest.Error{Code: -32601, Message: "no"}
					}
					return nil, nil
				})
				e.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{
					"jetpills": map[string]any{"upstream.path": filepath.Join(dir, "jetpack-nixos")},
				}})
				path := filepath.Join(dir, "a.nix")
				document := string(uri.File(path))
				e.open(path, wrong)
				e.published.wait(document, func(_ []wireDiagnostic, times int) bool { return times > 0 })
				if test.closes {
					e.close(path)
					e.published.wait(document, func(_ []wireDiagnostic, times int) bool { return times > 1 })
				}
				time.Sleep(pollEvery + diagnosticsAtLatest) // what is under way ends
				synctest.Wait()
				before := d.looks.Load()
				time.Sleep(2*pollEvery + pollEvery/2)
				if looks := d.looks.Load() - before; looks > 0 != test.looks {
					t.Errorf("%d looks", looks)
				}
			})
		})
	}
}

// TestMarksWhileTyping: marks come while somebody types without a pause.
func TestMarksWhileTyping(t *testing.T) { bubble(t, testMarksWhileTyping) }

func testMarksWhileTyping(t *testing.T) {
	e, dir := startOn(t, &disk{}, allCapabilities, nil)
	path := filepath.Join(dir, "a.nix")
	e.open(path, wrong)
	start, version := time.Now(), 2
	for e.published.timesOf(path) == 0 && time.Since(start) < 2*diagnosticsAtLatest {
		e.change(path, version, fmt.Sprintf("%s # %d", wrong, version))
		version++
		time.Sleep(diagnosticsAfter / 2)
	}
	if took := time.Since(start); took > diagnosticsAtLatest+diagnosticsAfter {
		t.Errorf("no marks in %v of typing", took)
	}
}

// TestNewsOfNothing: what changes nothing does not put marks off.
func TestNewsOfNothing(t *testing.T) { bubble(t, testNewsOfNothing) }

func testNewsOfNothing(t *testing.T) {
	e, dir := startOn(t, &disk{}, allCapabilities, nil)
	path := filepath.Join(dir, "a.nix")
	e.open(path, wrong)
	start := time.Now()
	for e.published.timesOf(path) == 0 && time.Since(start) < diagnosticsAtLatest {
		e.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{
			map[string]any{"uri": uri.File(filepath.Join(dir, "README.md")), "type": 2},
			map[string]any{"uri": "file:///elsewhere/flake.lock", "type": 2},
		}})
		e.notify("$/setTrace", map[string]any{"value": "off"})
		e.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"jetpills": map[string]any{}}})
		e.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": "file:///elsewhere/closed.nix"}})
		time.Sleep(diagnosticsAfter / 10)
	}
	if took := time.Since(start); took > 2*diagnosticsAfter {
		t.Errorf("news of nothing put marks off for %v", took)
	}
}

// TestSlowLooks: a look that takes long holds up who needs it, and nobody else.
func TestSlowLooks(t *testing.T) {
	var d disk
	e, dir := startOn(t, &d, `{}`, nil)
	path := filepath.Join(dir, "a.nix")
	e.open(path, right)
	d.mu.Lock()
	held, err := e.Send("textDocument/hover", at(path, 0, 27))
	if err != nil {
		t.Fatal(err)
	}
	e.change(path, 2, "{ }")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := e.Call(ctx, "jetpills/revisions", nil, nil); err != nil {
		t.Errorf("a question about no file, behind one about a file that is looked at: %v", err)
	}
	d.mu.Unlock()
	var hover struct{ Contents struct{ Value string } }
	if err := held.Await(t.Context(), &hover); err != nil || hover.Contents.Value == "" {
		t.Errorf("%q, %v: want what the document had when it was asked", hover.Contents.Value, err)
	}
}

// TestLooksOfARequest: a request looks at what its document rests on, whatever else is or was open.
func TestLooksOfARequest(t *testing.T) { bubble(t, testLooksOfARequest) }

func testLooksOfARequest(t *testing.T) {
	const opened, kept = 300, 10
	var d disk
	e, dir := startOn(t, &d, watches, nil)
	file := func(i int) string { return filepath.Join(dir, "hosts", fmt.Sprint(i), "default.nix") }
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, newest))
	for i := range opened {
		lay(t, file(i), right)
	}
	old(t, dir)
	for i := range opened {
		e.open(file(i), right)
		e.hover(file(i), 0, 27)
		if i >= kept {
			e.close(file(i))
		}
	}
	time.Sleep(2 * diagnosticsAtLatest) // what is under way ends
	synctest.Wait()
	before := d.looks.Load()
	e.hover(file(0), 0, 27)
	// hosts/0 and its default.nix, hosts, the root and its flake.lock
	if looks := d.looks.Load() - before; looks != 5 {
		t.Errorf("%d looks for a hover, want 5", looks)
	}
	d.paths.Clear()
	e.open(file(kept), right)
	e.hover(file(kept), 0, 27)
	if _, ok := d.paths.Load(filepath.Join(dir, "hosts", fmt.Sprint(kept), "lon.lock")); !ok {
		t.Error("what was read around a closed document is not forgotten")
	}
}
