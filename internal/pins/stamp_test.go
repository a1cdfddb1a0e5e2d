package pins

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jetpills/internal/upstream"
)

// put writes a file, and the folders around it.
func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// age sets the times of all that a folder has, and of the folder, back by an hour: as if nobody had touched it lately.
func age(t *testing.T, dir string) {
	t.Helper()
	long := time.Now().Add(-time.Hour - time.Millisecond)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		return os.Chtimes(path, long, long)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lockAt(rev string) string {
	return flakeLockOf(`{"jp": "j"}`, github("j", "anduril", "jetpack-nixos", rev))
}

func npinsAt(rev string) string {
	return fmt.Sprintf(`{"version": 5, "pins": {"jp": {"repository": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos"}, "revision": %q}}}`, rev)
}

// TestAgain: whatever changes the pin of a folder shows at the next look, though nobody told; the finder of before goes on
// as it was.
func TestAgain(t *testing.T) {
	git := with(checkoutFiles, ".git/HEAD", "ref: refs/heads/main", ".git/refs/heads/main", revA, ".git/refs/heads/next", revB)
	vendored := map[string]string{"flake.lock": flakeLockOf(`{"jp": "j"}`, locked("j", `{"type": "path", "path": "./vendor/jetpack"}`))}
	for name, content := range git {
		vendored["vendor/jetpack/"+name] = content
	}
	for _, test := range []struct {
		name   string
		files  map[string]string
		change func(t *testing.T, dir string)
		want   string // revision
	}{
		{"a lock file is written", map[string]string{"flake.lock": lockAt(revA)}, func(t *testing.T, dir string) {
			put(t, dir+"/flake.lock", lockAt(revB))
		}, revB},
		{"a lock file takes another's place, with its time and size", map[string]string{"flake.lock": lockAt(revA), "other": lockAt(revB)}, func(t *testing.T, dir string) {
			if err := os.Rename(dir+"/other", dir+"/flake.lock"); err != nil {
				t.Fatal(err)
			}
		}, revB},
		{"a lock file comes", nil, func(t *testing.T, dir string) { put(t, dir+"/lon.lock", lonAt(revB)) }, revB},
		{"a lock file comes into the folder below", nil, func(t *testing.T, dir string) { put(t, dir+"/hosts/a/flake.lock", lockAt(revB)) }, revB},
		{"a lock file goes", map[string]string{"flake.lock": lockAt(revA), "lon.lock": lonAt(revB)}, func(t *testing.T, dir string) {
			if err := os.Remove(dir + "/flake.lock"); err != nil {
				t.Fatal(err)
			}
		}, revB},
		{"npins comes, with its folder", nil, func(t *testing.T, dir string) { put(t, dir+"/npins/sources.json", npinsAt(revB)) }, revB},
		{"npins comes into its folder", map[string]string{"npins/default.nix": "{ }"}, func(t *testing.T, dir string) {
			put(t, dir+"/npins/sources.json", npinsAt(revB))
		}, revB},
		{"npins is written", map[string]string{"npins/sources.json": npinsAt(revA)}, func(t *testing.T, dir string) {
			put(t, dir+"/npins/sources.json", npinsAt(revB))
		}, revB},
		{"niv is written", map[string]string{"nix/sources.json": nivAt(revA)}, func(t *testing.T, dir string) {
			put(t, dir+"/nix/sources.json", nivAt(revB))
		}, revB},
		{"a link's file is written", map[string]string{"flake.lock": "→ locks/x", "locks/x": lockAt(revA)}, func(t *testing.T, dir string) {
			put(t, dir+"/locks/x", lockAt(revB))
		}, revB},
		{"an entry file is written", map[string]string{"flake.nix": `{ inputs.jp.url = "github:anduril/jetpack-nixos/` + revA + `"; }`}, func(t *testing.T, dir string) {
			put(t, dir+"/flake.nix", `{ inputs.jp.url = "github:anduril/jetpack-nixos/`+revB+`"; }`)
		}, revB},
		{"a checkout changes its branch", git, func(t *testing.T, dir string) { put(t, dir+"/.git/HEAD", "ref: refs/heads/next") }, revB},
		{"a checkout's branch moves", git, func(t *testing.T, dir string) { put(t, dir+"/.git/refs/heads/main", revB) }, revB},
		{"a checkout's branch is no longer packed", with(checkoutFiles, ".git/HEAD", "ref: refs/heads/main", ".git/packed-refs", revA+" refs/heads/main\n", ".git/refs/heads/x", revA), func(t *testing.T, dir string) {
			put(t, dir+"/.git/refs/heads/main", revB)
		}, revB},
		{"the head of an input that is a folder moves", vendored, func(t *testing.T, dir string) {
			put(t, dir+"/vendor/jetpack/.git/refs/heads/main", revB)
		}, revB},
		{"a folder becomes a checkout by a file below", with(git, "modules/default.nix", "→ nowhere"), func(t *testing.T, dir string) {
			if err := os.Remove(dir + "/modules/default.nix"); err != nil {
				t.Fatal(err)
			}
			put(t, dir+"/modules/default.nix", "{ }")
		}, revA},
		{"a folder becomes a checkout", nil, func(t *testing.T, dir string) {
			for name, content := range git {
				put(t, dir+"/"+name, content)
			}
		}, revA},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := lay(t, test.files)
			age(t, dir)
			from := filepath.Join(dir, "hosts", "a") // is not there
			f := &Finder{Library: library(t)}
			revision := func(f *Finder) string {
				s := f.Around(from)
				return Choose(Mentions{}, "", s).Revision
			}
			before := revision(f)
			if same, _ := f.Again(0, from); same != f {
				t.Fatal("another finder, though nothing changed")
			}
			test.change(t, dir)
			next, _ := f.Again(0, from)
			if got := revision(next); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if got := revision(f); got != before {
				t.Errorf("the finder of before says %q now, not %q", got, before)
			}
			if again, _ := f.Again(time.Hour, from); again.Around(from).Pin != next.Around(from).Pin {
				t.Error("the finder of before is not led to what another look found")
			}
		})
	}
}

