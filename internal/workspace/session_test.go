package workspace

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest/observer"

	"jetpills/internal/catalog"
	"jetpills/internal/log"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/pills"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const unknown = "0123456789abcdef0123456789abcdef01234567"

// newest is the newest revision known.
var newest = func() string {
	library, err := catalog.Open()
	if err != nil {
		panic(err)
	}
	return library.Newest().Revision.Hash
}()

// older is a known revision that is not the newest.
func older(t *testing.T, l *catalog.Library) catalog.Revision {
	t.Helper()
	all := l.Revisions()
	for i := len(all) - 50; i > 0; i-- {
		if _, match := l.At(all[i].Hash); match == catalog.Exact {
			return all[i]
		}
	}
	t.Fatal("no older revision")
	return catalog.Revision{}
}

// newSession is a session of the shipped pills and the log that it writes.
func newSession(t *testing.T) (*Session, *observer.ObservedLogs) {
	t.Helper()
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	core, logs := observer.New(log.InfoLevel)
	return NewSession(Config{Library: library, Pills: pill.Load(pills.FS), Logger: log.New(core), CacheDir: t.TempDir()}), logs
}

// write puts a file below dir and gives its path.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// repository is a new folder that is the root of a repository.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func lockOf(owner, rev, lastModified string) string {
	return `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {"jp": "j"}}, "j": {"locked": {"type": "github",
		"owner": "` + owner + `", "repo": "jetpack-nixos", "rev": "` + rev + `", "lastModified": ` + lastModified + `}}}}`
}

func span(startLine, startCharacter, endLine, endCharacter uint32, content string) text.Change {
	return text.Change{
		Start: text.Position{Line: startLine, Character: startCharacter},
		End:   text.Position{Line: endLine, Character: endCharacter},
		Text:  content,
	}
}

func TestChange(t *testing.T) {
	for _, test := range []struct {
		name, before string
		changes      []text.Change
		encoding     text.Encoding
		want         string
	}{
		{"none", "ab", nil, text.UTF16, "ab"},
		{"an insertion", "ab", []text.Change{span(0, 1, 0, 1, "x")}, text.UTF16, "axb"},
		{"each against what the one before left", "", []text.Change{span(0, 0, 0, 0, "a\nb"), span(1, 1, 1, 1, "c"), span(0, 0, 1, 0, "")}, text.UTF16, "bc"},
		{"typed letter by letter", "{ }", []text.Change{span(0, 2, 0, 2, "a"), span(0, 3, 0, 3, "="), span(0, 4, 0, 4, "1"), span(0, 5, 0, 5, ";")}, text.UTF16, "{ a=1;}"},
		{"whole, then a part", "old", []text.Change{{Whole: true, Text: "new"}, span(0, 0, 0, 1, "N")}, text.UTF16, "New"},
		{"a part, then whole", "old", []text.Change{span(0, 0, 0, 1, "O"), {Whole: true, Text: "new"}}, text.UTF16, "new"},
		{"behind a character of two units", "𝄞b", []text.Change{span(0, 2, 0, 3, "c")}, text.UTF16, "𝄞c"},
		{"the same in bytes", "𝄞b", []text.Change{span(0, 4, 0, 5, "c")}, text.UTF8, "𝄞c"},
		{"the same in code points", "𝄞b", []text.Change{span(0, 1, 0, 2, "c")}, text.UTF32, "𝄞c"},
		{"past the end", "a", []text.Change{span(7, 7, 9, 9, "b")}, text.UTF16, "ab"},
		{"the wrong way round", "abc", []text.Change{span(0, 2, 0, 1, "x")}, text.UTF16, "axc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSession(t)
			s.Open("untitled:a", "", "nix", 1, test.before)
			before := s.Snapshot()
			if err := s.Change("untitled:a", 2, test.changes, test.encoding); err != nil {
				t.Fatal(err)
			}
			d, ok := s.Snapshot().Document("untitled:a")
			if !ok || d.Text != test.want || d.Version != 2 || d.Tree().Source() != test.want {
				t.Errorf("%+v, want %q", d, test.want)
			}
			if old, _ := before.Document("untitled:a"); old.Text != test.before || old.Version != 1 {
				t.Errorf("the snapshot taken before now has %q", old.Text)
			}
		})
	}
}

