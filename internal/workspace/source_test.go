package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap/zaptest/observer"

	"jetpills/internal/catalog"
	"jetpills/internal/log"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/pills"
)

const narHash = "sha256-ZeRxu4yn6shd3SNF5ZUQb4r7BaVo1zBKMjRhfoNSBmw="

// A small source tree in jetpack-nixos's shape. Its one enum has a value that no upstream has.
const (
	rootModule = `{ lib, ... }: {
  imports = [ ./more.nix ];
  options.hardware.nvidia-jetpack.som = lib.mkOption { type = lib.types.enum [ "generic" "VALUE" ]; description = "Which one."; };
}
`
	moreModule = "{ lib, ... }: { options.hardware.nvidia-jetpack.more = lib.mkEnableOption \"more\"; }\n"
)

// laySource writes the tree; value is the one that its enum has.
func laySource(t *testing.T, dir, value string) {
	t.Helper()
	write(t, dir, "modules/default.nix", strings.Replace(rootModule, "VALUE", value, 1))
	write(t, dir, "modules/more.nix", moreModule)
	write(t, dir, "overlay.nix", "final: prev: { }\n")
	write(t, dir, "mk-overlay.nix", "{ }\n")
}

// storeSession is a session with a store of its own.
func storeSession(t *testing.T) (s *Session, store string, logs *observer.ObservedLogs) {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(log.DebugLevel)
	store = filepath.Join(t.TempDir(), "store")
	return NewSession(Config{
		Library: library, Pills: pill.Load(pills.FS), Logger: log.New(core), CacheDir: t.TempDir(), StoreDir: store,
	}), store, logs
}

// lockWith is a lock file with one input.
func lockWith(locked string) string {
	return `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "j"}}, "j": {"locked": ` + locked + `}}}`
}

func githubLock(owner, rev string) string {
	return lockWith(fmt.Sprintf(`{"type": "github", "owner": %q, "repo": "jetpack-nixos", "rev": %q, "lastModified": 1800000000, "narHash": %q}`, owner, rev, narHash))
}

// values are those of som in the catalog that holds for a document.
func values(p Pinned) string {
	o, _ := p.Catalog.Option("hardware.nvidia-jetpack.som")
	return strings.Join(o.Values, " ")
}

// ask opens a configuration in a folder and gives the catalog that holds for it.
func ask(t *testing.T, s *Session, dir, content string) Pinned {
	t.Helper()
	path := filepath.Join(dir, "configuration.nix")
	s.Open(path, path, "nix", 1, content)
	d, _ := s.Snapshot().Document(path)
	return s.Snapshot().Catalog(d)
}

