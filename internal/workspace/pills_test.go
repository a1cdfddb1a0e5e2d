package workspace

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/pills"
)

// scopes is a section of the pills in force that has a heading of its own.
func scopes(t *testing.T, sn *Snapshot) pill.Section {
	t.Helper()
	section, ok := sn.Pills().For(pill.Topic{Kind: pill.FunctionTopic, Name: "makeScope"})
	if !ok {
		t.Fatal("no section on makeScope")
	}
	return section
}

// lineOf is a line of a file, 1-based.
func lineOf(t *testing.T, path string, line int) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if line--; line == 0 {
			return lines.Text()
		}
	}
	return ""
}

// Where a section reads otherwise at a revision, it is read in a copy for that revision.
func TestPillTargetAt(t *testing.T) {
	s, _ := newSession(t)
	sn := s.Snapshot()
	old, _ := sn.Library().At("8f27a0b")
	find := func(ref string) pill.Section {
		section, ok := sn.Pills().Find(ref)
		if !ok {
			t.Fatal(ref)
		}
		return section
	}
	generations := find("04#overlaynix-three-generations")
	path, line, err := sn.PillTargetAt(generations, old)
	if err != nil {
		t.Fatal(err)
	}
	if at := filepath.Base(filepath.Dir(path)); at != "at-8f27a0b" || lineOf(t, path, line) != "## overlay.nix: three generations" {
		t.Errorf("line %d of %s: %q", line, path, lineOf(t, path, line))
	}
	if head := lineOf(t, path, 3); !strings.HasPrefix(head, "> As it holds at `8f27a0b`") || !strings.Contains(head, "(../"+generations.Pill.File+")") {
		t.Errorf("the head says %q", head)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(path), "..", generations.Pill.File)); err != nil {
		t.Error(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm()&0o222 != 0 {
		t.Errorf("%v, %v, want a read-only file", info, err)
	}
	// A copy that somebody deleted is made again.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if again, _, err := sn.PillTargetAt(generations, old); err != nil || lineOf(t, again, line) == "" {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		section pill.Section
		at      *catalog.Catalog
	}{
		"the newest": {generations, sn.Library().Newest()},
		"a section about Nix, which has no names of jetpack-nixos": {find("00#operators"), old},
	} {
		want, wantLine, _ := sn.PillTarget(c.section)
		if got, line, err := sn.PillTargetAt(c.section, c.at); err != nil || got != want || line != wantLine {
			t.Errorf("%s: %s:%d, %v, want %s", name, got, line, err, want)
		}
	}
}

