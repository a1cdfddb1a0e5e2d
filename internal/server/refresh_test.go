package server

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/uri"

	"jetpills/internal/rpc"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/text"
)

// refreshed is what a client is asked to ask again.
type refreshed struct {
	mu      sync.Mutex
	methods []string
}

func (r *refreshed) request(method string, _ json.RawMessage) (any, error) {
	if strings.HasSuffix(method, "/refresh") {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.methods = append(r.methods, method)
	}
	return nil, nil
}

func (r *refreshed) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.methods
	slices.Sort(taken)
	r.methods = nil
	return taken
}

const refreshes = `{"workspace":{"inlayHint":{"refreshSupport":true},"codeLens":{"refreshSupport":true}}}`

// twoFiles is a host of two files that are open, and what the editor shows behind the SoM in the first of them.
type twoFiles struct {
	*markerEditor
	dir, flake, som, major string
	versions               int
}

func newTwoFiles(t *testing.T, capabilities string, asked *refreshed) *twoFiles {
	return newTwoFilesAt(t, newest, capabilities, asked)
}

// newTwoFilesAt is newTwoFiles with another revision pinned.
func newTwoFilesAt(t *testing.T, revision, capabilities string, asked *refreshed) *twoFiles {
	e, dir := startOn(t, &disk{}, capabilities, asked.request)
	f := &twoFiles{e, dir, filepath.Join(dir, "flake.nix"), filepath.Join(dir, "som.nix"), filepath.Join(dir, "major.nix"), 1}
	lay(t, filepath.Join(dir, "flake.lock"), fmt.Sprintf(lockOf, revision))
	for path, content := range map[string]string{
		f.flake: `{ outputs = { nixpkgs, jetpack-nixos, ... }: { nixosConfigurations.arm = nixpkgs.lib.nixosSystem {
			modules = [ jetpack-nixos.nixosModules.default ./som.nix ./major.nix ]; }; }; }`,
		f.som:   `{ hardware.nvidia-jetpack = { enable = true; som = "orin-nx"; }; }`,
		f.major: majorIs("6"),
	} {
		lay(t, path, content)
		e.open(path, content)
	}
	return f
}

func majorIs(major string) string {
	return fmt.Sprintf(`{ hardware.nvidia-jetpack.majorVersion = %q; }`, major)
}

func (f *twoFiles) setMajor(major string) {
	f.versions++
	f.change(f.major, f.versions, majorIs(major))
}

func (f *twoFiles) expectHint(when, want string) {
	f.t.Helper()
	got := ""
	for _, h := range f.hints(f.t, f.som, text.Position{}) {
		got += h.Label
	}
	if !strings.HasPrefix(got, want) || want == "" && got != "" {
		f.t.Errorf("%s: %q, want %q", when, got, want)
	}
}

func (f *twoFiles) expectLenses(when string, want ...string) {
	f.t.Helper()
	var got []string
	for _, l := range f.lenses(f.t, f.flake) {
		title, _, _ := strings.Cut(l.Command.Title, ".config.")
		got = append(got, title)
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("%s: %q, want %q", when, got, want)
	}
}

func quiet() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

// TestHintsAreNeverOld: hints and lenses are of the hosts as the newest texts have them, however soon they are asked for.
func TestHintsAreNeverOld(t *testing.T) { bubble(t, testHintsAreNeverOld) }