func TestDocumentsComeAndGo(t *testing.T) {
	s, _ := newSession(t)
	if err := s.Change("a", 1, nil, text.UTF16); err == nil || !strings.Contains(err.Error(), "a, which is not open") {
		t.Errorf("a change of what is not open: %v", err)
	}
	s.Close("a")
	s.Open("b", "/x/b.nix", "nix", 1, "1")
	s.Open("a", "/x/a.nix", "nix", 1, "1")
	s.Open("a", "/x/a.nix", "nix", 5, "2")
	if open := s.Snapshot().Documents(); len(open) != 2 || open[0].URI != "a" || open[1].URI != "b" {
		t.Errorf("open are %v", open)
	}
	if d, _ := s.Snapshot().Document("a"); d.Text != "2" || d.Version != 5 || d.LanguageID != "nix" || d.Dir() != "/x" {
		t.Errorf("opened twice: %+v", d)
	}
	s.Close("a")
	if _, ok := s.Snapshot().Document("a"); ok {
		t.Error("closed, but there")
	}
}

func TestDocumentsThatAreNoText(t *testing.T) {
	big := strings.Repeat("x", MaxSize+1)
	for _, test := range []struct{ name, content, problem string }{
		{"empty", "", ""},
		{"broken code", "{ a = ", ""},
		{"as large as can be", big[1:], ""},
		{"too large", big, "is larger than 8 MiB"},
		{"brackets and nothing else", strings.Repeat("({[\"", 1+maxBrackets/4), "has more than 524288 brackets and quotes"},
		{"a NUL", "{ }\x00", "is binary"},
		{"not UTF-8", "{ \xff }", "is not encoded in UTF-8"},
		{"a code point cut by the first block", strings.Repeat("x", firstBlock-1) + "ä" + "x", ""},
		{"a long code point cut by the first block", strings.Repeat("x", firstBlock-3) + "𝄞" + "x", ""},
		{"half a code point at the end", "x\xc3", "is not encoded in UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewDocument("u", "", "nix", 1, test.content)
			if got := message(d.Problem()); got != test.problem {
				t.Errorf("problem %q, want %q", got, test.problem)
			}
			want := test.content
			if test.problem != "" {
				want = ""
			}
			if len(test.content) <= MaxSize/2 && d.Tree().Source() != want {
				t.Errorf("the tree is of %q", d.Tree().Source())
			}
			if test.problem != "" && d.Mapper().Offset(text.Position{Line: 3, Character: 3}, text.UTF16) != 0 {
				t.Error("the mapper does not belong to the tree")
			}
			if d.Text != test.content {
				t.Error("the text is lost, so no change can be applied to it")
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A document that was too large or binary is analysed again once it no longer is.
func TestDocumentRecovers(t *testing.T) {
	s, _ := newSession(t)
	s.Open("a", "", "nix", 1, "{ }\x00")
	if err := s.Change("a", 2, []text.Change{span(0, 3, 0, 4, "")}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	if d, _ := s.Snapshot().Document("a"); d.Problem() != nil || d.Tree().Source() != "{ }" {
		t.Errorf("%v, %q", d.Problem(), d.Tree().Source())
	}
}

func TestReadDocument(t *testing.T) {
	dir := t.TempDir()
	good := write(t, dir, "good.nix", "{ }")
	write(t, dir, "binary.nix", "\x7fELF\x00")
	write(t, dir, "latin-1.nix", "# H\xf6he\n{ }")
	if err := os.Truncate(write(t, dir, "big.nix", ""), 50<<20); err != nil {
		t.Fatal(err)
	}
	d, err := ReadDocument(good)
	if err != nil || d.Text != "{ }" || d.Path != good || d.URI != good {
		t.Fatalf("%+v, %v", d, err)
	}
	for name, want := range map[string]string{
		"missing.nix":    "does not exist",
		".":              "is a folder, not a file",
		"binary.nix":     "is binary",
		"latin-1.nix":    "is not encoded in UTF-8",
		"big.nix":        "is larger than 8 MiB",
		"good.nix/x.nix": "cannot be read: not a directory",
	} {
		path := filepath.Join(dir, name)
		_, err := ReadDocument(path)
		if got := message(err); got != path+" "+want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	t.Chdir(dir)
	if d, err := ReadDocument("good.nix"); err != nil || !filepath.IsAbs(d.Path) {
		t.Errorf("relative: %v", err)
	}
	if _, err := ReadDocument("no.nix"); message(err) != "no.nix does not exist" {
		t.Errorf("relative and missing: %v", err)
	}
}

func TestCatalog(t *testing.T) {
	s, _ := newSession(t)
	l := s.Snapshot().Library()
	old := older(t, l)
	seconds := func(day string) string {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.FormatInt(at.Unix()+3600, 10)
	}
	for _, test := range []struct {
		name, lock, source, setting string
		want                        string // revision of the catalog
		known                       pins.Format
		basis                       Basis
	}{
		{name: "nothing: the newest", want: newest, known: pins.None, basis: Newest},
		{name: "the lock file", lock: lockOf("anduril", old.Hash, "1"), want: old.Hash, known: "flake.lock", basis: Exact},
		{name: "the setting", lock: lockOf("anduril", newest, "1"), setting: old.Hash[:9], want: old.Hash, known: pins.Setting, basis: Exact},
		{name: "the modeline", lock: lockOf("anduril", newest, "1"), setting: newest, source: "# jetpills: revision=" + old.Hash, want: old.Hash, known: pins.Modeline, basis: Exact},
		{name: "an address in the file", source: `getFlake "github:anduril/jetpack-nixos/` + old.Hash + `"`, want: old.Hash, known: pins.Address, basis: Exact},
		{name: "an address of a branch", source: `fetchTarball "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz"`, want: newest, known: pins.Address, basis: Newest},
		{name: "a commit from tomorrow", lock: lockOf("anduril", unknown, "4000000000"), want: newest, known: "flake.lock", basis: Newest},
		{name: "an unknown commit without a date", lock: lockOf("anduril", unknown, "0"), want: newest, known: "flake.lock", basis: Newest},
		{name: "a fork at upstream's commit", lock: lockOf("someone", old.Hash, "1"), want: old.Hash, known: "flake.lock", basis: Exact},
		{name: "a fork of today", lock: lockOf("someone", unknown, "4000000000"), want: newest, known: "flake.lock", basis: Newest},
		{name: "a fork from before there was anything", lock: lockOf("someone", unknown, "1"), want: newest, known: "flake.lock", basis: Newest},
		{name: "a fork of another day", lock: lockOf("someone", unknown, seconds(old.Day())), want: "by date", known: "flake.lock", basis: ByDate},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSession(t)
			dir := repository(t)
			if test.lock != "" {
				write(t, dir, "flake.lock", test.lock)
			}
			settings := DefaultSettings()
			settings.Revision = test.setting
			s.SetSettings(settings)
			s.Open("u", filepath.Join(dir, "a", "x.nix"), "nix", 1, test.source)
			d, _ := s.Snapshot().Document("u")
			got := s.Snapshot().Catalog(d)
			if test.want == "by date" {
				before, _ := l.Before(old.Date)
				test.want = before.Revision.Hash
				if test.want == newest {
					t.Fatal("the older revision is of the newest day")
				}
			}
			if got.Catalog.Revision.Hash != test.want || got.Pin.Format != test.known || got.Basis != test.basis {
				t.Errorf("catalog of %s, known by %s, on basis %d; want %s, %d", got.Catalog.Revision.Hash, got.Pin.Format, got.Basis, test.want, test.basis)
			}
		})
	}
}

// Nothing is read again before it is said to have changed, and everything after.
func TestLivingData(t *testing.T) {
	s, logs := newSession(t)
	old := older(t, s.Snapshot().Library())
	dir := repository(t)
	path := filepath.Join(dir, "hosts", "x.nix")
	s.Open("u", path, "nix", 1, "{ }")
	lock := write(t, dir, "flake.lock", lockOf("anduril", old.Hash, "1"))
	revision := func() string {
		d, _ := s.Snapshot().Document("u")
		return s.Snapshot().Catalog(d).Catalog.Revision.Hash
	}
	if revision() != old.Hash {
		t.Fatal("the lock file does not count")
	}
	write(t, dir, "flake.lock", lockOf("anduril", newest, "1"))
	if revision() != old.Hash {
		t.Error("the file is read again for every request")
	}
	s.FilesChanged([]string{filepath.Join(dir, "README.md")})
	if revision() != old.Hash {
		t.Error("the file is read again for news of others")
	}
	before := s.Snapshot()
	s.FilesChanged([]string{"/elsewhere", lock})
	if revision() != newest {
		t.Error("the news is not heard")
	}
	if d, _ := before.Document("u"); before.Catalog(d).Catalog.Revision.Hash != old.Hash {
		t.Error("a snapshot taken before has changed")
	}
	write(t, dir, "flake.lock", "{")
	s.FilesChanged([]string{lock})
	for range 2 {
		if revision() != newest {
			t.Error("a broken lock file: the newest is to be taken")
		}
	}
	if n := logs.FilterMessageSnippet("is not a lock file").Len(); n != 1 {
		t.Errorf("%d log lines for one broken lock file", n)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	s.FilesChanged([]string{lock})
	d, _ := s.Snapshot().Document("u")
	if got := s.Snapshot().Catalog(d); got.Pin.Found() || len(s.Snapshot().PinProblems(d)) > 0 {
		t.Errorf("a deleted lock file: %+v", got.Pin)
	}
}

// News and settings that change nothing leave the snapshot as it is: nobody has to say anything anew.
func TestNewsOfNothing(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", lockOf("anduril", newest, "1"))
	path := write(t, dir, "hosts/x.nix", "{ }")
	s.SetFolders([]string{dir})
	s.Open("u", path, "nix", 1, "{ }")
	d, _ := s.Snapshot().Document("u")
	s.Snapshot().Catalog(d)
	s.Snapshot().UserValues(d, "hardware.nvidia-jetpack.som")
	before := s.Snapshot()
	s.FilesChanged([]string{filepath.Join(dir, "README.md"), filepath.Join(dir, "hosts", "picture.png"), "/elsewhere/flake.lock", "/elsewhere/x.nix"})
	s.FilesChanged(nil)
	s.SetSettings(DefaultSettings())
	s.SetFolders([]string{dir})
	s.Close("not open")
	s.Recheck(before, before.Documents()...)
	if s.Snapshot() != before {
		t.Error("another snapshot, though nothing changed")
	}
	s.FilesChanged([]string{filepath.Join(dir, "board.nix")})
	if s.Snapshot() == before {
		t.Error("a module of the workspace changed, and the snapshot did not")
	}
}

// Every opening is told from the others, and an edit is none.
func TestOpenings(t *testing.T) {
	s, _ := newSession(t)
	opening := func() int {
		d, _ := s.Snapshot().Document("u")
		return d.Opening
	}
	s.Open("u", "", "nix", 1, "{ }")
	first := opening()
	if err := s.Change("u", 2, nil, text.UTF16); err != nil || opening() != first {
		t.Errorf("%v: an edit is opening %d, not %d", err, opening(), first)
	}
	s.Open("u", "", "nix", 1, "{ }")
	second := opening()
	s.Close("u")
	s.Open("u", "", "nix", 1, "{ }")
	if first == second || second == opening() || first == opening() {
		t.Errorf("openings %d, %d and %d", first, second, opening())
	}
}

func TestMultiRoot(t *testing.T) {
	s, _ := newSession(t)
	old := older(t, s.Snapshot().Library())
	a, b := repository(t), repository(t)
	write(t, a, "flake.lock", lockOf("anduril", old.Hash, "1"))
	write(t, b, "flake.lock", lockOf("anduril", newest, "1"))
	s.SetFolders([]string{b, a})
	for path, want := range map[string]string{a: old.Hash, b: newest} {
		d := NewDocument("u", filepath.Join(path, "x.nix"), "nix", 1, "")
		if got := s.Snapshot().Catalog(d).Catalog.Revision.Hash; got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if got := s.Snapshot().CatalogAt(path).Catalog.Revision.Hash; got != want {
			t.Errorf("folder %s: %s, want %s", path, got, want)
		}
	}
	s.SetFolders([]string{a})
	if got := s.Snapshot().Catalog(NewDocument("untitled:1", "", "nix", 1, "")); got.Catalog.Revision.Hash != old.Hash {
		t.Errorf("a document that is no file: %s by %s, want that of the first folder", got.Catalog.Revision.Hash, got.Pin.Format)
	}
	s.SetFolders(nil)
	if got := s.Snapshot().Catalog(NewDocument("untitled:1", "", "nix", 1, "")); got.Pin.Found() {
		t.Errorf("a document that is no file, without folders: %+v", got.Pin)
	}
}

func TestDealsWithJetpack(t *testing.T) {
	pinned, bare, checkout, unlocked := repository(t), repository(t), repository(t), repository(t)
	write(t, pinned, "flake.lock", lockOf("anduril", newest, "1"))
	for _, name := range []string{"modules/default.nix", "overlay.nix", "sourceinfo/x.json"} {
		write(t, checkout, name, "{ }")
	}
	write(t, unlocked, "flake.nix", `{ inputs.jp.url = "github:anduril/jetpack-nixos"; }`)
	for _, test := range []struct {
		name, dir, source string
		want              bool
	}{
		{"anyone's Nix", bare, "{ pkgs, ... }: { }", false},
		{"names an option", bare, "{ hardware.nvidia-jetpack.enable = true; }", true},
		{"half-typed", bare, "{ hardware.nvidia-jetpack", true},
		{"names a package set", bare, "pkgs.nvidia-jetpack6", true},
		{"names an input", bare, "{ jetpack-nixos, ... }: { }", true},
		{"names an address", bare, `fetchTarball "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz"`, true},
		{"in a comment alone", bare, "# unlike jetpack-nixos and nvidia-jetpack\n{ }", false},
		{"in many comments alone", bare, strings.Repeat("/* nvidia-jetpack nvidia-jetpack */ # jetpack-nixos\n", 10_000) + "{ }", false},
		{"in a comment and in code", bare, "# nvidia-jetpack\n{ nvidia-jetpack }: 1", true},
		{"at the very start and end", bare, "nvidia-jetpack", true},
		{"with a modeline", bare, "# jetpills: revision=" + newest + "\n{ }", true},
		{"in a workspace that pins it", pinned, "{ }", true},
		{"in a workspace that is not locked yet", unlocked, "{ }", true},
		{"in a checkout", checkout, "{ }", true},
		{"empty", bare, "", false},
		{"too large", bare, strings.Repeat("nvidia-jetpack ", MaxSize/14), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newSession(t)
			d := NewDocument("u", filepath.Join(test.dir, "modules", "x.nix"), "nix", 1, test.source)
			if got := s.Snapshot().DealsWithJetpack(d); got != test.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// Readers ask whatever they like while the one writer types.
func TestReadersAndAWriter(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	lock := write(t, dir, "flake.lock", lockOf("anduril", newest, "1"))
	s.Open("u", filepath.Join(dir, "x.nix"), "nix", 0, "")
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				sn := s.Snapshot()
				d, _ := sn.Document("u")
				if int(d.Version) != len(d.Tree().Source()) || sn.Catalog(d).Catalog == nil || !sn.DealsWithJetpack(d) || len(sn.Pills().Pills()) != 10 {
					t.Error("a snapshot that does not fit together")
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range int32(200) {
		if err := s.Change("u", i+1, []text.Change{span(0, 0, 0, 0, "x")}, text.UTF16); err != nil {
			t.Error(err)
		}
		if i%50 == 0 {
			s.FilesChanged([]string{lock})
			s.SetSettings(DefaultSettings())
		}
	}
	close(done)
	readers.Wait()
}

// The workspace is read, never written.
func TestWritesNothing(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", lockOf("anduril", newest, "1"))
	list := func() string {
		var names strings.Builder
		err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			names.WriteString(path + info.Mode().String() + info.ModTime().String() + "\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return names.String()
	}
	before := list()
	s.SetFolders([]string{dir})
	s.Open("u", filepath.Join(dir, "x.nix"), "nix", 0, "{ hardware.nvidia-jetpack = ")
	d, _ := s.Snapshot().Document("u")
	s.Snapshot().Catalog(d)
	s.Snapshot().DealsWithJetpack(d)
	if _, err := s.Snapshot().PillFile("README.md"); err != nil {
		t.Fatal(err)
	}
	if after := list(); after != before {
		t.Errorf("before\n%safter\n%s", before, after)
	}
}

func BenchmarkCatalog(b *testing.B) {
	library, err := catalog.Open()
	if err != nil {
		b.Fatal(err)
	}
	s := NewSession(Config{Library: library, Pills: pill.Load(pills.FS)})
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "flake.lock"), []byte(lockOf("anduril", newest, "1")), 0o644); err != nil {
		b.Fatal(err)
	}
	d := NewDocument("u", filepath.Join(dir, "a/b/c/x.nix"), "nix", 1, "{ }")
	sn := s.Snapshot()
	b.ReportAllocs()
	for b.Loop() {
		sn.Catalog(d)
		sn.DealsWithJetpack(d)
	}
}

func BenchmarkChange(b *testing.B) {
	library, err := catalog.Open()
	if err != nil {
		b.Fatal(err)
	}
	s := NewSession(Config{Library: library, Pills: pill.Load(pills.FS)})
	s.Open("u", "/x/x.nix", "nix", 1, strings.Repeat("{ hardware.nvidia-jetpack.som = \"orin-agx\"; }\n", 330))
	change := []text.Change{span(100, 3, 100, 4, "x")}
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Change("u", 2, change, text.UTF16); err != nil {
			b.Fatal(err)
		}
		d, _ := s.Snapshot().Document("u")
		d.Mapper()
	}
}
