package server

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/uri"

	"jetpills/internal/rpc/rpctest"
)

const showsProgress = `{"window":{"workDoneProgress":true}}`

// progressBar is what a client shows of the server's work: "create jetpills/1", "begin Jetpills: checking 0 of 2 files, 0 %".
type progressBar struct {
	mu    sync.Mutex
	lines []string
}

func (b *progressBar) add(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

func (b *progressBar) shown() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines)
}

func (b *progressBar) request(method string, params json.RawMessage) (any, error) {
	if method == "window/workDoneProgress/create" {
		b.created(params)
	}
	return nil, nil
}

func (b *progressBar) created(params json.RawMessage) {
	var p struct{ Token string }
	if err := json.Unmarshal(params, &p); err != nil {
		panic(err)
	}
	b.add("create " + p.Token)
}

func (b *progressBar) notified(method string, params json.RawMessage) {
	if method != "$/progress" {
		return
	}
	var p struct {
		Token string
		Value struct {
			Kind, Title, Message string
			Cancellable          bool
			Percentage           *int
		}
	}
	if err := json.Unmarshal(params, &p); err != nil {
		panic(err)
	}
	line := p.Value.Kind + " " + p.Token
	if p.Value.Title != "" {
		line += " " + p.Value.Title
	}
	if p.Value.Cancellable {
		line += " (Cancel)"
	}
	if p.Value.Message != "" {
		line += ": " + p.Value.Message
	}
	if p.Value.Percentage != nil {
		line += fmt.Sprintf(", %d %%", *p.Value.Percentage)
	}
	b.add(line)
}

func (b *progressBar) handlers() rpctest.Handlers {
	return rpctest.Handlers{Request: b.request, Notified: b.notified}
}

// gate holds up the looks at the files below a folder, until it is opened.
type gate struct {
	disk
	open map[string]chan struct{} // by the folder's name
}

func newGate(folders ...string) *gate {
	g := &gate{open: map[string]chan struct{}{}}
	for _, name := range folders {
		g.open[name] = make(chan struct{})
	}
	g.wait = func(path string) {
		for name, open := range g.open {
			if strings.Contains(filepath.ToSlash(path)+"/", "/"+name+"/") {
				<-open
			}
		}
	}
	return g
}

func (e *markerEditor) cancelProgress(token any) {
	e.t.Helper()
	e.notify("window/workDoneProgress/cancel", map[string]any{"token": token})
}

func TestProgress(t *testing.T) { bubble(t, testProgress) }

func testProgress(t *testing.T) {
	var bar progressBar
	g := newGate("slow")
	e, dir := startWith(t, &g.disk, showsProgress, bar.handlers())
	shows := func(when string, want ...string) {
		t.Helper()
		synctest.Wait()
		if got := bar.shown(); !slices.Equal(got, want) {
			t.Errorf("%s the client shows %q, want %q", when, got, want)
		}
	}
	fast, slow := filepath.Join(dir, "fast", "a.nix"), filepath.Join(dir, "slow", "a.nix")
	e.open(fast, wrong)
	time.Sleep(2 * progressAfter)
	shows("after a short pass")

	e.open(slow, wrong)
	time.Sleep(diagnosticsAfter + progressAfter - time.Millisecond)
	shows("up to a second")
	time.Sleep(2 * time.Millisecond)
	lines := []string{"create jetpills/2", "begin jetpills/2 Jetpills (Cancel): checking 0 of 2 files, 0 %"}
	shows("after a second", lines...)
	time.Sleep(time.Minute)
	shows("while nothing moves", lines...)
	close(g.open["slow"])
	lines = append(lines, "end jetpills/2")
	shows("once all files are checked", lines...)
	for _, path := range []string{fast, slow} {
		if n := e.published.timesOf(path); n != 1 {
			t.Errorf("%s: %d times diagnostics", path, n)
		}
	}
	e.cancelProgress("jetpills/2") // too late
	e.cancelProgress(7)
	e.cancelProgress(nil)
	e.change(fast, 2, right)
	time.Sleep(time.Minute)
	shows("in the end", lines...)
	if n := e.published.timesOf(fast); n != 2 {
		t.Errorf("%d times diagnostics after a change", n)
	}
}

// TestProgressCancelled: who cancels is rid of it at once. What was not looked at by then follows with the next change.
func TestProgressCancelled(t *testing.T) { bubble(t, testProgressCancelled) }

func testProgressCancelled(t *testing.T) {
	var bar progressBar
	g := newGate("slow")
	e, dir := startWith(t, &g.disk, showsProgress, bar.handlers())
	slow, last := filepath.Join(dir, "slow", "a.nix"), filepath.Join(dir, "z.nix")
	e.open(slow, wrong)
	e.open(last, wrong)
	time.Sleep(2 * progressAfter)
	e.cancelProgress("jetpills/1")
	synctest.Wait()
	if got := bar.shown(); len(got) != 3 || got[2] != "end jetpills/1" {
		t.Errorf("cancelled, but the client shows %q", got)
	}
	close(g.open["slow"])
	time.Sleep(time.Minute)
	if n := e.published.timesOf(slow) + e.published.timesOf(last); n > 0 {
		t.Errorf("cancelled, but there are %d times diagnostics", n)
	}
	e.change(last, 2, wrong+"\n")
	time.Sleep(2 * diagnosticsAtLatest)
	if one, other := e.published.timesOf(slow), e.published.timesOf(last); one != 1 || other != 1 {
		t.Errorf("after a change there are %d and %d times diagnostics", one, other)
	}
}