func testHintsAreNeverOld(t *testing.T) {
	f := newTwoFiles(t, `{}`, &refreshed{})
	f.expectHint("at once", "JetPack 6.2.2 · ")
	f.setMajor("7")
	f.expectHint("right after an edit of another file", "JetPack 7")
	f.expectLenses("then", "nix build .#nixosConfigurations.arm")
	f.setMajor("8")
	f.expectLenses("right after a mistake", "nix build .#nixosConfigurations.arm", "1 finding")
	began := time.Now()
	f.expectHint("when nothing has changed", "sm_87")
	if waited := time.Since(began); waited > 0 {
		t.Errorf("a question about hosts that are known took %s", waited)
	}

	// An answer about a text that the client does not have any more would be shown at the wrong place.
	answered := make(chan error, 1)
	f.setMajor("5")
	go func() {
		answered <- f.Call(t.Context(), "textDocument/inlayHint", map[string]any{
			"textDocument": map[string]any{"uri": uri.File(f.som)}, "range": wireSpan(0, 0, 9, 0),
		}, nil)
	}()
	synctest.Wait()
	f.change(f.som, 2, `{ }`)
	if err := <-answered; rpctest.Code(err) != int(rpc.ContentModified) {
		t.Errorf("the document changed meanwhile, but the answer is %v", err)
	}
	f.expectHint("without a SoM", "")
}

// TestRefresh: a client that asks again only when it is told to is told so, once, when an answer that it has is old; and never
// else.
func TestRefresh(t *testing.T) { bubble(t, testRefresh) }

func testRefresh(t *testing.T) {
	asked := &refreshed{}
	f := newTwoFiles(t, refreshes, asked)
	expect := func(when string, want ...string) {
		t.Helper()
		quiet()
		if got := asked.take(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	const hints, lenses = "workspace/inlayHint/refresh", "workspace/codeLens/refresh"
	expect("nobody has asked for any")
	f.expectHint("at first", "JetPack 6.2.2")
	expect("nothing has changed")
	f.setMajor("7")
	expect("another file changed", hints)
	f.setMajor("6")
	expect("the client has not asked again")
	f.expectHint("later", "JetPack 6.2.2")
	f.expectLenses("later", "nix build .#nixosConfigurations.arm")
	other := filepath.Join(f.dir, "elsewhere", "other.nix")
	f.open(other, `{ }`)
	f.change(other, 2, `{ a = 1; }`)
	expect("a file changed that no host has")
	f.setMajor("8")
	expect("something is wrong", lenses, hints)
	f.expectHint("then", "sm_87")
	f.expectLenses("then", "nix build .#nixosConfigurations.arm", "1 finding")
	lay(t, filepath.Join(f.dir, "flake.lock"), fmt.Sprintf(lockOf, olderRevision(t)))
	f.change(other, 3, `{ }`)
	expect("another revision is pinned, for which the lenses are the same", hints)
	f.expectHint("then", "sm_87")
	f.notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"jetpills": map[string]any{"inlayHints.enable": false}}})
	expect("hints were turned off", hints)
	f.expectHint("then", "")
	f.close(f.som)
	expect("a document was closed")
}

// TestFindingsAreNeverOld: how many findings a host has is what the newest texts give, where no host changes by that.
func TestFindingsAreNeverOld(t *testing.T) { bubble(t, testFindingsAreNeverOld) }

func testFindingsAreNeverOld(t *testing.T) {
	asked := &refreshed{}
	f := newTwoFiles(t, refreshes, asked)
	f.setMajor("8")
	f.expectLenses("with a mistake", "nix build .#nixosConfigurations.arm", "1 finding")
	f.versions++
	f.change(f.major, f.versions, majorIs("8")+" # jetpills: ignore=unknown-value")
	quiet()
	if got := asked.take(); !slices.Equal(got, []string{"workspace/codeLens/refresh"}) {
		t.Errorf("the finding is ignored: %q", got)
	}
	f.expectLenses("then", "nix build .#nixosConfigurations.arm")
}

// TestNewerIsNeverOld: what a newer revision would change is of the newest texts, in lenses, in hovers and in the page, and the
// client is told when it is something else. A hover does not wait for it.
func TestNewerIsNeverOld(t *testing.T) { bubble(t, testNewerIsNeverOld) }