func TestSourceInTheStore(t *testing.T) {
	s, _, logs := storeSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", githubLock("someone", unknown))
	before := ask(t, s, dir, "{ }")
	if before.Source != nil || before.Basis != Newest {
		t.Errorf("before the source is there: %+v", before)
	}
	// It comes with the next build, and nobody tells.
	laySource(t, before.Pin.StorePath, "rover")
	p := ask(t, s, dir, "{ }")
	if values(p) != "generic rover" || p.Basis != ReadFork || !p.IsOwn() {
		t.Fatalf("%+v", p)
	}
	if r := p.Catalog.Revision; r.Hash != unknown || r.Day() != "2027-01-15" {
		t.Errorf("revision %+v", r)
	}
	if d := p.Source.Description("hardware.nvidia-jetpack.som"); d != "Which one." {
		t.Errorf("described as %q", d)
	}
	if file, ok := p.Source.File("modules/more.nix"); !ok || file != filepath.Join(p.Pin.StorePath, "modules", "more.nix") {
		t.Errorf("more.nix is %q", file)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if again := s.Snapshot().CatalogAt(dir); again.Catalog != p.Catalog {
				t.Error("read again")
			}
		})
	}
	wait.Wait()
	// The store doesn't change, whatever a client says.
	s.FilesChanged([]string{filepath.Join(p.Pin.StorePath, "modules", "default.nix"), filepath.Join(dir, "flake.lock")})
	if again := ask(t, s, dir, "{ } "); again.Catalog != p.Catalog {
		t.Error("read again after news")
	}
	if n := logs.FilterMessage("read jetpack-nixos from its source").Len(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestSourceOfAKnownRevision(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", githubLock("anduril", newest))
	laySource(t, ask(t, s, dir, "{ }").Pin.StorePath, "rover")
	p := ask(t, s, dir, "{ }")
	if p.Basis != Read || p.Catalog.Revision != s.Snapshot().Library().Newest().Revision {
		t.Errorf("%+v", p)
	}
	// What only an evaluation tells comes with the revision.
	if g, ok := p.Catalog.Generation("6"); !ok || g.Kernel == "" {
		t.Errorf("generation 6 is %+v", g)
	}
	// A comment that names the same commit finds the same source; one that names another does not.
	if p := ask(t, s, dir, "# jetpills: revision="+newest[:7]+"\n{ }"); !p.Basis.IsRead() || p.Pin.Format != pins.Modeline {
		t.Errorf("a comment with the same commit: %+v", p)
	}
	other := older(t, s.Snapshot().Library())
	if p := ask(t, s, dir, "# jetpills: revision="+other.Hash+"\n{ }"); p.Basis.IsRead() || p.Catalog.Revision != other {
		t.Errorf("a comment with another commit: read %v, %s", p.Basis.IsRead(), p.Catalog.Revision.Short())
	}
}

func TestStoreByEnvironment(t *testing.T) {
	store := filepath.Join(t.TempDir(), "other-store")
	for _, test := range []struct{ setting, want string }{{store, store}, {store + "/../other-store/", store}, {"relative/store", "/nix/store"}} {
		t.Setenv("NIX_STORE_DIR", test.setting)
		s, _ := newSession(t)
		dir := repository(t)
		write(t, dir, "flake.lock", githubLock("anduril", newest))
		if path := ask(t, s, dir, "{ }").Pin.StorePath; !strings.HasPrefix(path, test.want+"/") {
			t.Errorf("NIX_STORE_DIR=%s: %s", test.setting, path)
		}
	}
}

func TestSourceOfAPathInput(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", lockWith(`{"type": "path", "path": "./vendor/jetpack-nixos"}`))
	laySource(t, filepath.Join(dir, "vendor", "jetpack-nixos"), "rover")
	p := ask(t, s, dir, "{ }")
	if !p.Basis.IsRead() || values(p) != "generic rover" || p.Catalog.Revision.Known() {
		t.Fatalf("%+v", p)
	}
	module := write(t, dir, "vendor/jetpack-nixos/modules/default.nix", strings.Replace(rootModule, "VALUE", "lander", 1))
	s.FilesChanged([]string{module})
	if got := values(ask(t, s, dir, "{ }")); got != "generic lander" {
		t.Errorf("after a change on disk: %s", got)
	}
	if err := os.RemoveAll(filepath.Join(dir, "vendor")); err != nil {
		t.Fatal(err)
	}
	s.FilesChanged([]string{filepath.Join(dir, "vendor")})
	if p := ask(t, s, dir, "{ }"); p.Basis.IsRead() {
		t.Error("read from a folder that is gone")
	}
}

// TestCheckoutAsItIsEdited follows the modules of a checkout through an editor's buffers and the disk.
func TestCheckoutAsItIsEdited(t *testing.T) {
	s, _, logs := storeSession(t)
	dir := repository(t)
	laySource(t, dir, "one")
	if p := ask(t, s, dir, "{ }"); values(p) != "generic one" || p.Pin.Format != pins.Checkout || !p.Basis.IsRead() {
		t.Fatalf("%+v", p)
	}
	module := filepath.Join(dir, "modules", "default.nix")
	s.Open(module, module, "nix", 1, strings.Replace(rootModule, "VALUE", "two", 1))
	then := s.Snapshot()
	if got := values(then.CatalogAt(dir)); got != "generic two" {
		t.Errorf("of the open buffer: %s", got)
	}
	at := uint32(strings.Index(strings.Split(rootModule, "\n")[2], "VALUE"))
	if err := s.Change(module, 2, []text.Change{span(2, at, 2, at+3, "three")}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	if got := values(s.Snapshot().CatalogAt(dir)); got != "generic three" {
		t.Errorf("after an edit: %s", got)
	}
	if got := values(then.CatalogAt(dir)); got != "generic two" {
		t.Errorf("the snapshot before the edit now says %s", got)
	}
	// Half a line leaves the rest.
	if err := s.Change(module, 3, []text.Change{span(3, 0, 3, 0, "  options.hardware.nvidia-jetpack.new = lib.mkOption { type = lib.types.")}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	if got := values(s.Snapshot().CatalogAt(dir)); got != "generic three" {
		t.Errorf("in the middle of a line: %s", got)
	}
	// What is no part of the modules costs nothing.
	read := logs.FilterMessage("read jetpack-nixos from its source").Len()
	before := s.Snapshot().CatalogAt(dir).Source
	if after := ask(t, s, dir, "{ a = 1; }").Source; after != before {
		t.Error("read again for a file that is no module of it")
	}
	if again := logs.FilterMessage("read jetpack-nixos from its source").Len(); again != read {
		t.Errorf("read %d times more", again-read)
	}
	s.Close(module)
	if got := values(s.Snapshot().CatalogAt(dir)); got != "generic one" {
		t.Errorf("after closing it unsaved: %s", got)
	}
	// A module that was missing comes, first in a buffer.
	more := filepath.Join(dir, "modules", "more.nix")
	if err := os.Remove(more); err != nil {
		t.Fatal(err)
	}
	s.FilesChanged([]string{more})
	has := func() bool {
		_, ok := s.Snapshot().CatalogAt(dir).Catalog.Option("hardware.nvidia-jetpack.more")
		return ok
	}
	if has() {
		t.Error("an option of a file that is gone")
	}
	s.Open(more, more, "nix", 1, moreModule)
	if !has() {
		t.Error("no option of a file that is not saved yet")
	}
}

// TestCheckoutPulledUntold: where another commit is checked out, its modules are read, though nobody told of any file.
func TestCheckoutPulledUntold(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	laySource(t, dir, "one")
	write(t, dir, ".git/HEAD", newest)
	if p := ask(t, s, dir, "{ }"); values(p) != "generic one" || p.Pin.Revision != newest {
		t.Fatalf("%s of %+v", values(p), p.Pin)
	}
	laySource(t, dir, "two")
	write(t, dir, ".git/HEAD", unknown)
	time.Sleep(looksHold)
	then := s.Snapshot()
	d := then.Documents()[0]
	for _, sn := range []*Snapshot{s.RecheckPins(then, d), s.Snapshot()} {
		if p := sn.Catalog(d); values(p) != "generic two" || p.Pin.Revision != unknown {
			t.Errorf("%s of %+v", values(p), p.Pin)
		}
	}
	if got := then.Catalog(d); values(got) != "generic one" || got.Pin.Revision != newest {
		t.Errorf("the snapshot of before says %s of %+v", values(got), got.Pin)
	}
}

func TestCheckoutOfTheSetting(t *testing.T) {
	s, _, _ := storeSession(t)
	source := repository(t)
	laySource(t, source, "rover")
	head := older(t, s.Snapshot().Library())
	settings := DefaultSettings()
	settings.UpstreamPath = source
	s.SetSettings(settings)
	dir := repository(t)

	p := ask(t, s, dir, "{ }")
	if !p.Basis.IsRead() || values(p) != "generic rover" || p.Pin.Format != pins.Setting || p.Pin.Dir != source {
		t.Errorf("nothing is pinned: %+v", p)
	}
	lock := write(t, dir, "flake.lock", githubLock("anduril", newest))
	s.FilesChanged([]string{lock})
	if p = ask(t, s, dir, "{ }"); p.Basis.IsRead() || p.IsOwn() || p.Source == nil || p.Catalog.Revision.Hash != newest {
		t.Errorf("a known commit is pinned: %+v", p)
	}
	write(t, source, ".git/HEAD", newest+"\n")
	s.FilesChanged([]string{filepath.Join(source, ".git", "HEAD")})
	if p = ask(t, s, dir, "{ }"); p.Basis.IsRead() || !p.IsOwn() {
		t.Errorf("the checkout is of the pinned commit: %+v", p)
	}
	write(t, source, ".git/HEAD", head.Hash+"\n")
	write(t, dir, "flake.lock", githubLock("someone", unknown))
	s.FilesChanged([]string{lock, filepath.Join(source, ".git", "HEAD")})
	if p = ask(t, s, dir, "{ }"); !p.Basis.IsRead() || p.IsOwn() || p.Checkout.Revision != head.Hash || p.Pin.Revision != unknown {
		t.Errorf("an unknown commit is pinned: %+v", p)
	}
	// What is in the store is nearer than a checkout.
	laySource(t, p.Pin.StorePath, "of-the-store")
	if p = ask(t, s, dir, "{ }"); values(p) != "generic of-the-store" || p.Checkout.Found() {
		t.Errorf("the pinned commit is in the store: %+v", p)
	}

	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "none: does not exist", dir: "not a source tree of jetpack-nixos", "relative": "no workspace folder is open",
	} {
		settings.UpstreamPath = path
		s.SetSettings(settings)
		if err := s.Snapshot().SourceProblem(); err == nil || !strings.HasPrefix(err.Error(), "upstream.path: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	settings.UpstreamPath = "sources"
	s.SetSettings(settings)
	s.SetFolders([]string{dir})
	laySource(t, filepath.Join(dir, "sources"), "rover")
	if err := s.Snapshot().SourceProblem(); err != nil {
		t.Error(err)
	}
}

// TestEachDocumentByItsOwnPin has two folders in one workspace, a comment and the setting.
func TestEachDocumentByItsOwnPin(t *testing.T) {
	s, _, _ := storeSession(t)
	old := older(t, s.Snapshot().Library())
	known, fork, checkout := repository(t), repository(t), repository(t)
	write(t, known, "flake.lock", lockOf("anduril", old.Hash, "1"))
	write(t, fork, "npins/sources.json", `{"version": 5, "pins": {"jp": {"type": "Git", "repository": {"type": "GitHub", "owner": "someone", "repo": "jetpack-nixos"},
		"revision": "`+unknown+`", "hash": "`+narHash+`"}}}`)
	laySource(t, checkout, "edited")
	s.SetFolders([]string{known, fork, checkout})
	laySource(t, s.Snapshot().CatalogAt(fork).Pin.StorePath, "forked")
	show := func(dir, content string) string {
		p := ask(t, s, filepath.Join(dir, "hosts", "a"), content)
		return fmt.Sprintf("%s %.7s read %v", p.Pin.Format, p.Catalog.Revision.Hash, p.Basis.IsRead())
	}
	for _, test := range []struct{ name, dir, content, want string }{
		{"a lock file", known, "{ }", "flake.lock " + old.Short() + " read false"},
		{"npins", fork, "{ }", "npins 0123456 read true"},
		{"a checkout", checkout, "{ }", "checkout  read true"},
		{"a comment", fork, "# jetpills: revision=" + newest + "\n{ }", "modeline " + newest[:7] + " read false"},
	} {
		if got := show(test.dir, test.content); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	settings := DefaultSettings()
	settings.Revision = newest
	s.SetSettings(settings)
	for _, dir := range []string{known, fork, checkout} {
		if got, want := show(dir, "{ }"), "setting "+newest[:7]+" read false"; got != want {
			t.Errorf("by the setting: %s, want %s", got, want)
		}
		if got, want := show(dir, "# jetpills: revision="+old.Hash+"\n{ }"), "modeline "+old.Short()+" read false"; got != want {
			t.Errorf("by a comment before the setting: %s, want %s", got, want)
		}
	}
}

// TestFirstQuestionAfterAChange holds that a change costs the next question little, and the notification nothing.
func TestFirstQuestionAfterAChange(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	laySource(t, dir, "rover")
	var modules strings.Builder
	for i := range 100 { // as large as jetpack-nixos's own
		fmt.Fprintf(&modules, "  options.hardware.nvidia-jetpack.o%d = lib.mkOption { type = lib.types.nullOr lib.types.str; default = null; description = \"%s\"; };\n", i, strings.Repeat("word ", 60))
	}
	module := write(t, dir, "modules/more.nix", "{ lib, ... }: {\n"+modules.String()+"}\n")
	s.Snapshot().CatalogAt(dir)
	const mostTold, mostAsked = 5 * time.Millisecond, 100 * time.Millisecond
	told, asked := time.Hour, time.Hour
	for round := 0; round < 5 || (told > mostTold || asked > mostAsked) && round < 100; round++ { // the machine may be busy with something else
		start := time.Now()
		s.FilesChanged([]string{module})
		told = min(told, time.Since(start))
		start = time.Now()
		if p := s.Snapshot().CatalogAt(dir); len(p.Catalog.Options()) != 101 {
			t.Fatalf("%d options", len(p.Catalog.Options()))
		}
		asked = min(asked, time.Since(start))
	}
	t.Logf("told in %v, asked in %v", told, asked)
	if told > mostTold || asked > mostAsked {
		t.Errorf("told in %v, asked in %v", told, asked)
	}
}