func TestPillTarget(t *testing.T) {
	s, _ := newSession(t)
	sn := s.Snapshot()
	section := scopes(t, sn)
	path, line, err := sn.PillTarget(section)
	if err != nil {
		t.Fatal(err)
	}
	if got := lineOf(t, path, line); !strings.HasPrefix(got, "#") || !strings.HasSuffix(got, section.Title) {
		t.Errorf("line %d of %s is %q, want the heading %q", line, path, got, section.Title)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm()&0o222 != 0 || !info.Mode().IsRegular() {
		t.Errorf("%v, %v, want a read-only file", info.Mode(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if want := len(sn.Pills().Files()) + len(sn.Pills().Pictures()); err != nil || len(entries) != want {
		t.Errorf("%d files laid out, want %d, %v", len(entries), want, err)
	}
	if readme, err := sn.PillFile("README.md"); err != nil || filepath.Dir(readme) != filepath.Dir(path) {
		t.Errorf("the index lies at %q, %v", readme, err)
	}
	if _, err := sn.PillFile("../x"); err == nil {
		t.Error("a file outside has a place")
	}
}

func TestLayoutRepairs(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name   string
		damage func(dir, file string)
	}{
		{"nothing", func(string, string) {}},
		{"the folder is gone", func(dir, _ string) { must(os.RemoveAll(dir)) }},
		{"the cache folder is gone", func(dir, _ string) { must(os.RemoveAll(filepath.Dir(dir))) }},
		{"a file is gone", func(_, file string) { must(os.Remove(file)) }},
		{"a file is cut off", func(_, file string) {
			must(os.Chmod(file, 0o644))
			must(os.Truncate(file, 10))
		}},
		{"a file is another", func(_, file string) {
			content, err := os.ReadFile(file)
			must(err)
			content[len(content)-1] ^= 1
			must(os.Remove(file))
			must(os.WriteFile(file, content, 0o444))
		}},
		{"a file can be written", func(_, file string) { must(os.Chmod(file, 0o666)) }},
		{"a file is a folder", func(_, file string) {
			must(os.Remove(file))
			must(os.MkdirAll(filepath.Join(file, "x"), 0o755))
		}},
		{"a file is a link", func(dir, file string) {
			must(os.Rename(file, filepath.Join(filepath.Dir(dir), "moved")))
			must(os.Symlink("../moved", file))
		}},
		{"the folder is a file", func(dir, _ string) {
			must(os.RemoveAll(dir))
			must(os.WriteFile(dir, nil, 0o644))
		}},
		{"the folder is a link", func(dir, _ string) {
			must(os.Rename(dir, dir+"-moved"))
			must(os.Symlink(dir+"-moved", dir))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			shipped := pill.Load(pills.FS)
			cache := filepath.Join(t.TempDir(), "jetpills")
			const name = "03-overlays-and-overrides.md"
			first := &layout{collection: shipped, cacheDir: cache}
			dir, err := first.provide(name)
			must(err)
			test.damage(dir, filepath.Join(dir, name))

			again, err := (&layout{collection: shipped, cacheDir: cache}).provide(name)
			must(err)
			if info, err := os.Lstat(dir); again != dir || err != nil || !info.IsDir() {
				t.Errorf("laid out at %s, then at %s", dir, again)
			}
			for name, content := range shipped.Files() {
				if !isIntact(filepath.Join(dir, name), content) {
					t.Errorf("%s is not repaired", name)
				}
			}
			entries, err := os.ReadDir(dir)
			must(err)
			if len(entries) != len(shipped.Files())+len(shipped.Pictures()) {
				t.Errorf("%d files in the folder", len(entries))
			}
			if left, _ := filepath.Glob(filepath.Join(cache, ".new-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A running server too notices that its files were deleted or cut off.
// TestLeftovers holds that what ended processes left unfinished in the cache folder goes, and nothing else.
func TestLeftovers(t *testing.T) {
	s, _ := newSession(t)
	path, err := s.Snapshot().PillFile("03-overlays-and-overrides.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	cache, outside := filepath.Dir(dir), t.TempDir()
	long := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{"old", "new", "other"} {
		prefix := ".new-"
		if name == "other" {
			prefix = "other-"
		}
		for _, file := range []string{
			filepath.Join(cache, prefix+name, "pill.md"), filepath.Join(cache, prefix+name+"-file"), filepath.Join(dir, prefix+name),
		} {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, nil, 0o444); err != nil {
				t.Fatal(err)
			}
			if name == "new" {
				continue
			}
			for _, old := range []string{file, filepath.Dir(file)} {
				if err := os.Chtimes(old, long, long); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	kept := filepath.Join(outside, "kept.md")
	if err := os.WriteFile(kept, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(outside, long, long); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(cache, ".new-link")
	if err := os.Symlink(outside, link); err != nil {
		t.Log(err) // no links here
	}

	again := NewSession(Config{Library: s.library, Pills: pill.Load(pills.FS), CacheDir: cache})
	if _, err := again.Snapshot().PillFile("03-overlays-and-overrides.md"); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{
		filepath.Join(cache, ".new-old"): false, filepath.Join(cache, ".new-old-file"): false, filepath.Join(dir, ".new-old"): false,
		filepath.Join(cache, ".new-new"): true, filepath.Join(cache, ".new-new-file"): true, filepath.Join(dir, ".new-new"): true,
		filepath.Join(cache, "other-other"): true, filepath.Join(dir, "other-other"): true, kept: true, path: true,
	} {
		if _, err := os.Stat(file); err == nil != want {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestLayoutRepairsWhileRunning(t *testing.T) {
	s, _ := newSession(t)
	for range 2 {
		path, err := s.Snapshot().PillFile("README.md")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Dir(path)); err != nil {
			t.Fatal(err)
		}
	}
}

// Each layout of its own stands for a process: they meet on disk alone.
func TestLayoutsAtOnce(t *testing.T) {
	shipped, cache := pill.Load(pills.FS), t.TempDir()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			dir, err := (&layout{collection: shipped, cacheDir: cache}).provide("README.md")
			if err != nil {
				t.Error(err)
				return
			}
			for name, content := range shipped.Files() {
				if !isIntact(filepath.Join(dir, name), content) {
					t.Errorf("%s is not there when the folder is", name)
				}
			}
		})
	}
	all.Wait()
	if entries, err := os.ReadDir(cache); err != nil || len(entries) != 1 {
		t.Errorf("in the cache folder: %v, %v", entries, err)
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	blocked := write(t, t.TempDir(), "file", "")
	l := &layout{collection: pill.Load(pills.FS), cacheDir: filepath.Join(blocked, "jetpills")}
	for range 2 {
		if dir, err := l.provide("README.md"); err == nil || !strings.HasPrefix(err.Error(), "laying out the pills: ") {
			t.Errorf("laid out at %q, %v", dir, err)
		}
	}
}

func TestCacheOfTheUser(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // elsewhere the user's cache folder is not moved by a variable
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	l := &layout{collection: pill.Load(pills.FS)}
	dir, err := l.provide("README.md")
	if err != nil || filepath.Dir(dir) != filepath.Join(cache, "jetpills") {
		t.Errorf("laid out at %q, %v", dir, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if dir, err := (&layout{collection: pill.Load(pills.FS)}).provide("README.md"); err == nil {
		t.Errorf("without a home folder laid out at %q", dir)
	}
}

const ownPill = `# Pill 03: Overlays — my own

## tl;dr
Short.

## Scopes
A scope is made with ` + "`makeScope`" + `: makeScope ties a set of packages together.

` + "```nix" + `
makeScope newScope (self: { ... })
` + "```" + `
`

func TestOwnPills(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "mine/03-overlays-and-overrides.md", ownPill)
	write(t, dir, "empty/x.txt", "")
	file := write(t, dir, "file", "")
	t.Setenv("HOME", dir)
	for _, test := range []struct {
		path, want string // where the pills are; "" for the shipped ones
		problem    string
	}{
		{"", "", ""},
		{filepath.Join(dir, "mine"), "mine", ""},
		{filepath.Join(dir, "mine") + "/", "mine", ""},
		{"~/mine", "mine", ""},
		{"mine", "mine", ""},
		{filepath.Join(dir, "missing"), "", "does not exist"},
		{file, "", "is not a folder"},
		{filepath.Join(dir, "empty"), "", "has no pills"},
		{"~nobody/pills", "", "does not exist"},
	} {
		t.Run(test.path, func(t *testing.T) {
			s, logs := newSession(t)
			s.SetFolders([]string{dir})
			settings := DefaultSettings()
			settings.PillsPath = test.path
			s.SetSettings(settings)
			sn := s.Snapshot()
			section := scopes(t, sn)
			path, line, err := sn.PillTarget(section)
			if err != nil {
				t.Fatal(err)
			}
			if test.want != "" && filepath.Dir(path) != filepath.Join(dir, test.want) {
				t.Errorf("the section is at %s", path)
			}
			if test.want == "" && !strings.HasPrefix(filepath.Base(filepath.Dir(path)), "pills-") {
				t.Errorf("the section is at %s, want a shipped pill", path)
			}
			if got := lineOf(t, path, line); !strings.HasSuffix(got, section.Title) {
				t.Errorf("line %d is %q", line, got)
			}
			problem := message(sn.PillsProblem())
			if (test.problem == "") != (problem == "") || !strings.Contains(problem, test.problem) {
				t.Errorf("problem %q, want %q", problem, test.problem)
			}
			sn.Pills()
			if n := logs.FilterMessageSnippet("pills.path").Len(); (n == 1) != (test.problem != "") || n > 1 {
				t.Errorf("%d log lines", n)
			}
		})
	}
}

func TestOwnPillsChange(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "03-overlays-and-overrides.md", ownPill)
	s, _ := newSession(t)
	settings := DefaultSettings()
	settings.PillsPath = dir
	s.SetSettings(settings)
	title := func() string { return s.Snapshot().Pills().Pills()[0].Subtitle }
	if title() != "my own" {
		t.Fatalf("%q", title())
	}
	write(t, dir, "03-overlays-and-overrides.md", strings.Replace(ownPill, "my own", "yours", 1))
	s.SetSettings(settings)
	s.FilesChanged([]string{dir + "-other/x.md"})
	if title() != "my own" {
		t.Error("read again without news")
	}
	s.FilesChanged([]string{file})
	if title() != "yours" {
		t.Error("the news is not heard")
	}
	s.SetSettings(DefaultSettings())
	if len(s.Snapshot().Pills().Pills()) != 10 {
		t.Error("the shipped pills are not back")
	}
}

// TestOwnPillsChangeUntold: pills that are written while nobody watches their folder are read again all the same.
func TestOwnPillsChangeUntold(t *testing.T) {
	dir := t.TempDir()
	write := func(heading string) {
		t.Helper()
		text := "# Pill 03: Overlays\n\n## tl;dr\n\nLayers.\n\n## " + heading + "\n\n`makeScope` makes one.\n"
		if err := os.WriteFile(filepath.Join(dir, "03-overlays.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("What makeScope does")
	s, _ := newSession(t)
	settings := DefaultSettings()
	settings.PillsPath = dir
	s.SetSettings(settings)
	if got := scopes(t, s.Snapshot()).Title; got != "What makeScope does" {
		t.Fatalf("section %q", got)
	}
	write("Scopes by makeScope, told anew")
	s.Recheck(s.Snapshot())
	if got := scopes(t, s.Snapshot()).Title; got != "Scopes by makeScope, told anew" {
		t.Errorf("section %q", got)
	}
	before := s.Snapshot()
	s.Recheck(before)
	if s.Snapshot() != before {
		t.Error("read again without a change")
	}
}

func BenchmarkPillTarget(b *testing.B) {
	shipped := pill.Load(pills.FS)
	s := NewSession(Config{Pills: shipped, CacheDir: b.TempDir()})
	section, _ := shipped.Find("03")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := s.Snapshot().PillTarget(section); err != nil {
			b.Fatal(err)
		}
	}
}