func testNewerIsNeverOld(t *testing.T) {
	asked := &refreshed{}
	f := newTwoFilesAt(t, "8f27a0b1406c628b47cfd36932d70a96baf90d72", refreshes, asked)
	flake := "{ inputs.jetpack.url = \"github:anduril/jetpack-nixos\";\n" + `outputs = { nixpkgs, jetpack, ... }: { nixosConfigurations.arm = nixpkgs.lib.nixosSystem {
		modules = [ jetpack.nixosModules.default ./som.nix ./major.nix ]; }; }; }`
	f.change(f.flake, 2, flake)
	f.change(f.major, 2, `{ }`)
	f.versions = 2
	hover := func() string {
		page := f.hover(f.flake, 0, 20)
		_, row, _ := strings.Cut(page, "Newest known: ")
		row, _, _ = strings.Cut(row, "\n")
		return row
	}
	if got, want := hover(), "4d857d6 (2026-07-30); jetpills check --rev newest shows what would change"; got != want {
		t.Errorf("at once: %q, want %q", got, want)
	}
	f.expectLenses("at once", "newest known 4d857d6; 5 changes for you")
	if got, want := hover(), "4d857d6 (2026-07-30); 5 changes for you, which jetpills check --rev newest lists"; got != want {
		t.Errorf("then: %q, want %q", got, want)
	}
	quiet()
	asked.take() // of the pin
	f.expectLenses("later", "newest known 4d857d6; 5 changes for you")
	for _, edit := range []struct{ why, content, refresh, lens, change string }{
		{"a remark", `{ } # nothing`, "", "newest known 4d857d6; 5 changes for you", "JetPack: 5.1.2 → 6.2.2"},
		{"another default", `{ hardware.nvidia-jetpack.enable = true; }`, "", "newest known 4d857d6; 5 changes for you", "JetPack: 5.1.2 → 6.2.2"},
		{"an option of the newest revision alone", `{ hardware.nvidia-jetpack.majorVersion = "5"; }`, "workspace/codeLens/refresh", "newest known 4d857d6; 5 changes for you", "1 finding would disappear"},
		{"another board", `{ lib, ... }: { hardware.nvidia-jetpack.som = lib.mkForce "xavier-agx"; }`, "workspace/codeLens/refresh", "newest known 4d857d6; 4 changes for you", "JetPack: 5.1.2 → 5.1.6"},
		{"off", `{ lib, ... }: { hardware.nvidia-jetpack.enable = lib.mkForce false; }`, "workspace/codeLens/refresh", "newest known 4d857d6", "jetpack-nixos is not enabled here"},
	} {
		f.versions++
		f.change(f.major, f.versions, edit.content)
		quiet()
		if got := strings.Join(asked.take(), " "); got != edit.refresh {
			t.Errorf("%s: asked to ask again: %q, want %q", edit.why, got, edit.refresh)
		}
		lenses := []string{edit.lens}
		for _, l := range f.lenses(t, f.flake)[1:] {
			title, _, _ := strings.Cut(l.Command.Title, ".config.")
			lenses = append(lenses, title)
		}
		f.expectLenses(edit.why, lenses...)
		var page struct{ Title, Markdown string }
		if err := f.Call(t.Context(), "jetpills/bump", map[string]any{"textDocument": map[string]any{"uri": uri.File(f.flake)}}, &page); err != nil {
			t.Fatal(err)
		}
		if page.Title != edit.lens || !strings.Contains(page.Markdown, edit.change) {
			t.Errorf("%s: %s", edit.why, page)
		}
	}
}

// TestRefreshIsForThoseWhoTakeIt: a client that has not said that it can ask again is not told to.
func TestRefreshIsForThoseWhoTakeIt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		asked := &refreshed{}
		f := newTwoFiles(t, `{}`, asked)
		f.expectHint("at first", "JetPack 6.2.2")
		f.setMajor("7")
		quiet()
		if got := asked.take(); len(got) > 0 {
			t.Errorf("%q", got)
		}
	})
}