// TestProgressOfOddClients: a client that cannot show progress is told of none. One that refuses to, never answers, or
// answers too late, has its diagnostics all the same.
func TestProgressOfOddClients(t *testing.T) {
	type handlers = rpctest.Handlers
	for _, test := range []struct {
		name, capabilities string
		handlers           func(bar *progressBar, ids chan json.RawMessage) handlers
		lines              int
	}{
		{"it cannot", `{}`, func(bar *progressBar, _ chan json.RawMessage) handlers { return bar.handlers() }, 0},
		{"it refuses", showsProgress, func(bar *progressBar, _ chan json.RawMessage) handlers {
			return handlers{Notified: bar.notified, Request: func(method string, params json.RawMessage) (any, error) {
				_, _ = bar.request(method, params)
				return nil, &rpctest.Error{Code: -32601, Message: "no"}
			}}
		}, 1},
		{"it answers too late", showsProgress, func(bar *progressBar, ids chan json.RawMessage) handlers {
			return handlers{Notified: bar.notified, Raw: func(id json.RawMessage) string {
				bar.add("asked")
				ids <- slices.Clone(id)
				return `{"jsonrpc":"2.0","method":"$/later"}`
			}}
		}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var bar progressBar
				ids := make(chan json.RawMessage, 10)
				g := newGate("slow", "slower")
				e, dir := startWith(t, &g.disk, test.capabilities, test.handlers(&bar, ids))
				for i, name := range []string{"slow", "slower"} { // one pass each
					path := filepath.Join(dir, name, "a.nix")
					e.open(path, wrong)
					time.Sleep(time.Minute)
					close(g.open[name])
					time.Sleep(time.Minute + pollEvery/10) // the next change comes between two polls
					if n := e.published.timesOf(path); n != 1 {
						t.Errorf("%d times diagnostics", n)
					}
					if got := bar.shown(); len(got) != test.lines*(i+1) {
						t.Errorf("the client was told %q", got)
					}
					for len(ids) > 0 {
						if err := e.Frame(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":null}`, <-ids)); err != nil {
							t.Fatal(err)
						}
					}
				}
			})
		})
	}
}

// longFlake has hosts that take seconds to read.
const longFlake = `{
  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs (map toString (nixpkgs.lib.range 1 30)) (n: nixpkgs.lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default ./a.nix {
        hardware.nvidia-jetpack.name = toString (builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n * n) 190000));
      } ];
    });
  };
}
`

// TestProgressOfHosts: a person sees how many hosts are read, hovers meanwhile, may cancel it, and has the diagnostics of
// each document by itself then. The next change has the hosts read; and nobody waits for them who leaves.
func TestProgressOfHosts(t *testing.T) {
	var bar progressBar
	e, dir := startWith(t, &disk{}, showsProgress, bar.handlers())
	var paths []string
	for i := range 10 { // each has a budget of its own
		repository := filepath.Join(dir, fmt.Sprint(i))
		lay(t, filepath.Join(repository, ".git", "HEAD"), "")
		lay(t, filepath.Join(repository, "flake.nix"), longFlake)
		path := filepath.Join(repository, "a.nix")
		lay(t, path, wrong)
		paths = append(paths, path)
		e.open(path, wrong)
	}
	has := func(pattern string) func() bool {
		line := regexp.MustCompile(pattern)
		return func() bool { return slices.ContainsFunc(bar.shown(), line.MatchString) }
	}
	eventually(t, "the reading of hosts is shown", has(`^(begin|report) jetpills/\d+.*: reading hosts: [1-9]\d* of 30, [1-9]\d? %$`))
	if got := e.hover(paths[9], 0, 27); !strings.Contains(got, "hardware.nvidia-jetpack.som option") {
		t.Errorf("no hover while hosts are read: %q", got)
	}
	lines := bar.shown()
	token := strings.TrimPrefix(lines[0], "create ")
	e.cancelProgress(token)
	eventually(t, "the end is shown", has("^end "+token+"$"))
	for _, path := range paths {
		told := e.published.wait(string(uri.File(path)), func(_ []wireDiagnostic, times int) bool { return times > 0 })
		if len(told) != 1 || strings.Contains(told[0].Message, "host") {
			t.Errorf("%s: %v", path, told)
		}
	}
	if got := e.hover(paths[9], 0, 27); strings.Contains(got, " hosts") {
		t.Errorf("hosts are known that were not read: %q", got)
	}
	if got := bar.shown(); strings.HasPrefix(got[len(got)-1], "create") || strings.Count(strings.Join(got, "\n"), "begin") != 1 {
		t.Errorf("the client shows %q", got)
	}

	e.change(paths[9], 2, right)
	eventually(t, "the hosts are read again", func() bool { return strings.Count(strings.Join(bar.shown(), "\n"), ": reading hosts") > 1 })
}