func lonAt(rev string) string {
	return fmt.Sprintf(`{"version": "1", "sources": {"jp": {"type": "GitHub", "owner": "anduril", "repo": "jetpack-nixos", "revision": %q}}}`, rev)
}

func nivAt(rev string) string {
	return fmt.Sprintf(`{"jp": {"owner": "anduril", "repo": "jetpack-nixos", "rev": %q}}`, rev)
}

// TestAgainAtOnce: a file that is written right after it was read is not taken for what was read, though its size is the
// same, and its time by the clock of the file system, too.
func TestAgainAtOnce(t *testing.T) {
	for _, clock := range []struct {
		name string
		tick time.Duration // 0: as the file system has it
	}{{"this one", 0}, {"one of whole seconds", time.Second}} {
		t.Run(clock.name, func(t *testing.T) {
			dir := lay(t, nil)
			revisions := []string{revA, revB}
			f := &Finder{}
			for i := range 50 {
				want := revisions[i%2]
				put(t, dir+"/flake.lock", lockAt(want))
				if clock.tick > 0 {
					now := time.Now().Truncate(clock.tick)
					if err := os.Chtimes(dir+"/flake.lock", now, now); err != nil {
						t.Fatal(err)
					}
				}
				f, _ = f.Again(0, dir)
				if got := f.Around(dir).Pin.Revision; got != want {
					t.Fatalf("round %d: %s, want %s", i, got, want)
				}
			}
		})
	}
}

// looks counts the looks at each path.
type looks struct {
	mu sync.Mutex
	at map[string]int
}

func (l *looks) lstat(path string) (fs.FileInfo, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at[path]++
	return os.Lstat(path)
}

// take gives the paths that were looked at since it was last asked, and how often all together.
func (l *looks) take() (paths []string, times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.at {
		times += n
	}
	paths = slices.Sorted(maps.Keys(l.at))
	l.at = map[string]int{}
	return paths, times
}

// TestConcurrentLooks: a look costs one at each folder, and one at each file in it that may pin something, each once.
func TestConcurrentLooks(t *testing.T) {
	files := map[string]string{"flake.lock": lockAt(revA), "flake.nix": "{ }", "README.md": "", "npins/sources.json": npinsAt(revA)}
	for i := range 10 {
		files[fmt.Sprintf("hosts/%d/default.nix", i)] = "{ }"
		files[fmt.Sprintf("hosts/%d/hardware.nix", i)] = "{ }"
	}
	dir := lay(t, files)
	age(t, dir)
	l := looks{at: map[string]int{}}
	f := &Finder{Lstat: l.lstat}
	var dirs []string
	for i := range 10 {
		dirs = append(dirs, fmt.Sprintf("%s/hosts/%d", dir, i))
	}
	f, _ = f.Again(0, dirs...)
	l.take()

	f.Again(0, append(dirs, dirs...)...)
	var want []string
	for _, name := range []string{"", "/flake.lock", "/flake.nix", "/npins", "/npins/sources.json", "/hosts"} {
		want = append(want, dir+name)
	}
	for _, host := range dirs {
		want = append(want, host, host+"/default.nix")
	}
	slices.Sort(want)
	if paths, times := l.take(); !slices.Equal(paths, want) || times != len(want) {
		t.Errorf("%d looks at\n%s\nwant one at each of\n%s", times, strings.Join(paths, "\n"), strings.Join(want, "\n"))
	}
	f.Again(time.Hour, dirs...)
	if paths, _ := l.take(); len(paths) > 0 {
		t.Errorf("a look that holds is not shared: %v", paths)
	}
	f.Again(0, dirs[0])
	if _, times := l.take(); times != 8 {
		t.Errorf("%d looks for one folder, want 8", times)
	}
	f.folders.Range(func(_, found any) bool {
		found.(*folder).stamp.taken = time.Time{}
		return true
	})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { f.Again(time.Hour, dirs...) })
	}
	all.Wait()
	if _, times := l.take(); times != len(want) {
		t.Errorf("%d looks for eight questions at once, want %d", times, len(want))
	}
}

// TestKeep: what was read around closed documents is forgotten.
func TestKeep(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": lockAt(revA)})
	f := &Finder{}
	for i := range 1000 {
		f.Around(fmt.Sprintf("%s/closed/%d", dir, i))
	}
	open := dir + "/hosts/open"
	f.Around(open)
	f.Keep(open)
	var kept []string
	f.folders.Range(func(dir, _ any) bool {
		kept = append(kept, dir.(string))
		return true
	})
	slices.Sort(kept)
	if want := []string{dir, dir + "/hosts", open}; !slices.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
	f.Keep()
	f.folders.Range(func(dir, _ any) bool {
		t.Errorf("kept %v", dir)
		return true
	})
}

// TestChanged: news of a file has the folders around it looked into anew, and no others.
func TestChanged(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": lockAt(revA), "a/x.nix": "", "b/x.nix": ""})
	f := &Finder{}
	f.Around(dir + "/a")
	for _, path := range []string{"/elsewhere/flake.lock", dir + "/b/flake.lock.bak", dir + "/a/x.nix", dir + "/README.md", "flake.lock", ""} {
		if f.Changed([]string{path}) != f {
			t.Errorf("news of %s counts", path)
		}
	}
	put(t, dir+"/flake.lock", lockAt(revB))
	next := f.Changed([]string{"/elsewhere/flake.lock", dir + "/flake.lock"})
	if got := next.Around(dir + "/a").Pin.Revision; got != revB {
		t.Errorf("%s, want %s", got, revB)
	}
	if got := f.Around(dir + "/a").Pin.Revision; got != revA {
		t.Errorf("the finder of before says %s", got)
	}
}

// TestProblemsAreReportedOnce: a file that stays damaged is reported once, however often it is looked at.
func TestProblemsAreReportedOnce(t *testing.T) {
	dir := lay(t, map[string]string{"flake.lock": "{"})
	var reported []string
	f := &Finder{Report: func(p upstream.Problem) { reported = append(reported, p.Message) }}
	for range 3 {
		f, _ = f.Again(0, dir)
	}
	if len(reported) != 1 {
		t.Errorf("reported %q", reported)
	}
	put(t, dir+"/flake.lock", "[]")
	f.Again(0, dir)
	if len(reported) != 2 || reported[0] == reported[1] {
		t.Errorf("reported %q", reported)
	}
}
